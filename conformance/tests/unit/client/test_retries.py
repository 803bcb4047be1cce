from __future__ import annotations

import email.utils
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from tests.unit.client.harness import LIBRARY, Server, answer

from mistral_client import (
    APIStatusError,
    ConnectionFailed,
    MistralError,
    RateLimited,
    Retries,
    ServerError,
    TimedOut,
)
from mistral_client.retries import retry_after_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.client.harness import Both

OK = answer(200, {"data": []})


def idempotent(client: Any) -> Any:
    return client.beta.libraries.list()


def creation(client: Any) -> Any:
    return client.beta.libraries.create(name="x")


def repeatable(client: Any) -> Any:
    return client.chat.complete(model="m", messages=[])


def sendings(both: Both, first: Any, case: Callable[[Any], Any], **options: Any) -> int:
    """Return how often a case is sent when the first answer is `first` and the next is good."""
    good = answer(200, {**LIBRARY, "data": [], "choices": []})
    server = Server([first, good])
    try:
        both.run(server, case, **options)
    except MistralError:
        assert len(server.requests) == 1
    return len(server.requests)


# Who may go again after which answer: a GET, a POST that creates, a POST that may be repeated.
TABLE: list[tuple[Any, tuple[int, int, int]]] = [
    (answer(400), (1, 1, 1)),
    (answer(401), (1, 1, 1)),
    (answer(403), (1, 1, 1)),
    (answer(404), (1, 1, 1)),
    (answer(408), (2, 1, 2)),
    (answer(409), (2, 1, 2)),
    (answer(422), (1, 1, 1)),
    (answer(429), (2, 2, 2)),
    (answer(500), (2, 1, 2)),
    (answer(501), (1, 1, 1)),
    (answer(502), (2, 1, 2)),
    (answer(503), (2, 2, 2)),
    (answer(504), (2, 1, 2)),
    (httpx.ConnectError("refused"), (2, 2, 2)),
    (httpx.ConnectTimeout("slow"), (2, 2, 2)),
    (httpx.PoolTimeout("busy"), (2, 2, 2)),
    (httpx.ReadError("reset"), (2, 1, 2)),
    (httpx.ReadTimeout("slow"), (2, 1, 2)),
    (httpx.WriteError("reset"), (2, 1, 2)),
    (httpx.RemoteProtocolError("gone"), (2, 1, 2)),
    (httpx.UnsupportedProtocol("ftp"), (1, 1, 1)),
]


@pytest.mark.parametrize(("first", "expected"), TABLE)
def test_who_goes_again(both: Both, first: Any, expected: tuple[int, int, int]) -> None:
    cases = (idempotent, creation, repeatable)
    assert tuple(sendings(both, first, case) for case in cases) == expected


def test_count_bounds_the_sendings(both: Both) -> None:
    server = Server([answer(500)])
    with pytest.raises(ServerError) as caught:
        both.run(server, idempotent, retries=4)
    assert len(server.requests) == caught.value.attempts == 5


def test_no_retries_sends_once(both: Both) -> None:
    server = Server([answer(500)])
    with pytest.raises(ServerError):
        both.run(server, idempotent, retries=0)
    assert len(server.requests) == 1


def test_option_of_a_call_overrides_the_client(both: Both) -> None:
    server = Server([answer(500)])
    with pytest.raises(ServerError):
        both.run(server, lambda client: client.beta.libraries.list(retries=1), retries=5)
    assert len(server.requests) == 2


def test_delays_double_up_to_the_longest(both: Both) -> None:
    with pytest.raises(ServerError):
        both.run([answer(500)], idempotent, retries=Retries(6, initial_s=1, longest_s=10))
    assert both.clock.slept == [1, 2, 4, 8, 10, 10]


def test_jitter_is_full(both: Both) -> None:
    both.clock.jitter = 0.25
    with pytest.raises(ServerError):
        both.run([answer(500)], idempotent, retries=Retries(3, initial_s=1, longest_s=10))
    assert both.clock.slept == [0.25, 0.5, 1]


def test_time_budget_ends_the_retries(both: Both) -> None:
    policy = Retries(100, initial_s=4, longest_s=4, budget_s=10)
    with pytest.raises(ServerError):
        both.run([answer(500)], idempotent, retries=policy)
    assert both.clock.slept == [4, 4]


def test_slow_answers_use_up_the_budget(both: Both) -> None:
    def slow(_request: httpx.Request) -> httpx.Response:
        both.clock.now_s += 70
        return answer(500)

    server = Server([slow])
    with pytest.raises(ServerError):
        both.run(server, idempotent, retries=100)
    assert len(server.requests) == 2


