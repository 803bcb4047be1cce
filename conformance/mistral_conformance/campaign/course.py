"""A campaign from its start to its end: hands out shares within bounds, and collects findings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import define, evolve, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.campaign.corpus import Corpus
    from mistral_conformance.campaign.findings import Findings
    from mistral_conformance.campaign.pools import Do, Pool
    from mistral_conformance.campaign.shares import Done, Rounds, Share
    from mistral_conformance.verdict.outcome import Result

LEAST_S = 1.0
"""With less time left, in seconds, no further share is begun."""


@define
class Course:
    """Which shares are next, and what they may spend together; 0 is no bound.

    Shares that failed before come first, so that a campaign that goes on tells of them; then those
    that nobody has done yet. Each is given a part of what is left, so that what all may spend is
    never more. Without a time, in seconds, the campaign ends with the round that it is in.
    """

    rounds: Rounds
    corpus: Corpus
    workers: int = 1
    most_s: float = 0.0
    most_requests: int = 0
    most_cost: float = 0.0
    stopped: str = ""
    requests: int = 0
    cost: float = 0.0
    now: Callable[[], float] = time.monotonic
    _began: float = field(init=False)
    _running: dict[int, Share] = field(factory=dict)
    _again: list[int] = field(init=False)
    _next: int = 0
    _last: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._began = self.now()
        self._again = sorted(self.corpus.red)
        while self._next in self.corpus.done:
            self._next += 1
        parts = len(self.rounds.parts)
        self._last = (self._next // parts + 1) * parts

    def take(self) -> Share | None:
        """Return the next share, or None where there is none or nothing is left to spend."""
        left_s = self.most_s - (self.now() - self._began) if self.most_s else 0.0
        if self.stopped or (self.most_s and left_s < LEAST_S):
            return None
        number = self._number()
        if number is None:
            return None
        free = max(1, self.workers - len(self._running))
        reserved = sum(each.most_requests for each in self._running.values())
        reserved_cost = sum(each.most_cost for each in self._running.values())
        requests = (self.most_requests - self.requests - reserved) // free
        cost = (self.most_cost - self.cost - reserved_cost) / free
        if (self.most_requests and requests < 1) or (self.most_cost and cost <= 0):
            self._again.insert(0, number)
            self._stop_where_spent()
            return None
        share = evolve(
            self.rounds.share(number),
            most_requests=requests if self.most_requests else 0,
            most_cost=cost if self.most_cost else 0.0,
            most_s=left_s,
        )
        self._running[number] = share
        return share

    def _number(self) -> int | None:
        if self._again:
            return self._again.pop(0)
        while self._next in self.corpus.done:
            self._next += 1
        if not self.most_s and self._next >= self._last:
            return None
        self._next += 1
        return self._next - 1

    def put_back(self, done: Done) -> None:
        """Note what a share has spent; one that is not whole is done again while there is time."""
        self._running.pop(done.share.number, None)
        self.requests += done.requests
        self.cost += done.cost
        if done.whole:
            self.corpus.note(done)
        elif done.run.interrupted:
            self.stopped = "interrupted"
        else:
            self._again.append(done.share.number)
            self._stop_where_spent()

    def _stop_where_spent(self) -> None:
        if self._running:
            return
        if self.most_requests and self.requests >= self.most_requests:
            self.stopped = f"after {self.requests} requests: --max-requests"
        if self.most_cost and self.cost >= self.most_cost:
            self.stopped = f"after some ${self.cost:.4f}: --max-cost"


def run_campaign(
    course: Course,
    pool: Pool,
    do: Do,
    findings: Findings,
    tell: Callable[[Done, list[Result]], object],
) -> None:
    """Have shares done until the time is up or what may be spent is spent; see `Findings`.

    Raises:
        WorkerDied, Unreachable, KeyRefused: no share can be done.

    """
    try:
        for done in pool.do_all(do, course.take):
            course.put_back(done)
            tell(done, findings.add(done.run))
            if done.run.interrupted:
                findings.run.interrupted = True
                break
    except KeyboardInterrupt:
        findings.run.interrupted = True
    findings.run.stopped = "" if findings.run.interrupted else course.stopped
    findings.run.elapsed_s = round(course.now() - course._began, 3)  # noqa: SLF001 - one module
