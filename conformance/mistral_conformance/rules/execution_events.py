"""What the history and the stream of an execution tell."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.readings import some
from mistral_conformance.rules.common.steps import expect_equal, watch, word
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    BREAK,
    CANCEL,
    CHECK,
    COUNT,
    EXECUTE,
    GET_EXECUTION,
    GREET,
    GREETED,
    HISTORY,
    OPEN,
    RETRYING,
    RUNNING,
    SIGNAL,
    STEP_S,
    STEPS,
    STREAM,
    TERMINATE,
    act,
    events_in,
    hear,
    history_of,
    read,
    start,
    terminate,
    types_in,
    wait_end,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

RUN_HISTORY = "workflows.runs.get_run_history"
STARTED = "WORKFLOW_EXECUTION_STARTED"
SIGNALED = "WORKFLOW_EXECUTION_SIGNALED"
COMPLETED = "WORKFLOW_EXECUTION_COMPLETED"
CONTINUED = "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
PAYLOAD = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
"""What may hold an input that is not decoded."""
SOON_S = 0.3
"""How long a stream is heard that need not end yet, in seconds."""


@rule(
    MUST,
    "harm: whoever reads later misses what happened; document: EventSource",
    (EXECUTE, STREAM),
)
def stream_can_be_read_again(ctx: Context) -> None:
    """What the stream of an execution that has ended tells, it tells again."""
    done = wait_end(ctx, start(ctx, GREET, input=GREETED))
    for query in ({"event_source": "DATABASE"}, {}):
        first, again = (hear(ctx, done, **query) for _ in range(2))
        expect_equal(ctx, events_in(again), events_in(first), "what is told again", first, again)


@rule(MUST, "document: WorkflowExecutionResponse.result", (EXECUTE, GET_EXECUTION, STREAM))
def failure_has_no_result(ctx: Context) -> None:
    """A failed execution has no result; the last of its events tells why it failed."""
    reason = word(ctx)
    done = wait_end(ctx, start(ctx, BREAK, input={"reason": reason}))
    expect_equal(ctx, (done["status"], done["result"]), ("FAILED", None), "the end", done)
    heard = hear(ctx, done)
    last = some(events_in(heard), "events", heard)[-1]
    expect_equal(ctx, last["event_type"], "WORKFLOW_EXECUTION_FAILED", "the last", heard)
    ctx.expect(reason in json.dumps(last["attributes"]["failure"]), "it tells no reason", heard)


@rule(
    SHOULD,
    "document: workflows.executions.cancel_workflow_execution",
    (CANCEL, TERMINATE, GET_EXECUTION),
)
def cancelled_execution_tidies_up(ctx: Context) -> None:
    """A cancelled execution may still do something, one that is terminated may not."""
    gentle, hard = (start(ctx, CHECK, input={"mailbox": "a"}) for _ in range(2))
    ctx.expect_status(act(ctx, CANCEL, gentle), 204)
    ctx.expect_status(act(ctx, TERMINATE, hard), 204)
    ended = read(ctx, hard)
    expect_equal(ctx, ended["status"], "TERMINATED", "the status", ended)
    going = read(ctx, gentle)
    ctx.expect(going["status"] in OPEN | {"CANCELED"}, "it is neither open nor cancelled", going)
    done = wait_end(ctx, gentle)
    expect_equal(ctx, done["status"], "CANCELED", "the status", done)
    tidy = types_in(hear(ctx, done))
    ctx.expect(tidy.count("ACTIVITY_TASK_COMPLETED") == 1, f"it did not tidy up: {tidy}", done)


@rule(
    MUST,
    "document: WorkflowExecutionStatus; harm: what goes wrong again and again cannot be stopped",
    (CANCEL, TERMINATE, GET_EXECUTION),
)
def what_tries_again_can_be_stopped(ctx: Context) -> None:
    """An execution that waits for another try has not ended: it can be cancelled or terminated."""
    for operation, end in ((CANCEL, "CANCELED"), (TERMINATE, "TERMINATED")):
        made = start(ctx, CHECK, input={"mailbox": "a"})
        look = partial(read, ctx, made)
        waiting = watch(ctx, look, lambda told: told["status"] == RUNNING, STEP_S, STEPS)[-1]
        if waiting["status"] != RETRYING:
            terminate(ctx, [made["execution_id"]])
            ctx.skip(f"the execution is {waiting['status']}, and was never told to try again")
        stopped = act(ctx, operation, made)
        said = f"{operation} of an execution that tries again answers {stopped.status}"
        ctx.expect(stopped.ok, said, waiting, stopped)
        done = wait_end(ctx, made)
        expect_equal(ctx, done["status"], end, "the end", waiting, stopped, done)


@rule(SHOULD, "choices.execution-events-history-goes-on", (HISTORY, SIGNAL))
def history_goes_on(ctx: Context) -> None:
    """A history begins with the start and only grows at its end; the spelling of types is free."""
    made = start(ctx, APPROVE, input={"amount": 5})
    before = ctx.expect_status(act(ctx, HISTORY, made), 200)
    old = history_of(before)
    if not old or "eventType" not in old[0]:
        ctx.skip("the history has a form of its own")
    expect_equal(ctx, _plain(old[0]["eventType"]), _plain(STARTED), "the first event", before)
    ctx.expect_status(act(ctx, SIGNAL, made, name="comment", input={"text": word(ctx)}), 202)
    seen = watch(ctx, lambda: act(ctx, HISTORY, made), lambda told: history_of(told) == old, most=4)
    after = ctx.expect_status(seen[-1], 200)
    new = history_of(after)
    expect_equal(ctx, new[: len(old)], old, "its begin", before, after)
    ctx.expect(len(new) > len(old), "the signal is not in it", after)
    told = [_plain(each["eventType"]) for each in new].count(_plain(SIGNALED))
    ctx.expect(told <= 1, f"one signal is told {told} times", after)
    numbers = [str(each["eventId"]) for each in new]
    wanted = [str(number) for number in range(1, len(numbers) + 1)]
    expect_equal(ctx, numbers, wanted, "the numbers", after)


def _plain(event_type: object) -> str:
    """Return a type in one spelling: the engine says `EVENT_TYPE_A_B`, `A_B` or `AB`."""
    return str(event_type).removeprefix("EVENT_TYPE_").replace("_", "").upper()


@rule(
    SHOULD,
    (
        "document: workflows.executions.get_workflow_execution_history (decode_payloads); "
        "document: workflows.runs.get_run_history (decode_payloads)"
    ),
    (HISTORY, RUN_HISTORY),
)
def history_is_decoded(ctx: Context) -> None:
    """A history, of an execution or a run, shows the input when it is decoded, and only then."""
    name = word(ctx)
    made = wait_end(ctx, start(ctx, GREET, input={"name": name}))
    judged = 0
    for operation, id_ in ((HISTORY, "execution_id"), (RUN_HISTORY, "run_id")):
        decoded, plain = (
            ctx.answer(operation, {id_: made[id_]}, query=query)
            for query in ({"decode_payloads": "true"}, {})
        )
        if not any(tells(each.plain_text, name) for each in (decoded, plain)):
            continue  # the form of a history is nowhere said
        judged += 1
        ctx.expect(name in decoded.plain_text, "the input is not shown", plain, decoded)
        ctx.expect(name not in plain.plain_text, "the input is shown", plain)
    if not judged:
        ctx.skip("the history tells no input, decoded or not")


@rule(MUST, "document: WorkflowStreamEvent; streams.workflow-events", (STREAM,))
def stream_tells_all(ctx: Context) -> None:
    """The stream of an ended execution tells its events from start to end, in order, and ends."""
    name = word(ctx)
    done = wait_end(ctx, start(ctx, GREET, input={"name": name}))
    heard = hear(ctx, done)
    types = types_in(heard)
    expect_equal(ctx, (types[0], types[-1]), (STARTED, COMPLETED), "first and last", heard)
    events = events_in(heard)
    expect_equal(
        ctx, {each["workflow_exec_id"] for each in events}, {done["execution_id"]}, "ids", heard
    )
    expect_equal(ctx, events[-1]["attributes"]["result"]["value"], done["result"], "result", heard)
    expect_equal(ctx, events[0]["attributes"]["input"]["value"], {"name": name}, "input", heard)
    times = [each["event_timestamp"] for each in events]
    expect_equal(ctx, times, sorted(times), "the times", heard)
    places = [each.json()["broker_sequence"] for each in heard.events]
    ctx.expect(places == sorted(set(places)), "the numbers do not rise", heard)
    ctx.expect(len({each["event_id"] for each in events}) == len(events), "ids repeat", heard)


@rule(
    MUST,
    "document: WorkflowExecutionContinuedAsNewAttributesResponse",
    (GET_EXECUTION, STREAM),
)
def stream_tells_runs(ctx: Context) -> None:
    """A run that ends in favour of another names it; the other says which one it carries on."""
    done = wait_end(ctx, start(ctx, COUNT, input={}))
    heard = hear(ctx, done)
    events = events_in(heard)
    expect_equal(ctx, events[0]["attributes"]["input"]["value"], {}, "the empty input", heard)
    moves = [
        (each["workflow_run_id"], each["attributes"]["new_execution_run_id"])
        for each in events
        if each["event_type"] == CONTINUED
    ]
    begins = [
        (each["continued_run_id"], each["workflow_run_id"])
        for each in events
        if each["event_type"] == STARTED and each["continued_run_id"]
    ]
    ctx.expect(moves, "no run is told to carry on", heard)
    expect_equal(ctx, begins, moves, "the runs that carry on", heard)
    expect_equal(ctx, moves[-1][1], done["run_id"], "the last run", heard, done)


@rule(
    MUST,
    "document: WorkflowStreamEvent; harm: who follows an execution misses its end",
    (GET_EXECUTION, STREAM),
)
def stream_lasts_through_runs(ctx: Context) -> None:
    """The stream of an execution does not end while another run carries the execution on."""
    made = start(ctx, COUNT, input={})
    ids = {"execution_id": made["execution_id"]}
    judged = False
    for _ in range(STEPS):
        heard = ctx.expect_status(ctx.api.listen(STREAM, ids, most_s=SOON_S), 200)
        going = read(ctx, made)
        if going["status"] not in OPEN:
            break
        ctx.expect(heard.cut, "the stream ends, and the execution goes on", heard, going)
        judged = judged or CONTINUED in types_in(heard)
        ctx.pass_time(STEP_S)
    if not judged:
        ctx.skip("the execution did not carry on in another run while it was watched")


@rule(
    SHOULD,
    "document: ActivityTaskRetryingAttributes",
    (EXECUTE, GET_EXECUTION, STREAM),
    needs=("clock",),
)
def tries_are_told(ctx: Context) -> None:
    """While a failed step waits for another try the execution says so, and then goes on."""
    made = start(ctx, CHECK, input={"mailbox": "a"})
    seen = []
    for _ in range(14):
        seen.append(read(ctx, made)["status"])
        ctx.clock.advance(1)
    ctx.expect("RETRYING_AFTER_ERROR" in seen, f"it never waited for a try: {seen}")
    done = wait_end(ctx, made)
    expect_equal(ctx, done["status"], "COMPLETED", "the status", done)
    types = types_in(hear(ctx, done))
    expect_equal(ctx, types.count("ACTIVITY_TASK_RETRYING"), 1, "the failed tries", done)
    expect_equal(ctx, types.count("ACTIVITY_TASK_STARTED"), 1, "the starts of the step", done)


def tells(text: str, name: str) -> bool:
    """Say whether a text holds a name, plainly or in base64."""
    return name in text or any(name.encode() in decode(each) for each in PAYLOAD.findall(text))


def decode(payload: str) -> bytes:
    """Return what base64 holds, nothing where it is none."""
    try:
        return b64decode(payload)
    except ValueError:
        return b""
