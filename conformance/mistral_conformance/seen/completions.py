"""Answers of models: one answer in a stream, the stream against the plain answer, the sums."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.answers import Streamed
from mistral_conformance.laws.asking import count, counts
from mistral_conformance.laws.comparing import tell_difference
from mistral_conformance.laws.completions import Choice, read_pieces, read_plain
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.seen.check import seen
from mistral_conformance.verdict.outcome import Skipped, expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.completions import Completion
    from mistral_conformance.model import StreamView
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.exchange import Seen
    from mistral_conformance.seen.traffic import Traffic

STEADY = ("random_seed", "seed")
"""A request with one of these is answered alike again, as the document says of them."""


def _view(subject: Subject) -> StreamView | None:
    """Return the streaming operation, however it was asked."""
    return subject.value.view if isinstance(subject.value, Streamed) else None


@seen("answers.stream-is-one-answer")
def stream_is_one_answer(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    view = _view(subject)
    for each in traffic.streams(view.operation) if view else ():
        yield partial(_hold_one, each.exchange, view.end if view else "")


def _hold_one(exchange: Exchange, end: str) -> None:
    heard = read_pieces(exchange, end)
    expect(heard.choices, "the stream has no choice", exchange)
    expect(len(heard.ids) <= 1, f"the pieces have {len(heard.ids)} ids", exchange)
    for index, choice in heard.choices.items():
        _hold_choice(index, choice, exchange)
    expect(len(heard.usage) <= 1, f"usage is told {len(heard.usage)} times", exchange)
    expect(heard.usage_last or not heard.usage, "usage is not told last", exchange)
    expect(heard.ended, f"the last event is not {end}", exchange)


def _hold_choice(index: int, choice: Choice, exchange: Exchange) -> None:
    expect(len(choice.finish) == 1, f"choice {index} ends {len(choice.finish)} times", exchange)
    expect(not choice.late, f"choice {index} goes on after its end", exchange)
    twice = len(choice.ids) - len(set(choice.ids))
    expect(not twice, f"two calls of choice {index} have one id", exchange)


@seen("answers.stream-tells-the-same")
def stream_tells_the_same(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; what a model may answer otherwise the next time is compared with nothing."""
    view = _view(subject)
    if view is None:
        return
    plain: dict[str, list[Seen]] = {}
    streamed: dict[str, list[Seen]] = {}
    for each in traffic.answers(view.operation):
        if each.exchange.ok and each.sent:
            kind = streamed if each.exchange.media_type == EVENT_STREAM else plain
            kind.setdefault(_question(each, view), []).append(each)
    for question, heard in streamed.items():
        for each in heard:
            yield partial(_hold_same, plain.get(question, []), each, view.end)


def _question(each: Seen, view: StreamView) -> str:
    """Return what was asked for, but for whether it was to be streamed."""
    kept = {name: value for name, value in each.sent.items() if name not in view.when}
    kept.pop("stream_options", None)
    return json.dumps([each.caller, kept], sort_keys=True)


def _hold_same(plain: list[Seen], heard: Seen, end: str) -> None:
    answers = [read_plain(each.exchange) for each in plain]
    steady = any(heard.sent.get(name) is not None for name in STEADY)
    alike = bool(answers) and all(each.told == answers[0].told for each in answers)
    if not alike or (len(answers) == 1 and not steady):
        raise Skipped("no plain answer of which another is sure to be the same")
    sides = answers[0], read_pieces(heard.exchange, end)
    _equal("the indexes of the choices", [sorted(each.choices) for each in sides], sides)
    for index, choice in sides[0].choices.items():
        other = sides[1].choices[index]
        _equal(f"the text of choice {index}", [choice.text, other.text], sides)
        _equal(f"the calls of choice {index}", [choice.called, other.called], sides)
        _equal(f"the end of choice {index}", [choice.finish, other.finish[-1:]], sides)
    if all(each.usage for each in sides):
        _equal("", [{"usage": counts(each.usage[-1])} for each in sides], sides)


def _equal(what: str, values: list[Any], sides: tuple[Completion, Completion]) -> None:
    place, left, right = tell_difference(what, *values)
    reason = f"{place} is {left} in the plain answer and {right} in the stream"
    expect(values[0] == values[1], reason, *(each.exchange for each in sides))


@seen("sums.usage-adds-up")
def usage_adds_up(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law; of streams too, where they tell a usage."""
    view = _view(subject)
    for each in traffic.answers(view.operation) if view else ():
        if each.exchange.ok:
            yield partial(_hold_sum, each.exchange, view.end if view else "")


def _hold_sum(exchange: Exchange, end: str) -> None:
    is_stream = exchange.media_type == EVENT_STREAM
    answer = read_pieces(exchange, end) if is_stream else read_plain(exchange)
    if not answer.usage:
        raise Skipped("the answer tells no usage")
    read, written, total = (
        count(answer, each) for each in ("prompt_tokens", "completion_tokens", "total_tokens")
    )
    said = f"of {read} tokens read and {written} written the total is {total}"
    expect(total == read + written, said, exchange)
