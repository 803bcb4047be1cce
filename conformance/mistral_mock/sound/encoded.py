"""Silence as MP3, FLAC and Opus, for speech that is asked for in these: as long, but no louder.

A tag carries the text, so that a transcription of the mock finds it again.
"""

from __future__ import annotations

import math
import struct
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mistral_mock.sound.riff import RATE, WIDTH, count_samples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MADE_BY = "mistral-mock"
MP3_FRAME = bytes((0xFF, 0xF3, 0x14, 0xC4)) + bytes(20)
"""MPEG 2, layer III, 8 kbit/s, 24 kHz, one channel: the header, and a frame without any sound."""
MP3_SAMPLES = 576
"""Of a frame."""
FLAC_HEAD = bytes((0xFF, 0xF8, 0x37, 0x08))
"""A frame of 1152 samples, 24 kHz, one channel, 16 bits."""
FLAC_SAMPLES = 1152
FLAC_INFO = 0x80
"""The kind of the block about the stream, the last before the sound."""
OPUS_PACKET = bytes((0xF8, 0xFF, 0xFE))
"""20 ms of silence, one channel."""
OPUS_RATE = 48_000
"""Samples in a second, whatever was put in (RFC 7845)."""
OPUS_SAMPLES = 960
"""Of a packet."""
OPUS_PAGE = 50
"""Packets of a page: a second."""
OPUS_SKIP = 312
"""Samples that a player leaves out at the beginning, as encoders have it."""


def write_mp3(text: str, sound: Sequence[bytes], language: str = "") -> bytes:
    """Return an MP3 file of silence, as long as the sound, with the text in its tags."""
    from mutagen import id3  # noqa: PLC0415 - needed only where MP3 is asked for

    library: Any = id3  # it comes without types
    tags = library.ID3()
    tags.add(library.COMM(encoding=3, lang=(language or "und")[:3].ljust(3), desc="", text=[text]))
    if language:
        tags.add(library.TLAN(encoding=3, text=[language]))
    tags.add(library.TSSE(encoding=3, text=[MADE_BY]))
    head = BytesIO()
    tags.save(head)
    frames = max(math.ceil(count_samples(sound) / MP3_SAMPLES), 4)
    return head.getvalue() + MP3_FRAME * frames


def write_flac(text: str, sound: Sequence[bytes], language: str = "") -> bytes:
    """Return a FLAC file of silence, as long as the sound, with the text in its tags."""
    from mutagen import flac  # noqa: PLC0415 - needed only where FLAC is asked for

    frames = math.ceil(count_samples(sound) / FLAC_SAMPLES)
    form = RATE << 44 | (WIDTH * 8 - 1) << 36 | frames * FLAC_SAMPLES
    info = struct.pack(">HH6xQ16x", FLAC_SAMPLES, FLAC_SAMPLES, form)
    head = b"fLaC" + struct.pack(">I", FLAC_INFO << 24 | len(info)) + info
    content = BytesIO(head + b"".join(map(make_flac_frame, range(frames))))
    library: Any = flac  # it comes without types
    tagged = library.FLAC(content)
    tagged.add_tags()
    tagged["comment"] = text
    if language:
        tagged["language"] = language
    content.seek(0)
    tagged.save(content)
    return content.getvalue()


def make_flac_frame(number: int) -> bytes:
    """Return a frame whose samples are all 0.

    The number is spelled as UTF-8 spells a character's.
    """
    head = FLAC_HEAD + chr(number).encode("utf-8", "surrogatepass")
    frame = head + bytes((check(head, 0x07, 8),)) + bytes(3)
    return frame + check(frame, 0x8005, 16).to_bytes(2, "big")


def check(data: bytes, polynomial: int, width: int) -> int:
    """Return the checksum of the data: a CRC of so many bits that starts at 0."""
    top = 1 << (width - 1)
    found = 0
    for byte in data:
        found ^= byte << (width - 8)
        for _ in range(8):
            found = found << 1 ^ polynomial if found & top else found << 1
        found &= 2 * top - 1
    return found


def write_opus(text: str, sound: Sequence[bytes], language: str = "") -> bytes:
    """Return an Opus file in Ogg, of silence, as long as the sound, with the text in its tags."""
    from mutagen import ogg  # noqa: PLC0415 - needed only where Opus is asked for

    library: Any = ogg  # it comes without types
    packets = max(math.ceil(count_samples(sound) / RATE * OPUS_RATE / OPUS_SAMPLES), 1)
    pages = library.OggPage.from_packets([make_opus_head()])
    pages += library.OggPage.from_packets([make_opus_tags(text, language)])
    for page in pages:
        page.position = 0
    for done in range(0, packets, OPUS_PAGE):
        page = library.OggPage()
        page.packets = [OPUS_PACKET] * min(OPUS_PAGE, packets - done)
        page.position = (done + len(page.packets)) * OPUS_SAMPLES + OPUS_SKIP
        pages.append(page)
    return b"".join(number_pages(pages))


def number_pages(pages: list[Any]) -> Iterator[bytes]:
    """Yield the pages of a stream as they are written, the first and the last marked."""
    for number, page in enumerate(pages):
        page.sequence, page.serial = number, 1
        page.first, page.last = number == 0, number == len(pages) - 1
        yield page.write()


def make_opus_head() -> bytes:
    """Return what stands at the beginning of an Opus stream (RFC 7845, section 5.1)."""
    return b"OpusHead" + struct.pack("<BBHIhB", 1, 1, OPUS_SKIP, RATE, 0, 0)


def make_opus_tags(text: str, language: str) -> bytes:
    """Return the tags of an Opus stream (RFC 7845, section 5.2)."""
    fields = [f"comment={text}", f"language={language}"]
    spelled = [each.encode("utf-8", "replace") for each in (MADE_BY, *fields)]
    maker, *rest = [struct.pack("<I", len(each)) + each for each in spelled]
    return b"OpusTags" + maker + struct.pack("<I", len(rest)) + b"".join(rest)
