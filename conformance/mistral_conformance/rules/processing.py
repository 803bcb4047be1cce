"""Processing of documents: queued, running, done; what is known before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import Sample, docx_sample, pdf_sample, text_sample
from mistral_conformance.rules.common.libraries import (
    create_library,
    upload_document,
    wait_processed,
)
from mistral_conformance.rules.common.names import (
    GET_DOCUMENT,
    GET_LIBRARY,
    REPROCESS,
    STATUS,
    TEXT_CONTENT,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, read_library, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

RUNNING, COMPLETED, ERROR = "Running", "Completed", "Error"

WAIT_S = 120


@rule(MUST, "documents.waiting-loop-ends", (UPLOAD_DOCUMENT, STATUS))
def ends(ctx: Context) -> None:
    """The guide's loop, which waits while the status is exactly `Running`, comes to `Completed`."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    words = [each["processing_status"] for each in _watch(ctx, ids)]
    ctx.expect(set(words) <= {RUNNING, COMPLETED}, f"the loop saw {sorted(set(words))}")
    expect_equal(ctx, words[-1], COMPLETED, "the status after the loop")


@rule(SHOULD, "documents.upload-queues; documents.fresh-values", (UPLOAD_DOCUMENT,))
def upload_only_queues(ctx: Context) -> None:
    """An upload answers before the document is processed: it says Running."""
    answer = upload_document(ctx, create_library(ctx)["id"])
    expect_equal(ctx, answer["processing_status"], RUNNING, "processing_status", answer)


@rule(SHOULD, "documents.processed-values", (GET_DOCUMENT,))
def pages_are_counted(ctx: Context) -> None:
    """A PDF of three pages has `number_of_pages` 3 when it is completed."""
    pages = [f"Page {number} of {word(ctx)}" for number in range(3)]
    done = wait_processed(ctx, **_uploaded(ctx, pdf_sample(pages)))
    expect_equal(ctx, done["number_of_pages"], 3, "number_of_pages", done)


@rule(MUST, "documents.text-content", (TEXT_CONTENT,))
def text_is_the_content(ctx: Context) -> None:
    """The text content of a completed text document holds its words."""
    words = f"Größe {word(ctx)} 图书馆"
    found = _text(ctx, text_sample(words))
    ctx.expect(words in found["text"], "the text content misses the document's words", found)


@rule(SHOULD, "documents.text-content", (TEXT_CONTENT,))
def text_is_extracted(ctx: Context) -> None:
    """The text content of a completed PDF or DOCX holds the words of every page."""
    first, second = word(ctx), word(ctx)
    found = _text(ctx, pdf_sample([f"The word is {first}", f"and then {second}"]))
    for each in (first, second):
        ctx.expect(each in found["text"], "the text content misses words of the PDF", found)
    letter = word(ctx)
    found = _text(ctx, docx_sample(f"The word is {letter}"))
    ctx.expect(letter in found["text"], "the text content misses words of the DOCX", found)


@rule(
    MAY,
    "documents.unfinished-text-404; choices.processing-unfinished-text-is-refused",
    (TEXT_CONTENT,),
    needs=("clock",),
)
def unfinished_text_is_refused(ctx: Context) -> None:
    """The text of a PDF that is still running is refused, for it does not exist yet."""
    ids = _uploaded(ctx, pdf_sample([word(ctx)]))
    early = ctx.api.call(TEXT_CONTENT, ids)
    status = ctx.need(ctx.api.call(STATUS, ids), 200)
    if status["processing_status"] != RUNNING:
        ctx.skip("processing ended before the text was asked for")
    expect_refused(ctx, early, "the text of a running document")


@rule(
    MAY,
    "documents.reprocess-while-running; choices.processing-reprocess-while-running",
    (REPROCESS,),
)
def reprocess_while_running(ctx: Context) -> None:
    """Reprocessing a running document is accepted or answered 409, and it still completes."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    ctx.expect_status(ctx.api.call(REPROCESS, ids), 204, 409)
    done = wait_processed(ctx, **ids)
    expect_equal(ctx, done["processing_status"], COMPLETED, "the status in the end", done)


@rule(MAY, "libraries.generated-words", (GET_LIBRARY, UPLOAD_DOCUMENT))
def describes_the_library(ctx: Context) -> None:
    """A library has a generated description once its first document is completed."""
    library = create_library(ctx)["id"]
    text = b"The Seine is a river in France. It flows through Paris to the sea."
    wait_processed(ctx, library, upload_document(ctx, library, text)["id"])
    read = read_library(ctx, library)
    ctx.expect(read["generated_description"], "generated_description is empty", read)


def _uploaded(ctx: Context, sample: Sample) -> dict[str, str]:
    """Upload a sample to a library of its own; give the ids that name the document."""
    library = create_library(ctx)["id"]
    kind = sample.media_type
    document = upload_document(ctx, library, sample.content, name=sample.name, media_type=kind)
    return {"library_id": library, "document_id": document["id"]}


def _watch(ctx: Context, ids: dict[str, str]) -> list[Exchange]:
    """Read the status until it is no longer Running; the last answer tells the end."""
    seen: list[Exchange] = []
    for _ in range(WAIT_S):
        seen.append(ctx.expect_status(ctx.api.call(STATUS, ids), 200))
        if seen[-1]["processing_status"] != RUNNING:
            return seen
        ctx.pass_time(1)
    ctx.expect(condition=False, message=f"still Running after {WAIT_S} s")
    return seen


def _text(ctx: Context, sample: Sample) -> Exchange:
    """Give the text content of a sample whose processing has completed."""
    ids = _uploaded(ctx, sample)
    wait_processed(ctx, **ids)
    return ctx.expect_status(ctx.api.call(TEXT_CONTENT, ids), 200)
