"""What pictures tell about themselves: their type and size. Nothing in them is read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """Return the picture's type and size; None for anything but PNG, JPEG, GIF, BMP and WebP."""
    kind = next((name for start, name in STARTS.items() if content.startswith(start)), None)
    if kind is None or (kind == "webp" and content[8:12] != b"WEBP"):
        return None
    try:
        return Picture(kind, f"image/{kind}", *SIZES[kind](content))
    except (struct.error, ValueError):
        return None


def _read_bmp(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<ii", content, 18)
    return abs(width), abs(height)


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
    """Return the size that the frame's header tells.

    Raises:
        ValueError: There is no frame.

    """
    place = 2
    while place + 4 <= len(content):
        mark, kind = content[place], content[place + 1]
        if mark != 0xFF:
            break
        if kind in LONE_MARKERS:
            place += 2
            continue
        if kind in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    raise ValueError("no frame")


STARTS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"BM": "bmp",
    b"RIFF": "webp",
    b"\xff\xd8": "jpeg",
}
SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "png": lambda content: struct.unpack_from(">II", content, 16),
    "gif": lambda content: struct.unpack_from("<HH", content, 6),
    "bmp": _read_bmp,
    "webp": _read_webp,
    "jpeg": _read_jpeg,
}
