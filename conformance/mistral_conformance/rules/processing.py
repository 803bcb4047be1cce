"""Processing of documents: queued, running, done; what is known before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.refusals import documented
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, read_library, word
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

RUNNING, COMPLETED, ERROR = "Running", "Completed", "Error"
WORDS = {
    "todo": RUNNING,
    "in_progress": RUNNING,
    "waiting_for_capacity": RUNNING,
    "done": COMPLETED,
    "noop": COMPLETED,
    "self_managed": COMPLETED,
    "error": ERROR,
    "missing_content": ERROR,
}
"""The new status words and the old ones that go with them (documents.two-status-fields)."""

FIELDS_OF_RESULTS = ("summary", "last_processed_at", "number_of_pages")
WAIT_S = 120


@rule(
    id="processing.begins-after-the-upload",
    level=SHOULD,
    source="documents.upload-queues; documents.fresh-values",
    operations=(UPLOAD_DOCUMENT,),
)
def begins_after_the_upload(ctx: Context) -> None:
    """An upload that has not been processed yet says Running, and nothing is found out yet."""
    answer = upload_document(ctx, create_library(ctx)["id"])
    if answer["processing_status"] == COMPLETED:
        ctx.skip("the server has processed the document when it answers")
    expect_equal(ctx, answer["processing_status"], RUNNING, "processing_status", answer)
    for field in FIELDS_OF_RESULTS:
        expect_equal(ctx, answer[field], None, field, answer)
    expect_equal(ctx, answer["tokens_processing_total"], 0, "tokens_processing_total", answer)


@rule(
    id="processing.ends",
    level=MUST,
    source="documents.waiting-loop-ends",
    operations=(UPLOAD_DOCUMENT, STATUS),
)
def ends(ctx: Context) -> None:
    """The guide's loop, which waits while the status is exactly `Running`, comes to `Completed`."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    words = [each["processing_status"] for each in _watch(ctx, ids)]
    ctx.expect(set(words) <= {RUNNING, COMPLETED}, f"the loop saw {sorted(set(words))}")
    expect_equal(ctx, words[-1], COMPLETED, "the status after the loop")


@rule(
    id="processing.moves-forward",
    about=("beta.libraries.documents.status answer/200/process_status",),
    level=SHOULD,
    source="documents.forward-only; choices.processing-moves-forward",
    operations=(UPLOAD_DOCUMENT, STATUS),
)
def moves_forward(ctx: Context) -> None:
    """The status never goes back, and stays when processing has ended."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    seen = _watch(ctx, ids)
    ctx.pass_time(1)
    seen.append(ctx.expect_status(ctx.api.call(STATUS, ids), 200))
    ranks = [_rank(each["process_status"]) for each in seen]
    ctx.expect(ranks == sorted(ranks), f"the status went back: {ranks}", *seen[-2:])


@rule(
    id="processing.both-words-agree",
    about=("beta.libraries.documents.status answer/200/process_status",),
    level=MUST,
    source=(
        "documents.two-status-fields; document: beta.libraries.documents.status "
        "(both fields are required)"
    ),
    operations=(STATUS, GET_DOCUMENT),
)
def both_words_agree(ctx: Context) -> None:
    """The new status word and the old one say the same, in the status answer and the document."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    for status in _watch(ctx, ids):
        _expect_words_agree(ctx, status)
    document = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    _expect_words_agree(ctx, document)
    status = ctx.expect_status(ctx.api.call(STATUS, ids), 200)
    wanted = document["process_status"]
    expect_equal(ctx, status["process_status"], wanted, "process_status", document, status)


