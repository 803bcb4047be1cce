"""Campaigns: a judge at work on a sample of the recorded chat completions.

A campaign takes its sample when it starts, and keeps what it took and the judge as it was, so that
neither newer events nor a change or the end of the judge touch it. Verdicts come one by one over
the processing delay of the mock; they show as extra fields of the selected events (our choices).
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mistral_mock import clock
from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import APIError
from mistral_mock.ownership import visible
from mistral_mock.registry import operation
from mistral_mock.resources.observability import events, judges, judging, lookups
from mistral_mock.resources.observability.campaign_state import Selected, StoredCampaign
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.observability.recordings import Reading

LIST = "/v1/observability/campaigns"


@operation("beta.observability.campaigns.create")
def create(ctx: Context) -> Answer:
    """Return 201 with the campaign; 404 without the judge, 400 when no event matches."""
    judge = judges.find(ctx, ctx.body["judge_id"].lower())
    matching = events.find_matching(ctx, ctx.body["search_params"])
    if not matching:
        message = "No recorded chat completion matches the filter"
        raise observability_error(400, message, "CAMPAIGN_NO_MATCHING_EVENTS")
    now = ctx.clock.stamp()
    campaign = StoredCampaign(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        owner_id=ctx.caller.user_id,
        created_at=now,
        completed_at=now + timedelta(seconds=ctx.settings.job_delay_s),
        name=ctx.body["name"],
        description=ctx.body["description"],
        max_nb_events=ctx.body["max_nb_events"],
        search_params=ctx.body["search_params"],
        judge=judges.view(judge),
    )
    ctx.table(StoredCampaign).put(campaign)
    select(ctx, campaign, sample(campaign, matching))
    return json_answer(view(campaign), 201)


@operation("beta.observability.campaigns.list")
def list_campaigns(ctx: Context) -> Answer:
    """Return a page of the campaigns, the newest first."""
    found = [
        campaign
        for campaign in reversed(visible(ctx, StoredCampaign))
        if lookups.matches(ctx.query["q"], campaign.name, campaign.description)
    ]
    return json_answer({"campaigns": lookups.page(ctx, LIST, found, view)})


@operation("beta.observability.campaigns.fetch")
def fetch(ctx: Context) -> Answer:
    """Return the campaign."""
    return json_answer(view(find(ctx, ctx.path["campaign_id"])))


@operation("beta.observability.campaigns.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the campaign has gone with its verdicts, and the events stay."""
    campaign = find(ctx, ctx.path["campaign_id"])
    for selected in ctx.table(Selected).children(campaign.id):
        ctx.table(Selected).remove(selected.id)
    ctx.table(StoredCampaign).remove(campaign.id)
    return no_content()


@operation("beta.observability.campaigns.fetch_status")
def fetch_status(ctx: Context) -> Answer:
    """Return `RUNNING` until the last verdict, then `COMPLETED`."""
    campaign = find(ctx, ctx.path["campaign_id"])
    running = ctx.now() < campaign.completed_at
    return json_answer({"status": "RUNNING" if running else "COMPLETED"})


@operation("beta.observability.campaigns.list_events")
def list_events(ctx: Context) -> Answer:
    """Return a page of the selected events, the newest first, with the verdicts given so far."""
    campaign = find(ctx, ctx.path["campaign_id"])
    path = f"{LIST}/{campaign.id}/selected-events"
    found = list_selected(ctx, campaign.id)
    page = lookups.page(ctx, path, found, lambda selected: view_selected(ctx, selected))
    return json_answer({"completion_events": page})


def find(ctx: Context, id_: str) -> StoredCampaign:
    """Return the campaign with the id.

    Raises:
        APIError: 404 `CAMPAIGN_NOT_FOUND`.

    """
    return lookups.find(ctx, StoredCampaign, id_, "campaign", "CAMPAIGN_NOT_FOUND")


def list_selected(ctx: Context, campaign_id: str) -> list[Selected]:
    """Return what a campaign selected, the newest event first."""
    return ctx.table(Selected).children(campaign_id)


def sample(campaign: StoredCampaign, matching: list[Reading]) -> list[Reading]:
    """Return as many events as the campaign may have, drawn by its id, in their order."""

    def draw(reading: Reading) -> bytes:
        return blake2b(f"{campaign.id} {reading.event.id}".encode(), digest_size=8).digest()

    chosen = {each.event.id for each in sorted(matching, key=draw)[: campaign.max_nb_events]}
    return [reading for reading in matching if reading.event.id in chosen]


def select(ctx: Context, campaign: StoredCampaign, readings: list[Reading]) -> None:
    """Put the events under the campaign, each with its verdict and the moment of it."""
    duration = campaign.completed_at - campaign.created_at
    for place, reading in enumerate(readings, 1):
        selected = Selected(
            id=f"{campaign.id} {reading.event.id}",
            campaign_id=campaign.id,
            event=events.view_short(reading, events.SHORT),
            verdict=judge_event(ctx, campaign, reading),
            judged_at=campaign.created_at + duration * place / len(readings),
        )
        ctx.table(Selected).put(selected)


def judge_event(ctx: Context, campaign: StoredCampaign, reading: Reading) -> dict[str, Any]:
    """Return the verdict on an event; empty where its messages are none that a judge can read."""
    try:
        return judging.judge_messages(ctx, campaign.judge, reading.messages)
    except APIError:
        return {}


def view_selected(ctx: Context, selected: Selected) -> dict[str, Any]:
    """Return the event in short; once it is judged, with the verdict among its extra fields."""
    if ctx.now() < selected.judged_at:
        return selected.event
    verdict = {f"judge_{name}": value for name, value in selected.verdict.items()}
    return {**selected.event, "extra_fields": {**selected.event["extra_fields"], **verdict}}


def view(campaign: StoredCampaign) -> dict[str, Any]:
    """Return the campaign as the API writes it."""
    return {
        "id": campaign.id,
        "created_at": clock.spell(campaign.created_at),
        "updated_at": clock.spell(campaign.created_at),
        "deleted_at": None,
        "name": campaign.name,
        "owner_id": campaign.owner_id,
        "workspace_id": campaign.workspace_id,
        "description": campaign.description,
        "max_nb_events": campaign.max_nb_events,
        "search_params": campaign.search_params,
        "judge": campaign.judge,
    }
