from __future__ import annotations

from typing import Any

import pytest

from mistral_mock.completion.messages import check_order, flatten, read_message
from mistral_mock.errors import APIError

USER: dict[str, Any] = {"role": "user", "content": "hi"}
SYSTEM: dict[str, Any] = {"role": "system", "content": "be kind"}
ASSISTANT: dict[str, Any] = {"role": "assistant", "content": "hello"}
PREFIX: dict[str, Any] = {**ASSISTANT, "prefix": True}


def call(*ids: str) -> dict[str, Any]:
    function = {"name": "f", "arguments": "{}"}
    return {"role": "assistant", "tool_calls": [{"id": id_, "function": function} for id_ in ids]}


def tool(id_: str | None = "abcdefghi") -> dict[str, Any]:
    return {"role": "tool", "content": "1", "tool_call_id": id_}


CALL, TOOL = call("abcdefghi"), tool()
NAMELESS: dict[str, Any] = {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]}


def check(*raw: dict[str, Any]) -> None:
    check_order([read_message(one) for one in raw])


@pytest.mark.parametrize(
    "raw",
    [
        (USER,),
        (SYSTEM, USER),
        (USER, USER),
        (USER, SYSTEM, USER),
        (USER, ASSISTANT, USER),
        (USER, PREFIX),
        (PREFIX,),
        (USER, {"role": "assistant", "content": "", "prefix": True}),
        (USER, CALL, TOOL),
        (USER, CALL, TOOL, ASSISTANT, USER, CALL, TOOL),
        (USER, call("abcdefghi", "ABCDEFGH9"), tool("ABCDEFGH9"), TOOL),
        (USER, CALL, TOOL, USER),
        (USER, CALL, TOOL, SYSTEM, USER),
        (USER, NAMELESS, TOOL),
    ],
)
def test_messages_in_order_pass(raw: tuple[dict[str, Any], ...]) -> None:
    check(*raw)


@pytest.mark.parametrize(
    ("raw", "code", "told"),
    [
        ((), "3230", "got nobody"),
        ((USER, ASSISTANT), "3230", "got assistant"),
        ((SYSTEM,), "3230", "got system"),
        ((USER, CALL), "3230", "got assistant"),
        ((USER, TOOL), "3230", "role 'tool' after role 'user'"),
        ((SYSTEM, TOOL), "3230", "role 'tool' after role 'system'"),
        ((USER, ASSISTANT, TOOL), "3230", "role 'tool' after role 'assistant'"),
        ((USER, call("abcdefghi", "bbbbbbbbb"), TOOL), "3230", "Not the same number"),
        ((USER, CALL, TOOL, TOOL), "3230", "Not the same number"),
        ((USER, CALL, ASSISTANT, USER), "3230", "Not the same number"),
        ((USER, CALL, tool("bbbbbbbbb")), "3230", "Unexpected tool call id bbbbbbbbb"),
        (
            (USER, call("abcdefghi", "bbbbbbbbb"), TOOL, TOOL),
            "3230",
            "Duplicate tool call id abcdefghi",
        ),
        ((USER, call("call_1"), tool("call_1")), "3280", "was call_1 but must be"),
        ((USER, CALL, tool(None)), "3280", "Tool call id has to be defined."),
        ((USER, CALL, {"role": "tool", "content": "1"}), "3280", "has to be defined."),
        ((USER, CALL, tool("null")), "3280", "was null but must be"),
        ((USER, NAMELESS, tool("null")), "3280", "was null but must be"),
        ((USER, CALL, tool("")), "3280", "was  but must be"),
        (
            (USER, {"role": "assistant", "content": ""}, USER),
            "3240",
            "either content or tool_calls",
        ),
    ],
)
def test_messages_out_of_order_are_refused(
    raw: tuple[dict[str, Any], ...], code: str, told: str
) -> None:
    with pytest.raises(APIError) as caught:
        check(*raw)
    assert caught.value.status == 400
    body: Any = caught.value.body
    assert body["code"] == code
    assert told in body["message"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        (
            [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": "data:x"}],
            "a\n[image_url]",
        ),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}], "hm"),
        (
            [{"type": "file", "file_id": "x"}, {"type": "reference", "reference_ids": [1]}],
            "[file_id]\n[1]",
        ),
        (
            [
                {"type": "document_url", "document_url": "x"},
                {"type": "input_audio", "input_audio": "x"},
                {"type": "input_audio", "input_audio": {"data": "x", "format": "mp3"}},
            ],
            "[document_url]\n[input_audio]\n[input_audio]",
        ),
        ([], ""),
    ],
)
def test_content_of_any_kind_has_a_text(content: Any, text: str) -> None:
    assert flatten(content) == text
