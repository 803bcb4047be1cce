"""A mock with callers of two workspaces, whose observability answers are held to the document."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit import callers
from tests.unit.callers import inhabited
from tests.unit.documented import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer


class Caller:
    """Talks to the observability operations of a mock in one person's name."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def send(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON of an answer that has to have the status; None without a body."""
        answer = self.client.request(method, f"/v1/observability{path}", **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, status: int, **more: Any) -> str:
        """The error code of a refusal."""
        code: str = self.send(method, path, status, **more)["detail"]["error_code"]
        return code

    def chat(self, text: str, **fields: Any) -> httpx.Response:
        """Asks a model."""
        messages = [{"role": "user", "content": text}]
        body = {"model": "mistral-small-latest", "messages": messages, **fields}
        answer = self.client.post("/v1/chat/completions", json=body)
        assert answer.status_code == 200
        answer.read()
        return answer

    def search(self, filters: object = None, **body: object) -> list[dict[str, Any]]:
        """The events that pass a filter, at most a page of them."""
        body = {"search_params": {"filters": filters}, **body}
        found = self.send("POST", "/chat-completion-events/search", json=body)
        results: list[dict[str, Any]] = found["completion_events"]["results"]
        return results

    def ids(self, filters: object = None) -> list[str]:
        """The ids of all events that pass a filter."""
        body = {"search_params": {"filters": filters}}
        found = self.send("POST", "/chat-completion-events/search-ids", json=body)
        ids: list[str] = found["completion_event_ids"]
        return ids

    def judge(self, **fields: object) -> dict[str, Any]:
        """A new judge."""
        made: dict[str, Any] = self.send("POST", "/judges", 201, json=define(**fields))
        return made

    def campaign(self, judge: dict[str, Any], most: int = 100, **fields: object) -> dict[str, Any]:
        """A new campaign."""
        body = plan(judge["id"], max_nb_events=most, **fields)
        made: dict[str, Any] = self.send("POST", "/campaigns", 201, json=body)
        return made


def define(**fields: object) -> dict[str, Any]:
    """A judge's definition."""
    output = {
        "type": "CLASSIFICATION",
        "options": [
            {"value": "sea", "description": "About ships and ports"},
            {"value": "land", "description": "About fields and farms"},
        ],
    }
    return {
        "name": "Places",
        "description": "Tells where it is",
        "model_name": "mistral-medium-latest",
        "output": output,
        "instructions": "Say where it is.",
        "tools": [],
        **fields,
    }


def plan(judge_id: str, **fields: object) -> dict[str, Any]:
    """A request for a campaign over all events."""
    return {
        "search_params": {"filters": None},
        "judge_id": judge_id,
        "name": "Spring",
        "description": "What people ask",
        "max_nb_events": 100,
        **fields,
    }


@pytest.fixture
def start() -> Iterator[Callable[..., RunningServer]]:
    """Starts a mock with the given settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(inhabited(**settings))


@pytest.fixture
def connect() -> Iterator[Callable[..., Caller]]:
    """A caller of a mock, by the first part of the key."""
    with ExitStack() as stack:

        def make(server: RunningServer, name: str = "mock") -> Caller:
            client = callers.connect(server, f"{name}-key", hold)
            return Caller(stack.enter_context(client))

        yield make


@pytest.fixture
def server(start: Callable[..., RunningServer]) -> RunningServer:
    """A mock whose callers are PEOPLE and whose campaigns take 4 seconds."""
    return start(processing_delay_s=4)


@pytest.fixture
def api(server: RunningServer, connect: Callable[..., Caller]) -> Caller:
    """The default caller."""
    return connect(server)
