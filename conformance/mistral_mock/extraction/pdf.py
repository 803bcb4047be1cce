"""Text of PDF documents. Reading is bounded: a hostile file costs a bounded effort."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import TYPE_CHECKING

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from mistral_mock.extraction.outcome import Unreadable

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_PAGES = 2000
MAX_PAGE_STREAM = 8 * 1024 * 1024
"""Of a page with more drawing instructions than this, in bytes, the text is left out."""
BROKEN = (
    PyPdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    NotImplementedError,
)
"""What pypdf raises on broken files: its own errors, and those of Python where it trusted them."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pages(content: bytes) -> tuple[str, ...]:
    """Return the text of each page; a page that cannot be read is empty.

    Raises:
        Unreadable: The file is broken, encrypted with a password, or has too many pages.

    """
    try:
        pages = open_pages(content)
    except BROKEN as error:
        raise Unreadable(f"the PDF cannot be read: {error}") from error
    return tuple(read_page(page) for page in pages)


def open_pages(content: bytes) -> list[PageObject]:
    """Return the pages of a PDF; one that is encrypted with an empty password opens too."""
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("the PDF is encrypted")
    if len(reader.pages) > MAX_PAGES:
        raise Unreadable(f"the PDF has more than {MAX_PAGES} pages")
    if not reader.pages:
        raise Unreadable("the PDF has no pages")
    return list(reader.pages)


def read_page(page: PageObject) -> str:
    """Return the text of one page."""
    try:
        contents = page.get_contents()
        if contents is None or len(contents.get_data()) > MAX_PAGE_STREAM:
            return ""
        return clean(page.extract_text())
    except BROKEN:
        return ""


def clean(text: str) -> str:
    """Return the text without characters that do not belong in text: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "").strip()
