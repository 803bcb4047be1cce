"""Each answer by itself: status, media type, schema, headers, the shape of errors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.model import load_model
from mistral_conformance.probing.judging import Judge, shared_judge
from mistral_conformance.rules.schema import CONFLICT
from mistral_conformance.seen.check import seen
from mistral_conformance.session.sightings import STACK
from mistral_conformance.verdict.outcome import expect

OF_HTTP = frozenset({405, 413, 414, 415, 431, 501})
"""Refusals of methods, sizes and media types, which HTTP gives to every server."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.seen.check import Subject, Trial
    from mistral_conformance.seen.traffic import Traffic

    Words = Callable[[Operation, Exchange], str]


def _each(traffic: Traffic, subject: Subject, test: Callable[[Exchange], bool]) -> list[Exchange]:
    """Return the answers of an operation that pass a test, the short ones first.

    One of those alike.
    """
    operation = subject.operation.id if subject.operation else ""
    found = [each.exchange for each in traffic.answers(operation) if test(each.exchange)]
    distinct = {(each.status, each.media_type, each.content): each for each in reversed(found)}
    return sorted(distinct.values(), key=lambda one: len(one.content) + len(one.request_content))


def _trials(
    traffic: Traffic, subject: Subject, judge: Words, test: Callable[[Exchange], bool]
) -> Iterator[Trial]:
    if subject.operation is None:
        return
    for each in _each(traffic, subject, test):
        yield partial(_hold, judge, subject.operation, each)


def _hold(judge: Words, operation: Operation, exchange: Exchange) -> None:
    words = judge(operation, exchange)
    expect(not words, words, exchange)


def _judge(traffic: Traffic) -> Judge:
    return shared_judge(traffic.document)


@seen("schema.status")
def status(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule; what HTTP itself lets any server answer is free, as is a conflict of states."""
    name = subject.operation.id if subject.operation else ""
    acting = any(name in each.actions for each in load_model().states)
    free = {*OF_HTTP, CONFLICT} if acting else OF_HTTP
    judged = _judge(traffic).status
    return _trials(traffic, subject, judged, lambda one: one.status not in free)


@seen("schema.content-type")
def content_type(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _trials(traffic, subject, _judge(traffic).content_type, lambda one: bool(one.media_type))


@seen("schema.success-body")
def success_body(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _trials(traffic, subject, _judge(traffic).body, lambda one: one.ok)


@seen("schema.error-body")
def error_body(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _trials(traffic, subject, _judge(traffic).body, lambda one: one.status >= 400)


@seen("schema.open-enums")
def open_enums(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule."""
    return _trials(traffic, subject, _judge(traffic).open_enums, lambda one: one.ok)


@seen("schema.headers")
def headers(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule; recorders may leave headers out, so that what has none tells nothing."""
    judged = _judge(traffic).headers
    return _trials(traffic, subject, judged, lambda one: len(one.headers) > 1)


@seen("input.no-server-error")
def no_server_error(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the rule; an operation that the server does not have may answer 501."""
    for each in _each(traffic, subject, lambda one: one.status != 501):
        yield partial(expect, each.status < 500, f"answers {each.status}", each)


@seen("seen.errors-tell-no-internals")
def errors_tell_no_internals(traffic: Traffic, subject: Subject) -> Iterator[Trial]:
    """See the law."""
    operations = [subject.operation.id] if subject.operation else list(subject.operations)
    for each in (one.exchange for name in operations for one in traffic.answers(name)):
        if each.status >= 400:
            yield partial(_hold_back, each)


def _hold_back(exchange: Exchange) -> None:
    expect(not STACK.search(exchange.text), "the answer shows a stack of calls", exchange)
