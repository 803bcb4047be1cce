"""What went wrong, told in the client's own errors: error answers, unreadable ones, none at all."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING, TypeVar, cast

import httpx

from mistral_client.bodies import Answer
from mistral_client.errors import (
    ALLOW_MORE,
    AnswerError,
    AnswerTooLarge,
    APIStatusError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    ConnectionFailed,
    DecodeError,
    MistralError,
    NotFound,
    NotSupported,
    PermissionDenied,
    RateLimited,
    RequestTooLarge,
    ServerError,
    TimedOut,
    ValidationFailed,
)
from mistral_client.problems import read_problem, request_id
from mistral_client.redaction import redact_headers, redact_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_generated.types import Response

AnError = TypeVar("AnError", bound=AnswerError)

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    413: RequestTooLarge,
    422: ValidationFailed,
    429: RateLimited,
    501: NotSupported,
}

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


def keep(error: AnError, response: Response, secrets: Iterable[str] = ()) -> AnError:
    """Return the error with what the answer said: status, headers, body, request id."""
    known = tuple(secrets)
    error.status = response.status_code
    error.headers = redact_headers(response.headers, known)
    error.body = redact_text(response.content.decode("utf-8", "replace"), known)
    error.request_id = request_id(error.headers)
    return error


def status_error(
    operation: str,
    response: Response,
    *,
    attempts: int = 1,
    retry_after_s: float | None = None,
    is_unsure: bool = False,
    secrets: Iterable[str] = (),
) -> APIStatusError:
    """Return the error for an answer whose status is not a success.

    `is_unsure` says that an earlier sending got no answer and may have succeeded.
    """
    status = response.status_code
    kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else APIStatusError)
    known = tuple(secrets)
    problem = read_problem(redact_text(response.content.decode("utf-8", "replace"), known).encode())
    headline = f"{status} {_phrase(status)}".rstrip()
    message = f"{headline}: {problem.message}" if problem.message else headline
    if is_unsure and status in {404, 409}:
        message += " (an earlier attempt got no answer and may have done it already)"
    location = response.headers.get("location")
    if 300 <= status < 400 and location:
        message += f": redirected to {redact_text(location, known)}; use the final base URL"
    error = keep(kind(message, operation=operation, attempts=attempts), response, known)
    error.problem = problem
    error.request_id = error.request_id or request_id(error.headers, problem)
    if isinstance(error, RateLimited):
        error.retry_after_s = retry_after_s
    return error


def too_large(
    operation: str,
    response: Response,
    *,
    limit: int | None,
    attempts: int = 1,
    secrets: Iterable[str] = (),
) -> AnswerTooLarge:
    """Return the error for a success answer over the limit, in bytes; its body is a beginning."""
    text = f"the answer is larger than {limit} bytes; {ALLOW_MORE}, or ask for less at once"
    return keep(AnswerTooLarge(text, operation=operation, attempts=attempts), response, secrets)


def decode_error(
    operation: str,
    response: Response,
    reason: Exception,
    *,
    attempts: int = 1,
    secrets: Iterable[str] = (),
) -> DecodeError:
    """Return the error for a success answer that cannot be read."""
    known = tuple(secrets)
    text = redact_text(
        f"the answer (status {response.status_code}) cannot be read: {reason}", known
    )
    return keep(DecodeError(text, operation=operation, attempts=attempts), response, known)


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
        text = (
            f"the answer (status {response.status_code}) is not the {kind} that it says: {reason}"
        )
        error = DecodeError(text, operation=operation, attempts=attempts)
        return keep(error, Answer(response.status_code, response.headers, b""), secrets)
    broken = ConnectionFailed(
        _broke(failure, request, reason), operation=operation, attempts=attempts
    )
    broken.sent = was_sent(failure)
    return broken


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


def _phrase(status: int) -> str:
    """Return the reason phrase of a status, or nothing for a status that nobody knows."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
