"""What a rendered reference page says about operations: its tables of parameters, as data.

The pages are Markdown that was scraped from Redoc: one section for each operation, in it one list
for each place of parameters, and at its end the method with the path.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTION: Final = re.compile(r"^## \[\]\(#tag/[^)]*/operation/[^)]*\)", re.MULTILINE)
ROUTE: Final = re.compile(r"^(get|post|put|patch|delete)(/v\d\S*)$", re.MULTILINE)
LIST: Final = re.compile(r"^##### (path|query|Request Body)", re.MULTILINE)
STATUS: Final = re.compile(r"^\*\*(\d{3})\*\*$", re.MULTILINE)
NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
FORMAT: Final = re.compile(r"<(\w[\w-]*) ?>")
BOUNDS: Final = re.compile(r"\[ (-?[\d.]+) \.\. (-?[\d.]+) \]")
TABS: Final = ("Any of", "One of")
"""What stands before the labels of a union's members."""
KINDS: Final = ("string", "integer", "number", "boolean", "object", "any")


@frozen
class Row:
    """One parameter of a page. `types` are those of JSON; `default` is JSON text, None for none."""

    place: str
    name: str
    required: bool
    types: frozenset[str]
    format: str | None = None
    bounds: tuple[float, float] | None = None
    default: str | None = None
    values: tuple[str, ...] = ()


@frozen
class Section:
    """One operation of a page."""

    method: str
    path: str
    rows: tuple[Row, ...] = field(factory=tuple)
    statuses: tuple[str, ...] = field(factory=tuple)


def read_page(text: str) -> list[Section]:
    """Return the operations of a page; sections of other things are left out."""
    starts = [match.end() for match in SECTION.finditer(text)]
    ends = [*starts, len(text)][1:]
    found = (_read_section(text[a:b]) for a, b in zip(starts, ends, strict=True))
    return [section for section in found if section is not None]


def _read_section(text: str) -> Section | None:
    route = ROUTE.search(text)
    if route is None:
        return None
    request, _, answers = text[: route.start()].partition("### Responses")
    starts = [(match.group(1), match.end()) for match in LIST.finditer(request)]
    ends = [*(start for _, start in starts), len(request)][1:]
    rows: list[Row] = []
    for (place, start), end in zip(starts, ends, strict=True):
        lines = [_plain(line) for line in request[start:end].splitlines()[1:] if line.strip()]
        rows += _read_rows("body" if place == "Request Body" else place, lines)
    path = _plain(route.group(2))
    return Section(route.group(1).upper(), path, tuple(rows), tuple(STATUS.findall(answers)))


def _plain(line: str) -> str:
    return line.strip().replace("\\", "")


def _read_rows(place: str, lines: list[str]) -> Iterator[Row]:
    """Yield the rows of a list: a name, perhaps `required`, a type, and notes until the next."""
    starts = [n for n in range(len(lines)) if _type_after(lines, n) is not None]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        at = _type_after(lines, start) or start
        told, notes = lines[at], lines[at + 1 : end]
        bounds = BOUNDS.search(told)
        style = FORMAT.search(told)
        yield Row(
            place,
            lines[start],
            required=lines[start + 1] == "required",
            types=frozenset(_types(told)),
            format=style.group(1) if style else None,
            bounds=(float(bounds.group(1)), float(bounds.group(2))) if bounds else None,
            default=_noted(notes, "Default: "),
            values=tuple(_values(notes)),
        )


def _type_after(lines: list[str], at: int) -> int | None:
    """Return where the type stands of a row that starts at a line; None when none starts there."""
    is_tab = at > 0 and lines[at - 1] in TABS
    if is_tab or lines[at] == "required" or not NAME.fullmatch(lines[at]):
        return None
    place = at + 1 + (at + 1 < len(lines) and lines[at + 1] == "required")
    is_type = place < len(lines) and bool(list(_types(lines[place])))
    return place if is_type else None


def _types(told: str) -> Iterator[str]:
    """Yield the JSON types that a type's text names, those inside arrays left out."""
    for member in _members(told):
        if member.startswith(("Array of", "(Array of")):
            yield "array"
            continue
        word = member.split(" ", 1)[0]
        inner = re.match(r"[\w ]+ \((\w+)\)", member)
        if word in {*KINDS, "null"}:
            yield word
        elif inner and inner.group(1) in {*KINDS, "null"}:
            yield inner.group(1)


def _members(told: str) -> Iterator[str]:
    """Yield what `or` joins outside of all parentheses."""
    depth = start = 0
    for at, letter in enumerate(told):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and told.startswith(" or ", at):
            yield told[start:at]
            start = at + 4
    yield told[start:]


def _noted(notes: list[str], word: str) -> str | None:
    return next((note.removeprefix(word) for note in notes if note.startswith(word)), None)


def _values(notes: list[str]) -> Iterator[str]:
    """Yield the values that a row lists, as JSON text."""
    for word in ("Enum: ", "Value: "):
        listed = _noted(notes, word)
        if listed is not None:
            yield from re.findall(r'"[^"]*"|[\w.+-]+', listed)


def same_json(text: str, value: object) -> bool:
    """Say whether a JSON text means a value; text that is no JSON means itself."""
    try:
        return bool(json.loads(text) == value)
    except ValueError:
        return text == value
