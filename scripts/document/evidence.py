"""The register of evidence: `openapi/evidence/*.yaml`, read and checked.

`places.yaml` lists what was published and can be looked up. Each other file is a list of entries:
`id` (the file's name, a dot, and words), `says`, `kind`, and either `seen` (a list of texts: the
name of a place, a space, what to look for there) or, for a choice, `why`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from document.problems import DocumentProblem, read_part
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLACES = "places"
KINDS = ("recorded", "stated", "example", "choice")
CHOICE = "choice"
ENTRY_ID = re.compile(r"[a-z_]+\.[a-z0-9]+(-[a-z0-9]+)*")
PLACE_FIELDS = {"title", "url", "when"}


def evidence_bytes(folder: Path) -> bytes:
    """Return the register in `folder` (`openapi/evidence`) as JSON for programs.

    Raises:
        DocumentProblem: A file is malformed, or an entry lacks or repeats something.

    """
    places = _read_places(folder / f"{PLACES}.yaml")
    files = sorted(path for path in folder.glob("*.yaml") if path.stem != PLACES)
    entries = [entry for path in files for entry in _read_entries(path, places)]
    ids = [entry["id"] for entry in entries]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise DocumentProblem(f"{folder}: entries of one id: {', '.join(twice)}; rename one")
    register = {"places": places, "entries": entries}
    return (json.dumps(register, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _read_places(path: Path) -> dict[str, dict[str, str]]:
    try:
        data = read_yaml(read_part(path), str(path))
    except FileNotFoundError as error:
        raise DocumentProblem(f"{path} is missing; restore it") from error
    if not isinstance(data, dict):
        raise DocumentProblem(f"{path}: places by name are due")
    for name, place in data.items():
        if not isinstance(place, dict) or set(place) != PLACE_FIELDS:
            raise DocumentProblem(f"{path}, {name}: a place has title, url and when")
    return {name: {key: str(value) for key, value in place.items()} for name, place in data.items()}


def _read_entries(path: Path, places: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    data = read_yaml(read_part(path), str(path))
    if not isinstance(data, list):
        raise DocumentProblem(f"{path}: a list of entries is due")
    for at, entry in enumerate(data, start=1):
        yield _checked(entry, path.stem, places, f"{path}, entry {at}")


def _checked(
    entry: object, topic: str, places: dict[str, dict[str, str]], where: str
) -> dict[str, Any]:
    """Return the entry in the form of the JSON file."""
    if not isinstance(entry, dict) or not isinstance(entry.get("says"), str):
        raise DocumentProblem(f"{where}: an entry has id, says, kind, and seen or why")
    name, kind = str(entry.get("id")), entry.get("kind")
    where = f"{where} ({name})"
    if not ENTRY_ID.fullmatch(name) or not name.startswith(f"{topic}."):
        raise DocumentProblem(f"{where}: the id is not of the form {topic}.some-words")
    if kind not in KINDS:
        raise DocumentProblem(f"{where}: kind is one of {', '.join(KINDS)}")
    due = "why" if kind == CHOICE else "seen"
    if set(entry) != {"id", "says", "kind", due} or not entry[due]:
        raise DocumentProblem(f"{where}: of kind {kind}, it has id, says, kind and {due}")
    return {
        "id": name,
        "says": entry["says"],
        "kind": kind,
        "seen": [_sighting(each, places, where) for each in entry.get("seen", ())],
        "why": entry.get("why", ""),
    }


def _sighting(text: object, places: dict[str, dict[str, str]], where: str) -> list[str]:
    """Return the name of the place, and what to look for there."""
    name, _, at = str(text).partition(" ")
    if name not in places:
        raise DocumentProblem(f"{where}: no place {name!r}; add it to {PLACES}.yaml")
    if not at:
        raise DocumentProblem(f"{where}: say what to look for in {name}")
    return [name, at]
