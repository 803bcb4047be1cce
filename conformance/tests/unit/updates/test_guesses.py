from __future__ import annotations

from typing import Any

from updates.guesses import items_of, paged_anew, paging_of, stream_of, usual_words


def _asking(name: str, place: str, *words: str) -> dict[str, Any]:
    operations = {
        f"/v1/{number}": {"get": {"parameters": [{"name": name, "in": place, "description": each}]}}
        for number, each in enumerate(words)
    }
    return {"paths": operations}


def test_a_parameter_is_described_as_most_of_its_name_are() -> None:
    document = _asking("page", "query", "Which page.", "The page.", "Which page.")
    assert usual_words({"name": "page", "in": "query"}, document) == "Which page."


def test_a_parameter_of_another_place_is_another_one() -> None:
    document = _asking("page", "header", "Which page.")
    assert usual_words({"name": "page", "in": "query"}, document) is None


def test_what_is_no_parameter_is_described_like_none() -> None:
    assert usual_words({"type": "string"}, _asking("page", "query", "Which page.")) is None


def _listing(schema: dict[str, Any], **marks: Any) -> dict[str, Any]:
    """An operation that pages and answers the schema."""
    page = {"name": "page", "in": "query", "schema": {"default": 0}}
    content = {"content": {"application/json": {"schema": schema}}}
    return {"parameters": [page], "responses": {"200": content}} | marks


LIST: dict[str, Any] = {"type": "array", "items": {}}
PAGE: dict[str, Any] = {"type": "object", "properties": {"books": LIST, "total": {}}}


def test_a_list_pages_as_one_does_that_asks_alike_and_by_its_own_fields() -> None:
    known = {"style": "page-from-0", "page": "page", "items": "data", "total": "sum.all"}
    other = _listing({"properties": {"data": LIST}}, **{"x-mistral-paging": known})
    document = {
        "paths": {"/v1/shelves": {"get": other}},
        "components": {"schemas": {"Page": PAGE}},
    }
    new = _listing({"$ref": "#/components/schemas/Page"})
    assert paging_of(new, document) == {
        "x-mistral-paging": {"style": "page-from-0", "page": "page", "items": "books"}
    }
    assert paging_of(_listing(LIST), document) == {
        "x-mistral-paging": {"style": "page-from-0", "page": "page"}
    }


def _streaming(data: dict[str, Any] | None) -> Any:
    """What is guessed of a stream whose events have the data."""
    fields = {"event": {"type": "string"}} | ({"data": data} if data else {})
    events = {"$ref": "#/components/schemas/Events"}
    schemas = {"Events": {"type": "object", "properties": fields}}
    answer = {"content": {"text/event-stream": {"schema": events}}}
    operation = {"responses": {"200": answer}}
    guessed = stream_of(operation, {"paths": {}, "components": {"schemas": schemas}})
    return guessed and guessed["x-mistral-stream"]["data"].rpartition("/")[2]


def test_a_stream_carries_what_the_data_of_its_events_holds() -> None:
    assert _streaming({"$ref": "#/components/schemas/Book"}) == "Book"
    assert _streaming({"oneOf": [{}, {}]}) == "EventsData"
    assert _streaming(None) == "Events"


def test_a_list_that_came_into_an_object_is_found_there() -> None:
    document = {"paths": {}, "components": {"schemas": {"Page": PAGE}}}
    wrapped = _listing({"$ref": "#/components/schemas/Page"})
    assert items_of(wrapped, document) == {"x-mistral-paging": {"items": "books"}}
    two = _listing({"properties": {"a": LIST, "b": LIST}})
    assert items_of(two, document) is None


def test_a_parameter_of_paging_that_is_gone_gives_way_to_one_that_means_the_same() -> None:
    paging = {"style": "token", "token": "page_token", "size": "page_size", "total": "total"}
    asked: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": {}} for name in ("cursor", "page_size")
    ]
    operation = {"x-mistral-paging": paging, "parameters": asked, "responses": {}}
    anew = paged_anew("parameter", "page_token", operation, {})
    assert anew == {"x-mistral-paging": {"token": "cursor"}}
    assert paged_anew("field", "total", operation, {}) == "['x-mistral-paging'].total"


def test_a_field_of_paging_that_is_gone_is_not_taken_for_a_parameter_of_its_name() -> None:
    paging = {"style": "token", "token": "token", "next_token": "token"}
    answer = {"properties": {"next_cursor": {"type": "string"}}}
    operation = {
        "x-mistral-paging": paging,
        "parameters": [{"name": "token", "in": "query", "schema": {}}],
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
    }
    anew = paged_anew("field", "token", operation, {})
    assert anew == {"x-mistral-paging": {"next_token": "next_cursor"}}
