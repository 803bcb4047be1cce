"""Text of Word documents, page by page where the document says where pages end."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from mistral_mock.extraction import archive
from mistral_mock.extraction.outcome import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docx.oxml.xmlchemy import BaseOxmlElement

PAGE = "\f"
PARAGRAPH, TEXT, TAB, BREAK = qn("w:p"), qn("w:t"), qn("w:tab"), qn("w:br")
CELL, ROW = qn("w:tc"), qn("w:tr")
RENDERED_BREAK, BREAK_TYPE = qn("w:lastRenderedPageBreak"), qn("w:type")
BROKEN = (*archive.BROKEN, OpcError, SyntaxError, AttributeError, TypeError, LookupError)
"""What python-docx raises on broken files; SyntaxError is the root of the XML parser's errors."""


def read_pages(content: bytes) -> tuple[str, ...]:
    """Return the text of each page, tables included.

    Raises:
        Unreadable: The file is broken.

    """
    archive.open_archive(content).close()
    try:
        body = Document(BytesIO(content)).element.body
        text = "".join(read_pieces(body))
    except BROKEN as error:
        raise Unreadable(f"the DOCX cannot be read: {error}") from error
    return tuple(page.strip() for page in text.split(PAGE))


def read_pieces(body: BaseOxmlElement) -> Iterator[str]:
    """Yield the body's text in the order of reading, with a line for each paragraph."""
    for element in body.iter(PARAGRAPH):
        yield from read_paragraph(element)
        yield "\n"


def read_paragraph(paragraph: BaseOxmlElement) -> Iterator[str]:
    """Yield one paragraph's text; page breaks that a person set are form feeds.

    A break that Word noted when it last drew the page counts only where none was set beside it.
    """
    after_break = False
    for element in paragraph.iter(TEXT, TAB, BREAK, RENDERED_BREAK):
        if element.tag == RENDERED_BREAK:
            yield "" if after_break else PAGE
            continue
        after_break = element.tag == BREAK and element.get(BREAK_TYPE) == "page"
        yield PAGE if after_break else spell(element)


def spell(element: BaseOxmlElement) -> str:
    """Return the text of a run's part."""
    if element.tag == TEXT:
        return element.text or ""
    return "\t" if element.tag == TAB else "\n"
