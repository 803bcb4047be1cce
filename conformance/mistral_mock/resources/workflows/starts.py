"""The starts of schedules: at their due moments, under their policies, however far the clock jumps.

All is computed from stored moments: in one step of the clock the same happens as in many. Where a
jump passes more than MOST moments of one schedule, the rest of the jump is left out (our choice,
so that a schedule for every second survives a year). The mock has no outages: a catch-up window is
kept and shown, but nothing is ever missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_mock import agenda
from mistral_mock.clock import NEVER, spell
from mistral_mock.registry import keeper
from mistral_mock.resources.workflows import children, course, engine, playing
from mistral_mock.resources.workflows.records import (
    CANCEL,
    KEPT,
    TERMINATE,
    Execution,
    Moment,
    Registration,
    Schedule,
    Workflow,
)

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.world import World

SKIP, BUFFER_ONE, BUFFER_ALL, CANCEL_OTHER, TERMINATE_OTHER, ALLOW_ALL = range(1, 7)
MOST = 5000
"""The most moments of one schedule that one step of the clock goes through."""
MOST_WAITING = 1000
"""The most starts that wait for an execution to end; further ones are left out."""
BAD = frozenset({course.FAILED, course.TIMED_OUT})
"""The ends after which a schedule may pause."""


@keeper(Schedule, Execution)
def settle(world: World, now: datetime) -> datetime:
    """Start what is due; give the moment of the next start, or of an end that matters.

    Schedules come first: they may end an execution before it would have started its next child.
    """
    due = agenda.bring_up(world, world.store.table(Schedule), carry_out, now)
    return min(due, children.settle(world, now))


def carry_out(world: World, schedule: Schedule, now: datetime) -> datetime:
    """Brings one schedule up to the present; gives its next moment."""
    known = schedule
    for _ in range(MOST):
        next_start = schedule.following()
        due = NEVER if next_start is None else next_start[1]
        settle_running(world, schedule, min(due, now))
        ended = next_end(world, schedule)
        at = NEVER if ended is None else ended[0]
        if min(at, due) > now:
            break
        if ended is not None and at <= due:
            schedule = note_end(world, schedule, *ended)
        elif next_start is not None:
            schedule = evolve(schedule, position=next_start[0])
            schedule = begin(world, schedule, due, schedule.policy["overlap"], counts=True)
    else:
        schedule = evolve(schedule, position=max(now, schedule.position))
    if schedule is not known:
        world.store.table(Schedule).put(schedule)
    return next_moment(world, schedule, now)


def next_moment(world: World, schedule: Schedule, now: datetime) -> datetime:
    """Return when something about the schedule changes by itself, later than now."""
    ended, next_start = next_end(world, schedule), schedule.following()
    found = [each for each in (ended and ended[0], next_start and next_start[1]) if each]
    return min((each for each in found if each > now), default=NEVER)


def next_end(world: World, schedule: Schedule) -> tuple[datetime, Execution] | None:
    """Return the first end among its executions that are not known to have ended; None for none."""
    table, found = world.store.table(Execution), []
    for id_ in schedule.running:
        execution = table.get(id_)
        if (
            execution is not None
            and (end := playing.course_of(execution).runs[-1].ended_at) is not None
        ):
            found.append((end, execution))
    return min(found, key=lambda each: each[0], default=None)


def note_end(world: World, schedule: Schedule, at: datetime, execution: Execution) -> Schedule:
    """Return the schedule after the end of an execution: what waited for it starts."""
    running = tuple(id_ for id_ in schedule.running if id_ != execution.id)
    schedule = evolve(schedule, running=running)
    status = playing.course_of(execution).runs[-1].status
    if status in BAD and schedule.policy["pause_on_failure"]:
        note = f"Paused because execution {execution.execution_id} ended as {status}"
        schedule = evolve(schedule, paused=True, note=note, waiting=())
    return schedule if running else start_waiting(world, schedule, at)


def is_in_use(world: World, schedule: Schedule) -> bool:
    """Say whether the schedule's workflow is there to be started, and not archived."""
    workflow = world.store.table(Workflow).get(schedule.workflow_id)
    registration = world.store.table(Registration).get(schedule.registration_id)
    return registration is not None and workflow is not None and not workflow.archived


