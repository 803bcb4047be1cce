"""Reference pages against the document: how tables are read, compared and explained."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import compare_reference
import pytest
from reference.comparison import compare
from reference.page import Row, read_page

import mistral_openapi

if TYPE_CHECKING:
    from pathlib import Path

PAGE = r"""
## [](#tag/shelves)Shelves

Only words.

## [](#tag/shelves/operation/list_shelves)List shelves

##### query Parameters

page\_size

integer (Page Size) \[ 1 .. 100 \]

Default: 20

How many shelves.

sort

Sort (string) or Sort (null) (Sort)

Enum: "up" "down"

### Responses

**200**

Fine

get/v1/shelves

## [](#tag/shelves/operation/add_book)Add a book

##### path Parameters

shelf\_id

required

string <uuid\> (Shelf Id)

##### Request Body schema: application/json

required

required\_copies

integer

title

required

Title (string) or Array of Titles (strings) (Title)

Any of

TitleTitle

string (Title)

odd

boolean (Odd)

Value: true

### Responses

**201**

Fine

**409**

It is there

post/v1/shelves/{shelf\_id}/books
"""


def operation(id_: str, method: str, path: str, **facts: Any) -> mistral_openapi.Operation:
    tag = id_.rpartition(".")[0]
    return mistral_openapi.Operation(id_, method, path, tag, {"responses": {}, **facts})


def book_body(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "required": ["title"], "properties": properties}
    return {"content": {"application/json": {"schema": schema}}}


SHELVES = operation(
    "shelves.list",
    "GET",
    "/v1/shelves",
    parameters=[
        {
            "name": "page_size",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        },
        {
            "name": "sort",
            "in": "query",
            "schema": {"anyOf": [{"type": "string", "enum": ["up", "down"]}, {"type": "null"}]},
        },
    ],
    responses={"200": {}},
)
BOOKS = operation(
    "shelves.add_book",
    "POST",
    "/v1/shelves/{id}/books",
    parameters=[
        {
            "name": "shelf_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
    ],
    requestBody=book_body(
        required_copies={"type": "integer"},
        title={"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        odd={"type": "boolean", "const": True},
    ),
    responses={"201": {}, "409": {}},
)


def differences(*operations: mistral_openapi.Operation) -> list[str]:
    return [str(each) for each in compare(read_page(PAGE), list(operations))]


def test_rows_are_read_with_all_their_facts() -> None:
    shelves, books = read_page(PAGE)
    assert (shelves.method, shelves.path, shelves.statuses) == ("GET", "/v1/shelves", ("200",))
    assert shelves.rows == (
        Row(
            *("query", "page_size"),
            required=False,
            types=frozenset({"integer"}),
            bounds=(1, 100),
            default="20",
        ),
        Row(
            *("query", "sort"),
            required=False,
            types=frozenset({"string", "null"}),
            values=('"up"', '"down"'),
        ),
    )
    assert [(row.place, row.name, row.required) for row in books.rows] == [
        ("path", "shelf_id", True),
        ("body", "required_copies", False),
        ("body", "title", True),
        ("body", "odd", False),
    ]
    assert books.rows[2].types == {"string", "array"}


def test_same_facts_make_no_difference() -> None:
    assert differences(SHELVES, BOOKS) == []


def test_operation_that_the_document_lacks_is_a_difference() -> None:
    (found,) = differences(BOOKS)
    assert found == "GET /v1/shelves operation: the page says it exists, the document it does not"


@pytest.mark.parametrize(
    ("name", "schema", "words"),
    [
        (
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": 100},
            "default: the page says 20",
        ),
        (
            "page_size",
            {"type": "integer", "minimum": 0, "maximum": 100, "default": 20},
            "minimum: the page says 1, the document 0",
        ),
        (
            "page_size",
            {"type": "number", "minimum": 1, "maximum": 100, "default": 20},
            "type: the page says integer, the document number",
        ),
        (
            "sort",
            {"anyOf": [{"type": "string", "enum": ["up"]}, {"type": "null"}]},
            'values: the page says "down"',
        ),
        ("sort", None, "parameter: the page says it exists"),
    ],
)
def test_every_fact_of_a_parameter_is_compared(name: str, schema: Any, words: str) -> None:
    kept = [each for each in SHELVES.object["parameters"] if each["name"] != name]
    changed = [] if schema is None else [{"name": name, "in": "query", "schema": schema}]
    other = operation("shelves.list", "GET", "/v1/shelves", parameters=[*kept, *changed])
    found = [each for each in differences(other, BOOKS) if f"query.{name}" in each]
    assert len(found) == 1
    assert f"shelves.list query.{name} {words}" in found[0]


def test_required_marks_formats_and_answers_are_compared() -> None:
    body = book_body(
        **BOOKS.object["requestBody"]["content"]["application/json"]["schema"]["properties"]
    )
    body["content"]["application/json"]["schema"]["required"] = []
    plain = [{"name": "shelf_id", "in": "path", "required": True, "schema": {"type": "string"}}]
    other = operation(
        "shelves.add_book",
        "POST",
        "/v1/shelves/{id}/books",
        parameters=plain,
        requestBody=body,
        responses={"201": {}},
    )
    assert differences(SHELVES, other) == [
        "shelves.add_book path.shelf_id format: the page says uuid, the document none",
        "shelves.add_book body.title required: the page says required, the document optional",
        "shelves.add_book answer 409: the page says it exists, the document it does not",
    ]


def test_page_without_tables_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Only words\n", "utf-8")
    assert compare_reference.main([str(page)]) == 2
    assert "no page has tables" in capsys.readouterr().err
    assert compare_reference.main([str(tmp_path / "absent.md")]) == 2


def test_difference_without_an_explanation_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    assert compare_reference.main([str(page)]) == 1
    printed = capsys.readouterr().out
    assert "not explained: GET /v1/shelves operation" in printed
    assert "explains nothing: fim.complete body.model default" in printed


ROWS = compare_reference.read_explanations()


@pytest.mark.parametrize("row", ROWS, ids=[row["where"] for row in ROWS])
def test_explanation_names_operations_that_exist_and_a_date_a_file_or_the_page(
    row: dict[str, Any],
) -> None:
    pattern = row["where"].split(" ")[0]
    assert any(fnmatchcase(each.id, pattern) for each in mistral_openapi.operations())
    ways = [key for key in ("since", "correction", "page") if key in row]
    assert len(ways) == 1
    if "since" in row:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", str(row["since"]))
    if row.get("correction") not in {None, "importer"}:
        assert (compare_reference.TABLE.parent / row["correction"]).is_file()
    assert row.get("why") or row.get("page")
