"""`openapi/eras.yaml`: what the sources do not say about when, and what is announced."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import attrs
from document.problems import DocumentProblem, read_part
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

_DATE_FIELDS = {"operations", "document", "day", "evidence"}
_ANNOUNCED_FIELDS = {"id", "operations", "evidence"}


@attrs.frozen
class DatedNote:
    """Something came or went on another day than that of the document that first tells."""

    operations: tuple[str, ...]
    places: tuple[str, ...]
    """Empty where the operation itself is meant."""
    document: str
    day: str | None
    """None: it was there all along."""
    evidence: str

    def __str__(self) -> str:
        """Return what it is about, for messages."""
        places = f" at {', '.join(self.places)}" if self.places else ""
        return f"the date of {', '.join(self.operations)}{places}"

    def fits(self, operation: str, at: str) -> bool:
        """Say whether it is about this place; an operation's own is empty."""
        inside = any(fnmatchcase(at, one) for one in self.places) if self.places else not at
        return inside and any(fnmatchcase(operation, one) for one in self.operations)


@attrs.frozen
class Announcement:
    """Something will be taken away."""

    id: str
    operations: tuple[str, ...]
    at: str
    """Empty where whole operations go."""
    instead: str
    """A place or an operation; empty where nothing takes its place."""
    evidence: str

    def __str__(self) -> str:
        """Return its name, for messages."""
        return f"the announcement {self.id}"

    def fits(self, operation: str, at: str) -> bool:
        """Say whether it is about this place; an operation's own is empty."""
        inside = fnmatchcase(at, self.at) if self.at else not at
        return inside and any(fnmatchcase(operation, one) for one in self.operations)


@attrs.frozen
class Notes:
    """All of the file."""

    dates: tuple[DatedNote, ...] = ()
    announced: tuple[Announcement, ...] = ()


def read_notes(path: Path) -> Notes:
    """Return what the file says; nothing where there is none.

    Raises:
        DocumentProblem: An entry lacks something, or has something unknown.

    """
    try:
        data = read_yaml(read_part(path), str(path)) or {}
    except FileNotFoundError:
        return Notes()
    if not isinstance(data, dict) or not data.keys() <= {"dates", "announced"}:
        raise DocumentProblem(f"{path}: the lists dates and announced are due")
    dates = tuple(_dated(path, one) for one in data.get("dates") or ())
    return Notes(dates, tuple(_announced(path, one) for one in data.get("announced") or ()))


def _dated(path: Path, entry: Any) -> DatedNote:  # noqa: ANN401 - YAML of any kind
    _demand(path, entry, _DATE_FIELDS, {"at"})
    day = None if entry["day"] is None else _day(path, entry["day"])
    return DatedNote(
        tuple(entry["operations"]),
        tuple(entry.get("at") or ()),
        _day(path, entry["document"]),
        day,
        entry["evidence"],
    )


def _announced(path: Path, entry: Any) -> Announcement:  # noqa: ANN401 - YAML of any kind
    _demand(path, entry, _ANNOUNCED_FIELDS, {"at", "instead"})
    return Announcement(
        entry["id"],
        tuple(entry["operations"]),
        entry.get("at", ""),
        entry.get("instead", ""),
        entry["evidence"],
    )


def _demand(path: Path, entry: object, needed: set[str], allowed: set[str]) -> None:
    if not isinstance(entry, dict) or not needed <= entry.keys() <= needed | allowed:
        due = ", ".join(sorted(needed))
        raise DocumentProblem(f"{path}: {entry!r} needs {due}; it may have {', '.join(allowed)}")
    operations = entry["operations"]
    if not isinstance(operations, list) or not all(isinstance(one, str) for one in operations):
        raise DocumentProblem(
            f"{path}: operations is a list of ids or patterns, not {operations!r}"
        )


def _day(path: Path, value: object) -> str:
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise DocumentProblem(f"{path}: {value!r} is no day; write it as 2026-08-13") from error
