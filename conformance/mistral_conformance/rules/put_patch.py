"""PUT and PATCH of libraries and documents: both are there.

PUT is deprecated, and its removal is announced; some servers have no PATCH yet. That each of the
two is a partial update is told by the laws of the families `views` and `neighbours`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
    PUT_DOCUMENT,
    PUT_LIBRARY,
)
from mistral_conformance.rules.common.steps import is_missing
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.outcome import NotOffered
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIBRARY_PAIR = (PATCH_LIBRARY, PUT_LIBRARY)
DOCUMENT_PAIR = (PATCH_DOCUMENT, PUT_DOCUMENT)


@rule(SHOULD, "libraries.update-is-partial; libraries.put-stays", LIBRARY_PAIR)
def library_has_both(ctx: Context) -> None:
    """A library takes PATCH, and the deprecated PUT still."""
    ids = {"library_id": create_library(ctx)["id"]}
    for operation in LIBRARY_PAIR:
        ctx.expect_status(_update(ctx, operation, ids), 200)


@rule(SHOULD, "documents.update-is-partial; shapes.put-patch-pairs", DOCUMENT_PAIR)
def document_has_both(ctx: Context) -> None:
    """A document takes PATCH, and the deprecated PUT still."""
    ids = _new_document(ctx)
    for operation in DOCUMENT_PAIR:
        ctx.expect_status(_update(ctx, operation, ids), 200)


def _update(ctx: Context, operation: str, ids: dict[str, str]) -> Exchange:
    """Change nothing by the operation.

    Raises:
        NotOffered: the server does not have it, and offers the other one alone.

    """
    answer = ctx.api.call(operation, ids, json={})
    if is_missing(answer):
        raise NotOffered(f"not offered: {operation}", answer)
    return answer


def _new_document(ctx: Context) -> dict[str, str]:
    """Upload a document to a library of its own; give the ids that name it."""
    library = create_library(ctx)["id"]
    return {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
