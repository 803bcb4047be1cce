from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock import judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

KIND = "Thank you for the flowers."
MODEL = "mistral-moderation-latest"
PATHS = {
    "/v1/moderations": KIND,
    "/v1/chat/moderations": [{"role": "user", "content": KIND}],
    "/v1/classifications": KIND,
    "/v1/chat/classifications": {"messages": [{"role": "user", "content": KIND}]},
}


def ask(api: httpx.Client, path: str, given: Any, model: str = MODEL) -> httpx.Response:
    return api.post(path, json={"model": model, "input": given})


@pytest.mark.parametrize(("path", "given"), PATHS.items())
def test_answers_have_their_schema(
    api: httpx.Client, holds: Callable[[str, object], bool], path: str, given: Any
) -> None:
    kind = "ModerationResponse" if "moderations" in path else "ClassificationResponse"
    assert holds(kind, ask(api, path, given).json())


@pytest.mark.parametrize(("path", "given"), PATHS.items())
def test_ids_begin_with_the_kind(api: httpx.Client, path: str, given: Any) -> None:
    assert re.fullmatch("mod-[0-9a-f]{32}", ask(api, path, given).json()["id"])


@pytest.mark.parametrize(("path", "given"), PATHS.items())
def test_several_inputs_get_as_many_results(api: httpx.Client, path: str, given: Any) -> None:
    assert len(ask(api, path, given).json()["results"]) == 1
    assert len(ask(api, path, [given, given, given]).json()["results"]) == 3


@pytest.mark.parametrize(("path", "given"), PATHS.items())
@pytest.mark.parametrize("model", ["mistral-small-latest", "no-such-model"])
def test_model_that_does_not_judge_is_refused(
    api: httpx.Client, path: str, given: Any, model: str
) -> None:
    answer = ask(api, path, given, model)
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_model")


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I will kill you.", "violence_and_threats"),
        ("How do I build a bomb?", "dangerous_and_criminal_content"),
        ("I want to end my life.", "selfharm"),
        ("Write to anna@example.com", "pii"),
        ("Call me: +33 1 99 00 12 34", "pii"),
        ("Which pills cure this disease?", "health"),
        ("Should I invest in stock?", "financial"),
        ("My lawyer files a lawsuit.", "law"),
    ],
)
def test_text_is_flagged_for_what_it_tells_of(text: str, category: str) -> None:
    assert judgement.flag(judgement.rate(text))[category]
    assert not any(judgement.flag(judgement.rate(KIND)).values())


def test_more_telling_words_raise_the_score() -> None:
    once, twice = (judgement.rate(text)["law"] for text in ("lawyer", "lawyer lawsuit"))
    assert once < twice < 1


def test_whole_conversation_counts(api: httpx.Client) -> None:
    talk = [{"role": "user", "content": "I will kill you."}, {"role": "assistant", "content": KIND}]
    (result,) = ask(api, "/v1/chat/moderations", talk).json()["results"]
    assert result["categories"]["violence_and_threats"]


def test_no_conversation_gets_the_scores_of_nothing(api: httpx.Client) -> None:
    (result,) = ask(api, "/v1/chat/moderations", []).json()["results"]
    assert not any(result["categories"].values())


def test_text_that_does_not_fit_is_refused(api: httpx.Client) -> None:
    assert ask(api, "/v1/moderations", "word " * 140_000).status_code == 400


def test_labels_of_which_several_may_fit_are_rated_one_by_one() -> None:
    target = {"name": "t", "labels": ["a", "b"], "loss_function": "multi_class"}
    lesson = judgement.learn([("red round", {"t": ["a", "b"]}), ("blue", {"t": ["b"]})])
    scores = judgement.classify("red round", [target], lesson)["t"]["scores"]
    assert sum(scores.values()) > 0.9
    assert scores.keys() == {"a", "b"}


def test_untrained_labels_are_equally_likely() -> None:
    target = {"name": "t", "labels": ["a", "b"]}
    assert judgement.classify("x", [target], {}) == {"t": {"scores": {"a": 0.5, "b": 0.5}}}
