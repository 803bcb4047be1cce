"""A mock with callers of two organisations, whose every answer is held to the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import PEOPLE, connect, inhabited, meeting
from tests.unit.documented import hold, make_component_validator

from mistral_mock.identities import make_identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer

ADMIN = make_identity("mock-key", "alice", "lab", "acme", ("admin",))
FOREIGN_ADMIN = make_identity("stranger-key", "dave", "garage", "other", ("admin",))
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


@pytest.fixture
def town() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE; the first administers its organisation."""
    people = (ADMIN, *PEOPLE[1:], FOREIGN_ADMIN)
    with inhabited(identities=people, processing_delay_s=1.0) as server:
        yield server


@pytest.fixture
def person(town: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each of PEOPLE, by the first part of the key."""
    with meeting(town, check) as get:
        yield get


@pytest.fixture
def api(town: RunningServer) -> Iterator[httpx.Client]:
    """The default caller of the town."""
    with connect(town, check=check) as client:
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
