"""The document is OpenAPI 3.1, and all its references lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_spec_validator import OpenAPIV31SpecValidator

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
    for error in OpenAPIV31SpecValidator(document).iter_errors():
        where = _place([str(part) for part in error.absolute_path])
        yield Finding(where, f"not valid OpenAPI 3.1: {error.message.splitlines()[0]}")


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
