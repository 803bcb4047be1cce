"""A mock with two callers, training files, jobs, and the clock to run them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import connect, inhabited
from tests.unit.documented import make_component_validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer

    Create = Callable[..., httpx.Response]

SAMPLE = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
TARGETS = [{"name": "topic", "labels": ["billing", "defect"]}]
LABELLED = [
    {"text": "the invoice is wrong", "labels": {"topic": "billing"}},
    {"text": "the app crashes", "labels": {"topic": "defect"}},
]
HOUR_S = 3600


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE."""
    with inhabited() as started:
        yield started


@pytest.fixture
def api(server: RunningServer) -> Iterator[httpx.Client]:
    """The default caller."""
    with connect(server) as client:
        yield client


@pytest.fixture
def colleague(server: RunningServer) -> Iterator[httpx.Client]:
    """Another user of the same workspace."""
    with connect(server, "colleague-key") as client:
        yield client


@pytest.fixture
def neighbour(server: RunningServer) -> Iterator[httpx.Client]:
    """A user of another workspace."""
    with connect(server, "neighbour-key") as client:
        yield client


@pytest.fixture
def upload(api: httpx.Client) -> Callable[..., str]:
    """Uploads samples, or raw text; gives the file's id."""

    def put(*samples: Any, text: str | None = None) -> str:
        content = text if text is not None else "\n".join(map(json.dumps, samples or (SAMPLE,)))
        files = {"file": ("train.jsonl", content.encode(), "application/jsonl")}
        made = api.post("/v1/files", files=files, data={"purpose": "fine-tune"})
        return str(made.json()["id"])

    return put


@pytest.fixture
def create(api: httpx.Client, upload: Callable[..., str]) -> Create:
    """Creates a job; training files and model are there unless told otherwise."""

    def post(dry_run: bool | None = None, **fields: Any) -> httpx.Response:
        body = {"model": "open-mistral-7b", "hyperparameters": {"training_steps": 100}, **fields}
        if "training_files" not in body:
            body["training_files"] = [{"file_id": upload()}]
        query = {} if dry_run is None else {"dry_run": dry_run}
        return api.post("/v1/fine_tuning/jobs", json=body, params=query)

    return post


@pytest.fixture
def tune(server: RunningServer, api: httpx.Client, create: Create) -> Callable[..., str]:
    """Runs a job to its end; gives the model's id."""

    def run(**fields: Any) -> str:
        job = create(auto_start=True, **fields).json()["id"]
        server.clock.advance(HOUR_S)
        return str(api.get(f"/v1/fine_tuning/jobs/{job}").json()["fine_tuned_model"])

    return run


@pytest.fixture(scope="session")
def holds() -> Callable[[str, object], bool]:
    """Tells whether a value has a schema of the document."""
    return lambda schema, value: make_component_validator(schema).is_valid(value)
