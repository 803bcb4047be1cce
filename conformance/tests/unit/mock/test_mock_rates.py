"""Rate limits, and the headers that tell them."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.clock import Clock
from mistral_mock.identities import make_identity
from mistral_mock.rates import TOKENS, Rates
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

LIST = "/v1/libraries"
GATEWAY = {"message": "Requests rate limit exceeded"}
API = {
    "object": "error",
    "message": "Rate limit exceeded",
    "type": "rate_limited",
    "param": None,
    "code": "1300",
    "raw_status_code": 429,
}


@pytest.mark.parametrize(("shape", "body"), [("gateway", GATEWAY), ("api", API)])
def test_requests_over_the_limit_are_refused_until_the_minute_is_over(
    start: Callable[..., httpx.Client], shape: str, body: dict[str, object]
) -> None:
    api = start(rate_limit=2, rate_limit_shape=shape)
    answers = [api.get(LIST) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json() == body
    assert answers[-1].headers["retry-after"] == "60"
    api.server.clock.advance(59)  # type: ignore[attr-defined] # set by the fixture
    assert api.get(LIST).headers["retry-after"] == "1"
    api.server.clock.advance(1)  # type: ignore[attr-defined] # set by the fixture
    assert api.get(LIST).status_code == 200


def test_answers_tell_what_is_left(start: Callable[..., httpx.Client]) -> None:
    api = start(rate_limit=2)
    answers = [api.get(LIST) for _ in range(3)]
    left = [answer.headers["x-ratelimit-remaining-req-minute"] for answer in answers]
    assert left == ["1", "0", "0"]
    assert {answer.headers["x-ratelimit-limit-req-minute"] for answer in answers} == {"2"}


def test_keys_are_limited_apart(start: Callable[..., httpx.Client]) -> None:
    people = [make_identity(key, key, "lab", "acme") for key in ("mock-key", "other")]
    api = start(rate_limit=1, identities=tuple(people))
    other = {"authorization": "Bearer other"}
    assert api.get(LIST).status_code == 200
    assert api.get(LIST, headers=other).status_code == 200
    assert api.get(LIST, headers=other).status_code == 429


def test_a_reset_gives_all_requests_back(start: Callable[..., httpx.Client]) -> None:
    api = start(rate_limit=1)
    assert [api.get(LIST).status_code for _ in range(2)] == [200, 429]
    api.post("/_mock/reset")
    assert api.get(LIST).status_code == 200


def test_inference_tells_the_limit_that_the_mock_was_given_once(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(rate_limit=2)
    body = {"model": "mistral-embed", "input": "Shelf"}
    headers = api.post("/v1/embeddings", json=body).headers
    assert headers.get_list("x-ratelimit-limit-req-minute") == ["2"]
    assert headers.get_list("x-ratelimit-remaining-req-minute") == ["1"]
    assert "x-ratelimit-limit-req-10-second" not in headers


CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hello"}]}
TALK = {"model": "mistral-small-latest", "inputs": "Hello"}
FIM = {"model": "codestral-latest", "prompt": "def"}
SPEECH = {"model": "voxtral-mini-tts-latest", "input": "Hello"}


@pytest.mark.parametrize(
    ("path", "body", "unit"),
    [
        ("/v1/chat/completions", CHAT, "tokens"),
        ("/v1/fim/completions", FIM, "tokens"),
        ("/v1/conversations", TALK, "tokens"),
        ("/v1/audio/speech", SPEECH, "input-characters"),
    ],
)
def test_a_stream_uses_up_what_the_same_answer_does(
    start: Callable[..., httpx.Client], path: str, body: dict[str, Any], unit: str
) -> None:
    api, left = start(), []
    for streams in (False, True, False):
        answer = api.post(path, json={**body, "stream": streams})
        assert answer.status_code == 200
        if not streams:
            left.append(int(answer.headers[f"x-ratelimit-remaining-{unit}-month"]))
    cost = int(answer.headers[f"x-ratelimit-{unit}-query-cost"])
    assert left[0] - left[1] == 2 * cost


def test_a_streamed_transcription_uses_up_its_seconds(api: httpx.Client) -> None:
    speech = api.post("/v1/audio/speech", json={**SPEECH, "response_format": "wav"}).json()
    file = {"file": ("a.wav", b64decode(speech["audio_data"]), "audio/wav")}
    left = []
    for form in ({}, {"stream": "true"}, {}):
        data = {"model": "voxtral-mini-latest", **form}
        answer = api.post("/v1/audio/transcriptions", data=data, files=file)
        assert answer.status_code == 200
        left.append(answer.headers.get("x-ratelimit-remaining-audio-seconds-month"))
    cost = int(answer.headers["x-ratelimit-audio-seconds-query-cost"])
    assert int(left[0]) - int(left[2]) == 2 * cost > 0


def test_what_was_used_is_forgotten_when_its_period_is_over() -> None:
    clock = Clock()
    rates = Rates(Settings(), clock)
    minute, month = (f"x-ratelimit-remaining-tokens-{period}" for period in ("minute", "month"))
    first = dict(rates.spend("a", TOKENS, 5))
    clock.advance(60)
    later = dict(rates.spend("a", TOKENS, 5))
    assert first[minute] == later[minute]
    assert int(first[month]) - int(later[month]) == 5
    assert dict(rates.spend("b", TOKENS, 5)) == first


def test_what_is_left_is_never_less_than_nothing() -> None:
    told = dict(Rates(Settings(), Clock()).spend("a", TOKENS, 10**12))
    assert told["x-ratelimit-remaining-tokens-month"] == "0"


def test_there_is_no_limit_by_default(api: httpx.Client) -> None:
    answers = [api.get(LIST) for _ in range(100)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name in answers[0].headers if name.startswith("x-ratelimit")]
