"""Schedules: create, list, read, change, pause, resume, trigger, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import pages
from mistral_mock.answers import json_answer, no_content
from mistral_mock.clock import spell
from mistral_mock.errors import Problem, invalid, not_found
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, lookup, starts, views
from mistral_mock.resources.workflows.records import Registration, Schedule, Workflow, record_id
from mistral_mock.resources.workflows.runs import MYSELF
from mistral_mock.timetable import TermError, compile_definition
from mistral_mock.timetable.terms import EACH, FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

LISTS = ("calendars", "intervals", "cron_expressions", "skip")
TERMS = (*LISTS, "start_at", "end_at", "jitter", "time_zone_name", "policy")
PLACES = ("workflow_registration_id", "workflow_version_id", "workflow_identifier")
"""The fields that name what is started, the most telling first."""


@operation("workflows.schedules.get_schedules")
def get_schedules(ctx: Context) -> Answer:
    """Return the schedules that pass all filters, oldest first: a page of a size, or all."""
    found = [
        schedule
        for schedule in ctx.table(Schedule).children(ctx.caller.workspace_id)
        if is_wanted(ctx, schedule)
    ]
    size = ctx.query["page_size"] or max(len(found), 1)
    page, following = pages.slice_after(ctx, found, size, "next_page_token")
    shown = [view(schedule) for schedule in page]
    return json_answer({"schedules": shown, "next_page_token": following})


@operation("workflows.schedules.schedule_workflow")
def schedule_workflow(ctx: Context) -> Answer:
    """Return 201 with the id.

    422 for times that mean nothing, an unknown workflow, or an id in use.
    """
    workflow, registration = find_target(ctx)
    given = ctx.body["schedule"]
    check_input(registration, given["input"])
    schedule_id = ctx.body.get("schedule_id") or given.get("schedule_id") or ctx.ids.uuid4()
    id_ = record_id(ctx.caller.workspace_id, schedule_id)
    if ctx.table(Schedule).get(id_) is not None:
        raise refused("A schedule with this id exists", schedule_id, "schedule_id")
    schedule = Schedule(
        id=id_,
        workspace_id=ctx.caller.workspace_id,
        schedule_id=schedule_id,
        workflow_id=workflow.id,
        workflow_name=workflow.name,
        registration_id=registration.id,
        deployment_name=registration.deployment_name,
        user_id=ctx.caller.user_id,
        definition=read_definition(given, {"input": None}),
        remaining=read_limit(given),
        paused=False,
        note=None,
        position=ctx.clock.stamp(),
    )
    ctx.table(Schedule).put(schedule)
    return json_answer({"schedule_id": schedule_id}, 201)


@operation("workflows.schedules.get_schedule")
def get_schedule(ctx: Context) -> Answer:
    """Return the schedule, its last starts and the next ones."""
    return json_answer(view(find_schedule(ctx)))


@operation("workflows.schedules.update_schedule")
def update_schedule(ctx: Context) -> Answer:
    """200 with the id; what is not sent stays, and no start of the past is made up for."""
    schedule, given = find_schedule(ctx), ctx.body["schedule"]
    remaining = read_limit(given) if "max_executions" in given else schedule.remaining
    registration = ctx.table(Registration).get(schedule.registration_id)
    if registration is not None and "input" in given:
        check_input(registration, given["input"])
    changed = evolve(
        schedule,
        definition=read_definition(given, schedule.definition),
        remaining=remaining,
        waiting=schedule.waiting[:remaining],
        position=ctx.clock.stamp(),
    )
    ctx.table(Schedule).put(changed)
    return json_answer({"schedule_id": schedule.schedule_id})


@operation("workflows.schedules.unschedule_workflow")
def unschedule_workflow(ctx: Context) -> Answer:
    """Return 204; what it has started goes on."""
    ctx.table(Schedule).remove(find_schedule(ctx).id)
    return no_content()


@operation("workflows.schedules.pause_schedule")
def pause_schedule(ctx: Context) -> Answer:
    """Return 204.

    Nothing starts on its own any more, not even what waits for an execution to end.
    """
    paused = evolve(find_schedule(ctx), paused=True, note=read_note(ctx), waiting=())
    ctx.table(Schedule).put(paused)
    return no_content()


@operation("workflows.schedules.resume_schedule")
def resume_schedule(ctx: Context) -> Answer:
    """Return 204; what was due during the pause is not made up for."""
    schedule, now = find_schedule(ctx), ctx.clock.stamp()
    position = now if schedule.paused else schedule.position
    ctx.table(Schedule).put(evolve(schedule, paused=False, note=read_note(ctx), position=position))
    return no_content()


@operation("workflows.schedules.trigger_schedule")
def trigger_schedule(ctx: Context) -> Answer:
    """Return 204; the workflow starts now, as the policy says, and the limit stays as it is.

    Raises:
        APIError: 422, the workflow is archived (our choice).

    """
    schedule, now = find_schedule(ctx), ctx.clock.stamp()
    if not starts.is_in_use(ctx.world, schedule):
        message = "Value error, the workflow is archived"
        raise invalid(Problem(("path", "schedule_id"), message, input=schedule.schedule_id))
    overlap = (ctx.body or {}).get("overlap") or schedule.policy["overlap"]
    begun = starts.begin(ctx.world, schedule, now, overlap, counts=False)
    ctx.table(Schedule).put(begun)
    return no_content()


def find_schedule(ctx: Context) -> Schedule:
    """Return the schedule that the path names.

    Raises:
        APIError: 404, the workspace has none with this id.

    """
    id_ = record_id(ctx.caller.workspace_id, ctx.path["schedule_id"])
    found = ctx.table(Schedule).get(id_)
    if found is None:
        raise not_found("Schedule not found")
    return found


def find_target(ctx: Context) -> tuple[Workflow, Registration]:
    """Return the workflow that the body names, and its code in the deployment that is meant.

    Raises:
        APIError: 422, nothing is named, or nothing like it exists (our choice: the document has
            no 404 here).

    """
    place = next((name for name in PLACES if ctx.body.get(name)), None)
    if place is None:
        raise refused("Field required", None, "workflow_identifier")
    wish = ctx.body[place]
    if place == "workflow_identifier":
        workflow = engine.find_workflow(ctx.world, ctx.caller.workspace_id, wish)
        found = engine.registrations_of(ctx.world, workflow) if workflow else []
    else:
        one = ctx.table(Registration).get(wish.lower())
        workflow = ctx.table(Workflow).get(one.workflow_id) if one else None
        found = [one] if one else []
    if workflow is None or not engine.sees(ctx.caller.workspace_id, workflow):
        raise refused("There is no such workflow", wish, place)
    if workflow.archived:
        raise refused("The workflow is archived", wish, place)
    deployment = ctx.body.get("deployment_name")
    fitting = [each for each in found if deployment in {None, each.deployment_name}]
    if not fitting:
        raise refused("The workflow is not in this deployment", deployment, "deployment_name")
    served = (each for each in fitting if views.is_served(ctx.world, workflow, each))
    return workflow, next(served, fitting[0])


def check_input(registration: Registration, value: object) -> None:
    """Hold what the workflow will get to its input schema; null counts as an empty object.

    Raises:
        APIError: 422, it does not fit.

    """
    if not isinstance(value, dict | None):
        raise refused("Input should be an object", value, "schedule", "input")
    lookup.check_value(registration.script.get("input_schema"), value)


def read_definition(given: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition as changed by what is given, complete and in the document's words.

    Raises:
        APIError: 422, one of its terms means nothing.

    """
    merged = {
        **known,
        **{name: given[name] for name in (*TERMS, "input") if name in given},
    }
    try:
        compile_definition({name: merged.get(name) for name in TERMS})
    except TermError as error:
        raise refused(str(error), None, "schedule", *error.place) from error
    return {
        "input": merged["input"],
        **{name: merged.get(name) or [] for name in ("intervals", "cron_expressions")},
        **{name: [complete(each) for each in merged.get(name) or ()] for name in LISTS[::3]},
        **{name: merged.get(name) for name in TERMS[len(LISTS) :]},
    }


