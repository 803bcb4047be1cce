"""What each kind of step of a script does, see `fixtures.py` for what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows import course
from mistral_mock.resources.workflows.templates import spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.resources.workflows.player import Player

Step = dict[str, Any]


class CancelledError(Exception):
    """Somebody has asked the run to end."""


class FailedError(Exception):
    """A step has failed for good; the message says why."""


def play(player: Player, step: Step) -> None:
    """Do what a step says.

    Raises:
        FailedError: It has failed for good.

    """
    kind = next(kind for kind in PLAYS if kind in step)
    PLAYS[kind](player, step)


def play_activity(player: Player, step: Step) -> None:
    """Play an activity, tried as often as it may be."""
    name, retry = step["activity"], step.get("retry", {})
    attempts, takes_s = retry.get("attempts", 1), step.get("takes_s", 0)
    limit_s = step.get("timeout_s", takes_s)
    given = player.fill(step.get("input"))
    task = str(player.emit("ACTIVITY_TASK_SCHEDULED", activity=name, input=given))
    facts = {"task": task, "activity": name}
    for attempt in range(1, attempts + 1):
        player.emit("ACTIVITY_TASK_STARTED", **facts, attempt=attempt, input=given)
        player.pass_time(min(takes_s, limit_s))
        failure = failure_of(step, attempt, f"{name} has failed")
        if failure is None:
            result = player.fill(step.get("result"))
            player.save(step, result)
            player.emit("ACTIVITY_TASK_COMPLETED", **facts, attempt=attempt, result=result)
            return
        if attempt == attempts:
            player.emit("ACTIVITY_TASK_FAILED", **facts, attempt=attempt, failure=failure)
            raise FailedError(failure)
        player.emit("ACTIVITY_TASK_RETRYING", **facts, attempt=attempt, failure=failure)
        failed_at = player.now
        player.pass_time(retry.get("interval_s", 1))
        player.retries.append((failed_at, player.now))


def play_task(player: Player, step: Step) -> None:
    """Play a piece of work that the code announces."""
    kind, takes_s = step["task"], step.get("takes_s", 0)
    limit_s = step.get("timeout_s", takes_s)
    facts = {"task": f"{kind}-{player.next_number}", "type": kind}
    player.emit("CUSTOM_TASK_STARTED", **facts, payload=player.fill(step.get("payload")))
    progress = step.get("progress", ())
    part_s = takes_s / (len(progress) + 1)
    try:
        for state in progress if takes_s <= limit_s else ():
            player.pass_time(part_s)
            player.emit("CUSTOM_TASK_IN_PROGRESS", **facts, payload=player.fill(state))
        player.pass_time(part_s if takes_s <= limit_s else limit_s)
    except CancelledError:
        player.emit("CUSTOM_TASK_CANCELED", **facts)
        raise
    if takes_s > limit_s:
        player.emit("CUSTOM_TASK_TIMED_OUT", **facts)
        raise FailedError(f"{kind} has taken too long")
    failure = failure_of(step, 1, f"{kind} has failed")
    if failure is not None:
        player.emit("CUSTOM_TASK_FAILED", **facts, failure=failure)
        raise FailedError(failure)
    result = player.fill(step.get("result"))
    player.save(step, result)
    player.emit("CUSTOM_TASK_COMPLETED", **facts, payload=result)


def play_sleep(player: Player, step: Step) -> None:
    """Do nothing, for a while."""
    timer = player.emit("TIMER_STARTED", seconds=step["sleep_s"])
    player.pass_time(step["sleep_s"])
    player.emit("TIMER_FIRED", timer=timer)


def play_wait(player: Player, step: Step) -> None:
    """Play the wait for a signal."""
    name, limit_s = step["wait_for"], step.get("timeout_s")
    timer = None if limit_s is None else player.emit("TIMER_STARTED", seconds=limit_s)
    if player.pass_time(limit_s, lambda: bool(player.inbox.get(name))):
        player.save(step, player.inbox[name].pop(0))
        return
    player.emit("TIMER_FIRED", timer=timer)
    if "otherwise" not in step:
        raise FailedError(f"No signal {name} came within {limit_s} s")
    player.save(step, player.fill(step["otherwise"]))


def play_set(player: Player, step: Step) -> None:
    """Give variables new values."""
    player.set(step)


def play_fail(player: Player, step: Step) -> None:
    """Play the end by a failure."""
    raise FailedError(spell(player.fill(step["fail"])))


def play_continue(player: Player, step: Step) -> None:
    """Let another run take over, unless that has happened often enough."""
    wish = step["continue_as_new"]
    if player.plan.number <= wish.get("times", 1):
        given = player.fill(wish.get("input"))
        player.carry_on(given if isinstance(given, dict) else player.plan.input)


def play_child(player: Player, step: Step) -> None:
    """Play a child execution, until it ends."""
    given = player.fill(step.get("input", {}))
    child = stable_id("workflow-child", f"{player.naming} {player.next_number}")
    facts = {"workflow": step["run"], "execution_id": child}
    given = given if isinstance(given, dict) else {}
    player.emit("START_CHILD_WORKFLOW_EXECUTION_INITIATED", **facts, input=given)
    player.pass_time(None, lambda: child in player.children)
    end = player.children[child]
    if end.details["status"] != course.COMPLETED:
        failure = end.details["failure"] or f"{step['run']} has ended: {end.details['status']}"
        player.emit("CHILD_WORKFLOW_EXECUTION_FAILED", **facts, failure=failure)
        raise FailedError(failure)
    player.save(step, end.value)
    player.emit("CHILD_WORKFLOW_EXECUTION_COMPLETED", **facts, result=end.value)


def failure_of(step: Step, attempt: int, default: str) -> str | None:
    """Return why a try of an activity or a task fails; None when it does not."""
    if step.get("takes_s", 0) > step.get("timeout_s", step.get("takes_s", 0)):
        return f"{step.get('activity', step.get('task'))} has taken too long"
    return str(step.get("failure", default)) if attempt <= step.get("fails", 0) else None


PLAYS: dict[str, Callable[[Player, Step], None]] = {
    "activity": play_activity,
    "task": play_task,
    "sleep_s": play_sleep,
    "wait_for": play_wait,
    "fail": play_fail,
    "continue_as_new": play_continue,
    "run": play_child,
    "set": play_set,
}
