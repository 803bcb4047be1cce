"""Files on their way: what may be uploaded, and where a download may go."""

from __future__ import annotations

from os import PathLike
from typing import IO, Protocol, TypeAlias, TypedDict

import attr

from .types import Value

FileContent: TypeAlias = bytes | IO[bytes] | PathLike[str]


@attr.frozen(init=False, slots=False, eq=False, repr=False)
class File(Value):
    """A file to upload: its name, its content, and its media type (guessed from the name if None).

    `content` is bytes, the path of a file (no text, a `Path`), or a binary stream, which is read
    from where it stands. The name may be given as `file_name` or, as in the official
    documentation, `fileName`.
    """

    file_name: str
    content: FileContent
    content_type: str | None = None

    def __init__(
        self,
        file_name: str | None = None,
        content: FileContent | None = None,
        content_type: str | None = None,
        *,
        fileName: str | None = None,  # noqa: N803 - the official documentation spells it so
    ) -> None:
        """Keep the three parts.

        Raises:
            TypeError: The name or the content is missing, or the name is given twice.

        """
        name = fileName if file_name is None else file_name
        if name is None or (file_name is not None and fileName is not None):
            raise TypeError("File() needs its name once: file_name=... (or fileName=...)")
        if content is None:
            raise TypeError("File() needs content=...: bytes, a Path or a binary stream")
        object.__setattr__(self, "file_name", name)
        object.__setattr__(self, "content", content)
        object.__setattr__(self, "content_type", content_type)


class FileParam(TypedDict, total=False):
    """A file to upload as a plain dict, as the official documentation writes it."""

    file_name: str
    fileName: str
    content: FileContent
    content_type: str


FileTuple: TypeAlias = tuple[str, FileContent] | tuple[str, FileContent, str]
"""Name, content and perhaps the media type, as httpx and requests take a file."""


class ReceivedFile(Protocol):
    """An upload that a web framework received, as starlette and FastAPI hand it over."""

    @property
    def file(self) -> IO[bytes]:
        """The content, to be read from where it stands."""
        ...

    @property
    def filename(self) -> str | None:
        """The name that the sender gave."""
        ...


# A path, bytes, a binary stream, a File, a dict or tuple of a file's parts, or an upload received.
FileInput: TypeAlias = (
    str | PathLike[str] | FileContent | File | FileParam | FileTuple | ReceivedFile
)

# Where a download goes: a path, or a binary stream open for writing.
Destination: TypeAlias = str | PathLike[str] | IO[bytes]
