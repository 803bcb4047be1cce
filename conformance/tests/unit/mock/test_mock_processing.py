"""The processing of documents, and what it changes."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from mistral_mock import extraction
from mistral_mock.clock import INSTANT
from mistral_mock.completion import tokens
from mistral_mock.extraction import kind
from mistral_mock.resources.libraries import processing, statuses
from mistral_mock.resources.libraries.records import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer


def states(api: httpx.Client, folder: str, document: dict[str, Any]) -> tuple[str, str]:
    found = api.get(f"{folder}/{document['id']}/status").json()
    return found["process_status"], found["processing_status"]


def test_the_status_is_the_id_and_both_fields(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    answer = api.get(f"{folder}/{document['id']}/status")
    assert answer.json() == {
        "document_id": document["id"],
        "process_status": "todo",
        "processing_status": "Running",
    }


def test_states_move_forward_with_the_clock(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    seen = [states(api, folder, document)]
    for _ in range(5):
        town.clock.advance(0.25)
        seen.append(states(api, folder, document))
    running = ("in_progress", "Running")
    done = ("done", "Completed")
    assert seen == [("todo", "Running"), *[running] * 3, *[done] * 2]


def test_nothing_moves_while_the_clock_stands(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    assert {states(api, folder, document) for _ in range(20)} == {("todo", "Running")}


def test_a_finished_document_has_its_results(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    town.clock.advance(100)
    done = api.get(f"{folder}/{document['id']}").json()
    main, summary = done["tokens_processing_main_content"], done["tokens_processing_summary"]
    assert document["created_at"] < done["last_processed_at"] < "2026-01-01T00:00:02"
    assert done["number_of_pages"] == 1
    assert done["summary"].startswith("Owls hunt at night.")
    assert main > 0
    assert summary > 0
    assert done["tokens_processing_total"] == main + summary


def test_processing_without_a_delay_still_starts_as_running(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(processing_delay_s=0)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    folder = f"/v1/libraries/{made['id']}/documents"
    document = api.post(folder, files={"file": ("a.txt", b"One word.")}).json()
    assert document["processing_status"] == "Running"
    api.server.clock.advance(0.001)  # type: ignore[attr-defined] # set by the fixture
    done = api.get(f"{folder}/{document['id']}").json()
    assert done["processing_status"] == "Completed"
    assert done["last_processed_at"] > done["created_at"]


def test_document_is_processed_by_the_next_request_unless_a_delay_is_asked_for(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(processing_delay_s=None)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    folder = f"/v1/libraries/{made['id']}/documents"
    document = api.post(folder, files={"file": ("a.txt", b"One word.")}).json()
    assert document["processing_status"] == "Running"
    done = api.get(f"{folder}/{document['id']}").json()
    assert done["processing_status"] == "Completed"
    assert done["last_processed_at"] > done["created_at"]
    assert api.get(f"{folder}/{document['id']}/text_content").json() == {"text": "One word."}


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("empty.txt", b"", "missing_content"), ("broken.pdf", b"%PDF-1.7 nonsense", "error")],
)
def test_what_cannot_be_read_ends_in_error(
    api: httpx.Client, folder: str, name: str, content: bytes, status: str
) -> None:
    document = api.post(folder, files={"file": (name, content)}).json()
    api.post("/_mock/clock", json={"advance_s": 2})
    assert states(api, folder, document) == (status, "Error")
    assert api.get(f"{folder}/{document['id']}/text_content").status_code == 404


def test_a_document_expires_at_the_very_moment(
    document: dict[str, Any], town: RunningServer
) -> None:
    moment = town.clock.now()
    record = town.store.table(Document).get(document["id"])
    assert record is not None
    record = evolve(record, expires_at=moment)
    assert processing.has_expired(record, moment)
    assert not processing.has_expired(record, moment - INSTANT)


OLD = {
    "todo": "Running",
    "in_progress": "Running",
    "waiting_for_capacity": "Running",
    "done": "Completed",
    "noop": "Completed",
    "self_managed": "Completed",
    "error": "Error",
    "missing_content": "Error",
}


@pytest.mark.parametrize(("new", "old"), OLD.items())
def test_every_status_has_its_older_word(new: str, old: str) -> None:
    assert statuses.old_status(new) == old


def test_text_appears_with_the_end_of_processing(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    path = f"{folder}/{document['id']}/text_content"
    assert api.get(path).status_code == 404
    town.clock.advance(1)
    text = "Owls hunt at night. They see well in the dark."
    assert api.get(path).json() == {"text": text}


def test_text_of_pages_that_are_not_there_is_empty(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    town.clock.advance(1)
    path = f"{folder}/{document['id']}/text_content"
    whole = api.get(path, params={"page_start": 0, "page_end": 0}).json()["text"]
    assert whole.startswith("Owls")
    assert api.get(path, params={"page_start": 1}).json() == {"text": ""}


def test_reprocessing_runs_again_and_is_billed_again(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    path = f"{folder}/{document['id']}"
    town.clock.advance(1)
    first = api.get(path).json()
    answer = api.post(f"{path}/reprocess")
    again = api.get(path).json()
    assert (answer.status_code, answer.content) == (204, b"")
    assert again["processing_status"] == "Running"
    assert (again["summary"], again["last_processed_at"], again["number_of_pages"]) == (None,) * 3
    assert api.get(f"{path}/text_content").status_code == 404
    town.clock.advance(1)
    second = api.get(path).json()
    assert second["tokens_processing_total"] == 2 * first["tokens_processing_total"]
    assert second["last_processed_at"] > first["last_processed_at"]
    assert second["summary"] == first["summary"]


def test_reprocessing_a_running_document_keeps_the_one_run(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    town.clock.advance(0.5)
    path = f"{folder}/{document['id']}"
    assert api.post(f"{path}/reprocess").status_code == 204
    town.clock.advance(0.5)
    assert api.get(path).json()["processing_status"] == "Completed"


def test_a_library_is_described_after_its_first_document_and_named_after_its_second(
    api: httpx.Client, folder: str, town: RunningServer
) -> None:
    path = folder.removesuffix("/documents")
    seen = []
    for name in ("Falcons dive fast.", "Falcons nest on cliffs."):
        api.post(folder, files={"file": (f"{name}txt", name.encode())})
        before = api.get(path).json()["updated_at"]
        town.clock.advance(1)
        library = api.get(path).json()
        assert library["updated_at"] > before
        seen.append((library["generated_description"], library["generated_name"]))
    (first, unnamed), (second, named) = seen
    assert first == "Falcons dive fast."
    assert second
    assert unnamed is None
    assert named.startswith("Falcons")


def test_the_description_goes_with_the_last_document(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    town.clock.advance(1)
    api.delete(f"{folder}/{document['id']}")
    library = api.get(folder.removesuffix("/documents")).json()
    assert library["generated_description"] is None


def test_deleting_a_running_document_leaves_nothing_to_finish(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    api.delete(f"{folder}/{document['id']}")
    town.clock.advance(5)
    assert api.get(folder).json()["data"] == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Texts are read slowly: one event says that reading began, the other lets it end."""
    began, released = threading.Event(), threading.Event()

    def read(_: bytes) -> tuple[str, ...]:
        assert not began.is_set(), "it is read twice"
        began.set()
        released.wait(10)
        return ("a", "b")

    monkeypatch.setitem(extraction.READERS, kind.TEXT, read)
    yield began, released
    released.set()


