"""The pages of a document as sheets: their size, their text, and the pictures on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.extraction import extract, kind, pdf
from mistral_mock.extraction.outcome import Unreadable
from mistral_mock.extraction.pictures import read_picture

if TYPE_CHECKING:
    from pypdf import PageObject

    from mistral_mock.extraction.pictures import Picture

DPI = 200
"""Pixels in an inch of a page that is drawn (our choice)."""
POINTS = 72
"""Units in an inch of a PDF page."""
A4 = (1654, 2339)
"""The size of a sheet of paper, in pixels."""
LARGEST = 20_000
"""Pixels that a side of a page has at most."""
MOST_PICTURES = 50
"""On one page."""


@frozen
class Figure:
    """A picture on a page; where it stands is not known."""

    picture: Picture
    content: bytes


@frozen
class Sheet:
    """One page; the size is in pixels, None for a document whose pages have no size."""

    text: str
    size: tuple[int, int] | None = None
    figures: tuple[Figure, ...] = ()


def read_sheets(content: bytes, *, name: str, mime_type: str) -> tuple[Sheet, ...]:
    """Return all pages of a document; a picture is one page without text.

    Raises:
        Unreadable: Nothing can be read.

    """
    picture = read_picture(content)
    if picture is not None:
        return (Sheet("", (picture.width, picture.height), (Figure(picture, content),)),)
    if not content:
        raise Unreadable("the document is empty")
    found = extract(content, name=name, mime_type=mime_type)
    if found.error is not None:
        raise Unreadable(found.error)
    if not kind.is_pdf(content) or content.startswith(b"PK\x03\x04"):
        return tuple(Sheet(text) for text in found.page_texts)
    drawn = pdf.open_pages(content)
    pages = zip(found.page_texts, drawn, strict=False)
    return tuple(Sheet(text, find_size(page), find_figures(page)) for text, page in pages)


def find_size(page: PageObject) -> tuple[int, int] | None:
    """Return the size of a PDF page as it is drawn; None when the page does not say."""
    try:
        width, height = (
            min(max(round(float(side) * DPI / POINTS), 0), LARGEST)
            for side in (page.mediabox.width, page.mediabox.height)
        )
        turned = int(page.get("/Rotate", 0)) % 180 != 0
    except pdf.BROKEN:
        return None
    return (height, width) if turned else (width, height)


def find_figures(page: PageObject) -> tuple[Figure, ...]:
    """Return the JPEG pictures of a PDF page; others are stored in a form that no file has."""
    try:
        resources: Any = page["/Resources"].get_object()
        objects = resources.get("/XObject", {}).get_object()
        streams = [objects[name].get_object() for name in list(objects)[:MOST_PICTURES]]
        contents = [read_jpeg(stream) for stream in streams]
    except pdf.BROKEN:
        return ()
    pictures = ((read_picture(content), content) for content in contents if content)
    return tuple(Figure(picture, content) for picture, content in pictures if picture)


def read_jpeg(stream: Any) -> bytes:  # noqa: ANN401 - a PDF object of any kind
    """Return the bytes of a picture that is stored as a JPEG file; none for anything else."""
    filters = stream.get("/Filter")
    plain = filters in ("/DCTDecode", ["/DCTDecode"])
    if stream.get("/Subtype") != "/Image" or not plain:
        return b""
    return bytes(stream._data)  # noqa: SLF001 - pypdf offers the bytes only decoded by Pillow
