"""Office documents are archives; this keeps one that unpacks to too much from being unpacked."""

from __future__ import annotations

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from mistral_mock.extraction.outcome import Unreadable

MAX_UNPACKED = 128 * 1024 * 1024
"""Bytes that all parts together may unpack to."""
BROKEN = (BadZipFile, EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError)
"""What zipfile raises on broken and encrypted archives."""


def open_archive(content: bytes) -> ZipFile:
    """Return the archive, its sizes checked; the caller closes it.

    Raises:
        Unreadable: The archive is broken or unpacks to more than MAX_UNPACKED.

    """
    try:
        archive = ZipFile(BytesIO(content))
    except BROKEN as error:
        raise Unreadable(f"the archive cannot be read: {error}") from error
    if _measure(archive) > MAX_UNPACKED:
        raise Unreadable(f"the archive unpacks to more than {MAX_UNPACKED} bytes")
    return archive


def measure(content: bytes) -> int:
    """Return how much an archive unpacks to, in bytes.

    Raises:
        Unreadable: As `open_archive`.

    """
    with open_archive(content) as archive:
        return _measure(archive)


def _measure(archive: ZipFile) -> int:
    return sum(part.file_size for part in archive.infolist())
