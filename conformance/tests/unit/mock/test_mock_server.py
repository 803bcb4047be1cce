"""The mock inside a process: threads, ASGI, coverage of the document."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_conformance.running.plan import load_profiles
from mistral_mock import registry
from mistral_mock.app import create_app
from mistral_mock.operations import load_operations
from mistral_mock.resources.libraries import crud as libraries
from mistral_mock.server import ServerError, running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

HEADERS = {"authorization": "Bearer mock-key"}
LIST = "/v1/libraries"


# What the mock has beyond the profile `seed`; all else answers 501.
BEYOND = {
    "batch.jobs.delete",
    "beta.agents.list_pages",
    "beta.libraries.documents.update",
    "beta.libraries.update",
    "workflows.deployments.list_deployment_workers",
    "workflows.get_workflows",
    "workflows.schedules.get_schedule",
    "workflows.schedules.pause_schedule",
    "workflows.schedules.resume_schedule",
    "workflows.schedules.trigger_schedule",
    "workflows.schedules.update_schedule",
}


def test_every_operation_of_the_profile_seed_has_a_handler() -> None:
    create_app()
    assert registry.implemented() == {*load_profiles()["seed"].operations, *BEYOND}


def test_every_other_operation_answers_501_and_says_which_it_is(api: httpx.Client) -> None:
    others = [one for one in load_operations() if one.id not in registry.implemented()]
    found = {}
    for one in others:
        answer = api.request(one.method, re.sub(r"\{\w+\}", "x", one.path))
        found[one.id] = (answer.status_code, answer.json())
    assert found == {
        one.id: (501, {"detail": f"The mock does not implement {one.id}"}) for one in others
    }


def test_an_operation_that_is_not_there_needs_a_key_all_the_same(api: httpx.Client) -> None:
    answer = api.get("/v1/workflows", headers={"authorization": ""})
    assert answer.status_code == 401


def test_a_parameter_may_be_worded_like_a_literal_segment(api: httpx.Client) -> None:
    detail = api.post("/v1/connectors/c/organization/activate").json()["detail"]
    assert detail.endswith("beta.connectors.activate_for_consumer")


def test_every_handler_is_for_an_operation_of_the_document() -> None:
    create_app()
    assert registry.implemented() <= {operation.id for operation in load_operations()}


def test_an_operation_without_a_handler_answers_501(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(registry.HANDLERS, "beta.libraries.list")
    assert api.get(LIST).status_code == 501


def test_a_handler_can_be_replaced_while_the_mock_runs(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[[Context], Answer] = libraries.get
    made = api.post(LIST, json={"name": "n"}).json()
    monkeypatch.setitem(
        registry.HANDLERS,
        "beta.libraries.get",
        lambda ctx: libraries.list_libraries(ctx) and whole(ctx),
    )
    with pytest.raises(httpx.HTTPStatusError):
        api.get(f"{LIST}/{made['id']}").raise_for_status()


def test_a_server_is_gone_when_its_block_ends() -> None:
    with running(Settings(clock="manual")) as server:
        url = server.base_url
        assert httpx.get(f"{url}/_mock/health", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_mock/health", trust_env=False)
    assert "mistral-mock" not in {thread.name for thread in threading.enumerate()}


def test_a_server_stops_when_its_block_fails() -> None:
    urls = []

    def fail() -> None:
        with running() as server:
            urls.append(server.base_url)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls[0], trust_env=False)


def test_a_server_stops_in_the_middle_of_a_stalled_request() -> None:
    with running(Settings(clock="manual")) as server:
        url = server.base_url
        httpx.post(f"{url}/_mock/faults", json={"stall_s": 60}, trust_env=False)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{url}{LIST}", headers=HEADERS, timeout=0.1, trust_env=False)


def test_two_mocks_share_nothing() -> None:
    with running(Settings(clock="manual")) as one, running(Settings(clock="manual")) as two:
        body = {"name": "n"}
        httpx.post(f"{one.base_url}{LIST}", headers=HEADERS, json=body, trust_env=False)
        one.clock.advance(5)
        found = httpx.get(f"{two.base_url}{LIST}", headers=HEADERS, trust_env=False).json()
        assert found["data"] == []
        assert two.clock.now() < one.clock.now()


def test_a_port_in_use_is_an_error() -> None:
    with running() as server:
        port = int(server.base_url.rpartition(":")[2])
        with pytest.raises(ServerError, match=str(port)), running(port=port):
            pass


def call(app: Any, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://mock", headers=HEADERS
        ) as api:
            return [await api.request(method, url, json=body) for method, url, body in requests]

    return asyncio.run(run())


def test_the_app_answers_in_process() -> None:
    app = create_app(Settings(clock="manual"))
    made, listed = call(app, ("POST", LIST, {"name": "n"}), ("GET", LIST, None))
    assert made.status_code == 201
    assert listed.json()["data"] == [made.json()]


def test_a_drop_in_process_is_a_connection_error() -> None:
    app = create_app()
    with pytest.raises(ConnectionError, match="dropped"):
        call(app, ("POST", "/_mock/faults", {"drop": True}), ("GET", LIST, None))


def test_the_app_takes_part_in_an_asgi_servers_life() -> None:
    sent: list[dict[str, Any]] = []
    events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> dict[str, Any]:
        return next(events)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(create_app()({"type": "lifespan"}, receive, send))
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_many_callers_at_once_lose_nothing() -> None:
    with running(Settings(clock="manual")) as server:

        def work(number: int) -> None:
            with httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as api:
                for step in range(10):
                    api.post(LIST, json={"name": f"{number} {step}"}).raise_for_status()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        url = f"{server.base_url}{LIST}?page=0"
        found = httpx.get(url, headers=HEADERS, trust_env=False).json()
        assert found["pagination"]["total_items"] == 80
        assert len({library["id"] for library in found["data"]}) == 80


def test_caller_that_leaves_a_stream_is_nothing_to_warn_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    long = [{"role": "user", "content": "shelf " * 400}]
    body = {"model": "mistral-small-latest", "messages": long, "stream": True}
    with running() as mock, httpx.Client(base_url=mock.base_url, headers=HEADERS) as client:
        for _ in range(10):
            with client.stream("POST", "/v1/chat/completions", json=body) as answer:
                next(answer.iter_bytes())
        assert client.get(LIST).status_code == 200
    assert [one.message for one in caplog.records if one.name == "asyncio"] == []


BROKEN_FORM = """
import httpx
from mistral_mock.server import running
from mistral_mock.settings import Settings

with running(Settings()) as server:
    form = "multipart/form-data; boundary=b"
    headers = {"authorization": "Bearer mock-key", "content-type": form}
    broken = b"--b\\r\\nContent-Disposition: form-data; na\\rme=x\\r\\n\\r\\n1\\r\\n--b--\\r\\n"
    print(httpx.post(f"{server.base_url}/v1/files", headers=headers, content=broken).status_code)
"""


def test_broken_form_leaves_the_terminal_of_who_embeds_the_mock_alone() -> None:
    command = [sys.executable, "-c", BROKEN_FORM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("422\n", "")
