"""What a share has spent so far, on disk, so that a worker that takes it over knows.

A request that is on its way when a worker dies is not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve

from mistral_conformance.session.prices import highest_cost_of

if TYPE_CHECKING:
    from pathlib import Path

    from mistral_conformance.campaign.shares import Share
    from mistral_conformance.record.exchange import Exchange


@define
class Spending:
    """What all tries of a share have spent; `cost` is in US dollars, and 0 if it has no bound."""

    path: Path
    share: Share
    requests: int = 0
    cost: float = 0.0

    def note(self, exchange: Exchange) -> None:
        """Add an exchange, on disk at once."""
        self.requests += 1
        if self.share.most_cost:
            self.cost += highest_cost_of(exchange)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{self.requests} {self.cost!r}\n")

    @property
    def left(self) -> Share | None:
        """The share with what it may still spend, or None if that is nothing."""
        share, requests = self.share, self.share.most_requests - self.requests
        cost = share.most_cost - self.cost
        if (share.most_requests and requests < 1) or (share.most_cost and cost <= 0):
            return None
        return evolve(
            share,
            most_requests=requests if share.most_requests else 0,
            most_cost=cost if share.most_cost else 0.0,
        )


def read_spending(path: Path, share: Share) -> Spending:
    """What earlier tries of a share have spent; a line that a kill cut off is left out."""
    if not path.exists():
        return Spending(path, share)
    *lines, _cut = path.read_text("utf-8").split("\n")
    if not lines:
        return Spending(path, share)
    requests, cost = lines[-1].split()
    return Spending(path, share, int(requests), float(cost))
