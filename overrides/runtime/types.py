"""The values that generated calls and the code that sends them agree on.

Owns the description of a call (`Call`, `StreamCall`), the protocols of whoever sends it (`Send`,
`AsyncSend`) and the marker for "not given" (`UNSET`). Leaves out every kind of I/O: nothing here
opens a connection or a file. Generated code says `attr`, not `attrs`: they offer the same, and the
second loads six more modules at every start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from typing import (
    IO,
    TYPE_CHECKING,
    Any,
    Final,
    Generic,
    Literal,
    Protocol,
    TypeAlias,
    TypedDict,
    TypeVar,
    final,
)

import attr

if TYPE_CHECKING:
    from typing import Self

    from mistral_generated.models.chat_completion_response import ChatCompletionResponse

T = TypeVar("T")


@final
class Unset:
    """The type of `UNSET`: nothing was given, which is not the same as `None` (JSON `null`)."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        """Read as false, so that `if model.field:` covers null, empty and absent."""
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __reduce__(self) -> str:
        """Unpickle (and copy) to the one `UNSET`."""
        return "UNSET"


UNSET: Final = Unset()


class Value:
    """What attrs would write into each class below, once: classes are made faster this way.

    Two values are equal when their classes and all their parts are.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({parts})"


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Operation(Value):
    """What the document says about one operation, apart from its arguments.

    `id` is the dotted client path (`beta.libraries.get`); `path` is the template with braces.
    `idempotent` follows from the method (GET, HEAD, PUT, DELETE); `repeatable` is the document's
    word that repeating the call does no harm although the method does not promise it. `accept` is
    the media type to ask for, `success` the documented 2xx statuses. `binary` says that the answer
    is bytes to keep as they are. `deprecated` is the message for people, or None.
    """

    id: str
    method: str
    path: str
    idempotent: bool
    success: tuple[int, ...]
    repeatable: bool = False
    accept: str = "application/json"
    binary: bool = False
    deprecated: str | None = None


class Response(Protocol):
    """The part of an HTTP answer that parsing reads; `httpx.Response` has it."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; lookup ignores case."""
        ...

    @property
    def content(self) -> bytes:
        """The whole body, decompressed."""
        ...


class RawEvent(Protocol):
    """One server-sent event before its data are read."""

    @property
    def event(self) -> str | None:
        """The event's name, or None without an `event:` line."""
        ...

    @property
    def data(self) -> str:
        """The `data:` lines, joined by newlines."""
        ...

    @property
    def id(self) -> str | None:
        """The last event id, or None."""
        ...


@attr.define(slots=False, eq=False, repr=False)
class Event(Value, Generic[T]):
    """One event of a stream: typed `data`, the event's name and its id.

    Not frozen, unlike the other values here: a stream makes one of these per chunk, and a frozen
    class takes twice as long to fill.
    """

    data: T
    event: str | None = None
    id: str | None = None


FileContent: TypeAlias = bytes | IO[bytes]


@attr.frozen(init=False, slots=False, eq=False, repr=False)
class File(Value):
    """A file to upload: its name, its content, and its media type (guessed from the name if None).

    `content` is bytes or a binary stream, which is read from where it stands. The name may be
    given as `file_name` or, as in the official documentation, `fileName`.
    """

    file_name: str
    content: FileContent
    content_type: str | None = None

    def __init__(
        self,
        file_name: str | None = None,
        content: FileContent | None = None,
        content_type: str | None = None,
        *,
        fileName: str | None = None,  # noqa: N803 - the official documentation spells it so
    ) -> None:
        """Keep the three parts.

        Raises TypeError when the name or the content is missing, or the name is given twice.
        """
        name = fileName if file_name is None else file_name
        if name is None or (file_name is not None and fileName is not None):
            raise TypeError("File() needs its name once: file_name=... (or fileName=...)")
        if content is None:
            raise TypeError("File() needs content=...: bytes or a binary stream")
        object.__setattr__(self, "file_name", name)
        object.__setattr__(self, "content", content)
        object.__setattr__(self, "content_type", content_type)


class FileParam(TypedDict, total=False):
    """A file to upload as a plain dict, as the official documentation writes it."""

    file_name: str
    fileName: str
    content: FileContent
    content_type: str


class ReceivedFile(Protocol):
    """An upload that a web framework received, as starlette and FastAPI hand it over."""

    @property
    def file(self) -> IO[bytes]:
        """The content, to be read from where it stands."""
        ...

    @property
    def filename(self) -> str | None:
        """The name that the sender gave."""
        ...


# A path, bytes, a binary stream, a File, a dict with a file's parts, or an upload received.
FileInput: TypeAlias = str | PathLike[str] | FileContent | File | FileParam | ReceivedFile

