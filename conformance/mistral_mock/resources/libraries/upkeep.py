"""Keeps what a library says about itself in step with its documents."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_mock import extraction
from mistral_mock.resources.libraries import statuses
from mistral_mock.resources.libraries.records import Document, DocumentText, Library
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.store import Store

NAMED_FROM = 2
"""How many finished documents it takes to name a library (one is not enough)."""
NAME_WORDS = 3


def refresh(store: Store, library_id: str, moment: datetime) -> None:
    """Count the documents again and describe the library anew; the moment is its update time."""
    library = store.table(Library).get(library_id)
    if library is None:
        return
    documents = store.table(Document).children(library_id)
    finished = [document for document in documents if document.process_status == statuses.DONE]
    refreshed = evolve(
        library,
        nb_documents=count(documents),
        total_size=measure(documents),
        generated_description=describe(finished),
        generated_name=name(store, finished),
        updated_at=max(library.updated_at, moment),
    )
    store.table(Library).put(refreshed)


def forget(store: Store, document: Document) -> None:
    """Remove the document, its bytes and its text."""
    store.table(Document).remove(document.id)
    store.table(DocumentText).remove(document.id)
    store.table(Blob).remove(document.id)


def count(documents: list[Document]) -> int:
    """Return how many documents there are."""
    return len(documents)


def measure(documents: list[Document]) -> int:
    """Return the size of all documents together, in bytes."""
    return sum(document.size for document in documents)


def describe(finished: list[Document]) -> str | None:
    """Return a sentence about the finished documents; None without any that says something."""
    summaries = " ".join(document.summary for document in finished if document.summary)
    return extraction.summarise(summaries, sentences=1) or None


def name(store: Store, finished: list[Document]) -> str | None:
    """Return a title from the words that the finished documents use most.

    None for too few documents.
    """
    if len(finished) < NAMED_FROM:
        return None
    words: Counter[str] = Counter()
    for document in finished:
        text = store.table(DocumentText).get(document.id)
        words.update(text.words if text else {})
    common = [word for word, _ in words.most_common(NAME_WORDS)]
    return " ".join(common).title() or None
