"""Writes down what a server answered, while the answer goes on to whoever asked."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpcore
from attrs import define, frozen

import mistral_openapi
from mistral_mock.answers import Answer, Passing
from mistral_mock.errors import APIError
from mistral_mock.recording import bodies, files, streams
from mistral_mock.recording.exchange import (
    Body,
    Question,
    Recording,
    Response,
    find_header,
    find_media_type,
    is_event_stream,
)
from mistral_mock.recording.secrets import make_cleaner
from mistral_mock.recording.upstream import ABOUT_CONNECTION, Sender
from mistral_mock.threads import aside
from mistral_mock.wire import DroppedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from mistral_mock.recording.upstream import Upstream

    Headers = Sequence[tuple[bytes, bytes]]

DIGITS = 6
"""Of times in seconds."""
MUCH = 64 * 1024
"""Bytes of an exchange that are worth a thread."""


@frozen(kw_only=True)
class Ask:
    """A request that goes to the server, as it came."""

    question: Question
    headers: Headers
    target: bytes
    """Path and query."""
    content: bytes
    operation: str
    scope: str
    base_url: str
    """The mock's own address, which takes the place of the server's in JSON."""


@define
class Shelf:
    """The folder of one scope while it is recorded."""

    folder: Path
    counts: dict[str, int]
    turn: int
    stale: bool
    """It still has recordings of an earlier time, which the first new one replaces."""

    def take(self, operation: str, method: str) -> tuple[Path, int]:
        """Return the file and the turn of the next exchange."""
        stem = operation or method.lower()
        self.counts[stem] = number = self.counts.get(stem, 0) + 1
        self.turn += 1
        return self.folder / f"{stem}.{number}{files.END}", self.turn


class Recorder:
    """Asks one server, and records into one folder."""

    def __init__(self, upstream: Upstream, root: Path, *, afresh: bool) -> None:
        self.upstream = upstream
        self._sender = Sender(upstream)
        self._root = root
        self._afresh = afresh
        self._shelves: dict[str, Shelf] = {}
        self._refused = False

    def begin(self, scope: str) -> None:
        """Begins a scope anew: what comes next is its first exchange."""
        self._shelves.pop(scope, None)

    async def ask(self, ask: Ask) -> Passing | Answer:
        """Return what the server answers; it is recorded when it has ended.

        Raises:
            APIError: 502, the server cannot be reached.
            DroppedError: The server hung up before it answered.

        """
        place = self._find_shelf(ask.scope).take(ask.operation, ask.question.method)
        tape = Tape(self, ask, *place)
        try:
            answer = await self._sender.send(
                ask.question.method, ask.target, ask.headers, ask.content
            )
        except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.UnsupportedProtocol) as e:
            raise unreachable(self.upstream, e) from e
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            await tape.finish(cut=True)
            raise DroppedError("the recorded server hung up") from error
        return await tape.begin(answer)

    async def keep(self, recording: Recording, path: Path, size: int) -> None:
        """Write a recording; where the disk refuses, that is told once and the answer goes on."""
        shelf = self._find_shelf(recording.scope)
        stale, shelf.stale = shelf.stale, False

        def work() -> None:
            if stale:
                files.clear_folder(shelf.folder)
            files.write_file(recording, path)

        try:
            await aside(work) if size > MUCH else work()
        except OSError as error:
            if not self._refused:
                sys.stderr.write(f"mistral-mock: {path} cannot be written: {error}\n")
            self._refused = True

    async def close(self) -> None:
        """End the connections to the server."""
        await self._sender.close()

    def name(self, path: Path) -> str:
        """Return what a recording is called."""
        return path.relative_to(self._root).with_suffix("").as_posix()

    def _find_shelf(self, scope: str) -> Shelf:
        found = self._shelves.get(scope)
        if found is None:
            folder = self._root / files.name_folder(scope)
            counts = defaultdict(int, {} if self._afresh else files.count_recordings(folder))
            found = Shelf(folder, counts, sum(counts.values()), self._afresh)
            self._shelves[scope] = found
        return found


class Tape:
    """One exchange while it is recorded."""

    def __init__(self, recorder: Recorder, ask: Ask, path: Path, turn: int) -> None:
        self._recorder, self._ask, self._path, self._turn = recorder, ask, path, turn
        self._began = time.perf_counter()
        self._moment = datetime.now(UTC)
        self._first_s = 0.0
        self._chunks: list[tuple[float, bytes]] = []
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._written = False

    async def begin(self, answer: httpcore.Response) -> Passing | Answer:
        """Return the answer as it goes on: JSON when it is whole, all else piece by piece."""
        self._first_s, self._status = self._spent(), answer.status
        self._headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in answer.headers
            if name.lower() not in ABOUT_CONNECTION
        )
        pieces = self._pass_on(answer)
        if not bodies.is_json(find_media_type(self._headers)):
            return Passing(answer.status, self._headers, pieces)
        cut = False
        try:
            content = b"".join([one async for one in pieces])
        except DroppedError:
            cut, content = True, b"".join(one for _, one in self._chunks)
        return self._turn_round(content, cut=cut)

    def _turn_round(self, content: bytes, *, cut: bool) -> Passing | Answer:
        """Return JSON whose addresses lead to the mock, so that what is fetched is recorded."""
        theirs, ours = self._recorder.upstream.origin.encode(), self._ask.base_url.encode()
        turned = content.replace(theirs, ours)
        status, headers = self._status or 0, self._headers
        if cut:
            return Passing(status, headers, give(turned, cut=True))
        return Answer(
            status, turned, None, tuple(pair for pair in headers if pair[0] != "content-length")
        )

    async def _pass_on(self, answer: httpcore.Response) -> AsyncGenerator[bytes, None]:
        """Yield the pieces of the answer as they come; the recording is there before the last goes.

        Raises:
            DroppedError: The server hung up in the middle.

        """
        cut = True
        length, seen = find_header(self._headers, "content-length"), 0
        try:
            async for chunk in answer.aiter_stream():
                self._chunks.append((self._spent(), chunk))
                seen += len(chunk)
                if length and seen == int(length):
                    await self.finish(cut=False)
                yield chunk
            cut = False
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            raise DroppedError("the recorded server hung up") from error
        finally:
            await self.finish(cut=cut)  # first: what comes after may be cancelled
            await answer.aclose()

    async def finish(self, *, cut: bool) -> None:
        """Record the exchange, once."""
        if self._written:
            return
        self._written = True
        size = len(self._ask.content) + sum(len(one) for _, one in self._chunks)
        await self._recorder.keep(self._make(cut=cut), self._path, size)

    def _make(self, *, cut: bool) -> Recording:
        cleaner = make_cleaner(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._ask.headers]
        )
        response = Response(
            status=self._status,
            headers=self._headers,
            body=self._read_body(),
            first_s=self._first_s,
            duration_s=self._spent(),
            cut=cut,
        )
        return Recording(
            name=self._recorder.name(self._path),
            scope=self._ask.scope,
            turn=self._turn,
            moment=self._moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            document=mistral_openapi.load()["info"]["version"],
            upstream=self._recorder.upstream.origin,
            operation=self._ask.operation,
            question=cleaner.clean_question(self._ask.question),
            response=cleaner.clean_response(response),
        )

    def _read_body(self) -> Body:
        """Return the answer, taken apart; events have the times at which they came."""
        media_type = find_media_type(self._headers)
        if is_event_stream(media_type):
            return Body("events", streams.read_events(self._chunks))
        content = b"".join(one for _, one in self._chunks)
        return bodies.read_body(content, find_header(self._headers, "content-type"))

    def _spent(self) -> float:
        return round(time.perf_counter() - self._began, DIGITS)


async def give(content: bytes, *, cut: bool) -> AsyncGenerator[bytes, None]:
    """Yield bytes that are there already.

    Raises:
        DroppedError: They are not all.

    """
    yield content
    if cut:
        raise DroppedError("the recorded server hung up")


def unreachable(upstream: Upstream, error: Exception) -> APIError:
    """502 for a server that does not answer at all."""
    reason = str(error) or type(error).__name__
    return APIError(502, {"detail": f"{upstream.origin} cannot be reached: {reason}"})
