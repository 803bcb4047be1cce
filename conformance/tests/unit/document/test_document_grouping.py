"""One group's part can be judged and shown whatever the state of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lint_document
import pytest
from document.curated import compose_part
from document.grouping import Ownership, part_of
from document.lint import Finding
from document.problems import DocumentProblem
from document.sources import read_sources
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

SHARED = """\
overlay: 1.0.0
info: {title: Words for all, version: 1.0.0}
actions:
  - target: $.info
    update: {title: Shelves}
"""
BOOKS = """\
overlay: 1.0.0
info: {title: Words for books, version: 1.0.0}
actions:
  - target: $.paths['/v1/books'].get
    update: {summary: List the books}
"""
BROKEN = """\
overlay: 1.0.0
info: {title: Words for shelves, version: 1.0.0}
actions:
  - target: $.components.schemas.NoSuchShelf
    update: {description: It is not there.}
"""


@pytest.fixture
def divided(document: dict[str, Any], folder: Path) -> Path:
    """The small `openapi` folder with words for books, and broken ones for shelves."""
    del document  # the facts are imported by now
    (folder / "prose" / "all.yaml").unlink()
    (folder / "prose" / "shared.yaml").write_text(SHARED, encoding="utf-8")
    (folder / "prose" / "books.yaml").write_text(BOOKS, encoding="utf-8")
    (folder / "prose" / "shelves.yaml").write_text(BROKEN, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("where", "group"),
    [
        ("GET /v1/books", "books"),
        ("GET /v1/books: page", "books"),
        ("GET /v1/shelves/{shelf_id}: 200", "shelves"),
        ("Shelf.properties.wood", "shelves"),
        ("Wood", "shelves"),
        ("Book: closes", "shared"),
        ("tag books", "books"),
        ("answer Error", "shared"),
        ("#/components/schemas/Book", None),
        ("document/info", None),
    ],
)
def test_a_finding_belongs_to_the_group_that_alone_uses_the_place(
    document: dict[str, Any], folder: Path, where: str, group: str | None
) -> None:
    ownership = Ownership(document, read_sources(folder / "source.toml"))
    assert ownership.of_finding(Finding(where, "is wrong")) == group


def test_a_part_has_the_operations_of_its_group_and_what_they_need(
    document: dict[str, Any], folder: Path
) -> None:
    part = part_of(document, "books", read_sources(folder / "source.toml"))
    assert list(part["paths"]) == ["/v1/books"]
    assert [tag["name"] for tag in part["tags"]] == ["books"]
    assert list(part["components"]["schemas"]) == ["Book"]
    assert list(part["components"]["securitySchemes"]) == ["Key"]


def test_the_words_of_other_groups_are_not_even_read(divided: Path) -> None:
    part, findings = compose_part(divided, "books")
    assert part["paths"]["/v1/books"]["get"]["summary"] == "List the books"
    found = [str(finding) for finding in findings]
    assert "GET /v1/books: no description; write sentences in prose" in found
    assert not any("summary" in line or "shelves" in line for line in found)


def test_what_makes_the_part_no_openapi_is_shown_whoever_has_to_mend_it(divided: Path) -> None:
    (divided / "prose" / "shared.yaml").unlink()
    _, findings = compose_part(divided, "books")
    assert any("title" in str(finding) for finding in findings)


def test_the_part_of_a_group_with_broken_words_says_where(divided: Path) -> None:
    with pytest.raises(DocumentProblem, match=r"shelves\.yaml, action 1"):
        compose_part(divided, "shelves")


def test_an_unknown_group_is_told_the_known_ones(divided: Path) -> None:
    with pytest.raises(DocumentProblem, match="the groups are shared, books, shelves"):
        compose_part(divided, "lamps")


def test_the_command_lists_everything_that_the_group_lacks(
    divided: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lint_document.main(["--folder", str(divided), "--group", "books"]) == 1
    shown = capsys.readouterr()
    assert "GET /v1/books: page: no description" in shown.out
    assert "books: " in shown.err


def test_the_command_shows_the_part(divided: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lint_document.main(["--folder", str(divided), "--group", "books", "--show"])
    part = read_yaml(capsys.readouterr().out, "part")
    assert list(part["paths"]) == ["/v1/books"]


def test_a_finished_group_is_clean(
    document: dict[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del document  # the facts are imported by now
    (folder / "prose" / "all.yaml").rename(folder / "prose" / "shared.yaml")
    assert lint_document.main(["--folder", str(folder), "--group", "books"]) == 0
    assert capsys.readouterr().out == "books: clean\n"
