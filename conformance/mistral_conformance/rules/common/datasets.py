"""Datasets for rules: make one, add records, list all, wait for an import."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.model import model_of
from mistral_conformance.rules.common.steps import expect_equal, watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST = "beta.observability.datasets.list"
DELETE_RECORDS = "beta.observability.datasets.records.bulk_delete"
DELETE = "beta.observability.datasets.delete"
FETCH = "beta.observability.datasets.fetch"
CREATE = "beta.observability.datasets.create"


LIST_RECORDS = "beta.observability.datasets.list_records"
CREATE_RECORD = "beta.observability.datasets.create_record"
EXPORT = "beta.observability.datasets.export_to_jsonl"
FROM_FILE = "beta.observability.datasets.import_from_file"
FROM_RECORDS = "beta.observability.datasets.import_from_dataset_records"
FROM_EXPLORER = "beta.observability.datasets.import_from_explorer"
FROM_CAMPAIGN = "beta.observability.datasets.import_from_campaign"
FROM_PLAYGROUND = "beta.observability.datasets.import_from_playground"
FETCH_TASK = "beta.observability.datasets.fetch_task"
FETCH_RECORD = "beta.observability.datasets.records.fetch"


JUDGE_RECORD = "beta.observability.datasets.records.judge"
PUT_PAYLOAD = "beta.observability.datasets.records.update_payload"

COMPLETED, FAILED = "COMPLETED", "FAILED"
ALL = 100
"""The largest page, which holds all that a rule makes."""


def make_dataset(ctx: Context, name: str = "dataset", description: str = "") -> Exchange:
    """Return a new dataset without records."""
    body = {"name": ctx.marker.name(name), "description": description}
    return ctx.prepare(CREATE, json=body)


def question(text: str, *answers: str) -> dict[str, Any]:
    """Return a payload: a question of a user, and answers."""
    said = [{"role": "assistant", "content": each} for each in answers]
    return {"messages": [{"role": "user", "content": text}, *said]}


def add_record(
    ctx: Context,
    dataset_id: str,
    payload: Mapping[str, Any],
    properties: Mapping[str, Any] | None = None,
) -> Exchange:
    """Return a new record of a dataset; properties are left out when none are given."""
    body = {"payload": payload, **({} if properties is None else {"properties": properties})}
    return ctx.prepare(CREATE_RECORD, dataset_id=dataset_id, json=body)


def read_records(ctx: Context, dataset_id: str) -> Exchange:
    """Return all records of a dataset of the run, at `records.results`."""
    query = {"page_size": ALL}
    return ctx.answer(LIST_RECORDS, dataset_id=dataset_id, query=query)


def begin_import(ctx: Context, operation: str, dataset_id: str, **body: object) -> Exchange:
    """Return the task of an import that the server took on."""
    return ctx.expect_status(ctx.api.call(operation, dataset_id=dataset_id, json=body), 202)


def is_at_work(ctx: Context, answer: Exchange) -> bool:
    """Say whether the status of an import or a campaign tells of no end.

    Servers may have states that no document knows, or not be able to tell for a while.
    """
    states = model_of(ctx.document).states_of("task")
    return states is not None and answer["status"] not in states.ends


def watch_task(ctx: Context, task: Exchange, step_s: float = 1) -> list[Exchange]:
    """Return what the task says from now to its end; the last answer tells the end."""
    ids = {"dataset_id": task["dataset_id"], "task_id": task["id"]}
    goes_on = partial(is_at_work, ctx)
    seen = watch(ctx, lambda: ctx.answer(FETCH_TASK, ids), goes_on, step_s)
    ctx.expect(not goes_on(seen[-1]), f"still {seen[-1]['status']} after {len(seen)} looks")
    return seen


def import_all(ctx: Context, operation: str, dataset_id: str, **body: object) -> list[Any]:
    """Return the records of a dataset after an import that has to be completed."""
    return finish_import(ctx, begin_import(ctx, operation, dataset_id, **body))


def finish_import(ctx: Context, task: Exchange) -> list[Any]:
    """Return the records of its dataset once an import is at its end, which has to be good."""
    done = watch_task(ctx, task)[-1]
    expect_equal(ctx, done["status"], COMPLETED, "the status in the end", done)
    return list(read_records(ctx, str(task["dataset_id"])).at("records.results"))
