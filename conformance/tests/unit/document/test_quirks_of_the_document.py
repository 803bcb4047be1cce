"""The list of quirks in openapi/README.md agrees with the document and the corrections."""

from __future__ import annotations

import re
from pathlib import Path

import curate
import pytest

from mistral_openapi import load, operations

OPENAPI = Path(curate.__file__).parent.parent / "openapi"
TEXT = (OPENAPI / "README.md").read_text(encoding="utf-8")
LISTS = TEXT.partition("## Quirks")[2]


def _rows(heading: str) -> list[list[str]]:
    """The cells of each row of the table under a heading."""
    section = LISTS.partition(f"### {heading}")[2].partition("\n### ")[0]
    lines = [line for line in section.splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def _quoted(cell: str) -> list[str]:
    return [name for name in re.findall(r"`([^`]+)`", cell) if "…" not in name]


ACCEPTED = [name for row in _rows("Accepted") for name in _quoted(row[2])]


@pytest.mark.parametrize("section", range(1, 12))
def test_every_section_of_the_notes_is_answered(section: int) -> None:
    rows = [*_rows("Corrected"), *_rows("Handled at run time"), *_rows("Accepted")]
    assert str(section) in {row[0] for row in rows}


@pytest.mark.parametrize("row", _rows("Accepted"), ids=lambda row: str(row[1]))
def test_whatever_is_accepted_says_where_and_why(row: list[str]) -> None:
    assert len(row) == 4
    assert all(row)


def test_every_file_of_corrections_is_listed() -> None:
    named = {Path(name).name for row in _rows("Corrected") for name in _quoted(row[2])}
    assert {path.name for path in (OPENAPI / "curation").glob("*.yaml")} <= named


@pytest.mark.parametrize("name", [one for one in ACCEPTED if one.startswith("curation/")])
def test_a_correction_that_is_named_is_there(name: str) -> None:
    assert (OPENAPI / name).is_file()


@pytest.mark.parametrize(
    "name", [one for one in ACCEPTED if re.fullmatch(r"[a-z_.]+\.[a-z_]+", one)]
)
def test_an_operation_that_is_named_is_there(name: str) -> None:
    extensions = {"x-mistral-stream.events"}
    assert name in {one.id for one in operations()} | extensions


@pytest.mark.parametrize("path", [one for one in ACCEPTED if one.startswith("/v")])
def test_a_path_that_is_named_is_there(path: str) -> None:
    assert path in load()["paths"]


@pytest.mark.parametrize("name", [one for one in ACCEPTED if re.match(r"[A-Z]", one)])
def test_a_schema_or_field_that_is_named_is_there(name: str) -> None:
    component, _, field = name.partition(".")
    components = load()["components"]
    found = next(kind[component] for kind in components.values() if component in kind)
    assert not field or field in found["properties"]


def _named() -> list[tuple[str, str]]:
    """Operations and requests in the tables of names.md."""
    text = (OPENAPI / "names.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([a-z_.]+)` \| `([A-Z]+ /\S+)` \|$", text, re.MULTILINE)


def test_names_that_a_rule_or_an_older_sdk_gave_are_those_of_the_document() -> None:
    requests = {one.id: f"{one.method} {one.path}" for one in operations()}
    assert len(_named()) == 77
    assert {name: requests.get(name) for name, _ in _named()} == dict(_named())


def test_names_of_administration_all_come_from_the_rule() -> None:
    listed = {name for name, _ in _named()}
    assert {one.id for one in operations() if one.id.startswith("beta.admin.")} <= listed
