"""Files on their way out: multipart bodies that are read in pieces while they are sent.

A path, bytes, a binary stream, a `File` or a tuple becomes one part; the content of the last two
may itself be a path. Files are opened before the
request, so that an unreadable one is reported without a request, and are closed after it.
"""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import Mapping
from inspect import iscoroutinefunction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import attr
import httpx

from mistral_generated.files import File

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from mistral_generated.files import FileInput, ReceivedFile
    from mistral_generated.types import Form

# How much of a file is in memory at a time, in bytes; asyncio holds several pieces.
PIECE: Final = 256 * 1024
ASYNC_PIECE: Final = 96 * 1024

# The name of a file that comes without one.
_NAMELESS = "upload"

# Media types of the files that the API takes: the system's own table differs by machine, is
# missing in slim images, and takes memory and time to read.
_MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".html": "text/html",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
    ".webp": "image/webp",
    ".xml": "application/xml",
}

_TEXT_STREAM = "an upload needs a binary stream: open the file with 'rb'"


@attr.define
class Source:
    """An open binary stream and how it can be sent.

    `start` is where it stood, None if it cannot seek; `size` in bytes, None if unknown. `is_ours`
    says that the client opened it and closes it.
    """

    stream: IO[bytes]
    start: int | None
    size: int | None
    is_ours: bool = False
    is_read: bool = False

    def rewind(self) -> None:
        """Go back to where the stream stood.

        Raises:
            OSError: Something was read and the stream cannot seek.

        """
        if self.start is not None:
            self.stream.seek(self.start)
        elif self.is_read:
            raise OSError("the stream was read already and cannot be read again")

    def is_in_memory(self) -> bool:
        """Say whether reading the next piece of a file waits for no disk.

        Its last byte tells, since systems read files in order. Only Linux answers that.
        """
        if not self.is_ours or self.size is None:
            return False
        last = min(self.stream.tell() + ASYNC_PIECE, self.size) - 1
        try:
            return os.preadv(self.stream.fileno(), [bytearray(1)], last, os.RWF_NOWAIT) == 1
        except (AttributeError, OSError):
            return False

    def pieces(self, most: int = PIECE) -> Iterator[bytes]:
        """Yield the content in pieces of at most so many bytes: `size` in all where that is known.

        Raises:
            OSError: The stream ends early, or was read before and cannot seek.
            TypeError: The stream gives text.

        """
        self.rewind()
        left = self.size
        while left != 0:
            piece = self.stream.read(most if left is None else min(most, left))
            self.is_read = True
            if not isinstance(piece, bytes):
                raise TypeError(_TEXT_STREAM)
            if not piece:
                break
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            yield piece
        if left:
            raise OSError(f"the file became {left} bytes shorter while it was sent; send it again")


@attr.define
class Part:
    """One part of a multipart body: its header lines, and bytes or a source for its content."""

    head: bytes
    content: bytes | Source

    @property
    def size(self) -> int | None:
        """The size of head and content with its line end, in bytes, or None if unknown."""
        size = len(self.content) if isinstance(self.content, bytes) else self.content.size
        return None if size is None else len(self.head) + size + 2


