"""A mock with callers of two organisations, whose every answer is held to the document."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.documented import TLS, hold, make_component_validator

from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_mock.server import RunningServer

PEOPLE = (
    make_identity("mock-key", "alice", "lab", "acme", ("admin",)),
    make_identity("colleague-key", "bob", "lab", "acme"),
    make_identity("neighbour-key", "carol", "office", "acme"),
    make_identity("stranger-key", "dave", "garage", "other", ("admin",)),
)
MODEL = "mistral-medium-2505"


def check(response: httpx.Response) -> None:
    """Holds an answer to the document, and the events of a stream as well."""
    hold(response)
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response.read()
        for event in read_events(response.text):
            make_component_validator("ConversationEvents").validate(event)


def read_events(text: str) -> list[dict[str, Any]]:
    """The names and data of a stream's events."""
    fields = [dict(line.split(": ", 1) for line in each.split("\n")) for each in blocks(text)]
    return [{"event": each["event"], "data": json.loads(each["data"])} for each in fields]


def blocks(text: str) -> list[str]:
    """The lines of each event."""
    assert text.endswith("\n\n")
    return text.removesuffix("\n\n").split("\n\n")


def connect(server: RunningServer, key: str = "mock-key") -> httpx.Client:
    """A client that sends the key and holds every answer to the document."""
    return httpx.Client(
        base_url=server.base_url,
        headers={"authorization": f"Bearer {key}"},
        event_hooks={"response": [check]},
        verify=TLS,
        trust_env=False,
    )


@pytest.fixture
def town() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE; the first administers its organisation."""
    with running(Settings(clock="manual", identities=PEOPLE, processing_delay_s=1.0)) as server:
        yield server


@pytest.fixture
def person(town: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each of PEOPLE, by the first part of the key."""
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(connect(town, f"{name}-key"))


@pytest.fixture
def api(town: RunningServer) -> Iterator[httpx.Client]:
    """The default caller of the town."""
    with connect(town) as client:
        yield client


@pytest.fixture
def make_agent(api: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Makes agents."""

    def make(**fields: Any) -> dict[str, Any]:
        answer = api.post("/v1/agents", json={"model": MODEL, "name": "Ada", **fields})
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return make


@pytest.fixture
def start(api: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Starts conversations, with a model unless an agent is named."""

    def begin(inputs: Any = "Hello there.", **fields: Any) -> dict[str, Any]:
        actor = {} if "agent_id" in fields else {"model": MODEL}
        answer = api.post("/v1/conversations", json={"inputs": inputs, **actor, **fields})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return begin


@pytest.fixture
def go_on(api: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Appends to conversations."""

    def append(conversation: dict[str, Any], inputs: Any = None, **fields: Any) -> dict[str, Any]:
        body = fields if inputs is None else {"inputs": inputs, **fields}
        id_ = conversation["conversation_id"]
        answer = api.post(f"/v1/conversations/{id_}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return append


@pytest.fixture
def history(api: httpx.Client) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
    """Reads the entries of conversations."""

    def read(conversation: dict[str, Any]) -> list[dict[str, Any]]:
        id_ = conversation["conversation_id"]
        found: list[dict[str, Any]] = api.get(f"/v1/conversations/{id_}/history").json()["entries"]
        return found

    return read
