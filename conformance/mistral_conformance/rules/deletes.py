"""Deletes: what they answer, and that they answer the same way each time.

Libraries and accesses answer 200 with the deleted object, or 204 without a body, which is announced
as the only future answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import text_sample
from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    DELETE_DOCUMENT,
    DELETE_LIBRARY,
    GET_FILE,
    GET_LIBRARY,
    UPLOAD_FILE,
)
from mistral_conformance.rules.common.steps import expect_equal, read_library, word
from mistral_conformance.rules.common.uploads import upload_file
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


@rule(MUST, "libraries.delete-200-or-204; document: beta.libraries.delete", (DELETE_LIBRARY,))
def library_answers_200_or_204(ctx: Context) -> None:
    """Deleting a library answers 200 with that library, or 204 with nothing."""
    library = create_library(ctx)
    answer = ctx.api.call(DELETE_LIBRARY, library_id=library["id"])
    _expect_object_or_nothing(ctx, answer)
    if answer.status == 200:
        expect_equal(ctx, answer["id"], library["id"], "the id of the deleted library", answer)


@rule(SHOULD, "libraries.delete-200-or-204", (DELETE_LIBRARY,))
def library_is_shown_as_it_was(ctx: Context) -> None:
    """A 200 to the deletion of a library shows its name, counts and size of before."""
    library = create_library(ctx, description="soon gone")["id"]
    upload_document(ctx, library)
    before = read_library(ctx, library)
    answer = ctx.need(ctx.api.call(DELETE_LIBRARY, library_id=library))
    if answer.status == 204:
        ctx.skip("the server answers 204, which shows nothing")
    for field in ("name", "description", "nb_documents", "total_size", "created_at"):
        expect_equal(ctx, answer[field], before[field], f"the shown {field}", before, answer)


@rule(MUST, "libraries.delete-takes-documents", (DELETE_LIBRARY, GET_LIBRARY))
def other_libraries_stay(ctx: Context) -> None:
    """Deleting one library leaves another one with its documents."""
    kept, doomed = create_library(ctx)["id"], create_library(ctx)["id"]
    content = b"the same content in both"
    upload_document(ctx, kept, content)
    upload_document(ctx, doomed, content)
    ctx.need(ctx.api.call(DELETE_LIBRARY, library_id=doomed))
    read = ctx.expect_status(ctx.api.call(GET_LIBRARY, library_id=kept), 200)
    expect_equal(ctx, read["nb_documents"], 1, "nb_documents of the kept library", read)


@rule(MUST, "documents.delete-204", (DELETE_DOCUMENT,))
def document_answers_204(ctx: Context) -> None:
    """Deleting a document answers 204 with nothing."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    answer = ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, ids), 204)
    ctx.expect(not answer.content, "a 204 carries a body", answer)


def _expect_object_or_nothing(ctx: Context, answer: Exchange) -> None:
    """Hold a deletion to 200 with a JSON object, or 204 without a byte."""
    ctx.expect_status(answer, 200, 204)
    if answer.status == 204:
        ctx.expect(not answer.content, "a 204 carries a body", answer)
    else:
        ctx.expect(isinstance(answer.json(), dict), "the 200 carries no object", answer)


@rule(MUST, "document: GetFileResponse", (UPLOAD_FILE, GET_FILE))
def kept_file_is_not_deleted(ctx: Context) -> None:
    """A file that nobody has deleted says that it is not."""
    made = upload_file(ctx, text_sample(word(ctx)), "ocr")
    read = ctx.expect_status(ctx.api.call(GET_FILE, file_id=made["id"]), 200)
    ctx.expect(read["deleted"] is False, "deleted is not false", read)
