"""Tools that replace, record or trace httpx's transports see what the client sends."""

from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import AsyncMistral, Mistral

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_httpx import HTTPXMock

URL = "http://mistral.test"
KEY = "fake-key-0123456789"
MODELS = {"object": "list", "data": [{"id": "m", "type": "base"}]}
EVENTS = (
    b'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a"},'
    b'"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
STREAM = {"content-type": "text/event-stream"}
KINDS = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(b'{"object":"list","data":[{"id":"m","type":"base"}]}', "application/json")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(EVENTS, "text/event-stream")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def base_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def use(base_url: str, *, is_async: bool) -> tuple[str, str]:
    """Return what a call and a stream give: the id of a model, and the text of an answer."""
    if is_async:
        return asyncio.run(_use_async(base_url))
    with Mistral(KEY, base_url=base_url, retries=0) as client:
        listed = client.models.list()
        with client.chat.stream(model="m", messages=[]) as events:
            return listed.data[0].id, "".join(events.text())


async def _use_async(base_url: str) -> tuple[str, str]:
    async with AsyncMistral(KEY, base_url=base_url, retries=0) as client:
        listed = await client.models.list()
        async with client.chat.stream(model="m", messages=[]) as events:
            return listed.data[0].id, "".join([piece async for piece in events.text()])


@KINDS
def test_pytest_httpx_answers_in_the_place_of_a_server(
    request: pytest.FixtureRequest, is_async: bool
) -> None:
    pytest.importorskip("pytest_httpx")
    httpx_mock: HTTPXMock = request.getfixturevalue("httpx_mock")
    httpx_mock.add_response(url=f"{URL}/v1/models", json=MODELS)
    httpx_mock.add_response(url=f"{URL}/v1/chat/completions", content=EVENTS, headers=STREAM)
    assert use(URL, is_async=is_async) == ("m", "a")
    assert [request.method for request in httpx_mock.get_requests()] == ["GET", "POST"]


@KINDS
def test_respx_answers_in_the_place_of_a_server(is_async: bool) -> None:
    respx = pytest.importorskip("respx")
    with respx.mock(base_url=URL) as router:
        router.get("/v1/models").respond(json=MODELS)
        router.post("/v1/chat/completions").respond(content=EVENTS, headers=STREAM)
        assert use(URL, is_async=is_async) == ("m", "a")
        assert [one.request.method for one in router.calls] == ["GET", "POST"]


@KINDS
def test_vcr_records_and_replays_without_the_key(
    base_url: str, tmp_path: Path, is_async: bool
) -> None:
    vcr = pytest.importorskip("vcr")
    cassette = tmp_path / "cassette.yaml"
    for mode in ("once", "none"):
        with vcr.use_cassette(
            str(cassette), record_mode=mode, filter_headers=["authorization"]
        ) as used:
            assert use(base_url, is_async=is_async) == ("m", "a")
            played = used.play_count
    assert played == 2
    assert KEY not in cassette.read_text("utf-8")


@KINDS
def test_opentelemetry_sees_calls_and_streams(base_url: str, is_async: bool) -> None:
    tracing = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    httpx_tracing = pytest.importorskip("opentelemetry.instrumentation.httpx")
    spans = memory.InMemorySpanExporter()
    provider = tracing.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(spans))
    instrumentor: Any = httpx_tracing.HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        assert use(base_url, is_async=is_async) == ("m", "a")
    finally:
        instrumentor.uninstrument()
    found = [dict(span.attributes or {}) for span in spans.get_finished_spans()]
    assert [each.get("http.method", each.get("http.request.method")) for each in found] == [
        "GET",
        "POST",
    ]
    assert KEY not in str(found)
