"""The openai SDK chats, streams and lists models on the mock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import OpenAI

MODEL = "mistral-small-latest"


def test_a_chat_is_answered(openai: OpenAI) -> None:
    answer = openai.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What do shelves carry?"}]
    )
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"


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


def test_the_models_are_listed(openai: OpenAI) -> None:
    assert MODEL in {model.id for model in openai.models.list()}
