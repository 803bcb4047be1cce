"""What the mock keeps of campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.ownership import Owned
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.context import Context


@frozen(kw_only=True)
class StoredCampaign(Owned):
    """One campaign, with the judge as it was when the campaign started."""

    called = "campaign"

    owner_id: str
    created_at: datetime
    completed_at: datetime
    name: str
    description: str
    max_nb_events: int
    search_params: dict[str, Any]
    judge: dict[str, Any]


@frozen(kw_only=True)
class Selected(Record):
    """An event that a campaign selected, in short, and the verdict on it."""

    called = "event of a campaign"

    campaign_id: str
    event: dict[str, Any]
    verdict: dict[str, Any]
    judged_at: datetime
    """From when on the verdict shows."""

    @property
    def parent_id(self) -> str:
        """The campaign."""
        return self.campaign_id


def uses(ctx: Context, judge_id: str) -> bool:
    """Say whether a campaign runs or ran this judge."""
    return any(campaign.judge["id"] == judge_id for campaign in ctx.table(StoredCampaign))
