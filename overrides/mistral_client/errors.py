"""Every error that the client raises.

    MistralError
    ├── ConfigurationError        the client is set up wrongly; no request was made
    ├── ConnectionFailed          no answer: the connection could not be made, or broke
    ├── TimedOut                  no answer in time
    │   └── StreamTimedOut        (also a StreamError)
    ├── APIStatusError            an answer with an error status
    │   ├── BadRequest            400
    │   ├── AuthenticationFailed  401
    │   ├── PermissionDenied      403
    │   ├── NotFound              404
    │   ├── Conflict              409
    │   ├── RequestTooLarge       413
    │   ├── ValidationFailed      422
    │   ├── RateLimited           429
    │   └── ServerError           5xx
    │       └── NotSupported      501
    ├── DecodeError               a success answer that cannot be read, or reports an error
    │   └── StructuredOutputError an answer that is no object of the class asked for
    ├── AnswerTooLarge            an answer, or an event, over `max_answer_bytes`
    │   └── EventTooLarge         (also a StreamError)
    ├── StreamError               an event stream that broke, with what had arrived
    ├── PagingError               a list whose pages do not end
    ├── ProcessingFailed          a document or a job that came to a bad end
    └── UploadFailed              files of many that could not be uploaded

Errors hold no secrets (see `failures`, which makes most of them) and pickle with everything that
they carry.
"""

# ruff: noqa: N818 - the names say what happened; every one of them is a MistralError

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from mistral_client.problems import Problem
from mistral_generated.types import Hinted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_client.allowances import Allowance
    from mistral_generated.types import Event


