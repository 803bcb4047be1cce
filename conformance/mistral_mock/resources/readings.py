"""What documents, pictures and recordings say, for OCR, transcriptions and chats alike.

The mock does not hear. A recording that its own speech made carries its text, others may have it in
their tags; any other one gets words that follow from its name and bytes, as many as its length has
room for. It sees nothing in pictures: a picture is a page with an image and no words.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.completion import refusal
from mistral_mock.completion.dice import Dice
from mistral_mock.extraction import extract
from mistral_mock.extraction.outcome import Unreadable
from mistral_mock.sound import recordings

if TYPE_CHECKING:
    from mistral_mock.context import Upload
    from mistral_mock.extraction.sheets import Sheet

MOST_CHARACTERS = 8_000_000
"""Characters of a document on all its pages."""
WORDS_A_SECOND = 2.5
MOST_WORDS = 5000
SENTENCE = 8
"""Words of a sentence that the mock makes up."""
TOKENS_A_SECOND = 12.5
"""Tokens of sound (our choice)."""
ENGLISH = "en"
WORDS = (
    *("the", "a", "this", "every", "our", "morning", "river", "letter", "window", "garden"),
    *("story", "number", "teacher", "engine", "harbour", "answers", "carries", "follows"),
    *("opens", "remembers", "quietly", "slowly", "again", "today", "together", "and", "but"),
    *("then", "with", "without", "under", "between", "light", "old", "small", "early"),
)


@frozen
class Transcript:
    """What a recording says."""

    text: str
    language: str | None
    seconds: float


def read_sheets(source: Upload) -> tuple[Sheet, ...]:
    """Return the pages of a document.

    Raises:
        APIError: 400, nothing can be read.

    """
    from mistral_mock.extraction import sheets  # noqa: PLC0415 - its libraries take long to load

    try:
        return sheets.read_sheets(
            source.content, name=source.name, mime_type=source.mime_type or ""
        )
    except Unreadable as error:
        raise refusal.bad_request(f"The document cannot be read: {error}") from error


def read_text(source: Upload) -> str:
    """Return the text of all pages of a document.

    Raises:
        APIError: 400, nothing can be read, or there is too much.

    """
    found = extract(source.content, name=source.name, mime_type=source.mime_type or "")
    error = found.error if source.content else "the document is empty"
    if error is not None:
        raise refusal.bad_request(f"The document cannot be read: {error}")
    check_length(sum(map(len, found.page_texts)))
    return found.text


def check_length(length: int) -> None:
    """Lets documents pass of so many characters, if these are not too many.

    Raises:
        APIError: 400, there is more text than the mock takes.

    """
    if length > MOST_CHARACTERS:
        told = f"it has {length} characters, the limit is {MOST_CHARACTERS}"
        raise refusal.bad_request(f"The document is too long: {told}")


def transcribe(recording: Upload, language: str | None) -> Transcript:
    """Return what a recording says, in the language that the caller tells.

    Raises:
        APIError: 400, it is not a recording in a format that the mock knows.

    """
    try:
        found = recordings.read(recording.content)
    except recordings.UnreadableError as error:
        raise refusal.bad_request(f"The recording cannot be read: {error}") from error
    if found.text:
        return Transcript(found.text, language or found.language, found.seconds)
    return Transcript(make_up(recording, found.seconds), language or ENGLISH, found.seconds)


def make_up(recording: Upload, seconds: float) -> str:
    """English words that follow from the name and the bytes; no length says nothing."""
    dice = Dice(blake2b(recording.content, key=recording.name.encode()[:64]).digest())
    wanted = min(math.floor(seconds * WORDS_A_SECOND), MOST_WORDS)
    words = [dice.pick(WORDS) for _ in range(wanted)]
    starts = range(0, wanted, SENTENCE)
    return " ".join(" ".join(words[n : n + SENTENCE]).capitalize() + "." for n in starts)
