"""The values that generated calls and the code that sends them agree on.

Owns the description of a call (`Call`, `StreamCall`) and the marker for "not given" (`UNSET`); who
sends calls is in `senders`. Leaves out every kind of I/O: nothing here opens a connection or a
file. Generated code says `attr`, not `attrs`: they offer the same, and the second loads six more
modules at every start.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import (
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
    import httpx

    from .files import FileInput

T = TypeVar("T")
JsonObject: TypeAlias = dict[str, Any]

NamedReaders: TypeAlias = Mapping[str | None, Callable[[JsonObject], T]]
"""What reads the data of events, by their names; None reads all others, named or not."""


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


class Annotations(dict[str, Any]):
    """The annotations of a function, or of the class `owner`, that can be read at run time.

    Our modules import most names for type checkers alone, so that programs start fast. Reading
    annotations (`typing.get_type_hints`, `inspect.signature`) imports them into `namespace` first.
    """

    def __init__(
        self, found: Mapping[str, Any], namespace: dict[str, Any], owner: type | None = None
    ) -> None:
        super().__init__(found)
        self._namespace = namespace
        self._owner = owner

    def __iter__(self) -> Iterator[str]:
        self._complete()
        return super().__iter__()

    def keys(self) -> Any:
        """Return the names of what is annotated."""
        self._complete()
        return super().keys()

    def items(self) -> Any:
        """Return the names of what is annotated, each with its annotation."""
        self._complete()
        return super().items()

    def _complete(self) -> None:
        if self._owner is not None and self._owner.__name__ not in self._namespace:
            return  # the class is still being made, by attrs, which reads them as well
        from .hints import complete

        complete(self._namespace, self.values())


def note_hints(owner: type) -> None:
    """Let the annotations of a class and of its methods be read at run time."""
    if owner.__module__.partition(".")[0] not in (__package__, "mistral_client"):
        return  # a subclass in the code of a user
    namespace = vars(sys.modules[owner.__module__])
    if "__annotations__" in vars(owner):
        owner.__annotations__ = Annotations(owner.__annotations__, namespace, owner)
    for member in vars(owner).values():
        function = member.fget if isinstance(member, property) else member
        function = getattr(function, "__func__", function)
        if isinstance(function, FunctionType):
            function.__annotations__ = Annotations(function.__annotations__, namespace)


class Hinted:
    """The base of classes whose annotations can be read at run time."""

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Note where the names in the annotations are to be found."""
        super().__init_subclass__()
        note_hints(cls)


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


