"""What the mock knows about a fine-tuning job, and which states it can be in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.ownership import Owned

if TYPE_CHECKING:
    from datetime import datetime

QUEUED = "QUEUED"
VALIDATING = "VALIDATING"
VALIDATED = "VALIDATED"
FAILED_VALIDATION = "FAILED_VALIDATION"
STARTED = "STARTED"
RUNNING = "RUNNING"
SUCCESS = "SUCCESS"
FAILED = "FAILED"
CANCELLATION_REQUESTED = "CANCELLATION_REQUESTED"
CANCELLED = "CANCELLED"
WAITING = frozenset({QUEUED, VALIDATING, VALIDATED})
"""A job that can still be told to start."""
ENDED = frozenset({FAILED_VALIDATION, SUCCESS, FAILED, CANCELLED})


@frozen(kw_only=True)
class Job(Owned):
    """A job; what does not change after its creation comes first."""

    called = "fine-tuning job"

    owner_id: str
    """The user who created it."""
    organisation_id: str
    created_at: datetime
    model: str
    """The model to tune, as the request named it."""
    job_type: str
    training_files: tuple[str, ...]
    validation_files: tuple[str, ...] | None
    suffix: str | None
    integrations: list[dict[str, Any]] | None
    repositories: list[dict[str, Any]]
    hyperparameters: dict[str, Any]
    targets: tuple[dict[str, Any], ...]
    steps: int
    data_tokens: int
    flaw: str
    """Why the files cannot be trained with; empty when they can."""

    status: str = QUEUED
    modified_at: datetime
    due: datetime | None
    """When the next state begins by itself; None when only a request moves the job on."""
    auto_start: bool
    asked_to_start: bool
    events: tuple[dict[str, Any], ...] = ()
    """Oldest first; times in seconds since 1970."""
    run_from: datetime | None = None
    stopped_at: datetime | None = None
    """When a training ended before its time."""
    fine_tuned_model: str | None = None
