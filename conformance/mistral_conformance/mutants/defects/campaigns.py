"""Defects of campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited, forgiving
from mistral_conformance.rules.common.observability import CREATE_CAMPAIGN
from mistral_conformance.rules.errors import UPDATE_JUDGE as UPDATE
from mistral_conformance.rules.events import SELECTED as EVENTS
from mistral_conformance.rules.events import STATUS
from mistral_mock.answers import json_answer
from mistral_mock.resources.observability import events
from mistral_mock.resources.observability.campaign_state import Selected

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

CAMPAIGNS = "resources.observability.campaigns"


@mutant("campaigns.sample-ignores-the-limit", CREATE_CAMPAIGN, EVENTS, place=f"{CAMPAIGNS}:sample")
def sample_ignores_the_limit(_sample: Part) -> Part:
    """A campaign takes all events that match, however few it may take."""
    return lambda _campaign, matching: matching


@mutant("campaigns.filter-is-ignored", CREATE_CAMPAIGN, EVENTS, place=f"{CAMPAIGNS}:create")
def filter_is_ignored(create: Part) -> Part:
    """A campaign takes events that do not match its filter."""
    everything = {"filters": None}
    return lambda ctx: create(evolve(ctx, body={**ctx.body, "search_params": everything}))


@mutant(
    "campaigns.limit-comes-before-the-filter", CREATE_CAMPAIGN, EVENTS, place=f"{CAMPAIGNS}:select"
)
def limit_comes_before_the_filter(select: Part) -> Part:
    """A campaign looks at as many events as it may have, and takes those of them that match."""

    def defect(ctx: Part, campaign: Part, readings: Part) -> None:
        seen = events.find_matching(ctx, {"filters": None})[: campaign.max_nb_events]
        ids = {each.event.id for each in seen}
        select(ctx, campaign, [each for each in readings if each.event.id in ids])

    return defect


@mutant("campaigns.last-one-takes-events", CREATE_CAMPAIGN, EVENTS, place=f"{CAMPAIGNS}:select")
def last_one_takes_events(select: Part) -> Part:
    """An event belongs to the campaign that has selected it last."""

    def defect(ctx: Part, campaign: Part, readings: Part) -> None:
        table, known = ctx.table(Selected), {each.event.id for each in readings}
        for each in list(table):
            if each.event["event_id"] in known:
                table.remove(each.id)
        select(ctx, campaign, readings)

    return defect


@mutant("campaigns.done-from-the-start", STATUS, EVENTS, place=f"{CAMPAIGNS}:fetch_status")
def done_from_the_start(fetch_status: Part) -> Part:
    """A campaign is completed before its verdicts have come."""
    return edited(fetch_status, lambda found: {**found, "status": "COMPLETED"})


@mutant("campaigns.status-fails-at-the-end", STATUS, place=f"{CAMPAIGNS}:fetch_status")
def status_fails_at_the_end(fetch_status: Part) -> Part:
    """A campaign that has ended says that it was canceled."""

    def change(found: Part) -> Part:
        return {"status": "CANCELED"} if found["status"] == "COMPLETED" else found

    return edited(fetch_status, change)


@mutant(
    "campaigns.used-judge-may-change", UPDATE, place="resources.observability.campaign_state:uses"
)
def used_judge_may_change(_uses: Part) -> Part:
    """The judge of a campaign can be changed."""
    return lambda _ctx, _judge_id: False


@mutant(
    "campaigns.no-events-has-another-code",
    CREATE_CAMPAIGN,
    place=f"{CAMPAIGNS}:observability_error",
)
def no_events_has_another_code(observability_error: Part) -> Part:
    """A campaign without events is refused with the code of an unknown field."""
    return lambda status, message, _code: observability_error(status, message, "FIELDS_NOT_FOUND")


@mutant("campaigns.unknown-judge-is-taken", CREATE_CAMPAIGN, place=f"{CAMPAIGNS}:create")
def unknown_judge_is_taken(create: Part) -> Part:
    """A campaign that cannot be started is answered as if it were."""
    return forgiving(create, json_answer({"status": "RUNNING"}, 201))
