"""Server-sent events: bytes in, events out, no I/O.

Follows the event stream format of the WHATWG HTML standard, section 9.2. Blocks are found by
their blank line in the buffer, not byte by byte; pieces of an unfinished block are joined only
once, when its end arrives, so that an event of any size costs time in proportion to its size.
What the data mean, and what ends a stream, is the business of `streams`.
"""

from __future__ import annotations

from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_BOM = b"\xef\xbb\xbf"
_BLANK = b"\n\n"
_DATA = b"data: "
_DATA_TEXT = "data: "
_NEXT_DATA = "\n\ndata: "

# How a stream begins, whatever its label says; no JSON and no page does.
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")

# How a block begins that is JSON or a page of markup; no name of a field does.
_NO_FIELD = ("{", "[", "<", '"')


class ServerEvent(NamedTuple):
    """One event as sent: its data, its name (None without an `event:` line), the last id seen."""

    data: str
    event: str | None = None
    id: str | None = None


# Past the constructor in Python that named tuples have: a stream makes thousands of these.
_event: Callable[[tuple[str, str | None, str | None]], ServerEvent] = partial(
    tuple.__new__, ServerEvent
)


def begins_events(body: bytes) -> bool:
    """Say whether a body begins as an event stream does."""
    return body.removeprefix(_BOM).lstrip().startswith(_FIELDS)


class EventParser:
    """An incremental parser: `feed` takes chunks cut anywhere and returns the events they finish.

    `stray` is the first block that can be no event: JSON or a page where a stream was due.
    `last_id` is the last event id seen, `retry_ms` the last reconnection delay asked for, in
    milliseconds; both are None until the stream sets them. `held` is how much of an unfinished
    event waits here, in bytes. `text` is what the last events were read out of; whoever looks for
    words in all of them looks here once.
    """

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_pending",
        "held",
        "last_id",
        "retry_ms",
        "stray",
        "text",
    )

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self.held = 0
        self._after_cr = False
        self._at_start = True
        self.last_id: str | None = None
        self.retry_ms: int | None = None
        self.stray = b""
        self.text = ""

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that end within `chunk`, in order; bytes after them wait."""
        if self._after_cr or b"\r" in chunk:
            chunk = self._with_plain_newlines(chunk)
        if not chunk:
            return []
        pending = self._pending
        if (
            not pending  # one line and its blank line, as most chunks are: the quick case
            and chunk.find(b"\n") == len(chunk) - 2
            and chunk.startswith(_DATA)
            and chunk.endswith(_BLANK)
        ):
            self._at_start = False
            self.text = data = chunk[6:-2].decode("utf-8", "replace")
            return [_event((data, None, self.last_id))]
        if pending:
            if _BLANK not in chunk and not (chunk[0] == 10 and pending[-1][-1] == 10):
                pending.append(chunk)
                self.held += len(chunk)
                return []
            pending.append(chunk)
            chunk = b"".join(pending)
            pending.clear()
        whole, blank, rest = chunk.rpartition(_BLANK)
        self.held = len(rest)
        if rest:
            pending.append(rest)
        return self._read_blocks(whole) if blank else []

    def rest(self) -> ServerEvent | None:
        """Return the event that the stream's end left without its blank line, if any.

        The standard drops it; a caller may still need to know what it was.
        """
        block = b"".join(self._pending)
        self._pending.clear()
        self.held = 0
        return next(iter(self._read_blocks(block)), None)

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

    def _read_blocks(self, whole: bytes) -> list[ServerEvent]:
        """Return the events of blocks, which are decoded together; those without data are none."""
        if self._at_start:
            self._at_start = False
            whole = whole.removeprefix(_BOM)
        self.text = text = whole.decode("utf-8", "replace")
        if text.startswith(_DATA_TEXT):
            lines = text[6:].split(_NEXT_DATA)
            if text.count("\n") == 2 * (len(lines) - 1):  # no block has another line
                return list(map(_event, zip(lines, repeat(None), repeat(self.last_id))))
        found = map(self._read_lines, text.split("\n\n"))
        return [event for event in found if event is not None]

    def _read_lines(self, block: str) -> ServerEvent | None:
        """Return the event of one block, or None if it holds no data."""
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

    def _note_id(self, value: str) -> None:
        """Keep an event id; one that holds a NUL is ignored, as the standard says."""
        if "\0" not in value:
            self.last_id = value
