"""What the mock's judges say: within their definitions, always the same, by the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.resources.observability import texts

from .conftest import define

if TYPE_CHECKING:
    from .conftest import Caller

SCALE = {
    "type": "REGRESSION",
    "min": 2,
    "min_description": "About ships and ports",
    "max": 7,
    "max_description": "About fields and farms",
}
SEA = "Three ships lie in the port"
LAND = "The farms have green fields"


def ask(api: Caller, judge: dict[str, Any], text: str, **more: object) -> dict[str, Any]:
    body = {"messages": [{"role": "user", "content": text}], **more}
    verdict: dict[str, Any] = api.send("POST", f"/judges/{judge['id']}/live-judging", json=body)
    assert verdict["analysis"]
    return verdict


def test_class_follows_from_the_text(api: Caller) -> None:
    judge = api.judge()
    assert ask(api, judge, SEA)["answer"] == "sea"
    assert ask(api, judge, LAND)["answer"] == "land"


def test_class_is_one_of_the_options_where_no_word_fits(api: Caller) -> None:
    judge = api.judge()
    answers = {ask(api, judge, f"word{number}")["answer"] for number in range(12)}
    assert answers == {"sea", "land"}


def test_number_lies_within_the_scale_and_follows_from_the_text(api: Caller) -> None:
    judge = api.judge(output=SCALE)
    sea, land = ask(api, judge, SEA)["answer"], ask(api, judge, LAND)["answer"]
    assert 2 <= sea < land <= 7


def test_descriptions_stay_with_the_ends_of_a_scale_that_is_upside_down(api: Caller) -> None:
    judge = api.judge(output={**SCALE, "min": 7, "max": 2})
    sea, land = ask(api, judge, SEA), ask(api, judge, LAND)
    assert 2 <= land["answer"] < sea["answer"] <= 7
    assert "highest" in sea["analysis"]


def test_verdict_is_the_same_each_time(api: Caller) -> None:
    judge = api.judge(output=SCALE)
    assert ask(api, judge, "Something else") == ask(api, judge, "Something else")


def test_properties_count(api: Caller) -> None:
    judge = api.judge()
    assert ask(api, judge, "Hello", properties={"place": "a port"})["answer"] == "sea"


def test_last_answer_counts_most(api: Caller) -> None:
    messages = [
        {"role": "user", "content": f"{LAND}?"},
        {"role": "assistant", "content": [{"type": "text", "text": SEA}]},
    ]
    path = f"/judges/{api.judge()['id']}/live-judging"
    assert api.send("POST", path, json={"messages": messages})["answer"] == "sea"


def test_judge_without_classes_has_no_answer(api: Caller) -> None:
    judge = api.judge(output={"type": "CLASSIFICATION", "options": []})
    assert ask(api, judge, SEA)["answer"] == ""


def test_event_is_judged_by_a_definition_of_the_request(api: Caller) -> None:
    api.chat(SEA)
    path = f"/chat-completion-events/{api.ids()[0]}/live-judging"
    assert api.send("POST", path, json={"judge_definition": define()})["answer"] == "sea"
    assert api.send("GET", "/judges")["judges"]["count"] == 0


def test_event_with_calls_in_place_of_text_is_judged(api: Caller) -> None:
    function = {"name": "look_up", "parameters": {"type": "object", "properties": {}}}
    api.chat("Hello", tools=[{"type": "function", "function": function}], tool_choice="any")
    path = f"/chat-completion-events/{api.ids()[0]}/live-judging"
    assert api.send("POST", path, json={"judge_definition": define()})["answer"] in {"sea", "land"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "image_url"}, "b"], "a\nb"),
        (None, ""),
        ([{"type": "text", "text": None}], ""),
    ],
)
def test_text_of_content(content: object, text: str) -> None:
    assert texts.read_content(content) == text


def test_likeness_is_1_for_the_same_words_and_0_for_none_in_common() -> None:
    words = texts.count_words("One two two")
    assert texts.measure_likeness(words, texts.count_words("two ONE two")) == pytest.approx(1)
    assert texts.measure_likeness(words, texts.count_words("three")) == 0
    assert texts.measure_likeness(words, texts.count_words("")) == 0
