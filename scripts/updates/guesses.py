"""Guesses that a person goes over: names, paging, tags of unions, examples."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from document.events import EVENTS
from document.tree import follow, operations

if TYPE_CHECKING:
    from document.tree import Tree

_VERBS = {"get": "get", "post": "create", "put": "update", "patch": "update", "delete": "delete"}
_PAGING = frozenset({"page", "page_token", "pageToken", "next_page_token", "cursor", "offset"})
_DEEPEST = 4


def operation_id(where: str, document: Tree) -> str:
    """Return an id that no other operation has, after the path and its neighbours' names."""
    method, _, path = where.partition(" ")
    words = [word for word in path.strip("/").split("/") if not re.fullmatch(r"v\d+", word)]
    literal = [re.sub(r"\W", "_", word.partition("#")[0]) for word in words if word[:1] != "{"]
    is_one = bool(words) and words[-1].startswith("{")
    verb = _VERBS.get(method.lower(), method.lower())
    if method == "GET" and not is_one and _answers_list(path, document):
        verb = "list"
    elif method == "POST" and len(words) > 1 and words[-2].startswith("{"):
        verb = literal.pop()
    parent = _neighbour(path, document) or ".".join(literal) or "root"
    taken = {operation.get("operationId") for _, _, operation in operations(document)}
    name = f"{parent}.{verb}"
    return name if name not in taken else f"{name}_{literal[-1] if literal else 'again'}"


def taken_methods(document: Tree) -> set[str]:
    """Return the dotted names of all methods, those that stream included."""
    taken: set[str] = set()
    for _, _, operation in operations(document):
        name, stream = operation.get("operationId", ""), operation.get("x-mistral-stream", {})
        taken |= {name, f"{name.rpartition('.')[0]}.{stream.get('method')}"}
    return taken


def distinct(name: str, taken: set[str]) -> str:
    """Return the id, or one like it where another operation takes it in the same run.

    Then it is taken.
    """
    while name in taken:
        name += "_again"
    taken.add(name)
    return name


def _answers_list(path: str, document: Tree) -> bool:
    """Say whether what a GET of the path answers is, or has, a list."""
    for status, answer in (
        document["paths"].get(path, {}).get("get", {}).get("responses", {}).items()
    ):
        for media in answer.get("content", {}).values() if status.startswith("2") else ():
            schema = media.get("schema", {})
            schema = follow(document, schema["$ref"]) or {} if "$ref" in schema else schema
            parts = [schema, *schema.get("properties", {}).values()]
            if any(isinstance(one, dict) and one.get("type") == "array" for one in parts):
                return True
    return False


def _neighbour(path: str, document: Tree) -> str | None:
    """Return what the ids of operations with the same beginning of the path begin with."""
    best: tuple[int, str] | None = None
    words = path.strip("/").split("/")
    for other, _, operation in operations(document):
        known = operation.get("operationId")
        if not known:
            continue
        there = other.strip("/").split("/")
        same = 0
        while same < min(len(words), len(there)) and words[same] == there[same]:
            same += 1
        if same > 1 and (best is None or same > best[0]):
            best = (same, known.rpartition(".")[0])
    return best[1] if best else None


def schema_name(where: str, node: Tree, document: Tree) -> str:
    """Return a name in capitalised words, after the place of the schema, and its tag in a union."""
    place, _, part = (
        where.partition(": ") if where.partition(" ")[2][:1] == "/" else (where, "", "")
    )
    media, *inner = part.split(".") if part else ("",)
    ends = [] if not part or inner else ["request" if media.startswith("body") else "response"]
    bare = re.sub(r"(anyOf|oneOf|properties|items)\b(\[\d+\])?|\{[^}]*\}|^[A-Z]+ ", " ", place)
    inside = re.sub(r"(anyOf|oneOf|properties|items)\b(\[\d+\])?", " ", " ".join(inner))
    words = [word for word in re.findall(r"[A-Za-z0-9]+", bare) if not re.fullmatch(r"v\d+", word)]
    words = [*words[-3:], *re.findall(r"[A-Za-z0-9]+", inside), *ends]
    words += _tags(node) if where.endswith("]") else []
    name = "".join(word[:1].upper() + word[1:] for word in words) or "Unnamed"
    name = re.sub(r"(OUT|Out|IN|In)$|\d+$", "", name) or "Unnamed"
    taken = document.get("components", {}).get("schemas", {})
    return name if name not in taken else f"{name}Value"


