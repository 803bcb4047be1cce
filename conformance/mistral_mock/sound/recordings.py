"""Recordings in the usual formats: how long they last, and which words they carry with them.

WAV is read here; MP3, FLAC, OGG and M4A by mutagen, WebM by hachoir. No sound is understood.
"""

from __future__ import annotations

import re
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.sound import riff, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EBML = b"\x1aE\xdf\xa3"
"""How WebM begins."""
HEAD = 1024 * 1024
"""Bytes of a WebM recording that are read: its description is at the beginning."""
USUAL_BYTES_A_SECOND = 4000
"""For recordings that do not say how long they last, such as those of browsers."""
LONGEST_TEXT = 1_000_000
TAGS = (
    ("USLT", "lyrics", "unsyncedlyrics", "\xa9lyr"),
    ("COMM", "TXXX:comment", "comment", "description", "\xa9cmt", "desc"),
    ("TIT2", "title", "\xa9nam"),
)
"""Names of tags that may hold what is said: in ID3, in Vorbis comments, in MP4. First counts."""
LANGUAGES = (("TLAN", "language"),)
CODE = re.compile("[a-z]{2}")
"""How the API names a language; tags may have three letters, or words."""
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What the libraries raise on broken files where they trusted them."""


class UnreadableError(Exception):
    """The bytes are not a recording in a known format; the message says why."""


@frozen
class Recording:
    """What a recording tells about itself."""

    seconds: float
    text: str = ""
    """What is said, when the file carries it."""
    language: str | None = None


def read(content: bytes) -> Recording:
    """Return what a recording tells about itself.

    Raises:
        UnreadableError: It is broken, or in no format that the mock knows.

    """
    if content[:4] == b"RIFF":
        return read_wav(content)
    if content.startswith(EBML):
        return read_webm(content)
    return read_tagged(content)


def read_wav(content: bytes) -> Recording:
    """Return what a WAV file tells; only those of the mock's own speech carry their text.

    Raises:
        UnreadableError: It is broken.

    """
    try:
        found = riff.read(content)
    except riff.NotWav as error:
        raise UnreadableError(str(error)) from error
    text, language = spoken.read(found) or ("", None)
    return Recording(found.seconds, text, language)


def read_tagged(content: bytes) -> Recording:
    """Return what an MP3, FLAC, OGG or M4A file tells.

    Raises:
        UnreadableError: It is broken, or something else.

    """
    import mutagen  # noqa: PLC0415 - needed only where recordings come in

    try:
        found: Any = mutagen.File(BytesIO(content))
        seconds = None if found is None else float(found.info.length)
        tags: Mapping[str, Any] = dict(found.tags.items()) if found and found.tags else {}
    except (mutagen.MutagenError, *BROKEN) as error:
        raise UnreadableError(f"the recording is broken: {error}") from error
    if seconds is None or not 0 <= seconds < float("inf"):
        raise UnreadableError("it is in none of the formats WAV, MP3, FLAC, OGG, M4A and WebM")
    languages = [each for each in find_texts(tags, LANGUAGES) if CODE.fullmatch(each)]
    return Recording(seconds, next(find_texts(tags, TAGS), ""), next(iter(languages), None))


def find_texts(tags: Mapping[str, Any], wanted: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the texts of tags with one of these names, the likeliest first."""
    for names in wanted:
        for name, value in tags.items():
            if name.partition(":")[0] in names or name in names:
                text = str(value[0] if isinstance(value, list) and value else value).strip()
                if text:
                    yield text.encode("utf-8", "replace").decode()[:LONGEST_TEXT]


def read_webm(content: bytes) -> Recording:
    """Return what a WebM recording tells; one without a length gets that of usual speech its size.

    Raises:
        UnreadableError: It is broken.

    """
    from hachoir.core import config  # noqa: PLC0415 - needed only where recordings come in
    from hachoir.metadata import extractMetadata  # noqa: PLC0415 - the same
    from hachoir.parser import guessParser  # noqa: PLC0415 - the same
    from hachoir.stream import InputIOStream  # noqa: PLC0415 - the same

    config.quiet = True
    try:
        parser: Any = guessParser(InputIOStream(BytesIO(content[:HEAD])))
        found: Any = None if parser is None else extractMetadata(parser)
        length = found.get("duration") if found and found.has("duration") else None
        title = str(found.get("title", "") or "") if found else ""
    except BROKEN as error:
        raise UnreadableError(f"the WebM recording is broken: {error}") from error
    if found is None:
        raise UnreadableError("the WebM recording is broken")
    seconds = len(content) / USUAL_BYTES_A_SECOND if length is None else length.total_seconds()
    return Recording(max(seconds, 0.0), title[:LONGEST_TEXT])
