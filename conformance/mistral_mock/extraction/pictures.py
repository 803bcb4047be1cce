"""What pictures tell about themselves: their type and size. Nothing in them is read."""

from __future__ import annotations

import struct

from attrs import frozen

START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
LONE_MARKERS = frozenset(range(0xD0, 0xD9)) | {0x01}


@frozen
class Picture:
    """A picture's type and size, in pixels."""

    extension: str
    mime_type: str
    width: int
    height: int


def read_picture(content: bytes) -> Picture | None:
    """The picture's type and size; None for what is no PNG, JPEG, GIF, BMP or WebP."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return Picture("png", "image/png", *struct.unpack_from(">II", content, 16))
        if content.startswith((b"GIF87a", b"GIF89a")):
            return Picture("gif", "image/gif", *struct.unpack_from("<HH", content, 6))
        if content.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", content, 18)
            return Picture("bmp", "image/bmp", abs(width), abs(height))
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return Picture("webp", "image/webp", *_read_webp(content))
        if content.startswith(b"\xff\xd8"):
            return Picture("jpeg", "image/jpeg", *_read_jpeg(content))
    except (struct.error, ValueError):
        return None
    return None


def _read_webp(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind == b"VP8X":
        return (
            int.from_bytes(content[24:27], "little") + 1,
            int.from_bytes(content[27:30], "little") + 1,
        )
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _read_jpeg(content: bytes) -> tuple[int, int]:
    """The size that the frame's header tells.

    Raises:
        ValueError: There is no frame.

    """
    place = 2
    while place + 4 <= len(content):
        mark, kind = content[place], content[place + 1]
        if mark != 0xFF:  # noqa: PLR2004 - what every marker begins with
            break
        if kind in LONE_MARKERS:
            place += 2
            continue
        if kind in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    raise ValueError("no frame")
