"""Server-sent events: bytes in, events out, no I/O.

Follows the event stream format of the WHATWG HTML standard, section 9.2. Blocks are found by
their blank line in the buffer, not byte by byte; pieces of an unfinished block are joined only
once, when its end arrives, so that an event of any size costs time in proportion to its size.
What the data mean, and what ends a stream, is the business of `streams`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOM = b"\xef\xbb\xbf"
_BLANK = b"\n\n"

# How a stream begins, whatever its label says; no JSON and no page does.
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")

# How a block begins that is JSON or a page of markup; no name of a field does.
_NO_FIELD = ("{", "[", "<", '"')


class ServerEvent(NamedTuple):
    """One event as sent: its data, its name (None without an `event:` line), the last id seen."""

    data: str
    event: str | None = None
    id: str | None = None


def begins_events(body: bytes) -> bool:
    """Say whether a body begins as an event stream does."""
    return body.removeprefix(_BOM).lstrip().startswith(_FIELDS)


def plain_data(text: str) -> list[str] | None:
    """Return the data of the events of blocks, if each block is one line of data, else None."""
    if not text.startswith("data: "):
        return None
    lines = text.count("\n")
    if lines == 2:
        return [text[6:-2]]
    found = text[6:-2].split("\n\ndata: ")
    return found if lines == 2 * len(found) else None


class EventParser:
    """An incremental parser: `take` takes chunks cut anywhere, `read_block` reads what they finish.

    `stray` is the first block that can be no event: JSON or a page where a stream was due.
    `last_id` is the last event id seen, `retry_ms` the last reconnection delay asked for, in
    milliseconds; both are None until the stream sets them. `held` is how much of an unfinished
    event waits here, in bytes.
    """

    __slots__ = ("_after_cr", "_at_start", "_pending", "held", "last_id", "retry_ms", "stray")

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self.held = 0
        self._after_cr = False
        self._at_start = True
        self.last_id: str | None = None
        self.retry_ms: int | None = None
        self.stray = b""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that end within `chunk`, in order; bytes after them wait."""
        return list(self.events(self.take(chunk)))

    def events(self, text: str) -> Iterator[ServerEvent]:
        """Yield the events of blocks, one after the other; those without data are none."""
        for block in text.split("\n\n"):
            event = self.read_block(block)
            if event is not None:
                yield event

    def whole(self, chunk: bytes) -> str | None:
        """Return the data of a chunk that is one event, of one line; None for any other chunk."""
        if self._pending or self._at_start or self._after_cr or 13 in chunk:
            return None
        if chunk[:6] != b"data: " or chunk.find(b"\n") != len(chunk) - 2 or chunk[-1] != 10:
            return None
        return chunk[6:-2].decode("utf-8", "replace")

    def take(self, chunk: bytes) -> str:
        """Return the text of the blocks that end within `chunk`, each with its blank line."""
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_plain_newlines(chunk)
        if not chunk:
            return ""
        pending = self._pending
        if pending:
            if _BLANK not in chunk and not (chunk[0] == 10 and pending[-1][-1] == 10):
                pending.append(chunk)
                self.held += len(chunk)
                return ""
            pending.append(chunk)
            chunk = b"".join(pending)
            pending.clear()
            self.held = 0
        if not chunk.endswith(_BLANK):  # as most chunks do
            chunk = self._keep_rest(chunk)
        if self._at_start and chunk:
            self._at_start = False
            chunk = chunk.removeprefix(_BOM)
        return chunk.decode("utf-8", "replace")

    def read_block(self, block: str) -> ServerEvent | None:
        """Return the event of one block, without its blank line, or None if it holds no data."""
        data: list[str] = []
        name: str | None = None
        for line in block.split("\n"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                data.append(value)
            elif field == "event":
                name = value or None
            elif field == "id":
                self._note_id(value)
            elif field == "retry" and value.isascii() and value.isdigit() and len(value) < 10:
                self.retry_ms = int(value)
        if data:
            return ServerEvent("\n".join(data), name, self.last_id)
        if not self.stray and block.lstrip()[:1] in _NO_FIELD:
            self.stray = block.encode()
        return None

    def rest(self) -> ServerEvent | None:
        """Return the event that the stream's end left without its blank line, if any.

        The standard drops it; a caller may still need to know what it was.
        """
        block = b"".join(self._pending)
        self._pending.clear()
        self.held = 0
        if self._at_start:
            block = block.removeprefix(_BOM)
        return self.read_block(block.decode("utf-8", "replace"))

    def _with_plain_newlines(self, chunk: bytes) -> bytes:
        """Return `chunk` with every line end as LF, a CR LF cut in two by chunks included."""
        if not chunk:
            return chunk
        if self._after_cr and chunk[0] == 10:
            chunk = chunk[1:]
            self._after_cr = False
        if chunk:
            self._after_cr = chunk[-1] == 13
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _keep_rest(self, chunk: bytes) -> bytes:
        """Return `chunk` up to its last blank line; what comes after it waits."""
        whole, blank, rest = chunk.rpartition(_BLANK)
        self._pending.append(rest)
        self.held = len(rest)
        return whole + blank

    def _note_id(self, value: str) -> None:
        """Keep an event id; one that holds a NUL is ignored, as the standard says."""
        if "\0" not in value:
            self.last_id = value
