"""A job as the API writes it; times are in seconds since 1970."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mistral_mock.completion.dice import Dice
from mistral_mock.resources.fine_tuning import estimates, records
from mistral_mock.resources.tuned_models import CLASSIFIER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mistral_mock.resources.fine_tuning.records import Job

CHECKPOINTS = 10
FIRST_LOSS = 2.0
LAST_LOSS = 0.4
DECAY = 3.0
JITTER = 40
WORSE = 1.1
"""By how much losses on unseen samples are larger."""


def view(job: Job) -> dict[str, Any]:
    """Return the job as lists show it."""
    repositories = {} if job.job_type == CLASSIFIER else {"repositories": job.repositories}
    return {
        "id": job.id,
        "object": "job",
        "job_type": job.job_type,
        "auto_start": job.auto_start,
        "model": job.model,
        "status": job.status,
        "created_at": int(job.created_at.timestamp()),
        "modified_at": int(job.modified_at.timestamp()),
        "training_files": list(job.training_files),
        "validation_files": None if job.validation_files is None else list(job.validation_files),
        "fine_tuned_model": job.fine_tuned_model,
        "suffix": job.suffix,
        "integrations": job.integrations,
        "trained_tokens": count_trained(job),
        "metadata": estimates.estimate(job.steps, job.data_tokens, job.run_from),
        "hyperparameters": job.hyperparameters,
        **repositories,
    }


def view_details(job: Job, now: datetime) -> dict[str, Any]:
    """Return the job with its events and checkpoints up to the present, oldest first."""
    targets = {"classifier_targets": list(job.targets)} if job.job_type == CLASSIFIER else {}
    return {
        **view(job),
        "events": list(job.events),
        "checkpoints": list(make_checkpoints(job, now)),
        **targets,
    }


def count_trained(job: Job) -> int | None:
    """Return the tokens that a finished job was trained with."""
    return job.steps * estimates.TOKENS_PER_STEP if job.status == records.SUCCESS else None


def make_checkpoints(job: Job, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the checkpoints that the training has passed, the last one at its end."""
    if job.run_from is None:
        return
    duration, count = estimates.find_duration(job.steps), min(CHECKPOINTS, job.steps)
    until = min(now, job.stopped_at or now)
    for number in range(1, count + 1):
        moment = job.run_from + timedelta(seconds=duration * number / count)
        if moment > until:
            return
        yield {
            "metrics": measure(job, number, number / count),
            "step_number": job.steps * number // count,
            "created_at": int(moment.timestamp()),
        }


def measure(job: Job, number: int, passed: float) -> dict[str, float | None]:
    """Return how good the model is at a checkpoint, after a part from 0 to 1 of the training."""
    dice = Dice(job.id.encode()).fork("checkpoint", number)
    loss = LAST_LOSS + (FIRST_LOSS - LAST_LOSS) * math.exp(-DECAY * passed)
    loss += dice.below(JITTER) / 1000
    unseen = None if not job.validation_files else loss * WORSE
    return {
        "train_loss": round(loss, 4),
        "valid_loss": None if unseen is None else round(unseen, 4),
        "valid_mean_token_accuracy": None if unseen is None else round(math.exp(-unseen / 2), 4),
    }
