"""Facts without words: what of an upstream document is kept, what is dropped.

Kept are structure, names, types, bounds, enums, defaults and the extensions that carry a fact.
Dropped is everything written for people: descriptions, summaries, titles, examples. The walk
knows where it is, so a *property* that is called `description` or `title` survives.
A keyword that is on neither list stops the import: it may be a fact that would be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from document.tree import Tree

Keeper = Callable[[Any, str], Any]

WORDS = frozenset(
    {"title", "description", "summary", "example", "examples", "externalDocs", "$comment", "xml"}
)
EXTENSIONS = frozenset(
    {
        "x-speakeasy-deprecation-replacement",
        "x-speakeasy-name-override",
        "x-speakeasy-pagination",
        "x-speakeasy-unknown-values",
    }
)
_AS_OBJECT: dict[bool, Tree] = {True: {}, False: {"not": {}}}
"""What a schema that is a boolean says, as an object."""


def _plain(value: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value as it is."""
    del where
    return value


def _bound(value: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the bound; `2.0` and `2` are the same one."""
    del where
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _each(keep: Keeper) -> Keeper:
    """Return a keeper for lists."""
    return lambda value, where: [keep(item, f"{where}[{at}]") for at, item in enumerate(value)]


def _named(keep: Keeper) -> Keeper:
    """Return a keeper for maps whose keys are names, not keywords."""
    return lambda value, where: {
        name: keep(item, f"{where}.{name}") for name, item in value.items()
    }


def _strip(node: Any, where: str, kept: dict[str, Keeper]) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the node with only the keywords of the table, each through its keeper."""
    if not isinstance(node, dict):
        return node  # `true` and `false` are schemas too
    stripped: Tree = {}
    for key, value in node.items():
        if key in kept:
            stripped[key] = kept[key](value, f"{where}.{key}")
        elif key in EXTENSIONS:
            stripped[key] = value
        elif key not in WORDS and not key.startswith("x-"):
            raise DocumentProblem(
                f"{where} has the keyword {key!r}, which the importer does not know; "
                "add it to scripts/document/stripping.py, as a fact or as words"
            )
    return stripped


def keep_schema(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the schema without words."""
    return _strip(node, where, SCHEMA)


def keep_own_schema(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return a schema that has to say something: an object, whatever it is written as."""
    return keep_schema(_AS_OBJECT[node] if isinstance(node, bool) else node, where)


def keep_parameter(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the parameter or header without words."""
    return _strip(node, where, PARAMETER)


def keep_media(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the media type without words."""
    return _strip(node, where, {"schema": keep_own_schema, "encoding": _plain})


def keep_body(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the request body without words."""
    return _strip(node, where, {"content": _named(keep_media), "required": _plain, "$ref": _plain})


def keep_response(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the answer without words."""
    kept = {"content": _named(keep_media), "headers": _named(keep_parameter), "$ref": _plain}
    return _strip(node, where, kept)


def keep_operation(node: Tree, where: str) -> Tree:
    """Return the operation without words; its id becomes `x-mistral-upstream-id`."""
    kept: Tree = {}
    if "operationId" in node:
        kept["x-mistral-upstream-id"] = node["operationId"]
    rest = {key: value for key, value in node.items() if key != "operationId"}
    stripped: Tree = _strip(rest, where, OPERATION)
    return kept | stripped


def keep_whole_operation(node: Tree, where: str) -> Tree:
    """Return the operation without words, its id as upstream has it."""
    stripped: Tree = _strip(node, where, OPERATION | {"operationId": _plain})
    return stripped


def keep_variant(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return a folded variant without words."""
    return _strip(
        node, where, {"fragment": _plain, "upstream-id": _plain, "request": _named(keep_schema)}
    )


def keep_security(node: Any, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the security scheme without words."""
    return _strip(node, where, dict.fromkeys(SECURITY, _plain))


SECURITY = ("type", "scheme", "bearerFormat", "name", "in", "flows", "openIdConnectUrl")
SCHEMA: dict[str, Keeper] = (
    dict.fromkeys(("$ref", "type", "format", "enum", "const", "default", "required"), _plain)
    | dict.fromkeys(("nullable", "deprecated", "readOnly", "writeOnly", "discriminator"), _plain)
    | dict.fromkeys(("pattern", "uniqueItems", "contentMediaType", "contentEncoding"), _plain)
    | dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _bound)
    | dict.fromkeys(("multipleOf", "minLength", "maxLength", "minItems", "maxItems"), _bound)
    | dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _bound)
    | dict.fromkeys(("items", "additionalProperties", "propertyNames", "not"), keep_schema)
    | dict.fromkeys(("contains", "if", "then", "else"), keep_schema)
    | dict.fromkeys(("unevaluatedProperties", "unevaluatedItems", "contentSchema"), keep_schema)
    | dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), _each(keep_own_schema))
    | dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas"), _named(keep_own_schema)
    )
    | {"$defs": _named(keep_own_schema), "dependentRequired": _plain}
)
PARAMETER: dict[str, Keeper] = dict.fromkeys(
    ("$ref", "name", "in", "required", "deprecated", "style", "explode", "allowReserved"), _plain
) | {"schema": keep_own_schema, "content": _named(keep_media)}
OPERATION: dict[str, Keeper] = dict.fromkeys(("tags", "deprecated", "security"), _plain) | {
    "parameters": _each(keep_parameter),
    "requestBody": keep_body,
    "responses": _named(keep_response),
    "x-mistral-folded": _each(keep_variant),
}
