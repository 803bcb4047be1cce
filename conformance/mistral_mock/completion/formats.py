"""Answers in JSON, as `response_format` asks for them, or a schema in the prompt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock.completion import keys, refusal, text, values
from mistral_mock.completion.messages import last_text
from mistral_mock.completion.vocabulary import find_numbers, read_vocabulary

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.request import ChatRequest
    from mistral_mock.completion.vocabulary import Vocabulary


def make_answer(request: ChatRequest, dice: Dice) -> str:
    """Return the answer in the format that the request asks for.

    A prefix stands before plain text only: JSON stays valid.

    Raises:
        APIError: 400, the schema is none or accepts no value that the mock can make.

    """
    if request.format == "json_schema":
        return make_json(request, dice)
    if request.format == "json_object":
        return make_object(request, dice)
    schema = None if request.prefix else keys.find_spelled(list_prompts(request))
    if schema is not None and (described := make_described(request, schema, dice)):
        return f"```json\n{described}\n```"
    return text.make_text(request, dice)


def make_object(request: ChatRequest, dice: Dice) -> str:
    """Return a JSON object with the keys that the prompt names, else one of our own shape."""
    schema = keys.find_schema(list_prompts(request))
    if schema is not None and (described := make_described(request, schema, dice)):
        return described
    question = text.quote(last_text(request.messages, "user"))
    return spell({"question": question, "answer": text.make_remarks(dice)})


def list_prompts(request: ChatRequest) -> list[str]:
    """Return what the user and the system have said, the latest first."""
    return [one.text for one in reversed(request.messages) if one.role in {"user", "system"}]


def find_material(request: ChatRequest) -> Vocabulary:
    """Return what a JSON answer is filled from: what the last message brings, else what is said."""
    brought = "\n\n".join(one.text for one in request.messages[-1].attachments if one.text)
    material = brought or last_text(request.messages, "user")
    quoted = text.quote(material)
    return evolve(read_vocabulary(material), numbers=find_numbers(material), text=quoted)


def make_described(request: ChatRequest, schema: dict[str, Any], dice: Dice) -> str:
    """Return an object as the prompt describes it; empty when no value fits."""
    words = find_material(request)
    try:
        return spell(values.make_value(demand_object(schema), dice, words))
    except values.UnsatisfiableError:
        return ""


def demand_object(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema, which from now on accepts objects alone."""
    return {**schema, "allOf": [*schema.get("allOf", ()), {"type": "object"}]}


def make_json(request: ChatRequest, dice: Dice) -> str:
    """Return a JSON value that the request's schema accepts."""
    words = find_material(request)
    try:
        return spell(values.make_value(request.schema or {}, dice, words))
    except values.InvalidSchemaError as problem:
        raise refusal.bad_request(f"Invalid schema in response_format: {problem}") from problem
    except values.UnsatisfiableError as problem:
        raise refusal.bad_request(f"No answer fits response_format: {problem}") from problem


def spell(value: object) -> str:
    """Return the value as JSON, as a model writes it."""
    return json.dumps(value, ensure_ascii=False)
