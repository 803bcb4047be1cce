"""Executions of workflows: started, waited for, talked to, cancelled, terminated, set back."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.readings import column, within
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    word,
)
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    CANCEL,
    COUNT,
    EXECUTE,
    GET_EXECUTION,
    GREET,
    HISTORY,
    LIST_REGISTRATIONS,
    OPEN_ACCOUNT,
    QUERY,
    RESET,
    RUNNING,
    SIGNAL,
    TERMINATE,
    UPDATE,
    act,
    ask,
    history_of,
    need_workflow,
    read,
    start,
    wait_end,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST_RUNS = "workflows.runs.list_runs"
RUN_HISTORY = "workflows.runs.get_run_history"
DAY_S = 24 * 3600


@rule(MUST, "document: WorkflowExecutionRequest.input", (EXECUTE,))
def input_fits_its_schema(ctx: Context) -> None:
    """An input that does not fit the workflow's schema is refused."""
    wrongs = _wrong_inputs(ctx, GREET, "name")
    if not wrongs:
        ctx.skip(f"the schema of {GREET!r} does not say that it needs a name")
    for wrong in wrongs:
        answer = ctx.api.call(EXECUTE, workflow_identifier=GREET, json={"input": wrong})
        expect_refused(ctx, answer, f"the input {wrong}")


def _wrong_inputs(ctx: Context, name: str, field: str) -> list[dict[str, Any]]:
    """Return inputs that no registration's schema allows: without a text, and with a number."""
    query = {"workflow_id": need_workflow(ctx, name)["id"]}
    found = ctx.prepare(LIST_REGISTRATIONS, query=query)["workflow_registrations"]
    schemas = [within(each, "definition", "input_schema") for each in found]
    texts = [each.get("properties", {}).get(field, {}).get("type") == "string" for each in schemas]
    needed = [field in each.get("required", []) for each in schemas]
    return [*([{}] if all(needed) else []), *([{field: 7}] if all(texts) else [])]


@rule(
    MUST,
    "document: WorkflowExecutionSyncResponse; document: workflows.execute_workflow",
    (EXECUTE, GET_EXECUTION),
)
def waiting_gives_the_result(ctx: Context) -> None:
    """Who waits gets the result of the execution, also of one that takes seconds."""
    name = word(ctx)
    greeted = start(ctx, GREET, input={"name": name}, wait_for_result=True)
    ctx.expect(name in json.dumps(greeted["result"]), "the result lacks the input", greeted)
    counted = start(ctx, COUNT, wait_for_result=True, timeout_seconds=8)
    expect_equal(ctx, counted["result"], {"runs": 3}, "the result", counted)
    for made in (greeted, counted):
        done = read(ctx, made)
        expect_equal(ctx, done["status"], "COMPLETED", "the status", made, done)
        expect_equal(ctx, done["result"], made["result"], "the result", made, done)
        began, ended = (read_time(within(done.json(), e)) for e in ("start_time", "end_time"))
        ctx.expect(ended >= began, "it ended before it began", done)


@rule(MUST, "document: WorkflowExecutionRequest.timeout_seconds", (EXECUTE, GET_EXECUTION))
def waiting_in_vain_ends_nothing(ctx: Context) -> None:
    """An execution goes on, to its end, when who waits for its result has waited long enough."""
    need_workflow(ctx, COUNT)
    id_ = ctx.marker.name(f"run-{word(ctx)}")
    body = {"input": {}, "execution_id": id_, "wait_for_result": True, "timeout_seconds": 1}
    waited = ctx.api.call(EXECUTE, workflow_identifier=COUNT, json=body)
    done = wait_end(ctx, ctx.answer(GET_EXECUTION, execution_id=id_))
    expect_equal(ctx, done["status"], "COMPLETED", "the end", waited, done)


@rule(
    MUST,
    "document: workflows.executions.query_workflow_execution",
    (QUERY, UPDATE, SIGNAL, GET_EXECUTION),
)
def query_changes_nothing(ctx: Context) -> None:
    """A query answers twice the same; another shows what an update or a signal has changed."""
    made = start(ctx, APPROVE, input={"amount": 5})
    before = act(ctx, HISTORY, made)
    for _ in range(2):
        asked = ctx.expect_status(act(ctx, QUERY, made, name="amount"), 200)
        expect_equal(ctx, (asked["query_name"], asked["result"]), ("amount", 5), "answer", asked)
    after = act(ctx, HISTORY, made)
    ctx.expect(before.json() == after.json(), "a query changed the history", before, after)
    for amount, text in ((7, word(ctx)), (0, "")):  # nothing is something, too
        changed = act(ctx, UPDATE, made, name="set_amount", input={"amount": amount})
        ctx.expect_status(changed, 200)
        expect_equal(ctx, changed["update_name"], "set_amount", "the name", changed)
        expect_equal(ctx, changed["result"], {"amount": amount}, "the answer", changed)
        asked = ctx.expect_status(act(ctx, QUERY, made, name="amount"), 200)
        expect_equal(ctx, asked["result"], amount, "the amount", changed, asked)
        ctx.need(act(ctx, SIGNAL, made, name="comment", input={"text": text}))
        asked = ask(ctx, made, "last_comment", {"text": text})
        told = (asked["query_name"], asked["result"])
        due = ("last_comment", {"text": text})
        expect_equal(ctx, told, due, "the answer after a signal", asked)
    expect_equal(ctx, read(ctx, made)["status"], RUNNING, "the status")


