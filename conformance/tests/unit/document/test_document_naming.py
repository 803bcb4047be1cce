from __future__ import annotations

import copy
from typing import Any

import pytest
from document.naming import name_schemas, tag_operations
from document.problems import DocumentProblem

BOOK = "#/components/schemas/Book"


def _document(**schemas: Any) -> dict[str, Any]:
    return {"paths": {}, "components": {"schemas": schemas}}


def test_a_title_renames_a_component_and_all_that_refers_to_it() -> None:
    document = _document(
        BookOUT={"title": "Book", "type": "object"},
        Shelf={
            "oneOf": [{"$ref": "#/components/schemas/BookOUT"}],
            "discriminator": {
                "propertyName": "type",
                "mapping": {"book": "#/components/schemas/BookOUT"},
            },
        },
    )
    document["x-mistral-stream"] = {"data": "#/components/schemas/BookOUT"}
    name_schemas(document)
    schemas = document["components"]["schemas"]
    assert schemas["Book"] == {"type": "object"}
    assert schemas["Shelf"]["oneOf"] == [{"$ref": BOOK}]
    assert schemas["Shelf"]["discriminator"]["mapping"] == {"book": BOOK}
    assert document["x-mistral-stream"]["data"] == BOOK


def test_a_title_in_place_makes_a_component_and_leaves_what_is_about_the_place() -> None:
    wood = {"title": "Wood", "enum": ["oak"], "default": "oak", "deprecated": True}
    document = _document(Shelf={"properties": {"wood": wood}})
    name_schemas(document)
    schemas = document["components"]["schemas"]
    assert schemas["Wood"] == {"enum": ["oak"]}
    assert schemas["Shelf"]["properties"]["wood"] == {
        "$ref": "#/components/schemas/Wood",
        "default": "oak",
        "deprecated": True,
    }


def test_what_is_inside_is_named_before_what_it_is_in() -> None:
    inner = {"title": "Page", "type": "object"}
    document = _document(
        Shelf={"items": {"title": "Book", "type": "object", "properties": {"page": inner}}}
    )
    name_schemas(document)
    book = document["components"]["schemas"]["Book"]
    assert book["properties"]["page"] == {"$ref": "#/components/schemas/Page"}


def test_a_union_with_null_is_named_without_it() -> None:
    union = {"title": "Thing", "anyOf": [{"$ref": BOOK}, {"type": "string"}, {"type": "null"}]}
    document = _document(Book={"type": "object"}, Shelf={"properties": {"thing": union}})
    name_schemas(document)
    schemas = document["components"]["schemas"]
    assert schemas["Thing"] == {"anyOf": [{"$ref": BOOK}, {"type": "string"}]}
    assert schemas["Shelf"]["properties"]["thing"] == {
        "anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]
    }


def test_equal_schemas_share_a_name() -> None:
    wood = {"title": "Wood", "enum": ["oak"]}
    document = _document(A={"items": copy.deepcopy(wood)}, B={"items": copy.deepcopy(wood)})
    name_schemas(document)
    schemas = document["components"]["schemas"]
    assert schemas["A"] == schemas["B"] == {"items": {"$ref": "#/components/schemas/Wood"}}


@pytest.mark.parametrize(
    ("schemas", "message"),
    [
        ({"A": {"title": "B", "type": "string"}, "B": {"type": "object"}}, "is called B"),
        ({"A": {"items": {"title": "B", "enum": [1]}}, "B": {"enum": [2]}}, "is called B"),
        ({"A": {"title": "A shelf of books"}}, "is no name"),
        ({"A": {"items": {"title": "B", "anyOf": [{}, {"type": "null"}]}}}, "not null"),
    ],
)
def test_a_title_that_cannot_be_a_name_is_refused(schemas: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentProblem, match=message):
        name_schemas(_document(**schemas))


def test_titles_that_cannot_be_names_are_all_told_where_problems_are_gathered() -> None:
    problems: list[DocumentProblem] = []
    document = _document(
        A={"title": "B", "type": "string"},
        B={"type": "object"},
        C={"items": {"title": "B", "enum": [1]}},
        D={"items": {"title": "Good", "enum": [2]}},
    )
    name_schemas(document, problems)
    assert [str(one).split(":")[0] for one in problems] == [
        "curation/schema_names.yaml, the title B",
        "curation/schema_names.yaml, the title B",
    ]
    schemas = document["components"]["schemas"]
    assert schemas == {
        "A": {"type": "string"},
        "B": {"type": "object"},
        "C": {"items": {"enum": [1]}},
        "D": {"items": {"$ref": "#/components/schemas/Good"}},
        "Good": {"enum": [2]},
    }


def test_a_title_that_upstream_gives_too_is_no_problem() -> None:
    document = _document(Shelf={"items": {"$ref": BOOK, "title": "Book"}}, Book={"type": "object"})
    name_schemas(document)
    assert document["components"]["schemas"]["Shelf"] == {"items": {"$ref": BOOK}}


def test_a_property_called_title_is_no_name() -> None:
    document = _document(Shelf={"properties": {"title": {"type": "string"}}})
    expected = copy.deepcopy(document)
    name_schemas(document)
    assert document == expected


def test_the_tag_of_an_operation_follows_from_its_id() -> None:
    operation = {"operationId": "beta.shelves.get", "tags": ["other", "tags"]}
    tag_operations({"paths": {"/v1/shelves": {"get": operation}}})
    assert operation["tags"] == ["beta.shelves"]
