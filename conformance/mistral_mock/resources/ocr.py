"""OCR: the pages of a document as Markdown.

The text of a PDF, a presentation or a text document is read from the file itself, so the mock is as
sure as can be.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_mock import rates
from mistral_mock.answers import json_answer
from mistral_mock.completion import engine
from mistral_mock.errors import invalid_field
from mistral_mock.registry import operation
from mistral_mock.resources import ocr_pages, readings, references, scripted, tuned_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context, Upload
    from mistral_mock.extraction.sheets import Sheet

DEFAULT_MODEL = "mistral-ocr-latest"
"""What a request whose model is null gets (our choice)."""
CHAT_MODEL = "mistral-small-latest"
"""Fills in annotations."""
READ_WITHIN = 20_000
"""Characters of a document that an annotation is made from."""
LONGEST_RANGE = 10_000
"""Pages that a document can have."""
MOST_RANGES = 1000
"""Parts of a text that chooses pages."""
FORMATS = ("bbox_annotation_format", "document_annotation_format")


@operation("ocr.process", answers=["pages"])
def process(ctx: Context) -> Answer:
    """Return the pages that the request wants, and what they cost.

    Raises:
        APIError: 400 for an unknown model and for a document that cannot be had or read, 422 for
            pages and annotations that make no sense.

    """
    model = ctx.body["model"] or DEFAULT_MODEL
    tuned_models.find_able_model(ctx, model, "ocr")
    check_annotations(ctx.body)
    wanted = read_pages(ctx.body.get("pages"))
    source = find_document(ctx)
    told = scripted.read(ctx, "pages")
    found = readings.read_sheets(source) if told is None else make_sheets(told)
    readings.check_length(sum(len(sheet.text) for sheet in found))
    chosen = [n for n in range(len(found)) if wanted is None or n in wanted]
    pages = ocr_pages.make_pages(found, chosen, ctx.body)
    annotate_images(pages, find_form(ctx.body, "bbox_annotation_format"))
    spent = ctx.spend(rates.PAGES, len(pages))
    is_annotated = any(find_form(ctx.body, name) is not None for name in FORMATS)
    return json_answer(
        {
            "pages": pages,
            "model": model,
            "document_annotation": annotate_document(pages, ctx.body),
            "usage_info": {
                "pages_processed": len(pages),
                "doc_size_bytes": len(source.content),
                "pages_processed_annotation": len(pages) if is_annotated else None,
            },
        },
        headers=spent,
    )


def check_annotations(body: dict[str, Any]) -> None:
    """Lets annotations pass that have a schema.

    Raises:
        APIError: 422, a format is of another type, or there are instructions without a format.

    """
    for name in FORMATS:
        form = find_form(body, name)
        if form is not None and (form.get("type") != "json_schema" or not form.get("json_schema")):
            raise invalid_field(
                name, "Value error, only the type json_schema is possible here", form
            )
    prompt = body.get("document_annotation_prompt")
    if prompt is not None and find_form(body, "document_annotation_format") is None:
        message = "Value error, it takes a document_annotation_format"
        raise invalid_field("document_annotation_prompt", message, prompt)


def find_form(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Return the form of an annotation.

    Plain text asks for none, as in samples of the official SDK.
    """
    form: dict[str, Any] | None = body.get(name)
    asks = form is not None and (form.get("type", "text") != "text" or form.get("json_schema"))
    return form if asks else None


def read_pages(given: str | Sequence[int] | None) -> frozenset[int] | None:
    """Return the pages that a request wants, counted from 0; None is all.

    Pages that the document does not have are left out (our choice).

    Raises:
        APIError: 422 for text that is not a list of numbers and ranges, or a very long one.

    """
    if given is None:
        return None
    if not isinstance(given, str):
        return frozenset(given)
    found: set[int] = set()
    parts = given.split(",")
    if len(parts) > MOST_RANGES:
        raise invalid_field("pages", f"Value error, more than {MOST_RANGES} ranges", len(parts))
    for part in parts:
        first, dash, last = (each.strip() for each in part.partition("-"))
        numbers = (first, last) if dash else (first, first)
        if not all(each.isascii() and each.isdigit() for each in numbers):
            raise invalid_field("pages", "Value error, pages are written like 0,2-4", given)
        start, end = (min(int(each[-9:]), LONGEST_RANGE) for each in numbers)
        found.update(range(start, end + 1))
    return frozenset(found)


def find_document(ctx: Context) -> Upload:
    """Return the document, whichever way it comes.

    Raises:
        APIError: 400, it cannot be had.

    """
    chunk = ctx.body["document"]
    if "file_id" in chunk:
        return references.open_file(ctx, chunk["file_id"])
    if "document_url" in chunk:
        return references.fetch(ctx, chunk["document_url"], chunk.get("document_name") or "")
    image = chunk["image_url"]
    return references.fetch(ctx, image if isinstance(image, str) else image["url"])


def make_sheets(texts: Sequence[str]) -> tuple[Sheet, ...]:
    """Return the pages that a reply says, of the size of a sheet of paper."""
    from mistral_mock.extraction import sheets  # noqa: PLC0415 - its libraries take long to load

    return tuple(sheets.Sheet(text, sheets.A4) for text in texts)


def annotate_images(pages: list[dict[str, Any]], form: dict[str, Any] | None) -> None:
    """Fill in the annotation of every image, from the name of the image alone."""
    for image in (image for page in pages for image in page["images"]):
        if form is not None:
            image["image_annotation"] = annotate(form, f"The image {image['id']}")


def annotate_document(pages: list[dict[str, Any]], body: dict[str, Any]) -> str | None:
    """Return JSON text that follows the caller's schema, from the pages' text.

    None when not asked for.
    """
    form = find_form(body, "document_annotation_format")
    if form is None:
        return None
    text = "\n\n".join(page["markdown"] for page in pages)[:READ_WITHIN]
    return annotate(form, text, body.get("document_annotation_prompt"))


def annotate(form: dict[str, Any], text: str, prompt: str | None = None) -> str:
    """Return what the mock's chat says about a text in a form."""
    asked = [{"role": "system", "content": prompt}] if prompt else []
    messages = [*asked, {"role": "user", "content": text or "An empty page"}]
    body = {"model": CHAT_MODEL, "messages": messages, "response_format": form}
    content = engine.complete(body).choices[0].content
    return json.dumps(json.loads(content), ensure_ascii=False)
