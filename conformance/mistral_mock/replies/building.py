"""From the answer of a reply to what the operation sends."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from mistral_mock import registry
from mistral_mock.answers import JSON, PLAIN, Answer, encode
from mistral_mock.completion import limits, tokens, usage
from mistral_mock.completion.dice import Dice
from mistral_mock.completion.engine import Choice, Completion
from mistral_mock.completion.tools import ID_LENGTH, Call
from mistral_mock.errors import (
    APIError,
    Problem,
    inference_error,
    invalid,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.operations import Operation

TYPES = {401: "invalid_api_key", 404: "not_found", 429: "rate_limited", 503: "unavailable"}
"""What errors of the inference layer call themselves, unless a reply says."""


def make_completion(
    answer: Mapping[str, Any], model: str, prompt_tokens: int, n: int, seed: bytes
) -> Completion:
    """Return the completion that an answer describes, `n` times the same unless it has choices."""
    given = answer.get("choices") or [answer] * n
    dice = Dice(seed)
    choices = tuple(
        make_choice({"text": one} if isinstance(one, str) else one, dice.fork("reply", number))
        for number, one in enumerate(given)
    )
    told = split_usage(answer.get("usage", {}))
    spent = told.get("completion_tokens", usage.count_completion(choices))
    return Completion(model, choices, told.get("prompt_tokens", prompt_tokens), spent)


def split_usage(told: Mapping[str, int]) -> dict[str, int]:
    """Return what a reply says of prompt and completion.

    One follows from the other and their sum.
    """
    parts = {name: one for name, one in told.items() if name != "total_tokens"}
    if "total_tokens" in told:
        rest = told["total_tokens"] - sum(parts.values())
        return {**dict.fromkeys(("prompt_tokens", "completion_tokens"), rest), **parts}
    return parts


def make_choice(given: Mapping[str, Any], dice: Dice) -> Choice:
    """Return one choice."""
    text = given.get("text", "")
    if "json" in given:
        text = json.dumps(given["json"], ensure_ascii=False)
    text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    calls = tuple(make_call(one, dice) for one in given.get("tool_calls", ()))
    reason = given.get("finish_reason") or (limits.TOOL_CALLS if calls else limits.STOP)
    thought = str(given.get("thinking", ""))
    generated = sum(call.tokens for call in calls)
    generated += tokens.count_tokens(text) + tokens.count_tokens(thought)
    return Choice(text, calls, reason, generated, thought)


def make_call(given: Mapping[str, Any], dice: Dice) -> Call:
    """Return one call; one without an id gets one."""
    arguments = given.get("arguments", {})
    spelled = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call(given.get("id") or dice.word(ID_LENGTH), given["name"], spelled)


def make_whole(answer: Mapping[str, Any], operation: Operation) -> Answer:
    """Return the answer that a body, an error or raw bytes make.

    Raises:
        APIError: It is an error.

    """
    if "error" in answer:
        raise make_error(answer["error"], operation, tuple(answer.get("headers", {}).items()))
    if "raw" in answer:
        return make_raw(answer["raw"], answer)
    status = answer.get("status") or int(next(iter(operation.object["responses"])))
    return Answer(status, encode(answer["body"]), JSON, tuple(answer.get("headers", {}).items()))


def make_raw(raw: str | Mapping[str, Any], beside: Mapping[str, Any]) -> Answer:
    """Return bytes of any media type.

    A text is plain, anything else is JSON unless it says otherwise.
    """
    given: Mapping[str, Any] = {"body": raw} if isinstance(raw, str) else raw
    body = given.get("body", "")
    content = body.encode() if isinstance(body, str) else encode(body)
    if "base64" in given:
        content = b64decode(given["base64"])
    usual = PLAIN if isinstance(body, str) else JSON
    headers = {**beside.get("headers", {}), **given.get("headers", {})}
    status = given.get("status") or beside.get("status") or 200
    return Answer(status, content, given.get("media_type", usual), tuple(headers.items()))


def make_error(
    error: Mapping[str, Any], operation: Operation, headers: tuple[tuple[str, str], ...] = ()
) -> APIError:
    """Return an error in the shape of the operation's group."""
    status, message = error["status"], error.get("message", "This was scripted")
    shape = registry.error_shape(operation.segments)
    if status == 422:
        made: APIError = invalid(Problem(("body",), message, error.get("type", "value_error")))
    elif shape is not None:
        made = shape.make(status, message, error.get("code"))
    elif registry.answer_kinds(operation.id) is not None:
        type_ = error.get("type") or TYPES.get(status, "invalid_request_error")
        made = inference_error(status, message, type_, error.get("code"))
    else:
        made = APIError(status, {"detail": message})
    return APIError(made.status, made.body, headers)
