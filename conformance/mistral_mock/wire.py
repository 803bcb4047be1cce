"""Sends one answer over ASGI, whole or event by event, and breaks it where a fault says so."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from attrs import define, field

from mistral_mock.answers import Answer, EventStream, Later, Passing
from mistral_mock.events import MEDIA_TYPE
from mistral_mock.journal.journal import MOST_OF_ANSWER
from mistral_mock.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from mistral_mock.faults import Fault
    from mistral_mock.journal.exchange import Exchange

UNDOCUMENTED = "mistral-mock-undocumented"
"""The header that names fields of the request that are not in the document."""
FAULT = "a fault"
"""What the journal says that answered, where a fault did."""
ABORT = "mistral_mock.abort"
"""The scope's key for a function that closes the connection at once."""

GLANCE_S = 0.05
"""How often a stream that waits looks for something to send."""
QUIET_S = 15.0
"""After so long without an event a stream sends a comment."""
PIECE = 1024 * 1024
"""Bytes of a body that are sent at once: others get a turn in between."""
TURN = 4
"""After so many parts of an answer the loop has its turn: it notices callers that have gone, and
serves others. asyncio warns from the fifth part on that it cannot send."""
AT_ONCE = Pace()
KEEP_ALIVE = b": keep-alive\n\n"


class DroppedError(ConnectionError):
    """The connection was ended on purpose; there is nobody to answer."""


async def _stand_still() -> None:
    """Do nothing."""


