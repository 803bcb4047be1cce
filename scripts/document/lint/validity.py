"""The document is OpenAPI 3.1, and all its references lead somewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from openapi_schema_validator._dialects import (
    OAS31_BASE_DIALECT_ID,
    OAS31_BASE_DIALECT_METASCHEMA,
)
from openapi_schema_validator._specifications import REGISTRY
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords

from document.lint.finding import Finding, Rule
from document.tree import Tree, duplicate, follow, references
from document.walk import answers

if TYPE_CHECKING:
    from collections.abc import Iterator


def references_resolve(document: Tree) -> Iterator[Finding]:
    """Every `$ref` and every discriminator target exists."""
    for reference in sorted(set(references(document))):
        if follow(document, reference) is None:
            yield Finding(reference, "nothing is there; correct the reference")


def is_openapi(document: Tree) -> Iterator[Finding]:
    """The meta-schema of OpenAPI 3.1 and of JSON Schema accept the document."""
    if any(references_resolve(document)):
        return  # the validator stops at the first dangling reference with less to say
    for error in _Validator(document).iter_errors():
        where = _place([str(part) for part in error.absolute_path])
        yield Finding(where, f"not valid OpenAPI 3.1: {error.message.splitlines()[0]}")


@cache
def _meta_schema() -> jsonschema_rs.Draft202012Validator:
    """The meta-schema of schemas in OpenAPI 3.1, compiled."""
    known: list[tuple[str, Any]] = [(uri, REGISTRY.contents(uri)) for uri in REGISTRY]
    base: Any = OAS31_BASE_DIALECT_METASCHEMA
    return jsonschema_rs.Draft202012Validator(
        base, registry=jsonschema_rs.Registry(known), validate_formats=True
    )


class _SchemaValidator(keywords.OpenAPIV31SchemaValidator):
    """Interprets the meta-schema only to say what the compiled one, far quicker, refuses."""

    def _validate_schema_meta(self, schema: Any, schema_value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
        usual = self._get_schema_dialect_id(schema, schema_value) == OAS31_BASE_DIALECT_ID
        if usual and _meta_schema().is_valid(schema_value):
            return None
        return super()._validate_schema_meta(schema, schema_value)


class _Validator(OpenAPIV31SpecValidator):
    keyword_validators = {  # noqa: RUF012 - the class attribute of the base class
        **OpenAPIV31SpecValidator.keyword_validators,
        "schema": _SchemaValidator,
    }


def _place(parts: list[str]) -> str:
    """The place as other rules name it: by its operation or its schema, where it has one."""
    match parts:
        case ["paths", path, method, *rest]:
            return f"{method.upper()} {path}" + (f": {'/'.join(rest)}" if rest else "")
        case ["components", "schemas", *rest]:
            return ".".join(rest)
        case _:
            return "/".join(["document", *parts])


def with_descriptions(document: Tree) -> Tree:
    """The document in which every answer has some description: nothing else needs one."""
    complete = duplicate(document)
    for place in answers(complete):
        if "$ref" not in place.node:
            place.node.setdefault("description", "")
    return complete


VALIDITY: tuple[Rule, ...] = (references_resolve, is_openapi)
