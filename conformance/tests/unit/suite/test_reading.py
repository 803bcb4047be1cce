"""What rules read of answers: absence and odd forms end a rule with a sentence."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mistral_conformance.model.document import load_document
from mistral_conformance.model.forms import forms_of
from mistral_conformance.record.comparison import first_difference
from mistral_conformance.record.exchange import Exchange, LeftOut, Misread, picked

CHAT = "chat.complete"
MESSAGE = '{"role": "assistant", "content": "Hi", "tool_calls": 5}'


def answer(
    content: str, operation: str = CHAT, status: int = 200, media_type: str = "application/json"
) -> Exchange:
    return Exchange(
        1,
        "caller",
        operation,
        "POST",
        "http://server/x",
        (),
        b"",
        status,
        httpx.Headers({"content-type": media_type}),
        content.encode(),
        form=forms_of(load_document()).find(operation, status, media_type),
    )


def chat(message: str = MESSAGE) -> Exchange:
    usage = '{"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}'
    choice = f'{{"index": 0, "finish_reason": "stop", "message": {message}}}'
    head = '"id": "1", "object": "chat.completion", "model": "m", "created": 1'
    return answer(f'{{{head}, "usage": {usage}, "choices": [{choice}]}}')


def test_field_of_another_type_fails_who_reads_it() -> None:
    with pytest.raises(Misread, match=r"choices\.0\.message\.tool_calls"):
        chat()["choices"][0]["message"]["tool_calls"]


def test_field_of_another_type_is_nothing_to_who_reads_others() -> None:
    assert chat()["choices"][0]["message"]["content"] == "Hi"


def test_documented_field_that_is_left_out_is_a_skip() -> None:
    with pytest.raises(LeftOut, match="tool_calls"):
        chat('{"role": "assistant", "content": "Hi"}')["choices"][0]["message"]["tool_calls"]


def test_required_field_that_is_left_out_is_a_failure() -> None:
    with pytest.raises(Misread, match="`usage` of the answer is missing"):
        answer('{"id": "1"}')["usage"]


def test_field_that_no_document_knows_is_a_failure() -> None:
    with pytest.raises(Misread, match="surprise"):
        chat()["surprise"]


def test_item_that_a_list_does_not_have_is_a_failure() -> None:
    with pytest.raises(Misread, match="has 1 item, too few"):
        chat()["choices"][1]


def test_absence_that_a_rule_thinks_of_is_its_default() -> None:
    assert chat()["choices"][0].get("surprise", "none") == "none"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 5000])
def test_number_that_nobody_can_hold_is_no_json(number: str) -> None:
    with pytest.raises(Misread, match="not JSON"):
        answer(f'{{"n": {number}}}', operation="").json()


def test_half_a_character_is_no_json() -> None:
    with pytest.raises(Misread, match="not JSON"):
        answer('{"detail": "\\ud800"}', status=404).json()


def test_event_with_a_name_that_nobody_knows_is_passed_over() -> None:
    text = 'event: x-progress\ndata: {"x": 1}\n\ndata: [DONE]\n\n'
    assert answer(text, media_type="text/event-stream").stream.data == ("[DONE]",)


def test_event_that_departs_from_its_form_fails_who_reads_it() -> None:
    text = 'data: {"id": 5, "model": "m", "choices": []}\n\n'
    (chunk,) = answer(text, media_type="text/event-stream").stream.chunks()
    assert chunk["model"] == "m"
    with pytest.raises(Misread, match="`id`"):
        chunk["id"]


EMPTY: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        (EMPTY, EMPTY, None),
        ({"a": 1}, {"a": 2}, ("a",)),
        ({"a": [1, 2]}, {"a": [1, 3]}, ("a", 1)),
        ({"a": [1]}, {"a": []}, ("a",)),
        ({"a": None}, {}, None),
        ({"a": 1}, {}, ("a",)),
    ],
)
def test_first_difference_is_named(one: object, other: object, place: tuple[Any, ...]) -> None:
    assert first_difference(one, other) == place


def test_unknown_fields_make_no_difference() -> None:
    one = answer('{"detail": "x", "a": 1}', status=403).json()
    assert first_difference(one, answer('{"detail": "x"}', status=403).json()) is None
    assert first_difference(one, answer('{"detail": "y"}', status=403).json()) == ("detail",)


def test_plain_text_has_no_escapes() -> None:
    assert "größer/b" in answer('{"detail": "gr\\u00f6\\u00dfer\\/\\u0062"}', status=403).plain_text


def test_item_that_was_not_picked_is_a_failure() -> None:
    with pytest.raises(Misread, match="has 0 items"):
        picked(each for each in (1, 2) if each > 2)[0]
