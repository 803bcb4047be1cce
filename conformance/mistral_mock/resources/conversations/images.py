"""The tool `image_generation`: a small picture whose colours follow from the words."""

from __future__ import annotations

import struct
import zlib
from hashlib import blake2b
from typing import TYPE_CHECKING

from mistral_mock.completion.tokens import count_tokens
from mistral_mock.context import Upload
from mistral_mock.resources import files
from mistral_mock.resources.conversations.findings import Finding, text

if TYPE_CHECKING:
    from mistral_mock.context import Context
    from mistral_mock.resources.files import StoredFile

NAME = "image_generation"
FILE_NAME = "image_generated_0.png"
PURPOSE = "ocr"
"""The one purpose of the document that images have (our choice)."""
SIDE = 16
"""Pixels, both ways."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def draw(ctx: Context, prompt: str) -> Finding:
    """Return a picture for the prompt, stored as a file of the caller."""
    image = Upload(FILE_NAME, "image/png", make_png(prompt))
    file = files.keep(ctx, image, PURPOSE, source=files.MADE)
    said = text("This picture was drawn from the letters of your words, not by a model.")
    return Finding([said, point_at(file)], count_tokens(prompt), {"file_id": file.id})


def point_at(file: StoredFile) -> dict[str, object]:
    """Return the chunk by which a reader finds the file."""
    names = {"file_name": file.filename, "file_type": "png"}
    return {"type": "tool_file", "tool": NAME, "file_id": file.id, **names}


def make_png(prompt: str) -> bytes:
    """Return a square picture of coloured stripes; the same prompt gives the same bytes."""
    colours = blake2b(prompt.encode(), digest_size=SIDE * 3).digest()
    rows = b"".join(b"\0" + colours[row * 3 : row * 3 + 3] * SIDE for row in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return SIGNATURE + b"".join(make_part(kind, content) for kind, content in parts)


def make_part(kind: bytes, content: bytes) -> bytes:
    """Return one part of a PNG file, with its length and checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