@rule(
    id="processing.status-is-minimal",
    level=SHOULD,
    source="documents.status-fields",
    operations=(STATUS, GET_DOCUMENT),
)
def status_is_minimal(ctx: Context) -> None:
    """The status answer names its document and the status fields, nothing more of the document."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    status = ctx.expect_status(ctx.api.call(STATUS, ids), 200)
    expect_equal(ctx, status["document_id"], ids["document_id"], "document_id", status)
    document = ctx.need(ctx.api.call(GET_DOCUMENT, ids), 200)
    known = documented(status) | {"process_status", "processing_status"}
    extra = (status.json().keys() & documented(document)) - known
    ctx.expect(not extra, f"the status answer also has {sorted(extra)}", status)


@rule(
    id="processing.fills-in-its-results",
    level=SHOULD,
    source="documents.processed-values",
    operations=(GET_DOCUMENT,),
)
def fills_in_its_results(ctx: Context) -> None:
    """A completed document has pages, token counts, and a time after its creation."""
    ids = _uploaded(ctx, text_sample(f"The {word(ctx)} is a river. It flows to the sea."))
    done = wait_processed(ctx, **ids)
    for field in ("last_processed_at", "number_of_pages", "tokens_processing_main_content"):
        ctx.expect(done[field], f"{field} is empty after processing", done)
    ended, made = read_time(done["last_processed_at"]), read_time(done["created_at"])
    ctx.expect(ended >= made, "last_processed_at is before created_at", done)


@rule(
    id="processing.tokens-add-up",
    level=SHOULD,
    source="documents.processed-values",
    operations=(GET_DOCUMENT,),
)
def tokens_add_up(ctx: Context) -> None:
    """The token total of a completed document is that of its content plus that of its summary."""
    done = wait_processed(ctx, **_uploaded(ctx, text_sample(f"{word(ctx)} flows to the sea.")))
    parts = [done["tokens_processing_main_content"], done["tokens_processing_summary"]]
    ctx.expect(all(isinstance(each, int) for each in parts), "a token count is missing", done)
    expect_equal(ctx, done["tokens_processing_total"], sum(parts), "the token total", done)


@rule(
    id="processing.pages-are-counted",
    level=SHOULD,
    source="documents.processed-values",
    operations=(GET_DOCUMENT,),
)
def pages_are_counted(ctx: Context) -> None:
    """A PDF of three pages has `number_of_pages` 3 when it is completed."""
    pages = [f"Page {number} of {word(ctx)}" for number in range(3)]
    done = wait_processed(ctx, **_uploaded(ctx, pdf_sample(pages)))
    expect_equal(ctx, done["number_of_pages"], 3, "number_of_pages", done)


@rule(
    id="processing.text-is-the-content",
    level=MUST,
    source="documents.text-content",
    operations=(TEXT_CONTENT,),
)
def text_is_the_content(ctx: Context) -> None:
    """The text content of a completed text document holds its words."""
    words = f"Größe {word(ctx)} 图书馆"
    found = _text(ctx, text_sample(words))
    ctx.expect(words in found["text"], "the text content misses the document's words", found)


@rule(
    id="processing.text-is-extracted",
    level=SHOULD,
    source="documents.text-content",
    operations=(TEXT_CONTENT,),
)
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
    id="processing.unfinished-text-is-refused",
    level=MAY,
    source="documents.unfinished-text-404; choices.processing-unfinished-text-is-refused",
    operations=(TEXT_CONTENT,),
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
    id="processing.reprocess-answers-204",
    level=MUST,
    source="documents.reprocess",
    operations=(REPROCESS,),
)
def reprocess_answers_204(ctx: Context) -> None:
    """Reprocessing a completed document answers 204 without a body."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    wait_processed(ctx, **ids)
    answer = ctx.expect_status(ctx.api.call(REPROCESS, ids), 204)
    ctx.expect(not answer.content, "a 204 carries a body", answer)


@rule(
    id="processing.reprocess-runs-again",
    level=SHOULD,
    source="documents.reprocess; choices.processing-reprocess-runs-again",
    operations=(REPROCESS, STATUS, GET_DOCUMENT),
)
def reprocess_runs_again(ctx: Context) -> None:
    """A reprocessed document runs again and completes, and was processed later than before."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    before = wait_processed(ctx, **ids)
    ctx.pass_time(1)
    ctx.need(ctx.api.call(REPROCESS, ids), 204)
    status = ctx.expect_status(ctx.api.call(STATUS, ids), 200)
    words = status["processing_status"]
    ctx.expect(words in (RUNNING, COMPLETED), f"the status right after is {words!r}", status)
    after = wait_processed(ctx, **ids)
    expect_equal(ctx, after["processing_status"], COMPLETED, "the status in the end", after)
    times = [read_time(within(each.json(), "last_processed_at")) for each in (before, after)]
    ctx.expect(times[0] < times[1], "last_processed_at did not move", before, after)


@rule(
    id="processing.reprocess-while-running",
    level=MAY,
    source=("documents.reprocess-while-running; choices.processing-reprocess-while-running"),
    operations=(REPROCESS,),
)
def reprocess_while_running(ctx: Context) -> None:
    """Reprocessing a running document is accepted or answered 409, and it still completes."""
    ids = _uploaded(ctx, text_sample(word(ctx)))
    ctx.expect_status(ctx.api.call(REPROCESS, ids), 204, 409)
    done = wait_processed(ctx, **ids)
    expect_equal(ctx, done["processing_status"], COMPLETED, "the status in the end", done)


@rule(
    id="processing.describes-the-library",
    level=MAY,
    source="libraries.generated-words",
    operations=(GET_LIBRARY, UPLOAD_DOCUMENT),
)
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


def _rank(status: str) -> int:
    """Give the place of a status in the order of states; capacity may be waited for and return."""
    return {"todo": 0, "in_progress": 1, "waiting_for_capacity": 1}.get(status, 2)


def _expect_words_agree(ctx: Context, answer: Exchange) -> None:
    """Hold the two status words of an answer to each other; unknown new words are let pass."""
    status: Any = answer["process_status"]
    wanted = WORDS.get(status, answer["processing_status"])
    what = f"processing_status beside {status!r}"
    expect_equal(ctx, answer["processing_status"], wanted, what, answer)
