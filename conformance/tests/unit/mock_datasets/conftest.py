"""A mock with callers of two workspaces, whose every answer is held to the document."""

from __future__ import annotations

import ssl
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema_rs
import pytest

import mistral_openapi
from mistral_mock.identities import make_identity
from mistral_mock.operations import load_operations
from mistral_mock.router import Router
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_mock.server import RunningServer

PEOPLE = (
    make_identity("mock-key", "alice", "lab", "acme"),
    make_identity("colleague-key", "bob", "lab", "acme"),
    make_identity("neighbour-key", "carol", "office", "acme"),
)
TLS = ssl.create_default_context()
"""Never used; it costs more than most tests, so that all clients share one."""
DATASETS = "/v1/observability/datasets"
RECORDS = "/v1/observability/dataset-records"


@cache
def make_router() -> Router:
    """Finds the operation of a request."""
    return Router(load_operations())


@cache
def make_validator(operation_id: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    """What the document says about a JSON answer; None when there is no body."""
    found = next(each for each in mistral_openapi.operations() if each.id == operation_id)
    responses = found.object["responses"]
    answer = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    assert answer is not None, f"{operation_id} documents no {status}"
    content = mistral_openapi.resolve(answer).get("content", {}).get("application/json")
    if content is None:
        return None
    components = mistral_openapi.load()["components"]
    return jsonschema_rs.Draft202012Validator({**content["schema"], "components": components})


def check(response: httpx.Response) -> None:
    """Holds an answer to the document."""
    request = response.request
    path = request.url.raw_path.decode().partition("?")[0]
    if not path.startswith("/v1/observability/data"):
        return
    operation, _ = make_router().find(request.method, path, "")
    response.read()
    validator = make_validator(operation.id, response.status_code)
    if validator is None:
        assert not response.content
    else:
        validator.validate(response.json())


@pytest.fixture
def town() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE and whose imports take 4 seconds."""
    settings = Settings(clock="manual", identities=PEOPLE, processing_delay_s=4)
    with running(settings) as server:
        yield server


@pytest.fixture
def person(town: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each of PEOPLE, by the first part of the key."""
    clients: dict[str, httpx.Client] = {}

    def get(name: str) -> httpx.Client:
        if name not in clients:
            clients[name] = httpx.Client(
                base_url=town.base_url,
                headers={"authorization": f"Bearer {name}-key"},
                verify=TLS,
                trust_env=False,
                event_hooks={"response": [check]},
            )
        return clients[name]

    yield get
    for client in clients.values():
        client.close()


@pytest.fixture
def api(person: Callable[[str], httpx.Client]) -> httpx.Client:
    """The default caller."""
    return person("mock")


@pytest.fixture
def dataset(api: httpx.Client) -> dict[str, Any]:
    """A dataset of the default caller."""
    return make_dataset(api)


def make_dataset(api: httpx.Client, name: str = "Questions") -> dict[str, Any]:
    """A new dataset."""
    answer = api.post(DATASETS, json={"name": name, "description": "What people ask"})
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def add_record(api: httpx.Client, dataset: dict[str, Any], text: str = "Hi") -> dict[str, Any]:
    """A new record: a question of a user."""
    payload = {"messages": [{"role": "user", "content": text}]}
    answer = api.post(f"{DATASETS}/{dataset['id']}/records", json={"payload": payload})
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def read_records(api: httpx.Client, dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """All records of a dataset."""
    found: list[dict[str, Any]] = api.get(f"{DATASETS}/{dataset['id']}/records").json()["records"][
        "results"
    ]
    return found


def read_texts(api: httpx.Client, dataset: dict[str, Any]) -> list[str]:
    """What the first message of each record says."""
    return [each["payload"]["messages"][0]["content"] for each in read_records(api, dataset)]


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the error code of a refusal."""
    return answer.status_code, answer.json()["detail"]["error_code"]
