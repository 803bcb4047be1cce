"""What a campaign has to do: rounds over one plan, each in shares that can be done alone.

The cases over one operation judge the same requests and so stay together, as does what is about
one resource. A share is a dozen of such units: long enough that opening a session hardly counts,
short enough that little is lost with a worker.
"""

from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_conformance.campaign.sequences import sequence_law
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import (
    SEEN,
    leave_out,
    make_plan,
    select_operations,
    select_rules,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mistral_conformance.running.plan import Case
    from mistral_conformance.running.run import Run, RunOptions

ALONE = ("schema.*", "input.no-server-error", "input.invalid-rejected", f"{SEEN}.*")
"""What is judged by the answers to generated requests, and needs no request of its own."""
GENERATED = frozenset({"valid", "invalid"})
"""The kinds of requests that differ from seed to seed."""
UNITS = 12


@frozen
class Share:
    """One part of one round: which cases, with which seed, and what it may spend; 0 is no bound."""

    number: int
    seed: int
    cases: tuple[str, ...] = field(repr=False)
    most_requests: int = 0
    most_cost: float = 0.0
    most_s: float = 0.0


@frozen
class Done:
    """What became of a share: the run that it was, and what it has spent."""

    share: Share
    run: Run
    requests: int
    cost: float

    @property
    def whole(self) -> bool:
        """Whether all of it was judged."""
        return not (self.run.stopped or self.run.interrupted)


@frozen
class Rounds:
    """The shares of a campaign by their numbers, round after round without an end."""

    seed: int
    parts: tuple[tuple[str, ...], ...]

    def share(self, number: int) -> Share:
        """Return the share of a number, counted from 0."""
        turn, part = divmod(number, len(self.parts))
        digest = hashlib.sha256(f"{self.seed}/round {turn}".encode()).digest()
        return Share(number, int.from_bytes(digest[:4]), self.parts[part])


def plan_campaign(
    options: RunOptions, exclude: Sequence[str] = (), database: Path | None = None
) -> list[Case]:
    """Return the cases of one round.

    Raises:
        WrongSelection: the options select none.

    """
    document = load_document(options.era)
    known = [*load_rules(), *load_laws()]
    alone = [each for each in known if any(fnmatchcase(each.id, one) for one in ALONE)]
    rules = select_rules([*alone, sequence_law(database)], options.rules)
    operations = select_operations(document, options.profile, options.operations)
    plan = make_plan(document, rules, operations, options.profile, options.depth)
    return leave_out(plan, exclude)


def make_rounds(plan: Sequence[Case], seed: int) -> Rounds:
    """Return the rounds over a plan, each in as many shares as it takes."""
    units: dict[str, list[str]] = {}
    for case in plan:
        subject = case.operation.id if case.operation else case.subject
        units.setdefault(subject, []).append(case.name)
    each = list(units.values())
    count = -(-len(each) // UNITS)
    parts = (tuple(name for unit in each[at::count] for name in unit) for at in range(count))
    return Rounds(seed, tuple(parts))
