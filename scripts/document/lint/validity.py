"""The document is OpenAPI 3.1, and all its references lead somewhere."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from openapi_schema_validator import OAS31Validator
from openapi_schema_validator._specifications import REGISTRY
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation.keywords import OpenAPIV31SchemaValidator

from document.lint.finding import Finding, Rule
from document.tree import Tree, duplicate, follow, operations, references
from document.walk import answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIALECT = "https://spec.openapis.org/oas/3.1/"
"""Where the addresses of what describes a schema of OpenAPI 3.1 begin."""


@cache
def _compiled() -> jsonschema_rs.Draft202012Validator:
    """Return what describes a schema of OpenAPI 3.1, compiled, with patterns as Python has them."""
    parts: list[tuple[str, Any]] = [
        (name, REGISTRY.contents(name)) for name in REGISTRY if name.startswith(DIALECT)
    ]
    return jsonschema_rs.Draft202012Validator(
        OAS31Validator.META_SCHEMA,
        registry=jsonschema_rs.Registry(parts),
        validate_formats=True,
        formats={"regex": _is_pattern},
    )


def _is_pattern(text: object) -> bool:
    try:
        re.compile(str(text))
    except re.error:
        return False
    return True


class _Seen(list[int]):
    """A list that finds its items as fast as a set does, however many there are."""

    def __init__(self) -> None:
        self._items: set[int] = set()

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def append(self, item: int) -> None:
        self._items.add(item)


class _SchemaValidator(OpenAPIV31SchemaValidator):
    """The validator's own, which asks the slow check only for its words about what is wrong."""

    def __init__(self, registry: Any) -> None:  # noqa: ANN401 - its type is the library's own
        super().__init__(registry)
        self.visited_schema_ids = _Seen()
        self.meta_checked_schema_ids = _Seen()

    def _get_schema_checker(self, schema: Any, schema_value: Any) -> Callable[[Any], None]:  # noqa: ANN401 - as above
        slow = super()._get_schema_checker(schema, schema_value)
        is_usual = not (isinstance(schema_value, dict) and "$schema" in schema_value)
        return _accept if is_usual and _compiled().is_valid(schema_value) else slow


def _accept(_: object) -> None:
    """Has nothing to say."""


class _Validator(OpenAPIV31SpecValidator):
    keyword_validators = {  # noqa: RUF012 - the library's own class attribute
        **OpenAPIV31SpecValidator.keyword_validators,
        "schema": _SchemaValidator,
    }


def references_resolve(document: Tree) -> Iterator[Finding]:
    """Yield every `$ref` and every discriminator target exists."""
    for reference in sorted(set(references(document))):
        if follow(document, reference) is None:
            yield Finding(reference, "nothing is there; correct the reference")


def is_openapi(document: Tree) -> Iterator[Finding]:
    """Yield what the meta-schemas of OpenAPI 3.1 and JSON Schema refuse."""
    if any(references_resolve(document)):
        return  # the validator stops at the first dangling reference with less to say
    for error in _Validator(document).iter_errors():
        where = _place([str(part) for part in error.absolute_path])
        yield Finding(where, f"not valid OpenAPI 3.1: {error.message.splitlines()[0]}")


def _place(parts: list[str]) -> str:
    """Return the place as other rules name it: by its operation or its schema, where it has one."""
    match parts:
        case ["paths", path, method, *rest]:
            return f"{method.upper()} {path}" + (f": {'/'.join(rest)}" if rest else "")
        case ["components", "schemas", *rest]:
            return ".".join(rest)
        case _:
            return "/".join(["document", *parts])


def completed(document: Tree) -> Tree:
    """Return the document with what other rules need: descriptions of answers, path parameters."""
    complete = duplicate(document)
    for path, _, operation in operations(complete):
        given = operation.setdefault("parameters", [])
        for name in missing_path_ids(complete, path, operation):
            given.append({"name": name, "in": "path", "required": True, "schema": {}})
    for place in answers(complete):
        if "$ref" not in place.node:
            place.node.setdefault("description", "")
    return complete


def missing_path_ids(document: Tree, path: str, operation: Tree) -> list[str]:
    """Return the placeholders of the path that are no parameters of the operation."""
    listed = [*document["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
    whole = [follow(document, one["$ref"]) if "$ref" in one else one for one in listed]
    given = {one["name"] for one in whole if one and one.get("in") == "path"}
    return sorted(set(re.findall(r"\{([^}]*)\}", path)) - given)


VALIDITY: tuple[Rule, ...] = (references_resolve, is_openapi)
