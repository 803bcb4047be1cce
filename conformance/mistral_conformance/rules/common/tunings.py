"""Fine-tuning jobs as rules need them: files to train with, jobs, and the models they make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_conformance.model import model_of
from mistral_conformance.probing.settling import wait_for_end
from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.uploads import upload_json_lines

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

CREATE_JOB = "fine_tuning.jobs.create"
LIST_JOBS = "fine_tuning.jobs.list"
GET_JOB = "fine_tuning.jobs.get"
START_JOB = "fine_tuning.jobs.start"
CANCEL_JOB = "fine_tuning.jobs.cancel"
ENDED = ("SUCCESS", "FAILED", "FAILED_VALIDATION", "CANCELLED")
ROUNDS = 24
ROUND_S = 600
"""How often a rule moves the clock while it waits for a job, and how far, in seconds."""

ANSWER = {"role": "assistant", "content": "three\u2029"}
SAMPLES = [
    {"messages": [{"role": "user", "content": word}, {"role": "assistant", "content": answer}]}
    for word, answer in (("two", "2"), ("three", "3"), ("four", "4"))
]
PARTED = [{"messages": [{"role": "user", "content": "one\u2028two"}, ANSWER]}, *SAMPLES]
"""With a letter that ends a line of a text, and none of the file."""
TARGET = {"name": "topic", "labels": ["billing", "defect"]}
LABELLED = [
    {"text": "The invoice shows a wrong amount.", "labels": {"topic": "billing"}},
    {"text": "Please send the invoice again.", "labels": {"topic": "billing"}},
    {"text": "The app crashes when it starts.", "labels": {"topic": "defect"}},
    {"text": "A crash again, the screen stays black.", "labels": {"topic": "defect"}},
]


def lines(samples: list[Any]) -> str:
    """Return the samples as a file has them, one a line."""
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in samples)


def upload_lines(ctx: Context, text: str = lines(SAMPLES)) -> str:
    """Return the id of a new training file."""
    return upload_json_lines(ctx, "training.jsonl", text, "fine-tune")


def order(ctx: Context, file_id: str, **fields: object) -> dict[str, Any]:
    """Return a request for a short training that waits for its start."""
    return {
        "model": able_model(ctx, "fine_tuning"),
        "training_files": [{"file_id": file_id, "weight": 1}],
        "auto_start": False,
        "hyperparameters": {"training_steps": 10, "learning_rate": 0.0001},
        **fields,
    }


def create_job(ctx: Context, file_id: str | None = None, **fields: object) -> Exchange:
    """Return a new job, cancelled after the rule."""
    sent = order(ctx, file_id or upload_lines(ctx), **fields)
    return ctx.answer(CREATE_JOB, json=sent)


def read_job(ctx: Context, job_id: str) -> Exchange:
    """Return a job of this rule as it is now."""
    return ctx.answer(GET_JOB, job_id=job_id)


def wait_for(ctx: Context, job_id: str, *statuses: str) -> Exchange:
    """Return the job when it has one of the statuses; its model, if any, is deleted after the rule.

    Raises:
        Failed: it ends otherwise, or goes on for hours of the server's time.
        Skipped: the server has no clock to move, and it goes on for minutes.

    """
    states = model_of(ctx.document).states_of("fine_tuning_job")
    if states and not ctx.session.clock:
        wait_for_end(ctx, states, lambda: read_job(ctx, job_id)["status"], statuses)
    job = read_job(ctx, job_id)
    for _ in range(ROUNDS):
        if job["status"] in statuses:
            return job
        ctx.expect(job["status"] not in ENDED, f"the job ended as {job['status']}", job)
        ctx.clock.advance(ROUND_S)
        job = read_job(ctx, job_id)
    ctx.expect(condition=False, message=f"the job is {job['status']} after hours")
    return job


def tune(ctx: Context) -> str:
    """Return the id of a new fine-tuned model, deleted after the rule."""
    job = create_job(ctx, auto_start=True)
    done = wait_for(ctx, job["id"], "SUCCESS")
    ctx.expect(done["fine_tuned_model"], "the finished job names no model", done)
    return str(done["fine_tuned_model"])
