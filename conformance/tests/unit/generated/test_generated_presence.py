"""What is there and null, what is not there, and what came without being asked for."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from pydantic import BaseModel, ValidationError

from mistral_generated import models
from mistral_generated.api.chat import complete
from mistral_generated.models import AssistantMessage, Document, TextChunk, ToolCall
from mistral_generated.types import UNSET, Unset
from mistral_generated.wire import to_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
SOURCE: dict[str, Any] = {"role": "assistant", "content": None, "prefix": None}


def _values(value: Any) -> Iterator[Any]:
    """Yield a value, and those of all attributes, when it is a model."""
    yield value
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from _values(getattr(value, field.name))


def test_no_field_of_any_answer_reads_as_unset() -> None:
    for name in models.__all__:
        read = getattr(getattr(models, name), "from_dict", None)
        if read is not None:
            model = read({})
            assert not any(isinstance(value, Unset) for value in _values(model)), name
            assert not any(isinstance(value, Unset) for value in attrs.asdict(model).values())


def test_field_that_was_not_given_reads_as_none() -> None:
    made: Any = AssistantMessage
    message = made(content="x", prefix=UNSET)
    assert message.prefix is None
    assert message.tool_calls is None
    assert message.to_dict() == {"role": "assistant", "content": "x"}


@pytest.mark.parametrize(
    "twin",
    [
        attrs.evolve,
        copy.copy,
        copy.deepcopy,
        lambda model: pickle.loads(pickle.dumps(model)),  # noqa: S301 - our own bytes
        lambda model: attrs.evolve(attrs.evolve(model, content="x"), content=None),
    ],
)
def test_copies_keep_null_apart_from_absent(twin: Callable[[Any], Any]) -> None:
    message = twin(AssistantMessage.from_dict(SOURCE))
    assert message == AssistantMessage.from_dict(SOURCE)
    assert message != AssistantMessage.from_dict({"role": "assistant"})
    assert message.to_dict() == SOURCE


def test_deprecated_fields_that_are_absent_stay_absent_in_copies() -> None:
    document: Any = attrs.evolve(Document.from_dict({"id": "1"}), name="n")
    assert document.processing_status is None
    assert document.to_dict() == {"id": "1", "name": "n"}


def _body(*messages: Any) -> Any:
    body: Any = complete.prepare(model="m", messages=messages).json
    return body["messages"]


def test_unknown_fields_of_an_answer_are_not_sent_back_at_any_depth() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": "{}", "new": 1}, "new": 1}
    chunk = {"type": "text", "text": "x", "new": 1}
    message = AssistantMessage.from_dict(
        {"role": "assistant", "content": [chunk], "tool_calls": [call], "new": {"a": 1}}
    )
    assert _body(message) == [
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "x"}],
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
        }
    ]
    assert message.to_dict()["new"] == {"a": 1}


def test_unknown_fields_of_an_answer_are_not_sent_back_from_copies() -> None:
    message = AssistantMessage.from_dict({"role": "assistant", "content": "x", "new": 1})
    for twin in (attrs.evolve(message, content="y"), copy.deepcopy(message)):
        assert "new" not in _body(twin)[0]
        assert twin.additional_properties == {"new": 1}


def test_more_fields_that_the_caller_gives_are_sent() -> None:
    answer = AssistantMessage.from_dict({"role": "assistant", "content": "x", "new": 1})
    own = attrs.evolve(answer, additional_properties={"cache": True})
    assert _body(own)[0] == {"role": "assistant", "content": "x", "cache": True}


def test_null_that_the_schema_forbids_is_not_sent() -> None:
    message = AssistantMessage.from_dict(SOURCE)
    assert _body(message) == [{"role": "assistant", "content": None}]


@pytest.mark.parametrize("name", ["tool_choice", "response_format", "safe_prompt"])
def test_none_for_an_argument_that_cannot_be_null_is_not_sent(name: str) -> None:
    given: dict[str, Any] = {name: None}
    body: Any = complete.prepare(model="m", messages=[], **given).json
    assert body == {"model": "m", "messages": []}


def test_none_for_an_argument_that_can_be_null_is_sent() -> None:
    body: Any = complete.prepare(model="m", messages=[], temperature=None).json
    assert body["temperature"] is None


class Turn(BaseModel):
    """What a program keeps of an answer."""

    message: AssistantMessage
    chunk: TextChunk | ToolCall | None = None


def test_models_are_fields_of_pydantic_models() -> None:
    message = AssistantMessage.from_dict({**SOURCE, "new": 1})
    turn = Turn(message=message)
    assert turn.message is message
    read = Turn.model_validate_json(turn.model_dump_json())
    assert read.message == message
    assert turn.model_dump()["message"] == {**SOURCE, "new": 1}


def test_pydantic_takes_json_objects_and_refuses_those_of_another_kind() -> None:
    found = Turn.model_validate({"message": SOURCE, "chunk": {"type": "text", "text": "x"}})
    assert found.chunk == TextChunk(text="x")
    with pytest.raises(ValidationError, match="role is 'user', not 'assistant'"):
        Turn.model_validate({"message": {"role": "user"}})
    with pytest.raises(ValidationError):
        Turn.model_validate({"message": "x"})


def test_pydantic_has_a_schema_for_models() -> None:
    assert Turn.model_json_schema()["properties"]["message"]["type"] == "object"


def test_values_of_callers_are_written_as_before() -> None:
    assert to_wire({"chunk": TextChunk(text="x", additional_properties={"a": 1})}) == {
        "chunk": {"type": "text", "text": "x", "a": 1}
    }