# Where a download goes: a path, or a binary stream open for writing.
Destination: TypeAlias = str | PathLike[str] | IO[bytes]


@attr.frozen(slots=False, eq=False, repr=False)
class Form(Value):
    """A multipart body: text fields and files, both in the document's order."""

    fields: Sequence[tuple[str, str]] = ()
    files: Sequence[tuple[str, FileInput]] = ()


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Call(Value, Generic[T]):
    """One call, ready to send: no I/O has happened yet.

    `url` is the path with its parameters quoted; it starts with `/` and has no query. `json` is a
    tree of plain Python values, or UNSET for no JSON body. `parse` reads a success answer and
    raises ValueError (and nothing else) on a body that it cannot read. `deprecated` names the
    deprecated arguments that were given, each with what to do instead. `names` are the fields of
    `json` that have another name as arguments, each with that name.
    """

    operation: Operation
    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = attr.field(factory=dict)
    json: object = UNSET
    form: Form | None = None
    names: Sequence[tuple[str, str]] = ()
    parse: Callable[[Response], T]
    deprecated: Sequence[tuple[str, str]] = ()


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class StreamCall(Value, Generic[T]):
    """A call whose answer is an event stream.

    `parse_event` reads one event's data and raises ValueError (and nothing else) when it cannot.
    `end` is the text of `data` that ends the stream, such as `[DONE]`, or None. `end_events` are
    the names of events of which any is the last one. `resume` says where a call that goes on after
    a cut puts the id of the last event that arrived: `header` or `query`, and the name there; None
    when the stream cannot go on.
    """

    operation: Operation
    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = attr.field(factory=dict)
    json: object = UNSET
    form: Form | None = None
    names: Sequence[tuple[str, str]] = ()
    parse_event: Callable[[RawEvent], T]
    end: str | None = None
    end_events: tuple[str, ...] = ()
    resume: tuple[str, str] | None = None
    deprecated: Sequence[tuple[str, str]] = ()


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Paging(Value, Generic[T]):
    """How one list operation pages; T is the type of an item.

    `page`, `offset`, `size` and `token` are argument names of the operation's `prepare`. `items`,
    `has_more`, `total` and `next_token` are attribute paths into the parsed page, with dots
    between the steps; an empty `items` means that the page is the list itself. `default_size` is
    how many items a page holds when `size` is not given, where the document says it.

    Lists by bounds of time name the argument for each bound (`before`, `after`), that for the order
    with its word for newest first (`order`, `descending`, the default), and an item's `time` and
    `id`.
    """

    style: str
    items: str
    page: str | None = None
    offset: str | None = None
    size: str | None = None
    default_size: int | None = None
    token: str | None = None
    next_token: str | None = None
    has_more: str | None = None
    total: str | None = None
    before: str | None = None
    after: str | None = None
    order: str | None = None
    descending: str | None = None
    time: str | None = None
    id: str | None = None


class CallOptions(TypedDict, total=False):
    """Options of one call: `timeout` in seconds (None waits for ever), `retries`, `headers`.

    `deadline` is how long the whole call or stream may take, in seconds, all retries and events
    included. `extra_body` are fields of the JSON body or form, `extra_query` parameters of the
    query, that the document does not know; they go over those that it does.
    `resumes` is for streams that can go on after a cut: how often in a row they do so.
    `max_answer_bytes` is how large the answer, or one event of a stream, may be in memory (None for
    no limit); for a download that goes to a file or stream, how large that may become.
    """

    timeout: float | None
    retries: int
    headers: Mapping[str, str]
    deadline: float | None
    extra_body: Mapping[str, object] | None
    extra_query: Mapping[str, object] | None
    resumes: int
    max_answer_bytes: int | None


