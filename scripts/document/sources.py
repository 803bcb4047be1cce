"""`openapi/source.toml`: which operations are taken, and what they were taken from.

A person writes the part above the mark: the groups with their operation patterns, and dates for
inputs whose name has none. The importer writes the part below it.
"""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import attrs

from document.problems import DocumentProblem, read_part

if TYPE_CHECKING:
    from pathlib import Path

MARK = "# ---- below this line: written by scripts/import_facts.py ----"


_NAMES = """\
# Upstream has given these {what} other names: its name, and the one that stays here, so that no
# words, corrections or classes have to change. To follow upstream, take a row out.
[{table}]
"""
_MOVED = """\
# Upstream has moved these paths: where they were, and where they are now. Operations, words and
# corrections moved with them, so that older documents do not bring the old ones back.
[moved]
"""


@attrs.frozen
class Group:
    """Operations that share one facts file and one prose file."""

    name: str
    patterns: tuple[str, ...]
    declared: bool = False
    """Whether the lint demands that every id, list parameter, state and operation is declared."""

    def takes(self, method: str, path: str) -> bool:
        """Say whether the operation belongs here; patterns read `GET /v1/models*`."""
        return any(fnmatchcase(f"{method.upper()} {path}", pattern) for pattern in self.patterns)


@attrs.frozen
class Origin:
    """One upstream document, as it was read."""

    name: str
    title: str
    date: dt.date
    sha256: str
    operations: int
    """Operations that the document has."""
    taken: int
    """Operations that come from it."""
    address: str = ""
    """Where it was read from: a URL, or nothing for a file."""
    history: bool = False
    """Whether it only tells since when things exist: nothing is merged from it."""


@attrs.frozen
class SourceList:
    """The content of `source.toml`."""

    handwritten: str
    groups: tuple[Group, ...]
    dates: dict[str, dt.date]
    """Dates of inputs, by file name, URL or sha256."""
    origins: tuple[Origin, ...]
    schemas: dict[str, str] = attrs.field(factory=dict)
    """The names here of schemas that upstream calls otherwise, by upstream's."""
    paths: dict[str, str] = attrs.field(factory=dict)
    """The paths here whose placeholders have other names upstream, by upstream's."""
    moved: dict[str, str] = attrs.field(factory=dict)
    """Where paths are now, by where they were."""

    def group_of(self, method: str, path: str) -> str | None:
        """Return the name of the first group that takes the operation, or did before it moved."""
        former = [old for old, new in self.moved.items() if new == path.partition("#")[0]]
        return next(
            (
                group.name
                for place in (path, *former)
                for group in self.groups
                if group.takes(method, place)
            ),
            None,
        )


def read_sources(path: Path) -> SourceList:
    """Return what the file says.

    Raises:
        DocumentProblem: The file is missing, is not TOML or names no group.

    """
    try:
        text = read_part(path)
        data = tomllib.loads(text)
        groups = tuple(
            Group(item["name"], tuple(item["operations"]), item.get("declared", False))
            for item in data["group"]
        )
        origins = tuple(Origin(**item) for item in data.get("document", ()))
    except FileNotFoundError as error:
        raise DocumentProblem(f"{path} is missing; restore it from version control") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DocumentProblem(
            f"{path} cannot be read ({error}); it needs [[group]] tables with name and operations"
        ) from error
    dates = {str(key): _date(value, path) for key, value in data.get("dates", {}).items()}
    dates |= {origin.sha256: origin.date for origin in origins}
    handwritten = text.partition(MARK)[0].rstrip() + "\n"
    names = [data.get(table, {}) for table in ("schemas", "paths", "moved")]
    return SourceList(handwritten, groups, dates, origins, *names)


def _date(value: Any, path: Path) -> dt.date:  # noqa: ANN401 - TOML of any kind
    try:
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise DocumentProblem(
            f"{path}, [dates]: {value!r} is not a date; write it as 2026-08-13"
        ) from error


def _toml(value: object) -> str:
    """Return a text, a number, a flag or a date as TOML writes it."""
    return str(value) if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def write_sources(sources: SourceList) -> str:
    """Return the text of the file, with the hand-written part as it was."""
    parts = [sources.handwritten, f"{MARK}\n"]
    for origin in sources.origins:
        lines = ["[[document]]"]
        for name, value in attrs.asdict(origin).items():
            plain = _toml(value)
            lines.append(f"{name} = {plain}")
        parts.append("\n".join(lines) + "\n")
    tables = (
        (_NAMES.format(table="schemas", what="schemas"), sources.schemas),
        (_NAMES.format(table="paths", what="placeholders"), sources.paths),
        (_MOVED, sources.moved),
    )
    for head, names in tables:
        rows = "".join(f"{_toml(one)} = {_toml(here)}\n" for one, here in names.items())
        parts += [head + rows] if rows else []
    return "\n".join(parts)
