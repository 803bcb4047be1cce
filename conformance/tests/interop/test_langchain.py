"""LangChain's Mistral integration chats and streams on the mock (the extra `interop`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mistral_mock.server import RunningServer

# The frameworks' own warnings are theirs.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("offline")]

QUESTION = "What do shelves carry?"


@pytest.fixture
def chat(mock: RunningServer) -> Any:
    langchain = pytest.importorskip(
        "langchain_mistralai", reason="langchain-mistralai is not installed: extra 'interop'"
    )
    return langchain.ChatMistralAI(
        model="mistral-small-latest", api_key="mock-key", base_url=f"{mock.base_url}/v1"
    )


def test_a_chat_is_answered(chat: Any) -> None:
    answer = chat.invoke(QUESTION)
    assert answer.content
    assert answer.usage_metadata["total_tokens"] > 0


def test_a_stream_gives_the_answer_s_text(chat: Any) -> None:
    parts = [chunk.content for chunk in chat.stream(QUESTION)]
    assert len(parts) > 1
    assert "".join(parts) == chat.invoke(QUESTION).content
