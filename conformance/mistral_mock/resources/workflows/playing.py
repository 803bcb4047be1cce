"""Plays an execution: what its script does when, given what was done to it from outside.

Pure: no clock, no store. What comes from outside at the very moment of a step comes after it, so
that what has been shown once stays as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows.course import CONTINUED, TERMINATED, Course, Happening
from mistral_mock.resources.workflows.player import Plan, Player, next_run_id
from mistral_mock.resources.workflows.records import RESET

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.resources.workflows.course import Run
    from mistral_mock.resources.workflows.records import Execution, Moment


def course_of(execution: Execution) -> Course:
    """Return all that happens to an execution, ahead of time, if nothing more is done to it."""
    return execution.derive(play)


def play(execution: Execution, horizon: datetime | None = None) -> Course:
    """Return the whole course of an execution; with a horizon, only up to that moment."""
    plan = Plan(
        run_id=execution.run_id,
        first_run_id=execution.run_id,
        base_run_id=execution.run_id,
        input=execution.input,
        began_at=execution.started_at,
        started_at=execution.started_at,
        chain_began_at=execution.started_at,
    )
    runs: list[Run] = []
    for reset in [moment for moment in execution.moments if moment.kind == RESET]:
        plan = _play_chain(execution, plan, reset.at, runs)
        runs[-1] = _cut(runs[-1], reset)
        plan = _go_back(plan, reset, len(runs))
    _play_chain(execution, plan, horizon, runs)
    return Course(tuple(runs))


def _play_chain(execution: Execution, plan: Plan, until: datetime | None, runs: list[Run]) -> Plan:
    """Plays a run and those that carry on; gives the plan of the last."""
    while True:
        player = Player(execution, plan, until)
        run = player.play()
        runs.append(run)
        if run.status != CONTINUED or run.ended_at is None:
            return plan
        plan = _carry_on(plan, run, player.next_input)


def _carry_on(plan: Plan, run: Run, next_input: dict[str, Any]) -> Plan:
    """Return the plan of the run that carries on where another has ended."""
    ended_at = run.ended_at or run.started_at
    run_id = next_run_id(run.run_id)
    return Plan(
        run_id=run_id,
        first_run_id=run.first_run_id,
        base_run_id=run_id,
        input=next_input,
        began_at=ended_at,
        started_at=ended_at,
        chain_began_at=plan.chain_began_at,
        number=plan.number + 1,
        continued_run_id=run.run_id,
    )


def _go_back(plan: Plan, reset: Moment, count: int) -> Plan:
    """Return the plan of the run that a reset begins: up to an event it has the same history."""
    run_id = stable_id("workflow-run", f"{plan.run_id} reset {count}")
    number = reset.details["event_id"]
    earlier = tuple(one for one in plan.resets if one.details["event_id"] < number)
    return evolve(
        plan,
        run_id=run_id,
        first_run_id=run_id,
        started_at=reset.at,
        chain_began_at=reset.at,
        continued_run_id=None,
        resets=(*earlier, reset),
    )


def _cut(run: Run, reset: Moment) -> Run:
    """Return a run that a reset ends, unless it has ended by itself."""
    if run.ended_at is not None:
        return run
    reason = reset.details.get("reason") or "reset"
    last = Happening(
        len(run.happenings) + 1, reset.at, "WORKFLOW_EXECUTION_TERMINATED", {"reason": reason}
    )
    return evolve(
        run,
        ended_at=reset.at,
        status=TERMINATED,
        failure=reason,
        happenings=(*run.happenings, last),
    )
