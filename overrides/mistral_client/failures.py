"""What went wrong when no answer came, told in the client's own errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import httpx

from mistral_client.errors import ConnectionFailed, DecodeError, MistralError, TimedOut
from mistral_client.quirks.quirk import Answer
from mistral_client.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_WAITED_FOR = {
    httpx.ConnectTimeout: ("connect", "no connection"),
    httpx.PoolTimeout: ("pool", "no free connection"),
    httpx.ReadTimeout: ("read", "no answer"),
    httpx.WriteTimeout: ("write", "the request was not taken"),
}


def was_sent(failure: httpx.HTTPError) -> bool:
    """Say whether the server may have seen the request."""
    return not isinstance(failure, _BEFORE_SENDING)


def explain(
    failure: httpx.HTTPError,
    operation: str,
    *,
    request: httpx.Request,
    response: httpx.Response | None = None,
    attempts: int = 1,
    secrets: Iterable[str] = (),
) -> MistralError:
    """Return our error for a failure of httpx, with what to do about it."""
    reason = redact_text(str(failure), secrets) or type(failure).__name__
    if isinstance(failure, httpx.TimeoutException):
        timeout = TimedOut(_waited(failure, request), operation=operation, attempts=attempts)
        timeout.sent = was_sent(failure)
        return timeout
    if isinstance(failure, httpx.DecodingError) and response is not None:
        kind = response.headers.get("content-encoding", "unknown")
        return DecodeError(
            f"the answer (status {response.status_code}) is not the {kind} that it says: {reason}",
            operation=operation,
            attempts=attempts,
        ).keep(Answer(response.status_code, response.headers, b""), secrets)
    error = ConnectionFailed(
        _broke(failure, request, reason), operation=operation, attempts=attempts
    )
    error.sent = was_sent(failure)
    return error


def _waited(failure: httpx.TimeoutException, request: httpx.Request) -> str:
    name, what = _WAITED_FOR.get(type(failure), ("read", "no answer"))
    timeouts = cast("dict[str, float | None]", request.extensions.get("timeout", {}))
    seconds = timeouts.get(name)
    within = "in time" if seconds is None else f"within {seconds:g} s"
    return f"{what} from {_host(request)} {within}; try again, or allow more with timeout=..."


def _broke(failure: httpx.HTTPError, request: httpx.Request, reason: str) -> str:
    host = _host(request)
    if not was_sent(failure):
        return f"cannot connect to {host}: {reason}. Check the base URL and the network."
    return f"the connection to {host} broke before the answer was complete: {reason}"


def _host(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
