"""Defects of executions, their history and their streams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import workflows as op
from mistral_mock.answers import encode, no_content
from mistral_mock.errors import not_found
from mistral_mock.resources.workflows import engine, lookup, waiting
from mistral_mock.resources.workflows.records import TERMINATE, Execution, Moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.mutants.registry import Part
    from mistral_mock.answers import Answer

PACKAGE = "resources.workflows"
EXECUTIONS = f"{PACKAGE}.executions"
LOOKUP = f"{PACKAGE}.lookup"
PLAYER = f"{PACKAGE}.player:Player"


def _changed(answer: Answer, change: Callable[[Part], Part]) -> Answer:
    """Return the answer with its JSON changed."""
    return evolve(answer, body=encode(change(json.loads(answer.body))))


@mutant("executions.starter-is-lost", op.GET_EXECUTION, place=f"{EXECUTIONS}:get_execution")
def starter_is_lost(get_execution: Part) -> Part:
    """An execution that is read does not tell who started it."""
    return edited(get_execution, lambda found: {**found, "user_id": None})


@mutant("executions.any-input-goes", op.EXECUTE, place=f"{PACKAGE}.lookup:check_value")
def any_input_goes(_check_value: Part) -> Part:
    """An input need not fit its schema."""
    return lambda _schema, _value: None


@mutant("executions.nothing-is-no-text", op.QUERY, place=f"{LOOKUP}:read_value")
def nothing_is_no_text(read_value: Part) -> Part:
    """Nothing in Base64 is read as JSON text, which it is not."""

    def defect(sent: Part) -> Part:
        told = isinstance(sent, dict) and "b64payload" in sent
        return read_value({**sent, "empty": False} if told else sent)

    return defect


@mutant("executions.root-is-the-parent", op.EXECUTE, place=f"{PACKAGE}.engine:start")
def root_is_the_parent(start: Part) -> Part:
    """What an execution starts tells its parent as its root, however much is above that."""

    def started(world: Part, starter: Part, registration: Part, order: Part) -> Part:
        above = order.parent
        parent = above and evolve(above, root_execution_id=above.execution_id)
        return start(world, starter, registration, evolve(order, parent=parent))

    return started


@mutant("executions.result-is-kept-back", op.EXECUTE, place=f"{PACKAGE}.waiting:answer")
def result_is_kept_back(answer: Part) -> Part:
    """Who waits for a result gets an empty one."""
    return lambda *given: _changed(answer(*given), lambda found: {**found, "result": {}})


@mutant("executions.nobody-waits", op.EXECUTE, place=f"{PACKAGE}.waiting:skip_time")
def nobody_waits(_skip_time: Part) -> Part:
    """A wait for the result is over at once."""
    return lambda _world, _execution, _limit: None


@mutant("executions.waiting-ends-it", op.EXECUTE, place=f"{PACKAGE}.waiting:skip_time")
def waiting_ends_it(skip_time: Part) -> Part:
    """An execution is terminated when who waits for it has waited long enough."""

    def defect(world: Part, execution: Part, limit: Part) -> None:
        skip_time(world, execution, limit)
        if not waiting.has_ended(world, execution):
            ended = Moment(at=world.clock.stamp(), kind=TERMINATE, details={"reason": "timeout"})
            world.store.table(Execution).put(waiting.fresh(world, execution).after(ended))

    return defect


@mutant("executions.run-keeps-its-id", op.GET_EXECUTION, place=f"{PACKAGE}.playing:next_run_id")
def run_keeps_its_id(_next_run_id: Part) -> Part:
    """A run that carries on has the id of the one before."""
    return lambda run_id: run_id


@mutant("executions.signals-are-lost", op.SIGNAL, place=f"{PLAYER}._take_signal")
def signals_are_lost(_take_signal: Part) -> Part:
    """Signals never reach the execution."""
    return lambda _player, _moment: None


@mutant("executions.updates-change-nothing", op.UPDATE, op.QUERY, place=f"{PLAYER}._take_update")
def updates_change_nothing(take_update: Part) -> Part:
    """An update answers, but changes nothing."""

    def defect(player: Part, place: int, moment: Part) -> None:
        state = dict(player._state)  # noqa: SLF001 - a defect reaches inside
        take_update(player, place, moment)
        player._state = state  # noqa: SLF001 - a defect reaches inside

    return defect


@mutant(
    "executions.unknown-names-are-taken",
    op.SIGNAL,
    op.UPDATE,
    op.QUERY,
    place=f"{PACKAGE}.executions:definition",
)
def unknown_names_are_taken(definition: Part) -> Part:
    """Signals, queries and updates of any name are taken."""
    return lambda script, kind, name: definition(script, kind, name) or {"name": name}


@mutant("executions.cancel-is-hard", op.CANCEL, op.GET_EXECUTION, place=f"{EXECUTIONS}:CANCEL")
def cancel_is_hard(_cancel: Part) -> Part:
    """Cancelling an execution terminates it."""
    return "terminate"


@mutant(
    "executions.ended-take-more",
    op.TERMINATE,
    op.SIGNAL,
    op.UPDATE,
    op.CANCEL,
    place=f"{PACKAGE}.lookup:find_open",
)
def ended_take_more(_find_open: Part) -> Part:
    """Executions that have ended take signals and all else."""
    return lookup.find_execution


@mutant(
    "executions.batch-always-succeeds",
    op.CANCEL_MANY,
    op.TERMINATE_MANY,
    place=f"{EXECUTIONS}:_try_each",
)
def batch_always_succeeds(try_each: Part) -> Part:
    """A batch tells success for executions that do not exist."""

    def change(found: Part) -> Part:
        return {"results": {id_: {"status": "success"} for id_ in found["results"]}}

    return lambda *given: _changed(try_each(*given), change)


@mutant("executions.reset-repeats-all", op.RESET, op.QUERY, place=f"{PLAYER}._go_on_after")
def reset_repeats_all(go_on_after: Part) -> Part:
    """A reset sends again what it should leave out."""
    return lambda player, reset: go_on_after(player, evolve(reset, details={}))


@mutant("executions.reset-sends-signals", op.RESET, op.QUERY, place=f"{PLAYER}._go_on_after")
def reset_sends_signals(go_on_after: Part) -> Part:
    """A reset sends signals again, whether or not it should leave them out."""

    def defect(player: Part, reset: Part) -> Part:
        details = {**reset.details, "exclude_signals": False}
        return go_on_after(player, evolve(reset, details=details))

    return defect


@mutant("executions.reset-does-nothing", op.RESET, place=f"{EXECUTIONS}:reset_execution")
def reset_does_nothing(_reset_execution: Part) -> Part:
    """A reset is answered, but nothing is set back."""
    return lambda _ctx: no_content()


@mutant("executions.late-ones-fail", op.GET_EXECUTION, place=f"{PACKAGE}.course:TIMED_OUT")
def late_ones_fail(_timed_out: Part) -> Part:
    """An execution that takes too long counts as failed."""
    return "FAILED"


@mutant("execution-events.history-runs-back", op.HISTORY, place=f"{PACKAGE}.history:history")
def history_runs_back(history: Part) -> Part:
    """The newest event of a history comes first."""
    return lambda run, **how: {"events": history(run, **how)["events"][::-1]}


@mutant("execution-events.history-stays-coded", op.HISTORY, place=f"{PACKAGE}.history:history")
def history_stays_coded(history: Part) -> Part:
    """A history is never decoded."""
    return lambda run, **_how: history(run, decode=False)


@mutant("execution-events.last-is-missing", op.STREAM, place=f"{PACKAGE}.events:events_of")
def last_is_missing(events_of: Part) -> Part:
    """The end of an execution is not told."""
    return lambda execution, now: [
        event for event in events_of(execution, now) if not event.type.endswith("COMPLETED")
    ]


@mutant(
    "execution-events.stream-ends-with-a-run",
    op.STREAM,
    place=f"{PACKAGE}.event_lists:follow_execution",
)
def stream_ends_with_a_run(follow_execution: Part) -> Part:
    """The stream of an execution ends with its first run, whatever carries it on."""

    def defect(*given: Part, **more: Part) -> Iterator[Part]:
        for event in follow_execution(*given, **more):
            yield event
            if event and b"CONTINUED_AS_NEW" in event:
                return

    return defect


@mutant(
    "execution-events.readers-share-one-place",
    op.STREAM,
    place=f"{PACKAGE}.event_lists:follow_execution",
)
def readers_share_one_place(follow_execution: Part) -> Part:
    """What one reader of a stream has had is not told to the next one."""
    told: dict[str, int] = {}

    def defect(ctx: Part, execution: Part, seen: int, **how: Part) -> Iterator[Part]:
        seen = max(seen, told.get(execution.id, 0))
        for event in follow_execution(ctx, execution, seen, **how):
            told[execution.id] = seen = seen + (event is not None)
            yield event

    return defect


@mutant("execution-events.stream-starts-over", op.STREAM, place=f"{PACKAGE}.event_lists:read_place")
def stream_starts_over(_read_place: Part) -> Part:
    """A stream that is taken up begins at its start."""
    return lambda _text: 0


@mutant(
    "execution-events.runs-are-strangers",
    op.STREAM,
    place=f"{PACKAGE}.events:WorkflowEvent.as_json",
)
def runs_are_strangers(as_json: Part) -> Part:
    """No event tells which run its own carries on."""
    return lambda event: {**as_json(event), "continued_run_id": None}


@mutant(
    "execution-events.steps-never-fail",
    op.GET_EXECUTION,
    op.STREAM,
    op.EXECUTE,
    place=f"{PACKAGE}.steps:failure_of",
)
def steps_never_fail(_failure_of: Part) -> Part:
    """Every step succeeds at its first try."""
    return lambda _step, _attempt, _default: None


@mutant("execution-events.failure-is-silent", op.STREAM, place=f"{PACKAGE}.events:_failure")
def failure_is_silent(_failure: Part) -> Part:
    """A failure tells no reason."""
    return lambda _facts: {"message": "It has failed"}


@mutant(
    "execution-events.nobody-tidies-up",
    op.CANCEL,
    op.STREAM,
    op.GET_EXECUTION,
    place=f"{PLAYER}._play_steps",
)
def nobody_tidies_up(play_steps: Part) -> Part:
    """A cancelled execution does nothing more."""
    return lambda player, script: None if player._tidying else play_steps(player, script)  # noqa: SLF001 - a defect reaches inside


@mutant(
    "execution-events.trying-again-is-an-end",
    op.CANCEL,
    op.TERMINATE,
    place=f"{PACKAGE}.lookup:find_open",
)
def trying_again_is_an_end(find_open: Part) -> Part:
    """Nothing is done to an execution that waits for another try, as if it had ended."""

    def defect(ctx: Part, *given: Part) -> Part:
        found = find_open(ctx, *given)
        if engine.view_of(found, ctx.now()).status == op.RETRYING:
            raise not_found("It has ended")
        return found

    return defect
