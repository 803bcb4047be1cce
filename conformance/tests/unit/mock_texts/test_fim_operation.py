from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

PROMPT = "def add(first, second):\n    total = "


def fill(api: httpx.Client, **fields: Any) -> httpx.Response:
    body = {"model": "codestral-latest", "prompt": PROMPT, "suffix": "\n    return total", **fields}
    return api.post("/v1/fim/completions", json=body)


def code_of(response: httpx.Response) -> str:
    return str(response.json()["choices"][0]["message"]["content"])


def test_code_is_made_of_names_next_to_the_gap(api: httpx.Client) -> None:
    words = code_of(fill(api)).split()
    assert {word for word in words if word.isidentifier()} <= {"add", "first", "second", "total"}


def test_answer_has_the_schema(api: httpx.Client, holds: Callable[[str, object], bool]) -> None:
    assert holds("FIMCompletionResponse", fill(api).json())


def test_further_lines_are_as_deep_as_the_gap(api: httpx.Client) -> None:
    code = code_of(fill(api, min_tokens=60))
    assert all(line.startswith("    ") for line in code.splitlines()[1:])


@pytest.mark.parametrize(
    ("prompt", "indent"),
    [("def f():", 4), ("  if (a) {\n", 6), ("  a = 1\n", 2), ("", 0)],
)
def test_a_block_that_begins_is_deeper(api: httpx.Client, prompt: str, indent: int) -> None:
    lines = code_of(fill(api, prompt=prompt, suffix=None, min_tokens=60)).splitlines()[1:]
    assert {len(line) - len(line.lstrip()) for line in lines} == {indent}


def test_stream_is_the_same_code(api: httpx.Client) -> None:
    events = fill(api, stream=True).text.split("\n\n")
    chunks = [
        json.loads(each.removeprefix("data: ")) for each in events if each.startswith("data: {")
    ]
    assert events[-2] == "data: [DONE]"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert text == code_of(fill(api))


@pytest.mark.parametrize("suffix", [None, ""])
def test_gap_may_have_no_end(api: httpx.Client, suffix: str | None) -> None:
    assert code_of(fill(api, suffix=suffix))


def test_prompt_without_names_is_filled(api: httpx.Client) -> None:
    assert code_of(fill(api, prompt="", suffix=None))


@pytest.mark.parametrize("limits", [{"max_tokens": 0}, {"max_tokens": 5, "min_tokens": 50}])
def test_the_most_counts_more_than_the_least(api: httpx.Client, limits: dict[str, int]) -> None:
    used = fill(api, **limits).json()["usage"]
    assert used["completion_tokens"] <= limits["max_tokens"]


@pytest.mark.parametrize("model", ["mistral-small-latest", "no-such-model"])
def test_model_that_fills_no_gaps_is_refused(api: httpx.Client, model: str) -> None:
    answer = fill(api, model=model)
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_model")


def test_more_than_the_context_is_refused(api: httpx.Client) -> None:
    answer = fill(api, min_tokens=10**9)
    assert answer.status_code == 400
    assert "context" in answer.json()["message"]
