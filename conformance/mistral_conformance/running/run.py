"""A whole run: opens a session on a target, judges the plan, cleans up whatever happens."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from mistral_conformance.laws.law import QUICK
from mistral_conformance.model.document import load_document
from mistral_conformance.record.connection import Connection
from mistral_conformance.record.wire import Limits, Wire
from mistral_conformance.running.belongings import leave_clock_alone
from mistral_conformance.running.plan import default_profile, select_operations
from mistral_conformance.running.runner import judge_all, leave_out
from mistral_conformance.running.target import check_target, require_consent
from mistral_conformance.session.budget import Budget, Spent
from mistral_conformance.session.capabilities import Offer, capabilities_of
from mistral_conformance.session.clock import Clock
from mistral_conformance.session.ledger import Ledger
from mistral_conformance.session.markers import Marker, fresh_run_id
from mistral_conformance.session.patience import Patience
from mistral_conformance.session.session import Session
from mistral_conformance.verdict.baseline import Baseline, no_baseline
from mistral_conformance.verdict.settling import settle_blocked
from mistral_openapi.eras import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mistral_conformance.laws.law import Depth
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.coverage import Row
    from mistral_conformance.session.creations import Leftover
    from mistral_conformance.session.identities import Identity
    from mistral_conformance.verdict.outcome import Result

logger = logging.getLogger(__name__)


@frozen
class RunOptions:
    """What a run is asked to do. `timeout_s` is the longest silence of the server, in seconds.

    `era` is the state of the API that the server is judged by. `yes_live` says that a run against
    the vendor's own API is meant, `clock_is_mine` that the clock may be moved though the server has
    things that the run did not make. `max_requests`, `max_time_s` and `max_cost`, in US dollars,
    bound the judging, 0 is no bound; `ledger` is the file that tells what was created.
    `shard` is the part of the plan that is judged, such as `3/8`; `settings` are told in reports.
    `hear` is told of every exchange, from whatever thread it is made.
    """

    base_url: str
    identities: dict[str, Identity]
    profile: str = field(factory=default_profile)
    operations: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    era: str = TODAY
    seed: int = 0
    max_examples: int = 20
    clock_url: str = ""
    clock_token: str = field(default="", repr=False)
    timeout_s: float = 10.0
    depth: Depth = QUICK
    required: tuple[str, ...] = ()
    models: dict[str, str] = field(factory=dict)
    run_id: str = field(factory=fresh_run_id)
    yes_live: bool = False
    connection: Connection = field(factory=Connection)
    max_requests: int = 0
    max_time_s: float = 0.0
    max_cost: float = 0.0
    clock_is_mine: bool = True
    read_only: bool = False
    fail_fast: bool = False
    ledger: Path | None = None
    baseline: Baseline = field(factory=no_baseline)
    shard: str = ""
    settings: dict[str, str] = field(factory=dict)
    hear: Callable[[Exchange], object] | None = None


@define
class Run:
    """What a run has found so far; complete unless `interrupted` or `stopped`, which says why.

    `plan` are the names of all cases in their order, of which `planned` are judged here.
    """

    options: RunOptions
    operations: list[str]
    plan: list[str] = field(factory=list)
    planned: int = 0
    started: datetime = field(factory=lambda: datetime.now(UTC))
    elapsed_s: float = 0.0
    results: list[Result] = field(factory=list)
    created: int = 0
    leftovers: list[Leftover] = field(factory=list)
    undeletable: list[Leftover] = field(factory=list)
    interrupted: bool = False
    stopped: str = ""
    coverage: list[Row] = field(factory=list)
    offer: Offer = field(factory=Offer)
    served: bool = True
    """Whether anything at all that was asked for was answered with success."""
    clocked: bool = False
    """Whether the server's clock was moved."""


@contextmanager
def open_session(
    options: RunOptions, tell: Callable[[str], object] = logger.info
) -> Iterator[Session]:
    """Give a session on the target, checked to be there; `tell` is told of waits for the server.

    Raises:
        LiveRefused: the target is the vendor's own, and nobody said that this is meant.
        Unreachable: nothing answers at the base URL or the clock's.
        KeyRefused: the server refuses the key of one of the identities.

    """
    require_consent(options.base_url, yes_live=options.yes_live)
    document = load_document(options.era)
    operations = select_operations(document, options.profile, options.operations)
    limits = Limits(silence_s=options.timeout_s)
    clocked = options.clock_url and not options.read_only
    with (
        _ledger(options) as ledger,
        Wire(options.base_url, limits, options.connection, options.hear) as wire,
    ):
        clock = Clock(options.clock_url, options.clock_token) if clocked else None
        session = Session(
            document,
            wire,
            options.identities,
            Marker(options.run_id),
            options.seed,
            options.max_examples,
            clock,
            options.required,
            options.models,
            patience=Patience(tell=tell),
            budget=Budget(
                options.max_requests,
                options.max_time_s,
                options.read_only,
                most_cost=options.max_cost,
            ),
            ledger=ledger,
        )
        try:
            check_target(session, operations)
            if clock and not options.clock_is_mine:
                leave_clock_alone(session, tell)
            yield session
        finally:
            if clock:
                clock.close()


@contextmanager
def _ledger(options: RunOptions) -> Iterator[Ledger | None]:
    """Give the ledger of the run, begun; None where the run keeps none."""
    if options.ledger is None:
        yield None
        return
    with options.ledger.open("w", encoding="utf-8") as file:
        ledger = Ledger(file)
        ledger.begin(options.run_id, options.base_url, options.identities)
        yield ledger


def execute(
    session: Session, run: Run, plan: Sequence[Case], announce: Callable[[Result], None]
) -> None:
    """Judge the plan into `run`, then delete everything that was created.

    A run that has spent its budget, or that stops at the first failure, skips what is left.
    An interrupt ends the judging, not the deleting; a second one ends that too, and what is left
    is in `run.leftovers`.
    """
    started = time.monotonic()
    run.clocked = session.clock is not None
    try:
        for result in judge_all(session, plan):
            run.results.append(result)
            announce(result)
            if run.options.fail_fast and not run.options.baseline.holds([result]):
                run.stopped = f"after {result.name}: --fail-fast"
                break
    except Spent as spent:
        run.stopped = spent.reason
    except KeyboardInterrupt:
        run.interrupted = True
    finally:
        _clean_up(session, run)
        if run.stopped:
            reason = f"not judged: stopped {run.stopped}"
            run.results += [leave_out(each, reason) for each in plan[len(run.results) :]]
        run.results = settle_blocked(run.results)
        run.offer = capabilities_of(session).offer
        run.served = session.sightings.served
        run.coverage = session.coverage.table(run.operations)
        run.elapsed_s = round(time.monotonic() - started, 3)


def _clean_up(session: Session, run: Run) -> None:
    """Delete what is left; whatever happens, what has been judged is still there to report."""
    session.budget.close()
    try:
        run.leftovers = session.finish()
    except KeyboardInterrupt:
        run.interrupted = True
        run.leftovers = session.creations.left("interrupted while deleting")
    except Exception as error:  # noqa: BLE001 - whatever breaks must not cost the report
        reason = f"deleting broke: {type(error).__name__}: {error}"
        run.leftovers = session.creations.left(reason)
    run.created = session.creations.noted
    run.undeletable = session.creations.undeletable