def complete(calendar: Mapping[str, Any]) -> dict[str, Any]:
    """Return the calendar with the document's defaults for what it leaves out."""
    fields = {}
    for name, (first, last) in FIELDS.items():
        usual = {"start": first, "end": last if name in EACH else first, "step": 0}
        given = calendar.get(name) or ([] if name == "year" else [usual])
        fields[name] = [{"end": 0, "step": 0, **each} for each in given]
    return {**fields, "comment": calendar.get("comment")}


def read_limit(given: Mapping[str, Any]) -> int | None:
    """Return how many starts are left; None for no limit.

    Raises:
        APIError: 422, it is below 0.

    """
    limit: int | None = given.get("max_executions")
    if limit is not None and limit < 0:
        raise refused("Input should be at least 0", limit, "schedule", "max_executions")
    return limit


def read_note(ctx: Context) -> str | None:
    """Return the note that came with a pause or its end."""
    note: str | None = (ctx.body or {}).get("note")
    return note


def refused(message: str, value: object, *place: str | int) -> Exception:
    """Return 422 for a place in the body."""
    return invalid(Problem(("body", *place), message, "value_error", value))


def is_wanted(ctx: Context, schedule: Schedule) -> bool:
    """Say whether the schedule passes all filters of the query."""
    query = ctx.query
    user_id = ctx.caller.user_id if query["user_id"] == MYSELF else query["user_id"]
    status = "paused" if schedule.paused else "active"
    return (
        query["workflow_name"] in {None, schedule.workflow_name}
        and user_id in {None, schedule.user_id}
        and query["status"] in {None, status}
        and schedule.workflow_name.startswith(query["search"] or "")
    )


def view(schedule: Schedule) -> dict[str, Any]:
    """Return the schedule as the API writes it."""
    return {
        **schedule.definition,
        "policy": schedule.policy,
        "schedule_id": schedule.schedule_id,
        "remaining_executions": schedule.remaining,
        "workflow_name": schedule.workflow_name,
        "deployment_name": schedule.deployment_name,
        "paused": schedule.paused,
        "note": schedule.note,
        "future_executions": [{"scheduled_at": spell(due)} for due in schedule.upcoming()],
        "recent_executions": list(schedule.recent),
    }
