"""Where downloads go: a file that appears only when it is complete, or a stream.

A download to a path goes to a temporary file beside it and is renamed at the end, so a broken one
leaves an earlier file as it was.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Final, Protocol, cast

from mistral_client.bodies import chunks_of, chunks_of_async

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_client.steps import Save
    from mistral_generated.files import Destination

# How much of a download an asynchronous client collects before a thread writes it, in bytes.
_BATCH: Final = 256 * 1024

# A block that is freed at once before an asynchronous download, in bytes.
_FREED: Final = 512 * 1024

# How long a write to a file may take, in seconds, for the next one to be made without a thread.
QUICK_S: Final = 0.005


class Sink(Protocol):
    """A place for a body that arrives in pieces; `size` counts the bytes written.

    `is_quick` says that a write is not expected to wait.
    """

    size: int
    is_quick: bool

    def write(self, pieces: Sequence[bytes]) -> None:
        """Write the pieces, in order."""
        ...

    def restart(self) -> bool:
        """Forget what was written; return whether that was possible."""
        ...

    def finish(self) -> None:
        """Make the complete body visible."""
        ...

    def discard(self) -> None:
        """Remove what was written; after `finish` this does nothing."""
        ...


class PathSink:
    """A file that gets its name when it is complete; an earlier one leaves it its permissions.

    It is quick for as long as its writes are: the system keeps what is written in memory, and only
    makes the writer wait when a disk cannot follow.
    """

    def __init__(self, path: Path) -> None:
        """Open a temporary file beside `path`.

        Raises:
            OSError: That folder takes no file.

        """
        self.size = 0
        self.is_quick = True
        self._path = path
        self._part = path.with_name(f".{os.urandom(8).hex()}.part")
        self._file = self._part.open("xb", buffering=0)
        if path.exists():
            self._part.chmod(path.stat().st_mode & 0o7777)

    def write(self, pieces: Sequence[bytes]) -> None:
        """Write the pieces, in order."""
        started = perf_counter()
        for piece in pieces:
            written = self._file.write(piece)
            while written < len(piece):
                written += self._file.write(memoryview(piece)[written:])
            self.size += written
        self.is_quick = perf_counter() - started < QUICK_S

    def restart(self) -> bool:
        """Empty the file."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0
        return True

    def finish(self) -> None:
        """Give the file its name."""
        self._file.close()
        self._part.replace(self._path)

    def discard(self) -> None:
        """Remove the temporary file, if it is still there."""
        self._file.close()
        self._part.unlink(missing_ok=True)


class StreamSink:
    """A stream; what was written to it stays. `is_ours` says that it is closed at the end.

    It is never quick: the reader of a pipe may be the very task that waits for the download.
    """

    is_quick = False

    def __init__(self, stream: IO[bytes], *, is_ours: bool = False) -> None:
        self.size = 0
        self._stream = stream
        self._is_ours = is_ours

    def write(self, pieces: Sequence[bytes]) -> None:
        """Write the pieces, in order."""
        for piece in pieces:
            self._stream.write(piece)
            self.size += len(piece)

    def restart(self) -> bool:
        """Return whether nothing was written yet."""
        return self.size == 0

    def finish(self) -> None:
        """Leave the stream as it is."""

    def discard(self) -> None:
        """Close the stream if it is ours; the caller's stays open."""
        if self._is_ours:
            self._stream.close()


def open_sink(destination: Destination) -> Sink:
    """Return where the download goes: a link's target, and straight into what is no plain file.

    Raises:
        OSError: The path cannot be written.
        TypeError: It is neither a path nor a stream.

    """
    if isinstance(destination, str | os.PathLike):
        path = Path(os.path.realpath(destination))
        if path.is_dir():
            raise IsADirectoryError(f"a download needs a file name, and this is a folder: {path}")
        if path.exists() and not path.is_file():
            return StreamSink(path.open("wb"), is_ours=True)
        return PathSink(path)
    if isinstance(cast("object", destination), io.TextIOBase):
        raise TypeError("a download needs a binary stream: open the file with 'wb'")
    if hasattr(destination, "write"):
        return StreamSink(destination)
    raise TypeError(
        "destination must be a path or a binary stream open for writing,"
        f" not {type(destination).__name__}"
    )


def save(step: Save) -> bool:
    """Write the body; return whether it was within the limit."""
    for piece in chunks_of(step.response):
        if step.limit is not None and step.sink.size + len(piece) > step.limit:
            return False
        step.sink.write((piece,))
    return True


def keep_memory() -> None:
    """Let the process keep up to twice `_FREED` of free memory, where the C library is glibc.

    It returns what is free at the end of its heap to the system beyond twice the largest block
    that was freed. The pieces of a download come and go there: without this the system hands out
    and clears the same memory again and again, which takes a third of the time of a download.
    """
    bytes(_FREED)


async def save_async(step: Save) -> bool:
    """Write the body, in threads where that may take long; return whether it was within the limit.

    A thread takes batches: handing one over takes longer than most writes to a file.
    """
    from anyio import to_thread  # noqa: PLC0415 - only asynchronous downloads need it

    keep_memory()
    sink = step.sink
    pieces: list[bytes] = []
    size = 0
    async for piece in chunks_of_async(step.response):
        pieces.append(piece)
        size += len(piece)
        if step.limit is not None and sink.size + size > step.limit:
            return False
        if sink.is_quick:
            sink.write(pieces)
        elif size < _BATCH:
            continue
        else:
            await to_thread.run_sync(sink.write, pieces)
        pieces, size = [], 0
    if pieces:
        await to_thread.run_sync(sink.write, pieces)
    return True
