"""Signed URLs: the type and the text that they serve. How long they live is told by a law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mistral_conformance.probing.uploads import Sample, pdf_sample, text_sample
from mistral_conformance.rules.common.libraries import (
    create_library,
    upload_document,
    wait_processed,
)
from mistral_conformance.rules.common.names import (
    FILE_URL,
    SIGNED_URL,
    TEXT_SIGNED_URL,
    UPLOAD_FILE,
)
from mistral_conformance.rules.common.steps import expect_refused, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

PLAIN_BYTES = ("application/octet-stream", "binary/octet-stream", "")
"""Media types that say nothing of what a file is."""


@rule(
    id="signed-urls.document-url-tells-the-type",
    level=SHOULD,
    source="documents.signed-url-serves; choices.signed-urls-document-url-tells-the-type",
    operations=(SIGNED_URL,),
)
def document_url_tells_the_type(ctx: Context) -> None:
    """A signed URL serves a file as what it was uploaded as, or as bytes of no special type."""
    sample = pdf_sample([word(ctx)])
    served = ctx.nobody.get(_document_url(ctx, SIGNED_URL, sample))
    said = f"a PDF is served as {served.media_type}"
    ctx.expect(served.media_type in {sample.media_type, *PLAIN_BYTES}, said, served)


@rule(
    id="signed-urls.text-url-serves-the-text",
    level=MUST,
    source="documents.text-signed-url",
    operations=(TEXT_SIGNED_URL,),
)
def text_url_serves_the_text(ctx: Context) -> None:
    """Anyone without a key gets the extracted text of a completed document from its signed URL."""
    mark = word(ctx)
    ids = _document(ctx, pdf_sample([f"The word is {mark}"]))
    answer = ctx.expect_status(ctx.api.call(TEXT_SIGNED_URL, ids), 200)
    served = ctx.expect_status(ctx.nobody.get(answer.json()), 200)
    ctx.expect(mark in served.text, "the URL serves no text of the document", served)


@rule(
    id="signed-urls.file-url-expiry-is-bounded",
    level=SHOULD,
    source="document: files.get_signed_url (from 1 to 168 hours)",
    operations=(FILE_URL,),
)
def file_url_expiry_is_bounded(ctx: Context) -> None:
    """A life of 1 or 168 hours is granted, one below or above is refused."""
    file = _file(ctx, text_sample(word(ctx)))
    for hours in (1, 168):
        ctx.expect_status(ctx.api.call(FILE_URL, file_id=file, query={"expiry": hours}), 200)
    for hours in (0, 169):
        answer = ctx.api.call(FILE_URL, file_id=file, query={"expiry": hours})
        expect_refused(ctx, answer, f"a life of {hours} hours")


def _document(ctx: Context, sample: Sample) -> dict[str, str]:
    """Upload a sample and wait for its end; give the ids that name the document."""
    library = create_library(ctx)["id"]
    kind = sample.media_type
    document = upload_document(ctx, library, sample.content, name=sample.name, media_type=kind)[
        "id"
    ]
    wait_processed(ctx, library, document)
    return {"library_id": library, "document_id": document}


def _document_url(ctx: Context, operation: str, sample: Sample) -> str:
    """Give the signed URL of a new, completed document."""
    answer = ctx.expect_status(ctx.api.call(operation, _document(ctx, sample)), 200)
    _expect_web_address(ctx, answer.json(), answer)
    return str(answer.json())


def _file(ctx: Context, sample: Sample) -> str:
    """Upload a sample as a file; give its id."""
    part = (ctx.marker.name(sample.name), sample.content, sample.media_type)
    made = ctx.api.call(UPLOAD_FILE, files={"file": part}, data={"purpose": "ocr"})
    return str(ctx.need(made, 200)["id"])


def _expect_web_address(ctx: Context, value: Any, answer: Exchange) -> None:  # noqa: ANN401 - JSON
    """Hold a value to be a string that names a scheme and a host."""
    ctx.expect(isinstance(value, str), "the answer is no JSON string", answer)
    parts = urlsplit(value)
    absolute = parts.scheme in ("http", "https") and parts.netloc
    ctx.expect(absolute, "the URL is not an absolute web address", answer)
