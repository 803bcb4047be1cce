"""Imports into datasets: sources, progress by the clock, problems."""

from __future__ import annotations

import json
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

from mistral_mock.resources.observability.recordings import StoredEvent
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

EVENTS = "/v1/observability/chat-completion-events"
EVERY = {"filters": {"field": "nb_input_tokens", "op": "gte", "value": 0}}
NOBODY = "00000000-0000-4000-8000-000000000000"


def upload(api: httpx.Client, *lines: str) -> str:
    """The id of a file with these lines."""
    part = ("lines.jsonl", "\n".join(lines).encode(), "application/jsonl")
    return str(api.post("/v1/files", files={"file": part}).json()["id"])


def line(text: str, **more: Any) -> str:
    """A line with one question."""
    return json.dumps({"messages": [{"role": "user", "content": text}], **more})


def begin(api: httpx.Client, dataset: dict[str, Any], way: str, **body: Any) -> str:
    """The path of a new import's task."""
    path = f"{DATASETS}/{dataset['id']}"
    answer = api.post(f"{path}/imports/from-{way}", json=body)
    assert answer.status_code == 202
    assert answer.json()["status"] == "RUNNING"
    return f"{path}/tasks/{answer.json()['id']}"


def finish(town: RunningServer, api: httpx.Client, task: str) -> tuple[str, int, str | None]:
    """Status, progress and message of an import at its end."""
    town.clock.advance(4)
    found = api.get(task).json()
    return found["status"], found["progress"], found["message"]


