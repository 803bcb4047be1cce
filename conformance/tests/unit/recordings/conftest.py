"""Exchanges of our own invention, in every form in which people record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import compare_recordings
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from recordings.comparison import Comparison

REQUEST = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hi"}]}
ANSWER = {
    "id": "5f1c",
    "object": "chat.completion",
    "created": 1758000000,
    "model": "mistral-small-latest",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "Hello", "tool_calls": None},
        }
    ],
    "usage": {"prompt_tokens": 4, "completion_tokens": 1, "total_tokens": 5},
}
URL = "https://api.mistral.ai/v1/chat/completions"


@pytest.fixture
def line() -> dict[str, Any]:
    """One exchange as a JSON line, which nothing is wrong with."""
    return {
        "method": "POST",
        "path": "/v1/chat/completions",
        "request_content_type": "application/json",
        "request": json.dumps(REQUEST),
        "status": 200,
        "content_type": "application/json",
        "headers": {"content-type": "application/json"},
        "answer": json.dumps(ANSWER),
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of recordings: JSON of a value, or lines of several."""

    def _write(*values: object, name: str = "recorded.json") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(value) for value in values))
        return path

    return _write


@pytest.fixture(scope="module")
def comparison() -> Iterator[Comparison]:
    """A comparison with a mock that serves a whole module."""
    with compare_recordings.comparing() as found:
        yield found
