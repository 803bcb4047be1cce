"""Runs the suite against the mock with one defect inside, and says which rules and laws notice it.

A rule or law notices a defect when it fails on the mock with the defect and passes on the healthy
one. What ends in an error or a skip notices nothing.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.embedded import FLAGS, embedded_identities
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.registry import load_mutants
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import Case, make_plan
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.running.runner import judge, judge_all
from mistral_conformance.session.markers import seeded_run_id
from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.laws.law import Law
    from mistral_conformance.mutants.registry import Mutant
    from mistral_conformance.session.identities import Identity
    from mistral_conformance.session.rule import Rule
    from mistral_conformance.session.session import Session
    from mistral_mock.identities import Identity as MockIdentity

MAX_EXAMPLES = 10
SEED = 0
HEALTHY = Settings(clock="manual", processing_delay_s=1.0)
_healthy: dict[str, bool] = {}


@frozen
class Verdict:
    """What the suite said about one defect: the rule or law that noticed it first, and its reason.

    `rule` is empty when none did; `elapsed_s` is wall time in seconds.
    """

    mutant: str
    family: str
    description: str
    rule: str
    reason: str
    elapsed_s: float

    @property
    def caught(self) -> bool:
        """Whether any rule or law noticed the defect."""
        return bool(self.rule)


def judge_mutant(mutant_id: str) -> Verdict:
    """The verdict on one defect, by the first rule or law that notices it.

    Raises:
        KeyError: there is no such defect.

    """
    mutant = load_mutants()[mutant_id]
    started = time.monotonic()
    cases: Sequence[Case] = cases_for(mutant, [*load_rules(), *load_laws()])
    noticed: Result | None = None
    while cases and noticed is None:
        found, cases = _first_failure(mutant, cases)
        if found and passes_on_healthy(found[0]):
            noticed = found[1]
    return Verdict(
        mutant.id,
        mutant.family,
        mutant.description,
        noticed.rule.id if noticed else "",
        noticed.reason if noticed else "",
        round(time.monotonic() - started, 2),
    )


def rules_that_notice(mutant_id: str, without: frozenset[str]) -> frozenset[str]:
    """The ids of all rules that notice one defect, apart from those that need no trial.

    Rules over each operation send many requests: they are tried on their own family's defects.

    Raises:
        KeyError: there is no such defect.

    """
    mutant = load_mutants()[mutant_id]
    cases = [
        case
        for case in cases_for(mutant, load_rules())
        if case.rule.id not in without
        and (case.rule.family == mutant.family or not case.rule.over_each_operation)
    ]
    failed: dict[str, Case] = {}
    with mutant.applied(), mock_session() as session, silence():
        for case, result in zip(cases, judge_all(session, cases), strict=True):
            if result.status in RED:
                failed.setdefault(case.rule.id, case)
    return frozenset(rule for rule, case in failed.items() if passes_on_healthy(case))


def cases_for(mutant: Mutant, rules: Iterable[Rule | Law]) -> list[Case]:
    """The cases over a defect's operations: its own family first, costly ones last."""
    plan = make_plan(load_document(), rules, mutant.operations)
    return sorted(plan, key=lambda case: (case.rule.family != mutant.family, _cost(case, mutant)))


def _first_failure(
    mutant: Mutant, cases: Sequence[Case]
) -> tuple[tuple[Case, Result] | None, Sequence[Case]]:
    """The first failure on the mock with the defect, and the cases not yet judged."""
    with mutant.applied(), mock_session() as session, silence():
        for index, result in enumerate(judge_all(session, cases)):
            if result.status in RED:
                return (cases[index], result), cases[index + 1 :]
    return None, ()


@contextmanager
def mock_session(seed: int = SEED, settings: Settings = HEALTHY) -> Iterator[Session]:
    """A session on a mock of its own in this process, with every identity; with its manual clock.

    Raises:
        ServerError: the mock cannot start.

    """
    identities = embedded_identities()
    with running(evolve(settings, identities=_known(identities), seed=seed)) as server:
        manual = settings.clock == "manual"
        options = RunOptions(
            server.base_url,
            identities,
            seed=seed,
            max_examples=MAX_EXAMPLES,
            clock_url=f"{server.base_url}/_mock/clock" if manual else "",
            run_id=seeded_run_id(seed),
        )
        with open_session(options) as session:
            yield session


def _known(identities: dict[str, Identity]) -> tuple[MockIdentity, ...]:
    """The suite's callers as the mock knows them."""
    return tuple(
        make_identity(each.key, each.user, each.workspace, each.org, FLAGS.get(each.name, ()))
        for each in identities.values()
    )


@contextmanager
def silence() -> Iterator[None]:
    """Nothing is logged inside: a defect may break the server at every request."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def passes_on_healthy(case: Case) -> bool:
    """Whether a case passes on the mock without any defect; each is tried once per process."""
    if case.name not in _healthy:
        with mock_session() as session:
            _healthy[case.name] = judge(session, case).status is Status.PASS
    return _healthy[case.name]


def _cost(case: Case, mutant: Mutant) -> tuple[int, int]:
    """Roughly what a case takes, to be compared.

    A rule sends a handful of requests, a law some dozens, the fewer the less it is about besides
    the defect; a rule over each operation sends many generated requests.
    """
    if not case.subject:
        return 2 * case.rule.over_each_operation, 0
    return 1, len(set(case.rule.operations) - set(mutant.operations))
