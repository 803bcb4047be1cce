from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from document.lint.examples import examples_are_valid
from updates.examples import Mend, mend_of

BOOK: dict[str, Any] = {
    "type": "object",
    "required": ["title", "pages"],
    "properties": {"title": {"type": "string"}, "pages": {"type": "integer"}},
    "additionalProperties": False,
}
SHELF: dict[str, Any] = {
    "type": "object",
    "required": ["books"],
    "properties": {
        "books": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}},
        "best": {"anyOf": [{"$ref": "#/components/schemas/Book"}, {"type": "null"}]},
    },
}
GOOD = {"title": "Poems", "pages": 3}


def _mends(value: Any) -> list[Mend | None]:
    """What is drafted for each mistake that the lint finds in an example of a shelf."""
    media = {"schema": SHELF, "examples": {"one": {"value": value}}}
    answer = {"200": {"description": "d", "content": {"application/json": media}}}
    document = {
        "paths": {"/v1/shelves": {"get": {"responses": answer}}},
        "components": {"schemas": {"Book": BOOK}},
    }
    findings = list(examples_are_valid(document))
    return [mend_of("one", each.problem, media, document) for each in findings]


@pytest.mark.parametrize(
    ("value", "mend"),
    [
        ({}, Mend(".examples['one'].value", {"books": [{"title": "text", "pages": 1}]})),
        (
            {"books": [GOOD, {"title": "Poems"}]},
            Mend(".examples['one'].value.books[1]", {"pages": 1}),
        ),
        (
            {"books": [], "best": 3},
            Mend(".examples['one'].value", {"best": {"title": "text", "pages": 1}}),
        ),
        (
            {"books": [GOOD | {"size": 3}]},
            Mend(".examples['one'].value.books[0]['size']", None),
        ),
        ({"books": 3}, Mend(".examples['one'].value", {"books": [{"title": "text", "pages": 1}]})),
    ],
    ids=["missing", "missing in a list", "wrong in a union", "too much", "another type"],
)
def test_a_mistake_in_an_example_is_mended_where_it_is(value: Any, mend: Mend) -> None:
    assert _mends(value) == [mend]


def test_an_example_that_is_wrong_as_a_whole_is_left_to_a_person() -> None:
    assert _mends("text") == [None]


def test_messages_are_those_of_the_validator_that_is_installed() -> None:
    validator = jsonschema_rs.Draft202012Validator(BOOK)
    told = sorted(one.message for one in validator.iter_errors({"a": 1, "b": 2, "title": "x"}))
    assert told == [
        '"pages" is a required property',
        "Additional properties are not allowed ('a', 'b' were unexpected)",
    ]