def _tags(node: Tree) -> list[str]:
    """Return the words of the constants by which an object is told from others."""
    values = [one.get("const") for one in node.get("properties", {}).values()]
    texts = [value for value in values if isinstance(value, str)]
    return [word for text in texts for word in re.findall(r"[A-Za-z0-9]+", text)]


def usual_words(node: Tree, document: Tree) -> str | None:
    """Return what most parameters of the name say of themselves; None for anything else."""
    asked = {key: node.get(key) for key in ("name", "in")}
    if None in asked.values():
        return None
    said = Counter(
        other["description"]
        for _, _, operation in operations(document)
        for other in operation.get("parameters", ())
        if other.get("description") and asked.items() <= other.items()
    )
    return next((words for words, _ in said.most_common(1)), None)


def path_id(name: str, document: Tree) -> Tree:
    """Return the parameter of a path, as other operations have one of that name."""
    schemas = (
        other["schema"]
        for _, _, operation in operations(document)
        for other in operation.get("parameters", ())
        if other.get("name") == name and other.get("in") == "path" and "schema" in other
    )
    schema = next(schemas, {"type": "string"})
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": schema}]}


def tag_of(field: str, node: Tree, document: Tree) -> Tree:
    """Return the discriminator of a union by the constants of its members."""
    mapping: Tree = {}
    for member in [*node.get("anyOf", ()), *node.get("oneOf", ())]:
        target = follow(document, member.get("$ref", "")) or {}
        if (value := target.get("properties", {}).get(field, {}).get("const")) is not None:
            mapping[value] = member["$ref"]
    return {"discriminator": {"propertyName": field, "mapping": mapping}}


def paging_of(operation: Tree, document: Tree) -> Tree | None:
    """Return how a list pages that asks by the same parameters, which begin at the same value."""
    asked = _begins(operation)
    pages = {name: asked[name] for name in asked.keys() & _PAGING}
    for _, _, other in operations(document):
        paging, there = other.get("x-mistral-paging"), _begins(other)
        if paging and pages == {name: there[name] for name in there.keys() & _PAGING}:
            kept = {k: v for k, v in paging.items() if k not in _ASKED or v in asked}
            return {"x-mistral-paging": _as_answered(kept, operation, document)}
    return None


def paged_anew(kind: str, gone: str, operation: Tree, document: Tree) -> Tree | str | None:
    """Return what replaces a parameter or field of paging that is gone: another, or nothing.

    A parameter and a field can have one name, so that the `kind` says which of them it is.
    """
    paging = operation.get("x-mistral-paging", {})
    keys = _ANSWERED if kind == "field" else _ASKED
    key = next((key for key, name in paging.items() if name == gone and key in keys), None)
    if key is None:
        return None
    there = _fields(operation, document) if kind == "field" else _begins(operation)
    fits = [name for name in there if name in _CALLED.get(key, ()) and name not in paging.values()]
    if fits:
        return {"x-mistral-paging": {key: fits[0]}}
    return f"['x-mistral-paging'].{key}"


def items_of(operation: Tree, document: Tree) -> Tree | None:
    """Return where the list is that the operation answers; None where that is no one field."""
    lists = [n for n, one in _fields(operation, document).items() if one.get("type") == "array"]
    return {"x-mistral-paging": {"items": lists[0]}} if len(lists) == 1 else None


def _as_answered(paging: Tree, operation: Tree, document: Tree) -> Tree:
    """Return the paging with the fields that the operation's answer has."""
    fields = _fields(operation, document)
    kept = {
        key: name
        for key, name in paging.items()
        if key not in _ANSWERED or name.partition(".")[0] in fields
    }
    lists = [name for name, one in fields.items() if one.get("type") == "array"]
    return kept | ({"items": lists[0]} if lists and kept.get("items") not in lists else {})


