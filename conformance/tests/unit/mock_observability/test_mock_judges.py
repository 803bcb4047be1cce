"""Judges of the mock: contents, revisions, names, filters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mistral_mock.fixtures import FixtureError, read_fixtures

from .conftest import define

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_mock.server import RunningServer

    from .conftest import Caller

SCALE = {"type": "REGRESSION", "min_description": "Bad", "max_description": "Good"}


def test_created_judge_is_the_judge_that_is_read(api: Caller) -> None:
    made = api.judge()
    assert made.items() >= define().items()
    assert made["created_at"] == made["updated_at"]
    assert made["up_revision"] is made["down_revision"] is made["base_revision"] is None
    assert api.send("GET", f"/judges/{made['id']}") == made


def test_scale_has_its_ends_even_when_they_are_not_sent(api: Caller) -> None:
    assert api.judge(output=SCALE)["output"] == {**SCALE, "min": 0, "max": 1}


def test_name_is_taken_until_its_judge_is_deleted(api: Caller) -> None:
    made = api.judge()
    code = api.refused("POST", "/judges", 409, json=define(description="Another"))
    assert code == "JUDGE_NAME_ALREADY_EXISTS"
    api.send("DELETE", f"/judges/{made['id']}", 204)
    api.judge()


def test_names_of_another_workspace_are_free(
    server: RunningServer, connect: Callable[..., Caller]
) -> None:
    made = connect(server).judge()
    neighbour = connect(server, "neighbour")
    assert neighbour.judge()["id"] != made["id"]
    assert neighbour.refused("GET", f"/judges/{made['id']}", 404) == "JUDGE_NOT_FOUND"


def test_updated_judge_keeps_its_id_and_leaves_a_revision(api: Caller) -> None:
    first = api.judge(instructions="1")
    path = f"/judges/{first['id']}"
    api.send("PUT", path, 204, json=define(instructions="2"))
    api.send("PUT", path, 204, json=define(instructions="3"))
    newest = api.send("GET", path)
    middle = api.send("GET", f"/judges/{newest['down_revision']}")
    oldest = api.send("GET", f"/judges/{middle['down_revision']}")
    assert [each["instructions"] for each in (newest, middle, oldest)] == ["3", "2", "1"]
    assert newest["created_at"] == first["created_at"] < newest["updated_at"]
    assert (newest["up_revision"], middle["up_revision"]) == (None, newest["id"])
    assert (oldest["up_revision"], oldest["down_revision"]) == (middle["id"], None)
    assert newest["base_revision"] == middle["base_revision"] == oldest["id"]


def test_older_revision_is_not_updated(api: Caller) -> None:
    path = f"/judges/{api.judge()['id']}"
    api.send("PUT", path, 204, json=define(instructions="2"))
    older = api.send("GET", path)["down_revision"]
    code = api.refused("PUT", f"/judges/{older}", 409, json=define(instructions="3"))
    assert code == "JUDGE_ALREADY_HAS_NEW_VERSION"


def test_older_revisions_are_not_listed(api: Caller) -> None:
    path = f"/judges/{api.judge()['id']}"
    api.send("PUT", path, 204, json=define(name="Places 2"))
    (listed,) = api.send("GET", "/judges")["judges"]["results"]
    assert listed == api.send("GET", path)


def test_update_without_change_is_refused(api: Caller) -> None:
    path = f"/judges/{api.judge(output=SCALE)['id']}"
    body = define(output={**SCALE, "min": 0})
    assert api.refused("PUT", path, 400, json=body) == "JUDGE_DID_NOT_CHANGE"


def test_update_to_a_name_that_is_taken_is_refused(api: Caller) -> None:
    api.judge()
    path = f"/judges/{api.judge(name='Other')['id']}"
    assert api.refused("PUT", path, 409, json=define()) == "JUDGE_NAME_ALREADY_EXISTS"


def test_judge_of_a_campaign_is_not_updated_until_that_is_deleted(api: Caller) -> None:
    api.chat("Hello")
    judge = api.judge()
    campaign = api.campaign(judge)
    path, body = f"/judges/{judge['id']}", define(instructions="2")
    code = api.refused("PUT", path, 409, json=body)
    assert code == "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED"
    api.send("DELETE", f"/campaigns/{campaign['id']}", 204)
    api.send("PUT", path, 204, json=body)


def test_deleting_any_revision_deletes_the_judge(api: Caller) -> None:
    path = f"/judges/{api.judge()['id']}"
    api.send("PUT", path, 204, json=define(instructions="2"))
    older = f"/judges/{api.send('GET', path)['down_revision']}"
    api.send("DELETE", older, 204)
    for each in (path, older):
        assert api.refused("GET", each, 404) == "JUDGE_NOT_FOUND"


def test_list_is_filtered(api: Caller) -> None:
    places = api.judge(model_name="small")["id"]
    marks = api.judge(name="Marks", description="How good", output=SCALE)["id"]
    for query, found in (
        ({}, [marks, places]),
        ({"type_filter": ["REGRESSION"]}, [marks]),
        ({"type_filter": ["REGRESSION", "CLASSIFICATION"]}, [marks, places]),
        ({"model_filter": ["small", "large"]}, [places]),
        ({"q": "PLACE"}, [places]),
        ({"q": "how good"}, [marks]),
        ({"q": "how good", "model_filter": ["small"]}, []),
    ):
        page = api.send("GET", "/judges", params=query)["judges"]
        assert ([each["id"] for each in page["results"]], page["count"]) == (found, len(found))


def test_pages_count_from_1_and_keep_the_filter(api: Caller) -> None:
    made = [api.judge(name=f"Judge {number}")["id"] for number in range(3)]
    api.judge(name="Other")
    query = {"q": "judge", "page_size": 2}
    first = api.send("GET", "/judges", params=query)["judges"]
    second = api.client.get(first["next"]).json()["judges"]
    assert [each["id"] for each in first["results"] + second["results"]] == made[::-1]
    assert (second["next"], second["count"]) == (None, 3)
    assert api.client.get(second["previous"]).json()["judges"] == first


@pytest.mark.parametrize("page", [3, 90])
def test_before_a_page_beyond_the_end_comes_the_last_one(api: Caller, page: int) -> None:
    for number in range(3):
        api.judge(name=f"Judge {number}")
    beyond = api.send("GET", "/judges", params={"page_size": 2, "page": page})["judges"]
    assert (beyond["results"], beyond["next"]) == ([], None)
    last = api.client.get(beyond["previous"]).json()["judges"]
    assert len(last["results"]) == 1


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"content": "Hi"}],
        [{"role": "robot", "content": "Hi"}],
        [{"role": ["user"], "content": "Hi"}],
        [{"role": "user"}],
        [{"role": "user", "content": 1}],
    ],
)
def test_what_is_no_conversation_is_not_judged(api: Caller, messages: object) -> None:
    path = f"/judges/{api.judge()['id']}/live-judging"
    code = api.refused("POST", path, 400, json={"messages": messages})
    assert code == "JUDGE_CONVERSATION_FORMAT_ERROR"


def test_unknown_judge_is_not_found(api: Caller) -> None:
    path = f"/judges/{uuid4()}"
    assert api.refused("GET", path, 404) == "JUDGE_NOT_FOUND"
    assert api.refused("DELETE", path, 404) == "JUDGE_NOT_FOUND"
    assert api.refused("PUT", path, 404, json=define()) == "JUDGE_NOT_FOUND"


def test_world_has_judges(
    start: Callable[..., RunningServer], connect: Callable[..., Caller], tmp_path: Path
) -> None:
    world = tmp_path / "world.yaml"
    output = "{type: REGRESSION, min_description: Bad, max_description: Good}"
    world.write_text(f"judges:\n  - name: Marks\n    output: {output}\n")
    api = connect(start(world_file=world))
    (judge,) = api.send("GET", "/judges")["judges"]["results"]
    assert (judge["name"], judge["output"]["max"]) == ("Marks", 1)
    api.send("PUT", f"/judges/{judge['id']}", 204, json=define())


def test_world_with_a_judge_of_no_type_is_refused(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text("judges:\n  - name: Marks\n    output: {type: OTHER}\n")
    with pytest.raises(FixtureError, match=r"judges\.0\.output"):
        read_fixtures(world)
