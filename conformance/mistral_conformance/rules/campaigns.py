"""Campaigns: started over recorded chats, watched until they end, read page by page, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.chats import ask
from mistral_conformance.rules.common.observability import (
    CREATE_CAMPAIGN,
    await_events,
    create_campaign,
    create_judge,
    define_judge,
    expect_code,
    ids_in,
    plan,
    record_chats,
    search,
    walk,
)
from mistral_conformance.rules.common.steps import expect_equal, unknown_id, word
from mistral_conformance.rules.judges import UPDATE as UPDATE_JUDGE
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

LIST = "beta.observability.campaigns.list"
FETCH = "beta.observability.campaigns.fetch"
DELETE = "beta.observability.campaigns.delete"
STATUS = "beta.observability.campaigns.fetch_status"
FETCH_EVENT = "beta.observability.chat_completion_events.fetch"
EVENTS = "beta.observability.campaigns.list_events"
CODES = "document: ObservabilityErrorCode"
TEXT = "Name a tree."
RUNNING, DONE = "RUNNING", "COMPLETED"
LIMIT_S, STEP_S = 20, 0.5
DAY_S = 24 * 3600
"""How long a rule waits for a campaign to end, and how long between two looks, in seconds."""


@rule(
    id="campaigns.status-moves-forward",
    level=MUST,
    source="document: BaseTaskStatus",
    operations=(STATUS,),
)
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


@rule(
    id="campaigns.selected-events-match",
    level=MUST,
    source="document: CreateCampaignRequest",
    operations=(CREATE_CAMPAIGN, EVENTS),
)
def selected_events_match(ctx: Context) -> None:
    """A campaign selects events that pass its filter, all of them where they are few enough."""
    wanted = record_chats(ctx, TEXT, TEXT, TEXT)
    matching = ids_in(search(ctx, wanted))
    judge = create_judge(ctx)
    for most in (100, 2):
        campaign = create_campaign(ctx, judge, wanted, most)
        answer = ctx.api.call(EVENTS, campaign_id=campaign["id"])
        events = ctx.expect_status(answer, 200).at("completion_events.results")
        ids = [each["event_id"] for each in events]
        expect_equal(ctx, len(set(ids)), min(most, len(matching)), "the number of events", answer)
        ctx.expect(set(ids) <= set(matching), "an event does not match the filter", answer)


@rule(
    id="campaigns.pages-are-complete",
    level=MUST,
    source="lists.ways-of-paging",
    operations=(EVENTS,),
)
def pages_are_complete(ctx: Context) -> None:
    """Pages of the selected events count from 1 and show each event once."""
    wanted = record_chats(ctx, TEXT, TEXT, TEXT)
    campaign = create_campaign(ctx, create_judge(ctx), wanted)
    items = walk(ctx, EVENTS, "completion_events", {"page_size": 2}, campaign_id=campaign["id"])
    found = [str(each["event_id"]) for each in items]
    due = ids_in(search(ctx, wanted))
    ctx.expect(sorted(found) == sorted(due), "the pages do not show each event once")


@rule(
    id="campaigns.later-events-stay-out",
    level=MAY,
    source="choices.campaigns-later-events-stay-out",
    operations=(EVENTS,),
)
def later_events_stay_out(ctx: Context) -> None:
    """A chat after the start of a campaign is not added to it, though it passes the filter."""
    sign = word(ctx)
    ask(ctx, f"{TEXT} {sign}", max_tokens=40)
    campaign = create_campaign(ctx, create_judge(ctx), await_events(ctx, sign, 1))
    ask(ctx, f"{TEXT} {sign}", max_tokens=40)
    await_events(ctx, sign, 2)
    expect_equal(ctx, _count(ctx, campaign["id"]), 1, "the number of selected events")


@rule(
    id="campaigns.judge-in-use-cannot-change",
    level=SHOULD,
    source=CODES,
    operations=(UPDATE_JUDGE,),
)
def judge_in_use_cannot_change(ctx: Context) -> None:
    """A judge that a campaign uses is not changed: the refusal has its own code."""
    judge = create_judge(ctx)
    create_campaign(ctx, judge, record_chats(ctx, TEXT))
    answer = ctx.api.call(UPDATE_JUDGE, judge_id=judge["id"], json=define_judge(ctx))
    expect_code(ctx, answer, "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED")


@rule(
    id="campaigns.needs-matching-events",
    level=SHOULD,
    source=CODES,
    operations=(CREATE_CAMPAIGN,),
)
def needs_matching_events(ctx: Context) -> None:
    """A campaign over a filter that no event passes is refused with its own code."""
    none = {"field": "nb_input_tokens", "op": "lt", "value": 0}
    body = plan(ctx, create_judge(ctx)["id"], none)
    expect_code(ctx, ctx.api.call(CREATE_CAMPAIGN, json=body), "CAMPAIGN_NO_MATCHING_EVENTS")


@rule(
    id="campaigns.deleted-campaign-frees-its-judge",
    level=MUST,
    source="document: ObservabilityErrorCode (a judge used in a campaign)",
    operations=(DELETE, UPDATE_JUDGE),
)
def deleted_campaign_frees_its_judge(ctx: Context) -> None:
    """A judge that only a deleted campaign used can be changed; what was judged stays."""
    judge = create_judge(ctx)
    campaign = create_campaign(ctx, judge, record_chats(ctx, TEXT))
    events = ids_in(ctx.need(ctx.api.call(EVENTS, campaign_id=campaign["id"]), 200))
    ctx.need(ctx.api.call(DELETE, campaign_id=campaign["id"]), 200, 204)
    for event_id in events:
        ctx.expect_status(ctx.api.call(FETCH_EVENT, event_id=event_id), 200)
    freed = ctx.api.call(UPDATE_JUDGE, judge_id=judge["id"], json=define_judge(ctx))
    ctx.expect_status(freed, 204)


@rule(
    id="campaigns.unknown-campaign-has-its-code",
    level=SHOULD,
    source=CODES,
    operations=(FETCH, STATUS, EVENTS, DELETE),
)
def unknown_campaign_has_its_code(ctx: Context) -> None:
    """An id of no campaign answers 404 with the code CAMPAIGN_NOT_FOUND."""
    for operation in (FETCH, STATUS, EVENTS, DELETE):
        answer = ctx.api.call(operation, campaign_id=unknown_id(ctx))
        expect_code(ctx, ctx.expect_status(answer, 404), "CAMPAIGN_NOT_FOUND")


def _look(ctx: Context, campaign_id: str) -> str:
    answer = ctx.api.call(STATUS, campaign_id=campaign_id)
    return str(ctx.expect_status(answer, 200)["status"])


def _count(ctx: Context, campaign_id: str) -> int:
    answer = ctx.api.call(EVENTS, campaign_id=campaign_id)
    return int(ctx.expect_status(answer, 200).at("completion_events.count"))
