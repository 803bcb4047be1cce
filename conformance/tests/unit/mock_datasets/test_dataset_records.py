"""Records of datasets: change, judge, delete, export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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

from mistral_mock.resources.observability import exports

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer

RANGE = {"type": "REGRESSION", "min_description": "Unclear", "max_description": "Clear"}
JUDGE = {
    "name": "Clarity",
    "description": "Marks clarity",
    "model_name": "mistral-small-latest",
    "instructions": "Mark it.",
    "tools": [],
    "output": {**RANGE, "min": 2, "max": 4},
}


def test_records_are_listed_in_the_order_of_their_making(
    api: httpx.Client, dataset: dict[str, Any]
) -> None:
    for text in ("one", "two", "three"):
        add_record(api, dataset, text)
    assert read_texts(api, dataset) == ["one", "two", "three"]


def test_a_replaced_payload_moves_the_time(api: httpx.Client, dataset: dict[str, Any]) -> None:
    made = add_record(api, dataset)
    path = f"{RECORDS}/{made['id']}"
    assert api.put(f"{path}/payload", json={"payload": {"x": [1]}}).status_code == 204
    read = api.get(path).json()
    assert read["payload"] == {"x": [1]}
    assert read["updated_at"] > made["updated_at"]
    assert read["created_at"] == made["created_at"]


def test_ids_are_the_same_in_capitals(api: httpx.Client, dataset: dict[str, Any]) -> None:
    first, second = add_record(api, dataset), add_record(api, dataset)
    assert api.get(f"{RECORDS}/{first['id'].upper()}").json() == first
    body = {"dataset_record_ids": [second["id"].upper()]}
    assert api.post(f"{RECORDS}/bulk-delete", json=body).status_code == 204
    assert read_records(api, dataset) == [first]


def test_deleting_several_passes_over_what_is_not_there(
    api: httpx.Client, dataset: dict[str, Any]
) -> None:
    made = add_record(api, dataset)["id"]
    body = {"dataset_record_ids": [dataset["id"], made, made]}
    assert api.post(f"{RECORDS}/bulk-delete", json=body).status_code == 204
    assert read_records(api, dataset) == []


def test_other_workspaces_cannot_touch_a_record(
    person: Callable[[str], httpx.Client], dataset: dict[str, Any]
) -> None:
    made = add_record(person("mock"), dataset)
    path, neighbour = f"{RECORDS}/{made['id']}", person("neighbour")
    code = (404, "DATASET_RECORD_NOT_FOUND")
    assert code_of(neighbour.get(path)) == code
    assert code_of(neighbour.delete(path)) == code
    assert code_of(neighbour.put(f"{path}/payload", json={"payload": {}})) == code
    assert code_of(neighbour.post(f"{path}/live-judging", json={"judge_definition": JUDGE})) == code
    neighbour.post(f"{RECORDS}/bulk-delete", json={"dataset_record_ids": [made["id"]]})
    assert person("colleague").get(path).json() == made


def test_a_verdict_follows_from_judge_and_record(
    api: httpx.Client, dataset: dict[str, Any]
) -> None:
    path = f"{RECORDS}/{add_record(api, dataset)['id']}/live-judging"
    first = api.post(path, json={"judge_definition": JUDGE}).json()
    assert 2 <= first["answer"] <= 4
    assert api.post(path, json={"judge_definition": JUDGE}).json() == first


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"messages": "Hello"},
        {"messages": ["Hello"]},
        {"messages": []},
        {"messages": [{"content": "Hello"}]},
    ],
)
def test_only_conversations_are_judged(
    api: httpx.Client, dataset: dict[str, Any], payload: dict[str, Any]
) -> None:
    made = add_record(api, dataset)["id"]
    api.put(f"{RECORDS}/{made}/payload", json={"payload": payload})
    refused = api.post(f"{RECORDS}/{made}/live-judging", json={"judge_definition": JUDGE})
    assert code_of(refused) == (400, "JUDGE_CONVERSATION_FORMAT_ERROR")


def test_an_export_is_a_file_among_files(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    add_record(api, dataset, "größer")
    link = api.get(f"{DATASETS}/{dataset['id']}/exports/to-jsonl").json()["file_url"]
    (file,) = api.get("/v1/files", params={"source": "mistral"}).json()["data"]
    assert file["num_lines"] == 1
    assert file["filename"].startswith("questions-")
    served = api.get(link, headers={"authorization": ""})
    assert json.loads(served.text) == {
        "messages": [{"role": "user", "content": "größer"}],
        "properties": {},
    }
    assert api.get(f"/v1/files/{file['id']}/content").content == served.content
    town.clock.advance(exports.LIFETIME_S + 1)
    assert api.get(link).status_code == 403


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "no messages"},
        {"messages": [{"role": "user", "content": "Hi"}], "properties": {"own": 1}},
        {"messages": [{"role": "user", "content": "Hi"}], "tools": []},
        {"messages": []},
        {"messages": "text"},
        {"messages": None},
        {"messages": [{"content": "x"}]},
        {"payload": {"messages": []}},
        {},
    ],
)
def test_whatever_is_exported_comes_back_the_same(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any], payload: dict[str, Any]
) -> None:
    made = add_record(api, dataset)["id"]
    api.put(f"{RECORDS}/{made}/payload", json={"payload": payload})
    api.put(f"{RECORDS}/{made}/properties", json={"properties": {"a": None}})
    api.get(f"{DATASETS}/{dataset['id']}/exports/to-jsonl")
    (file,) = api.get("/v1/files").json()["data"]
    other = make_dataset(api, "Another")
    path = f"{DATASETS}/{other['id']}/imports/from-file"
    api.post(path, json={"file_id": file["id"]})
    town.clock.advance(4)
    (copy,) = read_records(api, other)
    assert (copy["payload"], copy["properties"]) == (payload, {"a": None})
