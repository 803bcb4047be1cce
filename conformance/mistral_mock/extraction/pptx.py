"""Text of presentations: one page for each slide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docx.oxml.parser import parse_xml

from mistral_mock.extraction import archive
from mistral_mock.extraction.outcome import Unreadable

if TYPE_CHECKING:
    from zipfile import ZipFile

SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
BROKEN = (*archive.BROKEN, SyntaxError)


def read_pages(content: bytes) -> tuple[str, ...]:
    """Return the text of each slide, in the order of their numbers.

    Raises:
        Unreadable: The file is broken or has no slide.

    """
    with archive.open_archive(content) as slides:
        names = find_slides(slides)
        try:
            return tuple(read_slide(slides.read(name)) for name in names)
        except BROKEN as error:
            raise Unreadable(f"the PPTX cannot be read: {error}") from error


def find_slides(presentation: ZipFile) -> list[str]:
    """Return the slides' parts, by number."""
    found = (SLIDE.fullmatch(name) for name in presentation.namelist())
    numbered = sorted((int(match[1]), match[0]) for match in found if match)
    if not numbered:
        raise Unreadable("the PPTX has no slides")
    return [name for _, name in numbered]


def read_slide(xml: bytes) -> str:
    """Return a line of text for each paragraph of a slide."""
    root = parse_xml(xml)
    paragraphs = root.iter(f"{DRAWING}p")
    lines = ("".join(run.text or "" for run in line.iter(f"{DRAWING}t")) for line in paragraphs)
    return "\n".join(line for line in lines if line.strip())
