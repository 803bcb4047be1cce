"""Plays one run of a script, step by step, as far as it goes by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows import course, records
from mistral_mock.resources.workflows.course import Happening, Run
from mistral_mock.resources.workflows.templates import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mistral_mock.resources.workflows.records import Execution, Moment

Step = dict[str, Any]

DEFAULT_TIMEOUT_S = 24 * 3600
"""How long an execution may take whose workflow does not say (our choice)."""


class StoppedError(Exception):
    """The run is played: it has ended, or the horizon is reached."""


class CancelledError(Exception):
    """Somebody has asked the run to end."""


class FailedError(Exception):
    """A step has failed for good; the message says why."""


@frozen(kw_only=True)
class Plan:
    """How a run begins."""

    run_id: str
    first_run_id: str
    input: dict[str, Any]
    began_at: datetime
    """When its history begins: for a run that goes on after a reset, that of the run before."""
    started_at: datetime
    chain_began_at: datetime
    """From then on the time of the execution counts."""
    number: int = 1
    """Its place in its chain of runs that carry on."""
    continued_run_id: str | None = None
    resets: tuple[Moment, ...] = field(default=())


def next_run_id(run_id: str) -> str:
    """The id of the run that carries on after another."""
    return stable_id("workflow-run", f"{run_id} carries on")


class Player:
    """The state of a run while it is played."""

    def __init__(self, execution: Execution, plan: Plan, until: datetime | None) -> None:
        self.next_input: dict[str, Any] = plan.input
        """What the run that carries on gets."""
        self._execution = execution
        self._script = execution.script
        self._plan = plan
        self._until = until
        self._now = plan.began_at
        timeout_s = self._script.get("execution_timeout_s", DEFAULT_TIMEOUT_S)
        self._deadline = plan.chain_began_at + timedelta(seconds=timeout_s)
        self._queue = [
            (place, moment)
            for place, moment in enumerate(execution.moments)
            if moment.at >= plan.began_at and moment.kind != records.RESET
        ]
        self._resets = list(plan.resets)
        self._happenings: list[Happening] = []
        self._retries: list[tuple[datetime, datetime]] = []
        self._state: dict[str, Any] = dict(self._script.get("state", {}))
        self._inbox: dict[str, list[Any]] = {}
        self._signals: dict[str, Any] = {}
        self._children: dict[str, Moment] = {}
        self._answers: dict[int, Any] = {}
        self._steps = 0
        self._tidying = False
        self._status = course.RUNNING
        self._ended_at: datetime | None = None
        self._result: Any = None
        self._failure: str | None = None

    def play(self) -> Run:
        """The run, as far as it goes by itself."""
        try:
            self._play_all()
        except StoppedError:
            pass
        plan = self._plan
        return Run(
            run_id=plan.run_id,
            first_run_id=plan.first_run_id,
            continued_run_id=plan.continued_run_id,
            input=plan.input,
            started_at=plan.started_at,
            ended_at=self._ended_at,
            status=self._status,
            result=self._result,
            failure=self._failure,
            happenings=tuple(self._happenings),
            retries=tuple(self._retries),
            scope=self._scope(),
            answers=self._answers,
        )

    def _play_all(self) -> None:
        try:
            self._emit("WORKFLOW_EXECUTION_STARTED", input=self._plan.input)
            self._play_steps(self._script["steps"])
            result = fill(self._script.get("output"), self._scope())
            self._end(course.COMPLETED, result=result)
        except FailedError as error:
            self._end(course.FAILED, failure=str(error))
        except CancelledError as error:
            self._tidy_up(str(error) or None)

    def _tidy_up(self, reason: str | None) -> None:
        """What a cancelled run still does; a failure of it changes nothing."""
        self._tidying = True
        try:
            self._play_steps(self._script.get("on_cancel", ()))
        except FailedError:
            pass
        self._end(course.CANCELED, failure=reason)

    def _play_steps(self, steps: Iterable[Step]) -> None:
        for step in steps:
            for kind, play in PLAYS.items():
                if kind in step:
                    play(self, step)
            self._steps += 1

    # What a step may do

    def _emit(self, kind: str, **attributes: object) -> int:
        """Notes what happens now; gives its number. A reset may put the run back to here."""
        number = len(self._happenings) + 1
        self._happenings.append(Happening(number, self._now, kind, attributes))
        if self._resets and self._resets[0].details["event_id"] == number:
            self._go_on_after(self._resets.pop(0))
        return number

    def _pass_time(self, seconds: float | None, done: Callable[[], bool] | None = None) -> bool:
        """Lets time go by, for ever with None, and takes in what comes from outside meanwhile.

        Ends early when it is done; tells whether it is.
        """
        left = None if seconds is None else timedelta(seconds=seconds)
        while done is None or not done():
            end = None if left is None else self._now + left
            if not self._queue or (end is not None and self._queue[0][1].at >= end):
                self._move(end)
                return done is not None and done()
            place, moment = self._queue.pop(0)
            before = self._now
            self._move(moment.at)
            left = None if left is None else left - (self._now - before)
            self._take(place, moment)
        return True

    def _move(self, target: datetime | None) -> None:
        """Goes to a moment; None is one that never comes.

        Raises:
            StoppedError: The horizon or the deadline comes first.

        """
        late = target is None or target >= self._deadline
        goal = self._deadline if target is None or late else target
        if self._until is not None and goal > self._until:
            raise StoppedError
        self._now = max(goal, self._now)
        if late:
            self._end(course.TIMED_OUT, failure="The execution has taken too long")

    def _end(self, status: str, *, result: object = None, failure: str | None = None) -> None:
        """Ends the run.

        Raises:
            StoppedError: Always.

        """
        self._status, self._ended_at = status, self._now
        self._result, self._failure = result, failure
        self._emit(ENDS[status], result=result, failure=failure)
        raise StoppedError

    def _save(self, step: Step, value: object) -> None:
        if "save" in step:
            self._state[step["save"]] = value

    def _scope(self, sent: object = None) -> dict[str, Any]:
        """What templates see."""
        return {
            "input": self._plan.input,
            "state": dict(self._state),
            "signals": dict(self._signals),
            "sent": sent,
            "execution_id": self._execution.execution_id,
            "run_id": self._plan.run_id,
            "status": self._status,
            "runs": self._plan.number,
            "steps": self._steps,
        }

    def _fill(self, template: object) -> Any:  # noqa: ANN401 - JSON of any kind
        return fill(template, self._scope())

    # What comes from outside

    def _take(self, place: int, moment: Moment) -> None:
        """Takes in what was done to the execution."""
        if moment.kind == records.SIGNAL:
            self._take_signal(moment)
        elif moment.kind == records.UPDATE:
            self._take_update(place, moment)
        elif moment.kind == records.CHILD:
            self._children[moment.name] = moment
        elif moment.kind == records.TERMINATE:
            self._end(course.TERMINATED, failure=moment.details.get("reason"))
        elif not self._tidying:
            self._emit("WORKFLOW_EXECUTION_CANCEL_REQUESTED")
            raise CancelledError(moment.details.get("reason") or "")

    def _take_signal(self, moment: Moment) -> None:
        self._set(definition(self._script, "signals", moment.name), moment.value)
        self._inbox.setdefault(moment.name, []).append(moment.value)
        self._signals[moment.name] = moment.value
        self._emit("WORKFLOW_EXECUTION_SIGNALED", name=moment.name, input=moment.value)

    def _take_update(self, place: int, moment: Moment) -> None:
        update = definition(self._script, "updates", moment.name)
        self._set(update, moment.value)
        answer = fill(update.get("answer"), self._scope(moment.value))
        self._answers[place] = answer
        self._emit("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", name=moment.name, input=moment.value)
        self._emit("WORKFLOW_EXECUTION_UPDATE_COMPLETED", name=moment.name, result=answer)

    def _set(self, owner: Mapping[str, Any], sent: object = None) -> None:
        """Sets the variables that a step, signal or update names, all at once."""
        self._state |= fill(owner.get("set", {}), self._scope(sent))

    def _go_on_after(self, reset: Moment) -> None:
        """Goes on at the moment of a reset; what had come after its event comes again or not."""
        self._now = reset.at
        passed = [entry for entry in self._queue if entry[1].at <= reset.at]
        self._queue = [entry for entry in self._queue if entry[1].at > reset.at]
        reason = reset.details.get("reason") or "The execution was set back"
        self._emit("WORKFLOW_TASK_FAILED", failure=reason)
        kinds = {records.CHILD}
        if not reset.details.get("exclude_signals"):
            kinds.add(records.SIGNAL)
        if not reset.details.get("exclude_updates"):
            kinds.add(records.UPDATE)
        for place, moment in passed:
            if moment.kind in kinds:
                self._take(place, moment)

    # The steps

    def _play_activity(self, step: Step) -> None:
        name, retry = step["activity"], step.get("retry", {})
        attempts, takes_s = retry.get("attempts", 1), step.get("takes_s", 0)
        limit_s = step.get("timeout_s", takes_s)
        given = self._fill(step.get("input"))
        task = str(self._emit("ACTIVITY_TASK_SCHEDULED", activity=name, input=given))
        facts = {"task": task, "activity": name}
        for attempt in range(1, attempts + 1):
            self._emit("ACTIVITY_TASK_STARTED", **facts, attempt=attempt, input=given)
            self._pass_time(min(takes_s, limit_s))
            failure = failure_of(step, attempt, f"{name} has failed")
            if failure is None:
                result = self._fill(step.get("result"))
                self._save(step, result)
                self._emit("ACTIVITY_TASK_COMPLETED", **facts, attempt=attempt, result=result)
                return
            if attempt == attempts:
                self._emit("ACTIVITY_TASK_FAILED", **facts, attempt=attempt, failure=failure)
                raise FailedError(failure)
            self._emit("ACTIVITY_TASK_RETRYING", **facts, attempt=attempt, failure=failure)
            failed_at = self._now
            self._pass_time(retry.get("interval_s", 1))
            self._retries.append((failed_at, self._now))

    def _play_task(self, step: Step) -> None:
        kind, takes_s = step["task"], step.get("takes_s", 0)
        limit_s = step.get("timeout_s", takes_s)
        facts = {"task": f"{kind}-{len(self._happenings) + 1}", "type": kind}
        self._emit("CUSTOM_TASK_STARTED", **facts, payload=self._fill(step.get("payload")))
        progress = step.get("progress", ())
        try:
            for state in progress if takes_s <= limit_s else ():
                self._pass_time(takes_s / (len(progress) + 1))
                self._emit("CUSTOM_TASK_IN_PROGRESS", **facts, payload=self._fill(state))
            self._pass_time(min(limit_s, takes_s / (len(progress) + 1)))
        except CancelledError:
            self._emit("CUSTOM_TASK_CANCELED", **facts)
            raise
        if takes_s > limit_s:
            self._emit("CUSTOM_TASK_TIMED_OUT", **facts)
            raise FailedError(f"{kind} has taken too long")
        failure = failure_of(step, 1, f"{kind} has failed")
        if failure is not None:
            self._emit("CUSTOM_TASK_FAILED", **facts, failure=failure)
            raise FailedError(failure)
        result = self._fill(step.get("result"))
        self._save(step, result)
        self._emit("CUSTOM_TASK_COMPLETED", **facts, payload=result)

    def _play_sleep(self, step: Step) -> None:
        timer = self._emit("TIMER_STARTED", seconds=step["sleep_s"])
        self._pass_time(step["sleep_s"])
        self._emit("TIMER_FIRED", timer=timer)

    def _play_wait(self, step: Step) -> None:
        name, limit_s = step["wait_for"], step.get("timeout_s")
        timer = None if limit_s is None else self._emit("TIMER_STARTED", seconds=limit_s)
        if self._pass_time(limit_s, lambda: bool(self._inbox.get(name))):
            self._save(step, self._inbox[name].pop(0))
            return
        self._emit("TIMER_FIRED", timer=timer)
        if "otherwise" not in step:
            raise FailedError(f"No signal {name} came within {limit_s} s")
        self._save(step, self._fill(step["otherwise"]))

    def _play_set(self, step: Step) -> None:
        self._set(step)

    def _play_fail(self, step: Step) -> None:
        raise FailedError(self._fill(step["fail"]))

    def _play_continue(self, step: Step) -> None:
        wish = step["continue_as_new"]
        if self._plan.number > wish.get("times", 1):
            return
        given = self._fill(wish.get("input"))
        self.next_input = given if isinstance(given, dict) else self._plan.input
        self._status, self._ended_at = course.CONTINUED, self._now
        run_id = next_run_id(self._plan.run_id)
        self._emit(ENDS[course.CONTINUED], run_id=run_id, input=self.next_input)
        raise StoppedError

    def _play_child(self, step: Step) -> None:
        given = self._fill(step.get("input", {}))
        number = len(self._happenings) + 1
        child = stable_id("workflow-child", f"{self._plan.run_id} {number}")
        facts = {"workflow": step["run"], "execution_id": child}
        given = given if isinstance(given, dict) else {}
        self._emit("START_CHILD_WORKFLOW_EXECUTION_INITIATED", **facts, input=given)
        self._pass_time(None, lambda: child in self._children)
        end = self._children[child]
        if end.details["status"] != course.COMPLETED:
            failure = end.details["failure"] or f"{step['run']} has ended: {end.details['status']}"
            self._emit("CHILD_WORKFLOW_EXECUTION_FAILED", **facts, failure=failure)
            raise FailedError(failure)
        self._save(step, end.value)
        self._emit("CHILD_WORKFLOW_EXECUTION_COMPLETED", **facts, result=end.value)


PLAYS: dict[str, Callable[[Player, Step], None]] = {
    "activity": Player._play_activity,
    "task": Player._play_task,
    "sleep_s": Player._play_sleep,
    "wait_for": Player._play_wait,
    "fail": Player._play_fail,
    "continue_as_new": Player._play_continue,
    "run": Player._play_child,
    "set": Player._play_set,
}
ENDS = {
    course.COMPLETED: "WORKFLOW_EXECUTION_COMPLETED",
    course.FAILED: "WORKFLOW_EXECUTION_FAILED",
    course.CANCELED: "WORKFLOW_EXECUTION_CANCELED",
    course.TERMINATED: "WORKFLOW_EXECUTION_TERMINATED",
    course.TIMED_OUT: "WORKFLOW_EXECUTION_TIMED_OUT",
    course.CONTINUED: "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
}


def failure_of(step: Step, attempt: int, default: str) -> str | None:
    """Why a try of an activity or a task fails; None when it does not."""
    if step.get("takes_s", 0) > step.get("timeout_s", step.get("takes_s", 0)):
        return f"{step.get('activity', step.get('task'))} has taken too long"
    return str(step.get("failure", default)) if attempt <= step.get("fails", 0) else None


def definition(script: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """What a script says about one of its signals, queries or updates; empty when unknown."""
    found = (one for one in script.get(kind, ()) if one["name"] == name)
    return next(found, {})
