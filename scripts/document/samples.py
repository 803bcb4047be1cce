"""The suite's plainest requests, which `groups/*.toml` has, and where they do not fit the document.

A field or parameter that upstream makes required has to be in them: without it every object that
the suite makes is refused.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import attrs
import jsonschema_rs

from document.problems import DocumentProblem, read_part
from document.tree import alone, follow, operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from document.tree import Tree

GROUPS = "../conformance/mistral_conformance/groups"
"""The folder of the samples, from the folder `openapi`."""
DRAFT_COMMENT = "# DRAFT"
"""How the line begins that marks what a program wrote where no key can."""
DRAFTS = f"go over each, then take away its line `{DRAFT_COMMENT}`"
"""What to do with them."""
_FORM = "multipart/form-data"
_NULL = "$null"
_ANY_ID = "e85980c9-409e-4a46-9304-36588f6292b0"
"""What stands for the `$word` of an object that a run makes."""


@attrs.frozen(eq=False)
class Misfit:
    """What one sample sends that the document does not take, or lacks that it requires."""

    file: str
    """The file of the sample, from the folder `openapi`."""
    table: tuple[str, ...]
    """The names that lead to the sample in its file."""
    where: str
    """The operation as `POST /v1/agents`."""
    key: str
    """What is wrong in the sample: `body`, `form` or `query`."""
    value: Tree
    """What the sample has under the key."""
    beside: Tree
    """What is sent with it from elsewhere."""
    schema: Tree
    """What has to fit it."""
    problems: tuple[str, ...]


def read_groups(folder: Path) -> dict[str, Tree]:
    """Return the data of each file beside the folder (`openapi`), by its path from there.

    Raises:
        DocumentProblem: A file is not TOML.

    """
    found: dict[str, Tree] = {}
    for path in sorted((folder / GROUPS).glob("*.toml")):
        try:
            found[f"{GROUPS}/{path.name}"] = tomllib.loads(read_part(path))
        except tomllib.TOMLDecodeError as error:
            raise DocumentProblem(f"{path.resolve()} is not TOML ({error}); repair it") from error
    return found


def drafted(folder: Path) -> Iterator[str]:
    """Yield the files by hand with comments that mark drafts: of actions, dates and samples."""
    places = (("curation", "*.yaml"), ("prose", "*.yaml"), (".", "eras.yaml"), (GROUPS, "*.toml"))
    for kind, pattern in places:
        for path in sorted((folder / kind).glob(pattern)):
            if re.search(rf"(?m)^\s*{DRAFT_COMMENT}", read_part(path)):
                yield f"{kind}/{path.name}".removeprefix("./")


def find_misfits(document: Tree, groups: dict[str, Tree]) -> Iterator[Misfit]:
    """Yield where an operation's sample would be refused by a server that follows the document."""
    known = {
        operation["operationId"]: (path, method, operation)
        for path, method, operation in operations(document)
        if operation.get("operationId")
    }
    for file, group in groups.items():
        for table, name, sample in _samples(group):
            if name not in known:
                continue  # `unknown_operations` tells
            path, method, operation = known[name]
            shared = document["paths"][path].get("parameters", [])
            for key, schema in _asked(document, shared, operation, sample):
                sent, beside = sample.get(key, {}), _beside(group, name, key, sample)
                if problems := tuple(problems_of(key, sent | beside, schema, document)):
                    where = f"{method.upper()} {path}"
                    yield Misfit(file, table, where, key, sent, beside, schema, problems)


def _samples(group: Tree) -> Iterator[tuple[tuple[str, ...], str, Tree]]:
    """Yield every request of a file that is written out: where it is, its operation, and itself."""
    for name, sample in group.get("samples", {}).items():
        yield ("samples", name), name, sample
    for word, target in group.get("targets", {}).items():
        if "sample" in target:
            yield ("targets", word, "sample"), target["operation"], target["sample"]


def _beside(group: Tree, name: str, key: str, sample: Tree) -> Tree:
    """Return what the suite sends with part of a sample: the file, and what older documents ask."""
    if key == "body":
        return dict.fromkeys(group.get("owed", {}).get(name, {}), _ANY_ID)
    return {"file": ""} if key == "form" and "file" in sample else {}


def unknown_operations(document: Tree, groups: dict[str, Tree]) -> Iterator[tuple[str, str]]:
    """File and id of each operation that the suite makes or sends and the document has not."""
    known = {operation.get("operationId") for _, _, operation in operations(document)}
    for file, group in groups.items():
        named = [*group.get("samples", {})]
        named += [one.get("before") for one in group.get("samples", {}).values()]
        named += [one.get("operation") for one in group.get("targets", {}).values()]
        for kind in group.get("creation", ()):
            named += [kind.get(role) for role in ("operation", "delete", "list", "look")]
        yield from ((file, name) for name in dict.fromkeys(named) if name and name not in known)


def heading(table: tuple[str, ...]) -> str:
    """Return the line with which a table of the file begins."""
    name = table[1] if re.fullmatch(r"[A-Za-z0-9_-]+", table[1]) else f'"{table[1]}"'
    return f"[{table[0]}.{name}]"


def problems_of(key: str, value: object, schema: Tree, document: Tree) -> Iterator[str]:
    """Yield what keeps the value of a sample from fitting.

    Of queries and forms the names alone count.
    """
    if key != "body":
        schema = {**schema, "properties": {name: {} for name in schema["properties"]}}
    validator = jsonschema_rs.Draft202012Validator(alone(document, schema))
    for error in validator.iter_errors(_looked_up(value)):
        at = "/".join(str(part) for part in error.instance_path)
        yield f"{error.message}{f' at {at}' if at else ''}"


def _asked(
    document: Tree, shared: list[Tree], operation: Tree, sample: Tree
) -> Iterator[tuple[str, Tree]]:
    """Yield the parts of a request that the suite takes from a sample, and what fits each."""
    content = _whole(document, operation.get("requestBody", {})).get("content", {})
    if "body" in sample and "application/json" in content:
        yield "body", content["application/json"].get("schema", {})
    if ("form" in sample or "file" in sample) and _FORM in content:
        yield "form", _form(_whole(document, content[_FORM].get("schema", {})))
    asked = [_whole(document, one) for one in (*shared, *operation.get("parameters", ()))]
    yield "query", _query([one for one in asked if one.get("in") == "query"])


def _whole(document: Tree, node: Tree) -> Tree:
    """Return the node, or what it refers to."""
    found: Tree = follow(document, node["$ref"]) or {} if "$ref" in node else node
    return found


def _query(asked: list[Tree]) -> Tree:
    """Return the query as the schema of an object."""
    return {
        "type": "object",
        "properties": {one["name"]: one.get("schema", {}) for one in asked},
        "required": [one["name"] for one in asked if one.get("required")],
        "additionalProperties": False,
    }


def _form(schema: Tree) -> Tree:
    """Return the form without what needs a value of its own."""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    return {"type": "object", "properties": properties, "required": required}


def _looked_up(value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value with something in the place of each `$word`, null in that of `$null`."""
    if isinstance(value, dict):
        return {key: _looked_up(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_looked_up(inner) for inner in value]
    if value == _NULL:
        return None
    return _ANY_ID if isinstance(value, str) and value.startswith("$") else value
