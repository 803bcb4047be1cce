"""What became required after a rule was written is sent with the rule's body."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.model.document import Document
from mistral_conformance.session import api as module
from mistral_conformance.session.api import Api

if TYPE_CHECKING:
    from mistral_conformance.record.wire import Message

SCHEMA = {"type": "object", "properties": {"name": {}, "region": {}}}
CONTENT = {"application/json": {"schema": SCHEMA}}
POST = {"operationId": "agents.create", "requestBody": {"content": CONTENT}, "responses": {}}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bodies that an API sends, whose operation is always sent a region and a shelf."""
    bodies: list[Any] = []

    def send(_: Api, message: Message, __: str) -> None:
        bodies.append(message.json)

    always = {"agents.create": {"region": "eu", "shelf": 1}}
    monkeypatch.setattr(module, "load_always", lambda: always)
    monkeypatch.setattr(Api, "send", send)
    return bodies


def _call(**body: object) -> None:
    document = Document({"paths": {"/v1/agents": {"post": POST}}})
    session: Any = SimpleNamespace(document=document)
    Api(session, "caller", []).call("agents.create", json=body)


def test_a_body_gets_what_it_lacks_and_the_document_has(sent: list[Any]) -> None:
    _call(name="one")
    assert sent == [{"region": "eu", "name": "one"}]


def test_a_body_keeps_what_it_has(sent: list[Any]) -> None:
    _call(region="us")
    assert sent == [{"region": "us"}]
