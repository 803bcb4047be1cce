"""How 1, 10 and 100 workers of a campaign share a server: the table of docs/campaigns.md.

The course that hands out shares is the real one; server and workers are simulated on a clock of
their own. A round has the size of the profile `whole`.

    python conformance/tests/bench/campaign_workers.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from attrs import define, field

from mistral_conformance.campaign.corpus import Corpus
from mistral_conformance.campaign.course import Course
from mistral_conformance.campaign.shares import Done, Rounds, Share
from mistral_conformance.running.run import Run, RunOptions

WORKERS = (1, 10, 100)
PARTS, REQUESTS = 26, 1000
"""Shares of a round, and requests of a share."""
OPENING_S = 3.0
"""What it takes to begin a share: to import, to plan, to look at the server."""
PER_WORKER, PER_SERVER = 20.0, 200.0
"""Requests per second that one worker can send, and that the server can answer."""
RATE = 50.0
BOUND = 20_000
HOUR_S = 3600.0
OPTIONS = RunOptions("http://127.0.0.1:1", {})


@define
class Task:
    """A share that a worker is at."""

    share: Share
    opening_s: float = OPENING_S
    left: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = float(min(REQUESTS, self.share.most_requests or REQUESTS))

    @property
    def sends(self) -> bool:
        """Whether it has been begun."""
        return self.opening_s <= 0


@define
class Simulation:
    """Workers, a server and a clock; `busy_s` is the time that workers had a share, in all."""

    workers: int
    rate: float = 0.0
    now: float = 0.0
    busy_s: float = 0.0
    whole: int = 0
    tasks: list[Task] = field(factory=list)

    def run(self, course: Course) -> None:
        """Have the shares of a course done, as far as it gives any."""
        self._fill(course)
        while self.tasks:
            self._pass(min(self._until_event(each) for each in self.tasks))
            for task in [each for each in self.tasks if each.sends and each.left < 1e-6]:
                self.tasks.remove(task)
                self._end(course, task)
            self._fill(course)

    def _fill(self, course: Course) -> None:
        while len(self.tasks) < self.workers and (share := course.take()):
            self.tasks.append(Task(share))

    def _speed(self) -> float:
        """Requests per second of each worker that sends."""
        sending = sum(each.sends for each in self.tasks) or 1
        bounds = [PER_WORKER, PER_SERVER / sending]
        return min([*bounds, self.rate / self.workers] if self.rate else bounds)

    def _until_event(self, task: Task) -> float:
        return task.left / self._speed() if task.sends else task.opening_s

    def _pass(self, seconds: float) -> None:
        speed = self._speed()
        self.now += seconds
        self.busy_s += seconds * len(self.tasks)
        for each in self.tasks:
            if each.sends:
                each.left -= speed * seconds
            else:
                each.opening_s = max(0.0, each.opening_s - seconds)
                each.opening_s = 0.0 if each.opening_s < 1e-9 else each.opening_s

    def _end(self, course: Course, task: Task) -> None:
        sent = min(REQUESTS, task.share.most_requests or REQUESTS)
        late = bool(task.share.most_s) and self.now > HOUR_S
        stopped = "--max" if sent < REQUESTS or late else ""
        self.whole += not stopped
        course.put_back(Done(task.share, Run(OPTIONS, [], stopped=stopped), sent, 0.0))


def simulate(
    workers: int, *, rate: float = 0.0, most_s: float = 0.0, most_requests: int = 0
) -> Simulation:
    """A campaign from its start to its end."""
    simulation = Simulation(workers, rate)
    rounds = Rounds(0, tuple((f"case {each}",) for each in range(PARTS)))
    with tempfile.TemporaryDirectory() as folder:
        course = Course(
            rounds,
            Corpus(Path(folder), "simulated"),
            workers,
            most_s,
            most_requests,
            now=lambda: simulation.now,
        )
        simulation.run(course)
    return simulation


def write_row(workers: int) -> str:
    """One row of the table."""
    one = simulate(workers)
    slow = simulate(workers, rate=RATE)
    hour = simulate(workers, most_s=HOUR_S)
    bounded = simulate(workers, most_requests=BOUND)
    apart = OPENING_S + PARTS * REQUESTS / workers / PER_WORKER
    cells = (
        str(workers),
        _minutes(one.now),
        f"{100 * one.busy_s / one.now / workers:.0f}%",
        f"{hour.whole / PARTS:.0f}",
        _minutes(slow.now),
        f"{bounded.whole} of {BOUND // REQUESTS}",
        _minutes(apart),
    )
    return f"| {' | '.join(cells)} |"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def write_table() -> str:
    """The table as Markdown."""
    head = (
        "workers",
        "one round",
        "workers at work",
        "rounds in an hour",
        f"one round with `--rate {RATE:.0f}/s`",
        f"whole shares with `--max-requests {BOUND}`",
        "as many `--shard`s on servers of their own",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *map(write_row, WORKERS)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(write_table(), end="")
