"""How histories follow from documents: small ones, with one difference each."""

from __future__ import annotations

from typing import Any

import pytest
from document.problems import DocumentProblem
from eras.flattening import flatten_document
from eras.history import History
from eras.notes import read_notes

DAYS = ("2025-01-01", "2025-06-01", "2026-01-01")
KEY = ("POST", "/things/{}")


def document(body: dict[str, Any], answer: dict[str, Any] | None = None, **schemas: Any) -> Any:
    """Return a document with one operation that takes and answers these schemas."""
    content = {"content": {"application/json": {"schema": answer or {"type": "object"}}}}
    operation = {
        "operationId": "make",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"200": content},
    }
    return {
        "openapi": "3.1.0",
        "info": {},
        "paths": {"/things/{id}": {"post": operation}},
        "components": {"schemas": schemas},
    }


def thing(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def history(*documents: Any) -> History:
    states = {
        day: flatten_document(one)[KEY] for day, one in zip(DAYS, documents, strict=True) if one
    }
    return History(DAYS, states)


TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def test_a_field_that_comes_later_has_the_day_of_its_document() -> None:
    old, new = document(thing(name=TEXT)), document(thing(name=TEXT, size=NUMBER))
    assert history(old, new, new).places() == {"body/size": {"since": "2025-06-01"}}


def test_a_field_that_goes_has_the_day_of_the_first_document_without_it() -> None:
    old, new = document(thing(name=TEXT, size=NUMBER)), document(thing(name=TEXT))
    assert history(old, old, new).places() == {
        "body/size": {"until": "2026-01-01", "was": {"type": ["integer"], "required": False}}
    }


def test_what_comes_with_its_parent_is_not_told_twice() -> None:
    old, new = document(thing(name=TEXT)), document(thing(name=TEXT, inner=thing(a=TEXT)))
    assert history(old, new, new).places() == {"body/inner": {"since": "2025-06-01"}}


def test_a_renamed_schema_changes_nothing() -> None:
    old = document({"$ref": "#/components/schemas/ThingIn"}, ThingIn=thing(name=TEXT))
    new = document({"$ref": "#/components/schemas/NewThing"}, NewThing=thing(name=TEXT))
    assert history(old, new, new).places() == {}


def test_what_is_below_a_repetition_is_not_told() -> None:
    node = thing(name=TEXT, inner={"$ref": "#/components/schemas/Node"})
    once = document({"$ref": "#/components/schemas/Node"}, Node=node)
    twice = document(thing(name=TEXT, inner=thing(name=TEXT, inner=thing(name=TEXT))))
    assert "body/inner/name" not in history(once, once, twice).places()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (thing(a=TEXT) | {"required": ["a"]}, thing(a=TEXT), {"required": True}),
        (thing(a={"type": ["string", "null"]}), thing(a=TEXT), {"type": ["null", "string"]}),
        (thing(a=NUMBER), thing(a=NUMBER | {"minimum": 1}), {"minimum": None}),
        (thing(a=NUMBER | {"default": 3}), thing(a=NUMBER), {"default": 3}),
        (thing(a=TEXT | {"enum": ["x"]}), thing(a=TEXT), {"values": ["x"]}),
    ],
    ids=["required", "type", "bound", "default", "listed"],
)
def test_a_constraint_is_told_as_it_was_before(old: Any, new: Any, told: Any) -> None:
    places = history(document(old), document(old), document(new)).places()
    assert places["body/a"] == {"before": [["2026-01-01", told]]}


def test_a_value_has_a_life_of_its_own() -> None:
    old = document(thing(kind={"enum": ["a", "b"]}))
    new = document(thing(kind={"enum": ["b", "c"]}))
    assert history(old, new, new).places()["body/kind"]["values"] == {
        "a": {"until": "2025-06-01"},
        "c": {"since": "2025-06-01"},
    }


def test_an_operation_of_newer_documents_has_a_since() -> None:
    new = document(thing(name=TEXT))
    assert history(None, new, new).life == ("2025-06-01", None)


def test_notes_with_an_unknown_field_are_refused(tmp_path: Any) -> None:
    path = tmp_path / "eras.yaml"
    path.write_text("announced:\n  - {id: a, operations: [b], evidence: c, wen: d}\n", "utf-8")
    with pytest.raises(DocumentProblem, match="wen"):
        read_notes(path)
