"""Runs of workflows: listed, filtered, ordered, read; and the figures that they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import expect_equal, word
from mistral_conformance.rules.common.times import later, read_time
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    COUNT,
    EXECUTE,
    GET_EXECUTION,
    GREET,
    LIST_WORKFLOWS,
    SIGNAL,
    TRANSLATE,
    TRANSLATED,
    act,
    execute,
    finished,
    need_workflow,
    read,
    start,
    terminate,
    wait_end,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


LIST = "workflows.runs.list_runs"
GET = "workflows.runs.get_run"
HISTORY = "workflows.runs.get_run_history"
METRICS = "workflows.metrics.get_workflow_metrics"
LASTS_S, NEAR_MS, MOMENT = 3, 100, 3e-10
"""How long a run is let be, in seconds, what its duration may be off by, and 1 µs in hours."""


@rule(MUST, "document: WorkflowExecutionResponse.total_duration_ms", (GET, METRICS, GET_EXECUTION))
def duration_is_from_start_to_end(ctx: Context) -> None:
    """The duration of a run that has ended is its time from start to end, in milliseconds.

    So is the mean of the durations, where it is that of this run alone, and its point in time. What
    goes on has no end, and is in the state of its execution.
    """
    execution = execute(ctx, APPROVE)
    ctx.pass_time(LASTS_S)
    going = ctx.answer(GET, run_id=execution["run_id"])
    expect_equal(ctx, going.get("end_time"), None, "the end of what goes on", going)
    waits = read(ctx, execution)
    expect_equal(ctx, going["status"], waits["status"], "the state of what goes on", waits, going)
    ctx.need(act(ctx, SIGNAL, execution, name="approve", input={"by": "a"}))
    wait_end(ctx, execution)
    run = ctx.answer(GET, run_id=execution["run_id"])
    for shown in (run, read(ctx, execution)):
        took = shown.get("total_duration_ms")
        if took is None or shown.get("end_time") is None:
            ctx.skip("the run tells no duration or no end")
        began, ended = (read_time(str(shown[name])) for name in ("start_time", "end_time"))
        due = (ended - began).total_seconds() * 1000
        said = f"total_duration_ms is {took}, {due:.0f} ms lie between start and end"
        ctx.expect(abs(took - due) <= NEAR_MS, said, shown)
    around = {"start_time": later(run["start_time"], hours=-MOMENT)}
    around["end_time"] = later(run["start_time"], hours=MOMENT)
    told = figures(ctx, APPROVE, around)
    mean = told.at("average_latency_ms.value")
    alone = told.at("execution_count.value") == 1
    said = f"the average of one run of {due:.0f} ms is {mean}"
    ctx.expect(not alone or abs(mean - due) <= NEAR_MS, said, run, told)


@rule(MUST, "document: WorkflowMetrics", (METRICS,))
def figures_count_executions(ctx: Context) -> None:
    """A further execution raises the count, and once it is terminated it counts as an error."""
    need_workflow(ctx, APPROVE)
    before = figures(ctx, APPROVE)
    run = execute(ctx, APPROVE)
    going = figures(ctx, APPROVE)
    terminate(ctx, [run["execution_id"]])
    ended = figures(ctx, APPROVE)
    count = before.at("execution_count.value")
    expect_equal(ctx, going.at("execution_count.value"), count + 1, "the count", before, going)
    errors = before.at("error_count.value")
    expect_equal(ctx, ended.at("error_count.value"), errors + 1, "the errors", before, ended)
    successes = before.at("success_count.value")
    expect_equal(ctx, ended.at("success_count.value"), successes, "the successes", before, ended)
    took, now = (each.at("average_latency_ms.value") for each in (before, going))
    ctx.expect(abs(took - now) <= NEAR_MS, "what goes on changes the average", before, going)
    rate = ended.at("retry_rate.value")
    ctx.expect(0 <= rate <= 1, f"the rate of retries is {rate}", ended)


@rule(MUST, "document: workflows.metrics.get_workflow_metrics (start_time, end_time)", (METRICS,))
def figures_keep_to_their_times(ctx: Context) -> None:
    """Figures count executions between their two times alone, and agree with one another."""
    run = finished(ctx, execute(ctx))
    began = run["start_time"]
    around = {"start_time": later(began, hours=-1), "end_time": later(began, hours=1)}
    found = figures(ctx, GREET, around)
    total, good = found.at("execution_count.value"), found.at("success_count.value")
    ctx.expect(total >= good >= 1, "the execution is not among those around its start", found)
    points = found.at("latency_over_time.value")
    ctx.expect(1 <= len(points) <= total, "the latencies are not those of executions", found)
    empty = figures(ctx, GREET, {"start_time": later(began, hours=10_000)})
    expect_equal(ctx, empty.at("execution_count.value"), 0, "the count of the future", empty)
    early = figures(ctx, GREET, {"end_time": "1990-01-01T00:00:00Z"})
    expect_equal(ctx, early.at("execution_count.value"), 0, "the count of the past", early)


@rule(
    MUST,
    "harm: what others run is shown to a stranger",
    (METRICS,),
    needs=("stranger",),
)
def figures_leave_out_strangers(ctx: Context) -> None:
    """What a stranger executes of a workflow that is shared is in no figure of the caller's."""
    query = {"search": TRANSLATE, "include_shared": "false"}
    own = ctx.prepare(LIST_WORKFLOWS, query=query)
    if TRANSLATE in column(own, "workflows", "name"):
        ctx.skip("whose workflow it is may see what others make of it")
    execute(ctx, TRANSLATE, input=TRANSLATED)
    ctx.pass_time(LASTS_S)
    before = figures(ctx, TRANSLATE)
    stranger = ctx.as_("stranger")
    body = {"input": TRANSLATED}
    theirs = stranger.call(EXECUTE, workflow_identifier=TRANSLATE, json=body)
    if not theirs.ok:
        ctx.skip("the stranger cannot execute what is shared with the caller")
    ctx.pass_time(LASTS_S)
    after = figures(ctx, TRANSLATE)
    for name in ("execution_count", "success_count", "latency_over_time"):
        now, due = (each.at(f"{name}.value") for each in (after, before))
        expect_equal(ctx, now, due, f"`{name}`", before, theirs, after)


