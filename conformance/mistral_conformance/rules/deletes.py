"""What deletions answer: a library is shown once more or not, a document is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import DELETE_DOCUMENT, DELETE_LIBRARY
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(MUST, "libraries.delete-200-or-204; document: beta.libraries.delete", (DELETE_LIBRARY,))
def library_answers_200_or_204(ctx: Context) -> None:
    """Deleting a library answers 200 with that library, or 204 with nothing."""
    library = create_library(ctx)["id"]
    answer = ctx.api.call(DELETE_LIBRARY, library_id=library)
    ctx.expect_status(answer, 200, 204)
    shown = answer.json()["id"] if answer.status == 200 else library
    ctx.expect(shown == library, f"{shown} is shown where {library} was deleted", answer)


@rule(MUST, "documents.delete-204", (DELETE_DOCUMENT,))
def document_answers_204(ctx: Context) -> None:
    """Deleting a document answers 204."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, ids), 204)
