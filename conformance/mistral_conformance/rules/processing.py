"""Processing of documents: queued, running, done; what is known before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import (
    UNREAD,
    Sample,
    docx_sample,
    pdf_sample,
    text_sample,
)
from mistral_conformance.rules.common.libraries import (
    create_library,
    is_running,
    upload_document,
    wait_processed,
)
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_DOCUMENT,
    REPROCESS,
    STATUS,
    TEXT_CONTENT,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import expect_equal, watch, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.outcome import Unjudged
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

RUNNING, COMPLETED = "Running", "Completed"
TOKENS = tuple(f"tokens_processing_{each}" for each in ("main_content", "summary", "total"))


@rule(MUST, "documents.waiting-loop-ends", (UPLOAD_DOCUMENT, STATUS))
def ends(ctx: Context) -> None:
    """The guide's loop, which waits while the status is exactly `Running`, comes to `Completed`."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    seen = watch(ctx, lambda: ctx.answer(STATUS, ids), lambda e: _word(e) == RUNNING)
    words = [_word(each) for each in seen]
    ctx.expect(set(words) <= {RUNNING, COMPLETED}, f"the loop saw {sorted(set(words))}")
    expect_equal(ctx, words[-1], COMPLETED, "the status after the loop")


@rule(SHOULD, "libraries.fresh-values; libraries.generated-words", (CREATE_LIBRARY,))
def new_library_is_not_described(ctx: Context) -> None:
    """A library without documents has no generated name and no generated description."""
    made = create_library(ctx)
    for field in ("generated_name", "generated_description"):
        expect_equal(ctx, made.get(field), None, field, made)


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
    "documents.reprocess; choices.documents-runs-add-up",
    (REPROCESS, UPLOAD_DOCUMENT, GET_DOCUMENT),
)
def each_run_is_counted(ctx: Context) -> None:
    """Each further run is billed: it adds to the tokens that content and summary have taken."""
    ids = _uploaded(ctx, text_sample(f"The word of today is {word(ctx)}."))
    before = wait_processed(ctx, **ids)
    told = [each for each in TOKENS if before.get(each)]
    if not told:
        ctx.skip("the server does not tell the tokens of a document")
    for _ in range(2):
        after = _run_again(ctx, ids, before)
        for each in told:
            said = f"`{each}` is {after.get(each)} after another run, {before.get(each)} before"
            ctx.expect((after.get(each) or 0) > before.get(each), said, before, after)
        before = after


def _run_again(ctx: Context, ids: dict[str, str], before: Exchange) -> Exchange:
    """Return a document after one more run; skips where nothing tells that one has ended."""
    ctx.prepare(REPROCESS, ids)

    def goes_on(shown: Exchange) -> bool:
        same = shown.get("last_processed_at") == before.get("last_processed_at")
        return same or is_running(shown)

    seen = watch(ctx, lambda: ctx.prepare(GET_DOCUMENT, ids), goes_on)
    if goes_on(seen[-1]):
        ctx.skip("`last_processed_at` does not tell that another run has ended")
    return seen[-1]


def _uploaded(ctx: Context, sample: Sample) -> dict[str, str]:
    """Upload a sample to a library of its own; give the ids that name the document."""
    library = create_library(ctx)["id"]
    kind = sample.media_type
    document = upload_document(ctx, library, sample.content, name=sample.name, media_type=kind)
    return {"library_id": library, "document_id": document["id"]}


def _word(answer: Exchange) -> str:
    return str(answer["processing_status"])


def _text(ctx: Context, sample: Sample) -> Exchange:
    """Give the text content of a processed sample; skips where files of its type are refused."""
    try:
        ids = _uploaded(ctx, sample)
    except Unjudged as stopped:
        if any(each.status in UNREAD for each in stopped.evidence):
            ctx.skip(f"files such as {sample.name} are refused")
        raise
    wait_processed(ctx, **ids)
    return ctx.answer(TEXT_CONTENT, ids)
