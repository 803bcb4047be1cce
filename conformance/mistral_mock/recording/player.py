"""Decides which recording answers a request, and what happens to those that none answers."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from mistral_mock import bodies as incoming
from mistral_mock.answers import Answer, Passing
from mistral_mock.context import Upload
from mistral_mock.errors import APIError, inference_error
from mistral_mock.operations import find_operation
from mistral_mock.recording import bodies, drift, files, streams
from mistral_mock.recording.alignment import replace_text
from mistral_mock.recording.cabinet import Cabinet, Match
from mistral_mock.recording.exchange import Question
from mistral_mock.recording.recorder import Ask, Recorder, give
from mistral_mock.recording.secrets import make_cleaner
from mistral_mock.recording.upstream import SCOPE, parse_upstream
from mistral_mock.wire import DroppedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from mistral_mock.app import Request
    from mistral_mock.bodies import Receive
    from mistral_mock.journal.exchange import Exchange
    from mistral_mock.operations import Operation
    from mistral_mock.recording.cabinet import Card, Miss
    from mistral_mock.recording.exchange import Body, Response
    from mistral_mock.router import Router
    from mistral_mock.settings import Settings
    from mistral_mock.wire import Wire

FRAME = 1024 * 1024
"""What a form may add to the files that it carries, in bytes."""
NAME, DRIFT = "mistral-mock-recording", "mistral-mock-drift"
"""Headers of an answer: which recording it is, and how that differs from the document."""
DEFAULT_SCOPE = "default"
MISS = "no_recording"


class Player:
    """The recordings of one mock."""

    def __init__(self, settings: Settings, router: Router) -> None:
        self._settings, self._router = settings, router
        self._drift: dict[str, list[str]] = {}
        self.scope: str | None = None
        """The scope of requests that name none; None looks among all and records as default."""
        self.recorder = make_recorder(settings)
        self.cabinet = self._load()

    def reset(self) -> None:
        """Begins anew: each recording is to answer again, what was recorded meanwhile too."""
        if self.recorder is None:
            self.cabinet.reset()
        else:
            self.cabinet = self._load()

    def begin(self, scope: str | None) -> None:
        """Let what is asked from now on belong to a scope, which begins anew."""
        self.scope = scope
        if self.recorder is not None:
            self.recorder.begin(scope or DEFAULT_SCOPE)

    async def close(self) -> None:
        """End the connections to a recorded server."""
        if self.recorder is not None:
            await self.recorder.close()

    def has(self, scope: str) -> bool:
        """There are recordings of a scope."""
        return any(one.recording.scope == scope for one in self.cabinet.cards)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the recordings as they stand, each with how often it answered, and its drift."""
        return [
            {
                "name": card.recording.name,
                "scope": card.recording.scope,
                "operation": card.recording.operation or None,
                "status": card.recording.response.status,
                "uses": card.uses,
                "drift": self.find_drift(card) if card.uses else None,
            }
            for card in self.cabinet.cards
        ]

    def find_drift(self, card: Card) -> list[str]:
        """Return how a recording differs from the document; said on stderr the first time."""
        name = card.recording.name
        found = self._drift.get(name)
        if found is None:
            found = drift.find_drift(card.recording, card.operation)
            age = drift.find_age(card.recording)
            self._drift[name] = found = [*([age] if age else []), *found]
            for reason in found:
                sys.stderr.write(f"mistral-mock: recording {name}: {reason}\n")
        return found

    async def answer(self, request: Request, wire: Wire, operation: str) -> Passing | Answer | None:
        """Return a recorded answer, or that of the recorded server; None leaves it to the engine.

        Raises:
            APIError: 400, no recording answers; it tells the nearest one.
            DroppedError: The other connection was cut before it answered.

        """
        content = await incoming.read(wire.receive, self._limit)
        asked = read_question(request, content)
        if wire.exchange is not None:
            note(wire.exchange, asked.body, len(content))
        scope = request.headers.get(SCOPE.decode()) or self.scope
        if not self._settings.record_afresh:
            found = self._look_up(asked, request, operation, scope)
            if isinstance(found, Match):
                return await self._play(found, request, wire)
            if self._settings.missing == "refuse":
                raise inference_error(400, str(found), MISS, MISS)
        if self.recorder is None:
            wire.receive = again(content, wire.receive)
            return None
        if wire.exchange is not None:
            wire.exchange.reply = f"recorded from {self.recorder.upstream.origin}"
        asking = make_ask(request, asked, content, operation, scope or DEFAULT_SCOPE)
        try:
            return await self.recorder.ask(asking)
        except DroppedError:
            return await wire.drop()

    @property
    def _limit(self) -> int:
        """The longest body, in bytes."""
        settings = self._settings
        return max(settings.max_file, settings.max_upload, settings.max_body) + FRAME

    def _load(self) -> Cabinet:
        folder = self._settings.replay
        fresh = self._settings.record_afresh or folder is None
        return Cabinet([] if fresh or folder is None else files.read_recordings(folder), self._find)

    def _find(self, method: str, path: str) -> Operation | None:
        try:
            return self._router.find(method, path, "")[0]
        except APIError:
            return None

    def _look_up(
        self, asked: Question, request: Request, operation: str, scope: str | None
    ) -> Match | Miss:
        """Return the recording that answers, or why none does."""
        cleaner = make_cleaner(request.headers.items())
        known = find_operation(operation) if operation else None
        return self.cabinet.find(cleaner.clean_question(asked), known, scope)

    async def _play(self, match: Match, request: Request, wire: Wire) -> Passing | Answer:
        """Return the recorded answer with the ids of this run, as fast as it is wanted."""
        recording, given = match.card.recording, match.card.recording.response
        if wire.exchange is not None:
            wire.exchange.reply = f"recording {recording.name}"
        wire.add([(NAME, spell_header(recording.name))])
        wire.add((DRIFT, spell_header(one)) for one in self.find_drift(match.card)[:1])
        await self._pause(given.first_s)
        if given.status is None:
            await wire.drop()
        names = find_names(match, request)
        if given.body.kind == "events":
            return Passing(given.status or 0, given.headers, self._give_events(given, names))
        content = rename(given.body, names)
        headers = tuple((name, replace_text(value, names)) for name, value in given.headers)
        if given.cut:
            return Passing(given.status or 0, headers, give(content, cut=True))
        return Answer(given.status or 0, content, None, headers)

    async def _give_events(
        self, given: Response, names: Mapping[str, str]
    ) -> AsyncGenerator[bytes, None]:
        """Yield the events, each in its time."""
        before = given.first_s
        for one in given.body.value:
            await self._pause(one.at_s - before)
            before = max(one.at_s, before)
            spelled = streams.spell_event(one)
            yield replace_text(spelled.decode(), names).encode() if names else spelled
        async for rest in give(b"", cut=given.cut):
            yield rest

    async def _pause(self, pause_s: float) -> None:
        """Wait as long as a pause was, at the pace of this mock."""
        pace = self._settings.replay_pace
        if pace and pause_s > 0:
            await asyncio.sleep(pause_s / pace)


