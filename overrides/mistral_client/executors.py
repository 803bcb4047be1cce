"""What both executors have: the connection, and the context of their view. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar, cast, get_origin

import attr
import httpx

from mistral_client.options import read_options
from mistral_generated.base import warn_once

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.adapters import AnyCall
    from mistral_client.contexts import Context
    from mistral_client.event_reader import EventReader
    from mistral_client.options import Options
    from mistral_generated.types import CallOptions, StreamCall

T = TypeVar("T")
Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)


@attr.define(slots=False, eq=False, repr=False)
class Connection(Generic[Http]):
    """The httpx client that the views of one client share, and whether it is ours to close."""

    http: Http
    is_ours: bool
    is_closed: bool = False

    def check(self) -> None:
        """Raise RuntimeError if the client was closed."""
        if self.is_closed:
            raise RuntimeError("the client is closed; make a new one")


@attr.frozen(slots=False, eq=False, repr=False)
class Executor(Generic[Http]):
    """What both executors have: the connection, and the context of their view."""

    connection: Connection[Http]
    context: Context

    def _options(self, call: AnyCall, options: CallOptions) -> Options:
        """Return the options of a call, checked; warns of what is deprecated."""
        operation = call.operation
        if operation.deprecated or call.deprecated:
            _warn(call)
        if not options:
            return self.context.options
        now = self.context.timing.monotonic
        checked = read_options(self.context.settings, operation.id, options, now)
        if checked.resumes and getattr(call, "resume", None) is None:
            raise TypeError(f"{operation.id}() cannot go on after a cut: leave out resumes")
        return checked

    def _download_options(self, call: AnyCall, options: CallOptions) -> Options:
        """Return the options of a download: only its own limit counts, for it fills no memory."""
        checked = self._options(call, options)
        if "max_answer_bytes" in options:
            return checked
        return attr.evolve(checked, max_answer_bytes=None)

    def _reader(self, call: StreamCall[T], options: Options) -> EventReader[T]:
        settings = self.context.settings
        check: Callable[[object], None] | None = None
        if settings.strict:
            from mistral_client.strict import check  # noqa: PLC0415 - only strict clients need it
        from mistral_client.event_reader import EventReader  # noqa: PLC0415 - loaded when used

        return EventReader(
            call,
            redactor=lambda: self.context.redactor(options),
            check=check,
            resumes=options.resumes,
            reopenings=_reopenings(call, options),
            max_event_bytes=options.max_answer_bytes,
            rate_limit=settings.rate_limit,
        )

    def _redact(self, text: str) -> str:
        """Return a text without the secrets of the client."""
        return self.context.redactor(self.context.options).text(text)

    def _limit_silence(self, response: httpx.Response, options: Options) -> httpx.Response:
        """Let `stream_timeout` bound the reading of the body instead of `timeout`.

        httpcore reads the limit when the body is first read, from this very dict.
        """
        timeouts = cast("dict[str, float | None]", response.request.extensions["timeout"])
        timeouts["read"] = options.timeouts.silence
        return response


def whole(answer: object) -> Any:  # noqa: ANN401 - what it is depends on the stream
    """Return what a stream comes to where no class was asked for: the answer itself."""
    return answer


def is_class(form: object) -> TypeGuard[type[Any]]:
    """Say whether a response format is a class, perhaps a generic one with types."""
    return isinstance(form, type) or get_origin(form) is not None


def _reopenings(call: AnyCall, options: Options) -> int:
    """Return how often a stream may begin anew that broke before its first event."""
    operation = call.operation
    if not (operation.idempotent or operation.repeatable):
        return 0
    return options.retries if isinstance(options.retries, int) else options.retries.count


def _warn(call: AnyCall) -> None:
    """Warn of a deprecated operation and of deprecated arguments that were given."""
    operation = call.operation
    if operation.deprecated:
        warn_once(operation.id, operation.deprecated)
    for name, message in call.deprecated:
        warn_once(f"{operation.id}({name}=...)", message)
