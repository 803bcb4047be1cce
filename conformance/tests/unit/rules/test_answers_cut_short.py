"""An answer with fewer items than a rule goes on from fails the rule; it does not break it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.record.wire import Wire
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_rules
from mistral_conformance.running.runner import judge_all
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.record.exchange import Exchange

    Cut = Callable[[Exchange], Exchange]

EVENTS = "beta.observability.chat_completion_events.search"


def with_body(exchange: Exchange, body: object) -> Exchange:
    return evolve(exchange, content=json.dumps(body).encode())


def one_vector(exchange: Exchange) -> Exchange:
    body = json.loads(exchange.content)
    return with_body(exchange, {**body, "data": body["data"][:1]})


def vectors_of_two_sizes(exchange: Exchange) -> Exchange:
    body = json.loads(exchange.content)
    body["data"][-1]["embedding"].pop()
    return with_body(exchange, body)


def one_event(exchange: Exchange) -> Exchange:
    """Of what is asked for with more fields, one event comes."""
    if not json.loads(exchange.request_content).get("extra_fields"):
        return exchange
    body = json.loads(exchange.content)
    body["completion_events"]["results"] = body["completion_events"]["results"][:1]
    return with_body(exchange, body)


def no_choices(exchange: Exchange) -> Exchange:
    """All chunks of a stream come without choices."""
    lines = exchange.content.decode().split("\n")
    return evolve(exchange, content="\n".join(map(_without_choices, lines)).encode())


def _without_choices(line: str) -> str:
    if not line.startswith("data: {"):
        return line
    return "data: " + json.dumps({**json.loads(line.removeprefix("data: ")), "choices": []})


@pytest.mark.parametrize(
    ("rule", "operation", "cut", "said"),
    [
        ("embeddings.likes-are-near", "embeddings.create", one_vector, "1 vectors came where 3"),
        (
            "embeddings.likes-are-near",
            "embeddings.create",
            vectors_of_two_sizes,
            "the vectors have",
        ),
        ("filters.conditions-compare", EVENTS, one_event, "1 events of two chats came where 2"),
        ("streams.role-comes-first", "chat.complete", no_choices, "no delta came"),
    ],
)
def test_what_is_missing_fails_the_rule(
    rule: str, operation: str, cut: Cut, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Wire.send

    def send(self: Wire, *arguments: Any) -> Exchange:
        exchange = plain(self, *arguments)
        return cut(exchange) if exchange.operation == operation and exchange.ok else exchange

    monkeypatch.setattr(Wire, "send", send)
    document = load_document()
    plan = make_plan(document, select_rules(load_rules(), [rule]), list(document.operations))
    with mock_session() as session:
        (result,) = judge_all(session, plan)
    assert result.status is Status.FAIL
    assert result.reason.startswith(said)