@attr.define(slots=False, eq=False, repr=False)
class Event(Value, Generic[T]):
    """One event of a stream: typed `data`, the event's name and its id.

    Not frozen, unlike the other values here: a stream makes one of these per chunk, and a frozen
    class takes twice as long to fill.
    """

    data: T
    event: str | None = None
    id: str | None = None

    if not TYPE_CHECKING:  # type checkers know every attribute

        def __getattr__(self, name: str) -> Any:
            """Say where the data are, which the streams of other clients give bare."""
            said = f"{type(self).__name__!r} object has no attribute {name!r}"
            if hasattr(self.__dict__.get("data"), name):
                said = f"{said}; its data have: event.data.{name}"
            raise AttributeError(said, name=name, obj=self)


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

    `readers` make of the object in an event's data what it says, by the event's name.
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
    readers: NamedReaders[T]
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

    An `httpx.Timeout` as `timeout` says one by one how long to wait for what.
    `deadline` is how long the whole call or stream may take, in seconds, all retries and events
    included. `extra_body` are fields of the JSON body or form, `extra_query` parameters of the
    query, that the document does not know; they go over those that it does.
    `resumes` is for streams that can go on after a cut: how often in a row they do so.
    `max_answer_bytes` is how large the answer, or one event of a stream, may be in memory (None for
    no limit); for a download that goes to a file or stream, how large that may become.
    """

    timeout: float | httpx.Timeout | None
    retries: int
    headers: Mapping[str, str]
    deadline: float | None
    extra_body: Mapping[str, object] | None
    extra_query: Mapping[str, object] | None
    resumes: int
    max_answer_bytes: int | None


note_hints(CallOptions)


if TYPE_CHECKING:
    import functools

    cached_group = functools.cached_property
else:

    class _Nobody:
        """Stands for the holder of a group where there is none."""

        def __getattr__(self, name: str) -> None:
            """Have nothing to give."""

    class cached_group(property):  # noqa: N801 - a decorator, like what it stands for
        """A group below another: made when first asked for, and then the same object.

        Tests may set and delete it. Asked for on a class, it is the group's class, which is what
        `create_autospec` makes stand-ins of.
        """

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, holder: Any, owner: type | None = None) -> Any:
            if holder is None:
                return type(self.fget(_Nobody()))
            kept = holder.__dict__
            if self._name not in kept:
                kept.setdefault(self._name, self.fget(holder))
            return kept[self._name]

        def __set__(self, holder: Any, value: Any) -> None:
            holder.__dict__[self._name] = value

        def __delete__(self, holder: Any) -> None:
            holder.__dict__.pop(self._name, None)


# What other clients call operations, and what those may be here: the first that a group has counts.
_OTHERS: Final = {
    "completions": ("complete",),
    "content": ("download",),
    "create": ("complete", "upload", "start"),
    "get": ("retrieve", "fetch"),
    "list": ("get_workflows", "list_runs", "list_deployments", "get_schedules"),
    "retrieve": ("get", "fetch"),
    "send": ("complete", "start"),
}

# Methods of the official SDK that are loops over operations, and what to write instead.
_LOOPS: Final = {
    "execute_workflow_and_wait": "execute_workflow(..., wait_for_result=True)",
    "run": "start(...), and append(...) with the results of the functions that it calls",
    "run_stream": "start_stream(...), and append_stream(...) with the results of functions",
}


# Groups whose objects another group makes and lists.
_MADE_BY: Final = {"Agents": "beta.agents"}
_MAKING: Final = frozenset({"create", "delete", "get", "list", "update"})


class Group(Hinted):
    """The base of every group: its operations, and the groups below it."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers know every method

        def __getattr__(self, name: str) -> Any:
            """Say what stands for the asynchronous methods of the official SDK."""
            kind, plain = type(self).__name__, name.removesuffix("_async")
            hint = ""
            if name in ("with_raw_response", "with_streaming_response"):
                hint = "; give the method to raw(...) of the client, with its arguments"
            elif plain == "parse_stream" and hasattr(type(self), "parse"):
                hint = "; use stream(..., response_format=YourClass)"
            elif plain != name and hasattr(type(self), plain):
                hint = f"; use AsyncMistral and await {plain}(...)"
            elif plain in _LOOPS and hasattr(type(self), _LOOPS[plain].partition("(")[0]):
                hint = f"; here it is {_LOOPS[plain]}"
            elif not name.startswith("_") and (ours := _name_here(self, plain)):
                hint = f"; here it is {ours}(...)"
            said = f"{kind!r} object has no attribute {name!r}{hint}"
            raise AttributeError(said, name=name, obj=self)


def _name_here(group: Group, name: str) -> str:
    """Return what a method of other clients is called in a group, or an empty text."""
    kind = type(group)
    maker = _MADE_BY.get(kind.__name__.removeprefix("Async"))
    if maker and name in _MAKING:
        return f"{maker}.{name}"
    public = [one for one in dir(kind) if not one.startswith("_")]
    others = [one for one in _OTHERS.get(name, ()) if one in public]
    below = [f"{one}.{name}" for one in public if hasattr(getattr(group, one), name)]
    longer = [one for one in public if name in one.split("_")]
    return next(iter((*others, *below, *longer)), "")
