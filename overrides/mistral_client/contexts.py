"""What clients are set up with: their options, checked, and the context of their exchanges."""

from __future__ import annotations

from functools import cached_property
from inspect import getattr_static, iscoroutinefunction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, TypeVar, cast

import attr

from mistral_client.checks import (
    check_headers,
    check_max_answer_bytes,
    check_retries,
    check_strict,
    configuration_error,
)
from mistral_client.options import Options
from mistral_client.requests import RequestWriter
from mistral_client.servers import read_api_key
from mistral_client.settings import Network, Settings, Timeouts, Timing
from mistral_generated.types import cached_group, note_hints

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from mistral_client.adapters import Memory
    from mistral_client.executors import Executor
    from mistral_client.rate_limits import RateLimit
    from mistral_client.redaction import Redactor
    from mistral_client.retries import Retries
    from mistral_client.settings import AsyncKey

T = TypeVar("T")
Server: TypeAlias = Literal["default", "global", "eu", "us"]


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Context:
    """What the exchanges of one client share."""

    settings: Settings
    options: Options
    timing: Timing
    writer: RequestWriter
    memory: Memory
    base_headers: Mapping[str, str] | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        timing: Timing,
        memory: Memory,
        base_headers: Mapping[str, str] | None = None,
    ) -> Context:
        """Return the context for some settings; `RequestWriter` explains the last argument."""
        return cls(
            settings=settings,
            options=Options(
                settings.timeouts, settings.retries, {}, max_answer_bytes=settings.max_answer_bytes
            ),
            timing=timing,
            writer=RequestWriter(settings, base_headers=base_headers),
            memory=memory,
            base_headers=base_headers,
        )

    def redactor(self, options: Options) -> Redactor:
        """Return what takes the secrets of this client and of one call out of texts."""
        from mistral_client.secrets import redactor_for  # noqa: PLC0415 - for errors only

        return redactor_for(self.settings, self.base_headers, options.headers)


class ClientOptions(TypedDict, total=False):
    """What a client and its views can be set to.

    `timeout` is how long the server may stay silent before and within an answer, `connect_timeout`
    how long a connection may take, `stream_timeout` how long an event stream may stay silent
    between two events: in seconds, None waits for ever. An `httpx.Timeout` as `timeout` says all
    but the last one by one. `retries` is a count or a policy.
    `headers` go with every request. `strict` raises a DecodeError for answers that lack required
    fields or hold unknown ones, instead of reading them tolerantly. `max_answer_bytes` is how large
    an answer, or one event of a stream, may be in memory, decompressed; None for no limit.
    `rate_limit` is a rate to keep to; clients that are given the same one share it.
    """

    timeout: float | httpx.Timeout | None
    connect_timeout: float | None
    stream_timeout: float | None
    retries: Retries | int
    headers: Mapping[str, str]
    strict: bool
    max_answer_bytes: int | None
    rate_limit: RateLimit | None


_KNOWN = frozenset(ClientOptions.__annotations__)

note_hints(ClientOptions)

# What a client is made of; see `own_attributes`.
_PARTS = frozenset({"_send", "_sender"})


def _changed(settings: Settings, options: ClientOptions) -> Settings:
    """Return settings with what options change; headers are added to those that are there.

    Raises:
        TypeError: An option is unknown, or of the wrong type.
        ValueError: A value is bad.

    """
    for name in options:
        if name not in _KNOWN:
            from mistral_client.other_names import ours_for  # noqa: PLC0415 - for errors only

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
        rate_limit=_read_rate_limit(options.get("rate_limit", settings.rate_limit)),
    )


def _read_rate_limit(value: object) -> RateLimit | None:
    """Return a limit or None.

    Raises:
        TypeError: It is neither.

    """
    if value is None:
        return None
    from mistral_client.rate_limits import check_rate_limit  # noqa: PLC0415 - few clients have one

    return check_rate_limit(value)


