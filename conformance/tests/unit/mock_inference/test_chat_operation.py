from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_inference.requests_made import TOOLS, ask, fold, read_events, unfold

from mistral_mock.completion import limits, stream, usage

if TYPE_CHECKING:
    import httpx

PATH = "/v1/chat/completions"


def test_completion_is_a_body_of_the_api(api: httpx.Client) -> None:
    response = api.post(PATH, json=ask())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body["object"] == "chat.completion"
    assert len(body["id"]) == len(bytes.fromhex(body["id"])) * 2 == 32
    assert body["created"] == 1767225600


def test_every_completion_has_its_own_id(api: httpx.Client) -> None:
    assert api.post(PATH, json=ask()).json()["id"] != api.post(PATH, json=ask()).json()["id"]


@pytest.mark.parametrize("fields", [{}, {"tools": TOOLS}, {"n": 3, "max_tokens": 7}, {"stop": "."}])
def test_stream_says_what_the_body_says(api: httpx.Client, fields: dict[str, Any]) -> None:
    whole = api.post(PATH, json=ask(**fields)).json()
    response = api.post(PATH, json=ask(**fields, stream=True))
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    *chunks, end = read_events(response.text)
    assert end == "[DONE]"
    assert fold(chunks) == unfold(whole)
    assert chunks[-1]["usage"] == whole["usage"]


def test_stream_is_made_by_functions_that_a_mutant_can_replace(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "terminator", lambda: b"data: [END]\n\n")
    monkeypatch.setattr(limits, "apply_stop", lambda _text, _stop: "changed")
    monkeypatch.setattr(usage, "total", lambda _prompt, _completion: 7)
    text = api.post(PATH, json=ask(stream=True)).text
    assert text.endswith("data: [END]\n\n")
    assert '"total_tokens":7' in text
    assert '"change"' in text


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "nope"}, 400, "1500"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "3230"),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_refusal_is_a_body_in_both_forms(
    api: httpx.Client, fields: dict[str, Any], status: int, code: str, *, streamed: bool
) -> None:
    response = api.post(PATH, json={**ask(), **fields, "stream": streamed})
    assert response.status_code == status
    assert response.json()["object"] == "error"
    assert response.json()["code"] == code
    assert response.json()["raw_status_code"] == status


def test_unknown_field_is_refused(api: httpx.Client) -> None:
    response = api.post(PATH, json=ask(colour="red"))
    assert response.status_code == 422
    problem = response.json()["detail"][0]
    assert (problem["type"], problem["loc"]) == ("extra_forbidden", ["body", "colour"])


def test_model_that_goes_away_is_told_in_a_header(api: httpx.Client) -> None:
    response = api.post(PATH, json=ask(model="mistral-tiny"))
    assert response.headers["x-model-deprecation-timestamp"] == "2025-03-30T00:00:00Z"
    assert "x-model-deprecation-timestamp" not in api.post(PATH, json=ask()).headers


def test_stream_has_no_header_that_makes_the_sdk_read_it_whole(api: httpx.Client) -> None:
    response = api.post(PATH, json=ask(model="mistral-tiny", stream=True))
    assert "x-model-deprecation-timestamp" not in response.headers
