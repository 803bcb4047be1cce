"""What went wrong, told in the client's own errors: error answers, unreadable ones, none at all."""

from __future__ import annotations

import http
from typing import TYPE_CHECKING, TypeVar, cast

import httpx

from mistral_client.bodies import Answer
from mistral_client.deadlines import DeadlineOver
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
from mistral_client.other_names import FIELDS, ours_for
from mistral_client.problems import excerpt, read_problem, request_id
from mistral_client.reported_errors import find_problem_instead
from mistral_generated.wire import UnreadableBody

if TYPE_CHECKING:
    from mistral_client.problems import Problem
    from mistral_client.redaction import Redactor
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


def keep(error: AnError, response: Response, redactor: Redactor) -> AnError:
    """Return the error with what the answer said: status, headers, body, request id."""
    error.status = response.status_code
    error.headers = redactor.headers(response.headers)
    error.body = redactor.text(response.content.decode("utf-8", "replace"))
    error.request_id = request_id(error.headers)
    return error


def status_error(
    operation: str,
    response: Response,
    *,
    attempts: int = 1,
    retry_after_s: float | None = None,
    is_unsure: bool = False,
    redactor: Redactor,
) -> APIStatusError:
    """Return the error for an answer whose status is not a success.

    `is_unsure` says that an earlier sending got no answer and may have succeeded.
    """
    status = response.status_code
    kind = _BY_STATUS.get(status) or (ServerError if status >= 500 else APIStatusError)
    problem = read_problem(response.content, redactor.text)
    headline = f"{status} {_phrase(status)}".rstrip()
    message = f"{headline}: {problem.message}" if problem.message else headline
    message += _own_names(problem)
    if is_unsure and status in {404, 409}:
        message += " (an earlier attempt got no answer and may have done it already)"
    location = response.headers.get("location")
    if 300 <= status < 400 and location:
        message += f": redirected to {redactor.text(location)}; use the final base URL"
    error = keep(kind(message, operation=operation, attempts=attempts), response, redactor)
    error.problem = problem
    error.request_id = error.request_id or request_id(error.headers, problem)
    if isinstance(error, RateLimited):
        error.retry_after_s = retry_after_s
    return error


def _own_names(problem: Problem) -> str:
    """Return what fields are called here that the server does not know by their other names."""
    refused = [one.location for one in problem.details if one.type == "extra_forbidden"]
    names = dict.fromkeys(place.rpartition(".")[2] for place in refused)
    return "".join(f" ({name}{ours_for(name, FIELDS)})" for name in names if name in FIELDS)


def too_large(
    operation: str,
    response: Response,
    *,
    limit: int | None,
    attempts: int = 1,
    redactor: Redactor,
) -> AnswerTooLarge:
    """Return the error for a success answer over the limit, in bytes; its body is a beginning."""
    text = f"the answer is larger than {limit} bytes; {ALLOW_MORE}, or ask for less at once"
    return keep(AnswerTooLarge(text, operation=operation, attempts=attempts), response, redactor)


def decode_error(
    operation: str,
    response: Response,
    reason: Exception,
    *,
    attempts: int = 1,
    redactor: Redactor,
) -> DecodeError:
    """Return the error for a success answer that cannot be read; it shows how the answer begins."""
    if isinstance(reason, UnreadableBody) and find_problem_instead(response.content):
        return reported_error(operation, response, attempts=attempts, redactor=redactor)
    text = (
        f"the answer (status {response.status_code}) cannot be read: {redactor.text(str(reason))}"
    )
    if isinstance(reason, UnreadableBody):
        text += f"; it begins with: {begin}" if (begin := _beginning(response, redactor)) else ""
    return keep(DecodeError(text, operation=operation, attempts=attempts), response, redactor)


def reported_error(
    operation: str,
    response: Response,
    *,
    attempts: int = 1,
    redactor: Redactor,
) -> DecodeError:
    """Return the error for an answer with a success status that reports an error all the same."""
    problem = read_problem(response.content, redactor.text)
    text = (
        f"the server reported an error (with status {response.status_code}): "
        f"{problem.message or problem.type or 'no reason given'}"
    )
    error = keep(DecodeError(text, operation=operation, attempts=attempts), response, redactor)
    error.problem = problem
    error.request_id = error.request_id or request_id(error.headers, problem)
    return error


def _beginning(response: Response, redactor: Redactor) -> str:
    """Return how the text of an answer begins."""
    return excerpt(redactor.text(response.content.decode("utf-8", "replace").strip()))


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
    redactor: Redactor,
) -> MistralError:
    """Return our error for a failure of httpx, with what to do about it."""
    reason = redactor.text(str(failure)) or type(failure).__name__
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
        return keep(error, Answer(response.status_code, response.headers, b""), redactor)
    broken = ConnectionFailed(
        _broke(failure, request, reason), operation=operation, attempts=attempts
    )
    broken.sent = was_sent(failure)
    return broken


def _waited(failure: httpx.TimeoutException, request: httpx.Request) -> str:
    if isinstance(failure, DeadlineOver):
        return str(failure)
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
