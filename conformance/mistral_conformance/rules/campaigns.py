"""Campaigns: started over recorded chats, and watched until they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.observability import (
    CREATE_CAMPAIGN,
    create_campaign,
    create_judge,
    ids_in,
    record_chats,
    search,
)
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

STATUS = "beta.observability.campaigns.fetch_status"
EVENTS = "beta.observability.campaigns.list_events"
TEXT = "Name a tree."
RUNNING, DONE = "RUNNING", "COMPLETED"
LIMIT_S, STEP_S = 20, 0.5
DAY_S = 24 * 3600
"""How long a rule waits for a campaign to end, and how long between two looks, in seconds."""


@rule(MUST, "document: BaseTaskStatus", (STATUS,))
def status_moves_forward(ctx: Context) -> None:
    """A campaign runs until it is completed, and then stays so."""
    campaign = create_campaign(ctx, create_judge(ctx), record_chats(ctx, TEXT))
    seen = [_look(ctx, campaign["id"])]
    for _ in range(int(LIMIT_S / STEP_S)):
        if seen[-1] != RUNNING:
            break
        ctx.pass_time(STEP_S)
        seen.append(_look(ctx, campaign["id"]))
    if seen[-1] == RUNNING and ctx.session.clock:
        ctx.clock.advance(DAY_S)
        seen.append(_look(ctx, campaign["id"]))
        ctx.expect(seen[-1] != RUNNING, "the campaign still runs after a day")
    if seen[-1] == RUNNING:
        ctx.skip(f"the campaign did not end within {LIMIT_S} s")
    expect_equal(ctx, seen[-1], DONE, "the last status")
    ctx.pass_time(STEP_S)
    expect_equal(ctx, _look(ctx, campaign["id"]), DONE, "the status after the end")


@rule(MUST, "document: CreateCampaignRequest", (CREATE_CAMPAIGN, EVENTS))
def selected_events_match(ctx: Context) -> None:
    """A campaign selects events that pass its filter, all of them where they are few enough."""
    wanted = record_chats(ctx, TEXT, TEXT, TEXT)
    matching = ids_in(search(ctx, wanted))
    judge = create_judge(ctx)
    for most in (100, 2):
        campaign = create_campaign(ctx, judge, wanted, most)
        answer = ctx.answer(EVENTS, campaign_id=campaign["id"])
        events = answer.at("completion_events.results")
        ids = [each["event_id"] for each in events]
        expect_equal(ctx, len(set(ids)), min(most, len(matching)), "the number of events", answer)
        ctx.expect(set(ids) <= set(matching), "an event does not match the filter", answer)


def _look(ctx: Context, campaign_id: str) -> str:
    return str(ctx.answer(STATUS, campaign_id=campaign_id)["status"])
