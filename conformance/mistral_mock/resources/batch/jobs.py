"""The operations of batch jobs."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import moments, ownership, pages
from mistral_mock.answers import json_answer
from mistral_mock.registry import operation
from mistral_mock.resources.batch import course, intake
from mistral_mock.resources.batch.records import (
    ACTIVE,
    CANCELLING,
    BatchJob,
    BatchRequest,
    show_result,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

OLDEST_FIRST = "created"


@operation("batch.jobs.list")
def list_jobs(ctx: Context) -> Answer:
    """Return a page of the jobs of the caller's workspace that pass all filters."""
    since = moments.read_query(ctx, "created_after")
    found = [job for job in ownership.visible(ctx, BatchJob) if is_wanted(ctx, job, since)]
    if ctx.query["order_by"] != OLDEST_FIRST:
        found.reverse()
    page = pages.slice_page(found, ctx.query["page"], ctx.query["page_size"])
    shown = [view(job) for job in page]
    return json_answer({"data": shown, "object": "list", "total": len(found)})


@operation("batch.jobs.create")
def create(ctx: Context) -> Answer:
    """Return the new job, in the queue; 422 unless its requests come from exactly one place."""
    intake.check_target(ctx)
    found = intake.read_requests(ctx)
    job = BatchJob(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        user_id=ctx.caller.user_id,
        organisation_id=ctx.caller.organisation_id,
        base_url=ctx.base_url,
        endpoint=ctx.body["endpoint"],
        input_files=tuple(ctx.body.get("input_files") or ()),
        model=ctx.body.get("model"),
        agent_id=ctx.body.get("agent_id"),
        metadata=ctx.body.get("metadata"),
        timeout_hours=ctx.body.get("timeout_hours", 24),
        created_at=ctx.clock.stamp(),
        total=len(found.requests),
        mistakes=found.mistakes,
        mistake_counts=found.counts,
    )
    for place, (custom_id, body) in enumerate(found.requests):
        id_ = f"batch-{job.id[:8]}-{place}-{ctx.ids.hex32()}"
        request = BatchRequest(id=id_, job_id=job.id, custom_id=custom_id, body=body)
        ctx.table(BatchRequest).put(request)
    return json_answer(view(ctx.table(BatchJob).put(job)))


@operation("batch.jobs.get")
def get(ctx: Context) -> Answer:
    """Return the job; with `inline`, the results so far stand in `outputs`."""
    job = find(ctx)
    if not ctx.query["inline"]:
        return json_answer(view(job))
    done = [one for one in course.find_requests(ctx.world, job) if one.status_code is not None]
    return json_answer({**view(job), "outputs": [show_result(one) for one in done]})


@operation("batch.jobs.cancel")
def cancel(ctx: Context) -> Answer:
    """Return the job, which ends a little later; one that has ended stays as it is (our choice)."""
    job = find(ctx)
    if job.status in ACTIVE and job.status != CANCELLING:
        job = evolve(job, status=CANCELLING, cancelled_at=ctx.clock.stamp())
        ctx.table(BatchJob).put(job)
    return json_answer(view(job))


@operation("batch.jobs.delete")
def delete(ctx: Context) -> Answer:
    """Return the id of the job, which is gone at once, at work or not.

    Its files stay (our choice).
    """
    job = find(ctx)
    for request in course.find_requests(ctx.world, job):
        ctx.table(BatchRequest).remove(request.id)
    ctx.table(BatchJob).remove(job.id)
    return json_answer({"id": job.id, "object": "batch", "deleted": True})


def find(ctx: Context) -> BatchJob:
    """Return the job that the path names.

    Raises:
        APIError: 404, there is none that the caller sees.

    """
    return ownership.find(ctx, BatchJob, ctx.path["job_id"], "Batch job not found")


def is_wanted(ctx: Context, job: BatchJob, since: datetime | None) -> bool:
    """Say whether the job passes all filters of the query.

    One that is not given passes every job.
    """
    query = ctx.query
    return (
        query["model"] in {None, job.model}
        and query["agent_id"] in {None, job.agent_id}
        and pages.has_entries(job.metadata, query["metadata"])
        and moments.is_between(job.created_at, since, None)
        and (not query["created_by_me"] or job.user_id == ctx.caller.user_id)
        and (not query["status"] or job.status in query["status"])
    )


def view(job: BatchJob) -> dict[str, Any]:
    """Return the job as the API writes it; times are in seconds since 1970."""
    return {
        "id": job.id,
        "object": "batch",
        "input_files": list(job.input_files),
        "metadata": job.metadata,
        "endpoint": job.endpoint,
        "model": job.model,
        "agent_id": job.agent_id,
        "output_file": job.output_file,
        "error_file": job.error_file,
        "errors": tell(job) if job.completed_at else [],
        "outputs": None,
        "status": job.status,
        "created_at": seconds(job.created_at),
        "total_requests": job.total,
        "completed_requests": job.completed,
        "succeeded_requests": job.succeeded,
        "failed_requests": job.failed,
        "started_at": seconds(job.started_at),
        "completed_at": seconds(job.completed_at),
    }


def tell(job: BatchJob) -> list[dict[str, Any]]:
    """Return each mistake once, and how often it was made."""
    counted = zip_longest(job.mistakes, job.mistake_counts, fillvalue=1)
    return [{"message": message, "count": count} for message, count in counted]


def seconds(moment: datetime | None) -> int | None:
    """Return a moment in seconds since 1970."""
    return None if moment is None else int(moment.timestamp())
