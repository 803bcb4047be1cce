"""Clients of others are recorded and replayed as well as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
from mistralai.client import Mistral as OfficialMistral

from mistral_client import Mistral
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL = "mistral-small-latest"
QUESTION: Any = [{"role": "user", "content": "Hello"}]


def ask_ours(url: str) -> list[Any]:
    with Mistral("mock-key", base_url=url) as client:
        whole = client.chat.complete(model=MODEL, messages=QUESTION)
        with client.chat.stream(model=MODEL, messages=QUESTION) as events:
            pieces = [event.data.choices[0].delta.content for event in events]
        return [whole.id, whole.choices[0].message.content, pieces]


def ask_official(url: str) -> list[Any]:
    with OfficialMistral(api_key="mock-key", server_url=url) as client:
        whole: Any = client.chat.complete(model=MODEL, messages=QUESTION)
        with client.chat.stream(model=MODEL, messages=QUESTION) as events:
            pieces = [event.data.choices[0].delta.content for event in events]
        return [whole.id, whole.choices[0].message.content, pieces]


def ask_openai(url: str) -> list[Any]:
    with openai.OpenAI(api_key="mock-key", base_url=f"{url}/v1") as client:
        whole = client.chat.completions.create(model=MODEL, messages=QUESTION)
        chunks = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        pieces = [chunk.choices[0].delta.content for chunk in chunks]
        return [whole.id, whole.choices[0].message.content, pieces]


@pytest.mark.parametrize("ask", [ask_ours, ask_official, ask_openai])
def test_client_hears_the_same_from_recordings(
    ask: Callable[[str], list[Any]], tmp_path: Path
) -> None:
    with running(Settings()) as upstream:
        settings = Settings(replay=tmp_path, upstream=upstream.base_url, record_afresh=True)
        with running(settings) as recorder:
            recorded = ask(recorder.base_url)
    with running(Settings(replay=tmp_path)) as replay:
        assert ask(replay.base_url) == recorded
