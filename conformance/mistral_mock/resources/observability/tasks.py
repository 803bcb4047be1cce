"""Import tasks: begun by the imports, driven by the clock, read and listed.

An import takes the setting `processing_delay_s`, an equal share of it for each entry; each is added
at the end of its share. Entries that cannot be added are left out and named in the task's message;
an import fails when nothing could be added (all of this is our choice).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import agenda
from mistral_mock.answers import json_answer
from mistral_mock.clock import NEVER, spell
from mistral_mock.registry import keeper, operation
from mistral_mock.resources.observability import lookups
from mistral_mock.resources.observability.dataset_state import (
    COMPLETED,
    FAILED,
    RUNNING,
    DatasetRecord,
    Entries,
    ImportTask,
    find_dataset,
    find_task,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.observability.sources import Source
    from mistral_mock.world import World

MOST_NAMED = 5
"""How many problems a message names one by one."""


@operation("beta.observability.datasets.list_tasks")
def list_tasks(ctx: Context) -> Answer:
    """Return a page of the imports into the dataset, the newest first (our choice)."""
    dataset = find_dataset(ctx)
    path = f"/v1/observability/datasets/{dataset.id}/tasks"
    found = ctx.table(ImportTask).children(dataset.id)[::-1]
    return json_answer({"tasks": lookups.page(ctx, path, found, view)})


@operation("beta.observability.datasets.fetch_task")
def fetch_task(ctx: Context) -> Answer:
    """Return the import, as far as it has come."""
    return json_answer(view(find_task(ctx)))


def begin(ctx: Context, source: Source) -> Answer:
    """202 with a new import of what a source holds at this moment."""
    dataset = find_dataset(ctx)
    moment = ctx.clock.stamp()
    task = ImportTask(
        id=ctx.ids.uuid4(),
        workspace_id=dataset.workspace_id,
        dataset_id=dataset.id,
        creator_id=ctx.caller.user_id,
        created_at=moment,
        updated_at=moment,
        total=len(source.entries),
    )
    held = Entries(id=task.id, entries=tuple(source.entries), fault=source.fault)
    ctx.table(Entries).put(held)
    return json_answer(view(ctx.table(ImportTask).put(task)), 202)


@keeper(ImportTask)
def advance(world: World, now: datetime) -> datetime:
    """Brings the imports up to the present, those of all tasks in the order of their moments."""
    table, delay_s = world.store.table(ImportTask), world.settings.job_delay_s
    running = [task for task in table if task.status == RUNNING]
    steps = []
    for place, task in enumerate(running):
        moments = agenda.attempt(world, task, partial(due, task, now, delay_s))
        steps += [(moment, place) for moment in moments or ()]
    for moment, place in sorted(steps):
        task = running[place]
        running[place] = (
            agenda.attempt(world, task, partial(take_step, world, task, moment)) or task
        )
    return agenda.bring_up(world, running, next_step, now)


def next_step(world: World, task: ImportTask, _: datetime) -> datetime:
    """Return when an import deals with its next entry."""
    if task.status != RUNNING:
        return NEVER
    return end_of_step(task, task.done + 1, world.settings.job_delay_s)


def due(task: ImportTask, now: datetime, delay_s: float) -> list[datetime]:
    """Return the moments, up to the present, at which the import dealt with its next entries."""
    steps = range(task.done + 1, max(task.total, 1) + 1)
    moments = (end_of_step(task, step, delay_s) for step in steps)
    return list(takewhile(lambda moment: moment <= now, moments))


def end_of_step(task: ImportTask, step: int, delay_s: float) -> datetime:
    """Return when the import is done with the entry of this number, from 1."""
    return task.created_at + timedelta(seconds=delay_s * step / max(task.total, 1))


def take_step(world: World, task: ImportTask, moment: datetime) -> ImportTask:
    """Return the import after its next entry, which is added or left out."""
    table, held = world.store.table(ImportTask), world.store.table(Entries).get(task.id)
    entries = () if held is None else held.entries
    done = min(task.done + 1, task.total)
    if task.total:
        add(world, task, entries[done - 1], moment)
    if done < task.total:
        return table.put(evolve(task, done=done, updated_at=moment))
    fault = None if held is None else held.fault
    world.store.table(Entries).remove(task.id)
    return table.put(conclude(evolve(task, done=done, updated_at=moment), entries, fault))


def add(world: World, task: ImportTask, entry: Mapping[str, Any], moment: datetime) -> None:
    """Add the entry to the dataset, unless there is a problem with it."""
    if "problem" in entry:
        return
    record = DatasetRecord(
        id=world.ids.uuid4(),
        workspace_id=task.workspace_id,
        dataset_id=task.dataset_id,
        payload=entry["payload"],
        properties=entry["properties"],
        source=entry["source"],
        created_at=moment,
        updated_at=moment,
    )
    world.store.table(DatasetRecord).put(record)


def conclude(
    task: ImportTask, entries: Sequence[Mapping[str, Any]], fault: str | None
) -> ImportTask:
    """Return the import at its end: failed when it had entries and none of them could be added."""
    problems = [entry["problem"] for entry in entries if "problem" in entry]
    if fault is not None:
        return evolve(task, status=FAILED, message=fault)
    if not problems:
        return evolve(task, status=COMPLETED)
    status = FAILED if len(problems) == len(entries) else COMPLETED
    return evolve(task, status=status, message=explain(problems, len(entries)))


def explain(problems: Sequence[str], total: int) -> str:
    """Return how many entries were added, and why not the others."""
    named = "; ".join(problems[:MOST_NAMED])
    rest = len(problems) - MOST_NAMED
    more = f"; and {rest} more" if rest > 0 else ""
    return f"{total - len(problems)} of {total} records were added. Left out: {named}{more}"


def view(task: ImportTask) -> dict[str, object]:
    """Return the import as the API writes it; one that failed unread stays at no progress."""
    complete = task.status == COMPLETED
    return {
        "id": task.id,
        "created_at": spell(task.created_at),
        "updated_at": spell(task.updated_at),
        "deleted_at": None,
        "creator_id": task.creator_id,
        "dataset_id": task.dataset_id,
        "workspace_id": task.workspace_id,
        "status": task.status,
        "progress": 100 if complete else 100 * task.done // max(task.total, 1),
        "message": task.message,
    }
