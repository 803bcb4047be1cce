"""Streams that go on after a cut, where the caller asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import Chunks, Server

from mistral_client import ConnectionFailed, StreamError

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

CUT = httpx.ReadError("cut")


def event(number: int, *, named: bool = True) -> bytes:
    data = {"stream": "s", "broker_sequence": number}
    start = f"id: {number}\n" if named else ""
    return f"{start}data: {json.dumps(data)}\n\n".encode()


def stream(*pieces: bytes | Exception) -> Any:
    return lambda _request: httpx.Response(
        200, headers={"content-type": "text/event-stream"}, stream=Chunks(*pieces)
    )


def follow(client: Any, **options: Any) -> Any:
    return client.workflows.events.get_stream_events(**options)


def numbers(events: list[Any]) -> list[str]:
    return [each.id for each in events]


def test_stream_goes_on_after_the_last_event_that_arrived(both: Both) -> None:
    server = Server([stream(event(1), event(2), CUT), stream(event(3))])
    events = both.events(server, lambda client: follow(client, resumes=1))
    assert numbers(events) == ["1", "2", "3"]
    assert [each.headers.get("last-event-id") for each in server.requests] == [None, "2"]


def test_id_goes_into_the_query_where_there_is_no_header_for_it(both: Both) -> None:
    server = Server([stream(event(7), CUT), stream(event(8))])
    events = both.events(
        server,
        lambda client: client.workflows.executions.stream("e", last_event_id="5", resumes=1),
    )
    assert numbers(events) == ["7", "8"]
    assert [each.url.params.get("last_event_id") for each in server.requests] == ["5", "7"]


def test_stream_that_was_not_asked_to_go_on_raises(both: Both) -> None:
    server = Server([stream(event(1), CUT), stream(event(2))])
    with pytest.raises(StreamError) as caught:
        both.events(server, follow)
    assert numbers(list(caught.value.events)) == ["1"]
    assert len(server.requests) == 1


def test_every_new_event_gives_all_tries_back(both: Both) -> None:
    server = Server([stream(event(1), CUT), stream(event(2), CUT), stream(event(3))])
    assert numbers(both.events(server, lambda c: follow(c, resumes=1))) == ["1", "2", "3"]


def test_tries_in_a_row_are_limited_and_wait_ever_longer(both: Both) -> None:
    server = Server([stream(event(1), CUT), stream(CUT)])
    with pytest.raises(StreamError, match="cut"):
        both.events(server, lambda client: follow(client, resumes=3))
    assert len(server.requests) == 4
    assert both.clock.slept == [0.5, 1.0, 2.0]


def test_server_says_how_long_to_wait(both: Both) -> None:
    server = Server([stream(b"retry: 2500\n" + event(1), CUT), stream(event(2))])
    both.events(server, lambda client: follow(client, resumes=1))
    assert both.clock.slept == [2.5]


def test_server_cannot_make_the_client_wait_for_ever(both: Both) -> None:
    server = Server([stream(b"retry: 999999999\n" + event(1), CUT), stream(event(2))])
    both.events(server, lambda client: follow(client, resumes=1))
    assert both.clock.slept == [30.0]


def test_stream_that_broke_before_any_event_starts_anew(both: Both) -> None:
    server = Server([stream(CUT), stream(event(1))])
    assert numbers(both.events(server, lambda client: follow(client, resumes=1))) == ["1"]


def test_events_without_an_id_cannot_be_gone_on_after(both: Both) -> None:
    server = Server([stream(event(1, named=False), CUT), stream(event(2))])
    with pytest.raises(StreamError):
        both.events(server, lambda client: follow(client, resumes=5))
    assert len(server.requests) == 1


def test_half_an_event_before_the_cut_is_forgotten(both: Both) -> None:
    server = Server([stream(event(1), event(2)[:9], CUT), stream(event(2))])
    assert numbers(both.events(server, lambda client: follow(client, resumes=1))) == ["1", "2"]


def test_server_that_is_gone_for_good_is_told(both: Both) -> None:
    server = Server([stream(event(1), CUT), httpx.ConnectError("gone")])
    with pytest.raises(ConnectionFailed):
        both.events(server, lambda client: follow(client, resumes=1, retries=0))


@pytest.mark.parametrize(("value", "kind"), [(-1, ValueError), (True, TypeError), ("1", TypeError)])
def test_resumes_is_a_count(both: Both, value: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="resumes"):
        both.events(stream(), lambda client: follow(client, resumes=value))


def test_stream_without_ids_refuses_to_be_asked(both: Both) -> None:
    with pytest.raises(TypeError, match="cannot go on after a cut"):
        both.events(stream(), lambda client: client.chat.stream(model="m", messages=[], resumes=1))
