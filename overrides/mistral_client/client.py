"""The clients people make: `Mistral` for threads, `AsyncMistral` for tasks.

The resources come from the generated tree; what is added here is how calls are sent: key, base
URL, timeouts, retries, connections. A client can be shared by threads (or tasks), used after a
fork, and pickled. Its pickle holds the API key, because a worker process must be able to use it:
treat such a pickle like the key itself. Its representation does not.
"""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    Unpack,
    cast,
    overload,
)

import attr
import httpx

from mistral_client.exchange import Context
from mistral_client.options import (
    Network,
    Settings,
    Timeouts,
    Timing,
    check_headers,
    check_max_answer_bytes,
    check_retries,
    check_strict,
    configuration_error,
    ours_for,
    read_api_key,
    read_base_url,
)
from mistral_client.pools import AsyncPools, Pools
from mistral_client.send import AsyncSender, Connection, Sender
from mistral_generated.resources import AsyncResources, Resources

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from mistral_client.embeddings import AsyncEmbeddings, Embeddings
    from mistral_client.jobs import AsyncBatch, AsyncFineTuning, Batch, FineTuning
    from mistral_client.raw import Raw
    from mistral_client.resources import AsyncBeta, Beta
    from mistral_client.retries import Retries
    from mistral_generated.senders import AsyncEventStream

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")
Server: TypeAlias = Literal["default", "global", "eu", "us"]


class ClientOptions(TypedDict, total=False):
    """What a client and its views can be set to.

    `timeout` is how long the server may stay silent before and within an answer, `connect_timeout`
    how long a connection may take, `stream_timeout` how long an event stream may stay silent
    between two events: in seconds, None waits for ever. `retries` is a count or a policy.
    `headers` go with every request. `strict` raises a DecodeError for answers that lack required
    fields or hold unknown ones, instead of reading them tolerantly. `max_answer_bytes` is how large
    an answer, or one event of a stream, may be in memory, decompressed; None for no limit.
    """

    timeout: float | None
    connect_timeout: float | None
    stream_timeout: float | None
    retries: Retries | int
    headers: Mapping[str, str]
    strict: bool
    max_answer_bytes: int | None


_KNOWN = frozenset(ClientOptions.__annotations__)


def _changed(settings: Settings, options: ClientOptions) -> Settings:
    """Return settings with what options change; headers are added to those that are there.

    Raises TypeError for an unknown option or a wrong type, ValueError for a bad value.
    """
    for name in options:
        if name not in _KNOWN:
            raise TypeError(f"got an unexpected keyword argument {name!r}{ours_for(name)}")
    timeouts = settings.timeouts.changed(cast("dict[str, object]", options))
    return attr.evolve(
        settings,
        timeouts=timeouts,
        retries=check_retries(options.get("retries", settings.retries)),
        headers={**settings.headers, **check_headers(options.get("headers"))},
        strict=check_strict(options.get("strict", settings.strict)),
        max_answer_bytes=check_max_answer_bytes(
            options.get("max_answer_bytes", settings.max_answer_bytes)
        ),
    )


def _context(
    api_key: str | None,
    url: str,
    options: ClientOptions,
    *,
    timing: Timing | None,
    http_client: httpx.Client | httpx.AsyncClient | None,
    network: Network,
) -> Context:
    """Return what the exchanges of a new client share.

    Timeouts and headers of the caller's own httpx client count where no option says otherwise.
    """
    key = read_api_key(api_key)
    own = None if http_client is None else http_client.timeout
    timeouts = (
        Timeouts()
        if own is None
        else Timeouts(
            connect=own.connect,
            read=own.read,
            write=own.write,
            pool=own.pool,
            silence=own.read,
            ceiling=None,
        )
    )
    return Context.of(
        _changed(Settings(api_key=key, base_url=url, timeouts=timeouts, network=network), options),
        timing=timing or Timing(),
        memory=set(),
        base_headers=None if http_client is None else http_client.headers,
    )


def _view(context: Context, options: ClientOptions) -> Context:
    """Return the context of a view: other settings, the same memory and connections."""
    return Context.of(
        _changed(context.settings, options),
        timing=context.timing,
        memory=context.memory,
        base_headers=context.base_headers,
    )


