from __future__ import annotations

from typing import TYPE_CHECKING

import write_drift_page
from changes.comparison import Methods, compare
from changes.kinds import Severity, load_kinds
from tests.unit.changes.change_corpus import pairs

if TYPE_CHECKING:
    import pytest

GOAL = 0.97


def test_the_table_has_at_least_120_kinds() -> None:
    assert len(load_kinds()) >= 120


def test_every_kind_says_what_a_caller_has_to_do() -> None:
    short = [kind.id for kind in load_kinds().values() if len(kind.do) < 10 or kind.do[-1] != "."]
    assert short == []


def test_what_is_compatible_asks_for_nothing_now() -> None:
    asks = [
        kind.id
        for kind in load_kinds().values()
        if (kind.callers is Severity.COMPATIBLE)
        != kind.do.startswith(("Nothing to do", "Plan to do without"))
    ]
    assert asks == []


def test_the_page_of_kinds_is_as_the_table_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_drift_page.main(["--check"]) == 0, capsys.readouterr().out


def test_each_known_change_is_found_and_nothing_else(no_methods: Methods) -> None:
    due = found = right = 0
    wrong: list[str] = []
    for pair in pairs():
        told = compare(pair.old, pair.new, no_methods)
        hits = [one for one in told if one.kind is pair.kind and pair.about in one.pointer]
        due += 1
        found += len(told)
        right += min(len(hits), 1)
        if len(told) != 1 or not hits:
            wrong.append(f"{pair.name}: {[one.kind.id for one in told]}")
    assert due >= 200
    assert min(right / due, right / found) >= GOAL, "\n".join(wrong[:20])


def test_no_document_differs_from_itself(no_methods: Methods) -> None:
    noisy = [pair.name for pair in pairs() if compare(pair.new, pair.new, no_methods)]
    assert noisy == []


def test_every_change_is_told_back_when_it_is_taken_back(no_methods: Methods) -> None:
    silent = [pair.name for pair in pairs() if not compare(pair.new, pair.old, no_methods)]
    assert silent == []
