"""Workflows and registrations over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.mock_workflow_engine.conftest import Caller

LIST = "/v1/workflows"
REGISTRATIONS = "/v1/workflows/registrations"
ALL = ["greet", "check_invoices", "approve_order", "break_down", "count_down", "onboard"]
ALL += [
    "open_account",
    "example-hello-world-workflow",
    "former_greet",
    "tidy_up",
    "translate",
]  # the first as the official SDK calls it


def names(api: Caller, **query: Any) -> list[str]:
    return [each["name"] for each in api.get(LIST, params=query).json()["workflows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ALL),
        ({"order": "desc"}, ALL[::-1]),
        ({"sort_by": "display_name"}, [ALL[place] for place in (2, 3, 1, 4, 8, 0, 7, 5, 6, 9, 10)]),
        ({"search": "ORDER"}, ["approve_order"]),
        ({"tags": ["sample", "quick"]}, ["greet"]),
        ({"include_shared": "false", "tags": "sample"}, ALL[:-2]),
        ({"include_shared": "false"}, ALL[:-1]),
        ({"available_in_chat_assistant": "true"}, ["greet"]),
        ({"deployment_name": ["samples-canary", "unknown"]}, ["approve_order"]),
        ({"deployment_name": "unknown"}, []),
        ({"archived": "true"}, []),
        ({"active_only": "true"}, [*ALL[:-3], *ALL[-2:]]),
        ({"active_only": "false"}, ALL),
        ({"status": "RUNNING"}, []),
        ({"limit": 2}, ALL[:2]),
    ],
)
def test_list_holds_what_is_asked_for(api: Caller, query: Any, found: list[str]) -> None:
    assert names(api, **query) == found


def test_list_is_filtered_by_states_of_executions(api: Caller) -> None:
    api.start("approve_order", input={})
    api.start("greet", input={"name": "x"})
    assert names(api, status="RUNNING") == ["approve_order"]
    assert names(api, status=["RUNNING", "COMPLETED"]) == ["greet", "approve_order"]


def test_cursor_of_nobody_is_refused(api: Caller) -> None:
    assert api.get(LIST, params={"cursor": "mine"}).status_code == 422


def test_shared_workflow_is_everyones_to_start_and_nobody_elses_to_change(
    serve: Callable[..., Callable[[str], Caller]],
) -> None:
    other = serve()("neighbour")
    assert names(other) == ["onboard", "translate"]
    assert names(other, include_shared="false") == []
    assert other.put(f"{LIST}/onboard/archive").status_code == 403
    assert other.start("onboard", input={"customer": "x"})["workflow_name"] == "onboard"
    assert other.get(f"{LIST}/greet").status_code == 404


def test_shared_workflow_has_its_private_children_also_for_another_workspace(
    serve: Callable[..., Callable[[str], Caller]],
) -> None:
    other = serve()("neighbour")
    assert "greet" not in names(other)
    answer = other.post(
        "/v1/workflows/onboard/execute",
        json={"input": {"customer": "Ada"}, "wait_for_result": True},
    )
    assert answer.json().get("result") == {"greeting": "Hello, Ada!"}


def test_update_changes_what_it_names(api: Caller) -> None:
    before = api.get(f"{LIST}/greet").json()["workflow"]
    after = api.put(f"{LIST}/greet", json={"tags": ["b", "a", "b"], "display_name": None})
    assert after.json()["workflow"] == {**without_active(before), "tags": ["b", "a"]}
    cleared = api.put(f"{LIST}/greet", json={"description": None}).json()["workflow"]
    assert cleared["description"] is None


def test_archived_workflow_does_not_start(api: Caller) -> None:
    assert api.put(f"{LIST}/greet/archive").json()["workflow"]["archived"] is True
    answer = api.post(f"{LIST}/greet/execute", json={"input": {"name": "x"}})
    assert answer.status_code == 422
    assert api.put(f"{LIST}/greet/unarchive").json()["workflow"]["archived"] is False
    api.start("greet", input={"name": "x"})


def test_workflow_is_registered_once_for_each_deployment(api: Caller) -> None:
    found = api.get(REGISTRATIONS, params={"workflow_search": "approve_order"}).json()
    shown = found["workflow_registrations"]
    assert [each["deployment_name"] for each in shown] == ["samples", "samples-canary"]
    assert [each["name"] for each in shown[0]["definition"]["signals"]] == ["approve", "comment"]
    one = api.get(f"{REGISTRATIONS}/{shown[1]['id']}", params={"with_workflow": "true"}).json()
    assert one["workflow_registration"]["workflow"]["name"] == "approve_order"


def test_queue_filters_registrations(api: Caller) -> None:
    found = api.get(REGISTRATIONS, params={"task_queue": "samples-canary"}).json()
    assert len(found["workflow_registrations"]) == 1


def test_deployment_is_chosen(api: Caller) -> None:
    made = api.start("approve_order", input={}, deployment_name="samples-canary")
    assert made["deployment_name"] == "samples-canary"
    body = {"input": {}, "deployment_name": "elsewhere"}
    assert api.post(f"{LIST}/approve_order/execute", json=body).status_code == 404


def test_task_queue_is_chosen(api: Caller) -> None:
    made = api.start("approve_order", input={}, task_queue="samples-canary")
    assert made["deployment_name"] == "samples-canary"


def without_active(workflow: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in workflow.items() if name != "active"}
