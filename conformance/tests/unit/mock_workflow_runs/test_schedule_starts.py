"""What schedules start, under which policy, however the clock moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_workflow_runs.conftest import connect

from mistral_mock.resources.workflows import children, starts

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer

HOUR_S = 3600


def read(api: httpx.Client, id_: str) -> dict[str, Any]:
    """The schedule."""
    found: dict[str, Any] = api.get(f"/schedules/{id_}").json()
    return found


def hours(schedule: dict[str, Any], field: str = "started_at") -> list[str]:
    """The times of day of its last starts."""
    return [each[field][11:16] for each in schedule["recent_executions"]]


def statuses(api: httpx.Client) -> list[str]:
    """The states of all runs, by their start."""
    runs = api.get("/runs", params={"order": "asc"}).json()["executions"]
    return [each["status"] for each in runs]


def test_starts_come_when_they_are_due(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule()
    town.clock.advance(HOUR_S / 2)
    assert read(api, id_)["recent_executions"] == []
    town.clock.advance(2 * HOUR_S)
    found = read(api, id_)
    assert hours(found) == ["01:00", "02:00"]
    execution = api.get(f"/executions/{found['recent_executions'][0]['execution_id']}").json()
    assert execution["status"] == "COMPLETED"
    assert execution["start_time"] == "2026-01-01T01:00:00.000000Z"


@pytest.mark.parametrize("workflow", ["slow", "lasting", "elder"])
def test_one_step_of_the_clock_does_what_many_do(
    open_town: Callable[..., AbstractContextManager[RunningServer]], workflow: str
) -> None:
    told = []
    for steps in (1, 40):
        with open_town() as server, connect(server) as api:
            for overlap in range(1, 7):
                times = {"intervals": [{"every": "PT1H"}], "policy": {"overlap": overlap}}
                body = {
                    "workflow_identifier": workflow,
                    "schedule_id": f"policy-{overlap}",
                    "schedule": {"input": {}, **times},
                }
                assert api.post("/schedules", json=body).status_code == 201
            for _ in range(steps):
                server.clock.advance(10 * HOUR_S / steps)
                api.get("/runs", params={"page_size": 1})
            runs = api.get("/runs", params={"page_size": 1000}).json()["executions"]
            fields = ("workflow_name", "start_time", "end_time", "status")
            told.append(sorted(str([each[name] for name in fields]) for each in runs))
    assert told[0] == told[1]


def test_a_jump_beyond_the_longest_life_lets_a_family_end_in_its_time(
    town: RunningServer, api: httpx.Client
) -> None:
    api.post("/elder/execute", json={})
    town.clock.advance(48 * HOUR_S)
    assert statuses(api) == ["COMPLETED"] * 4


@pytest.mark.parametrize(
    ("overlap", "started"),
    [
        (1, ["01:00", "03:00"]),
        (2, ["01:00", "02:30", "04:00"]),
        (3, ["01:00", "02:30", "04:00"]),
        (4, ["01:00", "02:00", "03:00", "04:00"]),
        (5, ["01:00", "02:00", "03:00", "04:00"]),
        (6, ["01:00", "02:00", "03:00", "04:00"]),
    ],
)
def test_the_policy_decides_what_overlaps(
    town: RunningServer,
    api: httpx.Client,
    schedule: Callable[..., str],
    overlap: int,
    started: list[str],
) -> None:
    id_ = schedule("slow", policy={"overlap": overlap})
    town.clock.advance(4 * HOUR_S + 1)
    assert hours(read(api, id_)) == started


@pytest.mark.parametrize(("overlap", "end"), [(4, "CANCELED"), (5, "TERMINATED")])
def test_the_older_execution_is_ended_as_the_policy_says(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str], overlap: int, end: str
) -> None:
    schedule("slow", policy={"overlap": overlap})
    town.clock.advance(2 * HOUR_S + 1)
    assert statuses(api) == [end, "RUNNING"]


def test_one_start_waits_under_policy_2_and_all_under_policy_3(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    one, every = (schedule("slow", policy={"overlap": each}, max_executions=6) for each in (2, 3))
    town.clock.advance(20 * HOUR_S)
    due = [f"0{hour}:00" for hour in range(1, 8)]
    assert hours(read(api, one), "scheduled_at") == [*due[:4], *due[5:]]
    assert hours(read(api, every), "scheduled_at") == due[:6]


def test_children_do_not_hold_up_the_starts_of_a_jump(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule("parent")
    town.clock.advance(3 * HOUR_S + 1)
    assert hours(read(api, id_)) == ["01:00", "02:00", "03:00"]
    assert statuses(api) == ["COMPLETED"] * 6


def test_a_start_looks_at_its_own_family_alone(
    town: RunningServer,
    api: httpx.Client,
    schedule: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0
    find_tasks = children.find_tasks

    def count(*args: Any) -> Any:
        nonlocal looks
        looks += 1
        return find_tasks(*args)

    monkeypatch.setattr(children, "find_tasks", count)
    id_, hours_gone = schedule("parent"), 100
    town.clock.advance(hours_gone * HOUR_S + 1)
    assert hours(read(api, id_))[-1] == "04:00"
    assert looks < 20 * hours_gone


def test_a_failure_pauses_when_the_policy_says_so(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule("bad", policy={"pause_on_failure": True})
    town.clock.advance(5 * HOUR_S)
    found = read(api, id_)
    assert found["paused"]
    assert "FAILED" in found["note"]
    assert hours(found) == ["01:00"]


def test_a_limit_counts_own_starts_alone(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule(max_executions=2)
    assert api.post(f"/schedules/{id_}/trigger").status_code == 204
    assert read(api, id_)["remaining_executions"] == 2
    town.clock.advance(9 * HOUR_S)
    found = read(api, id_)
    assert (found["remaining_executions"], found["future_executions"]) == (0, [])
    assert hours(found) == ["00:00", "01:00", "02:00"]


def test_a_pause_is_not_made_up_for(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule()
    api.post(f"/schedules/{id_}/pause", json={"note": "rest"})
    town.clock.advance(3.5 * HOUR_S)
    api.post(f"/schedules/{id_}/resume")
    town.clock.advance(HOUR_S)
    assert hours(read(api, id_)) == ["04:00"]


@pytest.mark.parametrize("overlap", [2, 3])
@pytest.mark.parametrize("limit", [None, 0])
def test_nothing_that_waited_starts_in_a_schedule_that_rests(
    town: RunningServer,
    api: httpx.Client,
    schedule: Callable[..., str],
    overlap: int,
    limit: int | None,
) -> None:
    id_ = schedule("slow", policy={"overlap": overlap}, max_executions=9)
    town.clock.advance(2 * HOUR_S + 1)
    assert read(api, id_)["remaining_executions"] == 8
    if limit is None:
        api.post(f"/schedules/{id_}/pause")
    else:
        api.patch(f"/schedules/{id_}", json={"schedule": {"max_executions": limit}})
    town.clock.advance(9 * HOUR_S)
    found = read(api, id_)
    assert hours(found) == ["01:00"]
    assert found["remaining_executions"] == (8 if limit is None else limit)
    assert statuses(api) == ["COMPLETED"]


def test_a_schedule_of_an_archived_workflow_starts_nothing_until_it_is_brought_back(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule("slow", policy={"overlap": 3}, max_executions=9)
    town.clock.advance(2 * HOUR_S + 1)
    api.put("/slow/archive")
    town.clock.advance(3 * HOUR_S)
    assert hours(read(api, id_)) == ["01:00"]
    assert read(api, id_)["remaining_executions"] == 8
    assert api.post(f"/schedules/{id_}/trigger").status_code == 422
    again = {"workflow_identifier": "slow", "schedule": {"input": {}}}
    assert api.post("/schedules", json=again).status_code == 422
    api.put("/slow/unarchive")
    town.clock.advance(HOUR_S)
    assert hours(read(api, id_)) == ["01:00", "06:00"]


def test_what_was_asked_for_starts_in_a_paused_schedule(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule("slow", policy={"overlap": 3})
    town.clock.advance(2 * HOUR_S + 1)
    api.post(f"/schedules/{id_}/trigger")
    api.post(f"/schedules/{id_}/pause")
    town.clock.advance(9 * HOUR_S)
    assert hours(read(api, id_), "scheduled_at") == ["01:00", "02:00"]
    assert statuses(api) == ["COMPLETED"] * 2


def test_a_jump_starts_a_bounded_number(
    town: RunningServer,
    api: httpx.Client,
    schedule: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starts, "MOST", 30)
    id_ = schedule(cron_expressions=["* * * * *"])
    town.clock.advance(100 * 24 * HOUR_S)
    runs = api.get("/runs", params={"page_size": 1000}).json()["executions"]
    assert 10 < len(runs) <= 30
    town.clock.advance(60)
    assert read(api, id_)["recent_executions"][-1]["scheduled_at"] > "2026-04-11"


def test_jitter_puts_starts_off(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule(jitter="PT20M")
    coming = read(api, id_)["future_executions"][:3]
    town.clock.advance(4 * HOUR_S)
    recent = read(api, id_)["recent_executions"]
    assert [each["scheduled_at"] for each in recent[:3]] == [
        each["scheduled_at"] for each in coming
    ]
    assert all(each["scheduled_at"][14:16] < "20" for each in recent)


def test_the_events_of_an_execution_name_its_schedule(
    town: RunningServer, api: httpx.Client, schedule: Callable[..., str]
) -> None:
    id_ = schedule()
    town.clock.advance(HOUR_S)
    events = api.get("/events/list").json()["events"]
    assert {each["schedule_id"] for each in events} == {id_}


def test_a_schedule_outlives_its_mock(
    open_town: Callable[..., AbstractContextManager[RunningServer]], tmp_path: Path
) -> None:
    state = tmp_path / "state.db"
    with open_town(state_file=state) as server, connect(server) as api:
        times = {"intervals": [{"every": "PT1H"}], "policy": {"overlap": 3}}
        body = {
            "workflow_identifier": "slow",
            "schedule_id": "s",
            "schedule": {"input": {}, **times},
        }
        api.post("/schedules", json=body)
        server.clock.advance(2 * HOUR_S + 1)
        assert hours(read(api, "s")) == ["01:00"]
    with open_town(state_file=state) as server, connect(server) as api:
        server.clock.advance(HOUR_S / 2)
        assert hours(read(api, "s")) == ["01:00", "02:30"]
