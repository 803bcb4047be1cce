"""Documents read page by page."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from mistral_conformance.probing.uploads import Sample, docx_sample, pdf_sample, picture_url
from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.readings import column, read_integer, read_text
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

OCR = "ocr.process"
TITLE_SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "pages": {"type": "integer"}},
    "required": ["title", "pages"],
    "additionalProperties": False,
}
SIGNS = "p<q&r"
"""What HTML spells otherwise."""
IMAGE = re.compile(r"!\[[^]]*\]\(<?([^)\s>]+)")
"""What Markdown names an image by."""
SCHEMA_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "paper", "schema": TITLE_SCHEMA, "strict": True},
}


@rule(
    MUST,
    "document: OCRPageObject; document: OCRRequest.pages; document: OCRUsageInfo.doc_size_bytes",
    (OCR,),
)
def chosen_pages_have_their_text(ctx: Context) -> None:
    """Each page that is chosen, or each one, comes once, in order, with its words; all count."""
    words = [word(ctx) for _ in range(12)]
    sample = pdf_sample([f"Here is {each}." for each in words])
    ways = ((None, [*range(12)]), ([1], [1]), ([0, 3], [0, 3]), ("0,2-4", [0, 2, 3, 4]))
    for chosen, wanted in (*ways, ("1,3", [1, 3])):
        answer = _read(ctx, sample, **({} if chosen is None else {"pages": chosen}))
        pages = answer["pages"]
        found = [page["index"] for page in pages]
        expect_equal(ctx, found, wanted, f"the pages for {chosen!r}", answer)
        for index, page in zip(wanted, pages, strict=True):
            shown = [each for each in words if each in page["markdown"]]
            expect_equal(ctx, shown, [words[index]], f"the words of page {index}", answer)
        processed = answer.at("usage_info.pages_processed")
        expect_equal(ctx, processed, len(wanted), "pages_processed", answer)
        told, size = answer.at("usage_info").get("doc_size_bytes"), len(sample.content)
        ctx.expect(told in (None, size), f"doc_size_bytes is {told}, not {size}", answer)


@rule(SHOULD, "choices.ocr-broken-document-is-refused", (OCR,))
def broken_document_is_refused(ctx: Context) -> None:
    """Bytes that only claim to be a PDF are refused."""
    broken = Sample("broken.pdf", b"%PDF-1.4\n" + bytes(200), "application/pdf")
    answer = ctx.api.call(OCR, json=_body(ctx, _document(broken)))
    expect_refused(ctx, answer, "a broken PDF")


@rule(SHOULD, "choices.ocr-office-documents-are-read", (OCR,))
def office_documents_are_read(ctx: Context) -> None:
    """The words of a DOCX are read."""
    said = word(ctx)
    answer = ctx.api.call(OCR, json=_body(ctx, _document(docx_sample(f"A letter about {said}"))))
    if 400 <= answer.status < 500:
        ctx.skip(f"a DOCX is refused with {answer.status}: the document names no kinds of files")
    ctx.expect_status(answer, 200)
    text = " ".join(page["markdown"] for page in answer["pages"])
    ctx.expect(said in text, "the word of the letter is missing", answer)


@rule(
    MUST,
    "document: OCRRequest.include_blocks; document: OCRPageDimensions; document: OCRTextBlock",
    (OCR,),
)
def blocks_stand_on_the_page(ctx: Context) -> None:
    """Blocks lie within their page and are left out on request."""
    sample = pdf_sample([f"A paragraph with {word(ctx)}"])
    answer = _read(ctx, sample, include_blocks=True)
    page = answer["pages"][0]
    size, blocks = page["dimensions"], page["blocks"]
    ctx.expect(blocks, "there are no blocks", answer)
    width, height = (size["width"], size["height"]) if size else (math.inf, math.inf)
    for block in blocks:
        across = 0 <= block["top_left_x"] <= block["bottom_right_x"] <= width
        down = 0 <= block["top_left_y"] <= block["bottom_right_y"] <= height
        ctx.expect(across and down, "a block leaves the page", answer)
    bare = _read(ctx, sample, include_blocks=False)
    expect_equal(ctx, bare["pages"][0].get("blocks"), None, "blocks that are not wanted", bare)


@rule(MUST, "document: OCRRequest.confidence_scores_granularity", (OCR,))
def scores_only_on_request(ctx: Context) -> None:
    """Scores are absent unless asked for; by word, each stands where its word does."""
    sample = pdf_sample(
        [f"Größe über {word(ctx)} ist sicher\nund {word(ctx)}\ngilt auch {word(ctx)}"]
    )
    plain = _read(ctx, sample)
    expect_equal(ctx, plain["pages"][0].get("confidence_scores"), None, "scores", plain)
    answer = _read(ctx, sample, confidence_scores_granularity="word")
    page = answer["pages"][0]
    scores = page["confidence_scores"]
    ctx.expect(scores and scores["word_confidence_scores"], "there are no scores", answer)
    for each in scores["word_confidence_scores"]:
        start = read_integer(each["start_index"], "the start of a word", answer)
        there = page["markdown"].startswith(each["text"], start)
        ctx.expect(there, f"{each['text']!r} is not at {start}", answer)


@rule(
    MUST,
    (
        "document: OCRRequest.table_format; document: OCRRequest.extract_header; "
        "document: OCRRequest.bbox_annotation_format; document: OCRImageObject.id"
    ),
    (OCR,),
)
def parts_are_taken_out(ctx: Context) -> None:
    """Tables come in their format, heads only apart, images each with an id and an annotation.

    What the text says elsewhere in the words of a head or a foot stays in it.
    """
    head, foot = f"Journal of {word(ctx)}", f"Printed by {word(ctx)}"
    rows = f"| hive | honey |\n|---|---|\n| oak | 4 |\n| {SIGNS} | 5 |"
    mentions = [f"{word(ctx)} of {head}, {foot}, {word(ctx)}" for _ in range(2)]
    sample = pdf_sample(
        [f"{head}\nOn {word(ctx)}\n{each}\n{rows}\n{foot}" for each in mentions],
        pictures=[(128, 96), (96, 64)],
    )
    more = {"extract_header": True, "bbox_annotation_format": SCHEMA_FORMAT}
    parts = 0
    for form, mark in (("html", "<t"), ("markdown", "|")):
        answer = _read(ctx, sample, table_format=form, **(more if mark == "<t" else {}))
        images = [each for page in answer["pages"] for each in page["images"]]
        tabled = [each for page in answer["pages"] for each in page.get("tables") or ()]
        for kind, found in (("images", images), ("tables", tabled)):
            ids = [each["id"] for each in found]
            ctx.expect(len(ids) == len(set(ids)), f"two {kind} have one id: {ids}", answer)
        for page in answer["pages"]:
            tables = page.get("tables") or ()
            parts += len(tables) + len(page["images"]) + bool(page.get("header"))
            apart = _on_one_line(page["markdown"])
            for each in mentions:
                apart = apart.replace(each, "")
            twice = bool(page.get("header")) and head in apart
            ctx.expect(not twice, "the head is in the text too", answer)
            for table in tables:
                expect_equal(ctx, table["format"], form, "the format of a table", answer)
                content = table["content"]
                ctx.expect(mark in content, f"a table is no {form}", answer)
                raw = form == "html" and SIGNS in content
                ctx.expect(not raw, f"a cell of HTML has {SIGNS} unescaped", answer)
        for image in images:
            told = image.get("image_annotation")
            if form == "html":
                _expect_annotation(ctx, told, answer)
            else:
                expect_equal(ctx, told, None, "an unasked annotation", answer)
    _expect_parts_together(ctx, sample, mentions)
    if not parts:
        ctx.skip("no table, head or image was found")


@rule(MUST, "document: ImageURLChunk; document: OCRPageObject", (OCR,))
def picture_is_one_page(ctx: Context) -> None:
    """A picture is one page; images are as many and as large as asked, with bytes on request.

    The text names those alone.
    """
    document = {"type": "image_url", "image_url": picture_url()}
    for wanted in (False, True):
        body = _body(ctx, document, include_image_base64=wanted)
        answer = ctx.answer(OCR, json=body)
        expect_equal(ctx, len(answer["pages"]), 1, "the number of pages", answer)
        _expect_own_images(ctx, answer)
        images = answer["pages"][0]["images"]
        field = "image_base64"
        shown = [bool(each[field] if wanted else each.get(field)) for each in images]
        expect_equal(ctx, shown, [wanted] * len(images), "whether images have bytes", answer)
    for limit in ({"image_limit": 0}, {"image_min_size": 65}, {"image_min_size": 56}):
        answer = ctx.api.call(OCR, json=_body(ctx, document, **limit))
        if answer.ok:
            found = answer["pages"][0]["images"]
            expect_equal(ctx, len(found), 0, f"the number of images with {limit}", answer)
            _expect_own_images(ctx, answer)


def _expect_parts_together(ctx: Context, sample: Sample, mentions: list[str]) -> None:
    """Hold heads and feet to come beside each other, and a limit of images to the document.

    What the text says beside them of the same words stays.
    """
    wishes = ("extract_header", "extract_footer")
    plain = _read(ctx, sample)
    alone = [_read(ctx, sample, **{each: True}) for each in wishes]
    both = _read(ctx, sample, image_limit=1, **dict.fromkeys(wishes, True))
    for name, answer in zip(("header", "footer"), alone, strict=True):
        one, other = ([bool(page.get(name)) for page in each["pages"]] for each in (answer, both))
        expect_equal(ctx, other, one, f"whether a {name} comes beside the other wish", both)
    for answer in (*alone, both):
        _expect_own_images(ctx, answer)
        said, kept = (_on_one_line(*column(e, "pages", "markdown")) for e in (plain, answer))
        lost = [each for each in mentions if each in said and each not in kept]
        ctx.expect(not lost, f"the text has lost words of {lost}", plain, answer)
    images = sum(len(page["images"]) for page in both["pages"])
    ctx.expect(images <= 1, f"image_limit 1 gives {images} images", both)


def _on_one_line(*texts: str) -> str:
    """Return texts with one blank between their words."""
    return " ".join(" ".join(texts).split())


def _expect_own_images(ctx: Context, answer: Exchange) -> None:
    """Hold the text of each page to name no image by an id that none of the page has."""
    for page in answer["pages"]:
        named = {each for each in IMAGE.findall(page["markdown"]) if ":" not in each}
        foreign = sorted(named - {each["id"] for each in page["images"]})
        said = f"the text of page {page['index']} names {foreign}, which is no image of it"
        ctx.expect(not foreign, said, answer)


def _expect_annotation(ctx: Context, text: object, answer: Exchange) -> None:
    found = read_text(text, "the annotation", answer)
    fits = (
        isinstance(found, dict)
        and found.keys() == {"title", "pages"}
        and isinstance(found["title"], str)
        and isinstance(found["pages"], int)
    )
    ctx.expect(fits, "the annotation does not follow its schema", answer)


def _document(sample: Sample) -> dict[str, Any]:
    url = f"data:{sample.media_type};base64,{b64encode(sample.content).decode()}"
    return {"type": "document_url", "document_url": url, "document_name": sample.name}


def _body(ctx: Context, document: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"model": able_model(ctx, "ocr"), "document": document, **fields}


def _read(ctx: Context, sample: Sample, **fields: object) -> Exchange:
    body = _body(ctx, _document(sample), **fields)
    return ctx.answer(OCR, json=body)
