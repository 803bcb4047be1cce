"""Defects of fine-tuning jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.classifiers import CLASSIFY
from mistral_conformance.rules.common.tunings import (
    CANCEL_JOB,
    CREATE_JOB,
    GET_JOB,
    LIST_JOBS,
    START_JOB,
)
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError
from mistral_mock.resources.fine_tuning import progress, records
from mistral_mock.resources.tuned_models import TunedModel

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

JOBS = "resources.fine_tuning.jobs"
REQUESTS = "resources.fine_tuning.requests"


@mutant("fine-tuning.dry-run-creates", CREATE_JOB, LIST_JOBS, place=f"{JOBS}:create")
def dry_run_creates(create: Part) -> Part:
    """A dry run makes a job all the same."""

    def defect(ctx: Part) -> Part:
        if ctx.query["dry_run"]:
            create(evolve(ctx, query={**ctx.query, "dry_run": False}))
        return create(ctx)

    return defect


@mutant("fine-tuning.pages-overlap", LIST_JOBS, place="pages:slice_page")
def pages_overlap(slice_page: Part) -> Part:
    """Each page begins with the last job of the page before."""
    return lambda items, page, size: (
        items[page * size - 1 : (page + 1) * size] if page else slice_page(items, page, size)
    )


@mutant(
    "fine-tuning.unknown-files-are-empty",
    CREATE_JOB,
    place="resources.fine_tuning.requests:read_file",
)
def unknown_files_are_empty(read_file: Part) -> Part:
    """A file that is not there counts as an empty one."""

    def defect(*given: Part) -> Part:
        try:
            return read_file(*given)
        except APIError:
            return "nothing.jsonl", b""

    return defect


@mutant(
    "fine-tuning.jobs-do-not-wait",
    CREATE_JOB,
    START_JOB,
    GET_JOB,
    place="resources.fine_tuning.progress:find_due",
)
def jobs_do_not_wait(find_due: Part) -> Part:
    """Every job begins to train as soon as it is validated."""
    return lambda job, moment: find_due(evolve(job, asked_to_start=True), moment)


@mutant("fine-tuning.start-does-nothing", START_JOB, GET_JOB, place=f"{JOBS}:begin")
def start_does_nothing(_begin: Part) -> Part:
    """A job that is told to start goes on waiting."""
    return lambda _ctx, job: job


@mutant(
    "fine-tuning.states-come-late",
    CREATE_JOB,
    GET_JOB,
    place="resources.fine_tuning.progress:make_event",
)
def states_come_late(make_event: Part) -> Part:
    """The first event of a job says that it is running."""

    def defect(status: str, *given: Part) -> Part:
        return make_event("RUNNING" if status == records.QUEUED else status, *given)

    return defect


@mutant(
    "fine-tuning.last-checkpoint-is-missing",
    GET_JOB,
    place="resources.fine_tuning.views:make_checkpoints",
)
def last_checkpoint_is_missing(make_checkpoints: Part) -> Part:
    """A job has no checkpoint at its last step."""
    return lambda *given: list(make_checkpoints(*given))[:-1]


@mutant(
    "fine-tuning.all-is-measured",
    GET_JOB,
    place="resources.fine_tuning.views:measure",
)
def all_is_measured(measure: Part) -> Part:
    """Checkpoints of a job without validation files tell a loss on these."""

    def defect(*given: Part) -> Part:
        found = measure(*given)
        return {**found, "valid_loss": found["train_loss"]}

    return defect


@mutant("fine-tuning.cancelled-job-starts", CANCEL_JOB, START_JOB, place=f"{JOBS}:start")
def cancelled_job_starts(start: Part) -> Part:
    """A cancelled job is told to start and nothing refuses."""

    def defect(ctx: Part) -> Part:
        try:
            return start(ctx)
        except APIError as error:
            if error.status != 422:
                raise
            return json_answer({})

    return defect


@mutant(
    "fine-tuning.any-file-is-valid",
    CREATE_JOB,
    GET_JOB,
    place="resources.fine_tuning.training:find_flaw",
)
def any_file_is_valid(_find_flaw: Part) -> Part:
    """Files are trained with whatever is in them."""
    return lambda *_given: ("", "")


@mutant("fine-tuning.classifiers-learn-nothing", CREATE_JOB, CLASSIFY, place="judgement:learn")
def classifiers_learn_nothing(_learn: Part) -> Part:
    """A classifier rates all labels alike, whatever it was trained with."""
    return lambda _samples: {}


@mutant("fine-tuning.job-has-another-id", CREATE_JOB, place=f"{JOBS}:create")
def job_has_another_id(create: Part) -> Part:
    """The answer of a creation has an id that no job has."""
    return edited(create, lambda found: {**found, "id": "00000000-0000-4000-8000-000000000000"})


@mutant("fine-tuning.key-is-told", CREATE_JOB, GET_JOB, place=f"{REQUESTS}:read_integrations")
def key_is_told(read_integrations: Part) -> Part:
    """The address of a report shows the key that it is sent with."""

    def defect(given: Part) -> Part:
        found = read_integrations(given)
        keys = [each["api_key"] for each in given or ()]
        both = zip(found or (), keys, strict=True)
        return [{**one, "url": f"https://reports.example/?key={key}"} for one, key in both] or found

    return defect


@mutant("fine-tuning.weights-are-one", CREATE_JOB, GET_JOB, place=f"{REQUESTS}:read_repositories")
def weights_are_one(read_repositories: Part) -> Part:
    """Every repository counts as much as any other."""
    return lambda given: [{**each, "weight": 1.0} for each in read_repositories(given)]


@mutant("fine-tuning.zero-is-unset", CREATE_JOB, GET_JOB, place=f"{REQUESTS}:read_hyperparameters")
def zero_is_unset(read_hyperparameters: Part) -> Part:
    """A hyperparameter of 0 counts as one that was not sent."""

    def defect(body: Part, job_type: Part) -> Part:
        kept = {name: each for name, each in body["hyperparameters"].items() if each}
        return read_hyperparameters({**body, "hyperparameters": kept}, job_type)

    return defect


@mutant(
    "fine-tuning.model-is-missing",
    CREATE_JOB,
    GET_JOB,
    "models.retrieve",
    place="resources.fine_tuning.progress:finish",
)
def model_is_missing(finish: Part) -> Part:
    """A finished job names a model that is nowhere."""

    def defect(world: Part, job: Part, moment: Part) -> Part:
        done = finish(world, job, moment)
        world.store.table(TunedModel).remove(done.fine_tuned_model)
        return done

    return defect


@mutant("fine-tuning.cancelled-forgets-checkpoints", CANCEL_JOB, place=f"{JOBS}:cancel")
def cancelled_forgets_checkpoints(cancel: Part) -> Part:
    """A job that is being cancelled shows no checkpoints."""
    return edited(cancel, lambda found: {**found, "checkpoints": []})


@mutant("fine-tuning.shares-are-percent", CREATE_JOB, place="resources.fine_tuning.training:judge")
def shares_are_percent(judge: Part) -> Part:
    """The share of samples that may be wrong is taken for percent."""
    return lambda good, flaws, tolerated: judge(good, flaws, tolerated / 100)


@mutant("fine-tuning.early-starts-skip-the-check", START_JOB, place=f"{JOBS}:begin")
def early_starts_skip_the_check(begin: Part) -> Part:
    """A job that is told to start before its files were checked trains at once."""

    def defect(ctx: Part, job: Part) -> Part:
        if job.status not in records.WAITING:
            return begin(ctx, job)
        return progress.enter(job, records.STARTED, ctx.clock.stamp())

    return defect
