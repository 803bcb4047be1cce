"""Defects of batch jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_mock.errors import APIError
from mistral_mock.resources.batch.intake import Intake
from mistral_mock.resources.files import UPLOADED, StoredFile

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

LIST = "batch.jobs.list"
CREATE = "batch.jobs.create"
GET = "batch.jobs.get"
JOBS = "resources.batch.jobs"
COURSE = "resources.batch.course"


@mutant("batch.requests-choose-their-model", CREATE, GET, place=f"{COURSE}:make_body")
def requests_choose_their_model(make_body: Part) -> Part:
    """A request that names a model runs on it, whatever the job says."""
    return lambda job, request: {**make_body(job, request), **request.body}


@mutant("batch.last-request-is-left", CREATE, GET, place=f"{COURSE}:write")
def last_request_is_left(write: Part) -> Part:
    """The last result of a job is missing from its file."""
    return lambda ctx, name, requests: write(ctx, name, requests[:-1] or requests)


@mutant("batch.custom-ids-are-lost", CREATE, GET, place=f"{COURSE}:show_result")
def custom_ids_are_lost(show_result: Part) -> Part:
    """Results do not tell whose they are."""
    return lambda request: {**show_result(request), "custom_id": None}


@mutant("batch.answers-are-empty", CREATE, GET, place=f"{COURSE}:run")
def answers_are_empty(run: Part) -> Part:
    """Results are there but hold nothing."""
    return lambda *given: evolve(run(*given), answer={})


@mutant("batch.all-went-well", CREATE, GET, place=f"{COURSE}:run")
def all_went_well(run: Part) -> Part:
    """A request that failed counts as one that went well."""
    return lambda *given: evolve(run(*given), status_code=200)


@mutant("batch.outputs-always-come", GET, place=f"{JOBS}:get")
def outputs_always_come(get: Part) -> Part:
    """Results come inline also where nobody asks for them."""
    return lambda ctx: get(evolve(ctx, query={**ctx.query, "inline": True}))


@mutant("batch.cancelling-loses-results", GET, place=f"{JOBS}:view")
def cancelling_loses_results(view: Part) -> Part:
    """What a job had done before it was cancelled cannot be fetched."""

    def defect(job: Part) -> Part:
        shown = view(job)
        return {**shown, "output_file": None} if shown["status"] == "CANCELLED" else shown

    return defect


@mutant("batch.status-says-queued", GET, place=f"{JOBS}:view")
def status_says_queued(view: Part) -> Part:
    """A job that is at work seems to wait."""

    def defect(job: Part) -> Part:
        shown = view(job)
        active = shown["status"] == "RUNNING" and shown["completed_requests"] > 1
        return {**shown, "status": "QUEUED"} if active else shown

    return defect


@mutant("batch.job-ends-before-it-begins", GET, place=f"{JOBS}:view")
def job_ends_before_it_begins(view: Part) -> Part:
    """A job that is done ended before it was created."""

    def defect(job: Part) -> Part:
        shown = view(job)
        ended = shown["completed_at"] is not None
        return {**shown, "completed_at": shown["created_at"] - 1} if ended else shown

    return defect


@mutant("batch.empty-jobs-are-taken", CREATE, place="resources.batch.intake:read_requests")
def empty_jobs_are_taken(read_requests: Part) -> Part:
    """A job that names no requests is taken."""

    def defect(ctx: Part) -> Part:
        try:
            return read_requests(ctx)
        except APIError:
            return Intake((), (), ())

    return defect


@mutant("batch.agents-are-not-asked-as-set", CREATE, GET, place=f"{COURSE}:make_body")
def agents_are_not_asked_as_set(make_body: Part) -> Part:
    """How many tokens an agent may write is forgotten in a batch."""
    return lambda job, request: {**make_body(job, request), "max_tokens": 50}


@mutant("batch.results-are-for-training", CREATE, GET, place=f"{COURSE}:PURPOSE")
def results_are_for_training(_purpose: Part) -> Part:
    """The files of results are kept as files to train with."""
    return "fine-tune"


@mutant("batch.failures-look-uploaded", CREATE, GET, place=f"{COURSE}:write")
def failures_look_uploaded(write: Part) -> Part:
    """The file of what failed is told to have been uploaded."""

    def defect(ctx: Part, name: Part, requests: Part) -> Part:
        id_ = write(ctx, name, requests)
        if id_ is not None and "errors" in name:
            files = ctx.table(StoredFile)
            files.put(evolve(files.get(id_), source=UPLOADED))
        return id_

    return defect


@mutant("batch.outputs-are-failures", GET, place=f"{JOBS}:get")
def outputs_are_failures(get: Part) -> Part:
    """What succeeded is not among the outputs of a job."""

    def leave_out(job: Part) -> Part:
        done = [each for each in job["outputs"] or () if not each["response"]]
        return {**job, "outputs": done} if job["outputs"] else job

    return edited(get, leave_out)


@mutant("batch.first-file-is-read", CREATE, place="resources.batch.intake:read_requests")
def first_file_is_read(read_requests: Part) -> Part:
    """Of several input files only the first one is read."""

    def defect(ctx: Part) -> Part:
        found = ctx.body.get("input_files")
        body = {**ctx.body, "input_files": found[:1]} if found else ctx.body
        return read_requests(evolve(ctx, body=body))

    return defect


@mutant("batch.lines-end-at-separators", CREATE, place="json_lines:split")
def lines_end_at_separators(split: Part) -> Part:
    """Files are cut into lines wherever a text would be."""
    return lambda content: split("\n".join(content.decode().splitlines()).encode())


@mutant(
    "batch.mistakes-are-told-by-line", CREATE, GET, place="resources.batch.intake:Mistake.__eq__"
)
def mistakes_are_told_by_line(_eq: Part) -> Part:
    """Each wrong line is a mistake of its own."""
    return lambda mistake, other: mistake is other


@mutant(
    "batch.lines-inherit",
    "batch.jobs.create",
    "batch.jobs.get",
    place="resources.batch.intake:read_file",
)
def lines_inherit(read_file: Part) -> Part:
    """A line of a file that leaves out a field has it from the lines before it."""

    def defect(*given: Part) -> Part:
        held: dict[str, object] = {}
        for each in read_file(*given):
            if isinstance(each, tuple):
                held |= each[1]
                yield each[0], dict(held)
            else:
                yield each

    return defect


@mutant("batch.jobs-run-as-any-colleague", CREATE, GET, place=f"{COURSE}:find_caller")
def jobs_run_as_any_colleague(find_caller: Part) -> Part:
    """A job runs as the first user of its workspace."""

    def defect(world: Part, job: Part) -> Part:
        same = (e for e in world.settings.identities if e.workspace_id == job.workspace_id)
        return next(same, find_caller(world, job))

    return defect
