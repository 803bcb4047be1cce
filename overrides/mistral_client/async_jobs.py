"""Jobs for batches and fine-tuning, with what the API has no operation for: to wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mistral_client.async_polling import poll_async
from mistral_client.waiting import wait_for_job
from mistral_generated.api.batch_jobs import AsyncJobs as _AsyncBatchJobs
from mistral_generated.api.fine_tuning_jobs import AsyncJobs as _AsyncTuningJobs
from mistral_generated.resources import AsyncBatch as _AsyncBatch
from mistral_generated.resources import AsyncFineTuning as _AsyncFineTuning
from mistral_generated.types import cached_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.async_send import AsyncSender
    from mistral_client.waiting import Wait
    from mistral_generated.models import BatchJob, FineTuningJobDetails

# How long to wait in all, in seconds: a day.
_TIMEOUT_S: Final = 86_400.0


class AsyncBatchJobs(_AsyncBatchJobs):
    """The generated operations and `wait`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,  # noqa: ASYNC109 - seconds of the job, not of this coroutine
        on_progress: Callable[[BatchJob], object] | None = None,
    ) -> BatchJob:
        """Wait until a job ends well, for `timeout` seconds at most, and return it as it is then.

        Asks ever less often; `on_progress` is called with the job each time.

        Raises:
            ProcessingFailed: The job failed, was cancelled or took too long.
            TimedOut: The wait is over before.
            MistralError: As `get`.

        """
        timing = self._sender.context.timing
        wait: Wait[BatchJob] = wait_for_job("batch.jobs.wait", job_id, timing, timeout)
        return await poll_async(lambda: self.get(job_id), wait, on_progress)


class AsyncTuningJobs(_AsyncTuningJobs):
    """The generated operations and `wait`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float = _TIMEOUT_S,  # noqa: ASYNC109 - as above
        on_progress: Callable[[FineTuningJobDetails], object] | None = None,
    ) -> FineTuningJobDetails:
        """Wait until a job ends well, as for a batch: `batch.jobs.wait`."""
        timing = self._sender.context.timing
        wait: Wait[FineTuningJobDetails]
        wait = wait_for_job("fine_tuning.jobs.wait", job_id, timing, timeout)
        return await poll_async(lambda: self.get(job_id), wait, on_progress)


class AsyncBatch(_AsyncBatch):
    """The groups under `batch`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def jobs(self) -> AsyncBatchJobs:
        """Jobs that work off many requests in the background."""
        return AsyncBatchJobs(self._sender)


class AsyncFineTuning(_AsyncFineTuning):
    """The groups under `fine_tuning`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def jobs(self) -> AsyncTuningJobs:
        """Jobs that train a model further on files of your own."""
        return AsyncTuningJobs(self._sender)
