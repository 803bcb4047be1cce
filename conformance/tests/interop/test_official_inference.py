"""The official Python SDK chats, streams, lists models and handles files on the mock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistralai.client.models import BaseModelCard

if TYPE_CHECKING:
    from mistralai.client import Mistral
    from mistralai.client.models import UserMessageTypedDict

QUESTION: list[UserMessageTypedDict] = [{"role": "user", "content": "What do shelves carry?"}]
MODEL = "mistral-small-latest"


def test_a_chat_is_answered(official: Mistral) -> None:
    answer = official.chat.complete(model=MODEL, messages=QUESTION)
    assert answer.choices[0].message is not None
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens == (
        (answer.usage.prompt_tokens or 0) + (answer.usage.completion_tokens or 0)
    )


def test_options_that_no_document_has_yet_are_taken(official: Mistral) -> None:
    answer = official.chat.complete(
        model=MODEL, messages=QUESTION, top_k=40, repetition_penalty=1.1, logprobs=False
    )
    assert answer.choices


def test_a_stream_gives_the_answer_s_text(official: Mistral) -> None:
    answer = official.chat.complete(model=MODEL, messages=QUESTION)
    with official.chat.stream(model=MODEL, messages=QUESTION) as events:
        chunks = [event.data for event in events]
    text = "".join(str(chunk.choices[0].delta.content or "") for chunk in chunks if chunk.choices)
    assert answer.choices[0].message is not None
    assert text == answer.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_the_models_are_listed_and_one_is_got(official: Mistral) -> None:
    models = official.models.list().data or []
    assert MODEL in {model.id for model in models if isinstance(model, BaseModelCard)}
    one = official.models.retrieve(model_id=MODEL)
    assert isinstance(one, BaseModelCard)
    assert one.id == MODEL


def test_a_file_is_uploaded_read_and_deleted(official: Mistral) -> None:
    made = official.files.upload(
        file={"file_name": "batch.jsonl", "content": b'{"a": 1}\n'}, purpose="batch"
    )
    assert made.id in {one.id for one in official.files.list().data}
    assert official.files.retrieve(file_id=made.id).filename == "batch.jsonl"
    assert official.files.download(file_id=made.id).read() == b'{"a": 1}\n'
    assert official.files.delete(file_id=made.id).deleted
