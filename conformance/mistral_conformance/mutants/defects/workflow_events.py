"""Defects of the events of workflows and of their stream."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules import workflow_events as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

NUMBER = re.compile(rb'"broker_sequence": ?[0-9]+')
EVENTS = "resources.workflows.event_lists"


@mutant("workflow-events.one-id-is-every-id", op.LIST, place=f"{EVENTS}:get_workflow_events")
def one_id_is_every_id(get_events: Part) -> Part:
    """Who asks for the events of one execution hears of all that it has started, too."""

    def defect(ctx: Part) -> Part:
        asked = dict(ctx.query)
        if asked["workflow_exec_id"]:
            asked |= {"root_workflow_exec_id": asked["workflow_exec_id"], "workflow_exec_id": None}
        return get_events(evolve(ctx, query=asked))

    return defect


@mutant("workflow-events.first-comes-last", op.LIST, place=f"{EVENTS}:get_workflow_events")
def first_comes_last(get_events: Part) -> Part:
    """A page of events has its first event at the end."""
    return edited(
        get_events, lambda found: {**found, "events": [*found["events"][1:], *found["events"][:1]]}
    )


@mutant(
    "workflow-events.list-has-texts-for-numbers", op.LIST, place=f"{EVENTS}:get_workflow_events"
)
def list_has_texts_for_numbers(get_events: Part) -> Part:
    """A page of events is sorted by numbers that are texts: 1, 10, 2."""

    def change(found: Part) -> Part:
        order = sorted(range(len(found["events"])), key=lambda number: str(number + 1))
        return {**found, "events": [found["events"][number] for number in order]}

    return edited(get_events, change)


@mutant("workflow-events.list-is-remembered", op.LIST, place=f"{EVENTS}:get_workflow_events")
def list_is_remembered(get_events: Part) -> Part:
    """What a query was answered once it is answered for ever."""
    known: dict[str, Part] = {}
    return lambda ctx: known.setdefault(repr(ctx.query), get_events(ctx))


@mutant("workflow-events.stream-repeats-the-last", op.STREAM, place=f"{EVENTS}:first_number")
def stream_repeats_the_last(first_number: Part) -> Part:
    """A stream that goes on sends the last event again."""
    return lambda ctx: first_number(ctx) - 1


@mutant("workflow-events.stream-forgets-its-place", op.STREAM, place=f"{EVENTS}:first_number")
def stream_forgets_its_place(_first_number: Part) -> Part:
    """A stream always begins at the first event."""
    return lambda _ctx: 0


@mutant("workflow-events.scope-is-ignored", op.STREAM, place=f"{EVENTS}:is_of_kind")
def scope_is_ignored(is_of_kind: Part) -> Part:
    """The stream sends the events of workflows among those of activities."""
    return lambda ctx, event: is_of_kind(evolve(ctx, query={**ctx.query, "scope": "*"}), event)


@mutant("workflow-events.metadata-are-ignored", op.STREAM, place=f"{EVENTS}:is_of_execution")
def metadata_are_ignored(is_of_execution: Part) -> Part:
    """The filter by metadata lets everything through."""
    return lambda ctx, event: is_of_execution(
        evolve(ctx, query={**ctx.query, "metadata_filters": None}), event
    )


@mutant("workflow-events.metadata-end-at-signs", op.STREAM, place=f"{EVENTS}:is_of_execution")
def metadata_end_at_signs(is_of_execution: Part) -> Part:
    """What is searched in the metadata ends at its first colon."""

    def defect(ctx: Part, event: Part) -> Part:
        wanted = ctx.query["metadata_filters"] or {}
        cut = {name: each.partition(":")[0] for name, each in wanted.items()}
        return is_of_execution(evolve(ctx, query={**ctx.query, "metadata_filters": cut}), event)

    return defect


@mutant("workflow-events.numbers-skip-nothing", op.STREAM, place=f"{EVENTS}:follow")
def numbers_skip_nothing(follow: Part) -> Part:
    """An event has the number of those alone that a filter lets through."""

    def defect(ctx: Part, first: int) -> Part:
        told = 0
        for each in follow(ctx, first):
            told += each is not None
            yield each and NUMBER.sub(b'"broker_sequence": %d' % told, each)

    return defect


@mutant(
    "workflow-events.stream-names-all-alike",
    op.STREAM,
    place=f"{EVENTS}:spell",
)
def stream_names_all_alike(spell: Part) -> Part:
    """Every event of the stream has the same name."""
    return lambda event: spell(evolve(event, type="message"))


@mutant("workflow-events.stream-is-the-first-callers", op.STREAM, place=f"{EVENTS}:follow")
def stream_is_the_first_callers(follow: Part) -> Part:
    """Every stream tells what happens in the workspace that was heard first."""
    callers: list[Part] = []

    def defect(ctx: Part, first: int) -> Part:
        callers.append(ctx.caller)
        return follow(evolve(ctx, caller=callers[0]), first)

    return defect