@rule(SHOULD, "document: NetworkEncodedInput (b64payload, empty)", (SIGNAL, QUERY, UPDATE))
def encoded_input_is_the_same(ctx: Context) -> None:
    """What is sent in Base64, with nothing done to it, counts as what is sent plain; nothing, too.

    A server that takes no such input may refuse it.
    """
    made, text = start(ctx, APPROVE, input={"amount": 5}), f"größer {word(ctx)}"
    changed = act(ctx, UPDATE, made, name="set_amount", input=_encoded({"amount": 7}))
    if not changed.ok:
        ctx.skip(f"an encoded input is refused with {changed.status}")
    expect_equal(ctx, changed["result"], {"amount": 7}, "the answer", changed)
    ctx.expect_status(act(ctx, SIGNAL, made, name="comment", input=_encoded({"text": text})), 202)
    asked = ask(ctx, made, "last_comment", {"text": text})
    expect_equal(ctx, asked["result"], {"text": text}, "the answer after a signal", asked)
    for nothing in (None, {"b64payload": "", "empty": True}):
        asked = ctx.expect_status(act(ctx, QUERY, made, name="amount", input=nothing), 200)
        expect_equal(ctx, asked["result"], 7, "the amount", changed, asked)


def _encoded(value: object) -> dict[str, Any]:
    return {"b64payload": b64encode(json.dumps(value).encode()).decode()}


@rule(MUST, "document: workflows.executions.signal_workflow_execution", (SIGNAL, QUERY, UPDATE))
def unknown_names_are_refused(ctx: Context) -> None:
    """Signals, queries and updates that the workflow does not know are refused."""
    made = start(ctx, APPROVE, input={})
    for operation in (SIGNAL, QUERY, UPDATE):
        expect_refused(ctx, act(ctx, operation, made, name=word(ctx)), operation)
    wrong = act(ctx, UPDATE, made, name="set_amount", input={"amount": "much"})
    expect_refused(ctx, wrong, "an update that does not fit its schema")


@rule(SHOULD, "document: WorkflowExecutionStatus", (TERMINATE, SIGNAL, UPDATE, CANCEL))
def ended_execution_takes_nothing(ctx: Context) -> None:
    """An execution that was terminated takes no signal or update, and is not ended otherwise."""
    made = start(ctx, APPROVE, input={})
    ctx.expect_status(act(ctx, TERMINATE, made), 204)
    done = read(ctx, made)
    expect_equal(ctx, done["status"], "TERMINATED", "the status", done)
    expect_refused(ctx, act(ctx, SIGNAL, made, name="approve"), "a signal")
    update = act(ctx, UPDATE, made, name="set_amount", input={"amount": 1})
    expect_refused(ctx, update, "an update")
    act(ctx, CANCEL, made)  # refused, or without effect
    expect_same_fields(ctx, done, read(ctx, made))


@rule(MUST, "document: workflows.executions.reset_workflow", (RESET, GET_EXECUTION, QUERY))
def reset_begins_another_run(ctx: Context) -> None:
    """After a reset another run goes on; it has the updates and signals that are not left out."""
    remark = {"text": word(ctx)}
    for left_out, told in (
        ("exclude_signals", {"amount": 7, "last_comment": None}),
        ("exclude_updates", {"amount": 5, "last_comment": remark}),
    ):
        made = start(ctx, APPROVE, input={"amount": 5})
        ctx.need(act(ctx, UPDATE, made, name="set_amount", input={"amount": 7}))
        ctx.need(act(ctx, SIGNAL, made, name="comment", input=remark))
        body = {"event_id": 1, "reason": "again", left_out: True}
        old = ctx.api.call(RUN_HISTORY, run_id=made["run_id"])
        ctx.expect_status(act(ctx, RESET, made, **body), 204)
        new = ctx.api.call(RUN_HISTORY, run_id=made["run_id"])
        grown = not old.ok or history_of(new)[: len(history_of(old))] == history_of(old)
        ctx.expect(grown, "the history of the former run is another one now", old, new)
        runs = ctx.api.call(LIST_RUNS, query={"root_execution_id": made["execution_id"]})
        kept = not runs.ok or made["run_id"] in column(runs, "executions", "run_id")
        ctx.expect(kept, "the former run is listed no more", made, runs)
        found = read(ctx, made)
        expect_equal(ctx, found["status"], RUNNING, "the status", found)
        ctx.expect(found["run_id"] != made["run_id"], "the run is the same", made, found)
        for name, due in told.items():
            asked = ask(ctx, made, name, due)
            expect_equal(ctx, asked["result"], due, f"{name} with {left_out}", asked)


