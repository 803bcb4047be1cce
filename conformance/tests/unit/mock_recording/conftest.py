"""A server to record from, and ways to record from it and to answer from what was recorded."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import connect

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer

    Open = Callable[..., AbstractContextManager[httpx.Client]]

WORLD = """
workflows:
  - name: quick
    deployments: [main]
    steps: [{activity: look, result: 1, save: seen}]
    output: "${state.seen}"
deployments:
  - name: main
    workers: [{name: one, heartbeat_s: 10}]
"""
LOGS = (
    "workflows.executions.stream_workflow_execution_logs",
    "workflows.deployments.stream_deployment_logs",
)
"""Streams that the mock makes nothing up for."""
LOG = {
    "timestamp": "2026-11-28T10:00:00Z",
    "trace_id": "",
    "span_id": "",
    "severity_text": "INFO",
    "body": "Started",
    "log_attributes": {},
}
QUESTION = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hello"}]}


@contextmanager
def talking(server: RunningServer, key: str = "mock-key") -> Iterator[httpx.Client]:
    """A client that knows its server."""
    with connect(server, key) as client:
        client.server = server  # type: ignore[attr-defined] # tests need both
        yield client


def ask(client: httpx.Client, text: str = "Hello", **fields: Any) -> httpx.Response:
    """A question to a model."""
    body = {**QUESTION, "messages": [{"role": "user", "content": text}], **fields}
    return client.post("/v1/chat/completions", json=body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where recordings go."""
    return tmp_path / "recordings"


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[RunningServer]:
    """The server that is recorded."""
    world = tmp_path / "world.yaml"
    world.write_text(WORLD, "utf-8")
    line = f"event: log\nid: 1\ndata: {json.dumps(LOG, separators=(',', ':'))}\n\n"
    with running(Settings(world_file=world)) as server:
        for operation in LOGS:
            said = {"body": line * 2, "media_type": "text/event-stream"}
            server.reply(operation=operation, raw=said)
        yield server


@pytest.fixture
def record(folder: Path, upstream: RunningServer) -> Open:
    """Opens a client whose exchanges with the upstream are recorded."""

    @contextmanager
    def enter(**settings: Any) -> Iterator[httpx.Client]:
        given = {"replay": folder, "upstream": upstream.base_url, "record_afresh": True}
        with running(Settings(**{**given, **settings})) as server, talking(server) as client:
            yield client

    return enter


@pytest.fixture
def replay(folder: Path) -> Open:
    """Opens a client that is answered from the recordings."""

    @contextmanager
    def enter(**settings: Any) -> Iterator[httpx.Client]:
        with ExitStack() as stack:
            server = stack.enter_context(running(Settings(**{"replay": folder, **settings})))
            yield stack.enter_context(talking(server, "another-key"))

    return enter
