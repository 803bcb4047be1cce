"""What the mock keeps of batch jobs: the job, and each of its requests with its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.ownership import Owned
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

QUEUED, RUNNING, SUCCESS, FAILED = "QUEUED", "RUNNING", "SUCCESS", "FAILED"
TIMED_OUT = "TIMEOUT_EXCEEDED"
CANCELLING, CANCELLED = "CANCELLATION_REQUESTED", "CANCELLED"
ACTIVE = frozenset({QUEUED, RUNNING, CANCELLING})


@frozen(kw_only=True)
class BatchJob(Owned):
    """A job; whose it is says in whose name its requests run."""

    called = "batch job"

    user_id: str
    organisation_id: str
    base_url: str
    """As its creator addressed the mock; signed URLs in its requests begin so."""
    endpoint: str
    input_files: tuple[str, ...]
    model: str | None
    agent_id: str | None
    metadata: dict[str, str] | None
    timeout_hours: int
    created_at: datetime
    total: int
    mistakes: tuple[str, ...] = ()
    """What is wrong with the input; such a job fails when its turn comes."""
    mistake_counts: tuple[int, ...] = ()
    """How often each was made; once where nothing stands here."""
    status: str = QUEUED
    started_at: datetime | None = None
    cancelled_at: datetime | None = None
    """When somebody asked for the end."""
    completed_at: datetime | None = None
    succeeded: int = 0
    failed: int = 0
    output_file: str | None = None
    error_file: str | None = None

    @property
    def completed(self) -> int:
        """How many requests are done."""
        return self.succeeded + self.failed


@frozen(kw_only=True)
class BatchRequest(Record):
    """One request of a job, and its result once it has run."""

    called = "batch request"

    job_id: str
    custom_id: str | None
    body: dict[str, Any]
    status_code: int | None = None
    """None until it has run."""
    answer: Any = None

    @property
    def parent_id(self) -> str:
        """The job, whose requests stand in their order."""
        return self.job_id

    @property
    def ok(self) -> bool:
        """It went well."""
        return self.status_code is not None and self.status_code < 400


def show_result(request: BatchRequest) -> dict[str, Any]:
    """Return a request that has run, as a line of a result file shows it."""
    response = {"status_code": request.status_code, "body": request.answer}
    return {
        "id": request.id,
        "custom_id": request.custom_id,
        "response": response if request.ok else None,
        "error": None if request.ok else response,
    }
