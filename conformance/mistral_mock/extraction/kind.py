"""Which reader a document needs: by its first bytes, then its suffix, then its media type."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from mistral_mock.extraction.outcome import Unreadable

PDF = "pdf"
DOCX = "docx"
PPTX = "pptx"
HTML = "html"
TEXT = "text"

PDF_HEADER_WITHIN = 1024
"""A PDF may begin with this many foreign bytes, as readers allow."""
MAIN_PARTS = {"word/document.xml": DOCX, "ppt/presentation.xml": PPTX}
HTML_SUFFIXES = frozenset({".htm", ".html", ".xhtml"})
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
CONTROL = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\b\x1b\v")))


def find_kind(content: bytes, name: str, mime_type: str) -> str:
    """Return the reader's name.

    Raises:
        Unreadable: The content is of no type that has text.

    """
    if content.startswith(b"PK\x03\x04"):
        return find_office_kind(content)
    if is_pdf(content):
        return PDF
    if looks_binary(content):
        raise Unreadable(f"{mime_type or 'this type'} is not a type that text can be read from")
    suffix = PurePosixPath(name).suffix.lower()
    essence = mime_type.partition(";")[0].strip().lower()
    return HTML if suffix in HTML_SUFFIXES or essence in HTML_TYPES else TEXT


def is_pdf(content: bytes) -> bool:
    """Say whether the content says that it is a PDF."""
    return b"%PDF-" in content[:PDF_HEADER_WITHIN]


def find_office_kind(content: bytes) -> str:
    """Return the kind of an Office document, by the main part inside its archive.

    Raises:
        Unreadable: The archive is broken or holds no document with text.

    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable(f"the archive cannot be read: {error}") from error
    for part, kind in MAIN_PARTS.items():
        if part in names:
            return kind
    raise Unreadable("the archive holds no document with text")


def looks_binary(content: bytes) -> bool:
    """Say whether the content has control bytes that no text in any charset of ours has."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    sample = content[:4096]
    return len(sample.translate(None, CONTROL)) != len(sample)
