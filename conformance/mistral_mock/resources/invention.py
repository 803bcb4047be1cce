"""What stands at an address that the mock does not visit: made up, and the same each time.

A document or an image is a page that names the address, a recording says it.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from attrs import frozen

from mistral_mock.context import Upload
from mistral_mock.sound import spoken, tones

if TYPE_CHECKING:
    from urllib.parse import SplitResult

Kind = Literal["document", "recording"]

PDF, WAV = "application/pdf", "audio/wav"
A4 = (595, 842)
"""Points."""
LARGEST_LINE = 100_000
"""Characters of an address that a page shows."""
LONGEST_SPLIT = 10_000
"""Characters of an address that are taken apart."""
LONGEST_SPEECH = 400
"""Characters of an address that a recording says."""
FIGURE = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAKBueIx4ZKCMgoy0qqC+8P//8Nzc8P///////////////////////////////"
    "///////////////////////////wAALCABAAGABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAA"
    "AAAAAAAAAA/9oACAEBAAA/AKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA//2Q=="
)
"""A grey picture of 96 times 64 pixels, as JPEG."""
FIGURE_SIZE = (96, 64)


@frozen
class Invented(Upload):
    """What was made up for an address."""


def invent(kind: Kind, url: str, title: str) -> Invented:
    """Return what the mock takes for the content of an address."""
    if kind == "recording":
        text = f"This recording stands for {url[:LONGEST_SPEECH]}"
        return Invented(
            title, WAV, spoken.write(text, tones.speak(text, tones.find_pitch(url)), "en")
        )
    lines = (
        " ".join(title.split()),
        f"This page stands for {url[:LARGEST_LINE]}",
        "The mock did not visit the address; it made this page up.",
    )
    return Invented(title, PDF, make_pdf(lines))


def find_title(url: str) -> str:
    """Return the last part of an address's path, or its host."""
    parts = split_address(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.netloc


def split_address(url: str) -> SplitResult:
    """Return the parts of an address; of a very long one, those of its beginning.

    `urlsplit` remembers what it has seen, whatever its size.

    Raises:
        ValueError: It is written like no address.

    """
    return urlsplit(url[:LONGEST_SPLIT])


def make_pdf(lines: tuple[str, ...]) -> bytes:
    """Return a page with these lines and a grey picture."""
    width, height = FIGURE_SIZE
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 6 0 R" % A4
        + b"/Resources<</Font<</F1 4 0 R>>/XObject<</I1 5 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8" % (width, height)
        + b"/ColorSpace/DeviceGray/Filter/DCTDecode/Length %d>>" % len(FIGURE)
        + make_stream(FIGURE),
        b"<</Length %d>>" % len(draw(lines)) + make_stream(draw(lines)),
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + one + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    end += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(out))
    return bytes(out + end)


def make_stream(content: bytes) -> bytes:
    """Return bytes as the stream of a PDF object."""
    return b"stream\n" + content + b"\nendstream\n"


def draw(lines: tuple[str, ...]) -> bytes:
    """Return the instructions that draw the lines below each other, and the picture below them."""
    said = tuple(line.encode("cp1252", "replace") for line in lines)
    for mark in (b"\\", b"(", b")"):
        said = tuple(line.replace(mark, b"\\" + mark) for line in said)
    shown = b"".join(b"(%s)Tj T* " % line for line in said)
    return b"BT /F1 11 Tf 16 TL 72 770 Td %sET q 96 0 0 64 72 600 cm /I1 Do Q" % shown