def test_a_document_that_is_read_slowly_holds_up_nobody_else(
    api: httpx.Client,
    folder: str,
    town: RunningServer,
    person: Callable[[str], httpx.Client],
    slow: tuple[threading.Event, threading.Event],
) -> None:
    began, released = slow
    made: list[dict[str, Any]] = []

    def upload() -> None:
        file = ("slow.txt", b"read only by the slow test", "text/plain")
        made.append(api.post(folder, files={"file": file}).json())

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        assert began.wait(5)
        other = person("colleague")
        assert other.get("/_mock/health", timeout=5).status_code == 200
        assert other.get(folder, timeout=5).json()["data"] == []
    finally:
        released.set()
        thread.join()
    assert made[0]["process_status"] == "todo"
    town.clock.advance(1)
    assert states(api, folder, made[0]) == ("done", "Completed")
    assert api.post(f"{folder}/{made[0]['id']}/reprocess").status_code == 204


def test_an_end_of_a_run_takes_up_what_was_read_at_the_upload(
    api: httpx.Client,
    folder: str,
    document: dict[str, Any],
    town: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(extraction, "extract")
    monkeypatch.setattr(tokens, "TOKEN", re.compile(r"(?!)"))  # finds nothing from now on
    town.clock.advance(1)
    ended = api.get(f"{folder}/{document['id']}").json()
    assert ended["process_status"] == "done"
    assert ended["tokens_processing_main_content"] > 0
    assert ended["summary"]
    assert api.post(f"{folder}/{document['id']}/reprocess").status_code == 204
    assert api.get(f"{folder}/{document['id']}/text_content").status_code == 404
    town.clock.advance(1)
    assert api.get(f"{folder}/{document['id']}/text_content").json()["text"]
