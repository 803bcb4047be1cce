"""What a request leaves out is what the document says that it is then."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.app import create_app
from mistral_mock.identities import DEFAULT
from mistral_mock.operations import find_operation, load_operations
from mistral_mock.registry import implemented
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TALK = {"messages": [{"role": "user", "content": "Hello"}]}
BODIES: dict[str, dict[str, Any]] = {
    "chat.complete": {"model": "mistral-small-latest", **TALK},
    "fim.complete": {"model": "codestral-latest", "prompt": "def add(a, b):"},
    "embeddings.create": {"model": "mistral-embed", "input": ["one", "two"]},
    "classifiers.moderate": {"model": "mistral-moderation-latest", "input": ["one"]},
    "audio.speech.complete": {"model": "voxtral-mini-tts-latest", "input": "Hello"},
    "ocr.process": {
        "model": "mistral-ocr-latest",
        "document": {"type": "document_url", "document_url": "data:text/plain;base64,SGVsbG8="},
    },
    "beta.agents.create": {"model": "mistral-medium-latest", "name": "one"},
    "beta.conversations.start": {"model": "mistral-medium-latest", "inputs": "Hello"},
    "beta.libraries.create": {"name": "one"},
    "workflows.schedules.schedule_workflow": {
        "workflow_identifier": "invoices",
        "schedule": {"intervals": [{"every": "PT1H"}]},
    },
}
"""What each of these has to be sent at least."""
ASKS_FOR_OLDER_PAGES = ("beta.libraries.list", "page")
"""Sent at all, it asks for an older style of pages."""
KEPT_OPEN = "workflows.events.get_stream_events"
"""Its answer does not end."""


def told() -> Iterator[tuple[str, str, Any]]:
    """Operation, name and default of each field that a body or a query may leave out."""
    for one in load_operations():
        if one.id in BODIES:
            for name, schema in one.bodies["application/json"].properties.items():
                default = schema.raw.get("default", schema.default)
                if default is not None and name not in BODIES[one.id]:
                    yield one.id, name, default
        elif one.method == "GET" and not one.path_parameters and one.id in implemented():
            for name, default in one.query_defaults.items():
                if default is not None and (one.id, name) != ASKS_FOR_OLDER_PAGES:
                    yield one.id, name, default


def ask(id_: str, **more: object) -> httpx.Response:
    """The answer of a mock that nobody has asked before."""
    operation = find_operation(id_)
    app = create_app(Settings(clock="manual"))

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        headers = {"authorization": f"Bearer {DEFAULT.key}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            if id_ in BODIES:
                body = {**BODIES[id_], **more}
                return await client.request(operation.method, operation.path, json=body)
            query = {name: json.dumps(value).strip('"') for name, value in more.items()}
            return await client.get(operation.path, params=query)

    return asyncio.run(send()).raise_for_status()


@pytest.mark.parametrize(
    ("id_", "name", "default"), [each for each in told() if each[0] != KEPT_OPEN]
)
def test_what_is_left_out_is_its_default(id_: str, name: str, default: object) -> None:
    assert ask(id_, **{name: default}).content == ask(id_).content
