"""Defects of imports into datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import datasets as op
from mistral_mock.resources.observability.dataset_state import (
    COMPLETED,
    FAILED,
    RUNNING,
    ImportTask,
)

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

LIST_TASKS = "beta.observability.datasets.list_tasks"

LINES = "resources.observability.lines"
SOURCES = "resources.observability.sources"
TASKS = "resources.observability.tasks"


@mutant("dataset-imports.tasks-are-not-listed", LIST_TASKS, place=f"{TASKS}:list_tasks")
def tasks_are_not_listed(list_tasks: Part) -> Part:
    """The list of imports is empty."""
    return edited(list_tasks, lambda found: {"tasks": {**found["tasks"], "results": []}})


@mutant("dataset-imports.export-mixes-fields", op.EXPORT, place=f"{LINES}:is_conversation")
def export_mixes_fields(is_conversation: Part) -> Part:
    """A field of a payload that is called `properties` makes room for the record's in a line."""
    return lambda payload: is_conversation({n: e for n, e in payload.items() if n != "properties"})


@mutant("dataset-imports.progress-falls", op.FROM_FILE, op.FETCH_TASK, place=f"{TASKS}:view")
def progress_falls(view: Part) -> Part:
    """Progress tells what is left."""

    def defect(task: Part) -> Part:
        found = view(task)
        return {**found, "progress": 100 - found["progress"]}

    return defect


@mutant("dataset-imports.ended-tasks-go-on", op.FETCH_TASK, place=f"{TASKS}:view")
def ended_tasks_go_on(view: Part) -> Part:
    """An import that has ended shows another time at each look."""
    looks: list[None] = []

    def defect(task: Part) -> Part:
        looks.append(None)
        return {**view(task), "message": f"Looked at {len(looks)} times"}

    return defect


@mutant(
    "dataset-imports.instructions-come-last",
    op.FROM_PLAYGROUND,
    place=f"{SOURCES}:read_conversation",
)
def instructions_come_last(read_conversation: Part) -> Part:
    """The instructions of a conversation stand behind all that was said."""

    def defect(*given: Part) -> Part:
        entry = read_conversation(*given)
        first, *rest = entry["payload"]["messages"]
        told = [*rest, first] if first["role"] == "system" else [first, *rest]
        return {**entry, "payload": {**entry["payload"], "messages": told}}

    return defect


@mutant("dataset-imports.failures-pass", op.FETCH_TASK, place=f"{TASKS}:view")
def failures_pass(view: Part) -> Part:
    """An import that has failed is completed when it is looked at again."""
    seen: set[str] = set()

    def defect(task: Part) -> Part:
        found = view(task)
        if found["status"] == FAILED and found["id"] in seen:
            return {**found, "status": COMPLETED, "progress": 100}
        if found["status"] == FAILED:
            seen.add(found["id"])
        return found

    return defect


@mutant(
    "dataset-imports.properties-are-lost",
    op.FROM_FILE,
    op.LIST_RECORDS,
    place="resources.observability.lines:read_line",
)
def properties_are_lost(read_line: Part) -> Part:
    """The properties of a line are left out."""
    return lambda line: (read_line(line)[0], {})


@mutant("dataset-imports.wrong-line-ends-all", op.FROM_FILE, op.FETCH_TASK, place=f"{TASKS}:add")
def wrong_line_ends_all(add: Part) -> Part:
    """Nothing behind a wrong line becomes a record, and the task counts it as if it did."""
    spoiled: set[str] = set()

    def defect(world: Part, task: Part, entry: Part, moment: Part) -> None:
        if "problem" in entry:
            spoiled.add(task.id)
        if task.id not in spoiled:
            add(world, task, entry, moment)

    return defect


@mutant(
    "dataset-imports.imports-at-once-are-mixed", op.FROM_FILE, op.LIST_RECORDS, place=f"{TASKS}:add"
)
def imports_at_once_are_mixed(add: Part) -> Part:
    """What imports that run at once bring goes all to the dataset of the last one."""

    def defect(world: Part, task: Part, entry: Part, moment: Part) -> None:
        newest = [each for each in world.store.table(ImportTask) if each.status == RUNNING][-1]
        add(world, evolve(task, dataset_id=newest.dataset_id), entry, moment)

    return defect


@mutant("dataset-imports.first-entry-comes-twice", op.FROM_FILE, place=f"{TASKS}:begin")
def first_entry_comes_twice(begin: Part) -> Part:
    """The first line of a file becomes two records."""
    return lambda ctx, source: begin(
        ctx, evolve(source, entries=[*source.entries[:1], *source.entries])
    )


@mutant(
    "dataset-imports.problems-are-hidden", op.FROM_FILE, op.FETCH_TASK, place=f"{TASKS}:conclude"
)
def problems_are_hidden(_conclude: Part) -> Part:
    """Every import seems to succeed."""
    return lambda task, _entries, _fault: evolve(task, status=COMPLETED)


@mutant("dataset-imports.copies-lose-properties", op.FROM_RECORDS, place=f"{SOURCES}:read_record")
def copies_lose_properties(read_record: Part) -> Part:
    """Copies of records have no properties."""
    return lambda ctx, id_: {**read_record(ctx, id_), "properties": {}}


@mutant(
    "dataset-imports.export-has-a-form-of-its-own",
    op.EXPORT,
    op.FROM_FILE,
    place="resources.observability.lines:spell",
)
def export_has_a_form_of_its_own(spell: Part) -> Part:
    """Exports have lines that imports do not read."""
    return lambda record: {"record": spell(record)}


@mutant("dataset-imports.questions-are-left-out", op.FROM_EXPLORER, place=f"{SOURCES}:read_event")
def questions_are_left_out(read_event: Part) -> Part:
    """Of a recorded chat, only the answer is taken."""

    def defect(ctx: Part, id_: Part) -> Part:
        entry = read_event(ctx, id_)
        return {**entry, "payload": {"messages": entry["payload"]["messages"][-1:]}}

    return defect


@mutant("dataset-imports.campaign-is-cut", op.FROM_CAMPAIGN, place=f"{SOURCES}:read_campaign")
def campaign_is_cut(read_campaign: Part) -> Part:
    """Of what a campaign picked, nothing is taken."""
    return lambda ctx, id_: evolve(read_campaign(ctx, id_), entries=())


@mutant(
    "dataset-imports.answers-are-left-out", op.FROM_PLAYGROUND, place=f"{SOURCES}:read_conversation"
)
def answers_are_left_out(read_conversation: Part) -> Part:
    """Of a conversation, only the beginning is taken."""

    def defect(ctx: Part, id_: Part) -> Part:
        entry = read_conversation(ctx, id_)
        if "payload" not in entry:
            return entry
        return {**entry, "payload": {"messages": entry["payload"]["messages"][:1]}}

    return defect


@mutant("dataset-imports.tasks-are-everywhere", op.FETCH_TASK, place=f"{TASKS}:find_task")
def tasks_are_everywhere(find_task: Part) -> Part:
    """An import is found under any dataset."""
    return lambda ctx: ctx.table(ImportTask).get(ctx.path["task_id"]) or find_task(ctx)
