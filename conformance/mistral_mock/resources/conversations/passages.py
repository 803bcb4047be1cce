"""The full-text index of all finished documents: SQLite FTS5, in memory, passage by passage.

One index for one world, brought up to date before each search when documents or texts changed
(a document is found after its processing, and no longer once it is deleted).
"""

from __future__ import annotations

import re
import sqlite3
import threading
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from attrs import frozen

from mistral_mock import long_text
from mistral_mock.completion.needs import COMMON
from mistral_mock.resources.libraries import statuses
from mistral_mock.resources.libraries.records import Document, DocumentText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mistral_mock.world import World

LONGEST = 600
"""About how many characters a passage has."""
MOST_HITS = 3
MOST_WORDS = 64
SHORTEST_WORD = 2
SMALL = frozenset(
    {
        *("are", "can", "could", "did", "does", "for", "had", "has", "how", "its", "may", "not"),
        *("our", "she", "the", "they", "too", "was", "were", "who", "why", "you"),
    }
)
"""Words that say nothing about a subject, beside those of the engine's list."""
WORD = re.compile(r"\w+")
PARAGRAPH = re.compile(r"\n\s*\n")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
TABLE = """
CREATE VIRTUAL TABLE passages USING fts5(
    document_id UNINDEXED, library_id UNINDEXED, text, tokenize = 'porter unicode61'
)"""
ADD = "INSERT INTO passages (document_id, library_id, text) VALUES (?, ?, ?)"
REMOVE = "DELETE FROM passages WHERE document_id = ?"
FIND = """
SELECT document_id, text FROM passages
WHERE passages MATCH ? AND library_id IN ({}) ORDER BY rank, rowid LIMIT ?"""


@frozen
class Hit:
    """A passage that was found."""

    document_id: str
    text: str


class Index:
    """The passages of one world."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        """One search at a time."""
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(TABLE)
        self._versions = (-1, -1)
        self._known: dict[str, DocumentText] = {}

    def refresh(self, world: World) -> None:
        """Take in what changed since the last search."""
        documents, texts = world.store.table(Document), world.store.table(DocumentText)
        if self._versions == (documents.version, texts.version):
            return
        due = {
            document.id: (document, text)
            for document in documents
            if document.process_status == statuses.DONE
            and (text := texts.get(document.id)) is not None
        }
        for id_ in [id_ for id_ in self._known if id_ not in due]:
            self._forget(id_)
        for document, text in due.values():
            self._take(document, text)
        self._versions = (documents.version, texts.version)

    def search(self, question: str, library_ids: Collection[str]) -> list[Hit]:
        """Return the passages of these libraries that share most with the question, best first."""
        words = find_words(question)
        if not (words and library_ids):
            return []
        wanted = " OR ".join(f'"{word}"' for word in words)
        marks = ",".join("?" * len(library_ids))
        rows = self._database.execute(FIND.format(marks), (wanted, *library_ids, MOST_HITS))
        return [Hit(*row) for row in rows]

    def _take(self, document: Document, text: DocumentText) -> None:
        if self._known.get(document.id) is text:
            return
        self._forget(document.id)
        rows = ((document.id, document.library_id, each) for each in split(text.text))
        self._database.executemany(ADD, rows)
        self._known[document.id] = text

    def _forget(self, document_id: str) -> None:
        if self._known.pop(document_id, None) is not None:
            self._database.execute(REMOVE, (document_id,))


_INDEXES: WeakKeyDictionary[World, Index] = WeakKeyDictionary()


def search(world: World, question: str, library_ids: Collection[str]) -> list[Hit]:
    """Return the passages of these libraries' finished documents that best answer the question."""
    index = _INDEXES.setdefault(world.root, Index())
    with index.lock:
        index.refresh(world)
        return index.search(question, library_ids)


def find_words(question: str) -> list[str]:
    """Return the telling words of a question; all of them when none tells anything."""
    words = [word[0].lower() for word in WORD.finditer(question) if len(word[0]) >= SHORTEST_WORD]
    telling = [word for word in words if is_telling(word)]
    return list(dict.fromkeys(telling or words))[:MOST_WORDS]


def is_telling(word: str) -> bool:
    """Say whether the word says something about the subject."""
    return len(word) > SHORTEST_WORD and word not in COMMON | SMALL


def split(text: str) -> Iterator[str]:
    """Passages of whole sentences of one paragraph; a sentence that is too long is cut."""
    for paragraph in long_text.split(PARAGRAPH, text):
        yield from gather(paragraph)


def gather(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph, as many in each passage as fit."""
    passage = ""
    for piece in (
        piece for each in long_text.split(SENTENCE, paragraph) for piece in cut(each.strip())
    ):
        if passage and len(passage) + len(piece) > LONGEST:
            yield passage
            passage = ""
        passage = f"{passage} {piece}".strip()
    if passage:
        yield passage


def cut(sentence: str) -> Iterator[str]:
    """Yield pieces of a sentence, none longer than a passage."""
    for start in range(0, len(sentence), LONGEST):
        yield sentence[start : start + LONGEST]