class Group:
    """The base of every facade: the operations of a group, and the groups below it."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers know every method

        def __getattr__(self, name: str) -> Any:
            """Say what stands for the asynchronous methods of the official SDK."""
            kind, plain = type(self).__name__, name.removesuffix("_async")
            hint = ""
            if plain != name and hasattr(type(self), plain):
                hint = f"; use AsyncMistral and await {plain}(...)"
            raise AttributeError(f"{kind!r} object has no attribute {name!r}{hint}")


class EventStream(Protocol[T]):
    """An open stream: a context manager that iterates over its events."""

    def __enter__(self) -> Self:
        """Open the stream."""
        ...

    def __exit__(self, kind: Any, error: Any, traceback: Any, /) -> bool | None:
        """Close the stream."""
        ...

    def __iter__(self) -> Iterator[Event[T]]:
        """Iterate over the events."""
        ...

    def __next__(self) -> Event[T]:
        """Return the next event."""
        ...

    def text(self) -> Iterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        ...

    def final(self) -> ChatCompletionResponse:
        """Read a completion to its end and return the whole answer."""
        ...

    def close(self) -> None:
        """Close the stream, from any thread; closing again does nothing."""
        ...


class AsyncEventStream(Protocol[T]):
    """The same for asyncio and trio."""

    async def __aenter__(self) -> Self:
        """Open the stream."""
        ...

    async def __aexit__(self, kind: Any, error: Any, traceback: Any, /) -> bool | None:
        """Close the stream."""
        ...

    def __aiter__(self) -> AsyncIterator[Event[T]]:
        """Iterate over the events."""
        ...

    async def __anext__(self) -> Event[T]:
        """Return the next event."""
        ...

    def text(self) -> AsyncIterator[str]:
        """Iterate over the pieces of text that the events add, of the first choice."""
        ...

    async def final(self) -> ChatCompletionResponse:
        """Read a completion to its end and return the whole answer."""
        ...

    async def aclose(self) -> None:
        """Close the stream, from any task; closing again does nothing."""
        ...


class Send(Protocol):
    """Whoever sends calls for the generated facades."""

    def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Send the call and return its parsed answer."""
        ...

    def stream(self, call: StreamCall[T], options: CallOptions) -> EventStream[T]:
        """Return the stream of events that the call asks for."""
        ...

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> Iterator[T]:
        """Return an iterator over the items of all pages; `arguments` go to every `prepare`."""
        ...

    def download(self, call: Call[bytes], destination: Destination, options: CallOptions) -> int:
        """Write the answer's body to `destination` piece by piece; return its size in bytes."""
        ...

    def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Ask for an answer in the form of a class, and return it as an object of that class."""
        ...


class AsyncSend(Protocol):
    """The same for asyncio and trio."""

    async def __call__(self, call: Call[T], options: CallOptions) -> T:
        """Send the call and return its parsed answer."""
        ...

    def stream(self, call: StreamCall[T], options: CallOptions) -> AsyncEventStream[T]:
        """Return the stream of events that the call asks for."""
        ...

    def iterate(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> AsyncIterator[T]:
        """Return an iterator over the items of all pages; `arguments` go to every `prepare`."""
        ...

    async def download(
        self, call: Call[bytes], destination: Destination, options: CallOptions
    ) -> int:
        """Write the answer's body to `destination` piece by piece; return its size in bytes."""
        ...

    async def structured(
        self,
        kind: type[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
        options: CallOptions,
    ) -> T:
        """Ask for an answer in the form of a class, and return it as an object of that class."""
        ...


_warned: Final[set[tuple[str, str]]] = set()


def warn_once(subject: str, message: str) -> None:
    """Warn that something is deprecated and what to do instead, once in a process.

    The warning points at the nearest line that belongs neither to the client nor to the generated
    code. A filter that makes it an error makes it one every time.
    """
    if (subject, message) in _warned:
        return
    import sys
    import warnings

    ours = (__name__.rpartition(".")[0], "mistral_client")
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(ours):
        frame = frame.f_back
    warnings.warn_explicit(
        f"{subject} is deprecated. {message}",
        DeprecationWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
    )
    _warned.add((subject, message))


def time_text(value: datetime) -> str:
    """Return the RFC 3339 text of a time, with `Z` for UTC."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _zoned_time_text(value: datetime) -> str:
    """Return the same. Raises ValueError for a time without a zone: it may mean any moment."""
    if value.utcoffset() is None:
        raise ValueError("a time without a zone")
    return time_text(value)


def to_wire(value: object, *, is_request: bool = False) -> object:
    """Return `value` as plain JSON values: models become dicts, times text, UNSET entries go.

    What goes into a request leaves out what only an answer brought (see `Model`), and its times
    have zones. Values that JSON has no form for stay as they are. Raises TypeError for keys that
    are no text, ValueError for a time without a zone in a request.
    """
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {
            key if type(key) is str else _key(key): to_wire(item, is_request=is_request)
            for key, item in value.items()
            if item is not UNSET
        }
    if isinstance(value, (list, tuple)):
        return [to_wire(item, is_request=is_request) for item in value if item is not UNSET]
    if isinstance(value, datetime):
        return _zoned_time_text(value) if is_request else time_text(value)
    return _other_to_wire(value, is_request=is_request)


def _other_to_wire(value: object, *, is_request: bool) -> object:
    """Return the same for what is rarer: dates, models, sequences of other kinds, strangers."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, type):
        return value
    written = getattr(value, "_written", None)
    if written is not None:
        return written(is_request=is_request)
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return to_dict()
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return [to_wire(item, is_request=is_request) for item in value if item is not UNSET]
    return value


def _key(key: object) -> str:
    """Return a name in an object that is of a subclass of text."""
    if isinstance(key, str):
        return str.__str__(key)
    raise TypeError(f"the names in an object are text, not {key!r}")
