"""What the rules upload: plain text, a PDF, a DOCX and a picture, built here byte for byte.

Their content depends only on the words that are passed in, so that a rule can make content which no
earlier run has uploaded, and can look for its own words in what the server extracts.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

UNREAD = (400, 415, 422)
"""How a server says that it reads no files of a type, or none with such content."""
TEXT = "text/plain"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)


@attrs.frozen
class Sample:
    """A document to upload: its file name, bytes and media type."""

    name: str
    content: bytes
    media_type: str

    def renamed(self, name: str) -> Sample:
        """Give the same content under another file name."""
        return attrs.evolve(self, name=name)


def text_sample(words: str, name: str = "notes.txt") -> Sample:
    """Give a plain text document that holds these words."""
    return Sample(name, f"{words}\n".encode(), TEXT)


def pdf_sample(
    pages: Sequence[str], name: str = "paper.pdf", pictures: Sequence[tuple[int, int]] = ()
) -> Sample:
    """Give a PDF with lines of (ASCII) text on each of its pages.

    The first pages have a grey JPEG picture each, as many as there are sizes: width and height in
    pixels, both multiples of 8.
    """
    return Sample(name, _pdf_bytes(pages, pictures), PDF)


def docx_sample(words: str, name: str = "letter.docx") -> Sample:
    """Give a DOCX with one paragraph."""
    return Sample(name, _docx_bytes(words), DOCX)


def _pdf_bytes(pages: Sequence[str], pictures: Sequence[tuple[int, int]]) -> bytes:
    """Write the objects of a PDF, then the table of their offsets."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, words in enumerate(pages):
        shown = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        lines = shown.replace("\n", ") Tj 0 -16 Td (")
        stream, drawn = f"BT /F1 12 Tf 72 720 Td ({lines}) Tj ET", ""
        if index < len(pictures):
            stream += " q 300 0 0 200 72 300 cm /P Do Q"
            drawn = f"/XObject << /P {4 + 2 * len(pages) + index} 0 R >> "
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << {drawn}/Font << /F1 3 0 R >> >> /Contents {5 + 2 * index} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects += [_picture(*size) for size in pictures]
    return _assembled(objects)


def _picture(width: int, height: int) -> str:
    """Return the object of a picture, its bytes as letters."""
    data = _grey_jpeg(width, height).decode("latin-1")
    return (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode "
        f"/Length {len(data)} >>\nstream\n{data}\nendstream"
    )


def _grey_jpeg(width: int, height: int) -> bytes:
    """Return a JPEG of one grey: each block of 8 by 8 is two bits, no difference and the end."""
    first = bytes([1, *[0] * 15, 0])  # the one code, of one bit, stands for nothing
    parts = (
        (0xDB, bytes([0, *[1] * 64])),
        (0xC0, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])),
        (0xC4, b"\x00" + first),
        (0xC4, b"\x10" + first),
        (0xDA, bytes([1, 1, 0, 0, 63, 0])),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, kind, len(x) + 2) + x for kind, x in parts)
    bits = width * height // 32
    return b"\xff\xd8" + head + bytes(bits // 8) + bytes([0xFF >> bits % 8]) + b"\xff\xd9"


def _assembled(objects: Sequence[str]) -> bytes:
    """Return the file: its objects, numbered, and its cross-reference table."""
    out = bytearray(b"%PDF-1.4\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = len(out)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n".encode("ascii")
    out += "".join(f"{offset:010d} 00000 n \n" for offset in offsets).encode("ascii")
    out += f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode("ascii")
    return bytes(out)


def _docx_bytes(words: str) -> bytes:
    """Write the three parts that a DOCX needs, with a fixed time so that bytes repeat."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_MAIN_PART}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{_WORD_NAMESPACE}"><w:body><w:p><w:r>'
            f"<w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
        ),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            declared = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}'
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), declared)
    return target.getvalue()


def picture_url(width: int = 64, height: int = 48) -> str:
    """Return a grey picture as a URL that holds it."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    return f"data:image/png;base64,{b64encode(picture).decode()}"
