from __future__ import annotations

import asyncio
import json
import pickle
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from tests.unit.client.harness import KEY, Chunks, answer, text_answer

from mistral_client import (
    MistralError,
    RateLimited,
    StreamError,
    StreamTimedOut,
    TimedOut,
)
from mistral_generated.models import CompletionChunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.unit.client.harness import Both


def chunk(text: str) -> bytes:
    delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    data = {"id": "c", "model": "m", "object": "chat.completion.chunk", "choices": [delta]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def stream(*pieces: bytes | Exception, kind: str = "text/event-stream") -> Any:
    """Return an answer factory with these pieces as its body, and the last body it made."""
    bodies: list[Chunks] = []

    def make(_request: httpx.Request) -> httpx.Response:
        bodies.append(Chunks(*pieces))
        return httpx.Response(200, headers={"content-type": kind}, stream=bodies[-1])

    make.bodies = bodies  # type: ignore[attr-defined]
    return make


def chat(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[{"role": "user", "content": "hi"}])


def texts(events: Any) -> list[str]:
    return [event.data.choices[0].delta.content for event in events]


def test_events_arrive_typed_and_in_order(both: Both) -> None:
    events = both.events(stream(chunk("a"), chunk("b") + DONE), chat)
    assert isinstance(events[0].data, CompletionChunk)
    assert texts(events) == ["a", "b"]


def test_event_name_and_id_are_kept(both: Both) -> None:
    named = b"event: delta\nid: 4\n" + chunk("a")
    (event,) = both.events(stream(named, DONE), chat)
    assert (event.event, event.id) == ("delta", "4")


def test_request_asks_for_events_and_for_streaming(both: Both) -> None:
    seen: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return cast("httpx.Response", stream(DONE)(request))

    both.events(keep, chat)
    assert seen[0].headers["accept"] == "text/event-stream"
    assert json.loads(seen[0].content)["stream"] is True


def test_done_ends_the_stream_whatever_follows(both: Both) -> None:
    make = stream(chunk("a"), DONE, httpx.ReadError("late"))
    assert texts(both.events(make, chat)) == ["a"]


def test_done_without_blank_line_at_the_end_counts(both: Both) -> None:
    assert texts(both.events(stream(chunk("a"), b"data: [DONE]"), chat)) == ["a"]


def test_stream_is_closed_at_its_end(both: Both) -> None:
    make = stream(chunk("a"), DONE)
    both.events(make, chat)
    assert make.bodies[0].is_closed


def test_stream_is_closed_when_it_breaks(both: Both) -> None:
    make = stream(chunk("a"), httpx.ReadError("reset"))
    with pytest.raises(StreamError):
        both.events(make, chat)
    assert make.bodies[0].is_closed


@pytest.mark.parametrize("reads", [0, 1])
def test_stream_that_is_left_early_is_closed(both: Both, reads: int) -> None:
    make = stream(chunk("a"), chunk("b"), DONE)

    def leave(client: Any) -> None:
        with chat(client) as events:
            for _ in range(reads):
                next(events)

    async def leave_async(client: Any) -> None:
        async with chat(client) as events:
            for _ in range(reads):
                await anext(events)

    both.run(make, leave_async if both.is_async else leave)
    assert make.bodies[0].is_closed


def test_stream_is_closed_when_the_caller_raises(both: Both) -> None:
    make = stream(chunk("a"), DONE)

    def fail(client: Any) -> None:
        with chat(client):
            raise KeyError

    async def fail_async(client: Any) -> None:
        async with chat(client):
            raise KeyError

    with pytest.raises(KeyError):
        both.run(make, fail_async if both.is_async else fail)
    assert make.bodies[0].is_closed


def test_cancelled_task_closes_its_stream() -> None:
    from tests.unit.client.harness import Both as Harness  # noqa: PLC0415 - the class, at run time

    class Endless(Chunks):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield chunk("a")
            await asyncio.Event().wait()

    body = Endless()

    def make(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    async def main() -> None:
        client = Harness(is_async=True).client(make)
        started = asyncio.Event()

        async def read() -> None:
            async with chat(client) as events:
                async for _ in events:
                    started.set()

        task = asyncio.create_task(read())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert body.is_closed


@pytest.mark.parametrize("end", [DONE, httpx.ReadError("reset")])
def test_stream_that_was_not_entered_is_closed_at_its_end(both: Both, end: Any) -> None:
    make = stream(chunk("a"), end)
    with suppress(StreamError):
        assert texts(both.items(make, _iterated)) == ["a"]
    assert make.bodies[0].is_closed


def _iterated(client: Any) -> Any:
    events = chat(client)
    return iter(events) if hasattr(events, "__iter__") else aiter(events)


def test_every_cut_is_an_error_with_what_had_arrived(both: Both) -> None:
    whole = chunk("a") + chunk("é") + DONE
    blank = len("\n\n")
    ends = [len(chunk("a")) - blank, len(chunk("a") + chunk("é")) - blank]
    for cut in range(0, len(whole) - 2, 1 if not both.is_async else 7):
        with pytest.raises(StreamError, match="cut off") as caught:
            both.events(stream(whole[:cut]), chat)
        assert len(caught.value.events) == sum(cut >= end for end in ends)


def test_broken_connection_is_an_error_with_what_had_arrived(both: Both) -> None:
    with pytest.raises(StreamError, match="cut off: reset") as caught:
        both.events(stream(chunk("a"), chunk("b"), httpx.ReadError("reset")), chat)
    assert texts(caught.value.events) == ["a", "b"]
    assert caught.value.status == 200


def test_silence_is_a_timeout_that_names_its_option(both: Both) -> None:
    with pytest.raises(StreamTimedOut, match=r"silent for 5 s.*stream_timeout") as caught:
        both.events(stream(chunk("a"), httpx.ReadTimeout("")), chat, stream_timeout=5)
    assert isinstance(caught.value, TimedOut)
    assert texts(caught.value.events) == ["a"]


def test_stream_timeout_replaces_the_request_timeout_once_open(both: Both) -> None:
    seen: list[httpx.Request] = []
    reads: list[Any] = []

    class Watched(Chunks):
        def __iter__(self) -> Any:
            reads.append(seen[0].extensions["timeout"]["read"])
            return super().__iter__()

    def make(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        reads.append(request.extensions["timeout"]["read"])
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, stream=Watched(DONE)
        )

    both.events(make, chat, timeout=100, stream_timeout=7)
    assert reads == [100, 7]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (b'data: {"object":"error","message":"overloaded","code":"3505"}\n\n', "overloaded"),
        (b'data: {"object":"Error","message":"overloaded"}\n\n', "overloaded"),
        (b'data: {"error":{"message":"overloaded","code":1}}\n\n', "overloaded"),
        (b'data: {"error":"overloaded"}\n\n', "overloaded"),
        (b'event: error\ndata: {"message":"overloaded"}\n\n', "overloaded"),
        (b"event: error\ndata: overloaded\n\n", "overloaded"),
        (b'event: error\ndata: "overloaded"\n\n', "overloaded"),
        (b'data: {"type":"error","message":"overloaded"}\n\n', "overloaded"),
        (b'data: {"detail":"overloaded"}\n\n', "overloaded"),
        (b'data: {"message":"overloaded","request_id":"0af1"}\n\n', "overloaded"),
    ],
)
def test_error_inside_the_stream_is_raised(both: Both, event: bytes, message: str) -> None:
    with pytest.raises(StreamError, match="server reported an error") as caught:
        both.events(stream(chunk("a") + event + DONE), chat)
    assert caught.value.problem.message == message
    assert texts(caught.value.events) == ["a"]


