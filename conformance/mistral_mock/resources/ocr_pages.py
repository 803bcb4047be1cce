"""Pages as OCR writes them: Markdown, images, tables, links, heads and feet, places and scores."""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.extraction.sheets import Figure, Sheet

DPI = 200
LINK = re.compile(r"https?://[^\s<>\"')\]]+")
WORD = re.compile(r"\S+")
IN_HTML = re.compile(r"[^\s<>]+(?![^<]*>)")
"""A word between tags."""
BREAK = re.compile(r"\n[ \t]*\n+")
RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")
"""What parts the head of a table from its body."""
EDGE = re.compile(r"(?<!\\)\|")
"""What parts two cells; a bar after a backslash is part of a cell."""
SURE = 1.0
"""The text is the file's own."""
MARGIN_SHARE = 0.1
"""Of a page's sides; what is inside holds the paragraphs."""
MOST_IMAGES = 10_000


@frozen
class Marks:
    """The lines at the head and foot of every page, empty where they differ."""

    header: str = ""
    footer: str = ""


def make_pages(
    sheets: Sequence[Sheet], chosen: Sequence[int], body: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the chosen pages; images and tables are numbered through."""
    marks = find_marks([sheet.text for sheet in sheets])
    pages: list[dict[str, Any]] = []
    for place in chosen:
        images = sum(len(page["images"]) for page in pages)
        tables = sum(len(page["tables"]) for page in pages)
        pages.append(make_page(sheets[place], place, body, marks, (images, tables)))
    return pages


def make_page(
    sheet: Sheet, place: int, body: Mapping[str, Any], marks: Marks, first: tuple[int, int]
) -> dict[str, Any]:
    """Return one page; `first` are the numbers of its first image and its first table."""
    text, header, footer = split_marks(sheet.text.strip(), body, marks)
    granularity = body.get("confidence_scores_granularity")
    text, tables = take_tables(text, body.get("table_format"), first[1], granularity)
    images = make_images(sheet, body, first[0])
    shown = [*([text] if text else []), *(f"![{one['id']}]({one['id']})" for one in images)]
    blocks = body.get("include_blocks", True) and sheet.size
    return {
        "index": place,
        "markdown": "\n\n".join(shown),
        "images": images,
        "tables": tables,
        "hyperlinks": list(dict.fromkeys(link[0] for link in LINK.finditer(sheet.text))),
        "header": header,
        "footer": footer,
        "dimensions": show_size(sheet),
        "confidence_scores": score(text, granularity),
        "blocks": make_blocks(text, images, sheet, granularity) if blocks else None,
    }


def show_size(sheet: Sheet) -> dict[str, int] | None:
    """Return how large the picture of the page is, in pixels; None for a page without a size."""
    if sheet.size is None:
        return None
    return {"dpi": DPI, "height": sheet.size[1], "width": sheet.size[0]}


def find_marks(texts: Sequence[str]) -> Marks:
    """Return the first and last lines that all pages with more than them have in common."""
    pages = [text.strip().splitlines() for text in texts]
    if len(pages) < 2 or any(len(lines) < 2 for lines in pages):
        return Marks()
    heads, feet = {lines[0] for lines in pages}, {lines[-1] for lines in pages}
    return Marks(*(next(iter(ends)) if len(ends) == 1 else "" for ends in (heads, feet)))


def split_marks(
    text: str, body: Mapping[str, Any], marks: Marks
) -> tuple[str, str | None, str | None]:
    """Return the text without the head and foot that the request wants apart, and these."""
    header = footer = None
    if body.get("extract_header") and marks.header:
        header, text = marks.header, text.removeprefix(marks.header).lstrip()
    if body.get("extract_footer") and marks.footer:
        footer, text = marks.footer, text.removesuffix(marks.footer).rstrip()
    return text, header, footer


def take_tables(
    text: str, form: str | None, first: int, granularity: str | None
) -> tuple[str, list[dict[str, Any]]]:
    """Return the text without its Markdown tables, when a form for tables is given, and these."""
    if form is None:
        return text, []
    tables: list[dict[str, Any]] = []
    pieces: list[str] = []
    for is_table, lines in groupby(text.splitlines(keepends=True), is_row):
        if not is_table:
            pieces += lines
            continue
        suffix = "md" if form == "markdown" else "html"
        id_ = f"tbl-{first + len(tables)}.{suffix}"
        table = "".join(lines)
        content = table.strip() if form == "markdown" else make_html(table)
        word = WORD if form == "markdown" else IN_HTML
        words = score_words(content, word) if granularity == "word" else None
        tables.append(
            {"id": id_, "content": content, "format": form, "word_confidence_scores": words}
        )
        pieces.append(f"[{id_}]({id_})\n")
    return "".join(pieces).strip(), tables


def is_row(line: str) -> bool:
    """Say whether the line is one of a Markdown table: it has a cell at least."""
    text = line.rstrip()
    return text.startswith("|") and text.endswith("|") and len(EDGE.findall(text)) > 1


def make_html(table: str) -> str:
    """Return a Markdown table as HTML; its rule, if it has one, is its second line."""
    lines = [line.strip() for line in table.strip().splitlines()]
    rows = [line for place, line in enumerate(lines) if place != 1 or not RULE.fullmatch(line)]
    return f"<table>{''.join(map(make_row, rows))}</table>"


def make_row(line: str) -> str:
    """Return a line of a Markdown table as HTML."""
    cells = (cell.strip().replace(r"\|", "|") for cell in EDGE.split(line)[1:-1])
    return f"<tr>{''.join(f'<td>{escape(cell, quote=False)}</td>' for cell in cells)}</tr>"


def make_images(sheet: Sheet, body: Mapping[str, Any], first: int) -> list[dict[str, Any]]:
    """Return the images that are large enough, as many as there may still be."""
    limit, least = body.get("image_limit"), body.get("image_min_size") or 0
    figures = [
        figure
        for figure in sheet.figures
        if min(figure.picture.width, figure.picture.height) >= least
    ]
    room = max((MOST_IMAGES if limit is None else limit) - first, 0)
    sent = bool(body.get("include_image_base64"))
    return [
        make_image(sheet, figure, first + n, sent=sent) for n, figure in enumerate(figures[:room])
    ]


def make_image(sheet: Sheet, figure: Figure, number: int, *, sent: bool) -> dict[str, Any]:
    """Return an image; its place is known when it is the whole page."""
    picture = figure.picture
    whole = sheet.size == (picture.width, picture.height)
    data = f"data:{picture.mime_type};base64,{b64encode(figure.content).decode()}"
    return {
        "id": f"img-{number}.{picture.extension}",
        "top_left_x": 0 if whole else None,
        "top_left_y": 0 if whole else None,
        "bottom_right_x": picture.width if whole else None,
        "bottom_right_y": picture.height if whole else None,
        "image_base64": data if sent else None,
        "image_annotation": None,
    }


def score(text: str, granularity: str | None) -> dict[str, Any] | None:
    """Return how sure the mock is of a page; None when not asked for."""
    if granularity is None:
        return None
    return {
        "word_confidence_scores": score_words(text) if granularity == "word" else [],
        "average_page_confidence_score": SURE,
        "minimum_page_confidence_score": SURE,
    }


def score_words(text: str, words: re.Pattern[str] = WORD) -> list[dict[str, Any]]:
    """Return how sure the mock is of each word."""
    return [
        {"text": word[0], "confidence": SURE, "start_index": word.start()}
        for word in words.finditer(text)
    ]


def make_blocks(
    text: str, images: Sequence[dict[str, Any]], sheet: Sheet, granularity: str | None
) -> list[dict[str, Any]]:
    """Return the paragraphs, then the images whose place is known.

    Where a paragraph stands is estimated: they share the height of the page by their lines.
    """
    width, height = sheet.size or (0, 0)
    parts = [part.strip() for part in BREAK.split(text) if part.strip()]
    lines = [part.count("\n") + 1 for part in parts]
    share = height * (1 - 2 * MARGIN_SHARE) / max(sum(lines), 1)
    sides = (round(width * MARGIN_SHARE), round(width * (1 - MARGIN_SHARE)))
    top, blocks = height * MARGIN_SHARE, []
    for part, count in zip(parts, lines, strict=True):
        box = (sides[0], round(top), sides[1], round(top + count * share))
        blocks.append(make_block("text", part, box, granularity))
        top += count * share
    for image in (image for image in images if image["bottom_right_x"] is not None):
        box = (0, 0, image["bottom_right_x"], image["bottom_right_y"])
        shown = make_block("image", f"![{image['id']}]({image['id']})", box, granularity)
        blocks.append({**shown, "image_id": image["id"]})
    return blocks


def make_block(
    kind: str, content: str, box: tuple[int, int, int, int], granularity: str | None
) -> dict[str, Any]:
    """Return a part of a page."""
    scores = {
        "average_content_confidence_score": SURE,
        "minimum_content_confidence_score": SURE,
        "block_type_confidence_score": SURE,
    }
    return {
        "type": kind,
        "top_left_x": box[0],
        "top_left_y": box[1],
        "bottom_right_x": box[2],
        "bottom_right_y": box[3],
        "content": content,
        "confidence_scores": scores if granularity in {"block", "word"} else None,
    }
