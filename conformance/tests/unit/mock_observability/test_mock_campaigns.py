"""Campaigns of the mock: samples, verdicts over time, pages, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from .conftest import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

    from .conftest import Caller


@pytest.fixture
def chats(api: Caller) -> list[str]:
    """The ids of four events, the newest first."""
    for text in ("Ships in the port", "Fields and farms", "Old ships", "Green fields"):
        api.chat(text)
    return api.ids()


def list_events(api: Caller, campaign: dict[str, Any], **query: object) -> dict[str, Any]:
    path = f"/campaigns/{campaign['id']}/selected-events"
    page: dict[str, Any] = api.send("GET", path, params=query)["completion_events"]
    return page


def read_status(api: Caller, campaign: dict[str, Any]) -> str:
    status: str = api.send("GET", f"/campaigns/{campaign['id']}/status")["status"]
    return status


@pytest.mark.usefixtures("chats")
def test_created_campaign_is_the_campaign_that_is_read_and_listed(api: Caller) -> None:
    judge = api.judge()
    made = api.campaign(judge, 3)
    assert made["judge"] == judge
    for name in ("name", "description", "max_nb_events", "search_params"):
        assert made[name] == plan(judge["id"], max_nb_events=3)[name]
    assert api.send("GET", f"/campaigns/{made['id']}") == made
    assert api.send("GET", "/campaigns")["campaigns"]["results"] == [made]


def test_all_matching_events_are_selected(api: Caller, chats: list[str]) -> None:
    campaign = api.campaign(api.judge())
    found = list_events(api, campaign)
    assert [each["event_id"] for each in found["results"]] == chats


def test_filter_chooses_the_events(api: Caller, chats: list[str]) -> None:
    ships = {"filters": {"field": "last_user_message", "op": "icontains", "value": "ships"}}
    found = list_events(api, api.campaign(api.judge(), search_params=ships))
    assert [each["event_id"] for each in found["results"]] == [chats[1], chats[3]]


def test_sample_is_as_large_as_it_may_be(api: Caller, chats: list[str]) -> None:
    judge = api.judge()
    samples = [list_events(api, api.campaign(judge, 2)) for _ in range(8)]
    chosen = [tuple(each["event_id"] for each in found["results"]) for found in samples]
    assert all(len(ids) == 2 and set(ids) <= set(chats) for ids in chosen)
    assert len(set(chosen)) > 1


@pytest.mark.usefixtures("chats")
def test_status_follows_the_clock(api: Caller, server: RunningServer) -> None:
    campaign = api.campaign(api.judge())
    assert read_status(api, campaign) == "RUNNING"
    server.clock.advance(3.9)
    assert read_status(api, campaign) == "RUNNING"
    server.clock.advance(0.1)
    assert read_status(api, campaign) == "COMPLETED"


@pytest.mark.usefixtures("chats")
def test_verdicts_come_one_by_one(api: Caller, server: RunningServer) -> None:
    campaign = api.campaign(api.judge())
    counts = []
    for _ in range(5):
        found = list_events(api, campaign)["results"]
        counts.append(sum("judge_answer" in each["extra_fields"] for each in found))
        server.clock.advance(1)
    assert counts == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("chats")
def test_verdicts_are_those_of_the_judge(api: Caller, server: RunningServer) -> None:
    campaign = api.campaign(api.judge())
    server.clock.advance(4)
    found = list_events(api, campaign)["results"]
    answers = [each["extra_fields"]["judge_answer"] for each in found]
    assert answers == ["land", "sea", "land", "sea"]


def test_later_events_stay_out_and_pages_hold_the_rest(api: Caller, chats: list[str]) -> None:
    campaign = api.campaign(api.judge())
    api.chat("Another one")
    first = list_events(api, campaign, page_size=3)
    second = api.client.get(first["next"]).json()["completion_events"]
    assert [each["event_id"] for each in first["results"] + second["results"]] == chats
    assert (first["count"], second["next"]) == (4, None)


def test_campaign_without_events_is_refused(api: Caller) -> None:
    code = api.refused("POST", "/campaigns", 400, json=plan(api.judge()["id"]))
    assert code == "CAMPAIGN_NO_MATCHING_EVENTS"


@pytest.mark.usefixtures("chats")
def test_campaign_without_a_judge_is_refused(api: Caller) -> None:
    code = api.refused("POST", "/campaigns", 404, json=plan(str(uuid4())))
    assert code == "JUDGE_NOT_FOUND"


@pytest.mark.usefixtures("chats")
def test_campaign_keeps_a_judge_that_is_deleted(api: Caller) -> None:
    judge = api.judge()
    campaign = api.campaign(judge)
    api.send("DELETE", f"/judges/{judge['id']}", 204)
    assert api.send("GET", f"/campaigns/{campaign['id']}")["judge"] == judge


@pytest.mark.usefixtures("chats")
def test_list_is_searched(api: Caller) -> None:
    judge = api.judge()
    spring = api.campaign(judge)
    api.campaign(judge, name="Autumn", description="")
    page = api.send("GET", "/campaigns", params={"q": "SPRING"})["campaigns"]
    assert (page["results"], page["count"]) == ([spring], 1)


def test_deleted_campaign_is_gone_and_its_events_stay(api: Caller, chats: list[str]) -> None:
    campaign = api.campaign(api.judge())
    path = f"/campaigns/{campaign['id']}"
    api.send("DELETE", path, 204)
    for each in (path, f"{path}/status", f"{path}/selected-events"):
        assert api.refused("GET", each, 404) == "CAMPAIGN_NOT_FOUND"
    assert api.ids() == chats


@pytest.mark.usefixtures("chats")
def test_another_workspace_does_not_see_a_campaign(
    api: Caller, server: RunningServer, connect: Callable[..., Caller]
) -> None:
    campaign = api.campaign(api.judge())
    neighbour = connect(server, "neighbour")
    assert neighbour.send("GET", "/campaigns")["campaigns"]["count"] == 0
    path = f"/campaigns/{campaign['id']}"
    assert neighbour.refused("GET", path, 404) == "CAMPAIGN_NOT_FOUND"


def test_chat_that_no_judge_can_read_is_selected_without_a_verdict(
    api: Caller, server: RunningServer
) -> None:
    api.chat("Ships in the port")
    silent = [{"role": "user", "content": None}, {"role": "user", "content": "Ships"}]
    api.chat("", messages=silent)
    campaign = api.campaign(api.judge())
    server.clock.advance(10)
    judged = [
        "judge_answer" in each["extra_fields"] for each in list_events(api, campaign)["results"]
    ]
    assert judged == [False, True]