def context_of(
    api_key: AsyncKey | None,
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


def view_of(context: Context, options: ClientOptions) -> Context:
    """Return the context of a view: other settings, the same memory and connections."""
    return Context.of(
        _changed(context.settings, options),
        timing=context.timing,
        memory=context.memory,
        base_headers=context.base_headers,
    )


def check_own(
    http_client: httpx.Client | None, transport: httpx.BaseTransport | None, network: Network
) -> None:
    """Accept a caller's own httpx client or transport, or neither.

    Raises:
        TypeError: There are both, or one and options of ours.
        ConfigurationError: It is closed or of the other kind.

    """
    _check_own(http_client, transport, "", network)


def check_own_async(
    http_client: httpx.AsyncClient | None,
    transport: httpx.AsyncBaseTransport | None,
    network: Network,
) -> None:
    """Accept the same for an asynchronous client."""
    _check_own(http_client, transport, "Async", network)


def _check_own(
    http_client: httpx.Client | httpx.AsyncClient | None,
    transport: object,
    kind: str,
    network: Network,
) -> None:
    """Raise for what cannot be used; asynchronous things have names that begin with `kind`."""
    if http_client is None and transport is None:
        return
    if network != Network():
        raise TypeError(
            "verify, cert and proxy are for you to set on your http_client or transport"
        )
    if http_client is not None and transport is not None:
        raise TypeError("pass http_client=... or transport=..., not both")
    if http_client is not None and not _is_client(http_client, kind):
        raise configuration_error(f"{kind}Mistral sends with an httpx.{kind}Client; pass one")
    if http_client is not None and http_client.is_closed:
        raise configuration_error("The http_client is closed; pass one that is open.")
    handle = "handle_async_request" if kind else "handle_request"
    if transport is not None and not hasattr(transport, handle):
        raise configuration_error(
            f"{kind}Mistral sends over an httpx.{kind}BaseTransport; pass one"
        )


def _is_client(value: object, kind: str) -> bool:
    """Say whether something can send like an httpx client of a kind."""
    if not all(hasattr(value, name) for name in ("headers", "is_closed", "send", "timeout")):
        return False
    return iscoroutinefunction(cast("Any", value).send) is bool(kind)


def own_attributes(client: object) -> dict[str, object]:
    """Return what subclasses and users keep on a client, beside the parts of it.

    What a cached property made for the client is made anew for its copies and views.
    """
    kind = type(client)
    return {
        name: value
        for name, value in vars(client).items()
        if name not in _PARTS
        and not isinstance(getattr_static(kind, name, None), (cached_group, cached_property))
    }


def pickled(base: type[Any], client: object, context: Context, *, is_ours: bool) -> tuple[Any, ...]:
    """Return how to rebuild a client elsewhere; `base` is its class here, which it may extend.

    Raises:
        TypeError: The client is over the caller's own httpx client or transport.

    """
    kind = type(client)
    _check_is_ours(kind, is_ours=is_ours)
    return _unpickled, (base, kind, context.settings), own_attributes(client)


def pickled_sender(base: type[Any], context: Context, *, is_ours: bool) -> tuple[Any, ...]:
    """Return how to rebuild who sends the calls of a client: its groups have nothing else."""
    _check_is_ours(base, is_ours=is_ours)
    return _unpickled_sender, (base, context.settings)


def _check_is_ours(kind: type[Any], *, is_ours: bool) -> None:
    if not is_ours:
        raise TypeError(
            f"a {kind.__name__} with its own http_client or transport cannot be pickled"
        )


def _unpickled_sender(base: type[Any], settings: Settings) -> object:
    return vars(_unpickled(base, base, settings))["_sender"]


def _unpickled(base: Any, kind: type[T], settings: Settings) -> T:  # noqa: ANN401 - as above
    """Return a client, set up without the constructor of its own class, which may ask for more."""
    timeouts = settings.timeouts
    client = object.__new__(kind)
    base.__init__(
        client,
        settings.api_key,
        base_url=settings.base_url,
        timeout=timeouts.read,
        connect_timeout=timeouts.connect,
        stream_timeout=timeouts.silence,
        retries=settings.retries,
        headers=settings.headers,
        strict=settings.strict,
        max_answer_bytes=settings.max_answer_bytes,
        rate_limit=settings.rate_limit,
        verify=settings.network.verify,
        cert=settings.network.cert,
        proxy=settings.network.proxy,
    )
    return client


def shown(client: object) -> str:
    """Return the representation of a client, also of one whose construction failed."""
    sender: Executor[Any] | None = getattr(client, "_sender", None)
    name = type(client).__name__
    return f"<{name} {sender.context.settings.base_url}>" if sender else f"<{name}, not set up>"