@rule(MUST, "document: workflows.runs.get_run; document: workflows.runs.list_runs", (LIST, GET))
def each_run_is_itself(ctx: Context) -> None:
    """Each run of an execution that has several is listed and read by its own id, as it is."""
    done = wait_end(ctx, start(ctx, COUNT, input={}))
    listed = ctx.answer(LIST, query={"workflow_identifier": COUNT})
    runs = [e for e in listed["executions"] if e["execution_id"] == done["execution_id"]]
    ctx.expect(
        len(runs) > 1, f"{len(runs)} runs of an execution that carried on are listed", listed
    )
    for run in runs:
        one = ctx.answer(GET, run_id=run["run_id"])
        for name in ("run_id", "status", "start_time", "end_time"):
            expect_equal(ctx, one[name], run[name], f"`{name}` of one of several runs", listed, one)


@rule(MUST, "document: workflows.runs.list_runs (search_key)", (LIST,))
def search_wants_every_pair(ctx: Context) -> None:
    """A search by several pairs finds the runs that were marked with all of them.

    A value may have colons and other signs in it: a key ends where the first colon is.
    """
    team, stages = f"team:{word(ctx)}", [word(ctx), word(ctx)]
    signs = [f"signs:http://one:80/größe?{each}=a+b&c (100%) d" for each in stages]
    runs = [started(ctx, team, f"stage:{a}", b) for a, b in zip(stages, signs, strict=True)]
    one, other = (each["execution_id"] for each in runs)
    if not {one, other} <= (found := search(ctx, team)).keys():
        ctx.skip("runs are not found by the attributes that they were started with")
    both = search(ctx, team, f"stage:{stages[0]}")
    ctx.expect(one in both, "a run that has both pairs is not found", *found.values())
    ctx.expect(other not in both, "a run that has one of two pairs is found", *both.values())
    told = search(ctx, signs[0])
    ctx.expect(one in told, f"what was marked with {signs[0]!r} is not found by that")
    ctx.expect(other not in told, f"{signs[0]!r} finds {signs[1]!r}", *told.values())


def started(ctx: Context, *pairs: str) -> Exchange:
    """Return a new execution that is marked with pairs of key and value."""
    marks = dict(pair.split(":", 1) for pair in pairs)
    return execute(ctx, custom_tracing_attributes=marks)


def search(ctx: Context, *pairs: str) -> dict[str, Exchange]:
    """Return the ids of the executions that have all pairs, each with the answer that tells it."""
    answer = ctx.answer(LIST, query={"search_key": list(pairs)})
    return {each["execution_id"]: answer for each in answer["executions"]}


def figures(ctx: Context, name: str, query: Mapping[str, str] | None = None) -> Exchange:
    """Return the figures of a workflow; the average lies between those of which it is one."""
    need_workflow(ctx, name)
    found = ctx.answer(METRICS, workflow_name=name, query=query)
    mean = found.at("average_latency_ms.value")
    if points := [each[1] for each in found.at("latency_over_time.value")]:
        least, most = min(points), max(points)
        said = f"the latencies are from {least} to {most}, their average is {mean}"
        ctx.expect(least - NEAR_MS <= mean <= most + NEAR_MS, said, found)
    return found
