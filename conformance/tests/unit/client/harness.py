"""One set of cases for both clients: a case says what to call, the harness says with which client.

A case is a lambda over the client, `lambda client: client.models.list()`; the harness calls it, or
awaits it under asyncio. Time and chance are faked: waiting is noted, not done.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, cast

import attrs
import httpx

from mistral_client import AsyncMistral, Mistral
from mistral_client.settings import Timing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

KEY = "fake-key-0123456789abcdef"
BASE_URL = "http://mistral.test"

LIBRARY: dict[str, Any] = {
    "id": "0197a000-0000-7000-8000-000000000001",
    "name": "Papers",
    "created_at": "2026-01-02T03:04:05.123456Z",
    "updated_at": "2026-01-02T03:04:05.123456Z",
    "owner_id": "0197a000-0000-7000-8000-00000000000f",
    "owner_type": "Workspace",
    "total_size": 0,
    "nb_documents": 0,
    "chunk_size": None,
}
DOCUMENT: dict[str, Any] = {
    "id": "1197a000-0000-4000-8000-000000000001",
    "library_id": LIBRARY["id"],
    "hash": "0" * 32,
    "mime_type": "text/plain",
    "extension": "txt",
    "size": 5,
    "name": "a.txt",
    "created_at": "2026-01-02T03:04:05Z",
    "process_status": "done",
    "processing_status": "Completed",
    "uploaded_by_id": None,
    "uploaded_by_type": "User",
    "tokens_processing_total": 0,
}


@attrs.define
class Clock:
    """Fake time: `slept` notes every wait, in seconds, and moves the clock."""

    now_s: float = 1_767_225_600.0
    jitter: float = 1.0
    slept: list[float] = attrs.field(factory=list[float])

    def sleep(self, delay_s: float) -> None:
        self.slept.append(delay_s)
        self.now_s += delay_s

    async def sleep_async(self, delay_s: float) -> None:
        self.sleep(delay_s)

    @property
    def timing(self) -> Timing:
        return Timing(
            monotonic=lambda: self.now_s,
            now=lambda: self.now_s,
            sleep=self.sleep,
            sleep_async=self.sleep_async,
            jitter=lambda: self.jitter,
        )


@attrs.define
class Server:
    """Answers requests in turn from a script, the last entry again and again; keeps the requests.

    An entry is a response, an exception to raise, or a function of the request.
    """

    script: list[Any]
    requests: list[httpx.Request] = attrs.field(factory=list[httpx.Request])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        entry = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(request)
        if isinstance(entry, Exception):
            raise entry
        answer = cast("httpx.Response", entry(request) if callable(entry) else entry)
        if not answer.is_closed:
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in pieces, for both clients; a piece that is an exception is raised."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces
        self.is_closed = False
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            self.taken += 1
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.is_closed = True

    async def aclose(self) -> None:
        self.is_closed = True


def _ignore(_message: object) -> None:
    """See nothing."""


@attrs.define
class Both:
    """Runs cases with one of the two clients."""

    is_async: bool
    clock: Clock = attrs.field(factory=Clock)

    def client(self, script: Any, **options: Any) -> Any:
        """Return a client over `script`: a `Server`, a list for one, or a single answer."""
        server: Any = script if callable(script) else Server(_listed(script))
        transport = httpx.MockTransport(server)
        options = {"base_url": BASE_URL, "timing": self.clock.timing, **options}
        kind = AsyncMistral if self.is_async else Mistral
        return kind(KEY, transport=transport, **options)

    def run(self, script: Any, case: Callable[[Any], Any], **options: Any) -> Any:
        """Return what a case returns with a client over `script`."""
        return self.use(self.client(script, **options), case)

    def use(self, client: Any, case: Callable[[Any], Any]) -> Any:
        """Return what a case returns; an async iterator or stream comes back as a list."""
        if not self.is_async:
            return case(client)
        return asyncio.run(self._awaited(case, client))

    def events(self, script: Any, case: Callable[[Any], Any], **options: Any) -> list[Any]:
        """Return the events of the stream that a case opens."""
        client = self.client(script, **options)
        if not self.is_async:
            with case(client) as events:
                return list(events)
        return asyncio.run(self._events(case, client))

    def items(self, script: Any, case: Callable[[Any], Any], **options: Any) -> list[Any]:
        """Return the items that a case iterates over."""
        found = self.run(script, case, **options)
        return found if self.is_async else list(found)

    def talk(
        self,
        base_url: str,
        *cases: Callable[[Any], Any],
        on_request: Callable[[httpx.Request], None] = _ignore,
        on_response: Callable[[httpx.Response], None] = _ignore,
    ) -> list[Any]:
        """Return what several cases return, in turn, with one client of a running server.

        `on_request` sees every request, `on_response` every answer, read, and may change it.
        """
        hooks = (on_request, on_response)
        if self.is_async:
            return asyncio.run(self._talk(base_url, cases, *hooks))

        def read(response: httpx.Response) -> None:
            response.read()
            on_response(response)

        with (
            httpx.Client(event_hooks={"request": [on_request], "response": [read]}) as http,
            Mistral("mock-key", base_url=base_url, http_client=http) as client,
        ):
            return [case(client) for case in cases]

    async def _talk(
        self,
        base_url: str,
        cases: tuple[Callable[[Any], Any], ...],
        on_request: Callable[[httpx.Request], None],
        on_response: Callable[[httpx.Response], None],
    ) -> list[Any]:
        async def note(request: httpx.Request) -> None:
            on_request(request)

        async def read(response: httpx.Response) -> None:
            await response.aread()
            on_response(response)

        async with (
            httpx.AsyncClient(event_hooks={"request": [note], "response": [read]}) as http,
            AsyncMistral("mock-key", base_url=base_url, http_client=http) as client,
        ):
            return [await case(client) for case in cases]

    async def _awaited(self, case: Callable[[Any], Any], client: Any) -> Any:
        result = case(client)
        if inspect.isasyncgen(result):
            return [item async for item in result]
        return await result if inspect.isawaitable(result) else result

    async def _events(self, case: Callable[[Any], Any], client: Any) -> list[Any]:
        async with case(client) as events:
            return [event async for event in events]


def _listed(script: Any) -> list[Any]:
    return script if isinstance(script, list) else [script]


def answer(status: int = 200, json: Any = None, **headers: str) -> httpx.Response:
    """Return an answer with a JSON body; header names take `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, json=json if json is not None else {})


def text_answer(status: int, body: str | bytes = "", **headers: str) -> httpx.Response:
    """Return an answer with a plain body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, content=body)