def _check_own(
    http_client: httpx.Client | httpx.AsyncClient | None,
    transport: object,
    kind: str,
    network: Network,
) -> None:
    """Raise TypeError for both, or for one and options of ours.

    Raises ConfigurationError for one that is closed or of the other kind.

    `kind` is what the names of asynchronous things begin with, or nothing.
    """
    if http_client is None and transport is None:
        return
    if network != Network():
        raise TypeError(
            "verify, cert and proxy are for you to set on your http_client or transport"
        )
    if http_client is not None and transport is not None:
        raise TypeError("pass http_client=... or transport=..., not both")
    if http_client is not None and iscoroutinefunction(http_client.send) is not bool(kind):
        raise configuration_error(f"{kind}Mistral sends with an httpx.{kind}Client; pass one")
    if http_client is not None and http_client.is_closed:
        raise configuration_error("The http_client is closed; pass one that is open.")
    handle = "handle_async_request" if kind else "handle_request"
    if transport is not None and not hasattr(transport, handle):
        raise configuration_error(
            f"{kind}Mistral sends over an httpx.{kind}BaseTransport; pass one"
        )


def _pickled(kind: type[T], context: Context, *, is_ours: bool) -> tuple[Any, ...]:
    """Return how to rebuild a client elsewhere.

    Raises TypeError for a client over the caller's own httpx client or transport.
    """
    if not is_ours:
        raise TypeError(
            f"a {kind.__name__} with its own http_client or transport cannot be pickled"
        )
    return _unpickled, (kind, context.settings)


def _unpickled(kind: Callable[..., T], settings: Settings) -> T:
    timeouts = settings.timeouts
    return kind(
        settings.api_key,
        base_url=settings.base_url,
        timeout=timeouts.read,
        connect_timeout=timeouts.connect,
        stream_timeout=timeouts.silence,
        retries=settings.retries,
        headers=settings.headers,
        strict=settings.strict,
        max_answer_bytes=settings.max_answer_bytes,
        verify=settings.network.verify,
        cert=settings.network.cert,
        proxy=settings.network.proxy,
    )


def _shown(client: Mistral | AsyncMistral) -> str:
    """Return the representation of a client, also of one whose construction failed."""
    sender: Sender | AsyncSender | None = getattr(client, "_sender", None)
    name = type(client).__name__
    return f"<{name} {sender.context.settings.base_url}>" if sender else f"<{name}, not set up>"


