from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import (
    BASE_URL,
    KEY,
    Chunks,
    Server,
    answer,
)

from mistral_client import AsyncMistral, ConfigurationError, Mistral, MistralError, NotFound

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

OWN = httpx.Timeout(17, connect=30)


def test_own_httpx_client_is_used_and_left_open() -> None:
    server = Server([answer(200, {"data": []})])
    with httpx.Client(
        transport=httpx.MockTransport(server), timeout=17, headers={"X-Mine": "1"}
    ) as http:
        with Mistral(KEY, base_url=BASE_URL, http_client=http) as client:
            client.beta.libraries.list()
        assert not http.is_closed
    assert server.requests[0].extensions["timeout"]["read"] == 17
    assert server.requests[0].headers["x-mine"] == "1"
    assert server.requests[0].headers["user-agent"].startswith("mistral-openapi/")


def test_own_async_httpx_client_is_used_and_left_open() -> None:
    server = Server([answer(200, {"data": []})])

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(server), timeout=17) as http:
            async with AsyncMistral(KEY, base_url=BASE_URL, http_client=http) as client:
                await client.beta.libraries.list()
            assert not http.is_closed

    asyncio.run(main())
    assert server.requests[0].extensions["timeout"]["read"] == 17


@pytest.mark.parametrize(
    ("option", "connect_s", "read_s"),
    [
        ({}, 30, 17),
        ({"timeout": 3}, 3, 3),
        ({"connect_timeout": 3}, 3, 17),
        ({"stream_timeout": 3}, 30, 17),
    ],
)
def test_only_given_timeouts_win_over_those_of_the_own_client(
    option: Any, connect_s: float, read_s: float
) -> None:
    server = Server([answer(200, {"data": []})])
    with httpx.Client(transport=httpx.MockTransport(server), timeout=OWN) as http:
        Mistral(KEY, base_url=BASE_URL, http_client=http, **option).beta.libraries.list()
    timeouts = server.requests[0].extensions["timeout"]
    assert (timeouts["connect"], timeouts["read"]) == (connect_s, read_s)


@pytest.mark.parametrize(("option", "silence_s"), [({}, 17), ({"stream_timeout": 3}, 3)])
def test_silence_in_a_stream_is_bounded_by_the_own_client_too(
    option: Any, silence_s: float
) -> None:
    def make(_request: httpx.Request) -> httpx.Response:
        chunks = Chunks(httpx.ReadTimeout("silent"))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=chunks)

    with httpx.Client(transport=httpx.MockTransport(make), timeout=OWN) as http:
        client = Mistral(KEY, base_url=BASE_URL, http_client=http, **option)
        with (
            pytest.raises(MistralError, match=f"silent for {silence_s} s"),
            client.chat.stream(model="m", messages=[], timeout=2) as events,
        ):
            list(events)


def test_timeout_of_a_call_wins_over_those_of_the_own_client() -> None:
    server = Server([answer(200, {"data": []})])
    with httpx.Client(transport=httpx.MockTransport(server), timeout=OWN) as http:
        Mistral(KEY, base_url=BASE_URL, http_client=http).beta.libraries.list(timeout=2)
    timeouts = server.requests[0].extensions["timeout"]
    assert (timeouts["connect"], timeouts["read"]) == (2, 2)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Mistral, {"http_client": httpx.AsyncClient()}),
        (AsyncMistral, {"http_client": httpx.Client()}),
        (Mistral, {"transport": httpx.AsyncBaseTransport()}),
        (AsyncMistral, {"transport": httpx.BaseTransport()}),
    ],
)
def test_client_of_the_other_kind_is_refused_at_once(kind: Any, options: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^{kind.__name__} sends"):
        kind(KEY, **options)


def test_closed_client_is_refused_at_once() -> None:
    http = httpx.Client()
    http.close()
    with pytest.raises(ConfigurationError, match="closed"):
        Mistral(KEY, http_client=http)


def test_client_and_transport_together_are_refused() -> None:
    with httpx.Client() as http, pytest.raises(TypeError, match="not both"):
        Mistral(KEY, http_client=http, transport=httpx.MockTransport(Server([answer()])))


def test_error_that_a_hook_raises_for_a_status_is_that_of_the_status(both: Both) -> None:
    errors = [answer(404, {"message": "gone"}), answer(503), answer(200, {"data": []})]

    def read_and_raise(response: httpx.Response) -> None:
        response.read()
        response.raise_for_status()

    async def read_and_raise_async(response: httpx.Response) -> None:
        await response.aread()
        response.raise_for_status()

    hook = read_and_raise_async if both.is_async else read_and_raise
    kind: Any = httpx.AsyncClient if both.is_async else httpx.Client
    http = kind(transport=httpx.MockTransport(Server(errors)), event_hooks={"response": [hook]})
    client: Any = AsyncMistral if both.is_async else Mistral
    client = client(KEY, base_url=BASE_URL, http_client=http, timing=both.clock.timing)
    with pytest.raises(NotFound, match="gone"):
        both.use(client, lambda client: client.models.list())
    assert both.use(client, lambda client: client.models.list()).data == []
    assert len(both.clock.slept) == 1


def test_error_that_a_hook_raises_unread_keeps_its_status() -> None:
    hooks = {"response": [lambda response: response.raise_for_status()]}
    server = Server([lambda _: httpx.Response(404, stream=Chunks(b"{}"))])
    http = httpx.Client(transport=httpx.MockTransport(server), event_hooks=hooks)
    with pytest.raises(NotFound):
        Mistral(KEY, base_url=BASE_URL, http_client=http).models.list()


@pytest.mark.parametrize("wrong", [object(), "http://x"])
def test_what_is_no_client_is_refused_at_once(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="sends with an httpx"):
        Mistral(KEY, http_client=wrong)
