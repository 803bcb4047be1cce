"""API keys that a function gives, which is called before each request."""

from __future__ import annotations

import asyncio
import os
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import BASE_URL, Server, answer

from mistral_client import (
    AsyncMistral,
    AuthenticationFailed,
    ConfigurationError,
    Mistral,
    MistralError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.client.harness import Both

MODELS = {"object": "list", "data": []}


def client_of(both: Both, server: Server, key: Any, **options: Any) -> Any:
    kind: Any = AsyncMistral if both.is_async else Mistral
    transport = httpx.MockTransport(server)
    return kind(key, base_url=BASE_URL, transport=transport, timing=both.clock.timing, **options)


def counted() -> Callable[[], str]:
    """A function that gives another key each time."""
    numbers = iter(range(1, 100))
    return lambda: f"token-0123456789-{next(numbers)}"


def list_models(client: Any) -> Any:
    return client.models.list()


def sent_keys(server: Server) -> list[str]:
    return [request.headers["authorization"] for request in server.requests]


def test_function_is_asked_before_each_request(both: Both) -> None:
    server = Server([answer(200, MODELS)])
    client = client_of(both, server, counted())
    assert server.requests == []
    for _ in range(2):
        both.use(client, list_models)
    assert sent_keys(server) == ["Bearer token-0123456789-1", "Bearer token-0123456789-2"]


def test_retry_goes_with_a_fresh_key(both: Both) -> None:
    server = Server([answer(503), answer(200, MODELS)])
    both.use(client_of(both, server, counted()), list_models)
    assert sent_keys(server) == ["Bearer token-0123456789-1", "Bearer token-0123456789-2"]


def test_view_asks_the_same_function(both: Both) -> None:
    server = Server([answer(200, MODELS)])
    client = client_of(both, server, counted())
    both.use(client, list_models)
    both.use(client.with_options(timeout=5), list_models)
    assert sent_keys(server)[1] == "Bearer token-0123456789-2"


def test_stream_goes_with_a_key_of_the_function(both: Both) -> None:
    kind = {"content-type": "text/event-stream"}
    end = httpx.Response(200, content=b"data: [DONE]\n\n", headers=kind)
    server = Server([end])
    client = client_of(both, server, counted())
    question = [{"role": "user", "content": "Why?"}]
    both.use(client, lambda one: one.raw(one.chat.stream, model="m", messages=question))
    assert sent_keys(server) == ["Bearer token-0123456789-1"]


def test_asynchronous_function_is_awaited() -> None:
    server = Server([answer(200, MODELS)])

    async def give() -> str:
        await asyncio.sleep(0)
        return "token-0123456789"

    client = AsyncMistral(give, base_url=BASE_URL, transport=httpx.MockTransport(server))
    asyncio.run(client.models.list())
    assert sent_keys(server) == ["Bearer token-0123456789"]


def test_asynchronous_function_of_a_synchronous_client_is_refused() -> None:
    async def give() -> str:
        return "token-0123456789"

    server = Server([answer(200, MODELS)])
    client = Mistral(
        give,  # type: ignore[arg-type]
        base_url=BASE_URL,
        transport=httpx.MockTransport(server),
    )
    with pytest.raises(ConfigurationError, match="use AsyncMistral"):
        client.models.list()
    assert server.requests == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (None, "must give text, not NoneType"),
        (" ", "gave an empty key"),
        ("key\n0123456789", "cannot stand in a header"),
        ("Bearer token-0123456789", 'begins with "Bearer"'),
    ],
)
def test_key_that_cannot_be_used_is_refused_unsent(both: Both, given: object, problem: str) -> None:
    server = Server([answer(200, MODELS)])
    with pytest.raises(ConfigurationError, match=problem) as caught:
        both.use(client_of(both, server, lambda: given), list_models)
    assert "0123456789" not in str(caught.value)
    assert server.requests == []


def test_failure_of_the_function_comes_through_as_it_is(both: Both) -> None:
    def give() -> str:
        raise LookupError("the vault is sealed")

    server = Server([answer(200, MODELS)])
    with pytest.raises(LookupError, match="the vault is sealed"):
        both.use(client_of(both, server, give), list_models)
    assert server.requests == []


def test_every_key_is_kept_out_of_errors(both: Both) -> None:
    told = {"message": "not token-0123456789-1, nor token-0123456789-2"}
    server = Server([answer(503), answer(401, told)])
    with pytest.raises(AuthenticationFailed) as caught:
        both.use(client_of(both, server, counted()), list_models)
    assert "token-0123456789" not in f"{caught.value} {caught.value.body!r}"


def test_function_is_not_asked_where_a_header_takes_its_place(both: Both) -> None:
    def give() -> str:
        raise AssertionError("nobody needs a key")

    server = Server([answer(200, MODELS)])
    client = client_of(both, server, give, headers={"Authorization": "Token other"})
    both.use(client, list_models)
    assert sent_keys(server) == ["Token other"]


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
def test_client_pickles_its_function_and_none_of_its_keys(kind: Any) -> None:
    client = kind(os.getcwd, base_url=BASE_URL)
    source = client._sender.context.settings.api_key
    source.sign(httpx.Request("GET", BASE_URL), "token-0123456789")
    data = pickle.dumps(client)
    assert b"token-0123456789" not in data
    copied = pickle.loads(data)._sender.context.settings.api_key  # noqa: S301 - our own
    assert (copied.make, copied.given) == (os.getcwd, ())


def test_representation_shows_no_key(both: Both) -> None:
    client = client_of(both, Server([answer(200, MODELS)]), counted())
    both.use(client, list_models)
    context = client._sender.context
    assert "token-0123456789" not in f"{client!r} {context!r} {context.settings!r}"


def test_key_is_in_no_variable_that_error_reports_show(both: Both) -> None:
    key = os.urandom(12).hex()
    for failure in (httpx.ConnectError("refused"), answer(401)):
        client = client_of(both, Server([failure]), lambda: key, retries=0)
        with pytest.raises(MistralError) as caught:
            both.use(client, list_models)
        frames = [each.frame for each in caught.traceback if "mistral_" in str(each.path)]
        assert len(frames) > 3
        assert all(key not in repr(value) for frame in frames for value in frame.f_locals.values())


def test_function_is_not_asked_where_a_header_of_the_call_takes_its_place(both: Both) -> None:
    server, asked = Server([answer(200, MODELS)]), list[int]()

    def source() -> str:
        asked.append(1)
        return "key-0123456789"

    client = client_of(both, server, source)
    both.use(client, lambda client: client.models.list(headers={"Authorization": "Basic eA=="}))
    assert sent_keys(server) == ["Basic eA=="]
    assert asked == []
