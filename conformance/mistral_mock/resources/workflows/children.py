"""Child executions: started where a step of their parent says so, told to it when they end."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from mistral_mock import agenda
from mistral_mock.clock import NEVER
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
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Happening, Run
    from mistral_mock.world import World

START = "START_CHILD_WORKFLOW_EXECUTION_INITIATED"
Task = tuple["datetime", "Callable[[], object]"]
"""Something to be done in a family, and the moment for it."""


def settle(world: World, now: datetime) -> datetime:
    """Brings all families up to the present; gives when something is next to be done in one."""
    return agenda.bring_up(world, world.store.table(Execution), bring_up, now)


def bring_up(world: World, execution: Execution, now: datetime) -> datetime:
    """Brings the family of a root up to the present; whoever else is asked about waits for it."""
    if not execution.has_family or execution.parent_execution_id is not None:
        return NEVER
    return settle_family(world, execution, now)


def settle_family(world: World, root: Execution, now: datetime) -> datetime:
    """Do what is due in the family of a root; give when something is next to be done.

    It goes from moment to moment, however far the clock has jumped: what happens later depends on
    what was told before. It costs the same however many other executions there are.
    """
    while True:
        tasks = [task for member in members_of(world, root) for task in find_tasks(world, member)]
        at, act = min(tasks, key=itemgetter(0), default=(NEVER, None))
        if act is None or at > now:
            return at
        act()


def members_of(world: World, root: Execution) -> Iterator[Execution]:
    """Yield a root and all that has been started below it, parents first."""
    coming = [root.id]
    for id_ in coming:
        found = world.store.table(Execution).get(id_)
        if found is not None:
            yield found
            coming += [
                record_id(found.workspace_id, one) for one in map(child_id, starts_of(found))
            ]


def starts_of(parent: Execution) -> list[Happening]:
    """Return where an execution starts children, by now or later."""
    runs = playing.course_of(parent).runs
    return [one for run in runs for one in run.happenings if one.kind == START]


def child_id(happening: Happening) -> str:
    """Return the execution id of the child that is started there."""
    return str(happening.attributes["execution_id"])


def find_tasks(world: World, member: Execution) -> Iterator[Task]:
    """Yield what is to be done about a member: start children, tell its end, tell its parent's."""
    told = {moment.name for moment in member.moments if moment.kind == CHILD}
    for happening in starts_of(member):
        id_ = child_id(happening)
        if id_ in told or engine.find_execution(world, member.workspace_id, id_) is not None:
            continue
        workflow = find_workflow(world, member, happening)
        if workflow is not None:
            act = refuse if workflow.archived else begin
            yield happening.at, partial(act, world, member, workflow, happening)
    if member.parent_execution_id is not None:
        parent = engine.find_execution(world, member.workspace_id, member.parent_execution_id)
        if parent is not None:
            yield from meet_parent(world, member, parent)


def find_workflow(world: World, parent: Execution, happening: Happening) -> Workflow | None:
    """Return the workflow of a child, or None.

    A shared workflow knows the others of its own workspace; their executions are its caller's.
    """
    above = world.store.table(Workflow).get(parent.workflow_id)
    home = above.workspace_id if above else parent.workspace_id
    return engine.find_workflow(world, home, happening.attributes["workflow"])


def begin(world: World, parent: Execution, workflow: Workflow, happening: Happening) -> None:
    """Start a child."""
    order = engine.Order(
        input=happening.attributes["input"],
        at=happening.at,
        execution_id=child_id(happening),
        parent=parent,
        tracing_attributes=parent.tracing_attributes,
    )
    starter = engine.Starter(parent.workspace_id, parent.user_id)
    engine.start(world, starter, engine.registrations_of(world, workflow)[0], order)


def refuse(world: World, parent: Execution, workflow: Workflow, happening: Happening) -> None:
    """Tells the parent that a child cannot start."""
    details = {"status": course.FAILED, "failure": f"The workflow {workflow.name} is archived"}
    telling = Moment(at=happening.at, kind=CHILD, name=child_id(happening), details=details)
    world.store.table(Execution).put(parent.after(telling))


def meet_parent(world: World, child: Execution, parent: Execution) -> Iterator[Task]:
    """Yield what is told the parent when the child ends; the child ends when the parent does.

    Each end of the parent ends the child once: a child that is set back later goes on alone.
    """
    table, course_of = world.store.table(Execution), playing.course_of
    run, above = course_of(child).runs[-1], course_of(parent).runs[-1]
    told = any(one.name == child.execution_id for one in parent.moments)
    if run.ended_at is not None and not told:
        telling = tell_end(child, run, run.ended_at)
        yield run.ended_at, lambda: table.put(parent.after(telling))
    end = above.ended_at
    if end is not None and course_of(child).so_far(end)[-1].open:
        moment = Moment(at=end, kind=TERMINATE, details={"reason": "The parent ended"})
        if moment not in child.moments:
            yield end, lambda: table.put(child.after(moment))


def tell_end(child: Execution, run: Run, at: datetime) -> Moment:
    """Return what the parent hears of a child's end."""
    details = {"status": run.status, "failure": run.failure}
    value = run.result if run.status == course.COMPLETED else None
    return Moment(at=at, kind=CHILD, name=child.execution_id, value=value, details=details)
