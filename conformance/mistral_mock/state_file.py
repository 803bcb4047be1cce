"""A file that outlives the process: SQLite, one row for one record, one transaction per request.

A crash at any moment leaves the file as it was after an earlier request. A file that is not a state
file is never touched. Text that no answer could repeat, which earlier versions took and saved, is
mended when it is loaded; the log names each such record.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from base64 import b64decode, b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from attrs import fields

from mistral_mock import texts
from mistral_mock.clock import EVER, NEVER, SPARE
from mistral_mock.store import kind_of, record_classes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mistral_mock.store import Record

    R = TypeVar("R", bound=Record)

OLD = "mistral_mock."
LOG = logging.getLogger(__name__)
APPLICATION = 0x4D6F636B  # "Mock", in the file's header
SCHEMA = """
create table if not exists records (
    kind text not null, id text not null, position integer primary key, fields text not null,
    unique (kind, id)
);
create table if not exists progress (
    one integer primary key check (one = 1), drawn integer not null, moment text not null
);
"""
PUT = """
insert into records (kind, id, fields) values (?, ?, ?)
on conflict (kind, id) do update set fields = excluded.fields
"""
RENAME = "update or ignore records set kind = ? where kind = ?"
"""Earlier versions saved a record under the name of its class and that of the class's module."""
ADVANCE = "insert or replace into progress values (1, ?, ?)"


DAMAGE = (ValueError, TypeError, AttributeError, RecursionError, sqlite3.Error)
"""What reading a file raises whose content is none of ours."""


class StateFileError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class StateFile:
    """An open state file; `drawn` and `moment` tell how far the last run had come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = self._open()
        try:
            row = self._database.execute("select drawn, moment from progress").fetchone()
            self.drawn, self.moment = _read_progress(*row) if row else (0, EVER)
            self.fresh = row is None
        except DAMAGE as error:
            self._database.close()
            raise self._unusable("how far the last run came", error) from error

    def load(self, cls: type[R]) -> Iterator[R]:
        """Yield all records of the class, in the order in which they were first saved.

        Raises:
            StateFileError: A record does not fit this version of the mock.

        """
        query = "select fields from records where kind = ? order by position"
        for (text,) in self._select(query, kind_of(cls)):
            try:
                value, mended = _parse(text)
                record = cls(**_decode(value))
            except DAMAGE as error:
                raise self._unusable(f"a saved {cls.called}", error) from error
            if mended:
                LOG.warning(
                    "%s: %s %s held text that is not Unicode; U+FFFD replaces what was broken",
                    *(self._path, cls.called, record.id),
                )
            yield record

    def classes(self) -> Iterator[type[Record]]:
        """Yield the classes of all records that are saved.

        Raises:
            StateFileError: This version of the mock has no such class.

        """
        known = {kind_of(cls): cls for cls in record_classes()}
        for (kind,) in self._select("select distinct kind from records"):
            found = known.get(kind)
            if found is None:
                raise StateFileError(
                    f"{self._path}: it holds {kind!r}, which this version of the mock does not "
                    "know: name another --state file"
                )
            yield found

    def save(
        self, changes: Mapping[tuple[str, str], Record | None], drawn: int, moment: datetime
    ) -> None:
        """Write all changes or none; the log names a record that cannot be written at all.

        Raises:
            StateFileError: The disk refuses.

        """
        try:
            with self._database:
                for (kind, id_), record in changes.items():
                    self._write(kind, id_, record)
                self._database.execute(ADVANCE, (drawn, moment.isoformat()))
        except sqlite3.Error as error:
            raise StateFileError(f"{self._path} cannot be written: {error}") from error

    def _write(self, kind: str, id_: str, record: Record | None) -> None:
        try:
            if record is None:
                self._database.execute("delete from records where kind = ? and id = ?", (kind, id_))
            else:
                fields_ = json.dumps(_encode(record), allow_nan=False)
                self._database.execute(PUT, (kind, id_, fields_))
        except (TypeError, ValueError, RecursionError):
            LOG.exception("%s %r cannot be saved: it is in memory alone", kind, id_)

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()

    def _select(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._unusable("what is saved", error) from error

    def _unusable(self, what: str, error: Exception) -> StateFileError:
        return StateFileError(
            f"{self._path}: {what} cannot be read ({error}); the file is damaged or comes from "
            "another version: name another --state file"
        )

    def _open(self) -> sqlite3.Connection:
        if self._path.exists() and not self._path.is_file():
            raise StateFileError(f"{self._path} is not a file; name another --state file")
        if not self._path.parent.is_dir():
            raise StateFileError(f"{self._path.parent} is not a folder; make it first")
        try:
            database = sqlite3.connect(self._path, timeout=0.2, check_same_thread=False)
        except sqlite3.Error as error:
            raise StateFileError(f"{self._path} cannot be opened: {error}") from error
        try:
            self._prepare(database)
        except (sqlite3.Error, StateFileError) as error:
            database.close()
            raise StateFileError(f"{self._path}: {_advise(error)}") from error
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Check that the file is whole and ours, claim it, and make its tables."""
        database.execute("pragma locking_mode = exclusive")
        (mark,) = database.execute("pragma application_id").fetchone()
        (tables,) = database.execute("select count(*) from sqlite_master").fetchone()
        if mark != APPLICATION and tables:
            raise StateFileError("this is somebody else's database; name another --state file")
        (found,) = database.execute("pragma quick_check").fetchone()
        if found != "ok":
            raise StateFileError(f"the file is damaged ({found}); restore it or name another")
        with database:
            database.execute("begin exclusive")
            database.execute(f"pragma application_id = {APPLICATION}")
        database.executescript(SCHEMA)
        with database:
            for (kind,) in database.execute("select distinct kind from records").fetchall():
                if str(kind).startswith(OLD):
                    database.execute(RENAME, (str(kind).rpartition(".")[2], kind))


