"""Schedules: what creating, changing and listing them answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_workflow_runs.conftest import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer


def make(api: httpx.Client, schedule: dict[str, Any], **fields: Any) -> httpx.Response:
    """Sends a schedule of the workflow `quick`."""
    body = {"workflow_identifier": "quick", "schedule": {"input": {}, **schedule}, **fields}
    return api.post("/schedules", json=body)


def names(api: httpx.Client, **query: Any) -> list[str]:
    """The ids of the schedules that pass the filters."""
    found = api.get("/schedules", params=query).json()["schedules"]
    return [each["schedule_id"] for each in found]


def test_defaults_are_filled_in(api: httpx.Client) -> None:
    make(api, {"calendars": [{"hour": [{"start": 3}]}], "schedule_id": "mine"})
    found = api.get("/schedules/mine").json()
    calendar = found["calendars"][0]
    assert calendar["hour"] == [{"start": 3, "end": 0, "step": 0}]
    assert calendar["minute"] == [{"start": 0, "end": 0, "step": 0}]
    assert calendar["day_of_week"] == [{"start": 0, "end": 6, "step": 0}]
    assert (calendar["year"], calendar["comment"]) == ([], None)
    assert found["policy"] == {
        "catchup_window_seconds": 31536000,
        "overlap": 1,
        "pause_on_failure": False,
    }
    assert found["deployment_name"] == "main"


def test_the_workflow_may_be_named_by_a_registration(api: httpx.Client) -> None:
    registration = api.get("/registrations", params={"with_workflow": True}).json()
    one = next(
        each
        for each in registration["workflow_registrations"]
        if each["deployment_name"] == "other"
    )
    for field in ("workflow_registration_id", "workflow_version_id"):
        id_ = make(api, {}, workflow_identifier=None, **{field: one["id"]}).json()["schedule_id"]
        found = api.get(f"/schedules/{id_}").json()
        assert (found["workflow_name"], found["deployment_name"]) == ("quick", "other")


@pytest.mark.parametrize(
    ("schedule", "fields", "place"),
    [
        ({"cron_expressions": ["no cron"]}, {}, ["schedule", "cron_expressions", 0]),
        ({"max_executions": -1}, {}, ["schedule", "max_executions"]),
        ({"input": "text"}, {}, ["schedule", "input"]),
        ({}, {"workflow_identifier": None}, ["workflow_identifier"]),
        ({}, {"workflow_identifier": "unknown"}, ["workflow_identifier"]),
        ({}, {"deployment_name": "unknown"}, ["deployment_name"]),
        ({}, {"workflow_identifier": "strict"}, ["input", "name"]),
    ],
)
def test_a_schedule_without_meaning_is_refused(
    api: httpx.Client, schedule: dict[str, Any], fields: dict[str, Any], place: list[str]
) -> None:
    answer = make(api, schedule, **fields)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", *place]


def test_an_id_is_used_once_in_a_workspace(town: RunningServer, api: httpx.Client) -> None:
    assert make(api, {}, schedule_id="one").status_code == 201
    assert make(api, {}, schedule_id="one").status_code == 422
    with connect(town, "neighbour-key") as neighbour:
        assert names(neighbour) == []
        assert neighbour.get("/schedules/one").status_code == 404


def test_filters_and_pages_select(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    with connect(town, "colleague-key") as colleague:
        theirs = make(colleague, {}).json()["schedule_id"]
        assert names(colleague, user_id="current") == [theirs]
    mine = [schedule("quick"), schedule("slow")]
    api.post(f"/schedules/{mine[0]}/pause")
    assert names(api) == [theirs, *mine]
    assert names(api, user_id="current") == mine
    assert names(api, status="paused") == mine[:1]
    assert names(api, search="sl") == names(api, workflow_name="slow") == mine[1:]
    first = api.get("/schedules", params={"page_size": 2}).json()
    assert names(api, page_size=2, next_page_token=first["next_page_token"]) == mine[1:]
    wrong = api.get("/schedules", params={"next_page_token": "made up"})
    assert wrong.status_code == 422


def test_a_change_keeps_what_it_does_not_name(
    api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule(jitter="PT5S", max_executions=3)
    change = {"cron_expressions": ["@daily"], "intervals": [], "max_executions": None}
    answer = api.patch(f"/schedules/{id_}", json={"schedule": change})
    assert answer.json() == {"schedule_id": id_}
    found = api.get(f"/schedules/{id_}").json()
    assert (found["jitter"], found["cron_expressions"]) == ("PT5S", ["@daily"])
    assert (found["intervals"], found["remaining_executions"]) == ([], None)
    wrong = api.patch(f"/schedules/{id_}", json={"schedule": {"jitter": "PT"}})
    assert wrong.status_code == 422
    assert api.get(f"/schedules/{id_}").json() == found


def test_what_a_deleted_schedule_has_started_goes_on(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule("slow")
    town.clock.advance(3600)
    started = api.get(f"/schedules/{id_}").json()["recent_executions"][0]["execution_id"]
    assert api.delete(f"/schedules/{id_}").status_code == 204
    town.clock.advance(3600)
    assert api.get(f"/executions/{started}").json()["status"] == "RUNNING"
    assert len(api.get("/runs").json()["executions"]) == 1
    again = {"schedule_id": id_}
    assert make(api, {"intervals": [{"every": "PT1H"}]}, **again).status_code == 201
    api.post(f"/schedules/{id_}/trigger", json={"overlap": 6})
    assert len(api.get("/runs").json()["executions"]) == 2


@pytest.mark.parametrize("action", ["pause", "resume", "trigger"])
def test_an_unknown_schedule_is_not_found(api: httpx.Client, action: str) -> None:
    assert api.post(f"/schedules/nobody/{action}").status_code == 404
    assert api.patch("/schedules/nobody", json={"schedule": {}}).status_code == 404
    assert api.delete("/schedules/nobody").status_code == 404
