"""Waits for the result of an execution.

On a real clock the answer comes when the execution ends or the time is over. A manual clock is
moved on to that moment, since nothing else would move it while the caller waits (our choice, as
test servers of workflow engines do); when only a signal or the like could end the execution, the
answer comes at once. A caller who has waited in vain gets the execution as it is, and so does one
whose execution did not end well (our choice).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mistral_mock import agenda
from mistral_mock.answers import Later, json_answer
from mistral_mock.resources.workflows import course, engine, playing, views
from mistral_mock.resources.workflows.records import Execution

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.world import World

LONGEST_S = 365 * 24 * 3600.0
"""How long a caller waits who does not say, in seconds."""


def wait(world: World, execution: Execution, timeout_s: float | None) -> Answer | Later:
    """Return the answer to a caller who waits for the result."""
    longest = LONGEST_S if timeout_s is None else min(max(timeout_s, 0.0), LONGEST_S)
    limit = world.clock.now() + timedelta(seconds=longest)
    if world.clock.mode == "manual":
        skip_time(world, execution, limit)
        return answer(world, execution)
    return look(world, execution, limit) or Later(lambda: look(world, execution, limit))


def skip_time(world: World, execution: Execution, limit: datetime) -> None:
    """Move the clock on while one of the execution's family ends by itself before the limit."""
    while True:
        agenda.settle(world)
        target = next_end(world, execution)
        if has_ended(world, execution) or target is None:
            return
        world.clock.resume(min(target, limit))
        if target >= limit:
            agenda.settle(world)
            return


def next_end(world: World, execution: Execution) -> datetime | None:
    """Return when one of the execution's family next ends, other than by taking too long.

    Or None.
    """
    ends = [
        run.ended_at
        for one in engine.executions(world, execution.workspace_id)
        if one.root_execution_id == execution.root_execution_id
        for run in playing.course_of(one).runs[-1:]
        if run.ended_at is not None and run.status != course.TIMED_OUT
    ]
    now = world.clock.now()
    return min((end for end in ends if end > now), default=None)


def look(world: World, execution: Execution, limit: datetime) -> Answer | None:
    """Return the answer, once the execution has ended or the time is over."""
    if has_ended(world, execution) or world.clock.now() >= limit:
        return answer(world, execution)
    return None


def has_ended(world: World, execution: Execution) -> bool:
    """Say whether the execution has ended by now."""
    return not engine.view_of(fresh(world, execution), world.clock.now()).open


def answer(world: World, execution: Execution) -> Answer:
    """Return the result, or the execution as it is when it has none."""
    found = fresh(world, execution)
    run = engine.view_of(found, world.clock.now())
    if run.status != course.COMPLETED:
        return json_answer(views.view_execution(found, run))
    return json_answer(
        {
            "workflow_name": found.workflow_name,
            "execution_id": found.execution_id,
            "result": run.result,
        }
    )


def fresh(world: World, execution: Execution) -> Execution:
    """Return the execution as the store has it now; as it was once the store has been emptied."""
    return world.store.table(Execution).get(execution.id) or execution
