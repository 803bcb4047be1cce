"""Child executions: started where a step of their parent says so, told to it when they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock import agenda
from mistral_mock.clock import NEVER
from mistral_mock.registry import keeper
from mistral_mock.resources.workflows import course, engine, playing
from mistral_mock.resources.workflows.records import (
    CHILD,
    TERMINATE,
    Execution,
    Moment,
    Workflow,
    record_id,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Happening, Run
    from mistral_mock.world import World

START = "START_CHILD_WORKFLOW_EXECUTION_INITIATED"


@keeper(Execution)
def settle(world: World, now: datetime) -> datetime:
    """Brings children and parents up to the present; gives when one of them next does something."""
    table, known, due = world.store.table(Execution), -1, NEVER
    while known != table.version:
        known = table.version
        due = agenda.bring_up(world, table, bring_up, now)
    return due


def bring_up(world: World, execution: Execution, now: datetime) -> datetime:
    """Brings one execution with its family up to the present; gives when it next goes on."""
    if not execution.has_family:
        return NEVER
    begin_children(world, execution, now)
    meet_parent(world, execution, now)
    return next_moment(execution, now)


def settle_family(world: World, execution: Execution, now: datetime) -> None:
    """Brings an execution that has just started up to the present, with all below it.

    It costs the same however many other executions there are.
    """
    table, known = world.store.table(Execution), -1
    while known != table.version:
        known = table.version
        coming = [execution.id]
        for id_ in coming:
            found = table.get(id_)
            if found is not None:
                begin_children(world, found, now)
                meet_parent(world, found, now)
                coming += child_ids(found)


def child_ids(parent: Execution) -> list[str]:
    """The records' ids of the children that an execution starts, by now or later."""
    return [
        record_id(parent.workspace_id, one.attributes["execution_id"])
        for run in playing.course_of(parent).runs
        for one in run.happenings
        if one.kind == START
    ]


def next_moment(execution: Execution, now: datetime) -> datetime:
    """When a child starts or the execution ends, later than now."""
    runs = playing.course_of(execution).runs
    found = [one.at for run in runs for one in run.happenings if one.kind == START]
    found += [run.ended_at for run in runs if run.ended_at is not None]
    return min((moment for moment in found if moment > now), default=NEVER)


def begin_children(world: World, parent: Execution, now: datetime) -> None:
    """Starts the children whose moment has come."""
    for run in engine.runs_of(parent, now):
        for happening in run.happenings:
            if happening.kind == START:
                begin(world, parent, happening)


def begin(world: World, parent: Execution, happening: Happening) -> None:
    """Starts a child, unless it has started.

    A shared workflow knows the others of its own workspace; their executions are its caller's.
    """
    facts = happening.attributes
    owner = parent.workspace_id
    above = world.store.table(Workflow).get(parent.workflow_id)
    home = above.workspace_id if above else owner
    workflow = engine.find_workflow(world, home, facts["workflow"])
    if workflow is None or engine.find_execution(world, owner, facts["execution_id"]):
        return
    starter = engine.Starter(owner, parent.user_id)
    order = engine.Order(
        input=facts["input"],
        at=happening.at,
        execution_id=facts["execution_id"],
        parent=parent,
        tracing_attributes=parent.tracing_attributes,
    )
    engine.start(world, starter, engine.registrations_of(world, workflow)[0], order)


def meet_parent(world: World, child: Execution, now: datetime) -> None:
    """Tells the parent when the child has ended; ends the child when the parent has.

    Each end of the parent ends the child once: a child that is set back later goes on alone.
    """
    if child.parent_execution_id is None:
        return
    parent = engine.find_execution(world, child.workspace_id, child.parent_execution_id)
    if parent is None:
        return
    run, above = engine.view_of(child, now), engine.view_of(parent, now)
    told = any(one.name == child.execution_id for one in parent.moments)
    if run.ended_at is not None and not told:
        world.store.table(Execution).put(parent.after(tell_end(child, run, run.ended_at)))
    elif run.ended_at is None and above.ended_at is not None:
        moment = Moment(at=above.ended_at, kind=TERMINATE, details={"reason": "The parent ended"})
        if moment not in child.moments:
            world.store.table(Execution).put(child.after(moment))


def tell_end(child: Execution, run: Run, at: datetime) -> Moment:
    """What the parent hears of a child's end."""
    details = {"status": run.status, "failure": run.failure}
    value = run.result if run.status == course.COMPLETED else None
    return Moment(at=at, kind=CHILD, name=child.execution_id, value=value, details=details)
