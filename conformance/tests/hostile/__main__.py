"""Sends hostile requests to the mock: no 500, nothing that hangs, memory that stays flat.

    python -m tests.hostile --requests 1000000 --seed 1        # or: make hostile

The clock jumps between requests and inside streams; the mock is reset now and then, so that its
state does not count as memory. Exit codes: 0 all held, 1 something did not, which is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import math
import random
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field
from tests.hostile.requests import Attack

from mistral_mock.app import create_app
from mistral_mock.memory import give_back_memory
from mistral_mock.settings import Settings
from mistral_mock.wire import DroppedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hostile.requests import Sent

    from mistral_mock.app import App

LONGEST_S = 60.0
"""What a request may take on a busy machine before it counts as hanging."""
MOST_EVENTS = 200
MOST_WAITS = 3
"""How often a stream may wait for the clock until the caller leaves it."""
AT_ONCE = 4
ROUND = 5_000
"""So many requests stand between two resets."""
TOLD_AFTER = 10
"""After so many rounds it says how far it is."""
GROWTH = 1.10
NOT_IMPLEMENTED = 501
STATM = Path("/proc/self/statm")


@define
class Call:
    """One request on its way through the application."""

    sent: Sent
    jump: Any
    """Moves the clock, for a stream that waits."""
    status: int = 0
    content: bytes = b""
    events: int = 0
    waits: int = 0
    pieces: list[bytes] = field(factory=list)

    async def run(self, app: App) -> None:
        """Sends it and takes the answer."""
        self.pieces = list(self.sent.pieces)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": self.sent.method,
            "scheme": "http",
            "path": self.sent.path,
            "raw_path": self.sent.path.encode(),
            "query_string": self.sent.query,
            "headers": list(self.sent.headers),
            "server": ("127.0.0.1", 8100),
            "client": ("127.0.0.1", 1),
        }
        try:
            await app(scope, self._receive, self._take)
        except DroppedError:
            return  # the caller has left

    async def _receive(self) -> dict[str, Any]:
        if self.pieces:
            if self.sent.leaves and len(self.pieces) == 1:
                return {"type": "http.disconnect"}
            body = self.pieces.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(self.pieces)}
        self.waits += 1
        if self.waits > MOST_WAITS:
            return {"type": "http.disconnect"}
        await self.jump()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.events += 1
        if self.events == 1:
            self.content = message.get("body", b"")
        if self.events > MOST_EVENTS:
            raise DroppedError("the caller has read enough")


@define
class Campaign:
    """What was sent, and what came of it."""

    app: App
    attack: Attack
    failures: list[str] = field(factory=list)
    memory: list[int] = field(factory=list)
    """After each round, in bytes."""
    statuses: dict[int, int] = field(factory=dict)
    slowest_s: float = 0.0

    async def run(self, requests: int, longest_s: float) -> None:
        """Sends so many, round by round, until something fails or the time is over."""
        left, end = requests, time.monotonic() + longest_s
        while left > 0 and not self.failures and time.monotonic() < end:
            share = min(left, ROUND)
            counts = [share // AT_ONCE + (place < share % AT_ONCE) for place in range(AT_ONCE)]
            await asyncio.gather(*(self._send_many(count) for count in counts))
            left -= share
            self._reset()
            if len(self.memory) % TOLD_AFTER == 0:
                say(f"{requests - left} requests, {self.memory[-1] >> 20} MB")

    async def _send_many(self, count: int) -> None:
        for _ in range(count):
            if self.failures:
                return
            await self._send(self.attack.make())

    async def _send(self, sent: Sent) -> None:
        call = Call(sent, self._jump)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST_S):
                await call.run(self.app)
        except TimeoutError:
            self.failures.append(f"hangs: {sent}")
        except Exception as error:  # noqa: BLE001 - whatever comes out of the application is one
            self.failures.append(f"raises {error!r}: {sent}")
        self.slowest_s = max(self.slowest_s, time.perf_counter() - began)
        self.statuses[call.status] = self.statuses.get(call.status, 0) + 1
        if call.status >= 500 and call.status != NOT_IMPLEMENTED:
            self.failures.append(f"answers {call.status}: {sent}")
        self.attack.learn(sent, call.content)

    async def _jump(self) -> None:
        await Call(self.attack.jump(), self._jump).run(self.app)

    def _reset(self) -> None:
        self.app.world.reset()
        self.attack.forget()
        gc.collect()
        self.memory.append(measure_memory())

    @property
    def growth(self) -> float:
        """Memory in the last third of the rounds, as a ratio to that in the second; 1 for few."""
        third = len(self.memory) // 3
        if not third:
            return 1.0
        before, after = self.memory[third : 2 * third], self.memory[-third:]
        return statistics.median(after) / statistics.median(before)

    def judge(self) -> list[str]:
        """All that did not hold."""
        if self.growth > GROWTH:
            return [*self.failures, f"memory grew {self.growth:.2f} times"]
        return self.failures

    def tell(self) -> str:
        """The figures in a few lines."""
        sizes = " ".join(str(each >> 20) for each in self.memory[:: len(self.memory) // 12 or 1])
        counts = ", ".join(f"{each}: {count}" for each, count in sorted(self.statuses.items()))
        return (
            f"{sum(self.statuses.values())} requests; by status {counts}\n"
            f"slowest {self.slowest_s:.2f} s; memory in MB {sizes} (growth {self.growth:.3f})\n"
        )


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measure_memory() -> int:
    """What the process holds now, in bytes; the most it has held where no system tells."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def attack(requests: int, seed: int, longest_s: float = math.inf) -> Campaign:
    """A campaign of so many requests against a fresh mock, or of as many as the time allows."""
    dice = random.Random(seed)  # noqa: S311 - requests, not secrets
    app = create_app(Settings(clock="manual", seed=seed))
    campaign = Campaign(app, Attack(dice))
    asyncio.run(campaign.run(requests, longest_s))
    return campaign


def main(argv: Sequence[str] | None = None) -> int:
    """Sends and judges; the exit code."""
    parser = argparse.ArgumentParser(description="Send hostile requests to the mock.")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many")
    options = parser.parse_args(argv)
    say(f"--seed {options.seed}")
    give_back_memory()  # as the server does
    campaign = attack(options.requests, options.seed, options.minutes * 60)
    sys.stdout.write(campaign.tell())
    for failure in campaign.judge():
        sys.stdout.write(f"{failure}\n")
    return 1 if campaign.judge() else 0


if __name__ == "__main__":
    sys.exit(main())
