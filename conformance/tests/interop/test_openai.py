"""The openai SDK chats, streams, embeds, and handles models and files on the mock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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


def test_a_model_is_read(openai: OpenAI) -> None:
    assert openai.models.retrieve(MODEL).id == MODEL


def test_embeddings_arrive_as_floats_though_the_sdk_asks_for_base64(openai: OpenAI) -> None:
    texts = ["The shelf carries books.", "A shelf is carrying books.", "Rain fell all night."]
    found = openai.embeddings.create(model="mistral-embed", input=texts)
    shelf, another, rain = (each.embedding for each in found.data)
    plain = openai.embeddings.create(model="mistral-embed", input=texts, encoding_format="float")
    assert shelf == plain.data[0].embedding
    assert _product(shelf, shelf) == pytest.approx(1, abs=1e-5)
    assert _product(shelf, another) > _product(shelf, rain)


def test_a_file_is_uploaded_read_and_deleted(openai: OpenAI) -> None:
    content = b'{"messages": []}\n'
    made = openai.files.create(file=("lines.jsonl", content), purpose="fine-tune")
    assert made.id in {file.id for file in openai.files.list().data}
    assert openai.files.retrieve(made.id).bytes == len(content)
    assert openai.files.content(made.id).content == content
    assert openai.files.delete(made.id).deleted


def _product(first: list[float], second: list[float]) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))