class MistralError(Hinted, Exception):
    """The root of every error of this client.

    `operation` is the operation's id (`beta.libraries.get`), `request_id` the server's name for
    the request, `attempts` how many times the request was sent; each is None where there is none.
    """

    operation: str | None = None
    request_id: str | None = None
    attempts: int | None = None

    def __init__(
        self, message: str, *, operation: str | None = None, attempts: int | None = None
    ) -> None:
        super().__init__(message)
        self.operation = operation
        self.attempts = attempts

    @property
    def message(self) -> str:
        """The text of the error alone, without operation and advice."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"{self.operation}: {self.message}" if self.operation else self.message

    if not TYPE_CHECKING:  # type checkers know every attribute

        def __getattr__(self, name: str) -> NoReturn:
            """Say what stands for the names that the errors of other clients have."""
            from mistral_client.other_names import (  # noqa: PLC0415 - for errors only
                ON_ERRORS,
                no_attribute,
            )

            raise no_attribute(self, name, ON_ERRORS)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self.__dict__.copy())


class ConfigurationError(MistralError, ValueError):
    """The client cannot be used as it is set up: no key, no usable base URL."""


class ConnectionFailed(MistralError):
    """The connection could not be made, or broke before the answer was complete.

    `sent` is False when the server cannot have seen the request.
    """

    sent: bool = True


class TimedOut(MistralError):
    """Nothing came back in time; `sent` is False when the server cannot have seen the request."""

    sent: bool = True


class AnswerError(MistralError):
    """An error that an answer caused: it keeps the status, the headers and the body.

    `headers` have lower-case names; `body` is the answer's text, `problem` what it says when it is
    an error: message, code, type, param and validation details. All are without secrets.
    """

    status: int = 0
    headers: Mapping[str, str] = {}
    body: str = ""
    problem: Problem = Problem()

    @property
    def rate_limits(self) -> tuple[Allowance, ...]:
        """What the server said of its rate limits, in the headers."""
        from mistral_client.allowances import read_allowances  # noqa: PLC0415 - when it is used

        return read_allowances(self.headers)


class APIStatusError(AnswerError):
    """The server answered with an error status."""

    advice: ClassVar[str] = ""

    def __str__(self) -> str:
        parts = [f"{self.operation}: " if self.operation else "", self.message]
        if self.request_id:
            parts.append(f" (request id {self.request_id})")
        if self.advice:
            parts.append(f". {self.advice}")
        return "".join(parts)


class BadRequest(APIStatusError):
    """400: the request makes no sense to the server."""

    advice = "Check the arguments: the message says which one."


class AuthenticationFailed(APIStatusError):
    """401: the key is missing or wrong, or its quota is used up; the API does not say which."""

    advice = "Check the API key (argument api_key or MISTRAL_API_KEY) and its remaining quota."


class PermissionDenied(APIStatusError):
    """403: the key is good, but may not do this."""

    advice = "Use a key with this right, or have the owner share the resource with you."


class NotFound(APIStatusError):
    """404: no such resource, or none that the key may see; or no such route on this server."""

    advice = "Check the id, that the key may see it, and the base URL."


class Conflict(APIStatusError):
    """409: the resource is not in a state that allows this."""

    advice = "Read the resource again and decide anew."


class RequestTooLarge(APIStatusError):
    """413: the body is larger than the server takes."""

    advice = "Send less at once."


class ValidationFailed(APIStatusError):
    """422: an argument breaks a rule; `problem.details` lists each with its place."""

    advice = "Correct the arguments that the message names."


class RateLimited(APIStatusError):
    """429: too many requests, or no allowance for this operation at all.

    `retry_after_s` is how long the server asks to wait, in seconds, if it says so.
    """

    advice = "Send fewer requests at a time, wait, or ask for a higher limit."
    retry_after_s: float | None = None


class ServerError(APIStatusError):
    """5xx: the server failed or has no capacity."""

    advice = "Try again later; report the request id if it persists."


class NotSupported(ServerError):
    """501: the server does not have this operation, and will not have it later."""

    advice = "Use a server that has this operation: check the base URL."


class DecodeError(AnswerError):
    """The server answered with success, but the answer cannot be read or reports an error.

    Status, headers and body are kept, so nothing that the server said is lost.
    """


class StructuredOutputError(DecodeError):
    """The model's answer is no object of the class that was asked for.

    `content` is the text of the answer, `finish_reason` why the model stopped.
    """

    content: str = ""
    finish_reason: str = ""


# What an AnswerTooLarge advises.
ALLOW_MORE: Final = "allow more with max_answer_bytes=..."


class AnswerTooLarge(AnswerError):
    """The server answered with success, and with more than `max_answer_bytes`.

    `body` is the beginning of the answer, a mebibyte at most. A large file can go to a path or a
    stream instead of into memory: `files.download_to`.
    """


class StreamError(AnswerError):
    """An event stream that could not be read to its end.

    `events` holds what had arrived before, oldest first; of a very long stream, its last part.
    `problem` is what the server said when it sent an error in the stream or in its place.
    """

    events: tuple[Event[Any], ...] = ()


class StreamTimedOut(StreamError, TimedOut):
    """The stream stayed silent for longer than `stream_timeout`."""


class EventTooLarge(StreamError, AnswerTooLarge):
    """One event of the stream is larger than `max_answer_bytes`."""


class PagingError(MistralError):
    """The server's pages do not end: it repeats a page or a token, or sends only empty pages."""


class ProcessingFailed(MistralError):
    """The processing of a document, or a job, came to a bad end.

    `state` is the state as the API names it, `document_id` or `job_id` what it is of.
    """

    state: str = ""
    document_id: str = ""
    job_id: str = ""


class UploadFailed(MistralError):
    """Some of many files could not be uploaded; the others were.

    `failures` are the paths (or names) of those that failed, each with its error, `uploaded` those
    of the others, each with its new id; both are in the order in which they were given.
    """

    failures: tuple[tuple[str, Exception], ...] = ()
    uploaded: tuple[tuple[str, str], ...] = ()


def _restore(
    kind: type[MistralError], args: tuple[object, ...], state: dict[str, object]
) -> MistralError:
    """Rebuild a pickled error without running its constructor's checks."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


if not TYPE_CHECKING:  # type checkers know every name

    def __getattr__(name: str) -> NoReturn:
        """Say what stands for the errors that other clients have."""
        if name.startswith("__"):  # every import asks for some
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
        from mistral_client import models, other_names  # noqa: PLC0415 - for errors only

        raise other_names.no_name(__name__, name, models)
