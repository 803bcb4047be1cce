"""Each rule lets a good document pass, and bites when its one thing is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from document.lint import RULES, copied_sentences, lint
from document.lint.behaviour import (
    answer_enums_are_open,
    answers_are_declared,
    answers_are_not_closed,
    deprecations_say_what_to_do,
    lists_say_how_they_page,
    open_marks_are_of_enums,
    path_ids_are_parameters,
    repeatable_is_news,
    replacements_exist,
    streams_are_described,
)
from document.lint.examples import (
    bodies_have_examples,
    defaults_are_valid,
    examples_are_valid,
    successes_have_examples,
)
from document.lint.names import (
    components_are_used,
    no_vendor_extensions,
    operation_ids,
    operation_tags,
    tags_are_used,
)
from document.lint.shapes import (
    objects_have_names,
    only_known_keywords,
    required_fields_exist,
    schemas_have_good_names,
    tags_are_mapped,
    unions_have_tags,
)
from document.lint.validity import is_openapi, references_resolve
from document.lint.words import (
    document_is_explained,
    operations_are_explained,
    parts_are_explained,
    schemas_are_explained,
    texts_are_clean,
)
from openapi_spec_validator import OpenAPIV31SpecValidator

if TYPE_CHECKING:
    from collections.abc import Callable

    from document.lint import Rule

    Change = Callable[[dict[str, Any]], object]


def _shelf(document: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"]["/v1/shelves/{shelf_id}"]["get"]
    return operation


def _books(document: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"]["/v1/books"]["get"]
    return operation


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, Any] = document["components"]["schemas"]
    return schemas


def _json(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation["responses"]["200"]["content"]["application/json"]
    return content


def _union(document: dict[str, Any], **discriminator: Any) -> object:
    """Add a union of two schemas, told apart by `kind`; give it back."""
    for name in ("oak", "ash"):
        _schemas(document)[name.title()] = {"properties": {"kind": {"const": name}}}
    members = [{"$ref": "#/components/schemas/Oak"}, {"$ref": "#/components/schemas/Ash"}]
    stated = {"discriminator": discriminator} if discriminator else {}
    return _schemas(document).setdefault("Tree", {"oneOf": members} | stated)


def _stream(document: dict[str, Any], **stream: Any) -> dict[str, Any]:
    """Let the shelf stream as well, as told; give back how."""
    _shelf(document)["responses"]["200"]["content"].update({"text/event-stream": {}})
    good = {"method": "stream", "data": "#/components/schemas/Book", "when": {"stream": True}}
    told: dict[str, Any] = _shelf(document).setdefault("x-mistral-stream", good | stream)
    return told


def _content(document: dict[str, Any]) -> dict[str, Any]:
    """What the shelf is answered as."""
    content: dict[str, Any] = _shelf(document)["responses"]["200"]["content"]
    return content


_BODY = {"description": "B.", "content": {"application/json": {"schema": {"type": "object"}}}}
_BREACHES: list[tuple[Rule, Change, str]] = [
    (references_resolve, lambda d: _json(_books(d)).update(schema={"$ref": "#/c/N"}), "#/c/N"),
    (
        references_resolve,
        lambda d: _schemas(d)["Book"].update(
            discriminator={"propertyName": "t", "mapping": {"a": "#/components/schemas/None"}}
        ),
        "schemas/None",
    ),
    (is_openapi, lambda d: d["info"].pop("title"), "title"),
    (is_openapi, lambda d: _schemas(d)["Book"].update(type="book"), "'book' is not valid"),
    (operation_ids, lambda d: _shelf(d).pop("operationId"), "no operationId"),
    (
        open_marks_are_of_enums,
        lambda d: _schemas(d)["Book"].update({"x-mistral-open": True}),
        "is no enum",
    ),
    (
        lists_say_how_they_page,
        lambda d: _books(d)["x-mistral-paging"].update(items="pages"),
        "has no list at 'pages'",
    ),
    (operation_ids, lambda d: _shelf(d).update(operationId="books.list"), "there 2 times"),
    (operation_ids, lambda d: _shelf(d).update(operationId="getShelf"), "not a dotted path"),
    (operation_tags, lambda d: _shelf(d).update(tags=["other"]), "has to be 'shelves'"),
    (operation_tags, lambda d: _shelf(d).update(tags=["shelves", "books"]), "only tag"),
    (operation_tags, lambda d: d["tags"].pop(1), "tag shelves: no entry"),
    (tags_are_used, lambda d: d["tags"].append({"name": "lamps"}), "tag lamps"),
    (components_are_used, lambda d: _schemas(d).update(Lamp={}), "schemas Lamp: nothing uses it"),
    (components_are_used, lambda d: d["components"]["responses"].update(N={}), "responses N"),
    (no_vendor_extensions, lambda d: _schemas(d)["Book"].update({"x-speakeasy-a": 1}), "Book: the"),
    (document_is_explained, lambda d: d["info"].pop("description"), "info: no description"),
    (document_is_explained, lambda d: d["tags"][0].pop("description"), "tag books"),
    (
        document_is_explained,
        lambda d: d["components"]["securitySchemes"]["Key"].pop("description"),
        "security scheme Key",
    ),
    (operations_are_explained, lambda d: _shelf(d).pop("summary"), "its summary"),
    (operations_are_explained, lambda d: _shelf(d).update(summary="x" * 61), "its summary"),
    (operations_are_explained, lambda d: _shelf(d).update(summary="Get."), "its summary"),
    (operations_are_explained, lambda d: _shelf(d).pop("description"), "no description"),
    (operations_are_explained, lambda d: _shelf(d).update(description="Some"), "no description"),
    (parts_are_explained, lambda d: _books(d)["parameters"][0].pop("description"), "/books: page"),
    (parts_are_explained, lambda d: _shelf(d)["responses"]["200"].pop("description"), ": 200"),
    (parts_are_explained, lambda d: _shelf(d).update(requestBody={"content": {}}), ": body"),
    (
        parts_are_explained,
        lambda d: d["components"]["responses"]["Error"].update(headers={"x-a": {"schema": {}}}),
        "header x-a",
    ),
    (schemas_are_explained, lambda d: _schemas(d)["Book"].pop("description"), "Book: no"),
    (
        schemas_are_explained,
        lambda d: _schemas(d)["Shelf"]["properties"]["wood"].pop("description"),
        "Shelf.properties.wood",
    ),
    (
        schemas_are_explained,
        lambda d: _json(_books(d)).update(schema={"properties": {"a": {"type": "string"}}}),
        "properties.a",
    ),
    (texts_are_clean, lambda d: _shelf(d).update(description="Two  spaces."), "stray spaces"),
    (texts_are_clean, lambda d: _shelf(d).update(description="TODO."), "unfinished"),
    (bodies_have_examples, lambda d: _shelf(d).update(requestBody=_BODY), "no example"),
    (successes_have_examples, lambda d: _json(_books(d)).pop("examples"), "200 application/json"),
    (
        examples_are_valid,
        lambda d: _json(_books(d)).update(examples={"bad": {"value": [{"pages": "3"}]}}),
        "wrong at /0/pages",
    ),
    (
        examples_are_valid,
        lambda d: _shelf(d)["parameters"][0]["schema"].update(examples=["no-uuid"]),
        "no-uuid",
    ),
    (
        examples_are_valid,
        lambda d: _schemas(d)["Shelf"].update(examples=[{"title": "A", "wood": "tin"}]),
        "wrong at /wood",
    ),
    (defaults_are_valid, lambda d: _schemas(d)["Wood"].update(default="tin"), "'tin' is wrong"),
    (answers_are_declared, lambda d: _shelf(d)["responses"].pop("404"), "not declare 404"),
    (answers_are_declared, lambda d: _books(d)["responses"].pop("429"), "not declare 429"),
    (answers_are_declared, lambda d: _books(d)["responses"].pop("200"), "no answer of success"),
    (answer_enums_are_open, lambda d: _schemas(d)["Wood"].pop("x-mistral-open"), "Wood: answers"),
    (
        answers_are_not_closed,
        lambda d: _schemas(d)["Book"].update(additionalProperties=False),
        "Book: closes",
    ),
    (
        streams_are_described,
        lambda d: _shelf(d)["responses"]["200"]["content"].update({"text/event-stream": {}}),
        "streams, but has no x-mistral-stream",
    ),
    (
        streams_are_described,
        lambda d: _shelf(d).update({"x-mistral-stream": {}}),
        "does not stream, but says so",
    ),
    (
        streams_are_described,
        lambda d: _stream(d, data="#/components/schemas/None"),
        "does not exist",
    ),
    (
        streams_are_described,
        lambda d: _stream(d, events={"error": "#/components/schemas/None"}),
        "does not exist",
    ),
    (streams_are_described, lambda d: _stream(d, method=None), "names no method"),
    (
        streams_are_described,
        lambda d: (_stream(d, method="other").pop("when"), _content(d).pop("application/json")),
        "only streams, so that its method is",
    ),
    (
        streams_are_described,
        lambda d: _stream(d).pop("when"),
        "another answer",
    ),
    (
        streams_are_described,
        lambda d: _stream(d, resumable={"query": "last_event_id"}),
        "resumes by a query 'last_event_id'",
    ),
    (lists_say_how_they_page, lambda d: _books(d).pop("x-mistral-paging"), "no x-mistral-paging"),
    (
        lists_say_how_they_page,
        lambda d: _books(d)["responses"].update({"204": _books(d)["responses"].pop("200") and {}}),
        "has no list at",
    ),
    (
        lists_say_how_they_page,
        lambda d: _books(d)["x-mistral-paging"].update(size="page_size"),
        "'page_size', which is not there",
    ),
    (
        lists_say_how_they_page,
        lambda d: _books(d)["x-mistral-paging"].update(items="data.books"),
        "'data.books', which is not there",
    ),
    (schemas_have_good_names, lambda d: _schemas(d).update(BookOUT={}), "BookOUT: a person"),
    (schemas_have_good_names, lambda d: _schemas(d).update(Book_Out_={}), "Book_Out_: a person"),
    (schemas_have_good_names, lambda d: _schemas(d).update(Type0Item1={}), "Type0Item1: a person"),
    (
        objects_have_names,
        lambda d: _schemas(d)["Shelf"]["properties"].update(lamp={"properties": {"on": {}}}),
        "Shelf.properties.lamp: an object in place",
    ),
    (
        objects_have_names,
        lambda d: (_union(d), _schemas(d).update(Wood={"items": _schemas(d).pop("Tree")})),
        "Wood.items: a union in place",
    ),
    (unions_have_tags, _union, "Tree: 'kind' is its tag"),
    (
        tags_are_mapped,
        lambda d: _union(d, propertyName="kind", mapping={"oak": "#/components/schemas/Oak"}),
        "Tree: its mapping",
    ),
    (
        tags_are_mapped,
        lambda d: _union(
            d,
            propertyName="kind",
            mapping={"oak": "#/components/schemas/Oak", "elm": "#/components/schemas/Ash"},
        ),
        "does not have 'elm'",
    ),
    (
        required_fields_exist,
        lambda d: _schemas(d)["Shelf"].update(required=["title", "level"]),
        "Shelf: requires 'level'",
    ),
    (
        required_fields_exist,
        lambda d: _schemas(d)["Shelf"].update(required=["title", "title"]),
        "requires a field twice",
    ),
    (only_known_keywords, lambda d: _schemas(d)["Book"].update(nullable=True), "no nullable"),
    (only_known_keywords, lambda d: _schemas(d)["Wood"].update(format="byte"), "contentEncoding"),
    (deprecations_say_what_to_do, lambda d: _shelf(d).update(deprecated=True), "what replaces it"),
    (
        deprecations_say_what_to_do,
        lambda d: _schemas(d)["Shelf"]["properties"]["wood"].update(deprecated=True),
        "Shelf.properties.wood",
    ),
    (
        deprecations_say_what_to_do,
        lambda d: _books(d)["parameters"][0].update(
            {"deprecated": True, "x-mistral-deprecated": {"replacement": None}}
        ),
        "no message",
    ),
    (
        replacements_exist,
        lambda d: _shelf(d).update({"x-mistral-deprecated": {"replacement": "shelves.find"}}),
        "'shelves.find' is no operation",
    ),
    (
        path_ids_are_parameters,
        lambda d: _shelf(d)["parameters"].clear(),
        "has no path parameter 'shelf_id'",
    ),
    (repeatable_is_news, lambda d: _shelf(d).update({"x-mistral-repeatable": True}), "by its"),
]


def _name(value: object) -> str | None:
    return getattr(value, "__name__", None) if callable(value) else None


@pytest.mark.parametrize(("rule", "change", "message"), _BREACHES, ids=_name)
def test_a_rule_finds_its_breach(
    document: dict[str, Any], rule: Rule, change: Change, message: str
) -> None:
    assert list(rule(document)) == []
    change(document)
    assert any(message in str(finding) for finding in rule(document))


def test_every_rule_is_proved_to_bite() -> None:
    assert set(RULES) == {rule for rule, _, _ in _BREACHES}


def test_a_document_that_is_not_valid_is_judged_no_further(document: dict[str, Any]) -> None:
    document["paths"]["/v1/books"]["get"].pop("summary")
    document["info"].pop("title")
    assert all("not valid OpenAPI" in str(finding) for finding in lint(document))


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "text"},
        {"properties": {"pages": {"items": [1]}}},
        {"anyOf": [{"properties": {"pages": {"required": "all"}}}]},
        {"type": "object", "discriminator": 3},
        {"type": "string", "minLength": -1},
        {"type": "string", "pattern": r"\p{L}"},
        {"type": "string", "pattern": "("},
        {"type": "integer", "default": "one"},
        {"$schema": "https://example.org/unknown", "type": "object"},
        {"$schema": "http://json-schema.org/draft-07/schema#", "additionalItems": 3},
    ],
)
def test_schemas_are_judged_as_the_validator_alone_judges_them(
    document: dict[str, Any], broken: dict[str, Any]
) -> None:
    _schemas(document)["Broken"] = broken
    told = [finding.problem for finding in is_openapi(document)]
    alone = OpenAPIV31SpecValidator(document).iter_errors()
    assert told == [f"not valid OpenAPI 3.1: {one.message.splitlines()[0]}" for one in alone]
    assert told


def test_a_request_may_stay_closed(document: dict[str, Any]) -> None:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Book"}}}}
    document["paths"]["/v1/books"]["get"]["requestBody"] = body
    document["components"]["schemas"]["Book"]["additionalProperties"] = False
    assert list(answers_are_not_closed(document)) == []


def test_a_copied_sentence_is_found(document: dict[str, Any], folder: Any) -> None:
    prints = set((folder / "facts/fingerprints.txt").read_text().splitlines())
    assert list(copied_sentences(document, prints)) == []
    _shelf(document)["description"] = "So: fetches the shelf that was asked for by its id."
    assert "sentence of the upstream" in str(next(copied_sentences(document, prints)))
