"""Chat requests that tests draw, and streams put together again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from tests.unit.mock_inference.schemas_made import schemas

from mistral_mock.completion import bodies, engine, stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

    Body = dict[str, Any]

ID = "0" * 32
WEATHER: Body = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
PAYMENT: Body = {
    "type": "function",
    "function": {
        "name": "retrieve_payment_status",
        "description": "Status of a payment",
        "parameters": {
            "type": "object",
            "properties": {"payment_id": {"type": "string"}},
            "required": ["payment_id"],
        },
    },
}
TOOLS = [WEATHER, PAYMENT]


def ask(text: str = "How is the weather in Paris?", **fields: Any) -> Body:
    """A request with one message of the user."""
    messages = [{"role": "user", "content": text}]
    return {"model": "mistral-small-latest", "messages": messages, **fields}


def answer(body: Body) -> Body:
    """The whole answer to a request, as one body."""
    return bodies.make_body(engine.complete(body), ID, 1)


def message(body: Body) -> Body:
    """The message of the first choice."""
    found: Body = answer(body)["choices"][0]["message"]
    return found


def chunks(body: Body) -> list[Body]:
    """The chunks of the streamed answer."""
    return list(stream.make_chunks(engine.complete(body), ID, 1))


def formats() -> SearchStrategy[Body]:
    """Formats of an answer."""
    named = schemas().map(lambda schema: {"name": "s", "schema": schema})
    schema = named.map(lambda json_schema: {"type": "json_schema", "json_schema": json_schema})
    return st.one_of(st.sampled_from([{"type": "text"}, {"type": "json_object"}]), schema)


def requests() -> SearchStrategy[Body]:
    """Requests with any limits, formats and tools."""
    fields = st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(1, 3),
            "max_tokens": st.integers(0, 60),
            "stop": st.one_of(
                st.sampled_from([".", " "]), st.lists(st.text(max_size=2), max_size=2)
            ),
            "random_seed": st.integers(0, 5),
            "response_format": formats(),
            "tools": st.lists(st.sampled_from(TOOLS), max_size=2),
            "parallel_tool_calls": st.booleans(),
        },
    )
    return st.builds(lambda text, some: ask(text, **some), st.text(max_size=40), fields)


def fold(parts: Iterable[Body]) -> list[Body]:
    """The choices that the chunks of a stream add up to."""
    choices: dict[int, Body] = {}
    for part in (part for chunk in parts for part in chunk["choices"]):
        whole = choices.setdefault(
            part["index"], {"index": part["index"], "content": "", "calls": []}
        )
        whole["role"] = part["delta"].get("role", whole.get("role"))
        whole["content"] += part["delta"].get("content", "")
        whole["calls"] += part["delta"].get("tool_calls", [])
        whole["finish_reason"] = part["finish_reason"] or whole.get("finish_reason")
    return [choices[index] for index in sorted(choices)]


def unfold(body: Body) -> list[Body]:
    """The choices of a whole answer in the shape of `fold`."""
    return [
        {
            "index": choice["index"],
            "role": choice["message"]["role"],
            "content": choice["message"]["content"],
            "calls": choice["message"]["tool_calls"] or [],
            "finish_reason": choice["finish_reason"],
        }
        for choice in body["choices"]
    ]


def read_events(text: str) -> list[Any]:
    """The data of each event of a stream; JSON is read, the terminator stays text."""
    data = [event.removeprefix("data: ") for event in text.split("\n\n") if event]
    return [one if one == "[DONE]" else json.loads(one) for one in data]
