"""Jobs for batches and fine-tuning, with what the API has no operation for: to wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import attr

from mistral_client.errors import ProcessingFailed, TimedOut
from mistral_client.many import check_progress
from mistral_client.options import check_timeout
from mistral_generated.api.batch_jobs import AsyncJobs as _AsyncBatchJobs
from mistral_generated.api.batch_jobs import Jobs as _BatchJobs
from mistral_generated.api.fine_tuning_jobs import AsyncJobs as _AsyncTuningJobs
from mistral_generated.api.fine_tuning_jobs import Jobs as _TuningJobs
from mistral_generated.resources import AsyncBatch as _AsyncBatch
from mistral_generated.resources import AsyncFineTuning as _AsyncFineTuning
from mistral_generated.resources import Batch as _Batch
from mistral_generated.resources import FineTuning as _FineTuning

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mistral_client.options import Timing
    from mistral_client.send import AsyncSender, Sender
    from mistral_generated.models import BatchJob, FineTuningJobDetails

_FAILED: Final = frozenset({"FAILED", "FAILED_VALIDATION", "TIMEOUT_EXCEEDED", "CANCELLED"})

# How long to wait in all, and the first and longest pause, in seconds. The pauses grow.
_TIMEOUT_S: Final = 86_400.0
_POLL_S: Final = 1.0
_LONGEST_S: Final = 30.0
_GROWTH: Final = 1.5


J = TypeVar("J")


@attr.define
class _Wait:
    """One wait for a job: whether it is over, and else how long to pause."""

    operation: str
    job_id: str
    timeout_s: float
    timing: Timing
    delay_s: float = _POLL_S
    started_s: float = attr.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Start. Raises TypeError or ValueError for a timeout that is no number above 0."""
        if check_timeout("timeout", self.timeout_s) is None:
            raise TypeError("timeout must be a number of seconds, not None")
        self.started_s = self.timing.monotonic()

    def pause_s(self, job: object) -> float | None:
        """Return how long to wait before asking again, in seconds, or None when all is done.

        A state that nobody knows yet counts as one on the way. Raises ProcessingFailed for a job
        that came to a bad end, TimedOut when time is up.
        """
        state = _state_of(job)
        if state == "SUCCESS":
            return None
        if state in _FAILED:
            text = f"job {self.job_id} came to its end with {state}; read what the job says of it"
            error = ProcessingFailed(text, operation=self.operation)
            error.state, error.job_id = state, self.job_id
            raise error
        left_s = self.timeout_s - (self.timing.monotonic() - self.started_s)
        if left_s <= 0:
            raise TimedOut(
                f"job {self.job_id} is still {state} after {self.timeout_s:g} s; wait again, or "
                "allow more with timeout=...",
                operation=self.operation,
            )
        delay_s, self.delay_s = self.delay_s, min(self.delay_s * _GROWTH, _LONGEST_S)
        return min(delay_s, left_s)


def _state_of(job: object) -> str:
    """Return the state of a job, also of one of a kind that the document does not know."""
    found: object = job.get("status") if isinstance(job, dict) else getattr(job, "status", None)
    return str(found).upper()


def _wait(get: Callable[[str], J], wait: _Wait, on_progress: Callable[[J], None] | None) -> J:
    check_progress(on_progress)
    while True:
        job = get(wait.job_id)
        if on_progress is not None:
            on_progress(job)
        delay_s = wait.pause_s(job)
        if delay_s is None:
            return job
        wait.timing.sleep(delay_s)


async def _wait_async(
    get: Callable[[str], Awaitable[J]], wait: _Wait, on_progress: Callable[[J], None] | None
) -> J:
    check_progress(on_progress)
    while True:
        job = await get(wait.job_id)
        if on_progress is not None:
            on_progress(job)
        delay_s = wait.pause_s(job)
        if delay_s is None:
            return job
        await wait.timing.sleep_async(delay_s)


class BatchJobs(_BatchJobs):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,
        on_progress: Callable[[BatchJob], None] | None = None,
    ) -> BatchJob:
        """Wait until a job ends well, for `timeout` seconds at most, and return it as it is then.

        Asks ever less often; `on_progress` is called with the job each time. Raises
        ProcessingFailed for a job that failed, was cancelled or took too long, TimedOut when the
        wait is over before, and what `get` raises.
        """
        wait = _Wait("batch.jobs.wait", job_id, timeout, self._sender.context.timing)
        return _wait(self.get, wait, on_progress)


class AsyncBatchJobs(_AsyncBatchJobs):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,  # noqa: ASYNC109 - seconds of the job, not of this coroutine
        on_progress: Callable[[BatchJob], None] | None = None,
    ) -> BatchJob:
        """Wait until a job ends well, as `BatchJobs.wait` does."""
        wait = _Wait("batch.jobs.wait", job_id, timeout, self._sender.context.timing)
        return await _wait_async(self.get, wait, on_progress)


class TuningJobs(_TuningJobs):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,
        on_progress: Callable[[FineTuningJobDetails], None] | None = None,
    ) -> FineTuningJobDetails:
        """Wait until a job ends well, as `BatchJobs.wait` does."""
        wait = _Wait("fine_tuning.jobs.wait", job_id, timeout, self._sender.context.timing)
        return _wait(self.get, wait, on_progress)


class AsyncTuningJobs(_AsyncTuningJobs):
    """The generated operations and `wait`."""

    __slots__ = ("_sender",)

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,  # noqa: ASYNC109 - as above
        on_progress: Callable[[FineTuningJobDetails], None] | None = None,
    ) -> FineTuningJobDetails:
        """Wait until a job ends well, as `BatchJobs.wait` does."""
        wait = _Wait("fine_tuning.jobs.wait", job_id, timeout, self._sender.context.timing)
        return await _wait_async(self.get, wait, on_progress)


class Batch(_Batch):
    """The groups under `batch`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def jobs(self) -> BatchJobs:
        """Jobs that work off many requests in the background."""
        return BatchJobs(self._sender)


class AsyncBatch(_AsyncBatch):
    """The groups under `batch`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def jobs(self) -> AsyncBatchJobs:
        """Jobs that work off many requests in the background."""
        return AsyncBatchJobs(self._sender)


class FineTuning(_FineTuning):
    """The groups under `fine_tuning`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def jobs(self) -> TuningJobs:
        """Jobs that train a model further on files of your own."""
        return TuningJobs(self._sender)


class AsyncFineTuning(_AsyncFineTuning):
    """The groups under `fine_tuning`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def jobs(self) -> AsyncTuningJobs:
        """Jobs that train a model further on files of your own."""
        return AsyncTuningJobs(self._sender)
