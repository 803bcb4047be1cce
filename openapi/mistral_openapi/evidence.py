"""The register of evidence: what is known about the API, how it is known, and where it was seen.

An entry says one thing about the API. Rules, corrections and the mock cite entries by id, so that
a stranger can follow each claim to a page, a document or a recording, or finds that it is this
project's own choice.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["EVIDENCE", "Entry", "Kind", "Place", "Sighting", "load_evidence"]

EVIDENCE = Path(__file__).with_name("evidence.json")
"""The file that holds the register as JSON."""


class Kind(StrEnum):
    """How something is known. What was recorded live outranks the rest."""

    RECORDED = "recorded"
    """The live API did so."""
    STATED = "stated"
    """A document or a page of the vendor says so."""
    EXAMPLE = "example"
    """An example of the vendor shows it."""
    CHOICE = "choice"
    """Nothing decides it; this project does."""


class Place(NamedTuple):
    """Something published, in the state that was read."""

    name: str
    title: str
    url: str
    when: str
    """A year, a month or a day, such as `2026-08-13`."""


class Sighting(NamedTuple):
    """Where in a place a statement was seen; `at` is what to look for there."""

    place: Place
    at: str

    def __str__(self) -> str:
        """Return one line, such as `API reference (2025-09-08), GET /v1/libraries`."""
        return f"{self.place.title} ({self.place.when}), {self.at}: {self.place.url}"


class Entry(NamedTuple):
    """One statement about the API."""

    id: str
    says: str
    kind: Kind
    seen: tuple[Sighting, ...]
    """Empty for a choice."""
    why: str
    """Of a choice: what made it necessary."""


@cache
def load_evidence() -> dict[str, Entry]:
    """Return all entries by id; every call returns the same object: read it, don't change it."""
    data = json.loads(EVIDENCE.read_bytes())
    places = {name: Place(name, **each) for name, each in data["places"].items()}
    return {
        each["id"]: Entry(
            each["id"],
            each["says"],
            Kind(each["kind"]),
            tuple(Sighting(places[name], at) for name, at in each["seen"]),
            each["why"],
        )
        for each in data["entries"]
    }
