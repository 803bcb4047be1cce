"""The register of evidence that is committed."""

from __future__ import annotations

import pytest

from mistral_openapi.evidence import Entry, Kind, load_evidence

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