def test_progress_follows_the_clock(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    task = begin(api, dataset, "file", file_id=upload(api, *map(line, "abcd")))
    seen = []
    for _ in range(5):
        found = api.get(task).json()
        seen.append((found["status"], found["progress"], "".join(read_texts(api, dataset))))
        town.clock.advance(1)
    assert seen == [
        ("RUNNING", 0, ""),
        ("RUNNING", 25, "a"),
        ("RUNNING", 50, "ab"),
        ("RUNNING", 75, "abc"),
        ("COMPLETED", 100, "abcd"),
    ]
    assert api.get(task).json()["message"] is None


def test_one_long_step_is_as_good_as_many_short_ones(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    other = make_dataset(api, "Another")
    for each in (dataset, other):
        first = begin(api, each, "file", file_id=upload(api, *map(line, "abc")))
        second = begin(api, each, "file", file_id=upload(api, *map(line, "de")))
        for _ in range(8):
            town.clock.advance(0.5)
            if each is other:
                api.get(first)
        assert [api.get(task).json()["status"] for task in (first, second)] == ["COMPLETED"] * 2
    assert read_texts(api, dataset) == read_texts(api, other) == list("adbce")


def test_wrong_lines_are_left_out_and_named(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    wrong = ["{", "[]", '{"messages": []}', '{"messages": [{"content": "?"}]}', '{"a": NaN}']
    falsy: tuple[object, ...] = (0, False, "", [])
    wrong += [line("x", properties=each) for each in (3, *falsy)] + ['{"messages": 1}']
    task = begin(api, dataset, "file", file_id=upload(api, line("right"), "", *wrong))
    status, progress, message = finish(town, api, task)
    assert (status, progress) == ("COMPLETED", 100)
    assert message is not None
    assert message.startswith("1 of 12 records were added. Left out: line 3: it is not JSON (")
    assert "line 4: it is not a JSON object; line 5: `messages` is not a list" in message
    assert "line 6: message 0 is not an object with a role; line 7: " in message
    assert message.endswith("; and 6 more")
    assert read_texts(api, dataset) == ["right"]


def test_a_file_of_wrong_lines_fails(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    task = begin(api, dataset, "file", file_id=upload(api, "wrong"))
    status, progress, message = finish(town, api, task)
    assert (status, progress) == ("FAILED", 100)
    assert message is not None
    assert message.startswith("0 of 1 records were added. Left out: line 1: it is not JSON")


@pytest.mark.parametrize("whose", ["none", "neighbour", "empty"])
def test_a_file_that_cannot_be_read_fails_and_says_why(
    town: RunningServer,
    person: Callable[[str], httpx.Client],
    dataset: dict[str, Any],
    whose: str,
) -> None:
    api = person("mock")
    file = {
        "none": lambda: NOBODY,
        "neighbour": lambda: upload(person("neighbour"), line("secret")),
        "empty": lambda: upload(api, "", " "),
    }[whose]()
    status, progress, message = finish(town, api, begin(api, dataset, "file", file_id=file))
    assert (status, progress) == ("FAILED", 0)
    gone = f"There is no file with the id {file}"
    assert message == ("The file lines.jsonl is empty" if whose == "empty" else gone)
    assert read_records(api, dataset) == []


def test_lines_may_come_from_windows(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    content = f"\ufeff{line('one')}\r\n{line('two', properties=None)}\r\n".encode()
    part = ("lines.jsonl", content, "application/jsonl")
    file = api.post("/v1/files", files={"file": part}).json()["id"]
    assert finish(town, api, begin(api, dataset, "file", file_id=file))[0] == "COMPLETED"
    assert read_texts(api, dataset) == ["one", "two"]


def test_what_was_read_is_imported_whatever_happens_to_the_source(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    other = make_dataset(api, "Another")
    made = add_record(api, other, "kept")
    task = begin(api, dataset, "dataset", dataset_record_ids=[made["id"]])
    api.delete(f"{DATASETS}/{other['id']}")
    assert finish(town, api, task)[0] == "COMPLETED"
    assert read_texts(api, dataset) == ["kept"]


def test_records_of_other_workspaces_are_not_copied(
    town: RunningServer, person: Callable[[str], httpx.Client], dataset: dict[str, Any]
) -> None:
    api, neighbour = person("mock"), person("neighbour")
    secret = add_record(neighbour, make_dataset(neighbour))["id"]
    mine = add_record(api, make_dataset(api, "Another"), "mine")["id"]
    task = begin(api, dataset, "dataset", dataset_record_ids=[secret, mine.upper()])
    assert finish(town, api, task) == (
        "COMPLETED",
        100,
        f"1 of 2 records were added. Left out: there is no dataset record with the id {secret}",
    )
    assert read_texts(api, dataset) == ["mine"]


@pytest.mark.parametrize(
    ("way", "field"), [("explorer", "completion_event_ids"), ("playground", "conversation_ids")]
)
def test_an_import_of_nothing_is_soon_complete(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any], way: str, field: str
) -> None:
    task = begin(api, dataset, way, **{field: []})
    assert finish(town, api, task) == ("COMPLETED", 100, None)


def test_tasks_are_listed_newest_first(api: httpx.Client, dataset: dict[str, Any]) -> None:
    file = upload(api, line("a"))
    tasks = [begin(api, dataset, "file", file_id=file) for _ in range(3)]
    page = api.get(f"{DATASETS}/{dataset['id']}/tasks", params={"page_size": 2}).json()["tasks"]
    ids = [task.rpartition("/")[2] for task in tasks]
    assert [each["id"] for each in page["results"]] == ids[:0:-1]
    following = api.get(page["next"]).json()["tasks"]["results"]
    assert [each["id"] for each in following] == ids[:1]


def test_a_task_is_found_under_its_own_dataset_alone(
    api: httpx.Client, dataset: dict[str, Any]
) -> None:
    task = begin(api, dataset, "file", file_id=upload(api, line("a")))
    other = make_dataset(api, "Another")
    moved = task.replace(dataset["id"], other["id"])
    assert code_of(api.get(moved)) == (404, "DATASET_TASK_NOT_FOUND")


def chat(api: httpx.Client, text: str) -> str:
    """The id of the event that a chat leaves behind."""
    messages = [{"role": "user", "content": text}]
    body = {"model": "mistral-small-latest", "messages": messages, "max_tokens": 8}
    assert api.post("/v1/chat/completions", json=body).status_code == 200
    found = api.post(f"{EVENTS}/search-ids", json={"search_params": EVERY}).json()
    return str(found["completion_event_ids"][0])


def test_recorded_chats_become_conversations(
    town: RunningServer, person: Callable[[str], httpx.Client], dataset: dict[str, Any]
) -> None:
    api = person("mock")
    event, secret = chat(api, "Say hello."), chat(person("neighbour"), "A secret")
    task = begin(api, dataset, "explorer", completion_event_ids=[event, secret])
    status, _, message = finish(town, api, task)
    assert status == "COMPLETED"
    assert message is not None
    assert message.endswith(f"there is no recorded chat completion with the id {secret}")
    (record,) = read_records(api, dataset)
    assert record["source"] == "EXPLORER"
    assert record["properties"] == {"event_id": event, "model_name": "mistral-small-latest"}
    question, answer = record["payload"]["messages"]
    assert question == {"role": "user", "content": "Say hello."}
    assert answer["role"] == "assistant"


def make_campaign(api: httpx.Client) -> str:
    """A campaign over all recorded chats."""
    judge = {
        "name": "Clarity",
        "description": "Marks clarity",
        "model_name": "mistral-small-latest",
        "instructions": "Mark it.",
        "tools": [],
        "output": {"type": "REGRESSION", "min_description": "Bad", "max_description": "Good"},
    }
    judge_id = api.post("/v1/observability/judges", json=judge).json()["id"]
    body = {
        "search_params": EVERY,
        "judge_id": judge_id,
        "name": "Campaign",
        "description": "All chats",
        "max_nb_events": 10,
    }
    return str(api.post("/v1/observability/campaigns", json=body).json()["id"])


def test_a_campaign_brings_its_events_with_their_verdicts(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    for text in ("one", "two"):
        chat(api, text)
    campaign = make_campaign(api)
    town.clock.advance(4)
    task = begin(api, dataset, "campaign", campaign_id=campaign)
    assert finish(town, api, task)[0] == "COMPLETED"
    assert sorted(read_texts(api, dataset)) == ["one", "two"]
    for record in read_records(api, dataset):
        assert 0 <= record["properties"]["judge_answer"] <= 1


def test_events_that_have_gone_are_left_out_of_a_campaign(
    town: RunningServer, api: httpx.Client, dataset: dict[str, Any]
) -> None:
    gone = chat(api, "one")
    chat(api, "two")
    campaign = make_campaign(api)
    town.store.table(StoredEvent).remove(gone)
    task = begin(api, dataset, "campaign", campaign_id=campaign)
    status, _, message = finish(town, api, task)
    assert status == "COMPLETED"
    assert message is not None
    assert gone in message
    assert read_texts(api, dataset) == ["two"]


def test_an_unknown_campaign_is_not_found(api: httpx.Client, dataset: dict[str, Any]) -> None:
    path = f"{DATASETS}/{dataset['id']}/imports/from-campaign"
    answer = api.post(path, json={"campaign_id": NOBODY})
    assert code_of(answer) == (404, "CAMPAIGN_NOT_FOUND")
    answer = api.post(path.replace(dataset["id"], NOBODY), json={"campaign_id": NOBODY})
    assert code_of(answer) == (404, "DATASET_NOT_FOUND")


def test_conversations_become_messages(
    town: RunningServer, person: Callable[[str], httpx.Client], dataset: dict[str, Any]
) -> None:
    body = {
        "model": "mistral-small-latest",
        "inputs": "Say hello.",
        "instructions": "Be brief.",
        "completion_args": {"max_tokens": 8},
    }
    api = person("mock")
    talk = api.post("/v1/conversations", json=body).json()["conversation_id"]
    secret = person("neighbour").post("/v1/conversations", json=body).json()["conversation_id"]
    task = begin(api, dataset, "playground", conversation_ids=[talk, secret])
    status, _, message = finish(town, api, task)
    assert status == "COMPLETED"
    assert message is not None
    assert message.endswith(f"there is no conversation with the id {secret}")
    (record,) = read_records(api, dataset)
    assert record["source"] == "PLAYGROUND"
    assert record["properties"] == {"conversation_id": talk}
    system, question, answer = record["payload"]["messages"]
    assert (system["content"], question["content"]) == ("Be brief.", "Say hello.")
    assert answer["role"] == "assistant"
    judged = api.get(f"{RECORDS}/{record['id']}")
    assert judged.json() == record


def test_imports_take_no_time_where_the_mock_has_no_delay() -> None:
    headers = {"authorization": "Bearer mock-key"}
    with (
        running(Settings(clock="manual", processing_delay_s=0)) as server,
        httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api,
    ):
        dataset = make_dataset(api)
        task = begin(api, dataset, "file", file_id=upload(api, line("a"), line("b")))
        assert api.get(task).json()["status"] == "COMPLETED"
        assert read_texts(api, dataset) == ["a", "b"]
