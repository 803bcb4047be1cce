"""Places of the document by the names that people give them: operations, schemas, pointers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document

KEYWORDS = ("responses", "requestBody", "parameters", "security", "x-mistral-")


def find_place(document: Document, name: str) -> str:
    """Return where in the document a name leads, as a JSON pointer.

    Raises:
        LookupError: nowhere.

    """
    if name.startswith("/"):
        return _pointer(document, name)
    if name in document.operations:
        return f"#{document.operations[name].pointer}"
    schema, _, rest = name.partition(".")
    schemas = document.raw["components"]["schemas"]
    if schema in schemas:
        return _property(document, schema, rest)
    if name.startswith(KEYWORDS):
        return f"{name} of each operation"
    raise LookupError(f"the document has no {name!r}")


def _pointer(document: Document, pointer: str) -> str:
    """Return a JSON pointer, with the reason and evidence of the declaration that it leads to.

    Raises:
        LookupError: nothing is there.

    """
    node: Any = document.raw
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            node = node[int(name)] if isinstance(node, list) else node[name]
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise LookupError(f"the document has no {pointer!r}") from error
    told = [
        node[each] for each in ("reason", "evidence") if isinstance(node, dict) and each in node
    ]
    return "; ".join([f"#{pointer}", *map(str, told)])


def _property(document: Document, schema: str, path: str) -> str:
    pointer, node = f"#/components/schemas/{schema}", document.raw["components"]["schemas"][schema]
    for name in path.split(".") if path else ():
        node = document.resolve(node).get("properties", {}).get(name)
        if node is None:
            raise LookupError(f"{schema} has no property {path!r}")
        pointer = f"{pointer}/properties/{name}"
    return pointer
