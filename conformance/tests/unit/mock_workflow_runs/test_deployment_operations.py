"""Deployments, their workers, and whether these are live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import PEOPLE
from tests.unit.mock_workflow_runs.conftest import connect

from mistral_mock.fixtures import FixtureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx

    from mistral_mock.server import RunningServer


def names(api: httpx.Client, **query: Any) -> list[str]:
    """The names of the deployments that pass the filters."""
    found = api.get("/deployments", params=query).json()["deployments"]
    return [each["name"] for each in found]


def test_a_worker_lives_as_long_as_it_gives_signs(town: RunningServer, api: httpx.Client) -> None:
    assert names(api) == ["other", "main"]
    assert api.get("/deployments/other").json()["active_worker_count"] == 1
    town.clock.advance(120)
    assert names(api) == ["other", "main"]
    town.clock.advance(20)
    assert names(api) == ["main"]
    assert names(api, active_only=False) == ["other", "main"]
    found = api.get("/deployments/other").json()
    assert (found["is_active"], found["active_worker_count"]) == (False, 0)
    assert [each["last_heartbeat"][11:19] for each in found["workers"]] == ["00:01:40", "00:00:00"]
    assert api.get("/deployments/main").json()["last_heartbeat"][11:19] == "00:02:20"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"is_hardened": True}, ["other"]),
        ({"is_hardened": False}, ["main"]),
        ({"workflow_name": "quick"}, ["other", "main"]),
        ({"workflow_name": "slow"}, ["main"]),
        ({"workflow_name": "unknown"}, []),
        ({"search": "ot"}, ["other"]),
        ({"search": "ther"}, []),
        ({"order": "asc"}, ["main", "other"]),
        ({"order_by": "created_at", "order": "asc"}, ["main", "other"]),
        ({"order_by": "updated_at"}, ["other", "main"]),
        ({"limit": 1}, ["other"]),
        ({"workspace_id": PEOPLE[0].workspace_id}, ["other", "main"]),
        ({"workspace_id": PEOPLE[2].workspace_id}, []),
    ],
)
def test_filters_and_orders_select(
    api: httpx.Client, query: dict[str, Any], wanted: list[str]
) -> None:
    assert names(api, **query) == wanted


def test_a_workflow_decides_which_workers_count(api: httpx.Client) -> None:
    for workflow, active in (("quick", True), ("slow", False)):
        found = api.get("/deployments/other", params={"workflow_name": workflow}).json()
        assert found["is_active"] is active


def test_pages_go_on_after_the_last_deployment(api: httpx.Client) -> None:
    cursor = api.get("/deployments", params={"limit": 1}).json()["next_cursor"]
    assert names(api, limit=1, cursor=cursor) == ["main"]


def test_workers_are_listed_by_their_state(api: httpx.Client) -> None:
    for status, wanted in ((None, ["two", "three"]), ("active", ["two"]), ("inactive", ["three"])):
        query = {} if status is None else {"worker_status": status}
        found = api.get("/deployments/other/workers", params=query).json()["workers"]
        assert [each["name"] for each in found] == wanted
    assert api.get("/deployments/unknown/workers").status_code == 404


def test_a_managed_deployment_tells_what_it_runs(api: httpx.Client) -> None:
    managed = api.get("/deployments/other").json()["managed"]
    assert managed["spec"]["github_url"] == "https://github.com/example/other"
    assert managed["spec"]["commit"] == {"sha": "abc"}
    assert managed["status"]["ready_replicas"] == 1
    assert api.get("/deployments/main").json()["managed"] is None


def test_others_see_no_deployment(town: RunningServer) -> None:
    with connect(town, "neighbour-key") as neighbour:
        assert names(neighbour) == []
        assert neighbour.get("/deployments/main").status_code == 404
        found = neighbour.get("/workers/whoami").json()
        assert found["namespace"] == PEOPLE[2].workspace_id


@pytest.mark.parametrize(
    ("section", "reason"),
    [
        ("[{name: a}, {name: a}]", "two named 'a'"),
        ("[{name: a, workers: [{name: b}, {name: b}]}]", "two named 'b'"),
        ("[{name: a, workers: [{}]}]", '"name" is a required property'),
        ("[{name: a, colour: red}]", "colour"),
    ],
)
def test_deployments_that_make_no_sense_are_refused(
    open_town: Callable[..., AbstractContextManager[RunningServer]], section: str, reason: str
) -> None:
    with pytest.raises(FixtureError, match=reason), open_town(f"deployments: {section}\n"):
        pass
