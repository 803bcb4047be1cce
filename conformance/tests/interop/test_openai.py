"""The openai SDK chats, calls tools, embeds, lists models and handles files on the mock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openai import NotFoundError
from pydantic import BaseModel

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import (
        ChatCompletionMessageFunctionToolCall,
        ChatCompletionMessageParam,
        ChatCompletionToolParam,
    )

MODEL = "mistral-small-latest"
EMBEDDING_MODEL = "mistral-embed"
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
QUESTION: ChatCompletionMessageParam = {"role": "user", "content": "How is the weather in Paris?"}


class Shelf(BaseModel):
    """What an answer is asked to be."""

    name: str
    boards: int


def test_a_chat_is_answered(openai: OpenAI) -> None:
    answer = openai.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What do shelves carry?"}]
    )
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_stream_gives_the_answer_s_text(openai: OpenAI) -> None:
    question = "What do shelves carry?"
    whole = openai.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}]
    )
    with openai.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": question}], stream=True
    ) as chunks:
        parts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(parts) == whole.choices[0].message.content
    assert len(parts) > 1


def ask_for_call(openai: OpenAI) -> ChatCompletionMessageFunctionToolCall:
    """The call of the tool that the model wants."""
    answer = openai.chat.completions.create(
        model=MODEL, messages=[QUESTION], tools=[WEATHER], tool_choice="required"
    )
    assert answer.choices[0].finish_reason == "tool_calls"
    calls = answer.choices[0].message.tool_calls or []
    assert len(calls) == 1
    assert calls[0].type == "function"
    return calls[0]


def test_a_tool_is_called_with_arguments_of_its_schema(openai: OpenAI) -> None:
    call = ask_for_call(openai)
    assert call.function.name == "weather"
    assert isinstance(json.loads(call.function.arguments)["city"], str)


def test_a_tool_s_result_is_answered_in_words(openai: OpenAI) -> None:
    call = ask_for_call(openai)
    answer = openai.chat.completions.create(
        model=MODEL,
        tools=[WEATHER],
        messages=[
            QUESTION,
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {
                            "name": call.function.name,
                            "arguments": call.function.arguments,
                        },
                    }
                ],
            },
            {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"},
        ],
    )
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content


def test_streamed_pieces_of_a_call_add_up(openai: OpenAI) -> None:
    with openai.chat.completions.create(
        model=MODEL, messages=[QUESTION], tools=[WEATHER], tool_choice="required", stream=True
    ) as chunks:
        pieces = [
            piece
            for chunk in chunks
            for choice in chunk.choices
            for piece in choice.delta.tool_calls or ()
        ]
    text = "".join(piece.function.arguments or "" for piece in pieces if piece.function)
    assert isinstance(json.loads(text)["city"], str)


def test_a_structured_answer_is_parsed(openai: OpenAI) -> None:
    answer = openai.chat.completions.parse(
        model=MODEL,
        messages=[{"role": "user", "content": "Describe a shelf."}],
        response_format=Shelf,
    )
    assert isinstance(answer.choices[0].message.parsed, Shelf)


def test_a_json_object_is_json(openai: OpenAI) -> None:
    answer = openai.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "Answer in JSON."}],
        response_format={"type": "json_object"},
    )
    assert isinstance(json.loads(answer.choices[0].message.content or ""), dict)


def test_embeddings_are_the_same_as_base64_and_as_numbers(openai: OpenAI) -> None:
    coded = openai.embeddings.create(model=EMBEDDING_MODEL, input=["A shelf.", "A book."])
    numbers = openai.embeddings.create(
        model=EMBEDDING_MODEL, input=["A shelf.", "A book."], encoding_format="float"
    )
    assert [len(each.embedding) for each in coded.data] == [1024, 1024]
    for one, other in zip(coded.data, numbers.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)


def test_the_models_are_listed_and_one_is_got(openai: OpenAI) -> None:
    assert MODEL in {model.id for model in openai.models.list()}
    assert openai.models.retrieve(MODEL).id == MODEL


def test_an_unknown_model_is_not_found(openai: OpenAI) -> None:
    with pytest.raises(NotFoundError):
        openai.models.retrieve("no-such-model")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_lists_of_files_end(openai: OpenAI, count: int) -> None:
    content = b'{"custom_id": "1", "body": {"messages": []}}\n'
    made = {
        openai.files.create(file=("a.jsonl", content), purpose="batch").id for _ in range(count)
    }
    found = [file.id for file in openai.files.list()]
    assert sorted(found) == sorted(made)
    assert list(openai.fine_tuning.jobs.list()) == []


def test_a_file_is_uploaded_listed_read_and_deleted(openai: OpenAI) -> None:
    content = b'{"custom_id": "1", "body": {"messages": []}}\n'
    made = openai.files.create(file=("requests.jsonl", content), purpose="batch")
    assert (made.filename, made.bytes) == ("requests.jsonl", len(content))
    assert made.id in {file.id for file in openai.files.list()}
    assert openai.files.retrieve(made.id).purpose == "batch"
    assert openai.files.content(made.id).read() == content
    assert openai.files.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        openai.files.retrieve(made.id)
