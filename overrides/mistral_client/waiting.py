"""Waiting until the server is done with something: when to ask again, and what its state means.

Decisions only; `async_polling` and its twin ask and wait. A document's state has two names (see the
quirk `process_status_twins`); either is enough. A state that nobody knows yet counts as one on the
way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeAlias, TypeVar

import attr

from mistral_client.checks import check_timeout
from mistral_client.errors import DecodeError, ProcessingFailed, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.settings import Timing
    from mistral_generated.models import ProcessingStatus

T = TypeVar("T")

# documents.forward-only, documents.two-status-fields.
_RUNNING: Final = frozenset({"todo", "in_progress", "waiting_for_capacity", "running"})
_FAILED: Final = frozenset({"error", "missing_content", "failed"})
_FINISHED: Final = frozenset({"done", "noop", "self_managed", "completed"})

_JOB_FAILED: Final = frozenset({"failed", "failed_validation", "timeout_exceeded", "cancelled"})

# The wait after each reading grows by this factor.
_GROWTH: Final = 1.5

Outcome: TypeAlias = Literal["running", "finished", "failed"]


def _seconds(_wait: object, attribute: attr.Attribute[Any], value: object) -> None:
    """Accept a time in seconds.

    Raises:
        TypeError: It is no number.
        ValueError: It is not above 0.

    """
    if check_timeout(attribute.metadata["argument"], value) is None:
        raise TypeError(f"{attribute.metadata['argument']} must be a number of seconds, not None")


def _time(argument: str) -> Any:  # noqa: ANN401 - a field of attrs
    return attr.field(validator=_seconds, metadata={"argument": argument})


@attr.define(kw_only=True)
class Wait(Generic[T]):
    """One wait, which starts when it is made: `next_delay_s` after each reading until it is over.

    Times in seconds: the first delay, the longest one, and how long to wait in all.
    """

    operation: str
    subject: str
    judge: Callable[[T], tuple[Outcome, str]]
    failure: Callable[[str], ProcessingFailed]
    timing: Timing
    timeout_s: float = _time("timeout")
    delay_s: float = _time("poll_interval")
    longest_s: float = _time("max_interval")
    started_s: float = attr.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.started_s = self.timing.monotonic()

    def next_delay_s(self, reading: T) -> float | None:
        """Return how long to wait before asking again, in seconds, or None when it is done.

        Raises:
            ProcessingFailed: It came to a bad end.
            TimedOut: Time is up.

        """
        outcome, state = self.judge(reading)
        if outcome == "finished":
            return None
        if outcome == "failed":
            raise self.failure(state)
        left_s = self.timeout_s - (self.timing.monotonic() - self.started_s)
        if left_s <= 0:
            raise TimedOut(
                f"{self.subject} is still {state} after {self.timeout_s:g} s; wait again, or "
                "allow more with timeout=...",
                operation=self.operation,
            )
        delay_s = min(self.delay_s, left_s)
        self.delay_s = min(self.delay_s * _GROWTH, self.longest_s)
        return delay_s


def wait_for_document(
    document_id: str, timing: Timing, timeout_s: float, poll_interval_s: float, longest_s: float
) -> Wait[ProcessingStatus]:
    """Return a wait for the processing of a document.

    Raises:
        TypeError: A time is no number.
        ValueError: A time is not above 0.

    """
    operation = "beta.libraries.documents.wait"

    def failure(state: str) -> ProcessingFailed:
        error = ProcessingFailed(
            f"document {document_id} could not be processed: {state}. "
            "Upload another file, or try documents.reprocess(...).",
            operation=operation,
        )
        error.state, error.document_id = state, document_id
        return error

    return Wait(
        operation=operation,
        subject=f"document {document_id}",
        judge=outcome_of,
        failure=failure,
        timing=timing,
        timeout_s=timeout_s,
        delay_s=poll_interval_s,
        longest_s=longest_s,
    )


def wait_for_job(operation: str, job_id: str, timing: Timing, timeout_s: float) -> Wait[Any]:
    """Return a wait for the end of a job.

    Raises:
        TypeError: The timeout is no number.
        ValueError: The timeout is not above 0.

    """

    def failure(state: str) -> ProcessingFailed:
        text = f"job {job_id} came to its end with {state}; read what the job says of it"
        error = ProcessingFailed(text, operation=operation)
        error.state, error.job_id = state, job_id
        return error

    return Wait(
        operation=operation,
        subject=f"job {job_id}",
        judge=_outcome_of_job,
        failure=failure,
        timing=timing,
        timeout_s=timeout_s,
        delay_s=1.0,
        longest_s=30.0,
    )


def outcome_of(status: ProcessingStatus) -> tuple[Outcome, str]:
    """Return what a status means, and the state in the API's own word.

    The newer name decides unless its state is one that nobody knows yet; then the older one does.

    Raises:
        DecodeError: The server sends neither.

    """
    states = [
        state
        for state in map(vars(status).get, ("process_status", "processing_status"))
        if isinstance(state, str) and state
    ]
    if not states:
        raise DecodeError(
            "the server tells neither process_status nor processing_status",
            operation="beta.libraries.documents.status",
        )
    for state in states:
        if state.lower() in _FAILED:
            return "failed", state
        if state.lower() in _FINISHED:
            return "finished", state
        if state.lower() in _RUNNING:
            return "running", state
    return "running", states[0]


def _outcome_of_job(job: object) -> tuple[Outcome, str]:
    """Return what a job's state means, also of a job of a kind that the document does not know."""
    found: object = job.get("status") if isinstance(job, dict) else getattr(job, "status", None)
    state = str(found).upper()
    if state == "SUCCESS":
        return "finished", state
    return ("failed" if state.lower() in _JOB_FAILED else "running"), state


def show(on_progress: Callable[[T], object] | None, reading: T) -> None:
    """Tell a caller who wants to know what was read."""
    if on_progress is not None:
        on_progress(reading)


async def show_async(on_progress: Callable[[T], Any] | None, reading: T) -> None:
    """Tell the same, also where it has to be awaited."""
    shown = None if on_progress is None else on_progress(reading)
    if shown is not None and hasattr(shown, "__await__"):
        await shown
