"""Answers in plain words, which refer to what the user said or a tool answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_mock.completion.messages import last_text
from mistral_mock.completion.needs import find_stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.messages import Message
    from mistral_mock.completion.request import ChatRequest

LONGEST_QUOTE = 240
READ_WITHIN = 1_000_000
"""Characters of a document that is looked through for an answer."""
PIECE = re.compile(r"(?<=[.!?…。])\s+|\n+")
"""Between sentences, and between lines."""
PIECES = 5
"""From the place of an answer on."""
OPENINGS = (
    "You asked: “{}”",
    "About “{}”, this is what I can say.",
    "Your message was: “{}”",
    "Thank you for “{}”",
    "On “{}” I have thought a little.",
)
REMARKS = (
    "There is more than one way to look at it.",
    "The short answer depends on where you begin.",
    "A good next step would be to write down what you know already.",
    "Most people would start with the simplest case.",
    "It helps to compare two examples side by side.",
    "The details matter less than the order in which you take them.",
    "No model was asked: this text was put together from your request.",
    "The same request will always get this same answer.",
)
REMARKS_IN_ANSWER = 3


def make_text(request: ChatRequest, dice: Dice) -> str:
    """Return an answer to the last message, without the prefix that the request may ask for."""
    last = request.messages[-1]
    if last.role == "tool":
        return f"{make_report(request.messages)} {make_remarks(dice)}"
    if last.role == "assistant":
        return f" {make_remarks(dice)}"
    asked = last_text(request.messages, "user")
    opening = dice.pick(OPENINGS).format(quote(asked)) if asked or not last.attachments else ""
    parts = (opening, *describe(request.messages, asked), make_remarks(dice))
    return "\n\n".join(part for part in parts if part)


def describe(messages: Sequence[Message], asked: str) -> Iterator[str]:
    """Yield what stands in what the last message brings, and about the question in the rest."""
    for message in messages:
        for one in message.attachments:
            passage, is_about = find_passage(one.text, asked)
            if passage and (is_about or message is messages[-1]):
                named = f" “{quote(one.name)}”" if one.name else ""
                yield f"The {one.kind}{named} says: “{passage}”"
            elif message is messages[-1]:
                yield f"The {one.kind} ({quote(one.name)}) has no words that I can read."


def find_passage(text: str, asked: str) -> tuple[str, bool]:
    """Return the part of a text that has most words of a question, and whether it has any.

    Where none has, that is the beginning.
    """
    pieces = [piece for piece in PIECE.split(text[:READ_WITHIN]) if piece.strip()]
    stems = find_stems(asked)
    shared = [sum(stem in piece.lower() for stem in stems) for piece in pieces]
    most = max(shared, default=0)
    start = shared.index(most) if shared else 0
    return quote(" ".join(pieces[start : start + PIECES])), most > 0


def make_report(messages: Sequence[Message]) -> str:
    """Return what the tools answered, in the order of their messages."""
    names = {
        id_: name
        for message in messages
        for id_, name in zip(message.call_ids, message.call_names, strict=True)
    }
    answers = list(take_last_answers(messages))
    lines = (
        f"{answer.name or names.get(answer.answers or '', 'The tool')} answered: "
        f"{quote(answer.text)}."
        for answer in answers
    )
    return " ".join(lines)


def take_last_answers(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the tool messages at the end."""
    place = len(messages)
    while place and messages[place - 1].role == "tool":
        place -= 1
    return messages[place:]


def make_remarks(dice: Dice) -> str:
    """Return some sentences that fit anywhere."""
    return " ".join(dice.rotate(REMARKS)[:REMARKS_IN_ANSWER])


def quote(text: str) -> str:
    """Return the text on one line, cut after LONGEST_QUOTE characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
