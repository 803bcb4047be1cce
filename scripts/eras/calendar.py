"""The side file `mistral_openapi/eras.json`: the history of all operations, as programs read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
from document.folding import shape
from document.keeping import read_kept
from document.problems import DocumentProblem
from document.sources import read_sources
from document.tree import operations

from eras.flattening import flatten_document
from eras.history import History
from eras.notes import read_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from document.tree import Tree

    from eras.flattening import Places
    from eras.notes import Announcement, DatedNote

NOTES = "eras.yaml"
"""What is written by hand, below the folder `openapi`."""
UNFIT = (
    "fits nothing that the documents tell now; where it has come true, or is told under another"
    " operation or place, delete the entry or correct it"
)
"""What is wrong with an entry, and what to do."""


def eras_bytes(folder: Path, document: Tree, evidence: bytes) -> bytes:
    """Return the side file for the curated document of the folder (`openapi`).

    Raises:
        DocumentProblem: The notes are malformed, fit nothing, or cite evidence that is not there.

    """
    calendar = _calendar(folder)
    _check_evidence(folder, calendar.announced, evidence)
    content = calendar.content(document)
    if unfit := [name for _, name in calendar.unfit()]:
        raise DocumentProblem(f"{folder / NOTES}: {', '.join(unfit)}: {UNFIT}")
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def unfit_notes(folder: Path, document: Tree) -> list[tuple[int, str]]:
    """Return number and name of entries by hand that fit nothing; none while ids are missing."""
    ids = [operation.get("operationId") for _, _, operation in operations(document)]
    if not (folder / NOTES).exists() or None in ids:
        return []
    calendar = _calendar(folder)
    calendar.content(document)
    return list(calendar.unfit())


def _calendar(folder: Path) -> _Calendar:
    origins = sorted(read_sources(folder / "source.toml").origins, key=lambda one: one.date)
    states = {
        one.date.isoformat(): flatten_document(read_kept(folder, one).document) for one in origins
    }
    notes = read_notes(folder / NOTES)
    return _Calendar(tuple(states), states, notes.dates, notes.announced)


@attrs.define
class _Calendar:
    days: tuple[str, ...]
    states: dict[str, dict[tuple[str, str], Places]]
    dates: Sequence[DatedNote]
    announced: Sequence[Announcement]
    used: set[int] = attrs.field(factory=set)

    def content(self, document: Tree) -> Tree:
        ids = {
            (method.upper(), shape(path)): operation["operationId"]
            for path, method, operation in operations(document)
        }
        keys = sorted({key for state in self.states.values() for key in state})
        announced: list[Tree] = []
        found = {ids[key]: self._operation(ids[key], key, announced) for key in keys if key in ids}
        for _, _, operation in operations(document):
            if operation.get("deprecated"):
                found.setdefault(operation["operationId"], {})["deprecated"] = True
        elsewhere = {
            " ".join(key): _dated(self._history(key).life) for key in keys if key not in ids
        }
        return {
            "days": list(self.days),
            "announced": announced,
            "operations": {id_: entry for id_, entry in found.items() if entry},
            "elsewhere": elsewhere,
        }

    def unfit(self) -> Iterator[tuple[int, str]]:
        """Yield the entries that the content had no use for, each with its number in the file."""
        for number, one in enumerate((*self.dates, *self.announced), start=1):
            if id(one) not in self.used:
                yield number, str(one)

    def _history(self, key: tuple[str, str]) -> History:
        states = {day: state[key] for day, state in self.states.items() if key in state}
        return History(self.days, states)

    def _operation(self, id_: str, key: tuple[str, str], announced: list[Tree]) -> Tree:
        history = self._history(key)
        entry = self._noted(id_, "", _dated(history.life))
        if "until" in entry:  # the document has it: only documents no longer tell of it
            entry["documented_until"] = entry.pop("until")
        now = list(history.states.values())[-1]
        places = {at: self._noted(id_, at, one) for at, one in history.places().items()}
        for at, facts in now.items():
            if facts.deprecated:
                places.setdefault(at, {})["deprecated"] = True
        for at in ["", *now]:
            for one in self.announced:
                if one.fits(id_, at):
                    self.used.add(id(one))
                    (places.setdefault(at, {}) if at else entry)["announced"] = True
                    announced.append(_announcement(one, id_, at))
        if kept := {at: one for at, one in sorted(places.items()) if one}:
            entry["places"] = kept
        return entry

    def _noted(self, id_: str, at: str, entry: Tree) -> Tree:
        """Return the entry with the days that notes know better."""
        for note in self.dates:
            if entry and note.fits(id_, at):
                moved = _moved(entry, note)
                if moved != entry:
                    self.used.add(id(note))
                    entry = moved
        return entry


def _announcement(one: Announcement, operation: str, at: str) -> Tree:
    said = {"id": one.id, "operation": operation, "at": at, "instead": one.instead}
    return {key: value for key, value in said.items() if value} | {"evidence": one.evidence}


def _dated(life: tuple[str | None, str | None]) -> Tree:
    pairs = zip(("since", "until"), life, strict=True)
    return {key: day for key, day in pairs if day is not None}


def _moved(entry: Tree, note: DatedNote) -> Tree:
    """Return the entry with the note's day in place of its document's.

    Nothing where there is none.
    """
    found: Tree = {}
    for key, value in entry.items():
        if key in {"since", "until"} and value == note.document:
            if note.day is not None:
                found[key] = note.day
        elif key == "before":
            if kept := list(_moved_steps(value, note)):
                found[key] = kept
        elif key == "values":
            moved = {name: _moved(one, note) for name, one in value.items()}
            if kept_values := {name: one for name, one in moved.items() if one}:
                found[key] = kept_values
        else:
            found[key] = value
    if "until" not in found:
        found.pop("was", None)
    return found


def _moved_steps(steps: list[list[Any]], note: DatedNote) -> Iterator[list[Any]]:
    for day, said in steps:
        if day != note.document:
            yield [day, said]
        elif note.day is not None:
            yield [note.day, said]


def _check_evidence(folder: Path, announced: Sequence[Announcement], evidence: bytes) -> None:
    known = {entry["id"] for entry in json.loads(evidence)["entries"]}
    for one in announced:
        if one.evidence not in known:
            raise DocumentProblem(
                f"{folder / NOTES}, {one.id}: no entry {one.evidence!r} of the register of evidence"
            )