@rule(SHOULD, "document: workflows.executions.reset_workflow", (RESET, QUERY, HISTORY))
def reset_keeps_what_came_before(ctx: Context) -> None:
    """What an execution has done up to the event that it is set back to is not lost."""
    made = start(ctx, APPROVE, input={"amount": 5})
    ctx.need(act(ctx, UPDATE, made, name="set_amount", input={"amount": 7}))
    told = history_of(ctx.need(act(ctx, HISTORY, made)))
    last = (told or [{}])[-1].get("eventId")
    if not str(last).isdecimal():
        ctx.skip("the events of the history have no numbers")
    body = {"event_id": int(str(last)), "exclude_updates": True}
    ctx.expect_status(act(ctx, RESET, made, **body), 204)
    asked = ctx.expect_status(act(ctx, QUERY, made, name="amount"), 200)
    expect_equal(ctx, asked["result"], 7, "the amount", asked)


@rule(SHOULD, "document: workflows.executions.reset_workflow", (RESET, SIGNAL, TERMINATE))
def reset_revives(ctx: Context) -> None:
    """An ended execution that is set back goes on; an event that is none is refused."""
    made = start(ctx, APPROVE, input={"amount": 5})
    ctx.need(act(ctx, TERMINATE, made))
    expect_refused(ctx, act(ctx, RESET, made, event_id=1000), "an event that is none")
    ctx.expect_status(act(ctx, RESET, made, event_id=1), 204)
    expect_equal(ctx, read(ctx, made)["status"], RUNNING, "the status")
    ctx.expect_status(act(ctx, SIGNAL, made, name="approve", input={"by": "b"}), 202)
    expect_equal(ctx, wait_end(ctx, made)["status"], "COMPLETED", "the end")


@rule(
    MUST,
    "document: WorkflowCodeDefinition.execution_timeout",
    (EXECUTE, GET_EXECUTION),
    needs=("clock",),
)
def time_runs_out(ctx: Context) -> None:
    """An execution that takes longer than its workflow allows is TIMED_OUT."""
    made = start(ctx, APPROVE, input={})
    ctx.clock.advance(DAY_S - 60)
    expect_equal(ctx, read(ctx, made)["status"], RUNNING, "the status", made)
    ctx.clock.advance(120)
    done = read(ctx, made)
    expect_equal(ctx, (done["status"], done["result"]), ("TIMED_OUT", None), "the end", done)


@rule(
    MUST,
    "document: WorkflowExecutionResponse.root_execution_id",
    (EXECUTE, GET_EXECUTION, LIST_RUNS),
)
def families_name_who_started_them(ctx: Context) -> None:
    """What an execution starts names its parent, and all below the first one name that as root.

    The family of one below is itself and what it has started; a list by it shows nobody else.
    """
    first = wait_end(ctx, start(ctx, OPEN_ACCOUNT, input={"customer": word(ctx)}))
    above = (first["root_execution_id"], first["parent_execution_id"])
    expect_equal(ctx, above, (root := first["execution_id"], None), "root and parent", first)
    family, listed = _below(ctx, root)
    if not family.keys() - {root}:
        ctx.skip("no list by its id shows that the execution starts others")
    for id_ in family.keys() - {root}:
        shown = ctx.expect_status(ctx.api.call(GET_EXECUTION, execution_id=id_), 200)
        for one in (family[id_], shown.json()):
            expect_equal(ctx, one["root_execution_id"], root, "the root", listed, shown)
            known = one.get("parent_execution_id") in {root, *family} - {id_}
            ctx.expect(known, "the parent is none of the family", listed, shown)
        others, of_it = _below(ctx, id_)
        stray = others.keys() - _descent(family, id_)
        ctx.expect(not stray, "a family holds who has not come from it", shown, of_it)


def _descent(family: dict[str, dict[str, Any]], id_: str) -> set[str]:
    """Return an execution of a family and all that have come from it, by their parents."""
    found, waiting = {id_}, [id_]
    while waiting:
        parent = waiting.pop()
        below = {n for n, e in family.items() if e.get("parent_execution_id") == parent} - found
        found |= below
        waiting += below
    return found


def _below(ctx: Context, root: str) -> tuple[dict[str, dict[str, Any]], Exchange]:
    """Return the runs by the ids of their executions that a list by this root shows."""
    listed = ctx.need(ctx.api.call(LIST_RUNS, query={"root_execution_id": root}))
    return {each["execution_id"]: each for each in picked(listed["executions"])}, listed
