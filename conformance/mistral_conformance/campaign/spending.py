"""What a share has spent so far, on disk, so that a worker that takes it over knows.

A request that is on its way when a worker dies is not counted.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, evolve

from mistral_conformance.session.prices import highest_cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from mistral_conformance.campaign.shares import Share
    from mistral_conformance.record.exchange import Exchange


@define
class Spending:
    """What all tries of a share have spent; `cost` is in US dollars, and 0 if it has no bound."""

    share: Share
    file: BinaryIO
    requests: int = 0
    cost: float = 0.0

    def note(self, exchange: Exchange) -> None:
        """Add an exchange, on disk at once."""
        self.requests += 1
        if self.share.most_cost:
            self.cost += highest_cost_of(exchange)
        self.file.write(f"{self.requests} {self.cost!r}\n".encode())

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


@contextmanager
def spending_of(path: Path, share: Share) -> Iterator[Spending]:
    """Give what all tries of a share have spent, in a file that stays until one try ends well."""
    with path.open("a+b", buffering=0) as file:
        file.seek(0)
        whole, newline, _cut = file.read().rpartition(b"\n")
        file.truncate(len(whole + newline))  # without the line that a kill cut off
        requests, cost = whole.split(b"\n")[-1].split() if whole else (b"0", b"0.0")
        yield Spending(share, file, int(requests), float(cost))
    path.unlink()