def make_recorder(settings: Settings) -> Recorder | None:
    """Return what records, when the settings want that."""
    if settings.upstream is None or settings.replay is None:
        return None
    upstream = parse_upstream(settings.upstream, live=settings.yes_live)
    return Recorder(upstream, settings.replay, afresh=settings.record_afresh)


def make_ask(request: Request, asked: Question, content: bytes, operation: str, scope: str) -> Ask:
    """Return a request that goes on to the recorded server."""
    query = f"?{request.query}" if request.query else ""
    return Ask(
        question=asked,
        headers=request.headers.raw,
        target=f"{request.path}{query}".encode("latin-1"),
        content=content,
        operation=operation,
        scope=scope,
        base_url=request.base_url,
    )


def read_question(request: Request, content: bytes) -> Question:
    """Return what a request asks."""
    return Question(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=tuple(request.headers.items()),
        body=bodies.read_body(content, request.headers.get("content-type", "")),
    )


def note(exchange: Exchange, body: Body, size: int) -> None:
    """Tells the journal what was sent."""
    if body.kind == "form":
        texts = {one.name: one.text for one in body.value if one.text is not None}
        uploads = {
            one.name: Upload(one.filename or "", one.media_type, one.content)
            for one in body.value
            if one.text is None
        }
        exchange.take(texts, uploads, size)
    else:
        exchange.take(body.value if body.kind == "json" else None, {}, size)


def find_names(match: Match, request: Request) -> Mapping[str, str]:
    """Return what stands for what in this run: ids, times, and the mock for the recorded server."""
    upstream = match.card.recording.upstream
    return {**match.names, upstream: request.base_url} if upstream else match.names


def rename(body: Body, names: Mapping[str, str]) -> bytes:
    """Return the bytes of a body with the ids of this run; binary bodies stay as they are."""
    content = bodies.spell_body(body)
    if body.kind == "binary" or not names:
        return content
    return replace_text(content.decode(), names).encode()


def spell_header(text: str) -> str:
    """Return a text that a header can carry."""
    return text.encode("ascii", "backslashreplace").decode()


def again(content: bytes, receive: Receive) -> Receive:
    """Give a body that was read to whoever reads it next."""
    waiting: list[Any] = [{"type": "http.request", "body": content, "more_body": False}]

    async def read() -> Any:  # noqa: ANN401 - an ASGI message
        return waiting.pop() if waiting else await receive()

    return read
