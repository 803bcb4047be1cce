"""Defects of the processing of documents."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import names as op
from mistral_mock.errors import not_found
from mistral_mock.resources.libraries import processing, statuses
from mistral_mock.resources.libraries.records import Document

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

STATES = (op.UPLOAD_DOCUMENT, op.STATUS, op.GET_DOCUMENT)
RESULTS = (op.UPLOAD_DOCUMENT, op.GET_DOCUMENT)


@mutant("processing.upload-waits-for-it", *STATES, place="resources.libraries.documents:add")
def upload_waits_for_it(add: Part) -> Part:
    """An upload answers when the document is processed already."""

    def defect(ctx: Part, library: Part, file: Part) -> Part:
        document = add(ctx, library, file)
        processing.finish(ctx.store, document, document.created_at)
        return ctx.table(Document).get(document.id)

    return defect


@mutant("processing.never-ends", *STATES, place="resources.libraries.processing:run_end")
def never_ends(run_end: Part) -> Part:
    """Processing takes years."""
    return lambda *given: run_end(*given) + timedelta(days=3650)


@mutant("processing.words-are-small", *STATES, place="resources.libraries.statuses:old_status")
def words_are_small(old_status: Part) -> Part:
    """The old status words begin with a small letter."""
    return lambda status: old_status(status).lower()


@mutant("processing.words-disagree", *STATES, place="resources.libraries.statuses:old_status")
def words_disagree(_old_status: Part) -> Part:
    """The old status word says Completed while the new one still says to do."""
    return lambda status: "Running" if status == "in_progress" else "Completed"


@mutant("processing.goes-back", *STATES, place="resources.libraries.contents:status")
def goes_back(status: Part) -> Part:
    """A finished document is shown as waiting at every third look."""
    calls = count(1)

    def turn(found: Part) -> Part:
        if found["process_status"] == "done" and next(calls) % 2 == 0:
            return {**found, "process_status": "todo"}
        return found

    return edited(status, turn)


@mutant("processing.status-tells-more", op.STATUS, place="resources.libraries.contents:status")
def status_tells_more(status: Part) -> Part:
    """The status answer tells the document's summary too."""
    return edited(status, lambda found: {**found, "summary": "It is short."})


@mutant(
    "processing.total-leaves-out-the-summary",
    *RESULTS,
    place="resources.libraries.documents:total_tokens",
)
def total_leaves_out_the_summary(_total_tokens: Part) -> Part:
    """The token total leaves the summary out."""
    return lambda document: document.main_tokens or 0


@mutant("processing.pages-count-from-0", *RESULTS, place="resources.libraries.processing:bill")
def pages_count_from_0(bill: Part) -> Part:
    """The number of pages is one too low."""

    def defect(*given: Part) -> Part:
        done = bill(*given)
        return evolve(done, number_of_pages=(done.number_of_pages or 1) - 1)

    return defect


@mutant(
    "processing.text-is-empty", op.TEXT_CONTENT, place="resources.libraries.contents:text_content"
)
def text_is_empty(text_content: Part) -> Part:
    """The text content is always empty."""
    return edited(text_content, lambda _found: {"text": ""})


@mutant(
    "processing.text-is-the-first-page",
    op.TEXT_CONTENT,
    place="resources.libraries.contents:find_text",
)
def text_is_the_first_page(find_text: Part) -> Part:
    """The text content stops after the first page."""

    def defect(*given: Part) -> Part:
        text = find_text(*given)
        return evolve(text, text=text.pages[0], pages=text.pages[:1])

    return defect


@mutant(
    "processing.running-cannot-be-reprocessed",
    op.REPROCESS,
    place="resources.libraries.documents:reprocess",
)
def running_cannot_be_reprocessed(reprocess: Part) -> Part:
    """Reprocessing a running document answers 404."""

    def defect(ctx: Part) -> Part:
        document = ctx.table(Document).get(ctx.path["document_id"])
        if document and document.process_status in statuses.RUNNING:
            raise not_found("Document not ready")
        return reprocess(ctx)

    return defect


@mutant(
    "processing.reprocessing-waits-for-ever",
    op.REPROCESS,
    *RESULTS,
    place="resources.libraries.documents:reprocess",
)
def reprocessing_waits_for_ever(reprocess: Part) -> Part:
    """A document that is reprocessed waits for its turn, which never comes."""

    def defect(ctx: Part) -> Part:
        answer = reprocess(ctx)
        table = ctx.table(Document)
        document = table.get(ctx.path["document_id"])
        table.put(evolve(document, started_at=document.started_at + timedelta(days=3650)))
        return answer

    return defect


@mutant("processing.ends-before-it-began", *RESULTS, place="resources.libraries.processing:run_end")
def ends_before_it_began(run_end: Part) -> Part:
    """Processing ends before the document was made."""
    return lambda *given: run_end(*given) - timedelta(hours=1)


@mutant(
    "processing.third-run-is-free",
    op.REPROCESS,
    op.GET_DOCUMENT,
    place="resources.libraries.processing:bill",
)
def third_run_is_free(bill: Part) -> Part:
    """A document that was reprocessed once is never billed for its summary again."""

    def defect(document: Part, text: Part) -> Part:
        done = bill(document, text)
        again = (document.main_tokens or 0) > text.tokens
        return evolve(done, summary_tokens=document.summary_tokens) if again else done

    return defect


@mutant(
    "processing.only-the-last-run-counts",
    op.REPROCESS,
    op.GET_DOCUMENT,
    place="resources.libraries.processing:restart",
)
def only_the_last_run_counts(restart: Part) -> Part:
    """Reprocessing takes the tokens back that were billed before."""
    return lambda *given: evolve(restart(*given), main_tokens=None, summary_tokens=None)