class Multipart(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A `multipart/form-data` body; iterating over it again starts again."""

    def __init__(self, form: Form) -> None:
        """Open the files of the form.

        Raises:
            OSError: A file cannot be read.
            TypeError: Something is no file.

        """
        self._boundary = os.urandom(16).hex()
        self._parts: list[Part] = []
        self._tail = f"--{self._boundary}--\r\n".encode()
        try:
            for name, text in form.fields:
                self._add(name, text.encode(), "")
            for name, file in form.files:
                self._add_file(name, file)
        except BaseException:
            self.close()
            raise

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that describe the body; without a known size it goes in chunks."""
        kind = ("content-type", f"multipart/form-data; boundary={self._boundary}")
        sizes = [part.size for part in self._parts]
        if None in sizes:
            return [kind, ("transfer-encoding", "chunked")]
        total = sum(size for size in sizes if size is not None) + len(self._tail)
        return [kind, ("content-length", str(total))]

    @property
    def can_be_sent(self) -> bool:
        """Whether the body can be sent now: a stream that cannot seek is sent once."""
        return all(source.start is not None or not source.is_read for source in self._sources())

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            yield part.head
            content = part.content
            if isinstance(content, bytes):
                yield content
            else:
                yield from content.pieces()
            yield b"\r\n"
        yield self._tail

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the same; what is still on a disk is read in a thread: the event loop goes on."""
        from anyio import to_thread  # noqa: PLC0415 - only asynchronous uploads need it

        for part in self._parts:
            yield part.head
            content = part.content
            if isinstance(content, bytes):
                yield content
            else:
                pieces = content.pieces(ASYNC_PIECE)
                while piece := (
                    next(pieces, b"")
                    if content.is_in_memory()
                    else await to_thread.run_sync(next, pieces, b"")
                ):
                    yield piece
            yield b"\r\n"
        yield self._tail

    def close(self) -> None:
        """Close the files that this body opened."""
        for source in self._sources():
            if source.is_ours:
                source.stream.close()

    def _sources(self) -> Iterator[Source]:
        for part in self._parts:
            if isinstance(part.content, Source):
                yield part.content

    def _add_file(self, name: str, file: FileInput) -> None:
        try:
            upload = open_file(file)
        except (TypeError, ValueError) as fault:
            wrong = TypeError if isinstance(fault, TypeError) else ValueError
            raise wrong(f"{name}: {fault}") from fault
        kind = upload.content_type or media_type_of(upload.name)
        lines = f'; filename="{_quoted(upload.name)}"\r\nContent-Type: {kind}'
        self._add(name, upload.content, lines)

    def _add(self, name: str, content: bytes | Source, lines: str) -> None:
        head = (
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="{_quoted(name)}"{lines}\r\n\r\n'
        )
        self._parts.append(Part(head.encode("utf-8", "replace"), content))


@attr.frozen
class Upload:
    """A file ready to send: its name, its media type if it was given, its content."""

    name: str
    content_type: str | None
    content: bytes | Source


def open_file(file: FileInput) -> Upload:
    """Return a file ready to send; a path is opened, a stream stays where it stands.

    Raises:
        OSError: The path cannot be opened.
        TypeError: It is no file.

    """
    if isinstance(file, Mapping):
        file = File(**file)
    if isinstance(file, tuple):
        file = _file_of(file)
    if isinstance(file, File):
        if not isinstance(file.file_name, str):
            raise TypeError(f"file_name must be text, not {type(file.file_name).__name__}")
        return Upload(file.file_name, _checked_type(file.content_type), _content(file.content))
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        return Upload(path.name, None, _source(path.open("rb"), is_ours=True))
    if hasattr(file, "filename") and hasattr(file, "file"):  # what web frameworks make of an upload
        kind: str | None = getattr(file, "content_type", None)
        received = cast("ReceivedFile", file)
        return Upload(received.filename or _NAMELESS, _checked_type(kind), _content(received.file))
    name = getattr(file, "name", None)
    return Upload(Path(name).name if isinstance(name, str) else _NAMELESS, None, _content(file))


def media_type_of(name: str) -> str:
    """Return the media type that a file's name suggests, the same on every machine for most."""
    known = _MEDIA_TYPES.get(Path(name).suffix.lower())
    return known or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _file_of(parts: tuple[object, ...]) -> File:
    """Return the file that a tuple means, as httpx and requests take it.

    Raises:
        TypeError: The tuple is of another form.

    """
    if len(parts) not in (2, 3):
        raise TypeError("a tuple for a file is (name, content) or (name, content, media type)")
    name, content, kind = cast("tuple[Any, Any, Any]", (*parts, None)[:3])
    return File(_NAMELESS if name is None else name, content, kind)


def _content(content: object) -> bytes | Source:
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    if isinstance(content, io.TextIOBase):
        raise TypeError(_TEXT_STREAM)
    if isinstance(content, str):
        raise TypeError("the content of a file is bytes or a binary stream, not text: encode it")
    if isinstance(content, os.PathLike):
        return _source(Path(cast("os.PathLike[str]", content)).open("rb"), is_ours=True)
    if isinstance(content, httpx.Response):
        raise TypeError("an answer of httpx is no stream: give what its read() returns")
    read = getattr(content, "read", None)
    if iscoroutinefunction(read):
        raise TypeError("its read() has to be awaited: give what it returns")
    if read is not None:
        return _source(cast("IO[bytes]", content), is_ours=False)
    raise TypeError(
        "a file is a path, bytes, a binary stream or File(file_name=..., content=...),"
        f" not {type(content).__name__}"
    )


def _source(stream: IO[bytes], *, is_ours: bool) -> Source:
    """Return the stream with its size, if it can seek; it stays where it stands."""
    try:
        start = stream.tell()
        end = cast("int | None", stream.seek(0, os.SEEK_END))  # None of an mmap before Python 3.13
        size = (stream.tell() if end is None else end) - start
        stream.seek(start)
    except (AttributeError, OSError):
        return Source(stream, None, None, is_ours)
    return Source(stream, start, size, is_ours)


def _checked_type(content_type: str | None) -> str | None:
    """Return the media type.

    Raises:
        TypeError: It is no text.
        ValueError: It cannot stand in a header line.

    """
    if content_type is not None and not isinstance(content_type, str):
        raise TypeError(f"content_type must be text, not {type(content_type).__name__}")
    if content_type is not None and not (content_type.isascii() and content_type.isprintable()):
        raise ValueError(f"not a media type: {content_type!r}")
    return content_type


def _quoted(name: str) -> str:
    """Return a name as it stands between quotes in a part's header (HTML standard, multipart)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
