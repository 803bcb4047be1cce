"""What reading a document gives."""

from __future__ import annotations

from functools import cached_property

from attrs import frozen

from mistral_mock.extraction.digest import Digest, digest

PAGE_BREAK = "\n\n"


class Unreadable(Exception):  # noqa: N818 - it describes a document, not a fault of the program
    """The document has no text that can be had; the message says why."""


@frozen
class Extraction:
    """The text of each page, and why there is none when there is none."""

    page_texts: tuple[str, ...]
    error: str | None = None

    @property
    def ok(self) -> bool:
        """The document could be read."""
        return self.error is None

    @property
    def text(self) -> str:
        """The text of all pages."""
        return PAGE_BREAK.join(self.page_texts)

    @cached_property
    def digest(self) -> Digest:
        """What the text comes to, worked out when it is first asked for."""
        return digest(self.text)

    @property
    def pages(self) -> int:
        """How many pages there are; a document without pages of its own has one."""
        return len(self.page_texts)

    def between(self, page_start: int | None = None, page_end: int | None = None) -> str:
        """Return the text of the pages from `page_start` up to and with `page_end`, counted from 0.

        The base and the closed end are our choice: no source states them. Pages that the
        document does not have are left out.
        """
        first = max(page_start or 0, 0)
        last = self.pages if page_end is None else page_end + 1
        return PAGE_BREAK.join(self.page_texts[first : max(last, first)])
