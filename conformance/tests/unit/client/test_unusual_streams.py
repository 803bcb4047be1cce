"""Event streams as odd servers send them: under other names, with nulls, and no streams at all."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import BASE_URL, KEY, Chunks

from mistral_client import AsyncMistral, StreamError

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

CHUNK = {"id": "1", "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]}
EVENT = b"data: %s\n\n" % json.dumps(CHUNK).encode()
DONE = b"data: [DONE]\n\n"


def sent(kind: str, *pieces: bytes | Exception) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": kind}, stream=Chunks(*pieces))


def ask(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[])


def contents(events: list[Any]) -> list[str]:
    return [event.data.choices[0].delta.content for event in events]


@pytest.mark.parametrize("kind", ["application/json", "text/plain; charset=utf-8", "binary/x"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b": ping\n\n", b"\n", b"retry: 5\n\n"])
def test_stream_under_another_name_is_read(both: Both, kind: str, start: bytes) -> None:
    assert contents(both.events(sent(kind, start, EVENT, DONE), ask)) == ["hi"]


def test_stream_under_another_name_may_come_byte_by_byte(both: Both) -> None:
    pieces = [bytes([each]) for each in EVENT + DONE]
    assert contents(both.events(sent("application/json", *pieces), ask)) == ["hi"]


@pytest.mark.parametrize("body", [b"{}", b'{"data": 1}', b"<p>data: x</p>", b"data", b""])
def test_what_does_not_begin_as_a_stream_is_none(both: Both, body: bytes) -> None:
    with pytest.raises(StreamError, match=r"application/json, not an event stream"):
        both.events(sent("application/json", body), ask)


def test_answer_that_breaks_before_it_tells_what_it_is_is_no_stream(both: Both) -> None:
    broken = sent("application/json", b'{"id":', httpx.ReadError("gone"))
    with pytest.raises(StreamError, match=r'it begins with: \{"id":'):
        both.events(broken, ask)


@pytest.mark.parametrize("null", [b"data: null\n\n", b"data:null \n\n"])
def test_null_between_events_is_passed_over(both: Both, null: bytes) -> None:
    events = both.events(sent("text/event-stream", null, EVENT, null, DONE), ask)
    assert contents(events) == ["hi"]


@pytest.mark.parametrize("data", [b"nul", b"[]", b"1"])
def test_other_data_without_an_object_break_the_stream(both: Both, data: bytes) -> None:
    with pytest.raises(StreamError, match="an event cannot be read"):
        both.events(sent("text/event-stream", b"data: %s\n\n" % data, EVENT, DONE), ask)


def test_awaiting_a_stream_opens_it() -> None:
    async def read() -> list[Any]:
        transport = httpx.MockTransport(lambda _: sent("text/event-stream", EVENT, DONE))
        async with AsyncMistral(KEY, base_url=BASE_URL, transport=transport) as client:
            events: Any = await client.chat.stream(model="m", messages=[])
            assert events.status_code == 200
            return [event async for event in events]

    assert contents(asyncio.run(read())) == ["hi"]
