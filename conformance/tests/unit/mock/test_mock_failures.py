"""What fails hurts one object or one request, is logged, and leaves nothing half done."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import pytest
from attrs import evolve

from mistral_mock import registry
from mistral_mock.answers import Later
from mistral_mock.resources.batch.records import BatchJob, BatchRequest
from mistral_mock.resources.fine_tuning.records import Job
from mistral_mock.resources.libraries import processing, upkeep
from mistral_mock.resources.libraries.records import Document, DocumentText, Library
from mistral_mock.resources.observability.dataset_state import Dataset, ImportTask
from mistral_mock.resources.workflows.records import Execution, Schedule
from mistral_mock.server import running
from mistral_mock.settings import Settings
from mistral_mock.store import Blob, Record, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mistral_mock.server import RunningServer

LIST = "/v1/libraries"
CHAT = {"messages": [{"role": "user", "content": "Hello"}]}
FAILED = {
    "object": "Error",
    "message": "Internal server error",
    "type": "internal_server_error",
    "code": 3000,
}
DATASET = {"name": "Questions", "description": "d"}
DAY_S = 24 * 3600


def make_document(api: httpx.Client) -> str:
    library = api.post(LIST, json={"name": "n"}).json()["id"]
    folder = f"{LIST}/{library}/documents"
    made = api.post(folder, files={"file": ("a.txt", b"Some text.")}).json()
    return f"{folder}/{made['id']}"


def make_batch(api: httpx.Client) -> str:
    body = {"endpoint": "/v1/chat/completions", "model": "mistral-small-latest"}
    made = api.post("/v1/batch/jobs", json={**body, "requests": [{"body": CHAT}]}).json()
    return f"/v1/batch/jobs/{made['id']}"


def make_tuning(api: httpx.Client) -> str:
    line = {"messages": [*CHAT["messages"], {"role": "assistant", "content": "b"}]}
    file = {"file": ("train.jsonl", json.dumps(line).encode())}
    made = api.post("/v1/files", files=file, data={"purpose": "fine-tune"}).json()
    body = {
        "model": "open-mistral-7b",
        "training_files": [{"file_id": made["id"]}],
        "hyperparameters": {"training_steps": 100},
    }
    return f"/v1/fine_tuning/jobs/{api.post('/v1/fine_tuning/jobs', json=body).json()['id']}"


def make_import(api: httpx.Client) -> str:
    dataset = api.post("/v1/observability/datasets", json=DATASET).json()["id"]
    path = f"/v1/observability/datasets/{dataset}"
    file = api.post("/v1/files", files={"file": ("a.jsonl", json.dumps(CHAT).encode())}).json()
    made = api.post(f"{path}/imports/from-file", json={"file_id": file["id"]}).json()
    return f"{path}/tasks/{made['id']}"


def make_schedule(api: httpx.Client) -> str:
    schedule = {"input": {"name": "Ada"}, "intervals": [{"every": "PT1H"}]}
    body = {"workflow_identifier": "greet", "schedule": schedule}
    made = api.post("/v1/workflows/schedules", json=body).json()
    return f"/v1/workflows/schedules/{made['schedule_id']}"


def make_family(api: httpx.Client) -> str:
    made = api.post("/v1/workflows/break_down/execute", json={}).json()
    return f"/v1/workflows/executions/{made['execution_id']}"


KEEPERS: dict[str, tuple[Callable[[httpx.Client], str], type[Record], dict[str, Any]]] = {
    "documents": (make_document, Document, {"started_at": "x"}),
    "batch": (make_batch, BatchJob, {"created_at": "x"}),
    "fine-tuning": (make_tuning, Job, {"due": "x"}),
    "imports": (make_import, ImportTask, {"created_at": "x"}),
    "schedules": (make_schedule, Schedule, {"position": "x"}),
    "executions": (
        make_family,
        Execution,
        {"started_at": "x", "script": {"steps": [{"run": "x"}]}},
    ),
}


@pytest.mark.parametrize("name", KEEPERS)
def test_a_record_that_cannot_be_brought_up_to_date_hurts_itself_alone(
    name: str, start: Callable[..., httpx.Client], caplog: pytest.LogCaptureFixture
) -> None:
    make, cls, poison = KEEPERS[name]
    api = start()
    server: RunningServer = api.server  # type: ignore[attr-defined] # the fixture sets it
    first = make(api)
    table: Any = server.store.table(cls)
    table.put(evolve(next(iter(table)), id="poisoned", **poison))
    paths = [first, make(api)]
    before = [api.get(path).json() for path in paths]
    for _ in range(3):
        server.clock.advance(DAY_S)
        assert api.get("/_mock/health").status_code == 200
    after = [api.get(path) for path in paths]
    assert [answer.status_code for answer in after] == [200, 200]
    assert all(answer.json() != known for answer, known in zip(after, before, strict=True))
    told = [each for each in caplog.messages if f"{cls.called} poisoned" in each]
    assert len(told) == 1, "logged once, though it was met again and again"
    assert api.get(LIST).status_code == 200
    assert api.post("/_mock/reset").status_code == 204
    assert table.get("poisoned") is None


def test_a_poisoned_record_of_a_state_file_hurts_itself_alone(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    headers = {"authorization": "Bearer mock-key"}

    def visit(act: Callable[[httpx.Client], Any]) -> Any:
        with (
            running(settings) as server,
            httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api,
        ):
            return act(api)

    bad, good = visit(lambda api: [make_document(api), make_document(api)])
    database = sqlite3.connect(tmp_path / "state")
    change = "update records set fields = json_set(fields, '$.started_at', 'x')"
    found = f"{Document.__module__}.Document", bad.rpartition("/")[2]
    database.execute(f"{change} where kind = ? and id = ?", found)
    database.commit()
    database.close()

    def act(api: httpx.Client) -> list[Any]:
        api.post("/_mock/clock", json={"advance_s": 5})
        return [api.get(good).json()["process_status"], api.post("/_mock/reset").status_code]

    assert visit(act) == ["done", 204]


def test_a_step_that_fails_half_way_leaves_nothing_of_it(
    api: httpx.Client, town: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_document(api)
    expiry = (town.clock.now() + timedelta(minutes=1)).isoformat()
    assert api.patch(path, json={"expires_at": expiry}).status_code == 200
    monkeypatch.setattr(upkeep, "Blob", None)  # document and text are gone, then the bytes cannot
    town.clock.advance(3600)
    assert api.get("/_mock/health").status_code == 200
    assert len(town.store.table(Document)) == 1
    assert len(town.store.table(DocumentText)) == 1


def test_a_library_that_cannot_be_refreshed_holds_up_no_document(
    api: httpx.Client, town: RunningServer
) -> None:
    path = make_document(api)
    table: Any = town.store.table(Library)
    (whole,) = table
    table.put(evolve(whole, updated_at="x"))
    town.clock.advance(5)
    assert api.get(path).json()["process_status"] == "done"
    assert next(iter(table)).updated_at == "x"


def test_a_keeper_that_fails_altogether_holds_up_no_other(
    api: httpx.Client,
    town: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError

    document, job = make_document(api), make_batch(api)
    name = registry.name_of(processing.settle)
    broken = evolve(registry.KEEPERS[name], run=fail)
    monkeypatch.setitem(registry.KEEPERS, name, broken)
    town.clock.advance(60)
    assert api.get("/_mock/health").status_code == 200
    assert api.get(document).json()["process_status"] == "todo"
    assert api.get(job).json()["status"] == "SUCCESS"
    assert any("processing:settle failed" in each for each in caplog.messages)
    assert api.post("/_mock/reset").status_code == 204


def test_an_answer_that_fails_while_it_is_waited_for_is_a_500(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> NoReturn:
        raise RuntimeError

    monkeypatch.setitem(registry.HANDLERS, "beta.libraries.list", lambda _: Later(fail))
    answer = api.get(LIST)
    assert (answer.status_code, answer.json()) == (500, FAILED)
    assert any(answer.headers["x-kong-request-id"] in each for each in caplog.messages)


def test_a_record_that_is_mended_goes_on(start: Callable[..., httpx.Client]) -> None:
    api = start()
    server: RunningServer = api.server  # type: ignore[attr-defined] # the fixture sets it
    path = make_document(api)
    table: Any = server.store.table(Document)
    (whole,) = table
    table.put(evolve(whole, started_at="x"))
    server.clock.advance(5)
    assert api.get(path).json()["process_status"] == "todo"
    table.put(whole)
    assert api.get(path).json()["process_status"] == "done"


def test_a_request_of_a_batch_that_fails_is_a_result(
    start: Callable[..., httpx.Client], caplog: pytest.LogCaptureFixture
) -> None:
    api = start()
    server: RunningServer = api.server  # type: ignore[attr-defined] # the fixture sets it
    agent = api.post("/v1/agents", json={"model": "mistral-small-latest", "name": "a"}).json()["id"]
    job = {"endpoint": "/v1/chat/completions", "agent_id": agent, "requests": [{"body": CHAT}] * 2}
    made = api.post("/v1/batch/jobs", json=job).json()
    requests = server.store.table(BatchRequest)
    requests.put(evolve(requests.children(made["id"])[0], body={"messages": [{"role": {}}]}))
    server.clock.advance(60)
    found = api.get(f"/v1/batch/jobs/{made['id']}").json()
    assert (found["status"], found["completed_requests"]) == ("SUCCESS", 2)
    assert found["failed_requests"] == 1
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_an_operation_that_fails_is_a_500_that_the_log_explains(
    api: httpx.Client, town: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    made = api.post(LIST, json={"name": "n"}).json()
    table: Any = town.store.table(Library)
    (whole,) = table
    table.put(evolve(whole, created_at="secret"))
    answer = api.get(f"{LIST}/{made['id']}")
    assert (answer.status_code, answer.json()) == (500, FAILED)
    (told,) = caplog.records
    assert told.getMessage().startswith("beta.libraries.get failed")
    assert answer.headers["x-kong-request-id"] in told.getMessage()
    assert told.exc_info is not None
    assert api.get("/v1/models").status_code == 200


def test_a_failure_has_the_shape_of_its_group(api: httpx.Client, town: RunningServer) -> None:
    made = api.post("/v1/observability/datasets", json=DATASET)
    table: Any = town.store.table(Dataset)
    table.put(evolve(next(iter(table)), created_at="x"))
    answer = api.get(f"/v1/observability/datasets/{made.json()['id']}")
    detail = {"message": "Internal server error", "error_code": "UNKNOWN_ERROR"}
    assert (answer.status_code, answer.json()) == (500, {"detail": detail})


def test_an_operation_that_fails_leaves_nothing_half_done(
    api: httpx.Client, town: RunningServer
) -> None:
    made = api.post(LIST, json={"name": "n"}).json()
    table: Any = town.store.table(Library)
    (whole,) = table
    table.put(evolve(whole, updated_at="x"))
    folder = f"{LIST}/{made['id']}/documents"
    assert api.post(folder, files={"file": ("a.txt", b"Some text.")}).status_code == 500
    assert [len(town.store.table(cls)) for cls in (Document, Blob)] == [0, 0]
    table.put(whole)
    assert api.get(folder).json()["data"] == []
    assert api.post(folder, files={"file": ("a.txt", b"Some text.")}).status_code == 201


def test_a_stream_that_fails_ends_the_connection_and_is_logged(
    api: httpx.Client, town: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    path = f"{make_family(api)}/stream"
    table: Any = town.store.table(Execution)
    with api.stream("GET", path) as answer:
        assert answer.status_code == 200
        table.put(evolve(next(iter(table)), started_at="x"))
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()
    assert any("broke off" in each for each in caplog.messages)
    assert api.get("/_mock/health").status_code == 200


def blob(id_: str, content: bytes = b"") -> Blob:
    return Blob(id=id_, content=content)


@contextmanager
def failing(store: Store) -> Iterator[None]:
    """A transaction that fails after all that the block does."""
    with suppress(KeyError), store.transaction():
        yield
        raise KeyError


def test_what_a_failed_transaction_changed_is_as_before() -> None:
    store = Store()
    table = store.table(Blob)
    known = [table.put(blob(id_)) for id_ in "abc"]
    version = table.version
    with failing(store):
        table.remove("a")
        table.put(blob("b", b"new"))
        table.put(blob("a", b"again"))
        table.put(blob("d"))
        with store.transaction():
            table.remove("c")
    assert list(table) == known
    assert table.children("") == known
    assert table.version > version, "whoever looked meanwhile must look again"


def test_a_transaction_inside_another_takes_back_its_own_changes_alone() -> None:
    store = Store()
    table = store.table(Blob)
    with store.transaction():
        table.put(blob("a"))
        with failing(store):
            table.put(blob("b"))
        table.put(blob("c"))
    assert [each.id for each in table] == ["a", "c"]
    with failing(store):
        assert len(table) == 2
    assert len(table) == 2


def test_what_waited_to_be_saved_still_does_after_a_failed_transaction(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as server:
        table = server.store.table(Blob)
        table.put(blob("kept", b"1"))
        with failing(server.store):
            table.put(blob("kept", b"2"))
            table.put(blob("new"))
        server.world.save()
    with running(settings) as server:
        assert list(server.store.table(Blob)) == [blob("kept", b"1")]


def test_a_record_that_cannot_be_saved_hurts_itself_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as server:
        table: Any = server.store.table(Blob)
        for each in ("a", "\ud800", "b"):
            table.put(blob(each))
        odd: Any = {"x": float("nan")}
        table.put(blob("c", odd))
        server.world.save()
    assert len([each for each in caplog.messages if "cannot be saved" in each]) == 2
    with running(settings) as server:
        assert [each.id for each in server.store.table(Blob)] == ["a", "b"]
