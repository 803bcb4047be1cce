"""Datasets: make, list, find, change, delete; who sees them; fixtures and state files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.mock_datasets.conftest import (
    DATASETS,
    RECORDS,
    add_record,
    code_of,
    make_dataset,
    read_records,
    read_texts,
)

from mistral_mock.fixtures import FixtureError
from mistral_mock.resources.observability.dataset_state import DatasetRecord, Entries, ImportTask
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_mock.server import RunningServer

NOBODY = "00000000-0000-4000-8000-000000000000"
WORLD = """
datasets:
  - name: Support questions
    description: What the help desk hears
    records:
      - payload: {messages: [{role: user, content: Owls}]}
        properties: {topic: contracts}
      - payload: {text: anything}
  - name: Empty one
"""


def names(answer: httpx.Response) -> list[str]:
    """The names on a page of datasets."""
    return [each["name"] for each in answer.json()["datasets"]["results"]]


def test_datasets_are_listed_newest_first(api: httpx.Client) -> None:
    for name in ("First", "Second", "Third"):
        make_dataset(api, name)
    assert names(api.get(DATASETS)) == ["Third", "Second", "First"]


@pytest.mark.parametrize(("text", "found"), [("ENTS", 1), ("ask", 2), ("birds", 0), ("", 2)])
def test_q_looks_at_name_and_description_in_any_case(
    api: httpx.Client, text: str, found: int
) -> None:
    make_dataset(api, "Contents")
    make_dataset(api, "Others")
    assert api.get(DATASETS, params={"q": text}).json()["datasets"]["count"] == found


def test_the_links_of_pages_lead_through_the_same_search(api: httpx.Client) -> None:
    for name in ("Owls & co 1", "Owls & co 2", "Other", "Owls & co 3"):
        make_dataset(api, name)
    first = api.get(DATASETS, params={"q": "owls & co", "page_size": 2})
    assert first.json()["datasets"]["previous"] is None
    second = api.get(first.json()["datasets"]["next"])
    assert names(first) + names(second) == ["Owls & co 3", "Owls & co 2", "Owls & co 1"]
    assert second.json()["datasets"]["next"] is None
    assert api.get(second.json()["datasets"]["previous"]).json() == first.json()


def test_a_page_of_no_size_counts_alone(api: httpx.Client, dataset: dict[str, Any]) -> None:
    page = api.get(DATASETS, params={"page_size": 0}).json()["datasets"]
    assert (page["results"], page["count"], page["next"]) == ([], 1, None)
    assert names(api.get(DATASETS)) == [dataset["name"]]


def test_null_changes_nothing(api: httpx.Client, dataset: dict[str, Any]) -> None:
    path = f"{DATASETS}/{dataset['id']}"
    assert api.patch(path, json={"name": None, "description": None}).json() == dataset
    assert api.patch(path, json={}).json() == dataset


def test_a_change_moves_the_time_alone(api: httpx.Client, dataset: dict[str, Any]) -> None:
    changed = api.patch(f"{DATASETS}/{dataset['id']}", json={"description": "New"}).json()
    assert changed["updated_at"] > dataset["updated_at"]
    kept = {"description": "New", "updated_at": changed["updated_at"]}
    assert changed == {**dataset, **kept}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_other_workspaces_do_not_see_a_dataset(
    person: Callable[[str], httpx.Client], dataset: dict[str, Any], method: str
) -> None:
    path = f"{DATASETS}/{dataset['id']}"
    body = {"name": "Stolen"} if method == "PATCH" else None
    refused = person("neighbour").request(method, path, json=body)
    assert code_of(refused) == (404, "DATASET_NOT_FOUND")
    assert names(person("neighbour").get(DATASETS)) == []
    assert person("colleague").get(path).json() == dataset


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", f"{DATASETS}/{NOBODY}", "DATASET_NOT_FOUND"),
        ("GET", f"{DATASETS}/{NOBODY}/records", "DATASET_NOT_FOUND"),
        ("GET", f"{DATASETS}/{NOBODY}/tasks", "DATASET_NOT_FOUND"),
        ("GET", f"{DATASETS}/{NOBODY}/exports/to-jsonl", "DATASET_NOT_FOUND"),
        ("GET", f"{RECORDS}/{NOBODY}", "DATASET_RECORD_NOT_FOUND"),
        ("DELETE", f"{RECORDS}/{NOBODY}", "DATASET_RECORD_NOT_FOUND"),
    ],
)
def test_what_is_not_there_has_a_code(api: httpx.Client, method: str, path: str, code: str) -> None:
    assert code_of(api.request(method, path)) == (404, code)


@pytest.mark.parametrize(
    "body", [{"name": "four", "description": ""}, {"name": "No description"}, {"description": ""}]
)
def test_wrong_datasets_are_refused(api: httpx.Client, body: dict[str, str]) -> None:
    assert code_of(api.post(DATASETS, json=body)) == (422, "VALIDATION_ERROR")


def test_text_that_is_no_json_is_refused_in_the_same_shape(api: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    refused = api.post(DATASETS, content=b'{"name": ', headers=headers)
    assert code_of(refused) == (422, "VALIDATION_ERROR")


def test_deleting_a_dataset_leaves_nothing_of_it(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    other = make_dataset(api, "Another")
    kept = add_record(api, other)
    add_record(api, dataset)
    body = {"dataset_record_ids": [kept["id"]]}
    api.post(f"{DATASETS}/{dataset['id']}/imports/from-dataset", json=body)
    assert api.delete(f"{DATASETS}/{dataset['id']}").status_code == 204
    town.clock.advance(60)
    assert names(api.get(DATASETS)) == ["Another"]
    assert [each.id for each in town.store.table(DatasetRecord)] == [kept["id"]]
    assert len(town.store.table(ImportTask)) == len(town.store.table(Entries)) == 0


def test_fixtures_bring_datasets_with_records(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(WORLD)
    with running(Settings(clock="manual", world_file=world)) as server:
        headers = {"authorization": "Bearer mock-key"}
        with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api:
            empty, full = api.get(DATASETS).json()["datasets"]["results"]
            assert (empty["name"], full["description"]) == (
                "Empty one",
                "What the help desk hears",
            )
            first, second = read_records(api, full)
            assert first["properties"] == {"topic": "contracts"}
            assert second["payload"] == {"text": "anything"}
            assert read_records(api, empty) == []


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        ("datasets: [{name: Long enough}, {name: Long enough}]", "two named 'Long enough'"),
        ("datasets: [{name: Long enough, records: [{}]}]", "records.0"),
        ("datasets: [{name: tiny}]", "datasets.0.name"),
    ],
)
def test_wrong_fixtures_are_named(tmp_path: Path, world: str, reason: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(world)
    settings = Settings(world_file=path)
    with pytest.raises(FixtureError, match=reason), running(settings):
        pass


def test_datasets_and_imports_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state.sqlite", processing_delay_s=4)
    headers = {"authorization": "Bearer mock-key"}
    with (
        running(settings) as server,
        httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api,
    ):
        dataset = make_dataset(api)
        ids = [add_record(api, dataset, text)["id"] for text in ("one", "two")]
        path = f"{DATASETS}/{dataset['id']}"
        body = {"dataset_record_ids": ids}
        task = api.post(f"{path}/imports/from-dataset", json=body).json()
        server.clock.advance(2)
        assert read_texts(api, dataset) == ["one", "two", "one"]
    with (
        running(settings) as server,
        httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api,
    ):
        assert api.get(f"{path}/tasks/{task['id']}").json()["progress"] == 50
        server.clock.advance(2)
        assert read_texts(api, dataset) == ["one", "two", "one", "two"]
        assert api.get(f"{path}/tasks/{task['id']}").json()["status"] == "COMPLETED"
