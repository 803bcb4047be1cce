"""What the bytes of one event stream mean: typed events, the end, and the errors of a broken one.

No I/O: `streams.py` reads the network and asks here.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, TypeAlias, TypeVar, cast

import httpx

from mistral_client.bodies import Answer
from mistral_client.causes import clean
from mistral_client.deadlines import DeadlineOver
from mistral_client.errors import ALLOW_MORE, EventTooLarge, StreamError, StreamTimedOut
from mistral_client.exchange import COUNTED, may_be_error
from mistral_client.failures import keep
from mistral_client.problems import Problem, excerpt, read_problem, read_problem_object
from mistral_client.reported_errors import TELLING, find_problem, find_problem_instead
from mistral_client.sse import EventParser, ServerEvent, plain_data
from mistral_generated.types import Event
from mistral_generated.wire import UnreadableBody, object_of, read_event_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_client.rate_limits import RateLimit
    from mistral_client.redaction import Redactor
    from mistral_generated.types import StreamCall

T = TypeVar("T")
_Raw: TypeAlias = tuple[str, str | None, str | None]  # as in `ServerEvent`: data, name, last id

# Data with which some servers keep a stream alive.
_NOTHING: Final = frozenset({"", "null"})

# What the data of an event hold that reports an error, in either case of the first letter.
_ERROR: Final = 'rror"'

# How many events an error can carry, and how much data in all, in characters: the last ones of a
# stream that had more.
KEPT_EVENTS: Final = 10_000
KEPT_DATA: Final = 16 * 1024 * 1024

# How long to wait before a stream that was cut goes on, in seconds: after the first cut, and at
# most. A stream may ask for another time itself, up to the same most.
RESUME_S: Final = 0.5
LONGEST_RESUME_S: Final = 30.0


class EventReader(Generic[T]):
    """Turns the chunks of one answer into events, and breaks into errors."""

    def __init__(
        self,
        call: StreamCall[T],
        *,
        redactor: Callable[[], Redactor],
        check: Callable[[object], None] | None = None,
        resumes: int = 0,
        reopenings: int = 0,
        max_event_bytes: int | None = None,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """Read for `call`; `check` raises ValueError for data that strict mode refuses.

        `redactor` makes what takes secrets out of errors, when there is one. `resumes` is how often
        in a row the stream may go on after a cut, `reopenings` how often it may begin anew while no
        event has come, `max_event_bytes` how large one event may be; None for no limit. What the
        stream took counts for `rate_limit`.
        """
        self.is_done = False
        self.parser = EventParser()
        self.largest = sys.maxsize if max_event_bytes is None else max_event_bytes
        self._readers = call.readers
        self._read_unnamed = call.readers[None]
        self._check = check
        self._end = call.end
        self._end_events = call.end_events
        self.operation = call.operation.id
        self._make_redactor = redactor
        self._arrived: deque[_Raw] = deque()
        self._arrived_size = 0
        self._has_dropped = False
        self._answer = Answer(0, {}, b"")
        self._resumes = resumes
        self._reopenings = reopenings
        self._rate_limit = rate_limit
        self._counted: int | None = None
        self._cuts = 0
        self._cut_at: str | None = None

    def begin(self, response: httpx.Response) -> bool:
        """Take note of status and headers; return whether they tell of an event stream."""
        self._answer = Answer(response.status_code, response.headers, b"")
        self._counted = response.extensions.get(COUNTED)
        kind = response.headers.get("content-type", "")
        return not kind or kind.lower().startswith("text/event-stream")

    def refuse(self, body: bytes) -> NoReturn:
        """Raise the StreamError for an answer that is no event stream, by how its body begins."""
        body = self._redactor.beginning(body)
        text = body.decode("utf-8", "replace")
        if find_problem_instead(text):
            self._report(read_problem(body, self._redact), text)
        kind = self._answer.headers.get("content-type") or "without a type"
        self._fail(f"the answer is {kind}, not an event stream{self._beginning(text)}", body=text)

    def read(self, chunk: bytes) -> Iterable[Event[T]]:
        """Return the events that end within `chunk`; sets `is_done` at what ends the stream.

        Most chunks are one object on one line, or several of them: those are read at once. All
        others are taken apart first. An event without data is none, as the standard says.

        Raises:
            StreamError: There is an error inside the stream, or data cannot be read.
            EventTooLarge: An event is over the limit, whether or not its end has come.

        """
        parser = self.parser
        data = parser.whole(chunk)
        if data is not None and len(data) <= self.largest and _ERROR not in data:
            fields = object_of(data)
            if fields is not None:
                return (self._event(data, None, parser.last_id, fields),)
        text = parser.take(chunk)
        plain = plain_data(text)
        if plain is None or len(text) > self.largest or _ERROR in text:
            return self._read_events(parser.events(text))
        return self._read_plain(plain)

    def _read_plain(self, plain: Iterable[str]) -> Iterator[Event[T]]:
        """Yield the events of data of a line each, none of them too large or an error."""
        last_id = self.parser.last_id
        for data in plain:
            fields = object_of(data)
            if fields is None:
                fields = self._object_of(data, None)
            if fields is not None:
                yield self._event(data, None, last_id, fields)
            if self.is_done:
                return
        self._refuse_held()

    def _read_events(self, events: Iterable[ServerEvent]) -> Iterator[Event[T]]:
        """Yield the events as `read` gives them."""
        for data, name, last_id in events:
            fields = self._object_of(data, name)
            if fields is not None:
                yield self._event(data, name, last_id, fields)
            if self.is_done:
                return
        self._refuse_held()

    def _event(
        self, data: str, name: str | None, last_id: str | None, fields: dict[str, Any]
    ) -> Event[T]:
        """Return the event that an object is; the last one that is due sets `is_done`.

        It is kept for errors, and the oldest ones are forgotten, of more than an error carries.
        """
        tells_error = not TELLING.isdisjoint(fields)  # asked before reading takes fields out
        try:
            value = self._reader(name)(fields) if name else self._read_unnamed(fields)
            if tells_error:
                self._raise_if_error(data, value)
            if self._check is not None:
                self._check(value)
        except (ValueError, RecursionError) as fault:
            self._refuse_data(data, fault)
        arrived = self._arrived
        arrived.append((data, name, last_id))
        self._arrived_size += len(data)
        while self._arrived_size > KEPT_DATA or len(arrived) > KEPT_EVENTS:
            self._arrived_size -= len(arrived.popleft()[0])
            self._has_dropped = True
        ends = self._end_events
        if ends and (name or getattr(value, "type", None)) in ends:
            self._end_well()
        return Event(value, name, last_id)

    def _object_of(self, data: str, name: str | None) -> dict[str, Any] | None:
        """Return the object that an event's data are, or None where they say nothing.

        The end marker sets `is_done`.

        Raises:
            StreamError: They are an error, or other data.
            EventTooLarge: They are over the limit.

        """
        if data.strip() in _NOTHING:
            return None
        if self._is_end(data):
            self._end_well()
            return None
        if len(data) > self.largest:
            self._refuse_large()
        if name == "error" or _ERROR in data:
            self._raise_inside(ServerEvent(data, name))
        try:
            return read_event_object(data)
        except (ValueError, RecursionError) as fault:
            self._refuse_data(data, fault)

    def finish(self) -> Iterator[Event[T]]:
        """Yield the event that the end of the answer left without its blank line; accept the end.

        Some servers leave the end marker out: then the reasons to end that came stand for it.

        Raises:
            StreamError: The stream has an end marker or a last event, and it did not come.
            httpx.RemoteProtocolError: The same, for a stream that may begin anew.

        """
        rest = self.parser.rest()
        self._refuse_stray()
        if rest is not None:
            yield from self._read_rest(rest)
        if self.is_done:
            return
        due = self._end_events[0] if self._end_events else self._end
        if due is not None and (self._end_events or not self._is_complete()):
            reason = f"it ended without {due}"
            if not self._arrived and self._reopenings:
                raise httpx.RemoteProtocolError(reason)
            self._fail(f"the stream was cut off: {reason}")
        self._end_well()

    def _read_rest(self, rest: ServerEvent) -> Iterator[Event[T]]:
        """Yield the last event, if all of its data came."""
        if object_of(rest.data) is None and not self._is_end(rest.data):
            self._raise_inside(rest)
        else:
            yield from self._read_events([rest])

    def _end_well(self) -> None:
        """Note the end of the stream, and what its last event says that it took."""
        self.is_done = True
        if self._rate_limit is not None and self._counted is not None and self._arrived:
            self._rate_limit.settle(self._parse(self._arrived[-1]), self._counted)

    def _is_end(self, data: str) -> bool:
        """Say whether an event's data are the marker of the end, perhaps with space around it."""
        return data.strip() == self._end

    def _is_complete(self) -> bool:
        """Say whether every choice that began has come to its reason to end."""
        reasons: dict[str, object] = {}
        for raw in self._arrived:
            choices: object = getattr(self._parse(raw), "choices", None)
            for choice in cast("list[object]", choices) if isinstance(choices, list) else []:
                index = str(getattr(choice, "index", None))
                reasons[index] = getattr(choice, "finish_reason", None)
        return bool(reasons) and all(reasons.values())

    def all_data(self) -> list[T]:
        """Return the data of all events that arrived.

        Raises:
            StreamError: There were more than are kept.

        """
        if self._has_dropped:
            self._fail("the stream was too long to be put together; read its events as they come")
        return [self._parse(raw) for raw in self._arrived]

    def go_on(self, failure: httpx.HTTPError, silence_s: float | None) -> float:
        """Return how long to wait before the stream is opened again, in seconds.

        Raises:
            StreamError: As `give_up`, when it has gone on often enough without a new event, or
                events came without an id to go on after; or there is text that is no event.

        """
        last_id, retry_ms = self.parser.last_id, self.parser.retry_ms
        if last_id != self._cut_at:
            self._cuts, self._cut_at = 0, last_id
        self._cuts += 1
        allowed = self._resumes
        if not self._arrived and self._reopenings:
            self.parser.rest()
            self._refuse_stray()
            allowed = max(allowed, self._reopenings)
        if self._cuts > allowed or (last_id is None and self._arrived):
            self.give_up(failure, silence_s)
        self.parser = EventParser()
        self.parser.last_id, self.parser.retry_ms = last_id, retry_ms
        longest_s = min(RESUME_S * 2.0 ** (self._cuts - 1), LONGEST_RESUME_S)
        return longest_s if retry_ms is None else min(retry_ms / 1000, LONGEST_RESUME_S)

    def give_up(self, failure: httpx.HTTPError, silence_s: float | None) -> NoReturn:
        """Raise the error for a broken connection, or for a silence longer than `silence_s`."""
        self.parser.rest()
        self._refuse_stray()
        if isinstance(failure, httpx.TimeoutException):
            if isinstance(failure, DeadlineOver):
                self._fail(str(failure), kind=StreamTimedOut, cause=failure)
            limit = "too long" if silence_s is None else f"{silence_s:g} s"
            self._fail(
                f"the stream was silent for {limit}; allow more with stream_timeout=...",
                kind=StreamTimedOut,
                cause=failure,
            )
        reason = str(failure) or type(failure).__name__
        self._fail(f"the stream was cut off: {reason}", cause=failure)

    def _parse(self, raw: _Raw) -> T:
        """Return what an event that arrived says."""
        data, name, _ = raw
        return self._reader(name)(read_event_object(data))

    def _reader(self, name: str | None) -> Callable[[dict[str, Any]], T]:
        """Return what reads the data of an event with this name."""
        return self._readers.get(name, self._read_unnamed)

    def _refuse_held(self) -> None:
        """Raise the error for an event over the limit whose end has not come."""
        if self.parser.held > self.largest:
            self._refuse_large()

    def _refuse_large(self) -> NoReturn:
        """Raise the error for an event that is over the limit."""
        text = f"an event is larger than {self.largest} bytes; {ALLOW_MORE}"
        self._fail(text, kind=EventTooLarge)

    def _raise_inside(self, raw: ServerEvent) -> None:
        """Raise the error that an event is; an event that only mentions an error passes."""
        if _problem_inside(raw) is not None:
            self._report(read_problem(raw.data.encode(), self._redact), raw.data)

    def _raise_if_error(self, data: str, value: object) -> None:
        """Raise the error for data that lack what the stream promises but report a problem.

        These are the gateway's and the framework's error bodies (errors.not-found).
        """
        if may_be_error(value) and find_problem(value, data):
            self._report(read_problem(data.encode(), self._redact), data)

    def _refuse_data(self, data: str, fault: Exception) -> NoReturn:
        """Raise the error for data that cannot be read; it shows how they begin."""
        beginning = self._beginning(data) if isinstance(fault, UnreadableBody) else ""
        self._fail(f"an event cannot be read: {fault}{beginning}", cause=fault, body=data)

    def _refuse_stray(self) -> None:
        """Raise the error for text that stands where events are due, if there was any."""
        if self.parser.stray:
            self.refuse(self.parser.stray)

    def _report(self, problem: Problem, body: str) -> NoReturn:
        """Raise the error that the server reports."""
        text = problem.message or problem.type or "no reason given"
        self._fail(f"the server reported an error: {text}", problem=problem, body=body)

    def _redact(self, text: str) -> str:
        return self._redactor.text(text)

    def _beginning(self, text: str) -> str:
        return f"; it begins with: {excerpt(self._redact(text.strip()))}" if text.strip() else ""

    @cached_property
    def _redactor(self) -> Redactor:
        return self._make_redactor()

    def _fail(
        self,
        message: str,
        *,
        kind: type[StreamError] = StreamError,
        cause: Exception | None = None,
        problem: Problem | None = None,
        body: str = "",
    ) -> NoReturn:
        answer = Answer(self._answer.status_code, self._answer.headers, body.encode())
        text = self._redact(message)
        error = keep(kind(text, operation=self.operation), answer, self._redactor)
        error.problem = problem or Problem()
        error.events = tuple(Event(self._parse(raw), *raw[1:]) for raw in self._arrived)
        raise error from cause and clean(cause, self._redactor)


def _problem_inside(raw: ServerEvent) -> Problem | None:
    """Return the problem that an event reports, or None if it is an event like any other."""
    try:
        body = json.loads(raw.data)
    except (ValueError, RecursionError):
        return read_problem(raw.data.encode()) if raw.event == "error" else None
    if not isinstance(body, dict):
        return read_problem(raw.data.encode()) if raw.event == "error" else None
    fields = cast("dict[str, object]", body)
    named = (str(fields.get("object", "")).lower(), str(fields.get("type", "")).lower())
    if raw.event == "error" or "error" in named or isinstance(fields.get("error"), dict | str):
        return read_problem_object(fields)
    return None
