"""The client `AsyncMistral`: the resources of the generated tree, and how their calls are sent.

The latter is key, base URL, timeouts, retries and connections. A client can be shared by threads or
tasks, used after a fork, and pickled. Its pickle holds the API key, because a worker process must
be able to use it: treat such a pickle like the key itself. Its representation does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, Unpack, overload

import httpx

from mistral_client.async_send import AsyncSender
from mistral_client.contexts import (
    check_own_async,
    context_of,
    own_attributes,
    pickled,
    shown,
    view_of,
)
from mistral_client.executors import Connection
from mistral_client.origins import network_of
from mistral_client.pools import AsyncPools
from mistral_client.servers import read_base_url
from mistral_generated.resources import AsyncResources
from mistral_generated.types import cached_group

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from mistral_client.async_embeddings import AsyncEmbeddings
    from mistral_client.async_jobs import AsyncBatch, AsyncFineTuning
    from mistral_client.async_resources import AsyncBeta
    from mistral_client.async_stored_files import AsyncFiles
    from mistral_client.contexts import ClientOptions, Server
    from mistral_client.raw import Raw
    from mistral_client.settings import AsyncKey, Cert, Timing, Verify
    from mistral_generated.senders import AsyncEventStream

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")


class AsyncMistral(AsyncResources):
    """The client: `await client.chat.complete(...)`, `await client.models.list()` and so on.

    `api_key` is the key, or a function that gives it, which is called before each request; it
    defaults to the environment variable MISTRAL_API_KEY, `base_url` to MISTRAL_BASE_URL or the
    public service; `server` names one of the public hosts instead. `http_client` or
    `transport` are the caller's own, used as they are and never closed here. `verify`, `cert` and
    `proxy` are explained at `Network` in `settings`; without them the environment decides. `timing`
    replaces clock and waiting in tests. The rest is explained at `ClientOptions`
    in `contexts`.

    Raises:
        ConfigurationError: There is no usable key or base URL, a proxy or certificates of the
            environment cannot be used, or `http_client` or `transport` cannot send for this client.
        TypeError: An option is unknown or of the wrong type, or does not go with another.
        ValueError: An option makes no sense.

    """

    def __init__(
        self,
        api_key: AsyncKey | None = None,
        *,
        base_url: str | httpx.URL | None = None,
        server: Server | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        verify: Verify = True,
        cert: Cert | None = None,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        timing: Timing | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        """Check the options; nothing is sent."""
        network = network_of(verify, cert, proxy)
        check_own_async(http_client, transport, network)
        url = read_base_url(base_url, server)
        context = context_of(
            api_key, url, options, timing=timing, http_client=http_client, network=network
        )
        http = http_client or httpx.AsyncClient(
            transport=transport or AsyncPools(url, network), trust_env=False
        )
        connection = Connection(http, is_ours=http_client is None and transport is None)
        self._sender = AsyncSender(connection, context)
        super().__init__(self._sender)

    @cached_group
    def beta(self) -> AsyncBeta:
        """Return the operations of `beta`."""
        from mistral_client.async_resources import AsyncBeta  # noqa: PLC0415 - when used

        return AsyncBeta(self._sender)

    @cached_group
    def embeddings(self) -> AsyncEmbeddings:
        """Texts as lists of numbers."""
        from mistral_client.async_embeddings import AsyncEmbeddings  # noqa: PLC0415 - when used

        return AsyncEmbeddings(self._sender)

    @cached_group
    def files(self) -> AsyncFiles:
        """Files that other operations read or write: training data, batch requests and results."""
        from mistral_client.async_stored_files import AsyncFiles  # noqa: PLC0415 - when used

        return AsyncFiles(self._sender)

    @cached_group
    def batch(self) -> AsyncBatch:
        """Return the groups under `batch`."""
        from mistral_client.async_jobs import AsyncBatch  # noqa: PLC0415 - when used

        return AsyncBatch(self._sender)

    @cached_group
    def fine_tuning(self) -> AsyncFineTuning:
        """Return the groups under `fine_tuning`."""
        from mistral_client.async_jobs import AsyncFineTuning  # noqa: PLC0415 - when used

        return AsyncFineTuning(self._sender)

    def with_options(self, **options: Unpack[ClientOptions]) -> Self:
        """Return a view with other options that shares the connections; `headers` are added."""
        view = object.__new__(type(self))
        view.__dict__.update(own_attributes(self))
        view._sender = AsyncSender(self._sender.connection, view_of(self._sender.context, options))
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
        """Call a method and return the HTTP answer together with its result.

        `client.raw(client.models.list)` returns a `Raw` with status, headers, body and `parsed`.
        A stream comes opened, with an empty body; enter `parsed` to read and close it. Iterators
        over all pages have no one answer: ask for single pages.
        """
        from mistral_client.raw import Capture, capture, settle_async  # noqa: PLC0415 - when used

        wanted = Capture()
        token = capture.set(wanted)
        try:
            parsed = await settle_async(method(*args, **kwargs))
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

    if not TYPE_CHECKING:  # type checkers know every attribute

        def __getattr__(self, name: str) -> object:
            """Say what stands for the names that other clients have.

            A property that raised AttributeError is asked again, to say what it misses.
            """
            if hasattr(type(self), name):
                return object.__getattribute__(self, name)
            from mistral_client.other_names import (  # noqa: PLC0415 - for errors only
                ON_CLIENTS,
                no_attribute,
            )

            is_below = not name.startswith("_") and hasattr(self.beta, name)
            below = {name: f"beta.{name}"} if is_below else {}
            raise no_attribute(self, name, {**ON_CLIENTS, **below})

    def __repr__(self) -> str:
        return shown(self)

    def __reduce__(self) -> tuple[Any, ...]:
        is_ours = self._sender.connection.is_ours
        return pickled(AsyncMistral, self, self._sender.context, is_ours=is_ours)
