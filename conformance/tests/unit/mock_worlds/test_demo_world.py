"""The world that ships as a demo shows something in every list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock import registry, resources
from mistral_mock.fixtures import FixtureError
from mistral_mock.operations import load_operations
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NESTED = [
    "/v1/agents/{agent_id}/aliases",
    "/v1/agents/{agent_id}/versions",
    "/v1/conversations/{conversation_id}/history",
    "/v1/conversations/{conversation_id}/messages",
    "/v1/libraries/{library_id}/documents",
    "/v1/libraries/{library_id}/share",
    "/v1/observability/campaigns/{campaign_id}/selected-events",
    "/v1/observability/chat-completion-fields/{name}/options",
    "/v1/observability/datasets/{dataset_id}/records",
    "/v1/observability/datasets/{dataset_id}/tasks",
    "/v1/workflows/deployments/{name}/workers",
    "/v1/workflows/executions/{execution_id}/history",
    "/v1/workflows/executions/{execution_id}/trace/events",
    "/v1/workflows/runs/{run_id}/history",
]
PARENTS = {"/v1/workflows/executions": "/v1/workflows/runs"}
ASKED = {"operator": "eq"}
PAGE = (Path(__file__).parents[4] / "docs" / "worlds.md").read_text("utf-8")
FOLDERS = {
    "library": "libraries",
    "file": "files",
    "agent": "agents",
    "judge": "observability/judges",
    "dataset": "observability/datasets",
    "execution of": "workflows/executions",
    "schedule of": "workflows/schedules",
    "voice": "audio/voices",
}
IDS = re.findall(rf"\| ({'|'.join(FOLDERS)}) `[^`|]+`[^|]* \| `([^`]+)` \|", PAGE)
WITHOUT_LISTS = {"workflows.events.get_stream_events", "workflows.workers.whoami"}

resources.load()
LISTS = [
    one.path
    for one in load_operations()
    if one.method == "GET"
    and "{" not in one.path
    and registry.handler(one.id) is not None
    and one.id not in WITHOUT_LISTS
]


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    with (
        running(Settings(clock="manual", world_file=Path("demo"))) as mock,
        httpx.Client(base_url=mock.base_url, trust_env=False) as client,
    ):
        client.headers["authorization"] = "Bearer mock-key"
        yield client


def find_items(answer: Any) -> list[Any]:
    """The longest list in an answer."""
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return []
    return max((find_items(one) for one in answer.values()), key=len, default=[])


@pytest.mark.parametrize("path", LISTS)
def test_every_list_shows_something(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert find_items(answer.json())


@pytest.mark.parametrize("path", NESTED)
def test_every_list_of_an_object_shows_something(api: httpx.Client, path: str) -> None:
    whole, _, name = path.partition("/{")
    known = find_items(api.get(PARENTS.get(whole, whole)).json())
    key = name.partition("}")[0]
    ids = [one.get(key, one.get("id", one.get("name"))) for one in known]
    answers = [api.get(f"{whole}/{id_}{name.partition('}')[2]}", params=ASKED) for id_ in ids]
    assert {answer.status_code for answer in answers} == {200}
    assert any(find_items(answer.json()) for answer in answers)


def test_every_event_has_similar_ones(api: httpx.Client) -> None:
    whole = "/v1/observability/chat-completion-events"
    asked = {"search_params": {"filters": None}}
    known = find_items(api.post(f"{whole}/search", json=asked).json())
    assert len(known) > 1
    for one in known:
        assert find_items(api.get(f"{whole}/{one['event_id']}/similar-events").json())


def test_campaign_is_judged_by_politeness(api: httpx.Client) -> None:
    (campaign,) = find_items(api.get("/v1/observability/campaigns").json())
    assert campaign["judge"]["name"] == "Politeness"


@pytest.mark.parametrize(("kind", "id_"), IDS)
def test_ids_of_the_page_are_those_of_the_demo(api: httpx.Client, kind: str, id_: str) -> None:
    assert api.get(f"/v1/{FOLDERS[kind]}/{id_}").status_code == 200


def test_fine_tuned_models_of_the_page_answer(api: httpx.Client) -> None:
    models = re.findall(r"`(ft:[^`]+)`", PAGE.partition("## Rules")[0])
    asked = {"messages": [{"role": "user", "content": "Hello"}]}
    answers = [api.post("/v1/chat/completions", json={**asked, "model": one}) for one in models]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_reset_plays_the_requests_again(api: httpx.Client) -> None:
    api.post("/v1/conversations", json={"model": "mistral-small-latest", "inputs": "Hello"})
    assert len(api.get("/v1/conversations").json()) == 2
    api.post("/_mock/reset")
    assert len(api.get("/v1/conversations").json()) == 1


def test_refused_request_of_a_world_ends_the_start(tmp_path: Path) -> None:
    file = tmp_path / "world.yaml"
    file.write_text("requests:\n  - {method: POST, path: /v1/libraries, body: {}}\n")
    with pytest.raises(FixtureError, match=r"requests\.0: POST /v1/libraries: .*name"):
        running(Settings(world_file=file)).__enter__()


def test_workflow_of_the_introduction_can_be_executed(api: httpx.Client) -> None:
    made = api.post(
        "/v1/workflows/example-hello-world/execute", json={"input": {"document_title": "Ada"}}
    )
    assert made.status_code == 200
    assert made.json()["workflow_name"] == "example-hello-world"


def test_strict_replies_are_for_the_requests_of_tests_alone() -> None:
    settings = Settings(world_file=Path("demo"), strict_replies=True)
    with running(settings) as mock, httpx.Client(base_url=mock.base_url, trust_env=False) as client:
        headers = {"Authorization": "Bearer mock-key"}
        assert client.get("/v1/conversations", headers=headers).json()
        body = {"model": "mistral-small-latest", "inputs": "Hello."}
        assert client.post("/v1/conversations", headers=headers, json=body).status_code == 400
