"""The states of a job, one after another as time goes on (our choice of order and times).

QUEUED, VALIDATING, then VALIDATED or FAILED_VALIDATION. A validated job waits until it is told to
start, unless it was told so before. STARTED, RUNNING, then SUCCESS with a model, or FAILED when a
training file was deleted meanwhile. A job that is cancelled is CANCELLED a little later.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import agenda
from mistral_mock.clock import NEVER
from mistral_mock.registry import keeper
from mistral_mock.resources.files import StoredFile
from mistral_mock.resources.fine_tuning import estimates, records
from mistral_mock.resources.fine_tuning.records import Job
from mistral_mock.resources.tuned_models import CLASSIFIER, TunedModel, shorten

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.world import World

STAYS_S = {
    records.QUEUED: 2,
    records.VALIDATING: 3,
    records.STARTED: 2,
    records.CANCELLATION_REQUESTED: 2,
}
"""How long a job stays in a state, in seconds."""
WARM_UP_S = 1
"""After which a validated job that was told to start does so, in seconds."""


@keeper(Job)
def move_jobs_on(world: World, now: datetime) -> datetime:
    """Brings every job to the state that it has by now; gives when the next one changes."""
    return agenda.bring_up(world, world.store.table(Job), bring_up, now)


def bring_up(world: World, job: Job, now: datetime) -> datetime:
    """Brings one job up to the present; gives when it next changes by itself."""
    while job.due is not None and job.due <= now:
        job = world.store.table(Job).put(move_on(world, job, job.due))
    return job.due or NEVER


def move_on(world: World, job: Job, moment: datetime) -> Job:
    """Return the job in the state that follows its present one at a moment."""
    if job.status == records.VALIDATING and job.flaw:
        return enter(job, records.FAILED_VALIDATION, moment, error=job.flaw)
    if job.status == records.STARTED and not has_files(world, job, moment):
        return enter(job, records.FAILED, moment, error="A training file is gone")
    if job.status == records.RUNNING:
        return finish(world, job, moment)
    return enter(job, FOLLOWING[job.status], moment)


FOLLOWING = {
    records.QUEUED: records.VALIDATING,
    records.VALIDATING: records.VALIDATED,
    records.VALIDATED: records.STARTED,
    records.STARTED: records.RUNNING,
    records.CANCELLATION_REQUESTED: records.CANCELLED,
}


def enter(job: Job, status: str, moment: datetime, **told: Any) -> Job:  # noqa: ANN401 - JSON
    """Return the job in a state that begins at a moment, which its events record."""
    entered = evolve(
        job,
        status=status,
        modified_at=moment,
        run_from=moment if status == records.RUNNING else job.run_from,
        events=(*job.events, make_event(status, moment, told)),
    )
    return evolve(entered, due=find_due(entered, moment))


def make_event(status: str, moment: datetime, told: dict[str, Any]) -> dict[str, Any]:
    """Return what the job says about a new state."""
    return {
        "name": "status-updated",
        "data": {"status": status, **told},
        "created_at": int(moment.timestamp()),
    }


def find_due(job: Job, moment: datetime) -> datetime | None:
    """Return when the state that begins at a moment ends by itself."""
    if job.status == records.VALIDATED:
        return moment + timedelta(seconds=WARM_UP_S) if job.asked_to_start else None
    if job.status == records.RUNNING:
        return moment + timedelta(seconds=estimates.find_duration(job.steps))
    stays_s = STAYS_S.get(job.status)
    return None if stays_s is None else moment + timedelta(seconds=stays_s)


def has_files(world: World, job: Job, moment: datetime) -> bool:
    """Say whether all training files are there at a moment."""
    found = map(world.store.table(StoredFile).get, job.training_files)
    return all(file is not None and not file.is_over(moment) for file in found)


def finish(world: World, job: Job, moment: datetime) -> Job:
    """Return the job with its model, which can be used from now on."""
    model = make_model(job, moment)
    world.store.table(TunedModel).put(model)
    done = evolve(job, fine_tuned_model=model.id)
    return enter(done, records.SUCCESS, moment, fine_tuned_model=model.id)


def make_model(job: Job, moment: datetime) -> TunedModel:
    """Return the model that the job has trained; its id is spelled as in samples (shapes.ids)."""
    owner = shorten(job.organisation_id)
    mark = blake2b(job.id.encode(), digest_size=4).hexdigest()
    kind = ("classifier",) if job.job_type == CLASSIFIER else ()
    parts = ("ft", *kind, job.model, job.suffix or owner, f"{moment:%Y%m%d}", mark)
    return TunedModel(
        id=":".join(parts),
        workspace_id=job.workspace_id,
        root=job.model,
        model_type=job.job_type,
        owned_by=owner,
        created_at=moment,
        job_id=job.id,
        targets=job.targets,
    )