def start_waiting(world: World, schedule: Schedule, at: datetime) -> Schedule:
    """Return the schedule after it has started what has waited longest.

    Unchanged when nothing waits.
    """
    if not is_in_use(world, schedule):
        return evolve(schedule, waiting=(), asked=())
    due = min((*schedule.waiting, *schedule.asked), default=None)
    if due is None:
        return schedule
    if due in schedule.asked:
        asked = tuple(each for each in schedule.asked if each != due)
        return start(world, evolve(schedule, asked=asked), due, at)
    return start(world, count_start(evolve(schedule, waiting=schedule.waiting[1:])), due, at)


def count_start(schedule: Schedule) -> Schedule:
    """Return the schedule with one start of its own less."""
    return (
        schedule
        if schedule.remaining is None
        else evolve(schedule, remaining=schedule.remaining - 1)
    )


def begin(
    world: World, schedule: Schedule, due: datetime, overlap: int, *, counts: bool
) -> Schedule:
    """Return the schedule after a start was due: done, put off or left out, as the policy says.

    `counts` tells that the start is one of those that the schedule has left. No start of a
    workflow that is out of use counts.
    """
    if not is_in_use(world, schedule):
        return schedule
    if not schedule.running or overlap == ALLOW_ALL:
        return start(world, count_start(schedule) if counts else schedule, due, due)
    waiting = len(schedule.waiting) + len(schedule.asked)
    if overlap in {CANCEL_OTHER, TERMINATE_OTHER}:
        end_others(world, schedule, due, CANCEL if overlap == CANCEL_OTHER else TERMINATE)
        schedule = evolve(schedule, waiting=(), asked=())
    elif not waiting < {BUFFER_ONE: 1, BUFFER_ALL: MOST_WAITING}.get(overlap, 0):
        return schedule
    if counts:
        return evolve(schedule, waiting=(*schedule.waiting, due))
    return evolve(schedule, asked=(*schedule.asked, due))


def end_others(world: World, schedule: Schedule, at: datetime, kind: str) -> None:
    """Cancel or terminate all that the schedule has started and that goes on."""
    table = world.store.table(Execution)
    for id_ in schedule.running:
        execution = table.get(id_)
        if execution is not None:
            table.put(execution.after(Moment(at=at, kind=kind)))


def settle_running(world: World, schedule: Schedule, moment: datetime) -> None:
    """Brings the families of what runs up to a moment: only so it is known which ends by then."""
    for id_ in schedule.running:
        execution = world.store.table(Execution).get(id_)
        if execution is not None and execution.has_family:
            children.settle_family(world, execution, moment)


def start(world: World, schedule: Schedule, due: datetime, at: datetime) -> Schedule:
    """Return the schedule after it has started its workflow; unchanged when that is gone."""
    registration = world.store.table(Registration).get(schedule.registration_id)
    if registration is None:
        return schedule
    order = engine.Order(
        input=schedule.definition["input"] or {},
        at=at,
        execution_id=find_id(world, schedule, due),
        schedule_id=schedule.schedule_id,
    )
    starter = engine.Starter(schedule.workspace_id, schedule.user_id)
    execution = engine.start(world, starter, registration, order)
    entry = {
        "scheduled_at": spell(due),
        "started_at": spell(at),
        "execution_id": execution.execution_id,
    }
    return evolve(
        schedule,
        recent=(*schedule.recent, entry)[-KEPT:],
        running=(*schedule.running, execution.id),
    )


def find_id(world: World, schedule: Schedule, due: datetime) -> str:
    """Return a free id for an execution: the schedule's with the due time, as Temporal makes it."""
    base = f"{schedule.schedule_id}-{due:%Y-%m-%dT%H:%M:%SZ}"
    name, count = base, 1
    while engine.find_execution(world, schedule.workspace_id, name) is not None:
        count += 1
        name = f"{base}-{count}"
    return name
