"""A mock with callers of two workspaces, whose every answer is held to the document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import inhabited, meeting
from tests.unit.documented import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer

DATASETS = "/v1/observability/datasets"
RECORDS = "/v1/observability/dataset-records"


@pytest.fixture
def town() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE and whose imports take 4 seconds."""
    with inhabited(processing_delay_s=4) as server:
        yield server


@pytest.fixture
def person(town: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each of PEOPLE, by the first part of the key."""
    with meeting(town, hold) as get:
        yield get


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
