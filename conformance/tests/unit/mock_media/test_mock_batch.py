"""Batch jobs: their course by the clock, their results, their lists."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import connect
from tests.unit.documented import hold

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer

JOBS = "/v1/batch/jobs"
CHAT = "/v1/chat/completions"
MODEL = "mistral-small-latest"


def ask(name: str = "a", **body: Any) -> dict[str, Any]:
    """A request for a chat."""
    messages = [{"role": "user", "content": "Hello"}]
    return {"custom_id": name, "body": {"messages": messages, **body}}


ONE, TWO = "mistral-small-latest", "mistral-medium-latest"


def create(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    """A new job of one request, unless the fields say otherwise."""
    body = {"endpoint": CHAT, "model": MODEL, "requests": [ask()], **fields}
    made: dict[str, Any] = api.post(JOBS, json=body).json()
    return made


def get(api: httpx.Client, job: dict[str, Any], **query: Any) -> dict[str, Any]:
    """The job as it is now."""
    found: dict[str, Any] = api.get(f"{JOBS}/{job['id']}", params=query).json()
    return found


def lines(api: httpx.Client, file_id: str) -> list[dict[str, Any]]:
    """The lines of a file of results."""
    text = api.get(f"/v1/files/{file_id}/content").text
    return [json.loads(line) for line in text.splitlines()]


def test_job_goes_from_the_queue_to_its_end(api: httpx.Client, server: RunningServer) -> None:
    job = create(api, requests=[ask(str(n)) for n in range(4)])
    seen = [(job["status"], 0)]
    for _ in range(5):
        server.clock.advance(0.3)
        now = get(api, job)
        seen.append((now["status"], now["completed_requests"]))
    assert seen == [("QUEUED", 0)] * 4 + [("RUNNING", 2), ("SUCCESS", 4)]


def test_one_step_gives_what_many_give(start: Callable[..., Any]) -> None:
    ends = []
    for steps in (1, 20):
        server, api = start()
        job = create(api, requests=[ask(str(n)) for n in range(3)])
        for _ in range(steps):
            server.clock.advance(20 / steps)
            get(api, job)
        ends.append({**get(api, job), "output_file": ""})
    assert ends[0] == ends[1]
    assert ends[0]["completed_at"] - ends[0]["created_at"] == 1


def test_results_are_those_of_the_mock(api: httpx.Client, server: RunningServer) -> None:
    job = create(api, requests=[ask("1"), ask("2", temperature=9)])
    server.clock.advance(10)
    done = get(api, job)
    (good,), (bad,) = lines(api, done["output_file"]), lines(api, done["error_file"])
    answer = api.post(CHAT, json={"model": MODEL, **ask()["body"]}).json()
    assert good["response"]["body"]["choices"] == answer["choices"]
    assert (good["custom_id"], good["error"]) == ("1", None)
    assert (bad["custom_id"], bad["error"]["status_code"]) == ("2", 422)
    assert (done["succeeded_requests"], done["failed_requests"]) == (1, 1)
    assert get(api, job, inline=True)["outputs"] == [good, bad]


def test_files_of_results_are_the_mocks_own(api: httpx.Client, server: RunningServer) -> None:
    job = create(api)
    server.clock.advance(10)
    file = api.get(f"/v1/files/{get(api, job)['output_file']}").json()
    shown = (file["purpose"], file["source"], file["sample_type"], file["num_lines"])
    assert shown == ("batch", "mistral", "batch_request", 1)


def upload(api: httpx.Client, text: str) -> str:
    """The id of a file of requests."""
    files = {"file": ("requests.jsonl", text.encode(), "application/jsonl")}
    id_: str = api.post("/v1/files", data={"purpose": "batch"}, files=files).json()["id"]
    return id_


def test_requests_come_from_several_files(api: httpx.Client, server: RunningServer) -> None:
    files = [upload(api, f"{json.dumps(ask(name))}\n\n") for name in ("a", "b")]
    job = create(api, requests=None, input_files=files)
    assert (job["total_requests"], job["input_files"]) == (2, files)
    server.clock.advance(10)
    assert [one["custom_id"] for one in get(api, job, inline=True)["outputs"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "requests.jsonl, line 1: it is not JSON"),
        ('\n\n{"custom_id": "1"}', "requests.jsonl, line 3: it has no body"),
        (r'{"body": {"input": "\ud800"}}', "requests.jsonl, line 1: it is not JSON"),
        ('{"body": {"input": NaN}}', "requests.jsonl, line 1: it is not JSON"),
        ("\n", "no requests"),
    ],
)
def test_wrong_files_fail_the_job(
    api: httpx.Client, server: RunningServer, text: str, message: str
) -> None:
    job = create(api, requests=None, input_files=[upload(api, text)])
    assert (job["status"], job["errors"]) == ("QUEUED", [])
    server.clock.advance(10)
    done = get(api, job)
    assert (done["status"], done["output_file"]) == ("FAILED", None)
    assert message in done["errors"][0]["message"]


def test_request_that_answers_400_has_failed(api: httpx.Client, server: RunningServer) -> None:
    job = create(api, model="mistral-embed")
    server.clock.advance(10)
    (output,) = get(api, job, inline=True)["outputs"]
    assert (output["response"], output["error"]["status_code"]) == (None, 400)


@pytest.mark.parametrize("model", ["nobody", "ft:nobody"])
def test_job_on_an_unknown_model_is_refused(api: httpx.Client, model: str) -> None:
    answer = api.post(JOBS, json={"endpoint": CHAT, "model": model, "requests": [ask("1")]})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "model"]


def test_job_on_anothers_agent_is_refused(
    api: httpx.Client, person: Callable[[str], httpx.Client]
) -> None:
    body = {"model": "mistral-large-2512", "name": "another's"}
    theirs = person("neighbour").post("/v1/agents", json=body).json()["id"]
    answer = api.post(JOBS, json={"endpoint": CHAT, "agent_id": theirs, "requests": [ask("1")]})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "agent_id"]


def test_cancelled_job_keeps_what_is_done(api: httpx.Client, server: RunningServer) -> None:
    job = create(api, requests=[ask(str(n)) for n in range(9)])
    server.clock.advance(1.35)
    cancelled = api.post(f"{JOBS}/{job['id']}/cancel").json()
    assert (cancelled["status"], cancelled["completed_requests"]) == ("CANCELLATION_REQUESTED", 3)
    server.clock.advance(10)
    done = get(api, job)
    assert (done["status"], done["completed_requests"]) == ("CANCELLED", 3)
    assert len(lines(api, done["output_file"])) == 3
    assert api.post(f"{JOBS}/{job['id']}/cancel").json() == done


def test_job_is_given_up_after_its_hours(start: Callable[..., Any]) -> None:
    server, api = start(processing_delay_s=1800.0)
    job = create(api, requests=[ask(str(n)) for n in range(40)], timeout_hours=1)
    server.clock.advance(3599)
    assert get(api, job)["status"] == "RUNNING"
    server.clock.advance(7200)
    done = get(api, job)
    assert (done["status"], done["completed_requests"]) == ("TIMEOUT_EXCEEDED", 10)
    assert done["completed_at"] - done["created_at"] == 3600


def test_deleted_job_does_no_more(api: httpx.Client, server: RunningServer) -> None:
    job = create(api)
    path = f"{JOBS}/{job['id']}"
    assert api.delete(path).json() == {"id": job["id"], "object": "batch", "deleted": True}
    server.clock.advance(10)
    assert api.get(path).status_code == 404
    assert api.get("/v1/files").json()["data"] == []


def listed(api: httpx.Client, **query: Any) -> list[str]:
    """The models of the listed jobs."""
    return [job["model"] for job in api.get(JOBS, params=query).json()["data"]]


def test_list_filters_and_orders(
    api: httpx.Client, person: Callable[[str], httpx.Client], server: RunningServer
) -> None:
    create(api, model=ONE, metadata={"k": "v", "l": "w"})
    server.clock.advance(10)
    create(person("colleague"), model=TWO)
    create(person("neighbour"), model="mistral-large-latest")
    assert listed(api) == [TWO, ONE]
    assert listed(api, order_by="created") == [ONE, TWO]
    assert listed(api, page_size=1, page=1) == [ONE]
    assert listed(api, created_by_me=True) == [ONE]
    assert listed(api, status=["QUEUED", "FAILED"]) == [TWO]
    assert listed(api, model=ONE) == [ONE]
    assert listed(api, metadata='{"k": "v"}') == [ONE]
    assert listed(api, metadata='{"k": "w"}') == []
    assert listed(api, metadata='{"a": null}') == []
    assert listed(api, created_after="2026-01-01T00:00:05Z") == [TWO]
    assert listed(api, agent_id="ag_1") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"requests": None},
        {"input_files": []},
        {"requests": None, "input_files": ["1e04f3e4-4d5e-4d36-8f1c-1ef9d2c4b0a1"]},
        {"agent_id": "ag_1"},
        {"endpoint": "/v1/files"},
    ],
)
def test_job_that_makes_no_sense_is_refused(api: httpx.Client, fields: dict[str, Any]) -> None:
    body = {"endpoint": CHAT, "model": MODEL, "requests": [ask()], **fields}
    assert api.post(JOBS, json=body).status_code == 422


def test_streams_are_answered_whole(api: httpx.Client, server: RunningServer) -> None:
    job = create(api, requests=[ask(stream=True)])
    server.clock.advance(10)
    (result,) = get(api, job, inline=True)["outputs"]
    assert result["response"]["body"]["object"] == "chat.completion"


def test_agents_answer_chats(api: httpx.Client, server: RunningServer) -> None:
    agent = api.post("/v1/agents", json={"model": MODEL, "name": "clerk"}).json()["id"]
    job = create(api, model=None, agent_id=agent)
    server.clock.advance(10)
    done = get(api, job, inline=True)
    assert (done["agent_id"], done["outputs"][0]["response"]["status_code"]) == (agent, 200)


@pytest.mark.parametrize(
    ("endpoint", "model", "body"),
    [
        ("/v1/embeddings", "mistral-embed", {"input": ["x"]}),
        ("/v1/moderations", "mistral-moderation-latest", {"input": ["x"]}),
        ("/v1/fim/completions", "codestral-latest", {"prompt": "x = "}),
        (
            "/v1/ocr",
            "mistral-ocr-latest",
            {"document": {"type": "document_url", "document_url": "data:text/plain,words"}},
        ),
        ("/v1/conversations", MODEL, {"inputs": "Hello"}),
    ],
)
def test_other_endpoints_do_their_work(
    api: httpx.Client, server: RunningServer, endpoint: str, model: str, body: dict[str, Any]
) -> None:
    job = create(api, endpoint=endpoint, model=model, requests=[{"body": body}])
    server.clock.advance(10)
    (result,) = get(api, job, inline=True)["outputs"]
    assert result["response"], result["error"]


def test_recordings_are_written_down(api: httpx.Client, server: RunningServer) -> None:
    sound = api.post("/v1/audio/speech", json={"input": "Good day"}).json()["audio_data"]
    files = {"file": ("a.wav", b64decode(sound), "audio/wav")}
    id_ = api.post("/v1/files", data={"purpose": "audio"}, files=files).json()["id"]
    url = api.get(f"/v1/files/{id_}/url").json()["url"]
    requests = [{"body": {"file_id": id_}}, {"body": {"file_url": url}}, {"body": {}}]
    job = create(
        api, endpoint="/v1/audio/transcriptions", model="voxtral-mini-latest", requests=requests
    )
    server.clock.advance(10)
    outputs = get(api, job, inline=True)["outputs"]
    assert [one["response"]["body"]["text"] for one in outputs[:2]] == ["Good day"] * 2
    assert outputs[2]["error"]["status_code"] == 422


def test_jobs_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as server, connect(server, check=hold) as api:
        job = create(api, requests=[ask(str(n)) for n in range(3)], metadata={"k": "v"})
        server.clock.advance(1.15)
        half = get(api, job)
    with running(settings) as server, connect(server, check=hold) as api:
        assert get(api, job) == half
        server.clock.advance(10)
        assert (get(api, job)["status"], get(api, job)["succeeded_requests"]) == ("SUCCESS", 3)


def test_equal_mistakes_are_counted(api: httpx.Client, server: RunningServer) -> None:
    text = '{}\n{"body": {}}\n{"custom_id": "2"}\n{\n'
    job = create(api, requests=None, input_files=[upload(api, text), upload(api, "{}\n")])
    server.clock.advance(10)
    told = [(one["message"], one["count"]) for one in get(api, job)["errors"]]
    assert told[0] == ("requests.jsonl, line 1: it has no body", 3)
    assert [count for _, count in told] == [3, 1]