@pytest.mark.parametrize("text", ['"error"', 'say "error": {}', "error", '{"message": "m"}'])
def test_text_about_errors_is_no_error(both: Both, text: str) -> None:
    assert texts(both.events(stream(chunk(text), DONE), chat)) == [text]


def test_finish_reason_error_is_no_stream_error(both: Both) -> None:
    event = chunk("a").replace(b"null", b'"error"')
    (read,) = both.events(stream(event, DONE), chat)
    assert read.data.choices[0].finish_reason == "error"


@pytest.mark.parametrize("data", [b"{", b"[1]", b"text", b"nul", b"[" * 5000])
def test_event_that_cannot_be_read_is_an_error_that_shows_it(both: Both, data: bytes) -> None:
    with pytest.raises(StreamError, match="cannot be read") as caught:
        both.events(stream(chunk("a"), b"data: " + data + b"\n\n"), chat)
    assert caught.value.body == data.decode()
    assert texts(caught.value.events) == ["a"]


def test_error_status_is_raised_before_the_first_event(both: Both) -> None:
    with pytest.raises(RateLimited):
        both.events(answer(429), chat, retries=0)


def test_answer_that_is_no_event_stream_is_an_error(both: Both) -> None:
    make = stream(b"{}", kind="application/json")
    with pytest.raises(StreamError, match="application/json, not an event stream"):
        both.events(make, chat)
    assert make.bodies[0].is_closed


def test_empty_answer_is_an_error(both: Both) -> None:
    with pytest.raises(StreamError, match="cut off"):
        both.events(text_answer(200, b"", content_type="text/event-stream"), chat)


def test_compressed_stream_is_read(both: Both) -> None:
    import gzip  # noqa: PLC0415 - needed here alone

    packed = gzip.compress(chunk("a") + DONE)

    def make(_request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
        return httpx.Response(200, headers=headers, stream=Chunks(packed[:20], packed[20:]))

    assert texts(both.events(make, chat)) == ["a"]


def test_stream_errors_pickle(both: Both) -> None:
    with pytest.raises(StreamError) as caught:
        both.events(stream(chunk("a"), httpx.ReadError("reset")), chat)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert copy.events == caught.value.events


def test_key_that_the_server_repeats_is_not_in_the_error(both: Both) -> None:
    event = b'data: {"object":"error","message":"bad key ' + KEY.encode() + b'"}\n\n'
    with pytest.raises(StreamError) as caught:
        both.events(stream(event), chat)
    assert KEY not in repr((str(caught.value), caught.value.__dict__))


def test_unopened_stream_has_no_answer(both: Both) -> None:
    opened: Callable[[Any], Any] = chat
    with pytest.raises(RuntimeError, match="not open"):
        _ = opened(both.client([stream(DONE)])).status_code


def test_strict_client_refuses_unknown_fields_in_events(both: Both) -> None:
    event = chunk("a").replace(b'"id"', b'"new": 1, "id"')
    with pytest.raises(MistralError, match="new is unknown"):
        both.events(stream(event, DONE), chat, strict=True)
