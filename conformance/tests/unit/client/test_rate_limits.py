"""Rates that are kept to, and what servers say of theirs."""

from __future__ import annotations

import asyncio
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import KEY, Chunks, Server, answer

from mistral_client import AsyncMistral, Mistral, RateLimit, RateLimited, TimedOut
from mistral_client.allowances import Allowance, read_allowances

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

MODELS = {"object": "list", "data": []}
LIVE = {
    "x-ratelimit-limit-req-minute": "60",
    "x-ratelimit-remaining-req-minute": "59",
    "x-ratelimit-limit-req-10-second": "12",
    "x-ratelimit-remaining-req-10-second": "0",
    "x-ratelimit-limit-tokens-minute": "50000",
    "x-ratelimit-remaining-tokens-minute": "49000",
    "x-ratelimit-limit-audio-seconds-month": "7",
    "x-ratelimit-tokens-query-cost": "21",
}


def listed(client: Any) -> Any:
    return client.models.list()


def named(headers: dict[str, str]) -> Any:
    return httpx.Response(200, headers=headers, json=MODELS)


def completion(tokens: int, **headers: str) -> httpx.Response:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": tokens}
    body = {"id": "c", "object": "o", "model": "m", "created": 1, "choices": [], "usage": usage}
    return answer(200, body, **headers)


def chat(client: Any) -> Any:
    return client.chat.complete(model="m", messages=[{"role": "user", "content": "x" * 400}])


def test_requests_are_spaced_evenly(both: Both) -> None:
    client = both.client(answer(200, MODELS), rate_limit=RateLimit(requests_per_s=4))
    for _ in range(4):
        both.use(client, listed)
    assert both.clock.slept == [0.25, 0.25, 0.25]


def test_request_that_comes_late_does_not_wait(both: Both) -> None:
    client = both.client(answer(200, MODELS), rate_limit=RateLimit(requests_per_s=4))
    both.use(client, listed)
    both.clock.now_s += 1
    both.use(client, listed)
    assert both.clock.slept == []


def test_clients_and_views_share_one_limit(both: Both) -> None:
    limit = RateLimit(requests_per_s=2)
    one, other = (both.client(answer(200, MODELS), rate_limit=limit) for _ in range(2))
    for client in (one, other, one.with_options(timeout=1)):
        both.use(client, listed)
    assert both.clock.slept == [0.5, 0.5]


def test_view_without_a_limit_does_not_wait(both: Both) -> None:
    client = both.client(answer(200, MODELS), rate_limit=RateLimit(requests_per_s=1))
    for _ in range(3):
        both.use(client.with_options(rate_limit=None), listed)
    assert both.clock.slept == []


def test_tasks_share_one_limit(both: Both) -> None:
    if not both.is_async:
        return
    client: AsyncMistral = both.client(
        answer(200, MODELS), rate_limit=RateLimit(requests_per_s=1, tokens_per_minute=1000)
    )

    async def together(client: AsyncMistral) -> None:
        await asyncio.gather(*(client.models.list() for _ in range(5)))

    both.use(client, together)
    assert len(both.clock.slept) == 4


def test_threads_never_get_the_same_turn() -> None:
    limit = RateLimit(requests_per_s=10)
    with ThreadPoolExecutor(8) as pool:
        turns = sorted(delay_s for delay_s, _ in pool.map(lambda _: limit.take(5.0, 0), range(400)))
    assert turns == pytest.approx([number / 10 for number in range(400)])


def test_every_retry_takes_a_turn_too(both: Both) -> None:
    both.clock.jitter = 0.0
    server = Server([answer(503), answer(200, MODELS)])
    both.use(both.client(server, rate_limit=RateLimit(requests_per_s=2)), listed)
    assert [delay_s for delay_s in both.clock.slept if delay_s] == [0.5]


def test_tokens_go_at_once_up_to_a_minutes_worth(both: Both) -> None:
    limit = RateLimit(tokens_per_minute=600)
    client = both.client(completion(300), rate_limit=limit)
    for _ in range(2):
        both.use(client, chat)
    assert both.clock.slept == []
    both.use(client, chat)
    waited = sum(both.clock.slept)
    assert 10 < waited < 15  # the size of a third request, about 110 tokens, at 10 tokens a second


@pytest.mark.parametrize(
    "first", [completion(600), completion(6, x_ratelimit_tokens_query_cost="600")]
)
def test_what_the_server_counted_counts(both: Both, first: httpx.Response) -> None:
    server = Server([first, answer(200, MODELS), completion(1)])
    client = both.client(server, rate_limit=RateLimit(tokens_per_minute=600))
    both.use(client, chat)
    both.use(client, listed)
    assert both.clock.slept == []  # a list counts for nothing, and all that there was is used up
    both.use(client, chat)
    assert 10 < sum(both.clock.slept) < 15


def stream_of(tokens: int) -> httpx.Response:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": tokens}
    body = {"id": "c", "object": "o", "model": "m", "created": 1, "usage": usage, "choices": []}
    data = f"data: {json.dumps(body)}\n\ndata: [DONE]\n\n".encode()
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunks(data))


