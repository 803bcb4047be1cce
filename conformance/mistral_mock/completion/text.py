"""Answers in plain words, which refer to what the user said or a tool answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion.messages import last_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.messages import Message
    from mistral_mock.completion.request import ChatRequest

LONGEST_QUOTE = 240
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
    """An answer to the last message, without the prefix that the request may ask for."""
    last = request.messages[-1]
    if last.role == "tool":
        return f"{make_report(request.messages)} {make_remarks(dice)}"
    if last.role == "assistant":
        return f" {make_remarks(dice)}"
    quoted = quote(last_text(request.messages, "user"))
    return f"{dice.pick(OPENINGS).format(quoted)}\n\n{make_remarks(dice)}"


def make_report(messages: Sequence[Message]) -> str:
    """What the tools answered, in the order of their messages."""
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
    """The tool messages at the end."""
    place = len(messages)
    while place and messages[place - 1].role == "tool":
        place -= 1
    return messages[place:]


def make_remarks(dice: Dice) -> str:
    """Some sentences that fit anywhere."""
    return " ".join(dice.rotate(REMARKS)[:REMARKS_IN_ANSWER])


def quote(text: str) -> str:
    """The text on one line, cut after LONGEST_QUOTE characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
