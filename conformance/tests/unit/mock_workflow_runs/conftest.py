"""A mock with workflows of known length, whose every answer is held to the document."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit import callers
from tests.unit.documented import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer

PREFIX = "/v1/workflows"
WORLD = """
workflows:
  - name: quick
    tags: [short, plain]
    deployments: [main, other]
    steps: [{activity: look, result: 1, save: seen}]
    output: "${state.seen}"
  - name: slow
    display_name: Takes its time
    is_technical: true
    deployments: [main]
    steps: [{task: think, takes_s: 5400, progress: [half]}]
  - name: bad
    deployments: [main]
    steps: [{activity: try, takes_s: 10, fails: 2, retry: {attempts: 2, interval_s: 5}}]
  - name: strict
    deployments: [main]
    input_schema: {type: object, required: [name]}
    steps: []
  - name: again
    deployments: [main]
    steps: [{sleep_s: 10}, {continue_as_new: {times: 2}}]
  - name: parent
    deployments: [main]
    steps: [{run: quick, save: child}]
  - name: lasting
    deployments: [main]
    steps: [{run: slow}, {run: quick}]
  - name: elder
    deployments: [main]
    steps: [{run: lasting}]
deployments:
  - name: main
    workers: [{name: one, heartbeat_s: 10}]
  - name: other
    is_hardened: true
    managed: {github_url: https://github.com/example/other, commit: {sha: abc}}
    workers:
      - {name: two, heartbeat_s: 10, lives_s: 100, workflows: [quick]}
      - {name: three, lives_s: 0, location: {location_type: k8s, k8s_cluster: test}}
"""


def connect(server: RunningServer, key: str = "mock-key") -> httpx.Client:
    """A client for paths below the prefix that holds every answer to the document."""
    return callers.connect(server, key, hold, PREFIX)


@pytest.fixture
def open_town(tmp_path: Path) -> Callable[..., AbstractContextManager[RunningServer]]:
    """Opens a mock with the world of this folder, or another one."""

    @contextmanager
    def enter(world: str = WORLD, **settings: Any) -> Iterator[RunningServer]:
        path = tmp_path / "world.yaml"
        path.write_text(world, "utf-8")
        with callers.inhabited(world_file=path, **settings) as server:
            yield server

    return enter


@pytest.fixture
def town(open_town: Callable[..., AbstractContextManager[RunningServer]]) -> Iterator[Any]:
    """A mock with the world of this folder."""
    with open_town() as server:
        yield server


@pytest.fixture
def api(town: RunningServer) -> Iterator[httpx.Client]:
    """The default caller of the town."""
    with connect(town) as client:
        yield client


@pytest.fixture
def execute(api: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Starts executions."""

    def begin(workflow: str = "quick", **fields: Any) -> dict[str, Any]:
        answer = api.post(f"/{workflow}/execute", json=fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return begin


@pytest.fixture
def schedule(api: httpx.Client) -> Callable[..., str]:
    """Makes schedules, for every hour unless other times are given."""

    def make(workflow: str = "quick", **fields: Any) -> str:
        times = {} if "cron_expressions" in fields else {"intervals": [{"every": "PT1H"}]}
        body = {"workflow_identifier": workflow, "schedule": {"input": {}, **times, **fields}}
        answer = api.post("/schedules", json=body)
        assert answer.status_code == 201, answer.text
        id_: str = answer.json()["schedule_id"]
        return id_

    return make
