"""Whatever a run creates it deletes, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from tests.unit.suite.fake_server import (
    LIBRARY_ID,
    Answer,
    FakeServer,
    Request,
    keyed,
    libraries,
    library,
    models,
    serving,
)

from mistral_conformance.model import load_model
from mistral_conformance.record.wire import Message
from mistral_conformance.report.content import build_report
from mistral_conformance.report.html import render_html
from mistral_conformance.report.terminal import make_console, print_summary
from mistral_conformance.running.run import Run, RunOptions, execute
from mistral_conformance.session.creations import load_kinds
from mistral_conformance.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    SessionOn = Callable[..., AbstractContextManager[Session]]

JOBS, MAKE_JOB = "/v1/fine_tuning/jobs", "fine_tuning.jobs.create"
LIBRARY_PATH = f"/v1/libraries/{LIBRARY_ID}"
DOCUMENT_ID = "5b7c9a52-1111-4000-8000-000000000001"


def create(session: Session, operation: str = "beta.libraries.create") -> None:
    session.send(Message("POST", "/v1/libraries", json={"name": "x"}), "caller", operation)


def documents(request: Request) -> Answer | None:
    if request.path == f"{LIBRARY_PATH}/documents":
        return Answer(201, {"id": DOCUMENT_ID})
    return Answer(204) if request.method == "DELETE" else None


def talk(request: Request) -> Answer | None:
    """Starts a conversation whose id only its first event tells."""
    if request.path != "/v1/conversations" or request.method != "POST":
        return None
    data = b'data: [1]\n\ndata: {"conversation_id": "conv_1"}\n\n'
    return Answer(content=data, headers={"Content-Type": "text/event-stream"})


def test_a_conversation_that_came_as_events_is_deleted(session_on: SessionOn) -> None:
    with serving(keyed, models, talk, documents) as fake, session_on(fake.base_url) as session:
        message = Message("POST", "/v1/conversations", json={"inputs": "x", "stream": True})
        session.send(message, "caller", "beta.conversations.start")
        assert session.finish() == []
        assert ("DELETE", "/v1/conversations/conv_1") in [
            (each.method, each.path) for each in fake.requests
        ]


def upload(session: Session) -> None:
    message = Message("POST", f"{LIBRARY_PATH}/documents", files={"file": ("a", b"a")})
    session.send(message, "caller", "beta.libraries.documents.upload")


def deletes(fake: FakeServer) -> list[str]:
    return [each.path for each in fake.sent("DELETE")]


def test_created_object_is_deleted_once(session_on: SessionOn) -> None:
    with serving(keyed, models, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        assert session.sweep(everything=False) == []
        assert session.finish() == []
        assert deletes(fake) == [LIBRARY_PATH]


def test_object_that_a_rule_deleted_is_not_deleted_again(session_on: SessionOn) -> None:
    with serving(keyed, models, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        session.send(Message("DELETE", LIBRARY_PATH), "caller", "beta.libraries.delete")
        session.finish()
        assert deletes(fake) == [LIBRARY_PATH]


def test_documents_go_with_their_library(session_on: SessionOn) -> None:
    with serving(keyed, models, documents, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        upload(session)
        assert len(session.creations) == 2
        session.sweep(everything=True)
        assert deletes(fake) == [LIBRARY_PATH]
        assert len(session.creations) == 0


def test_document_in_a_kept_library_is_deleted_by_itself(session_on: SessionOn) -> None:
    with serving(keyed, models, documents, libraries) as fake, session_on(fake.base_url) as session:
        with session.creations.keep():
            create(session)
        upload(session)
        session.sweep(everything=False)
        assert deletes(fake) == [f"{LIBRARY_PATH}/documents/{DOCUMENT_ID}"]


def test_kept_object_goes_at_the_end(session_on: SessionOn) -> None:
    with serving(keyed, models, libraries) as fake, session_on(fake.base_url) as session:
        with session.creations.keep():
            create(session)
        session.sweep(everything=False)
        assert deletes(fake) == []
        session.finish()
        assert deletes(fake) == [LIBRARY_PATH]


def test_refused_creation_is_not_deleted(session_on: SessionOn) -> None:
    refused = Answer(422, {"id": LIBRARY_ID})

    def refuses(request: Request) -> Answer | None:
        return refused if request.method == "POST" else None

    with serving(keyed, models, refuses, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        session.finish()
        assert deletes(fake) == []


def test_creation_whose_answer_was_lost_is_found_by_its_name(session_on: SessionOn) -> None:
    def lists(request: Request) -> Answer | None:
        mine, other = library("mconf-testrun-lost"), {**library("mine"), "id": DOCUMENT_ID}
        wanted = (request.method, request.path) == ("GET", "/v1/libraries")
        return Answer(200, {"data": [mine, other]}) if wanted else None

    with serving(keyed, models, lists, libraries) as fake, session_on(fake.base_url) as session:
        assert session.finish() == []
        assert deletes(fake) == [LIBRARY_PATH]


def test_object_of_another_run_is_left_alone(session_on: SessionOn) -> None:
    def lists(request: Request) -> Answer | None:
        wanted = (request.method, request.path) == ("GET", "/v1/libraries")
        return Answer(200, {"data": [library("mconf-otherrun-x")]}) if wanted else None

    with serving(keyed, models, lists, libraries) as fake, session_on(fake.base_url) as session:
        session.finish()
        assert deletes(fake) == []


@pytest.mark.parametrize("sent", [["deep"], {}, "\ud800", "x" * 70_000, "..", "a\nb", None])
def test_id_that_no_path_can_carry_is_not_deleted(session_on: SessionOn, sent: Any) -> None:
    def creates(request: Request) -> Answer | None:
        odd = {**library("mconf-testrun-odd"), "id": sent}
        if request.path != "/v1/libraries":
            return None
        return Answer(201, odd) if request.method == "POST" else Answer(200, {"data": [odd]})

    with serving(keyed, models, creates) as fake, session_on(fake.base_url) as session:
        create(session)
        assert session.finish() == []
        assert deletes(fake) == []


def test_an_id_of_rare_letters_is_deleted(session_on: SessionOn) -> None:
    odd_id = "ÿ\x93\U0008bdca"

    def creates(request: Request) -> Answer | None:
        odd = {**library("mconf-testrun-odd"), "id": odd_id}
        return Answer(201, odd) if request.method == "POST" else None

    with serving(keyed, models, creates) as fake, session_on(fake.base_url) as session:
        create(session)
        session.finish()
        assert deletes(fake) == [f"/v1/libraries/{quote(odd_id)}"]


def test_clean_up_that_breaks_keeps_the_results_and_names_what_is_left(
    session_on: SessionOn, options: Callable[..., RunOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_session: Session) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr(Session, "finish", breaks)
    with serving(keyed, models, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        run = Run(options(fake.base_url), [])
        execute(session, run, [], print)
    (left,) = run.leftovers
    assert left.made.path == LIBRARY_PATH
    assert left.reason == "deleting broke: RuntimeError: oops"


def test_object_that_cannot_be_deleted_is_left_over_with_its_reason(session_on: SessionOn) -> None:
    def undeletable(request: Request) -> Answer | None:
        return Answer(500, {}) if request.method == "DELETE" else None

    with (
        serving(keyed, models, undeletable, libraries) as fake,
        session_on(fake.base_url) as session,
    ):
        create(session)
        (left,) = session.finish()
        assert left.made.path == LIBRARY_PATH
        assert left.reason == "status 500"


@pytest.mark.parametrize("status", [404, 410])
def test_object_that_is_gone_already_is_no_leftover(session_on: SessionOn, status: int) -> None:
    def gone(request: Request) -> Answer | None:
        return Answer(status, {}) if request.method == "DELETE" else None

    with serving(keyed, models, gone, libraries) as fake, session_on(fake.base_url) as session:
        create(session)
        assert session.finish() == []


@pytest.mark.parametrize(
    ("status", "leftovers"), [(404, 0), (400, 0), (409, 0), (422, 0), (403, 1)]
)
def test_execution_that_has_ended_is_no_leftover(
    session_on: SessionOn, status: int, leftovers: int
) -> None:
    def execution(request: Request) -> Answer | None:
        if request.path.endswith("/terminate"):
            return Answer(status, {})
        return Answer(200, {"execution_id": "e1"}) if "/workflows/" in request.path else None

    with serving(keyed, models, execution) as fake, session_on(fake.base_url) as session:
        message = Message("POST", "/v1/workflows/greet/execute", json={"input": {}})
        session.send(message, "caller", "workflows.execute_workflow")
        assert len(session.finish()) == leftovers


def tuning(status: int) -> Callable[[Request], Answer | None]:
    """Make jobs that can be cancelled only, which is answered so."""

    def behave(request: Request) -> Answer | None:
        if request.path.endswith("/cancel"):
            return Answer(status, {})
        return Answer(200, {"id": "job_1"}) if "/fine_tuning/jobs" in request.path else None

    return behave


@pytest.mark.parametrize(("status", "stays"), [(200, True), (409, True), (404, False)])
def test_what_no_operation_deletes_is_noted_apart(
    session_on: SessionOn, status: int, stays: bool
) -> None:
    with serving(keyed, models, tuning(status)) as fake, session_on(fake.base_url) as session:
        session.send(Message("POST", JOBS, json={"model": "m"}), "caller", MAKE_JOB)
        assert session.finish() == []
        assert [each.made.path for each in session.creations.undeletable] == [
            f"{JOBS}/job_1"
        ] * stays


def test_reports_say_what_no_operation_deletes(
    session_on: SessionOn, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models, tuning(200)) as fake, session_on(fake.base_url) as session:
        run = Run(RunOptions(fake.base_url, session.identities), ["fine_tuning.jobs.create"])
        session.send(Message("POST", JOBS, json={"model": "m"}), "caller", MAKE_JOB)
        execute(session, run, [], lambda _: None)
        report = build_report(run, session.redactor)
    said = f"1 cannot be deleted through the API, and stay: {JOBS}/job_1"
    assert (report.cleanup.created, report.cleanup.deleted) == (1, 0)
    assert [each.path for each in report.cleanup.undeletable] == [f"{JOBS}/job_1"]
    assert said in render_html(report)
    print_summary(make_console(), report, Path(), [])
    assert said in " ".join(capsys.readouterr().out.split())


def test_base_path_of_the_server_is_no_part_of_an_object(session_on: SessionOn) -> None:
    def below(request: Request) -> Answer | None:
        plain = Request(
            request.method,
            request.path.removeprefix("/proxy"),
            request.query,
            request.headers,
            request.content,
        )
        return models(plain) or libraries(plain)

    with serving(keyed, below) as fake, session_on(f"{fake.base_url}/proxy/") as session:
        create(session)
        session.finish()
        assert deletes(fake) == [f"/proxy{LIBRARY_PATH}"]


def batch(request: Request) -> Answer | None:
    """Makes a job that has written a file when it is read."""
    job = {"id": "job_1", "output_file": "file_1", "error_file": None}
    if request.path == "/v1/batch/jobs":
        return Answer(200, {"id": "job_1"})
    if request.path == "/v1/batch/jobs/job_1":
        return Answer(200, job)
    return Answer(200, {"deleted": True}) if request.method == "DELETE" else None


def start_job(session: Session) -> None:
    message = Message("POST", "/v1/batch/jobs", json={"model": "m"})
    session.send(message, "caller", "batch.jobs.create")


def test_what_an_object_made_by_itself_is_deleted_too(session_on: SessionOn) -> None:
    with serving(keyed, models, batch) as fake, session_on(fake.base_url) as session:
        start_job(session)
        assert session.sweep(everything=False) == []
        assert sorted(deletes(fake)) == ["/v1/batch/jobs/job_1", "/v1/files/file_1"]
        assert len(session.creations) == 0


def test_what_objects_of_others_have_made_stays(session_on: SessionOn) -> None:
    with serving(keyed, models, batch) as fake, session_on(fake.base_url) as session:
        session.send(Message("GET", "/v1/batch/jobs/job_1"), "caller", "batch.jobs.get")
        assert session.finish() == []
        assert deletes(fake) == []


def test_what_an_object_made_is_known_after_its_own_end(session_on: SessionOn) -> None:
    with serving(keyed, models, batch) as fake, session_on(fake.base_url) as session:
        start_job(session)
        session.send(Message("DELETE", "/v1/batch/jobs/job_1"), "caller", "batch.jobs.delete")
        session.send(Message("GET", "/v1/batch/jobs/JOB%5F1"), "caller", "batch.jobs.get")
        session.send(Message("GET", "/v1/batch/jobs/job_1"), "caller", "batch.jobs.get")
        assert session.finish() == []
        assert "/v1/files/file_1" in deletes(fake)


def test_kept_object_is_looked_at_only_at_the_end(session_on: SessionOn) -> None:
    with serving(keyed, models, batch) as fake, session_on(fake.base_url) as session:
        with session.creations.keep():
            start_job(session)
        session.sweep(everything=False)
        assert "/v1/batch/jobs/job_1" not in {each.path for each in fake.sent("GET")}
        session.finish()
        assert "/v1/files/file_1" in deletes(fake)


def test_what_is_at_work_is_asked_less_and_less_often(session_on: SessionOn) -> None:
    state = "RUNNING"

    def works(request: Request) -> Answer | None:
        path = request.path
        if request.method == "DELETE" or not path.startswith("/v1/batch/jobs"):
            return batch(request)
        return Answer(200, {"id": "job_1", "status": state, "output_file": None})

    with serving(keyed, models, works) as fake, session_on(fake.base_url) as session:
        start_job(session)
        before = len(fake.requests)
        for _ in range(64):
            session.sweep(everything=False)
        assert 6 < len(fake.requests) - before < 25
        assert deletes(fake) == []
        state = "CANCELLED"
        for _ in range(64):
            session.sweep(everything=False)
        assert deletes(fake) == ["/v1/batch/jobs/job_1"]


def test_whatever_the_suite_can_make_and_delete_is_deleted_again() -> None:
    made = [e for e in load_model().resources.values() if e.create and e.delete and not e.parent]
    silent = {"user", "invite"}  # their creation tells no id
    assert {each.name for each in made if each.create not in load_kinds()} == silent
    (kind,) = load_kinds()["workflows.deployments.create_deployment"]
    assert (kind.delete, kind.ids) == (
        "workflows.deployments.delete_deployment",
        {"name": "name"},
    )