@define
class Wire:
    """One request's connection. `headers` go with its answer, whatever it is."""

    scope: Any
    receive: Any
    _send: Any
    headers: list[tuple[bytes, bytes]] = field(factory=list)
    fault: Fault | None = None
    """What happens inside an event stream."""
    pace: Pace | None = None
    """How fast the events of a stream come, and when a scripted answer does."""
    exchange: Exchange | None = None
    """What the journal is going to keep of the request."""
    gap_s: float = 0.0
    """The pause between events, in seconds."""
    sent: list[bytes] = field(factory=list)
    """The body of the answer, as far as the journal keeps it."""
    kept: int = 0
    """How much of it that is, in bytes."""
    parts: int = 0
    """In how many parts the body was sent so far, the last one not counted."""
    started: bool = False
    """Something has been sent: the answer can only break off any more."""
    catch_up: Callable[[], Awaitable[None]] = _stand_still
    """Brings the state up to the present while a stream has nothing to send."""

    @property
    def in_process(self) -> bool:
        """There is no connection to drop: the caller is in this process."""
        return ABORT not in self.scope

    def add(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add headers to the answer to come."""
        self.headers += [(name.encode(), value.encode()) for name, value in pairs]

    def tell_undocumented(self, names: Sequence[str]) -> None:
        """Tells in the answer and in the journal which fields are not in the document."""
        if not names:
            return
        self.add([(UNDOCUMENTED, ", ".join(names))])
        if self.exchange is not None:
            self.exchange.undocumented = tuple(names)

    async def send(self, answer: Answer | EventStream | Later | Passing) -> None:
        """Send the answer.

        Raises:
            DroppedError: A fault ended the connection.

        """
        if isinstance(answer, EventStream):
            await self._send_events(answer)
        elif isinstance(answer, Later):
            await self._send_later(answer)
        elif isinstance(answer, Passing):
            await self._send_passing(answer)
        else:
            await self._send_whole(answer)

    async def suffer(self, fault: Fault) -> Answer | None:
        """Return what a fault puts in the place of an answer; None when all goes on after a stall.

        Raises:
            DroppedError: The fault ended the connection.

        """
        if fault.drop:
            self._blame_fault(self.exchange.reply if self.exchange else "")
            await self.drop()
        if fault.status is None:
            await asyncio.sleep(fault.stall_s)
            return None
        self._blame_fault()
        body, media_type = fault.spell_body()
        return Answer(fault.status, body, media_type, tuple(fault.headers.items()))

    def _blame_fault(self, reply: str = "") -> None:
        """Tells the journal what answered: a fault, unless a reply has begun to."""
        if self.exchange is not None:
            self.exchange.reply = reply or FAULT

    async def drop(self) -> NoReturn:
        """Close the connection and wait until it is closed.

        Raises:
            DroppedError: Always.

        """
        abort = self.scope.get(ABORT)
        if abort is not None:
            abort()
            while (await self.receive())["type"] != "http.disconnect":
                pass
        raise DroppedError("the connection was dropped by a fault")

    async def _send_whole(self, answer: Answer) -> None:
        headers = [*self.headers, (b"content-length", str(len(answer.body)).encode())]
        if answer.status == 204:
            headers.pop()
        if answer.media_type is not None:
            headers.append((b"content-type", answer.media_type.encode()))
        self._keep(answer.body)
        await self._start(answer.status, headers, answer.headers)
        start = 0
        while len(answer.body) - start > PIECE:
            await self._send_part(answer.body[start : start + PIECE])
            start += PIECE
        await self._send({"type": "http.response.body", "body": answer.body[start:]})

    async def _send_events(self, answer: EventStream) -> None:
        headers = [
            *self.headers,
            (b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode()),
            (b"cache-control", b"no-cache"),
        ]
        await self._start(200, headers, answer.headers)
        number = quiet = 0
        pauses = (self.pace or AT_ONCE).pauses()
        for event in answer.events:
            if event is None:
                await self._wait()
                quiet = await self._keep_alive(quiet + 1)
                continue
            await self._break_stream(number)
            pause = next(pauses) + (self.gap_s if number else 0)
            if pause:
                await asyncio.sleep(pause)
            self._keep(event)
            await self._send_part(event)
            number, quiet = number + 1, 0
        await self._send({"type": "http.response.body", "body": b""})

    def _keep(self, content: bytes) -> None:
        """Keep a part of the body for the journal, unless that has enough of it."""
        if self.exchange is None:
            return
        room = MOST_OF_ANSWER - self.kept
        if room > 0:
            self.sent.append(content if len(content) <= room else content[:room])
            self.kept += min(len(content), room)

    async def _send_later(self, answer: Later) -> None:
        found = answer.look()
        while found is None:
            await self._wait()
            found = answer.look()
        await self._send_whole(found)

    async def _send_passing(self, answer: Passing) -> None:
        """Send pieces as they come, and hang up where the other connection broke.

        Raises:
            DroppedError: The other connection broke, or the caller has gone.

        """
        sending = asyncio.ensure_future(self._pass_on(answer))
        leaving = asyncio.ensure_future(self._leave())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise DroppedError("the caller has gone")
            await sending
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _pass_on(self, answer: Passing) -> None:
        await self._start(answer.status, self.headers, answer.headers)
        number = 0
        try:
            async with aclosing(answer.pieces) as pieces:
                async for piece in pieces:
                    await self._break_stream(number)
                    self._keep(piece)
                    await self._send_part(piece)
                    number += 1
        except DroppedError:
            await self.drop()
        await self._send({"type": "http.response.body", "body": b""})

    async def _leave(self) -> None:
        """Wait until the caller has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _send_part(self, content: bytes) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": True})
        self.parts += 1
        if self.parts % TURN == 0:
            await asyncio.sleep(0)

    async def _wait(self) -> None:
        """Lets time pass for a stream that has nothing to send.

        Raises:
            DroppedError: The caller has gone.

        """
        with suppress(TimeoutError):
            message = await asyncio.wait_for(self.receive(), GLANCE_S)
            if message["type"] == "http.disconnect":
                raise DroppedError("the caller has gone")
        await self.catch_up()

    async def _keep_alive(self, quiet: int) -> int:
        """Send a comment when the stream was quiet for long; how many waits that was."""
        if quiet * GLANCE_S < QUIET_S:
            return quiet
        await self._send_part(KEEP_ALIVE)
        return 0

    async def _break_stream(self, sent: int) -> None:
        if self.fault is not None and self.fault.after_events == sent:
            await self.suffer(self.fault)

    async def _start(
        self, status: int, common: list[tuple[bytes, bytes]], own: Iterable[tuple[str, str]]
    ) -> None:
        """Begins the answer; its own headers replace common ones of the same name."""
        self.started = True
        said = [(name.lower().encode(), value.encode()) for name, value in own]
        names = {name for name, _ in said}
        headers = [*(pair for pair in common if pair[0] not in names), *said]
        if self.exchange is not None:
            self.exchange.answer_with(status, headers, self.sent)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
