"""Defects of the runs of workflows and of their figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules import runs as op
from mistral_mock.resources.workflows import engine
from mistral_mock.resources.workflows.records import Execution
from mistral_mock.resources.workflows.runs import find_run

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

RUNS = "resources.workflows.runs"
METRICS = "resources.workflows.metrics"


@mutant("runs.open-runs-pass-bounds-of-the-end", op.LIST, place=f"{RUNS}:Bounds.hold")
def open_runs_pass_bounds_of_the_end(hold: Part) -> Part:
    """A run that goes on passes the filters of the end."""
    return lambda bounds, row: (
        hold(evolve(bounds, ended_after=None, ended_before=None), row)
        if row.run.ended_at is None
        else hold(bounds, row)
    )


@mutant("runs.the-newest-run-is-read", op.GET, place=f"{RUNS}:get_run")
def the_newest_run_is_read(get_run: Part) -> Part:
    """Whichever run of an execution is asked for, its newest one is shown."""

    def defect(ctx: Part) -> Part:
        execution = find_run(ctx).execution
        newest = engine.view_of(execution, ctx.now()).run_id
        return get_run(evolve(ctx, path={**ctx.path, "run_id": newest}))

    return defect


@mutant("runs.status-filter-takes-one", op.LIST, place=f"{RUNS}:find_rows")
def status_filter_takes_one(find_rows: Part) -> Part:
    """Of several states in the filter only the first counts."""

    def defect(ctx: Part) -> Part:
        status = ctx.query["status"]
        first = status[:1] if isinstance(status, list) else status
        return find_rows(evolve(ctx, query={**ctx.query, "status": first}))

    return defect


@mutant("runs.workflow-is-found-by-name-alone", op.LIST, place=f"{RUNS}:is_wanted_workflow")
def workflow_is_found_by_name_alone(is_wanted_workflow: Part) -> Part:
    """The filter by workflow does not know its id."""
    return lambda ctx, each: (
        is_wanted_workflow(ctx, each) and ctx.query["workflow_identifier"] in {None, each.name}
    )


@mutant("runs.one-pair-is-enough", op.LIST, place=f"{RUNS}:is_wanted_execution")
def one_pair_is_enough(is_wanted_execution: Part) -> Part:
    """Of several pairs in a search one is enough."""

    def defect(ctx: Part, execution: Part) -> bool:
        asked = ctx.query["search_key"] or ()
        each = [evolve(ctx, query={**ctx.query, "search_key": [pair]}) for pair in asked]
        return any(is_wanted_execution(one, execution) for one in each or [ctx])

    return defect


@mutant("runs.values-have-no-colon", op.LIST, place=f"{RUNS}:is_marked")
def values_have_no_colon(is_marked: Part) -> Part:
    """A searched key ends at the last colon, so that none is found for a value with one."""
    return lambda execution, pair: pair.count(":") == 1 and is_marked(execution, pair)


@mutant("runs.run-lacks-its-result", op.GET, place=f"{RUNS}:get_run")
def run_lacks_its_result(get_run: Part) -> Part:
    """A run that has ended shows no result."""
    return edited(get_run, lambda found: {**found, "result": None})


@mutant("runs.history-is-never-decoded", op.HISTORY, place=f"{RUNS}:get_run_history")
def history_is_never_decoded(get_run_history: Part) -> Part:
    """Payloads stay encoded whatever is asked for."""
    return lambda ctx: get_run_history(evolve(ctx, query={**ctx.query, "decode_payloads": False}))


@mutant(
    "runs.everyone-sees-everything", op.GET, op.LIST, place="resources.workflows.engine:executions"
)
def everyone_sees_everything(_executions: Part) -> Part:
    """The executions of all workspaces are everyone's."""
    return lambda world, _workspace_id: list(world.store.table(Execution))


@mutant("runs.figures-count-ended-ones-alone", op.METRICS, place=f"{METRICS}:find_rows")
def figures_count_ended_ones_alone(find_rows: Part) -> Part:
    """Executions that go on are not counted."""
    return lambda ctx: [row for row in find_rows(ctx) if row.run.ended_at is not None]


@mutant("runs.terminated-is-no-error", op.METRICS, place=f"{METRICS}:BAD")
def terminated_is_no_error(_bad: Part) -> Part:
    """An execution that somebody terminates does not count as an error."""
    return frozenset({"FAILED"})


@mutant("runs.figures-ignore-their-times", op.METRICS, place="moments:is_between")
def figures_ignore_their_times(_is_between: Part) -> Part:
    """The figures are those of all executions, whatever times are given."""
    return lambda _moment, _after, _before: True


@mutant("runs.series-is-in-nanoseconds", op.METRICS, place=f"{METRICS}:get_workflow_metrics")
def series_is_in_nanoseconds(get_metrics: Part) -> Part:
    """The latencies in the course of time are in nanoseconds, their average is in milliseconds."""

    def change(found: Part) -> Part:
        points = [[moment, took * 10**6] for moment, took in found["latency_over_time"]["value"]]
        return {**found, "latency_over_time": {"value": points}}

    return edited(get_metrics, change)


@mutant("runs.duration-is-in-seconds", op.GET, place=f"{RUNS}:get_run")
def duration_is_in_seconds(get_run: Part) -> Part:
    """The duration of a run is in seconds."""
    return edited(
        get_run,
        lambda found: {**found, "total_duration_ms": (found["total_duration_ms"] or 0) // 1000},
    )


@mutant("runs.figures-are-everybodys", op.METRICS, place=f"{METRICS}:engine.executions")
def figures_are_everybodys(_executions: Part) -> Part:
    """The figures of a workflow count the executions of all workspaces."""
    return lambda world, _workspace_id: list(world.store.table(Execution))
