"""The real steps between the documents whose facts are kept, with what a person found in them."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from changes.comparison import Methods, compare
from changes.report import as_markdown
from document.keeping import read_kept
from document.sources import read_sources

if TYPE_CHECKING:
    from changes.change import Change

OPENAPI = Path(__file__).resolve().parents[4] / "openapi"
STEPS: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("steps_of_the_vendor.toml").read_text("utf-8")
)


@cache
def _changes(step: str) -> list[Change]:
    days = step.split("..")
    origins = {str(one.date): one for one in read_sources(OPENAPI / "source.toml").origins}
    old, new = (read_kept(OPENAPI, origins[day]).document for day in days)
    return compare(old, new, Methods({}))


@pytest.mark.parametrize("step", STEPS)
def test_a_real_step_has_the_changes_that_a_person_found(step: str) -> None:
    told = {(one.kind.id, one.pointer) for one in _changes(step)}
    missing = [
        due
        for due in STEPS[step].get("told", ())
        if not any(rule == due["rule"] and due["at"] in at for rule, at in told)
    ]
    assert missing == []


@pytest.mark.parametrize("step", STEPS)
def test_a_real_step_has_no_other_changes_than_were_reviewed(step: str) -> None:
    assert Counter(one.kind.id for one in _changes(step)) == STEPS[step]["counts"]


def test_the_committed_report_is_what_drift_tells_today() -> None:
    new, old = read_sources(OPENAPI / "source.toml").origins[:2]
    before, after = (read_kept(OPENAPI, each).document for each in (old, new))
    curated = json.loads((OPENAPI / "mistral_openapi" / "document.json").read_bytes())
    told = as_markdown(compare(before, after, Methods.of(curated)))
    report = (OPENAPI / "drift" / f"{new.date}.md").read_text("utf-8")
    assert report == f"# From {old.date} to {new.date}\n\n{told}", "run scripts/update.py"
