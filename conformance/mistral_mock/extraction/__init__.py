"""Text out of uploaded documents: `extract` and `summarise`, both pure.

PDF, DOCX, PPTX and text in its many types have text; anything else is an error of the document,
which an `Extraction` carries as a value. No input makes `extract` raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.extraction import docx, kind, pdf, pptx, text
from mistral_mock.extraction.outcome import Extraction, Unreadable
from mistral_mock.extraction.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Extraction", "extract", "summarise"]

READERS: dict[str, Callable[[bytes], tuple[str, ...]]] = {
    kind.PDF: pdf.read_pages,
    kind.DOCX: docx.read_pages,
    kind.PPTX: pptx.read_pages,
    kind.HTML: text.read_html_pages,
    kind.TEXT: text.read_pages,
}


def extract(content: bytes, *, name: str, mime_type: str) -> Extraction:
    """The document's text, page by page, or what is wrong with it."""
    try:
        found = kind.find_kind(content, name, mime_type)
        return Extraction(READERS[found](content))
    except Unreadable as problem:
        return Extraction((), error=str(problem))
