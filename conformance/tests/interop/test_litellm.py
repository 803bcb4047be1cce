"""LiteLLM's Mistral provider chats and streams on the mock (the extra `interop`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

# The frameworks' own warnings are theirs.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.usefixtures("offline")]


@pytest.fixture
def complete(mock: RunningServer) -> Callable[..., Any]:
    litellm = pytest.importorskip(
        "litellm", reason="litellm is not installed: extra 'interop'", exc_type=ImportError
    )

    def ask(**more: Any) -> Any:
        return litellm.completion(
            model="mistral/mistral-small-latest",
            messages=[{"role": "user", "content": "What do shelves carry?"}],
            api_key="mock-key",
            api_base=f"{mock.base_url}/v1",
            **more,
        )

    return ask


def test_a_chat_is_answered(complete: Callable[..., Any]) -> None:
    answer = complete()
    assert answer.choices[0].message.content
    assert answer.usage.total_tokens > 0


def test_a_stream_gives_the_answer_s_text(complete: Callable[..., Any]) -> None:
    parts = [chunk.choices[0].delta.content or "" for chunk in complete(stream=True)]
    assert len(parts) > 1
    assert "".join(parts) == complete().choices[0].message.content