def test_streams_count_for_what_their_end_says(both: Both) -> None:
    limit = RateLimit(tokens_per_minute=600)
    client = both.client(lambda _: stream_of(1200), rate_limit=limit)

    def read(client: Mistral) -> None:
        with client.chat.stream(model="m", messages=[]) as events:
            list(events)

    async def read_async(client: AsyncMistral) -> None:
        async with client.chat.stream(model="m", messages=[]) as events:
            _ = [event async for event in events]

    for _ in range(2):
        both.use(client, read_async if both.is_async else read)
    assert 59 < sum(both.clock.slept) < 63


def test_allowance_that_is_used_up_is_waited_for(both: Both) -> None:
    server = Server([named(LIVE), answer(200, MODELS)])
    client = both.client(server, rate_limit=RateLimit())
    both.use(client, listed)
    both.clock.now_s += 4
    both.use(client, listed)
    both.use(client, listed)
    assert both.clock.slept == [6.0]


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ratelimit-remaining-tokens-month": "0"},
        {"x-ratelimit-limit-req-minute": "0", "x-ratelimit-remaining-req-minute": "0"},
        {"x-ratelimit-remaining-req-minute": "1"},
        {"x-ratelimit-remaining-req-minute": "none"},
    ],
)
def test_nobody_waits_for_what_waiting_does_not_bring(both: Both, headers: dict[str, str]) -> None:
    client = both.client(named(headers), rate_limit=RateLimit())
    for _ in range(2):
        both.use(client, listed)
    assert both.clock.slept == []


def test_older_names_say_when_the_window_begins_anew(both: Both) -> None:
    headers = {"ratelimitbysize-remaining": "0", "ratelimitbysize-reset": "17"}
    client = both.client(named(headers), rate_limit=RateLimit())
    for _ in range(2):
        both.use(client, listed)
    assert both.clock.slept == [17.0]


def test_turn_after_the_deadline_is_not_waited_for(both: Both) -> None:
    server = Server([answer(200, MODELS)])
    client = both.client(server, rate_limit=RateLimit(requests_per_s=0.1))
    both.use(client, listed)
    with pytest.raises(
        TimedOut, match=r"lets it go in 10 s, which is after the deadline"
    ) as caught:
        both.use(client, lambda client: client.models.list(deadline=5))
    assert not caught.value.sent
    assert (both.clock.slept, len(server.requests)) == ([], 1)


def test_limits_of_the_server_are_told_by_answers(both: Both) -> None:
    raw = both.run(named(LIVE), lambda client: client.raw(client.models.list))
    assert raw.rate_limits == (
        Allowance(subject="requests", window="minute", limit=60, remaining=59),
        Allowance(subject="requests", window="10-second", limit=12, remaining=0),
        Allowance(subject="tokens", window="minute", limit=50000, remaining=49000, cost=21),
        Allowance(subject="audio-seconds", window="month", limit=7),
    )
    assert [one.window_s for one in raw.rate_limits] == [60, 10, 60, 30 * 86_400]


def test_limits_of_the_server_are_told_by_errors(both: Both) -> None:
    with pytest.raises(RateLimited) as caught:
        both.run(httpx.Response(429, headers=LIVE, json={}), listed, retries=0)
    assert [one.remaining for one in caught.value.rate_limits] == [59, 0, 49000, None]


def test_limit_keeps_what_the_server_told_last(both: Both) -> None:
    limit = RateLimit()
    both.run(named(LIVE), listed, rate_limit=limit)
    assert limit.allowances == read_allowances(LIVE)


def test_headers_of_other_things_are_no_limits() -> None:
    assert read_allowances({"content-length": "5", "x-ratelimit-foo": "1"}) == ()
    assert read_allowances({"X-RateLimitBySize-Remaining-Month": "3"}) == (
        Allowance(subject="tokens", window="month", remaining=3),
    )


@pytest.mark.parametrize("name", ["requests_per_s", "tokens_per_minute"])
@pytest.mark.parametrize(
    ("rate", "kind"), [("1", TypeError), (True, TypeError), (0, ValueError), (1e999, ValueError)]
)
def test_rate_that_is_none_is_refused(name: str, rate: Any, kind: Any) -> None:
    with pytest.raises(kind, match=name):
        RateLimit(**{name: rate})


def test_client_takes_a_limit_and_nothing_else(both: Both) -> None:
    wrong: Any = 5
    with pytest.raises(TypeError, match=r"rate_limit must be a RateLimit"):
        (AsyncMistral if both.is_async else Mistral)(KEY, rate_limit=wrong)


def test_limit_pickles_with_its_client() -> None:
    with Mistral(KEY, rate_limit=RateLimit(requests_per_s=3)) as client:
        copy: Mistral = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own bytes
    limit = copy._sender.context.settings.rate_limit
    assert repr(limit) == "RateLimit(requests_per_s=3.0, tokens_per_minute=None)"
