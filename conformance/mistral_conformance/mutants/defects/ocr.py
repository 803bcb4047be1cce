"""Defects of OCR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_mock.errors import APIError
from mistral_mock.extraction.sheets import Sheet

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

OCR = "ocr.process"
PAGES = "resources.ocr_pages"


@mutant("ocr.pages-count-from-one", OCR, place=f"{PAGES}:make_page")
def pages_count_from_one(make_page: Part) -> Part:
    """The indices of pages begin with 1."""

    def defect(*given: Part) -> Part:
        page = make_page(*given)
        return {**page, "index": page["index"] + 1}

    return defect


@mutant("ocr.ranges-are-half-open", OCR, place="resources.ocr:read_pages")
def ranges_are_half_open(read_pages: Part) -> Part:
    """The last page of a range is left out."""

    def defect(given: Part) -> Part:
        found = read_pages(given)
        return found - {max(found)} if isinstance(given, str) else found

    return defect


@mutant("ocr.usage-counts-one", OCR, place="resources.ocr:process")
def usage_counts_one(process: Part) -> Part:
    """One page is billed, however many there are."""
    return edited(
        process,
        lambda found: {**found, "usage_info": {**found["usage_info"], "pages_processed": 1}},
    )


@mutant("ocr.size-is-that-of-text", OCR, place="resources.ocr:process")
def size_is_that_of_text(process: Part) -> Part:
    """The size of the document is told in characters of its text."""

    def change(found: Part) -> Part:
        size = sum(len(page["markdown"]) for page in found["pages"])
        return {**found, "usage_info": {**found["usage_info"], "doc_size_bytes": size}}

    return edited(process, change)


@mutant("ocr.pages-run-together", OCR, place="resources.readings:read_sheets")
def pages_run_together(read_sheets: Part) -> Part:
    """Every page has the text of all pages."""

    def defect(source: Part) -> Part:
        found = read_sheets(source)
        text = "\n".join(sheet.text for sheet in found)
        return tuple(evolve(sheet, text=text) for sheet in found)

    return defect


@mutant("ocr.blocks-always-come", OCR, place=f"{PAGES}:make_page")
def blocks_always_come(make_page: Part) -> Part:
    """Blocks come also where they are not wanted."""
    return lambda sheet, place, body, *rest: make_page(
        sheet, place, {**body, "include_blocks": True}, *rest
    )


@mutant("ocr.blocks-leave-the-page", OCR, place=f"{PAGES}:show_size")
def blocks_leave_the_page(show_size: Part) -> Part:
    """The size of a page is told in points, its blocks are in pixels."""

    def defect(sheet: Part) -> Part:
        size = show_size(sheet)
        return size and {"dpi": 72, "height": size["height"] // 3, "width": size["width"] // 3}

    return defect


@mutant("ocr.words-stand-elsewhere", OCR, place=f"{PAGES}:score_words")
def words_stand_elsewhere(score_words: Part) -> Part:
    """The place of a scored word counts from 1."""
    return lambda text: [
        {**each, "start_index": each["start_index"] + 1} for each in score_words(text)
    ]


@mutant("ocr.images-always-come", OCR, place=f"{PAGES}:make_image")
def images_always_come(make_image: Part) -> Part:
    """The bytes of images come also where they are not wanted."""
    return lambda *given, sent: make_image(*given, sent=sent or True)


@mutant("ocr.annotation-is-prose", OCR, place="resources.ocr:annotate")
def annotation_is_prose(_annotate: Part) -> Part:
    """An annotation is a sentence."""
    return lambda _form, _text, _prompt=None: "A document about bees."


@mutant("ocr.foreign-files-are-empty", OCR, place="resources.ocr:find_document")
def foreign_files_are_empty(find_document: Part) -> Part:
    """A file that does not exist is read as a line of text."""

    def defect(ctx: Part) -> Part:
        document = ctx.body["document"]
        if "file_id" in document:
            document = {"document_url": "data:text/plain,nothing"}
        return find_document(evolve(ctx, body={**ctx.body, "document": document}))

    return defect


@mutant("ocr.broken-documents-are-empty", OCR, place="resources.readings:read_sheets")
def broken_documents_are_empty(read_sheets: Part) -> Part:
    """A document that cannot be read is one empty page."""

    def defect(source: Part) -> Part:
        try:
            return read_sheets(source)
        except APIError:
            return (Sheet(""),)

    return defect


@mutant("ocr.office-documents-are-empty", OCR, place="resources.readings:read_sheets")
def office_documents_are_empty(read_sheets: Part) -> Part:
    """An office document is one empty page."""
    return lambda source: (Sheet(""),) if source.content.startswith(b"PK") else read_sheets(source)


@mutant("ocr.images-have-no-limit", OCR, place=f"{PAGES}:make_images")
def images_have_no_limit(make_images: Part) -> Part:
    """All images come, however few or large ones are wanted."""
    free = {"image_limit": None, "image_min_size": None}
    return lambda sheet, body, first: make_images(sheet, {**body, **free}, first)


@mutant("ocr.one-long-side-is-large", OCR, place=f"{PAGES}:make_images")
def one_long_side_is_large(make_images: Part) -> Part:
    """An image is large enough with one side that is."""

    def defect(sheet: Part, body: Part, first: int) -> Part:
        least = body.get("image_min_size") or 0
        sides = [max(each.picture.width, each.picture.height) for each in sheet.figures]
        free = {"image_min_size": None} if min(sides, default=0) >= least else {}
        return make_images(sheet, {**body, **free}, first)

    return defect


@mutant("ocr.images-share-an-id", OCR, place=f"{PAGES}:make_images")
def images_share_an_id(make_images: Part) -> Part:
    """The ids of images begin anew on every page."""
    return lambda sheet, body, _first: make_images(sheet, body, 0)


@mutant("ocr.heads-are-told-twice", OCR, place=f"{PAGES}:split_marks")
def heads_are_told_twice(split_marks: Part) -> Part:
    """The head of a page is given apart and left in its text."""

    def defect(text: str, body: Part, marks: Part) -> Part:
        _, header, footer = split_marks(text, body, marks)
        return text, header, footer

    return defect


@mutant("ocr.tables-begin-anew", OCR, place=f"{PAGES}:make_page")
def tables_begin_anew(make_page: Part) -> Part:
    """The numbers of tables begin anew on each page."""

    def defect(*given: Part) -> Part:
        *others, (images, _) = given
        return make_page(*others, (images, 0))

    return defect


@mutant("ocr.cost-is-another", OCR, place="rates:Rates.spend")
def cost_is_another(spend: Part) -> Part:
    """Headers tell that ten times as many pages were read."""
    return lambda rates, key, unit, cost: spend(rates, key, unit, 10 * cost)


@mutant("ocr.places-are-in-the-line", OCR, place=f"{PAGES}:score_words")
def places_are_in_the_line(score_words: Part) -> Part:
    """Words are found from the beginning of their line."""

    def defect(text: Part, *more: Part) -> Part:
        found = score_words(text, *more)
        lines = [text.rfind("\n", 0, each["start_index"]) + 1 for each in found]
        return [
            {**each, "start_index": each["start_index"] - line}
            for each, line in zip(found, lines, strict=True)
        ]

    return defect


@mutant("ocr.cells-are-raw", OCR, place=f"{PAGES}:escape")
def cells_are_raw(_escape: Part) -> Part:
    """Cells of tables in HTML are not escaped."""
    return lambda text, **_: text


@mutant("ocr.text-names-what-is-left-out", OCR, place=f"{PAGES}:make_page")
def text_names_what_is_left_out(make_page: Part) -> Part:
    """The text of a page names an image that a limit has left out."""

    def defect(sheet: Part, place: Part, body: Part, *rest: Part) -> Part:
        every = {**body, "image_limit": None, "image_min_size": None}
        page, whole = (make_page(sheet, place, each, *rest) for each in (body, every))
        return {**page, "markdown": whole["markdown"]}

    return defect


@mutant("ocr.heads-are-cut-everywhere", OCR, place=f"{PAGES}:split_marks")
def heads_are_cut_everywhere(split_marks: Part) -> Part:
    """Where the head is taken out, the text loses its words wherever they stand."""
    return _cut_everywhere(split_marks, 1)


@mutant("ocr.feet-are-cut-everywhere", OCR, place=f"{PAGES}:split_marks")
def feet_are_cut_everywhere(split_marks: Part) -> Part:
    """Where the foot is taken out, the text loses its words wherever they stand."""
    return _cut_everywhere(split_marks, 2)


def _cut_everywhere(split_marks: Part, place: int) -> Part:
    """Take the words of the head, the first place, or of the foot, the second, out of the text."""

    def defect(*given: Part) -> Part:
        text, *marks = split_marks(*given)
        mark = marks[place - 1]
        return text.replace(mark, "") if mark else text, *marks

    return defect
