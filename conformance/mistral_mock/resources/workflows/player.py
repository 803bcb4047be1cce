"""Plays one run of a script, step by step, as far as it goes by itself."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_mock.clock import spell
from mistral_mock.identities import stable_id
from mistral_mock.resources.workflows import course, records, steps
from mistral_mock.resources.workflows.course import Happening, Run
from mistral_mock.resources.workflows.templates import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from mistral_mock.resources.workflows.records import Execution, Moment

DEFAULT_TIMEOUT_S = 24 * 3600
"""How long an execution may take whose workflow does not say (our choice)."""


class StoppedError(Exception):
    """The run is played: it has ended, or the horizon is reached."""


@frozen(kw_only=True)
class Plan:
    """How a run begins."""

    run_id: str
    first_run_id: str
    base_run_id: str
    """The run whose history a reset has gone back to; its own id when none has."""
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
    """Return the id of the run that carries on after another."""
    return stable_id("workflow-run", f"{run_id} carries on")


ENDS = {
    course.COMPLETED: "WORKFLOW_EXECUTION_COMPLETED",
    course.FAILED: "WORKFLOW_EXECUTION_FAILED",
    course.CANCELED: "WORKFLOW_EXECUTION_CANCELED",
    course.TERMINATED: "WORKFLOW_EXECUTION_TERMINATED",
    course.TIMED_OUT: "WORKFLOW_EXECUTION_TIMED_OUT",
    course.CONTINUED: "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
}


class Player:
    """The state of a run while it is played."""

    def __init__(self, execution: Execution, plan: Plan, until: datetime | None) -> None:
        self.next_input: dict[str, Any] = plan.input
        """What the run that carries on gets."""
        self._execution = execution
        self._script = execution.script
        self.plan = plan
        self.naming = plan.base_run_id
        """What the ids of children come from; another after each reset."""
        self._until = until
        self.now = plan.began_at
        timeout_s = self._script.get("execution_timeout_s", DEFAULT_TIMEOUT_S)
        self._deadline = plan.chain_began_at + timedelta(seconds=timeout_s)
        self._queue = [
            (place, moment)
            for place, moment in enumerate(execution.moments)
            if moment.at >= plan.began_at and moment.kind != records.RESET
        ]
        self._resets = list(plan.resets)
        self._happenings: list[Happening] = []
        self.retries: list[tuple[datetime, datetime]] = []
        self._state: dict[str, Any] = dict(self._script.get("state", {}))
        self.inbox: dict[str, list[Any]] = {}
        self._signals: dict[str, Any] = {}
        self.children: dict[str, Moment] = {}
        self._answers: dict[int, Any] = {}
        self._steps = 0
        self._tidying = False
        self._status = course.RUNNING
        self._ended_at: datetime | None = None
        self._result: Any = None
        self._failure: str | None = None

    def play(self) -> Run:
        """Return the run, as far as it goes by itself."""
        with suppress(StoppedError):
            self._play_all()
        plan = self.plan
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
            inherited=plan.resets[-1].details["event_id"] if plan.resets else 0,
            retries=tuple(self.retries),
            scope=self.scope(),
            answers=self._answers,
        )

    def _play_all(self) -> None:
        try:
            self.emit("WORKFLOW_EXECUTION_STARTED", input=self.plan.input)
            self._play_steps(self._script["steps"])
            result = fill(self._script.get("output"), self.scope())
            self.end(course.COMPLETED, result=result)
        except steps.FailedError as error:
            self.end(course.FAILED, failure=str(error))
        except steps.CancelledError as error:
            self._tidy_up(str(error) or None)

    def _tidy_up(self, reason: str | None) -> None:
        """Do what a cancelled run still does; a failure of it changes nothing."""
        self._tidying = True
        with suppress(steps.FailedError):
            self._play_steps(self._script.get("on_cancel", ()))
        self.end(course.CANCELED, failure=reason)

    def _play_steps(self, script: Iterable[steps.Step]) -> None:
        for step in script:
            steps.play(self, step)
            self._steps += 1

    def emit(self, kind: str, **attributes: object) -> int:
        """Note what happens now; give its number. A reset may put the run back to here."""
        number = self.next_number
        self._happenings.append(Happening(number, self.now, kind, attributes))
        if self._resets and self._resets[0].details["event_id"] == number:
            self._go_on_after(self._resets.pop(0))
        return number

    def pass_time(self, seconds: float | None, done: Callable[[], bool] | None = None) -> bool:
        """Lets time go by, for ever with None, and takes in what comes from outside meanwhile.

        Ends early when it is done; tells whether it is.
        """
        longest = self._deadline - self.now
        left = None if seconds is None else min(timedelta(seconds=seconds), longest)
        while done is None or not done():
            end = None if left is None else self.now + left
            if not self._queue or (end is not None and self._queue[0][1].at >= end):
                self._move(end)
                return done is not None and done()
            place, moment = self._queue.pop(0)
            before = self.now
            self._move(moment.at)
            left = None if left is None else left - (self.now - before)
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
        self.now = max(goal, self.now)
        if late:
            self.end(course.TIMED_OUT, failure="The execution has taken too long")

    def end(self, status: str, *, result: object = None, failure: str | None = None) -> None:
        """End the run.

        Raises:
            StoppedError: Always.

        """
        self._status, self._ended_at = status, self.now
        self._result, self._failure = result, failure
        self.emit(ENDS[status], result=result, failure=failure)
        raise StoppedError

    def save(self, step: steps.Step, value: object) -> None:
        """Keep a step's result in the variable that it names."""
        if "save" in step:
            self._state[step["save"]] = value

    def scope(self, sent: object = None) -> dict[str, Any]:
        """Return what templates see."""
        return {
            "input": self.plan.input,
            "state": dict(self._state),
            "signals": dict(self._signals),
            "sent": sent,
            "execution_id": self._execution.execution_id,
            "run_id": self.plan.run_id,
            "status": self._status,
            "runs": self.plan.number,
            "steps": self._steps,
        }

    def fill(self, template: object) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the template with the values of now in it."""
        return fill(template, self.scope())

    def carry_on(self, given: dict[str, Any]) -> None:
        """End the run; another one takes over with an input of its own.

        Raises:
            StoppedError: Always.

        """
        self.next_input = given
        self._status, self._ended_at = course.CONTINUED, self.now
        self.emit(ENDS[course.CONTINUED], run_id=next_run_id(self.plan.run_id), input=given)
        raise StoppedError

    @property
    def next_number(self) -> int:
        """The number of what happens next."""
        return len(self._happenings) + 1

    def _take(self, place: int, moment: Moment) -> None:
        """Take in what was done to the execution."""
        if moment.kind == records.SIGNAL:
            self._take_signal(moment)
        elif moment.kind == records.UPDATE:
            self._take_update(place, moment)
        elif moment.kind == records.CHILD:
            self.children[moment.name] = moment
        elif moment.kind == records.TERMINATE:
            self.end(course.TERMINATED, failure=moment.details.get("reason"))
        elif not self._tidying:
            self.emit("WORKFLOW_EXECUTION_CANCEL_REQUESTED")
            raise steps.CancelledError(moment.details.get("reason") or "")

    def _take_signal(self, moment: Moment) -> None:
        self.set(definition(self._script, "signals", moment.name), moment.value)
        self.inbox.setdefault(moment.name, []).append(moment.value)
        self._signals[moment.name] = moment.value
        self.emit("WORKFLOW_EXECUTION_SIGNALED", name=moment.name, input=moment.value)

    def _take_update(self, place: int, moment: Moment) -> None:
        update = definition(self._script, "updates", moment.name)
        self.set(update, moment.value)
        answer = fill(update.get("answer"), self.scope(moment.value))
        self._answers[place] = answer
        self.emit("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", name=moment.name, input=moment.value)
        self.emit("WORKFLOW_EXECUTION_UPDATE_COMPLETED", name=moment.name, result=answer)

    def set(self, owner: Mapping[str, Any], sent: object = None) -> None:
        """Set the variables that a step, signal or update names, all at once."""
        self._state |= fill(owner.get("set", {}), self.scope(sent))

    def _go_on_after(self, reset: Moment) -> None:
        """Goes on at the moment of a reset; what had come after its event comes again or not."""
        self.now = reset.at
        self.naming = f"{self.naming} {spell(reset.at)}"
        reason = reset.details.get("reason") or "The execution was set back"
        again = {records.CHILD}
        if not reset.details.get("exclude_signals"):
            again.add(records.SIGNAL)
        if not reset.details.get("exclude_updates"):
            again.add(records.UPDATE)
        queue, self._queue = self._queue, []
        for place, moment in queue:
            if moment.at > reset.at:
                self._queue.append((place, moment))
            elif moment.kind in again:
                self._queue.append((place, evolve(moment, at=reset.at)))
        self.emit("WORKFLOW_TASK_FAILED", failure=reason)


def definition(script: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    """Return what a script says about one of its signals, queries or updates.

    Empty when unknown.
    """
    found = (one for one in script.get(kind, ()) if one["name"] == name)
    return next(found, {})