def _advise(error: Exception) -> str:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return "another mock uses this state file; stop it or name another --state file"
    if isinstance(error, sqlite3.Error):
        return f"not a readable state file ({error}); it was left as it is: name another"
    return str(error)


def _read_progress(drawn: object, moment: str) -> tuple[int, datetime]:
    """Return how many ids were drawn, and the last moment.

    Raises:
        ValueError: They are none that a mock writes.

    """
    if type(drawn) is not int or drawn < 0:
        raise ValueError(f"{drawn!r} ids were drawn")
    found = _read_moment(moment)
    if found > NEVER - SPARE:
        raise ValueError(f"{moment} is at the end of the calendar")
    return drawn, found


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment


def _parse(text: str) -> tuple[dict[str, Any], bool]:
    """Return the JSON value of a row, and whether text in it had to be mended.

    Raises:
        ValueError: It is not JSON, or holds a number that JSON does not have.

    """
    value = json.loads(text, parse_constant=_refuse)
    whole = json.dumps(value, ensure_ascii=False) if "\\ud" in text else ""
    return (json.loads(texts.mend(whole)), True) if texts.is_broken(whole) else (value, False)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _encode(record: Record) -> dict[str, Any]:
    return {a.name: _encode_value(getattr(record, a.name)) for a in fields(type(record))}


def _encode_value(value: object) -> object:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, tuple):
        return {"$tuple": [_encode_value(item) for item in value]}
    return {"$": value} if isinstance(value, dict) else value


def _decode(saved: dict[str, Any]) -> dict[str, Any]:
    return {name: _decode_value(value) for name, value in saved.items()}


def _decode_value(value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    if not isinstance(value, dict):
        return value
    ((mark, inner),) = value.items()
    if mark == "$time":
        return _read_moment(inner)
    if mark == "$bytes":
        return b64decode(inner)
    return tuple(_decode_value(item) for item in inner) if mark == "$tuple" else inner
