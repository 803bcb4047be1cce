"""What an upload says about itself: its extension and MIME type (documents.upload-form)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistral_mock.context import Upload

UNKNOWN = "application/octet-stream"
BY_EXTENSION = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain",
    "xml": "application/xml",
}
"""For parts that name no type; a table of our own, since the system's differs by machine."""


def find_extension(name: str) -> str | None:
    """Return the last suffix of a file name, without its dot; None when there is none."""
    stem, dot, suffix = name.rpartition(".")
    return suffix if dot and stem and suffix else None


def find_mime_type(file: Upload) -> str:
    """Return the part's own type, or what the extension suggests when the part has none."""
    if file.mime_type:
        return file.mime_type
    return BY_EXTENSION.get((find_extension(file.name) or "").lower(), UNKNOWN)