class Mistral(Resources):
    """The client: `client.beta.libraries.list()`, `client.chat.complete(...)` and so on.

    `api_key` defaults to the environment variable MISTRAL_API_KEY, `base_url` to MISTRAL_BASE_URL
    or the public service; `server` names one of the public hosts instead. `http_client` or
    `transport` are the caller's own, used as they are and never closed here. `verify`, `cert` and
    `proxy` are explained at `Network` in `options`; without them the environment decides. `timing`
    replaces clock and waiting in tests. The rest is explained at `ClientOptions`.

    Raises ConfigurationError without a usable key or base URL, for a proxy or certificates of the
    environment that cannot be used, and for an `http_client` or `transport` that cannot send for
    this client; TypeError and ValueError for options that make no sense.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        server: Server | None = None,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        verify: bool | str | ssl.SSLContext = True,
        cert: str | tuple[str, str] | tuple[str, str, str] | None = None,
        proxy: str | None = None,
        timing: Timing | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Check the options; nothing is sent."""
        network = Network(verify=verify, cert=cert, proxy=proxy)
        _check_own(http_client, transport, "", network)
        url = read_base_url(base_url, server)
        context = _context(
            api_key, url, options, timing=timing, http_client=http_client, network=network
        )
        http = http_client or httpx.Client(
            transport=transport or Pools(url, network), trust_env=False
        )
        connection = Connection(http, is_ours=http_client is None and transport is None)
        self._sender = Sender(connection, context)
        super().__init__(self._sender)

    @property
    def beta(self) -> Beta:
        """The operations of `beta`."""
        from mistral_client.resources import Beta  # noqa: PLC0415 - loaded when it is used

        return Beta(self._sender)

    @property
    def embeddings(self) -> Embeddings:
        """Texts as lists of numbers."""
        from mistral_client.embeddings import Embeddings  # noqa: PLC0415 - loaded when used

        return Embeddings(self._sender)

    @property
    def batch(self) -> Batch:
        """The groups under `batch`."""
        from mistral_client.jobs import Batch  # noqa: PLC0415 - loaded when it is used

        return Batch(self._sender)

    @property
    def fine_tuning(self) -> FineTuning:
        """The groups under `fine_tuning`."""
        from mistral_client.jobs import FineTuning  # noqa: PLC0415 - loaded when it is used

        return FineTuning(self._sender)

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a view with other options that shares the connections; `headers` are added."""
        view = object.__new__(type(self))
        view._sender = Sender(self._sender.connection, _view(self._sender.context, options))
        Resources.__init__(view, view._sender)
        return view

    def raw(self, method: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Raw[T]:
        """Call a method and return the HTTP answer together with its result.

        `client.raw(client.models.list)` returns a `Raw` with status, headers, body and `parsed`.
        A stream comes opened, with an empty body; enter `parsed` to read and close it. Iterators
        over all pages have no one answer: ask for single pages.
        """
        from mistral_client.raw import Capture, capture  # noqa: PLC0415 - loaded when it is used
        from mistral_client.streams import EventStream  # noqa: PLC0415 - loaded when it is used

        wanted = Capture()
        token = capture.set(wanted)
        try:
            parsed = method(*args, **kwargs)
            if isinstance(parsed, EventStream):
                parsed.open()
        finally:
            capture.reset(token)
        return wanted.complete(parsed)

    def close(self) -> None:
        """Close the connections, of all views too; the caller's own httpx client stays open."""
        connection = self._sender.connection
        connection.is_closed = True
        if connection.is_ours:
            connection.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return _shown(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _pickled(type(self), self._sender.context, is_ours=self._sender.connection.is_ours)


class AsyncMistral(AsyncResources):
    """The same client for asyncio and trio: what waits is awaited, the rest is as in `Mistral`."""

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        server: Server | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        verify: bool | str | ssl.SSLContext = True,
        cert: str | tuple[str, str] | tuple[str, str, str] | None = None,
        proxy: str | None = None,
        timing: Timing | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Check the options; nothing is sent."""
        network = Network(verify=verify, cert=cert, proxy=proxy)
        _check_own(http_client, transport, "Async", network)
        url = read_base_url(base_url, server)
        context = _context(
            api_key, url, options, timing=timing, http_client=http_client, network=network
        )
        http = http_client or httpx.AsyncClient(
            transport=transport or AsyncPools(url, network), trust_env=False
        )
        connection = Connection(http, is_ours=http_client is None and transport is None)
        self._sender = AsyncSender(connection, context)
        super().__init__(self._sender)

    @property
    def beta(self) -> AsyncBeta:
        """The operations of `beta`."""
        from mistral_client.resources import AsyncBeta  # noqa: PLC0415 - loaded when it is used

        return AsyncBeta(self._sender)

    @property
    def embeddings(self) -> AsyncEmbeddings:
        """Texts as lists of numbers."""
        from mistral_client.embeddings import AsyncEmbeddings  # noqa: PLC0415 - loaded when used

        return AsyncEmbeddings(self._sender)

    @property
    def batch(self) -> AsyncBatch:
        """The groups under `batch`."""
        from mistral_client.jobs import AsyncBatch  # noqa: PLC0415 - loaded when it is used

        return AsyncBatch(self._sender)

    @property
    def fine_tuning(self) -> AsyncFineTuning:
        """The groups under `fine_tuning`."""
        from mistral_client.jobs import AsyncFineTuning  # noqa: PLC0415 - loaded when it is used

        return AsyncFineTuning(self._sender)

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a view with other options that shares the connections; `headers` are added."""
        view = object.__new__(type(self))
        view._sender = AsyncSender(self._sender.connection, _view(self._sender.context, options))
        AsyncResources.__init__(view, view._sender)
        return view

    @overload
    async def raw(
        self, method: Callable[P, AsyncEventStream[E]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Raw[AsyncEventStream[E]]: ...

    @overload
    async def raw(
        self, method: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Raw[T]: ...

    async def raw(
        self, method: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> Raw[Any]:
        """Call a method and return the HTTP answer together with its result, as in `Mistral`."""
        from mistral_client.raw import Capture, capture  # noqa: PLC0415 - loaded when it is used
        from mistral_client.streams import AsyncEventStream  # noqa: PLC0415 - loaded when used

        wanted = Capture()
        token = capture.set(wanted)
        try:
            result = method(*args, **kwargs)
            if isinstance(result, AsyncEventStream):
                parsed: object = await result.open()
            else:
                parsed = await cast("Awaitable[object]", result)
        finally:
            capture.reset(token)
        return wanted.complete(parsed)

    async def aclose(self) -> None:
        """Close the connections, of all views too; the caller's own httpx client stays open."""
        connection = self._sender.connection
        connection.is_closed = True
        if connection.is_ours:
            await connection.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return _shown(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _pickled(type(self), self._sender.context, is_ours=self._sender.connection.is_ours)
