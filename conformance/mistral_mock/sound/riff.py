"""WAV files: how they are written and read, chunk by chunk. No sound is understood here."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

RATE = 24_000
"""Samples in a second of the sound that the mock makes."""
WIDTH = 2
"""Bytes of a sample: 16 bits, one channel."""
PCM = 1
TEXT_LIMIT = 1_000_000
"""Characters of a remark that are read at most."""
MOST_CHUNKS = 10_000
KNOWN_RATES = range(1, 1_000_000)


class NotWav(Exception):  # noqa: N818 - it describes a recording, not a fault of the program
    """The bytes are not a WAV file with sound; the message says why."""


@frozen
class Recording:
    """What a WAV file tells about itself."""

    rate: int
    """Samples in a second."""
    channels: int
    frame_size: int
    """Bytes of one moment, all channels together."""
    sound: bytes
    remarks: Mapping[str, str] = field(factory=dict)
    """The texts of its LIST/INFO chunk by their four letters, such as `ICMT`."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.sound) // self.frame_size / self.rate


def count_samples(sound: Iterable[bytes]) -> int:
    """Return how many samples the pieces of a sound have together."""
    return sum(map(len, sound)) // WIDTH


def write(sound: Sequence[bytes], remarks: Mapping[str, str]) -> bytes:
    """Return a WAV file of 16-bit mono sound, with remarks that players show or ignore.

    The pieces are put together once: a long sound is never there twice.
    """
    form = struct.pack("<HHIIHH", PCM, 1, RATE, RATE * WIDTH, WIDTH, WIDTH * 8)
    texts = b"".join(_chunk(name, text.encode() + b"\0") for name, text in remarks.items())
    info = _chunk("LIST", b"INFO" + texts) if remarks else b""
    size = count_samples(sound) * WIDTH
    head = b"WAVE" + _chunk("fmt ", form) + info + b"data" + struct.pack("<I", size)
    return b"".join((b"RIFF", struct.pack("<I", len(head) + size), head, *sound))


def read(content: bytes) -> Recording:
    """Return what a WAV file holds; a last chunk that was cut off counts as far as it goes.

    Raises:
        NotWav: There is no header, no form or no sound.

    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise NotWav("it does not begin like a WAV file")
    chunks = dict(reversed(list(_chunks(content[12:]))))
    if len(chunks.get("fmt ", b"")) < struct.calcsize("<HHIIHH") or "data" not in chunks:
        raise NotWav("the WAV file has no format or no sound")
    _, channels, rate, _, frame_size, _ = struct.unpack_from("<HHIIHH", chunks["fmt "])
    if not channels or not frame_size or rate not in KNOWN_RATES:
        raise NotWav("the header of the WAV file is invalid")
    return Recording(rate, channels, frame_size, chunks["data"], _read_remarks(chunks))


def _read_remarks(chunks: Mapping[str, bytes]) -> dict[str, str]:
    info = chunks.get("LIST", b"")
    if info[:4] != b"INFO":
        return {}
    found = dict(_chunks(info[4:]))
    return {
        name: text.rstrip(b"\0").decode("utf-8", "replace")[:TEXT_LIMIT]
        for name, text in found.items()
    }


def _chunk(name: str, data: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    place = 0
    for _ in range(MOST_CHUNKS):
        if place + 8 > len(content):
            return
        name, size = struct.unpack_from("<4sI", content, place)
        yield name.decode("latin-1"), content[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
