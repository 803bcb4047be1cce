"""How jobs move on: in the queue, at work request by request, at an end; all by the clock.

A request runs when its turn has come, and what it makes bears the time at which the mock did it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import agenda, dispatch
from mistral_mock.answers import Answer, encode
from mistral_mock.clock import INSTANT, NEVER
from mistral_mock.context import Upload
from mistral_mock.identities import Identity
from mistral_mock.registry import keeper
from mistral_mock.resources import files
from mistral_mock.resources.batch.records import (
    ACTIVE,
    CANCELLED,
    CANCELLING,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCESS,
    TIMED_OUT,
    BatchJob,
    BatchRequest,
    show_result,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mistral_mock.context import Context
    from mistral_mock.world import World

REQUEST_SHARE = 0.1
"""How long a request takes: this share of the mock's processing delay, which the queue takes."""
AGENTS = "/v1/agents/completions"
CHAT = "/v1/chat/completions"
LINES = "application/jsonl"
PURPOSE = "batch"
STREAM = "stream"


@keeper(BatchJob)
def move_on(world: World, now: datetime) -> datetime:
    """Brings every job up to the present; gives the next moment at which one moves."""
    return agenda.bring_up(world, world.store.table(BatchJob), bring_up, now)


def bring_up(world: World, job: BatchJob, now: datetime) -> datetime:
    """Brings one job up to the present; gives when it next moves by itself."""
    if job.status not in ACTIVE:
        return NEVER
    advance(world, job, now)
    kept = world.store.table(BatchJob).get(job.id)
    due = events(world, kept) if kept is not None and kept.status in ACTIVE else ()
    return min((moment for moment in due if moment > now), default=NEVER)


def events(world: World, job: BatchJob) -> Iterator[datetime]:
    """Yield the moments at which an active job next moves."""
    yield timeout(job)
    if job.cancelled_at is not None:
        yield cancel_end(world, job)
    elif job.started_at is None:
        yield queue_end(world, job)
    else:
        yield request_end(world, job, job.completed)


def advance(world: World, job: BatchJob, now: datetime) -> None:
    """Brings one active job up to the present."""
    if job.status == QUEUED and queue_end(world, job) <= min(now, timeout(job)):
        job = evolve(job, status=RUNNING, started_at=queue_end(world, job))
        job = world.store.table(BatchJob).put(job)
        if job.mistakes:
            finish(world, job, FAILED, queue_end(world, job))
            return
    if job.status == RUNNING:
        job = work(world, job, min(now, timeout(job)))
    end = find_end(world, job)
    if end is not None and end[0] <= now:
        finish(world, job, end[1], end[0])


def find_end(world: World, job: BatchJob) -> tuple[datetime, str] | None:
    """Return when and how a job ends that has come as far as this."""
    ends = [(timeout(job), TIMED_OUT)]
    if job.status == CANCELLING:
        ends.append((cancel_end(world, job), CANCELLED))
    if job.status == RUNNING and job.completed == job.total:
        ends.append((request_end(world, job, job.total - 1), SUCCESS))
    return min(ends)


def work(world: World, job: BatchJob, now: datetime) -> BatchJob:
    """Run the requests whose turn has come."""
    ctx = dispatch.for_caller(world, find_caller(world, job), job.base_url)
    requests = world.store.table(BatchRequest).children(job.id)
    first = job.completed
    for place in range(first, job.total):
        if request_end(world, job, place) > now:
            break
        done = run(ctx, job, requests[place])
        world.store.table(BatchRequest).put(done)
        succeeded, failed = job.succeeded + done.ok, job.failed + (not done.ok)
        job = evolve(job, succeeded=succeeded, failed=failed)
    return world.store.table(BatchJob).put(job) if job.completed > first else job


def run(ctx: Context, job: BatchJob, request: BatchRequest) -> BatchRequest:
    """Return the request with its result: the mock's answer, as it would give it to the caller."""
    answer = dispatch.send(ctx, "POST", find_path(job), make_body(job, request))
    if not isinstance(answer, Answer):
        message = "A batch gets no event streams"
        return evolve(request, status_code=422, answer={"detail": message})
    return evolve(request, status_code=answer.status, answer=json.loads(answer.body or b"null"))


def find_path(job: BatchJob) -> str:
    """Return where the requests of a job go: chats of an agent have a path of their own."""
    return AGENTS if job.agent_id and job.endpoint == CHAT else job.endpoint


def make_body(job: BatchJob, request: BatchRequest) -> dict[str, Any]:
    """Return the request's body on the job's model or agent; results are whole, never streams."""
    body = {name: value for name, value in request.body.items() if name != STREAM}
    if job.agent_id:
        return {**{n: v for n, v in body.items() if n != "model"}, "agent_id": job.agent_id}
    return {**body, "model": job.model} if job.model else body


def finish(world: World, job: BatchJob, status: str, moment: datetime) -> None:
    """End a job, and write what has been done until then into files."""
    ctx = dispatch.for_caller(world, find_caller(world, job), job.base_url)
    done = [one for one in find_requests(world, job) if one.status_code is not None]
    job = evolve(
        job,
        status=status,
        completed_at=moment,
        output_file=write(ctx, "batch_results.jsonl", [one for one in done if one.ok]),
        error_file=write(ctx, "batch_errors.jsonl", [one for one in done if not one.ok]),
    )
    world.store.table(BatchJob).put(job)


def write(ctx: Context, name: str, requests: Sequence[BatchRequest]) -> str | None:
    """Return the id of a new file with a line for each request; None when there is none."""
    if not requests:
        return None
    content = b"".join(encode(show_result(one)) + b"\n" for one in requests)
    return files.keep(ctx, Upload(name, LINES, content), PURPOSE, source=files.MADE).id


def find_requests(world: World, job: BatchJob) -> list[BatchRequest]:
    """Return the requests of a job, in their order."""
    return world.store.table(BatchRequest).children(job.id)


def find_caller(world: World, job: BatchJob) -> Identity:
    """Return whose job it is; also when no key is theirs any more."""
    for identity in world.settings.identities:
        if (identity.user_id, identity.workspace_id) == (job.user_id, job.workspace_id):
            return identity
    return Identity("", job.user_id, job.workspace_id, job.organisation_id)


def queue_end(world: World, job: BatchJob) -> datetime:
    """Return when the work begins: later than the job was made, even without a delay."""
    return job.created_at + max(delay(world), INSTANT)


def request_end(world: World, job: BatchJob, place: int) -> datetime:
    """Return when the request at this place is done."""
    began = job.started_at or queue_end(world, job)
    return began + (place + 1) * max(delay(world) * REQUEST_SHARE, INSTANT)


def cancel_end(world: World, job: BatchJob) -> datetime:
    """Return when a job ends that somebody asked to stop."""
    return (job.cancelled_at or job.created_at) + max(delay(world) * REQUEST_SHARE, INSTANT)


def timeout(job: BatchJob) -> datetime:
    """Return when a job is given up."""
    return job.created_at + timedelta(hours=job.timeout_hours)


def delay(world: World) -> timedelta:
    """Return the mock's processing delay."""
    return timedelta(seconds=world.settings.job_delay_s)