def _fields(operation: Tree, document: Tree) -> Tree:
    """Return the fields of the object that the operation answers to a success."""
    answers = operation.get("responses", {})
    success: Tree = next((one for key, one in answers.items() if key.startswith("2")), {})
    media = success.get("content", {}).values()
    schema: Tree = next((one.get("schema", {}) for one in media), {})
    resolved = follow(document, schema["$ref"]) or {} if "$ref" in schema else schema
    fields: Tree = resolved.get("properties", {})
    return fields


def stream_of(operation: Tree, document: Tree) -> Tree | None:
    """Return what a stream carries, and which request asks for it, as far as the schemas tell."""
    contents = [one.get("content", {}) for one in operation.get("responses", {}).values()]
    events: Tree = next((one[EVENTS].get("schema", {}) for one in contents if EVENTS in one), {})
    if "$ref" not in events:
        return None
    stream = {"method": "stream", "data": _data_of(events["$ref"], document)}
    has_other = any(media != EVENTS for one in contents for media in one)
    return {"x-mistral-stream": stream | ({"when": {"stream": True}} if has_other else {})}


def _data_of(events: str, document: Tree) -> str:
    """Return what the data of an event holds; the event itself where it has no data of its own.

    Data that is described in place has the name that its draft gives it.
    """
    data = (follow(document, events) or {}).get("properties", {}).get("data", {})
    if "$ref" in data:
        return str(data["$ref"])
    if data.keys() & {"anyOf", "oneOf", "properties"}:
        prefix, _, name = events.rpartition("/")
        return f"{prefix}/{schema_name(f'{name}.properties.data', data, document)}"
    return events


def _begins(operation: Tree) -> dict[str, Any]:
    """Return the parameters by name, each with its default."""
    return {
        one.get("name", ""): one.get("schema", {}).get("default")
        for one in operation.get("parameters", ())
    }


_CALLED = {
    "page": ("page", "page_number", "page_index"),
    "size": ("page_size", "pageSize", "limit", "per_page", "size", "max_results", "count"),
    "token": ("page_token", "pageToken", "cursor", "next_page_token", "continuation_token"),
    "offset": ("offset", "skip", "start"),
    "after": ("after", "starting_after", "cursor"),
    "before": ("before", "ending_before"),
    "order": ("order", "sort_order", "direction"),
    "next_token": ("next_page_token", "nextPageToken", "next_cursor", "nextCursor", "cursor"),
    "has_more": ("has_more", "hasMore", "has_next"),
    "total": ("total", "total_count", "totalCount", "count"),
}
"""What the parameters and fields of paging are called elsewhere, the usual names first."""
_ANSWERED = frozenset({"items", "has_more", "next_token", "total"})
_ASKED = frozenset({"page", "size", "token", "offset", "before", "after", "order"})


def example_of(node: Tree, document: Tree) -> Tree | None:
    """Return an example for a body or an answer, made from its schema."""
    if "schema" not in node:
        return None
    example = {"summary": "DRAFT: what is shown", "value": value_of(node["schema"], document)}
    return {"examples": {"draft": example}}


def value_of(schema: Any, document: Tree) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return a plain value that fits the schema, as far as its types go."""
    return _value(schema, document, 0)


def _value(schema: Any, document: Tree, depth: int) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value, so many objects and lists deep inside another one."""
    if not isinstance(schema, dict):
        return None
    if "$ref" in schema:
        return _value(follow(document, schema["$ref"]), document, depth)
    for key in ("default", "const"):
        if schema.get(key) is not None:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if members:
        return _value(members[0], document, depth)
    return _of_type(schema, document, depth)


def _of_type(schema: Tree, document: Tree, depth: int) -> Any:  # noqa: ANN401 - JSON of any kind
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties", {}) if depth < _DEEPEST else {}
        needed = schema.get("required", [])
        return {n: _value(one, document, depth + 1) for n, one in fields.items() if n in needed}
    if kind == "array":
        return [_value(schema.get("items", {}), document, depth + 1)] if depth < _DEEPEST else []
    plain = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1.0)}
    texts = {"uuid": "e85980c9-409e-4a46-9304-36588f6292b0", "date-time": "2026-01-01T00:00:00Z"}
    return plain.get(
        str(kind), True if kind == "boolean" else texts.get(schema.get("format", ""), "text")
    )
