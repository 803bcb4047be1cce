"""What is noted of answers that nobody judged when they came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.suite.test_reading import answer

from mistral_conformance.model.document import load_document
from mistral_conformance.session.sightings import Sightings

APPEND = "beta.conversations.append"
ERROR = "conversation.response.error"
STARTED = {
    "type": "conversation.response.started",
    "created_at": "2026-03-31T10:00:00Z",
    "conversation_id": "conv_1",
}


def stream(*events: dict[str, Any]) -> str:
    named = [f"event: {each['type']}\n" if "type" in each else "" for each in events]
    data = [f"data: {json.dumps(each)}\n\n" for each in events]
    return "".join(f"{name}{each}" for name, each in zip(named, data, strict=True))


def misfit(operation: str, content: str) -> str | None:
    seen = Sightings(load_document())
    seen.see(answer(content, operation, media_type="text/event-stream"))
    found = seen.misfits.get(operation)
    return None if found is None else found.reason


def test_a_later_event_of_a_wrong_form_is_noted() -> None:
    wrong = {"type": ERROR, "created_at": "blocked", "message": "no", "code": 403}
    assert "`created_at` of an event" in str(misfit(APPEND, stream(STARTED, wrong)))


def test_an_error_of_the_documented_form_is_fine() -> None:
    right = {**STARTED, "type": ERROR, "message": "no", "code": 403}
    assert misfit(APPEND, stream(STARTED, right)) is None


@pytest.mark.parametrize(
    "failure", [{"error": {"message": "overloaded"}}, {"object": "error", "message": "no"}]
)
def test_how_a_chat_fails_half_way_is_free(failure: dict[str, Any]) -> None:
    assert misfit("chat.complete", f"{stream(failure)}data: [DONE]\n\n") is None


def test_a_piece_of_a_chat_of_a_wrong_form_is_noted() -> None:
    piece = {"id": "1", "model": "m", "choices": "none"}
    assert "`choices` of an event" in str(misfit("chat.complete", stream(piece)))
