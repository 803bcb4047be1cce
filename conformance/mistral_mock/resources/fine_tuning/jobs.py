"""Fine-tuning jobs: create, estimate, list, read, start, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import moments, ownership, pages
from mistral_mock.answers import json_answer
from mistral_mock.errors import Problem, invalid, invalid_field
from mistral_mock.registry import operation
from mistral_mock.resources.fine_tuning import estimates, progress, records, requests, views
from mistral_mock.resources.fine_tuning.records import Job
from mistral_mock.resources.lessons import Lesson
from mistral_mock.resources.tuned_models import CLASSIFIER

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

DRY_RUN_DETAILS = "An estimate only; nothing was created."


@operation("fine_tuning.jobs.create")
def create(ctx: Context) -> Answer:
    """Return the new job in the queue; with `dry_run` an estimate, and nothing is created.

    422 for a file that is not there or a model that cannot be tuned. What is wrong inside the files
    is found by the job, but a dry run says so at once (our choice).
    """
    order = requests.read_order(ctx)
    if ctx.query["dry_run"]:
        return json_answer(estimate(order))
    moment = ctx.clock.stamp()
    job = Job(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        owner_id=ctx.caller.user_id,
        organisation_id=ctx.caller.organisation_id,
        created_at=moment,
        modified_at=moment,
        due=None,
        asked_to_start=order.settings["auto_start"],
        steps=order.steps,
        data_tokens=order.data.tokens,
        flaw=order.flaw,
        **order.settings,
    )
    if job.job_type == CLASSIFIER:
        ctx.table(Lesson).put(Lesson(id=job.id, words=requests.teach(order.data)))
    queued = progress.enter(job, records.QUEUED, moment)
    return json_answer(views.view(ctx.table(Job).put(queued)))


@operation("fine_tuning.jobs.list")
def list_jobs(ctx: Context) -> Answer:
    """Return a page of the workspace's jobs that pass the filters, the newest first."""
    after = moments.read_query(ctx, "created_after")
    before = moments.read_query(ctx, "created_before")
    found = [
        job
        for job in reversed(ownership.visible(ctx, Job))
        if is_wanted(ctx, job) and moments.is_between(job.created_at, after, before)
    ]
    page = pages.slice_page(pages.go_on(ctx, found), ctx.query["page"], ctx.query["page_size"])
    data = [views.view(job) for job in page]
    return json_answer({"object": "list", "data": data, "total": len(found)})


@operation("fine_tuning.jobs.get")
def get(ctx: Context) -> Answer:
    """Return the job with what has happened to it."""
    return json_answer(views.view_details(find_job(ctx), ctx.now()))


@operation("fine_tuning.jobs.start")
def start(ctx: Context) -> Answer:
    """Return the job, whose training begins; before validation, the job notes that it is to begin.

    A job that trains already stays as it is, one that has ended is refused: 422 (our choice).
    """
    job = find_job(ctx)
    if job.status in records.ENDED or job.status == records.CANCELLATION_REQUESTED:
        raise invalid(Problem(("path", "job_id"), f"Job is {job.status} and cannot be started"))
    return keep(ctx, job, begin(ctx, job))


@operation("fine_tuning.jobs.cancel")
def cancel(ctx: Context) -> Answer:
    """Return the job, which will be cancelled; one that has ended stays as it is (our choice)."""
    job = find_job(ctx)
    return keep(ctx, job, give_up(ctx, job))


def begin(ctx: Context, job: Job) -> Job:
    """Return the job after it was told to start."""
    if job.status == records.VALIDATED:
        return progress.enter(job, records.STARTED, ctx.clock.stamp())
    return evolve(job, asked_to_start=True) if job.status in records.WAITING else job


def give_up(ctx: Context, job: Job) -> Job:
    """Return the job after it was told to stop."""
    if job.status in records.ENDED or job.status == records.CANCELLATION_REQUESTED:
        return job
    moment = ctx.clock.stamp()
    stopped = evolve(job, stopped_at=moment)
    return progress.enter(stopped, records.CANCELLATION_REQUESTED, moment)


def keep(ctx: Context, before: Job, after: Job) -> Answer:
    """Return the job as it is now, kept when it changed."""
    if after is not before:
        ctx.table(Job).put(after)
    return json_answer(views.view_details(after, ctx.now()))


def find_job(ctx: Context) -> Job:
    """Return the job that the path names.

    Raises:
        APIError: 404, there is none that the caller sees.

    """
    return ownership.find(ctx, Job, ctx.path["job_id"], "Job not found")


def estimate(order: requests.Order) -> dict[str, Any]:
    """Return what the job would take.

    Raises:
        APIError: 422, it would fail: its files cannot be trained with.

    """
    if order.flaw:
        raise invalid_field(order.flawed, f"Value error, {order.flaw}")
    return {
        "object": "job.metadata",
        **estimates.estimate(order.steps, order.data.tokens, None),
        "deprecated": True,
        "details": DRY_RUN_DETAILS,
        "epochs": estimates.count_epochs(order.steps, order.data.tokens),
        "training_steps": order.steps,
    }


def is_wanted(ctx: Context, job: Job) -> bool:
    """Say whether the job passes the filters of the query.

    One that is not given passes every job.
    """
    query = ctx.query
    return (
        query["model"] in {None, "", job.model}
        and query["status"] in {None, job.status}
        and query["suffix"] in {None, job.suffix}
        and (not query["created_by_me"] or job.owner_id == ctx.caller.user_id)
        and reports_to(job, "project", query["wandb_project"])
        and reports_to(job, "name", query["wandb_name"])
    )


def reports_to(job: Job, field: str, wanted: str | None) -> bool:
    """Say whether a report of the job has the value in the field, or none is asked for."""
    return wanted is None or any(each[field] == wanted for each in job.integrations or ())
