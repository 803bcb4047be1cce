"""The register of evidence that is committed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mistral_openapi.evidence import Entry, Kind, load_evidence

ROOT = Path(__file__).resolve().parents[4]
ENTRIES = load_evidence()


def test_an_entry_says_what_where_and_how_it_is_known() -> None:
    entry = ENTRIES["documents.delete-204"]
    assert entry.kind is Kind.STATED
    assert "204" in entry.says
    (sighting,) = entry.seen
    assert sighting.place.when == "2025-09-08"
    assert sighting.at == "DELETE /v1/libraries/{library_id}/documents/{document_id}"
    assert str(sighting).startswith("API reference, all endpoints on one page (2025-09-08), DELETE")


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda each: each.id)
def test_a_stranger_can_follow_every_entry(entry: Entry) -> None:
    assert bool(entry.seen) != bool(entry.why)
    assert (entry.kind is Kind.CHOICE) == bool(entry.why)
    assert all(each.place.url.startswith("https://") for each in entry.seen)


def test_what_was_recorded_live_is_known_as_such() -> None:
    recorded = [each for each in ENTRIES.values() if each.kind is Kind.RECORDED]
    assert recorded
    assert all({each.place.name for each in one.seen} & {"live", "reports"} for one in recorded)


TOPICS = "|".join(sorted({each.partition(".")[0] for each in ENTRIES}))
CITED = re.compile(rf"\b(?:{TOPICS})\.[a-z0-9]+(?:-[a-z0-9]+)+")


@pytest.mark.parametrize("path", sorted(ROOT.glob("openapi/curation/*.yaml")), ids=lambda p: p.stem)
def test_what_corrections_cite_is_in_the_register(path: Path) -> None:
    evidence = [each["x-evidence"] for each in yaml.safe_load(path.read_text())["actions"]]
    cited = {name for each in evidence for name in CITED.findall(str(each))}
    assert cited - set(ENTRIES) == set()


@pytest.mark.parametrize("folder", ["openapi/curation", "overrides", "conformance", "scripts"])
def test_nothing_cites_notes_that_no_stranger_has(folder: str) -> None:
    files = [
        each for each in (ROOT / folder).rglob("*") if each.suffix in {".py", ".yaml", ".toml"}
    ]
    private = re.compile("quirks " "§|" r"\bseeds? 00\d|" "Libraries " r"rules [A-E]\d")
    assert [str(each) for each in files if private.search(each.read_text("utf-8"))] == []
