"""A server that misbehaves on the wire costs a bounded time and becomes a failure."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.suite.fake_server import KEY, Answer, serving

from mistral_conformance.model.document import is_endless, load_document
from mistral_conformance.record.events import Bound, Event
from mistral_conformance.record.exchange import Misread
from mistral_conformance.record.wire import Limits, Message, Wire
from mistral_conformance.session.identities import Identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from mistral_conformance.record.exchange import Exchange

CALLER = Identity("caller", "MISTRAL_API_KEY", KEY)
LIMITS = Limits(silence_s=0.3, total_s=0.6, body=10_000)


def ask(answer: Answer) -> Exchange:
    with serving(lambda _: answer) as fake, Wire(fake.base_url, LIMITS) as wire:
        return wire.send(Message("GET", "/"), CALLER)


def raw(write: Callable[[BaseHTTPRequestHandler], None]) -> Exchange:
    return ask(Answer(raw=write))


def test_silent_server_is_a_failure() -> None:
    assert raw(lambda _: time.sleep(0.5)).failure == "no answer within 0.3 s"


def test_closed_connection_is_a_failure() -> None:
    exchange = raw(lambda handler: handler.connection.close())
    assert exchange.failure
    assert exchange.status == 0


def test_answer_that_is_not_http_is_a_failure() -> None:
    assert "RemoteProtocolError" in raw(lambda handler: _write(handler, b"hello\r\n\r\n")).failure


def test_endless_body_is_cut_at_the_limit() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        _write(handler, b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                _write(handler, b"x" * 4096)
        except OSError:
            return

    assert raw(endless).failure == "the answer is longer than 10000 bytes"


def dribble(handler: BaseHTTPRequestHandler) -> None:
    _write(handler, b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        for _ in range(20):
            time.sleep(0.1)
            _write(handler, b"x")
    except OSError:
        return


def test_dribbled_body_is_cut_at_the_time_limit() -> None:
    assert raw(dribble).failure == "the answer did not end within 0.6 s"


def test_answers_that_do_not_end_get_less_and_less_time() -> None:
    with (
        serving(lambda _: Answer(raw=dribble)) as fake,
        Wire(fake.base_url, LIMITS) as wire,
    ):
        bounds = [wire.send(Message("GET", "/"), CALLER).failure.split()[-2] for _ in range(3)]
    assert bounds == ["0.6", "0.3", "0.3"]


def test_body_cut_short_is_a_failure() -> None:
    short = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
    assert raw(lambda handler: _write(handler, short)).failure


def test_broken_compression_is_a_failure() -> None:
    answer = Answer(200, content=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert "DecodingError" in ask(answer).failure


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"", b"<html>", b"[" * 9000])
def test_body_that_is_not_json_fails_the_rule_that_reads_it(content: bytes) -> None:
    with pytest.raises(Misread, match="not JSON") as failed:
        ask(Answer(200, content=content)).json()
    assert len(failed.value.evidence) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "a list"),
        ("x", "a text"),
        (None, "null"),
        (1, "a whole number"),
        (True, "a truth value"),
    ],
)
def test_field_of_what_is_no_object_fails_the_rule(body: Any, words: str) -> None:
    with pytest.raises(Misread, match=words):
        ask(Answer(200, content=_json(body)))["id"]


def test_absent_field_fails_the_rule() -> None:
    exchange = ask(Answer(200, {"pagination": {}}))
    with pytest.raises(Misread, match="`id` of the answer is missing"):
        exchange["id"]
    with pytest.raises(Misread, match=r"pagination\.total_items"):
        exchange.at("pagination.total_items")


def test_key_is_sent_and_not_recorded() -> None:
    with serving(lambda _: Answer(200, {})) as fake, Wire(fake.base_url) as wire:
        exchange = wire.send(Message("GET", "/"), CALLER)
    assert fake.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert ("authorization", "Bearer $MISTRAL_API_KEY") in exchange.request_headers
    assert KEY not in repr(exchange)


def test_cookies_do_not_tie_requests_together() -> None:
    cookie = Answer(200, {}, headers={"Set-Cookie": "a=b"})
    with serving(lambda _: cookie) as fake, Wire(fake.base_url) as wire:
        wire.send(Message("GET", "/"), CALLER)
        wire.send(Message("GET", "/"), CALLER)
    assert "cookie" not in fake.requests[1].headers


def test_redirect_is_not_followed() -> None:
    moved = Answer(302, {}, headers={"Location": "http://conformance.invalid/"})
    assert ask(moved).status == 302


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def _write(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    handler.wfile.write(content)
    handler.wfile.flush()


def hear(write: Callable[[BaseHTTPRequestHandler], None], bound: Bound) -> Exchange:
    """What comes of a stream that says its headers and then whatever it wants."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        _write(handler, b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        write(handler)

    with serving(lambda _: Answer(raw=answer)) as fake, Wire(fake.base_url, LIMITS) as wire:
        return wire.send(Message("GET", "/", bound=bound), CALLER)


def speak(handler: BaseHTTPRequestHandler) -> None:
    """Events without end, one every few milliseconds."""
    try:
        while True:
            _write(handler, b'event: tick\nid: 7\ndata: {"n": 1}\n\n')
            time.sleep(0.005)
    except OSError:
        return


def test_endless_stream_is_left_after_its_events() -> None:
    exchange = hear(speak, Bound(most_events=3, most_s=5))
    assert (exchange.failure, exchange.status, exchange.cut) == ("", 200, True)
    assert len(exchange.events) >= 3
    assert exchange.events[0] == Event('{"n": 1}', "tick", "7")


def test_endless_stream_is_left_after_its_time() -> None:
    exchange = hear(speak, Bound(most_events=10_000, most_s=0.1))
    assert (exchange.failure, exchange.cut) == ("", True)
    assert exchange.events


def test_silence_in_a_stream_is_no_failure() -> None:
    def fall_silent(handler: BaseHTTPRequestHandler) -> None:
        _write(handler, b"data: 1\n\ndata: 2")
        time.sleep(0.4)

    exchange = hear(fall_silent, Bound(most_events=5, most_s=0.05))
    assert (exchange.failure, exchange.cut) == ("", True)
    assert [each.data for each in exchange.events] == ["1"]
    assert exchange.stream.unfinished == ""


def test_stream_that_ends_by_itself_is_not_cut() -> None:
    exchange = hear(lambda handler: _write(handler, b"data: 1\n\ndata: 2"), Bound())
    assert not exchange.cut
    assert exchange.stream.unfinished == "data: 2"


def test_flood_without_an_event_is_a_failure() -> None:
    exchange = hear(lambda handler: _write(handler, b"x" * 20_000), Bound(most_s=5))
    assert exchange.failure == "no end of event within 10000 bytes"


def test_only_streams_without_a_documented_end_are_left_early() -> None:
    operations = load_document().operations
    assert is_endless(operations["workflows.events.get_stream_events"])
    assert not is_endless(operations["chat.complete"])
    assert not is_endless(operations["beta.conversations.start"])
    assert not is_endless(operations["models.list"])
