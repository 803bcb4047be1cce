"""The table of frameworks says what has worked, and stands where the page has its place."""

from __future__ import annotations

import re

import pytest
from interop.frameworks import BEGIN, END, FRAMEWORKS, PROGRAMS, ROOT, Tried, make_table, put_into

OUTCOMES = {
    "chat": None,
    "tool": "ValueError: no",
    "structured: class": None,
    "structured: x": "no",
}


def test_table_tells_what_works_fails_and_is_not_there() -> None:
    row = make_table([Tried(FRAMEWORKS[0], OUTCOMES)]).splitlines()[-1]
    assert row == "| `mistralai` 3.7.0 | works | - | fails | - | `class`, `x` fails |"


def test_failures_name_the_framework() -> None:
    failures = Tried(FRAMEWORKS[0], OUTCOMES).failures
    assert failures == ["mistralai: tool: ValueError: no", "mistralai: structured: x: no"]


def test_table_takes_the_place_of_the_former_one() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter"
    assert put_into(page, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter"
    assert put_into(put_into(page, "new"), "new") == put_into(page, "new")


def test_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="frameworks: begin"):
        put_into("a page", "table")


def test_page_has_a_row_for_each_framework_and_every_program_is_there() -> None:
    page = (ROOT / "docs" / "interop.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[\w-]+` [\d.]+) \|", page, re.MULTILINE)
    assert rows == [each.tested for each in FRAMEWORKS]
    assert all((PROGRAMS / each.program).exists() for each in FRAMEWORKS)
