"""Text out of uploaded documents: `extract` and `summarise`, whose results follow from the input.

PDF, DOCX, PPTX and text in its many types have text; anything else is an error of the document,
which an `Extraction` carries as a value. No input makes `extract` raise.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from mistral_mock.extraction import archive, kind, reader, text
from mistral_mock.extraction.memory import Memory
from mistral_mock.extraction.outcome import Extraction, Unreadable
from mistral_mock.extraction.summary import summarise
from mistral_mock.threads import aside

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Extraction", "extract", "read_ahead", "summarise"]

_MEMORY = Memory()


def _late(module: str) -> Callable[[bytes], tuple[str, ...]]:
    """Return the reader of a module whose libraries load slowly: the first document loads them."""

    def read_pages(content: bytes) -> tuple[str, ...]:
        reader = import_module(f"{__name__}.{module}")
        return cast("tuple[str, ...]", reader.read_pages(content))

    return read_pages


READERS: dict[str, Callable[[bytes], tuple[str, ...]]] = {
    kind.PDF: _late("pdf"),
    kind.DOCX: _late("docx"),
    kind.PPTX: _late("pptx"),
    kind.HTML: text.read_html_pages,
    kind.TEXT: text.read_pages,
}
LARGE = {
    kind.PDF: 64 * 1024,
    kind.DOCX: 1024 * 1024,
    kind.PPTX: 1024 * 1024,
    kind.HTML: 256 * 1024,
    kind.TEXT: 4 * 1024 * 1024,
}
"""Larger documents, in bytes, are read by another process, which takes a moment to start."""


def extract(content: bytes, *, name: str, mime_type: str) -> Extraction:
    """Return the document's text, page by page, or what is wrong with it."""
    try:
        found = kind.find_kind(content, name, mime_type)
    except Unreadable as problem:
        return Extraction((), error=str(problem))
    return _MEMORY.recall(found, content, lambda: _read(found, content))


async def read_ahead(content: bytes, *, name: str, mime_type: str) -> None:
    """Lets a thread read the document, so that `extract` has its text and digest at once."""
    await aside(lambda: extract(content, name=name, mime_type=mime_type).digest)


def _read(found: str, content: bytes) -> Extraction:
    """Return what the document says; a large one is read by another process."""
    is_large = measure(found, content) > LARGE[found]
    return reader.read(found, content) if is_large else read_here(found, content)


def measure(found: str, content: bytes) -> int:
    """Return how much there is to read, in bytes: of an archive what it unpacks to."""
    try:
        return archive.measure(content) if found in {kind.DOCX, kind.PPTX} else len(content)
    except Unreadable:
        return 0


def read_here(found: str, content: bytes) -> Extraction:
    """Return what the document of a kind says, or what is wrong with it."""
    try:
        return Extraction(READERS[found](content))
    except Unreadable as problem:
        return Extraction((), error=str(problem))
