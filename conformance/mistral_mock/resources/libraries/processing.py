"""The processing of documents, driven by the mock's clock.

A run takes the setting `processing_delay_s`, no time by default: first `todo`, then `in_progress`,
then an end state. The mock brings all documents up to the present before it answers a request;
nothing runs between.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_mock import agenda, extraction
from mistral_mock.clock import NEVER
from mistral_mock.completion import tokens
from mistral_mock.registry import keeper, reads_ahead
from mistral_mock.resources import filetypes
from mistral_mock.resources.libraries import statuses, upkeep
from mistral_mock.resources.libraries.records import Document, DocumentText, Library
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mistral_mock.context import Upload
    from mistral_mock.store import Store
    from mistral_mock.world import World

QUEUED_SHARE = 0.25
"""The part of a run that a document waits in `todo` (our choice)."""


@reads_ahead("beta.libraries.documents.upload")
async def read_ahead(file: Upload) -> None:
    """Lets a thread read what an upload brings, while other requests go on."""
    mime_type = filetypes.find_mime_type(file)
    await extraction.read_ahead(file.content, name=file.name, mime_type=mime_type)


def read(store: Store, document: Document) -> None:
    """Keep what the document's bytes say; a run's end takes it up, however long it took to read.

    An end costs no more than a change of a status: of any number of runs that end at once.
    """
    blob = store.table(Blob).get(document.id)
    content = b"" if blob is None else blob.content
    found = extraction.extract(content, name=document.name, mime_type=document.mime_type)
    if found.ok and content:
        taken = found.digest
        text = DocumentText(
            id=document.id,
            text=taken.text,
            pages=found.page_texts,
            summary=taken.summary,
            tokens=taken.tokens,
            words=taken.words,
        )
        store.table(DocumentText).put(text)


@keeper(Document)
def settle(world: World, now: datetime) -> datetime:
    """Brings every document up to the present: runs that go on or end, lifetimes that are over."""
    touched: dict[str, datetime] = {}
    step = partial(bring_up, touched=touched)
    due = agenda.bring_up(world, world.store.table(Document), step, now)
    for library_id, moment in touched.items():
        library = world.store.table(Library).get(library_id)
        if library is not None:
            agenda.attempt(world, library, partial(upkeep.refresh, world.store, library_id, moment))
    return due


def bring_up(
    world: World, document: Document, now: datetime, *, touched: dict[str, datetime]
) -> datetime:
    """Brings one document up to the present; gives when it next changes by itself.

    `touched` gets the libraries that this has changed, with the last moment of it.
    """
    if document.expires_at is None and document.process_status not in statuses.RUNNING:
        return NEVER
    moment = advance(world, document, now)
    if moment is not None:
        known = touched.get(document.library_id, moment)
        touched[document.library_id] = max(known, moment)
    kept = world.store.table(Document).get(document.id)
    due = [] if kept is None else events(kept, world.settings.document_delay_s)
    return min((moment for moment in due if moment > now), default=NEVER)


def events(document: Document, delay_s: float) -> Iterator[datetime]:
    """Yield the moments at which a document changes by itself."""
    if document.expires_at is not None:
        yield document.expires_at
    if document.process_status in statuses.RUNNING:
        yield queue_end(document, delay_s)
        yield run_end(document, delay_s)


def advance(world: World, document: Document, now: datetime) -> datetime | None:
    """Brings one document up to the present; gives when its library has changed by that."""
    store, delay_s = world.store, world.settings.document_delay_s
    if has_expired(document, now):
        upkeep.forget(store, document)
        return document.expires_at
    if document.process_status in statuses.RUNNING and now >= run_end(document, delay_s):
        moment = run_end(document, delay_s) if delay_s else world.clock.stamp()
        return end_run(store, document, moment)
    if document.process_status == statuses.TODO and now >= queue_end(document, delay_s):
        store.table(Document).put(evolve(document, process_status=statuses.IN_PROGRESS))
    return None


def has_expired(document: Document, now: datetime) -> bool:
    """Say whether the document's lifetime is over (documents.expiry)."""
    return document.expires_at is not None and document.expires_at <= now


def queue_end(document: Document, delay_s: float) -> datetime:
    """Return when the document's run leaves the queue."""
    return document.started_at + timedelta(seconds=delay_s * QUEUED_SHARE)


def run_end(document: Document, delay_s: float) -> datetime:
    """Return when the document's run ends; without a delay that is the next request."""
    return document.started_at + timedelta(seconds=delay_s)


def finish(store: Store, document: Document, moment: datetime) -> None:
    """End a run, and tell the library."""
    upkeep.refresh(store, document.library_id, end_run(store, document, moment))


def end_run(store: Store, document: Document, moment: datetime) -> datetime:
    """End a run: text, pages, summary and tokens, or an error when there is nothing to read."""
    text = store.table(DocumentText).get(document.id)
    status = end_status(document, readable=text is not None)
    ended = evolve(document, process_status=status, last_processed_at=moment)
    store.table(Document).put(ended if text is None else bill(ended, text))
    return moment


def end_status(document: Document, *, readable: bool) -> str:
    """Return how a run ends (our choice: an empty file has no content to process)."""
    if not document.size:
        return statuses.MISSING
    return statuses.DONE if readable else statuses.ERROR


def bill(document: Document, text: DocumentText) -> Document:
    """Return the document with its results; every run adds to the tokens."""
    spent = text.tokens + tokens.count_tokens(text.summary)
    return evolve(
        document,
        summary=text.summary,
        number_of_pages=len(text.pages),
        main_tokens=(document.main_tokens or 0) + text.tokens,
        summary_tokens=(document.summary_tokens or 0) + spent,
    )


def restart(document: Document, moment: datetime) -> Document:
    """Return the document at the start of a new run, its results taken back (our choice)."""
    return evolve(
        document,
        process_status=statuses.TODO,
        started_at=moment,
        summary=None,
        last_processed_at=None,
        number_of_pages=None,
    )
