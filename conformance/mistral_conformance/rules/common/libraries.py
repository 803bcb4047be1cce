"""Libraries and documents that rules prepare: created, filled, processed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_DOCUMENT,
    STATUS,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import watch
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.outcome import Unjudged

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

RUNNING = ("todo", "in_progress", "waiting_for_capacity")
ENDED = ("done", "error", "missing_content", "noop", "self_managed")
OLD_RUNNING = "Running"


def is_running(answer: Exchange) -> bool:
    """Say whether a document's processing goes on.

    `processing_status` tells beside an unknown word.
    """
    word = str(answer.get("process_status")).casefold()
    if word in (*RUNNING, *ENDED):
        return word in RUNNING
    return str(answer["processing_status"]).casefold() == OLD_RUNNING.casefold()


def create_library(ctx: Context, *, by: str = CALLER, **fields: object) -> Exchange:
    """Return a new library of the identity, deleted after the rule; `name` gets the marker.

    Raises:
        Unjudged: the server did not create it.
        Skipped: the run has no such identity.

    """
    name = ctx.marker.name(str(fields.get("name", ctx.fresh("library"))))
    answer = ctx.as_(by).call(CREATE_LIBRARY, json={**fields, "name": name})
    return ctx.need(answer)


def upload_document(
    ctx: Context,
    library_id: str,
    content: bytes | None = None,
    *,
    name: str | None = None,
    media_type: str = "text/plain",
    by: str = CALLER,
) -> Exchange:
    """Return a document in the library; without `content`, a text that no other document has.

    Raises:
        Unjudged: the server did not take it.
        Skipped: the run has no such identity.

    """
    title = ctx.marker.name(name or ctx.fresh("document") + ".txt")
    part = (title, content if content is not None else ctx.fresh("text").encode(), media_type)
    answer = ctx.as_(by).call(UPLOAD_DOCUMENT, library_id=library_id, files={"file": part})
    return ctx.need(answer)


def wait_processed(ctx: Context, library_id: str, document_id: str) -> Exchange:
    """Return the document after its processing has ended; moves the clock where there is one.

    Raises:
        Unjudged: processing did not end within two minutes of the server's time.

    """
    ids = {"library_id": library_id, "document_id": document_id}
    seen = watch(ctx, lambda: ctx.prepare(STATUS, ids), is_running)
    if is_running(seen[-1]):
        raise Unjudged(f"processing did not end within {len(seen)} s", seen[-1])
    return ctx.prepare(GET_DOCUMENT, ids)