def test_retry_after_in_seconds_is_waited_for(both: Both) -> None:
    both.run([answer(429, retry_after="7"), OK], idempotent)
    assert both.clock.slept == [7]


def test_retry_after_as_a_date_is_waited_for(both: Both) -> None:
    date = email.utils.formatdate(both.clock.now_s + 9, usegmt=True)
    both.run([answer(503, retry_after=date), OK], idempotent)
    assert both.clock.slept == [9]


def test_retry_after_in_milliseconds_is_waited_for(both: Both) -> None:
    both.run([answer(429, retry_after="9", retry_after_ms="7250"), OK], idempotent)
    assert both.clock.slept == [7.25]


@pytest.mark.parametrize("text", ["", "soon", "-1", "nan"])
def test_odd_milliseconds_leave_the_seconds(text: str) -> None:
    assert retry_after_s({"retry-after-ms": text, "retry-after": "3"}, 0.0) == 3.0


def test_retry_after_is_capped(both: Both) -> None:
    both.run([answer(429, retry_after="3600"), OK], idempotent)
    assert both.clock.slept == [60]


def test_retry_after_shorter_than_the_backoff_does_not_shorten_it(both: Both) -> None:
    both.run([answer(429, retry_after="0"), OK], idempotent, retries=Retries(1, initial_s=3))
    assert both.clock.slept == [3]


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1e999", "9" * 400, "nan", "²", "Thu, 99 Foo 2026"]
)
def test_odd_retry_after_says_nothing(text: str) -> None:
    assert retry_after_s({"retry-after": text}, 0) is None


def test_date_in_the_past_means_now() -> None:
    date = email.utils.formatdate(1000, usegmt=True)
    assert retry_after_s({"retry-after": date}, 2000) == 0


@pytest.mark.parametrize("name", ["x-ratelimit-limit-req-minute", "x-ratelimitbysize-limit-minute"])
def test_limit_of_zero_is_no_allowance_and_not_repeated(both: Both, name: str) -> None:
    server = Server([httpx.Response(429, headers={name: "0"}, json={})])
    with pytest.raises(RateLimited):
        both.run(server, idempotent)
    assert len(server.requests) == 1


def test_nothing_remaining_is_repeated(both: Both) -> None:
    first = answer(429, x_ratelimit_remaining_req_minute="0")
    assert sendings(both, first, idempotent) == 2


def test_rate_limit_error_says_how_long_to_wait(both: Both) -> None:
    with pytest.raises(RateLimited) as caught:
        both.run([answer(429, retry_after="7")], idempotent, retries=0)
    assert caught.value.retry_after_s == 7


def test_last_failure_is_raised(both: Both) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        both.run([answer(500), httpx.ConnectError("refused")], idempotent, retries=2)
    assert caught.value.attempts == 3


def test_not_found_after_an_unsure_sending_says_that_it_may_be_done(both: Both) -> None:
    with pytest.raises(APIStatusError, match="may have done it already"):
        both.run([httpx.ReadError("reset"), answer(404)], lambda c: c.beta.libraries.delete("l"))
    with pytest.raises(APIStatusError) as caught:
        both.run([httpx.ConnectError("x"), answer(404)], lambda c: c.beta.libraries.delete("l"))
    assert "already" not in str(caught.value)


def test_timeout_is_raised_after_the_retries(both: Both) -> None:
    with pytest.raises(TimedOut) as caught:
        both.run([httpx.ReadTimeout("slow")], idempotent, retries=1)
    assert caught.value.attempts == 2


def test_same_body_is_sent_again(both: Both) -> None:
    server = Server([answer(503), answer(200, {"choices": []})])
    both.run(server, repeatable)
    assert server.requests[0].content == server.requests[1].content != b""


@pytest.mark.parametrize("value", ["3", 2.0, True, None, [1]])
def test_retries_of_a_wrong_type_are_refused(both: Both, value: object) -> None:
    with pytest.raises(TypeError, match="retries"):
        both.client([OK], retries=value)


@pytest.mark.parametrize("field", ["count", "initial_s", "longest_s", "budget_s"])
def test_negative_values_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Retries(**cast("dict[str, Any]", {field: -1}))


def test_stream_that_was_refused_is_opened_again(both: Both) -> None:
    stream = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=b"data: [DONE]\n\n"
    )
    server = Server([answer(503), stream])
    assert both.events(server, lambda client: client.chat.stream(model="m", messages=[])) == []
    assert len(server.requests) == 2


def test_status_error_is_an_api_status_error() -> None:
    assert issubclass(ServerError, APIStatusError)
