from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from document.lint.examples import examples_are_valid
from updates.examples import Mend, mend_of

if TYPE_CHECKING:
    from document.lint.finding import Finding

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


def _document(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document with an example of a shelf, and the media type that has it."""
    media = {"schema": SHELF, "examples": {"one": {"value": value}}}
    answer = {"200": {"description": "d", "content": {"application/json": media}}}
    document = {
        "paths": {"/v1/shelves": {"get": {"responses": answer}}},
        "components": {"schemas": {"Book": BOOK}},
    }
    return document, media


def _findings(value: Any) -> list[Finding]:
    """The mistakes that the lint finds in an example."""
    return list(examples_are_valid(_document(value)[0]))


def _mends(value: Any) -> list[Mend | None]:
    """What is drafted for each of them."""
    document, media = _document(value)
    return [mend_of("one", each.problem, media, document) for each in _findings(value)]


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


@pytest.mark.parametrize(
    ("value", "made"),
    [("text", [{"title": "text", "pages": 1}]), ([GOOD], [GOOD])],
    ids=["another type", "a list that is in an object now"],
)
def test_an_example_that_is_wrong_as_a_whole_is_made_anew(value: Any, made: Any) -> None:
    assert _mends(value) == [Mend(".examples['one']", {"value": {"books": made}})]


def test_a_list_is_taken_out_of_the_object_that_it_was_in() -> None:
    media = {
        "schema": {"type": "array", "items": BOOK},
        "examples": {"one": {"value": {"books": [GOOD], "total": 1}}},
    }
    text = 'the example is wrong at /: {"books": ...} is not of type "array"'
    mend = mend_of("one", text, media, {"paths": {}})
    assert mend == Mend(".examples['one']", {"value": [GOOD]})


def test_a_long_value_is_told_by_its_ends() -> None:
    [finding] = _findings(["oak" * 200])
    assert finding.problem.endswith('is not of type "object"')
    assert len(finding.problem) < 220


def test_messages_are_those_of_the_validator_that_is_installed() -> None:
    validator = jsonschema_rs.Draft202012Validator(BOOK)
    told = sorted(one.message for one in validator.iter_errors({"a": 1, "b": 2, "title": "x"}))
    assert told == [
        '"pages" is a required property',
        "Additional properties are not allowed ('a', 'b' were unexpected)",
    ]
