"""Agents: versions, aliases, lists, and who sees them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    Make = Callable[..., dict[str, Any]]


def test_new_agent_is_version_zero_with_filled_arguments(make_agent: Make) -> None:
    made = make_agent(completion_args={"temperature": 0.3})
    assert re.fullmatch(r"ag_[0-9a-f]{32}", made["id"])
    assert (made["version"], made["versions"], made["source"]) == (0, [0], "api")
    assert made["completion_args"]["temperature"] == 0.3
    assert made["completion_args"]["tool_choice"] == "auto"
    assert made["completion_args"]["stop"] is None


def test_agent_of_an_unknown_model_is_refused(api: httpx.Client) -> None:
    answer = api.post("/v1/agents", json={"model": "nope", "name": "Ada"})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "model"])


def test_handover_to_anothers_agent_is_refused(
    api: httpx.Client, make_agent: Make, person: Callable[[str], httpx.Client]
) -> None:
    made = make_agent()
    body = {"model": made["model"], "name": "another's"}
    theirs = person("neighbour").post("/v1/agents", json=body).json()["id"]
    for answer in (
        api.post("/v1/agents", json={**body, "handoffs": [theirs]}),
        api.patch(f"/v1/agents/{made['id']}", json={"handoffs": [theirs]}),
    ):
        assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (
            422,
            ["body", "handoffs"],
        )


def test_update_keeps_what_is_not_sent_and_clears_what_is_null(
    api: httpx.Client, make_agent: Make
) -> None:
    made = make_agent(description="kept", instructions="One.")
    changes = {"instructions": None, "name": None, "version_message": "shorter"}
    changed = api.patch(f"/v1/agents/{made['id']}", json=changes).json()
    assert (changed["description"], changed["instructions"]) == ("kept", None)
    assert changed["name"] == "Ada"
    assert (changed["version"], changed["version_message"]) == (1, "shorter")


def test_note_of_a_version_is_not_inherited(api: httpx.Client, make_agent: Make) -> None:
    made = make_agent(version_message="first")
    assert api.patch(f"/v1/agents/{made['id']}", json={}).json()["version_message"] is None


def test_update_after_a_switch_starts_from_the_current_version(
    api: httpx.Client, make_agent: Make
) -> None:
    id_ = make_agent(instructions="One.")["id"]
    api.patch(f"/v1/agents/{id_}", json={"instructions": "Two."})
    api.patch(f"/v1/agents/{id_}/version", params={"version": 0})
    changed = api.patch(f"/v1/agents/{id_}", json={"description": "third"}).json()
    assert (changed["version"], changed["instructions"]) == (2, "One.")
    assert changed["versions"] == [0, 1, 2]


def test_moved_alias_keeps_when_it_was_made(api: httpx.Client, make_agent: Make) -> None:
    id_ = make_agent()["id"]
    api.patch(f"/v1/agents/{id_}", json={"description": "second"})
    first, second = (
        api.put(f"/v1/agents/{id_}/aliases", params={"alias": "live", "version": each}).json()
        for each in (0, 1)
    )
    assert second["version"] == 1
    assert second["created_at"] == first["created_at"] < second["updated_at"]
    assert api.get(f"/v1/agents/{id_}", params={"agent_version": "live"}).json()["version"] == 1


def test_deleted_agent_leaves_no_alias_behind(api: httpx.Client, make_agent: Make) -> None:
    id_ = make_agent()["id"]
    api.put(f"/v1/agents/{id_}/aliases", params={"alias": "live", "version": 0})
    assert api.delete(f"/v1/agents/{id_}").status_code == 204
    for path in ("", "/versions", "/versions/0", "/aliases"):
        assert api.get(f"/v1/agents/{id_}{path}").status_code == 404


def test_versions_come_newest_first(api: httpx.Client, make_agent: Make) -> None:
    id_ = make_agent()["id"]
    for _ in range(2):
        api.patch(f"/v1/agents/{id_}", json={})
    pages = [
        api.get(f"/v1/agents/{id_}/versions", params={"page": page, "page_size": 2}).json()
        for page in range(3)
    ]
    assert [[each["version"] for each in page] for page in pages] == [[2, 1], [0], []]


def test_token_goes_on_after_an_agent_that_was_deleted(api: httpx.Client, make_agent: Make) -> None:
    ids = [make_agent()["id"] for _ in range(4)]
    first = api.get("/v1/agents/pages", params={"page_size": 2}).json()
    api.delete(f"/v1/agents/{ids[1]}")
    query = {"page_size": 2, "page_token": first["next_page_token"]}
    rest = api.get("/v1/agents/pages", params=query).json()
    assert [each["id"] for each in rest["data"]] == ids[2:]
    assert rest["next_page_token"] is None


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"name": "Ada"}, ["Ada"]),
        ({"search": "o"}, ["Bob"]),
        ({"metadata": json.dumps({"team": "a"})}, ["Ada"]),
        ({"metadata": json.dumps({"team": "a", "n": 1})}, []),
        ({"metadata": '"~?~unset~?~sentinel~?~"'}, ["Ada", "Bob"]),
        ({"deployment_chat": "true"}, ["Bob"]),
        ({"sources": ["playground", "api"]}, ["Ada", "Bob"]),
        ({"sources": "agent_builder_v1"}, []),
    ],
)
@pytest.mark.parametrize("path", ["/v1/agents", "/v1/agents/pages"])
def test_filters(
    api: httpx.Client, make_agent: Make, path: str, query: dict[str, Any], wanted: list[str]
) -> None:
    make_agent(metadata={"team": "a"})
    bob = make_agent(name="Bob")["id"]
    api.patch(f"/v1/agents/{bob}", json={"deployment_chat": True})
    found = api.get(path, params=query).json()
    data = found if isinstance(found, list) else found["data"]
    assert [each["name"] for each in data] == wanted


def test_search_finds_the_id(api: httpx.Client, make_agent: Make) -> None:
    made = make_agent()
    make_agent()
    found = api.get("/v1/agents", params={"search": made["id"][3:]}).json()
    assert [each["id"] for each in found] == [made["id"]]


def test_agents_are_those_of_a_workspace(
    person: Callable[[str], httpx.Client], make_agent: Make
) -> None:
    id_ = make_agent()["id"]
    assert person("colleague").get(f"/v1/agents/{id_}").status_code == 200
    assert person("neighbour").get(f"/v1/agents/{id_}").status_code == 404
    assert person("neighbour").get("/v1/agents").json() == []
