"""What deletions answer: a library is shown once more or not, a document is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import DELETE_DOCUMENT, DELETE_LIBRARY
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(
    MUST,
    "libraries.delete-200-or-204; documents.delete-204; document: beta.libraries.delete",
    (DELETE_DOCUMENT, DELETE_LIBRARY),
)
def answer_as_documented(ctx: Context) -> None:
    """Deleting a document answers 204, deleting a library that or 200."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, ids), 204)
    ctx.expect_status(ctx.api.call(DELETE_LIBRARY, library_id=library), 200, 204)
