"""Where imports take records from; everything is read when the import begins.

An entry of a source is a JSON object: `payload`, `properties` and `source` of a record to be, or
the `problem` for which there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock.ownership import may_see
from mistral_mock.resources import files
from mistral_mock.resources.observability import lines
from mistral_mock.resources.observability.dataset_state import (
    UPLOADED_FILE,
    DatasetRecord,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.context import Context

    Entry = dict[str, Any]


@frozen(kw_only=True)
class Source:
    """What an import found."""

    entries: Sequence[Entry] = field(default=())
    fault: str | None = None
    """Why nothing could be read."""


def read_file(ctx: Context, file_id: str) -> Source:
    """A record for each line of an uploaded file; lines that are wrong are named by number."""
    file = ctx.table(files.StoredFile).get(file_id.lower())
    if file is None or files.has_expired(ctx, file) or not files.sees(ctx, file):
        return Source(fault=f"There is no file with the id {file_id}")
    numbered = lines.split_lines(files.read_content(ctx, file))
    entries = [read_line(number, line) for number, line in numbered]
    if not entries:
        return Source(fault=f"The file {file.filename} is empty")
    return Source(entries=entries)


def read_line(number: int, line: bytes) -> Entry:
    """The entry of a line."""
    try:
        payload, properties = lines.read_line(line)
    except lines.LineError as error:
        return {"problem": f"line {number}: {error}"}
    return {"payload": payload, "properties": properties, "source": UPLOADED_FILE}


def read_records(ctx: Context, ids: Sequence[str]) -> Source:
    """A copy of each record; it keeps the word where it came from at first (our choice)."""
    return Source(entries=[read_record(ctx, id_) for id_ in ids])


def read_record(ctx: Context, id_: str) -> Entry:
    """The entry of a record that another dataset holds."""
    record = ctx.table(DatasetRecord).get(id_.lower())
    if record is None or not may_see(ctx, record):
        return {"problem": f"there is no dataset record with the id {id_}"}
    return {
        "payload": record.payload,
        "properties": record.properties,
        "source": record.source,
    }
