"""The reviewed table: what has to change in published examples before they can run, and why.

`conformance/tests/examples/substitutions.toml` holds rows of these kinds:

- `replace`: text in the code becomes other text (imports, base URL, placeholders, example ids)
- `make`: a thing that an example presupposes, made over HTTP: `{library.id}` in a row makes it
- `file`: a file that an example reads, made in its folder when the code names it
- `setup`: code put before the examples of a session, or things made before it
- `check`: code put behind an example, which looks at what the page says that it brought
- `last`: examples that run after the others of their session
- `serve`: commands that run until they are stopped; one line of output says that they are up
- `folder`: commands that run in the project's folder, not in an empty one
- `absent`: keys that a page's answers show and servers need not send
- `skip`: examples that are not run

`find`, `where`, `without` and `until` are regular expressions. Every row gives its reason.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

if TYPE_CHECKING:
    from pathlib import Path


class TableError(Exception):
    """The table cannot be read; the message names the row."""


ANYTHING = re.compile("")
NOTHING = re.compile("(?!)")


def pattern(value: str | re.Pattern[str]) -> re.Pattern[str]:
    """Return the compiled expression, `^` and `$` standing for line ends."""
    return re.compile(value, re.MULTILINE) if isinstance(value, str) else value


@attrs.frozen(kw_only=True)
class Row:
    """What every row has: its reason, and the language and code that it is for."""

    reason: str
    language: str = ""
    where: re.Pattern[str] = attrs.field(default=ANYTHING, converter=pattern)
    without: re.Pattern[str] = attrs.field(default=NOTHING, converter=pattern)

    def covers(self, language: str, code: str) -> bool:
        """Say whether the row is for this code."""
        spoken = self.language in {"", language}
        return spoken and bool(self.where.search(code)) and not self.without.search(code)


@attrs.frozen(kw_only=True)
class Replace(Row):
    """Text in the code becomes other text; `{thing.value}` in it is filled in."""

    find: re.Pattern[str] = attrs.field(converter=pattern)
    becomes: str


@attrs.frozen(kw_only=True)
class Make(Row):
    """A thing made over HTTP: the request, and which values of the answer it is known by.

    With `upload`, a form with that file is sent, the values of `json` beside it.
    With `until`, the path is read again until the answer's text matches. Without a path, the
    thing is only its `values`.
    """

    name: str
    method: str = "GET"
    path: str = ""
    json: dict[str, object] | None = None
    upload: str = ""
    take: dict[str, str] = attrs.field(factory=dict)
    values: dict[str, str] = attrs.field(factory=dict)
    wait_path: str = ""
    until: re.Pattern[str] = attrs.field(default=ANYTHING, converter=pattern)


@attrs.frozen(kw_only=True)
class File(Row):
    """A file with some text in it; a name that ends in `.pdf` gives a PDF."""

    name: str
    text: str


@attrs.frozen(kw_only=True)
class Setup(Row):
    """Code that runs before a session, and things that have to be there."""

    code: str = ""
    needs: tuple[str, ...] = attrs.field(default=(), converter=tuple)


@attrs.frozen(kw_only=True)
class Check(Row):
    """Code that runs right after an example; what it raises fails the example."""

    code: str


@attrs.frozen(kw_only=True)
class Serve(Row):
    """A command that serves until it is stopped; `until` is the line that says it is up."""

    until: re.Pattern[str] = attrs.field(converter=pattern)


@attrs.frozen(kw_only=True)
class Absent(Row):
    """A key, as a path with dots, that the page shows in an answer and that may be missing."""

    key: str


@attrs.frozen
class Table:
    """All rows, by kind, in the order of the file."""

    replace: tuple[Replace, ...] = ()
    make: tuple[Make, ...] = ()
    file: tuple[File, ...] = ()
    setup: tuple[Setup, ...] = ()
    check: tuple[Check, ...] = ()
    last: tuple[Row, ...] = ()
    serve: tuple[Serve, ...] = ()
    folder: tuple[Row, ...] = ()
    absent: tuple[Absent, ...] = ()
    skip: tuple[Row, ...] = ()

    def skips(self, language: str, code: str) -> Row | None:
        """Return the first row that keeps the code from being run."""
        return first(self.skip, language, code)


KINDS: dict[str, type[Row]] = {
    "replace": Replace,
    "make": Make,
    "file": File,
    "setup": Setup,
    "check": Check,
    "last": Row,
    "serve": Serve,
    "folder": Row,
    "absent": Absent,
    "skip": Row,
}
RowT = TypeVar("RowT", bound=Row)


def first(rows: tuple[RowT, ...], language: str, code: str) -> RowT | None:
    """Return the first row that covers the code."""
    return next((row for row in rows if row.covers(language, code)), None)


def load_table(path: Path) -> Table:
    """Return the table in the file.

    Raises:
        TableError: It cannot be read; the error names the row.

    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: {error}") from error
    unknown = sorted(set(data) - set(KINDS))
    if unknown:
        raise TableError(f"{path}: unknown kind of row: {', '.join(unknown)}")
    rows: dict[str, Any] = {
        kind: tuple(read_row(path, kind, number, row) for number, row in enumerate(entries, 1))
        for kind, entries in data.items()
    }
    return Table(**rows)


def read_row(path: Path, kind: str, number: int, row: dict[str, Any]) -> Row:
    """Return one row.

    Raises:
        TableError: A key is unknown or missing, or an expression is wrong.

    """
    try:
        made = KINDS[kind](**row)
    except (TypeError, re.error) as error:
        raise TableError(f"{path}: {kind} row {number}: {error}") from error
    if not made.reason.strip():
        raise TableError(f"{path}: {kind} row {number}: its reason is empty")
    return made
