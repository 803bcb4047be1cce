"""Fine-tuning jobs: created, estimated, listed, started, cancelled, finished."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import UNREAD, Sample
from mistral_conformance.rules.common.names import GET_MODEL
from mistral_conformance.rules.common.readings import exactly, within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, watch, word
from mistral_conformance.rules.common.tunings import (
    CANCEL_JOB,
    CREATE_JOB,
    ENDED,
    GET_JOB,
    LABELLED,
    LIST_JOBS,
    PARTED,
    SAMPLES,
    START_JOB,
    TARGET,
    create_job,
    lines,
    order,
    read_job,
    upload_lines,
    wait_for,
)
from mistral_conformance.rules.common.uploads import JSON_LINES, try_upload
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

STEPS = 10
LONG = 1000
"""So many steps take a while, in which a job can be cancelled."""
PLACES = ("QUEUED", "VALIDATING", "VALIDATED", "STARTED", "RUNNING", "SUCCESS")
FAILED_CHECK = "FAILED_VALIDATION"
VALID = ("valid_loss", "valid_mean_token_accuracy")
"""What is measured on validation files."""
HOUR_S = 3600
WHILE_S = 2


@rule(MUST, "document: fine_tuning.jobs.create (the parameter dry_run)", (CREATE_JOB, LIST_JOBS))
def dry_run_creates_nothing(ctx: Context) -> None:
    """A dry run answers an estimate for the steps that are asked for, and makes no job."""
    suffix = word(ctx)
    sent = order(ctx, upload_lines(ctx), suffix=suffix)
    answer = ctx.answer(CREATE_JOB, json=sent, query={"dry_run": "true"})
    expect_equal(ctx, answer["object"], "job.metadata", "object", answer)
    expect_equal(ctx, answer["training_steps"], STEPS, "training_steps", answer)
    listed = ctx.answer(LIST_JOBS, query={"suffix": suffix})
    expect_equal(ctx, listed["total"], 0, "the number of jobs", answer, listed)


@rule(
    MUST,
    "document: CreateFineTuningJobRequest.auto_start (POST …/start)",
    (CREATE_JOB, START_JOB, GET_JOB),
)
def jobs_wait_for_their_start(ctx: Context) -> None:
    """Without `auto_start` a job is checked and waits; once started, it runs to its end.

    With it a job starts by itself.
    """
    wait_for(ctx, create_job(ctx, auto_start=True)["id"], *PLACES[3:])
    suffix = word(ctx)
    job = create_job(ctx, upload_lines(ctx, lines(PARTED)), suffix=suffix)["id"]
    wait_for(ctx, job, "VALIDATED")
    ctx.pass_time(HOUR_S if ctx.session.clock else 1)
    expect_equal(ctx, read_job(ctx, job)["status"], "VALIDATED", "the status of a waiting job")
    started = ctx.answer(START_JOB, job_id=job)
    ctx.expect(started["status"] in PLACES[3:], f"the job is {started['status']}", started)
    done = wait_for(ctx, job, "SUCCESS")
    name = done["fine_tuned_model"]
    ctx.expect(name, "the finished job names no model", done)
    ctx.answer(GET_MODEL, model_id=name)
    ctx.expect(suffix in str(name), f"the model {name!r} lacks the suffix {suffix!r}", done)


@rule(
    SHOULD,
    (
        "document: FineTuningJobStatus; document: Checkpoint; document: CheckpointMetrics; "
        "choices.fine-tuning-states-move-forward"
    ),
    (CREATE_JOB, GET_JOB),
)
def finished_job_tells_its_way(ctx: Context) -> None:
    """A finished job has passed its states in order, and has checkpoints up to its last step.

    They tell nothing of files that the job does not have.
    """
    done = wait_for(ctx, create_job(ctx, auto_start=True)["id"], "SUCCESS")
    told = told_by_events(done)
    places = [(when, PLACES.index(status)) for when, status in told if status in PLACES]
    seen = [PLACES[each] for _, each in sorted(places)]  # of one second any may be listed first
    ctx.expect(not told or "SUCCESS" in seen, "no event tells the end", done)
    expect_equal(ctx, seen, sorted(seen, key=PLACES.index), "the order of the states", done)
    points = sorted(done["checkpoints"], key=lambda each: each["step_number"])
    ctx.expect(points, "the job has no checkpoints", done)
    expect_equal(ctx, points[-1]["step_number"], STEPS, "the last step", done)
    times = [each["created_at"] for each in points]
    expect_equal(ctx, times, sorted(times), "the times of the checkpoints", done)
    losses = [within(each, "metrics", "train_loss") for each in points]
    ctx.expect(all(type(each) in {int, float} for each in losses), "a loss is missing", done)
    unheld = {name for each in points for name in VALID if each["metrics"].get(name) is not None}
    ctx.expect(not unheld, f"without validation files {sorted(unheld)} are told", done)


@rule(MUST, "document: fine_tuning.jobs.cancel", (CANCEL_JOB, START_JOB, GET_JOB))
def cancelled_job_ends(ctx: Context) -> None:
    """A job that is cancelled stops after a while, makes no model, and starts no more."""
    job = create_job(ctx)["id"]
    if ctx.session.clock:
        ctx.pass_time(WHILE_S)  # so that what is changed now is not changed when it was created
    asked = ctx.answer(CANCEL_JOB, job_id=job)
    stopping = asked["status"] in {"CANCELLATION_REQUESTED", "CANCELLED"}
    ctx.expect(stopping, f"the job is {asked['status']}", asked)
    ended = wait_for(ctx, job, "CANCELLED")
    told = {status for _, status in told_by_events(ended)}
    missing = {asked["status"], "CANCELLED"} - told if told else set()
    ctx.expect(not missing, f"no event tells {' and '.join(sorted(missing))}", ended)
    stayed = ctx.session.clock and ended["modified_at"] == ended["created_at"]
    ctx.expect(not stayed, "`modified_at` is that of the creation after a while and an end", ended)
    ctx.expect(ended["fine_tuned_model"] is None, "a cancelled job has a model", ended)
    expect_refused(ctx, ctx.api.call(START_JOB, job_id=job), "the start of a cancelled job")
    expect_equal(ctx, read_job(ctx, job)["status"], "CANCELLED", "the status")


@rule(MUST, "document: fine_tuning.jobs.cancel", (CANCEL_JOB, GET_JOB), needs=("clock",))
def cancelled_job_keeps_its_checkpoints(ctx: Context) -> None:
    """A job that is cancelled while it runs keeps the checkpoints it has, and takes no more."""
    long = {"training_steps": LONG, "learning_rate": 0.0001}
    job = create_job(ctx, auto_start=True, hyperparameters=long)["id"]
    running = watch(ctx, partial(read_job, ctx, job), _has_no_checkpoint, step_s=60)[-1]
    if running["status"] != "RUNNING" or not running["checkpoints"]:
        ctx.skip(f"a job of {LONG} steps shows no checkpoints while it runs")
    asked = ctx.answer(CANCEL_JOB, job_id=job)
    ended = wait_for(ctx, job, "CANCELLED")
    for told in (asked, ended):
        expect_equal(ctx, told["checkpoints"], running["checkpoints"], "checkpoints", running, told)


def _has_no_checkpoint(job: Exchange) -> bool:
    return job["status"] not in ENDED and not job["checkpoints"]


@rule(
    SHOULD,
    "document: FineTuningJobStatus; choices.fine-tuning-wrong-files-fail-validation",
    (CREATE_JOB, GET_JOB),
)
def wrong_files_fail_validation(ctx: Context) -> None:
    """A file that is no JSON, or has no answers to learn, is refused or fails validation."""
    for text in ("no JSON at all\n", lines([{"messages": [{"role": "user", "content": "x"}]}])):
        stored = try_upload(ctx, Sample("training.jsonl", text.encode(), JSON_LINES), "fine-tune")
        if stored.status in UNREAD:
            continue  # it is refused before a job could use it
        made = ctx.api.call(CREATE_JOB, json=order(ctx, ctx.need(stored)["id"], auto_start=True))
        if not 400 <= made.status < 500:
            ctx.expect_status(made, 200)
            wait_for(ctx, made["id"], FAILED_CHECK)


@rule(
    MUST,
    "document: fine_tuning.jobs.start (a job whose files have been checked)",
    (CREATE_JOB, START_JOB, GET_JOB),
)
def early_start_skips_no_check(ctx: Context) -> None:
    """A job that is told to start before its file was checked fails as one that starts itself."""
    text = lines([{"messages": [{"role": "user", "content": "x"}]}])
    stored = try_upload(ctx, Sample("training.jsonl", text.encode(), JSON_LINES), "fine-tune")
    if not stored.ok:
        ctx.skip("a file of wrong samples is refused at once")
    for itself in (True, False):
        made = ctx.api.call(CREATE_JOB, json=order(ctx, stored["id"], auto_start=itself))
        if not made.ok:
            ctx.skip(f"a job with wrong samples is refused with {made.status}")
        if not itself:
            ctx.api.call(START_JOB, job_id=made["id"])  # may be refused so early
        done = wait_for(ctx, made["id"], *ENDED)
        if itself and done["status"] != FAILED_CHECK:
            ctx.skip(f"a job with wrong samples ends as {done['status']}")
        expect_equal(ctx, done["status"], FAILED_CHECK, "the end", done)


@rule(
    MUST,
    "document: CreateFineTuningJobRequest.invalid_sample_skip_percentage",
    (CREATE_JOB, GET_JOB),
)
def wrong_samples_are_skipped_as_told(ctx: Context) -> None:
    """A job passes over wrong samples up to the share of all that it is told."""
    file = upload_lines(ctx, f"{lines(SAMPLES)}{lines([{'messages': []}])}")
    sent = order(ctx, file, invalid_sample_skip_percentage=0.3)
    made = ctx.api.call(CREATE_JOB, json=sent)
    if 400 <= made.status < 500:
        ctx.skip("a file with a wrong sample, or that some are skipped, is refused at once")
    wait_for(ctx, ctx.expect_status(made, 200)["id"], "VALIDATED")


@rule(
    SHOULD,
    "document: ClassifierTarget; choices.fine-tuning-classifiers-learn-their-labels",
    (CREATE_JOB, "classifiers.classify"),
)
def classifiers_learn_their_labels(ctx: Context) -> None:
    """A classifier rates texts of its training with its labels, the right one highest."""
    file = upload_lines(ctx, lines(LABELLED))
    job = create_job(ctx, file, auto_start=True, job_type="classifier", classifier_targets=[TARGET])
    done = wait_for(ctx, job["id"], "SUCCESS")
    texts = [each["text"] for each in LABELLED]
    sent = {"model": done["fine_tuned_model"], "input": texts}
    answer = ctx.answer("classifiers.classify", json=sent)
    results = exactly(len(texts), answer["results"], "results", answer)
    for sample, result in zip(LABELLED, results, strict=True):
        scores = within(result, "topic", "scores")
        expect_equal(ctx, sorted(scores), TARGET["labels"], "the labels", answer)
        best = max(scores, key=scores.__getitem__)
        expect_equal(ctx, {"topic": best}, sample["labels"], "the best label", answer)


def told_by_events(job: Exchange) -> list[tuple[int, str]]:
    """Return the states that the events of a job tell, each with its time.

    None where they tell what has happened in words of their own.
    """
    events = job.get("events")
    told = []
    for each in events if isinstance(events, list) else ():
        data = each.get("data") if isinstance(each, dict) else None
        status = data.get("status") if isinstance(data, dict) else None
        if isinstance(status, str):
            told.append((each["created_at"], status))
    return told
