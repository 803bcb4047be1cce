"""Behaviour as data: answers, openness, streams, paging, deprecation. Programs rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.events import EVENTS
from document.lint.finding import Finding, Rule
from document.lint.validity import missing_path_ids
from document.tree import Tree, follow, operations, reachable
from document.walk import below, parameters, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = ("401", "403", "422", "429", "5XX")
"""Answers that every operation can give."""
_SCHEMAS = "#/components/schemas/"
_PAGING = frozenset({"page", "page_token", "pageToken", "next_page_token", "cursor", "offset"})
"""Parameters that only lists with pages have."""
_ASKED = frozenset({"page", "size", "token", "offset", "before", "after", "order"})
_ANSWERED = frozenset({"items", "next_token", "has_more", "total"})
_GONE = ", which is not there; name what took its place in x-mistral-paging, or take it out there"
"""Keys of `x-mistral-paging` that name parameters, and those that name fields of the answer."""


def answers_are_declared(document: Tree) -> Iterator[Finding]:
    """Yield every operation declares a success and the errors that any operation can answer."""
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}"
        declared = operation.get("responses", {})
        in_path = any(one["in"] == "path" for one in operation.get("parameters", ()))
        for status in (*ALWAYS, *(("404",) if in_path else ())):
            if status not in declared:
                yield Finding(where, f"does not declare {status}; see curation/errors.yaml")
        if not any(status.startswith("2") for status in declared):
            yield Finding(where, "declares no answer of success")


def _of_answers(document: Tree) -> set[str]:
    answers = [operation.get("responses", {}) for _, _, operation in operations(document)]
    return {ref for ref in reachable(document, answers) if ref.startswith(_SCHEMAS)}


def _of_requests(document: Tree) -> set[str]:
    requests = [
        (operation.get("requestBody", {}), operation.get("parameters", []))
        for _, _, operation in operations(document)
    ]
    return {
        ref
        for request in requests
        for part in request
        for ref in reachable(document, part)
        if ref.startswith(_SCHEMAS)
    }


def answer_enums_are_open(document: Tree) -> Iterator[Finding]:
    """Yield every enum that an answer can carry is marked `x-mistral-open`."""
    for reference in sorted(_of_answers(document)):
        for place in below(follow(document, reference), reference.removeprefix(_SCHEMAS)):
            if "enum" in place.node and place.node.get("x-mistral-open") is not True:
                yield Finding(place.where, "answers use this enum; mark it in enums_open.yaml")


def open_marks_are_of_enums(document: Tree) -> Iterator[Finding]:
    """Yield what is marked as an open enum but is none, or was one only in an older document."""
    for place in schemas(document):
        if place.node.get("x-mistral-open") and "enum" not in place.node:
            yield Finding(place.where, "is marked as open but is no enum; see enums_open.yaml")


def answers_are_not_closed(document: Tree) -> Iterator[Finding]:
    """Yield schemas that only answers use and that forbid further fields."""
    for reference in sorted(_of_answers(document) - _of_requests(document)):
        for place in below(follow(document, reference), reference.removeprefix(_SCHEMAS)):
            if place.node.get("additionalProperties") is False:
                yield Finding(place.where, "closes an answer; open it in answers_open.yaml")


def streams_are_described(document: Tree) -> Iterator[Finding]:
    """Yield every event stream says which request asks for it, what it carries and what ends it."""
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}"
        answers = operation.get("responses", {}).values()
        media = {kind for answer in answers for kind in answer.get("content", {})}
        stream = operation.get("x-mistral-stream")
        if EVENTS in media and stream is None:
            yield Finding(where, "streams, but has no x-mistral-stream; see curation/streams.yaml")
        elif stream is not None and EVENTS not in media:
            yield Finding(where, "does not stream, but says so in streams.yaml; take it out there")
        elif stream:
            for problem in _stream_problems(document, operation, stream, media):
                yield Finding(where, f"x-mistral-stream {problem}")


def _stream_problems(
    document: Tree, operation: Tree, stream: Tree, media: set[str]
) -> Iterator[str]:
    for reference in (stream.get("data", ""), *stream.get("events", {}).values()):
        if not follow(document, reference):
            yield f"names event data that does not exist: {reference!r}"
    if not stream.get("method"):
        yield "names no method"
    own = operation.get("operationId", "").rpartition(".")[2]
    if own and "when" not in stream and stream.get("method", own) != own:
        yield f"only streams, so that its method is {own!r}"
    if (len(media) > 1) != ("when" in stream):
        yield "says when there is a stream exactly if there is another answer"
    known = {(one["name"], one["in"]) for one in operation.get("parameters", ())}
    for kind, name in stream.get("resumable", {}).items():
        if (name, kind) not in known:
            yield f"resumes by a {kind} {name!r} that is not there"


def lists_say_how_they_page(document: Tree) -> Iterator[Finding]:
    """Yield every list that pages says how, with parameters and fields that it has."""
    for path, method, operation in operations(document):
        names = {one["name"] for one in operation.get("parameters", ())}
        paging = operation.get("x-mistral-paging")
        where = f"{method.upper()} {path}"
        if paging is None:
            if names & _PAGING:
                yield Finding(where, "pages, but has no x-mistral-paging; see curation/paging.yaml")
            continue
        for key in _ASKED & set(paging):
            if paging[key] not in names:
                yield Finding(where, f"pages by the parameter {paging[key]!r}{_GONE}")
        answer = _of_success(operation)
        for key in _ANSWERED & set(paging):
            if not _has_field(document, answer, paging[key].split(".")):
                yield Finding(where, f"pages by the field {paging[key]!r}{_GONE}")
        items = str(paging.get("items", ""))
        if not _has_list(document, answer, items.split(".") if items else []):
            place = repr(items) if items else "the top of its answer"
            problem = f"has no list at {place}, where x-mistral-paging says it is"
            yield Finding(where, f"{problem}; see curation/paging.yaml")


def _of_success(operation: Tree) -> Tree:
    """Return the schema of what the operation answers to a success; empty where it says nothing."""
    for status, answer in operation.get("responses", {}).items():
        for media in answer.get("content", {}).values() if status.startswith("2") else ():
            if isinstance(schema := media.get("schema"), dict):
                return schema
    return {}


def _has_field(document: Tree, schema: Tree, path: list[str]) -> bool:
    """Say whether the dotted path leads somewhere; null beside an object is no obstacle."""
    while "$ref" in schema:
        schema = follow(document, schema["$ref"]) or {}
    if not path:
        return True
    if inside := schema.get("properties", {}).get(path[0]):
        return _has_field(document, inside, path[1:])
    return any(_has_field(document, member, path) for member in schema.get("anyOf", ()))


def _has_list(document: Tree, schema: Tree, path: list[str]) -> bool:
    """Say whether the dotted path leads to a list."""
    while "$ref" in schema:
        schema = follow(document, schema["$ref"]) or {}
    if not path and schema.get("type") == "array":
        return True
    inside = schema.get("properties", {}).get(path[0]) if path else None
    if inside is not None:
        return _has_list(document, inside, path[1:])
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return any(_has_list(document, part, path) for part in parts)


def deprecations_say_what_to_do(document: Tree) -> Iterator[Finding]:
    """Yield what is deprecated and carries no `x-mistral-deprecated` with a message.

    Nothing else does.
    """
    nodes = [(f"{m.upper()} {p}", node) for p, m, node in operations(document)]
    nodes += [(place.where, place.node) for place in parameters(document)]
    nodes += [(place.where, place.node) for place in schemas(document) if place.is_property]
    for where, node in nodes:
        note = node.get("x-mistral-deprecated")
        if node.get("deprecated") and not isinstance(note, dict):
            yield Finding(where, "deprecated; say in curation/deprecated.yaml what replaces it")
        elif note is not None and not node.get("deprecated"):
            yield Finding(where, "not deprecated; take its note out of curation/deprecated.yaml")
        elif isinstance(note, dict) and not note.get("message"):
            yield Finding(where, "x-mistral-deprecated has no message")


def replacements_exist(document: Tree) -> Iterator[Finding]:
    """Yield deprecated operations whose replacement is no operation."""
    ids = {operation.get("operationId") for _, _, operation in operations(document)}
    for path, method, operation in operations(document):
        replacement = operation.get("x-mistral-deprecated", {}).get("replacement")
        if replacement and replacement not in ids:
            yield Finding(f"{method.upper()} {path}", f"{replacement!r} is no operation")


def path_ids_are_parameters(document: Tree) -> Iterator[Finding]:
    """Yield every placeholder of a path is a parameter of its operations."""
    for path, method, operation in operations(document):
        for name in missing_path_ids(document, path, operation):
            problem = f"has no path parameter {name!r}; add it in curation/required.yaml"
            yield Finding(f"{method.upper()} {path}", problem)


def repeatable_is_news(document: Tree) -> Iterator[Finding]:
    """Yield operations marked as repeatable whose methods are idempotent by themselves."""
    for path, method, operation in operations(document):
        if operation.get("x-mistral-repeatable") and method not in {"post", "patch"}:
            yield Finding(f"{method.upper()} {path}", "is repeatable by its method; drop the mark")


BEHAVIOUR: tuple[Rule, ...] = (
    answers_are_declared,
    answer_enums_are_open,
    open_marks_are_of_enums,
    answers_are_not_closed,
    streams_are_described,
    lists_say_how_they_page,
    deprecations_say_what_to_do,
    replacements_exist,
    path_ids_are_parameters,
    repeatable_is_news,
)
