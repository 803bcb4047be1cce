"""Runs the suite against the mock with one defect inside, and says which rules and laws notice it.

A rule or law notices a defect when it fails on the mock with the defect and passes on the healthy
one. What ends in an error or a skip notices nothing.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from attrs import define, evolve, frozen

from mistral_conformance.embedded import FLAGS, embedded_identities
from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import FULL, QUICK
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.generic import load_generic
from mistral_conformance.mutants.generic.surface import group_of
from mistral_conformance.mutants.generic.traffic import Altered
from mistral_conformance.mutants.plain import failing_checks
from mistral_conformance.mutants.registry import load_mutants
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import SEEN, Case, leave_out_rules, make_plan
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.running.runner import judge, judge_all
from mistral_conformance.session.markers import seeded_run_id
from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD
from mistral_mock.app import create_app
from mistral_mock.identities import make_identity
from mistral_mock.server import listen, serving, spell_address
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from mistral_conformance.laws.law import Depth, Law
    from mistral_conformance.mutants.generic.defect import Strikes
    from mistral_conformance.session.identities import Identity
    from mistral_conformance.session.rule import Rule
    from mistral_conformance.session.session import Session
    from mistral_mock.identities import Identity as MockIdentity

    Around = Callable[[ASGIApp], ASGIApp]

MAX_EXAMPLES = 10
SEED = 0
LOOPBACK = "127.0.0.1"
LEVELS = (MUST, SHOULD, MAY)
HEALTHY = Settings(clock="manual", processing_delay_s=1.0)
_healthy: dict[str, bool] = {}


class Defect(Protocol):
    """What can be put into a mock, named or generic."""

    @property
    def id(self) -> str: ...  # noqa: D102 - see the class
    @property
    def family(self) -> str: ...  # noqa: D102 - see the class
    @property
    def description(self) -> str: ...  # noqa: D102 - see the class
    @property
    def operations(self) -> tuple[str, ...]: ...  # noqa: D102 - see the class
    @property
    def likely(self) -> tuple[str, ...]: ...  # noqa: D102 - see the class
    def applied(self) -> AbstractContextManager[Strikes | None]: ...  # noqa: D102 - see the class
    def around(self, app: ASGIApp) -> ASGIApp: ...  # noqa: D102 - see the class


@frozen
class Verdict:
    """What the suite said about one defect: the strongest rule or law that noticed it, and why.

    `rule`, `level` and `reason` are empty when none did. `struck` is false where nothing that was
    sent or answered met the defect. `elapsed_s` is wall time in seconds, `requests` how many were
    sent until then. `schemathesis` is the check of plain Schemathesis that noticed it with as many
    requests, empty when none did, None when it was not asked.
    """

    mutant: str
    family: str
    group: str
    description: str
    rule: str = ""
    level: str = ""
    reason: str = ""
    struck: bool = True
    requests: int = 0
    elapsed_s: float = 0.0
    schemathesis: str | None = None

    @property
    def caught(self) -> bool:
        """Whether any rule or law noticed the defect."""
        return bool(self.rule)


def load_defects() -> dict[str, Defect]:
    """Return all defects by id, the named ones first."""
    return {**load_mutants(), **load_generic()}


def judge_mutant(
    mutant_id: str, *, schemathesis: bool = False, without: tuple[str, ...] = ()
) -> Verdict:
    """Return the verdict on a defect, by the first of the strongest rules and laws that notice it.

    Those whose id matches a pattern of `without` are not asked. On demand plain Schemathesis is
    asked, too.

    Raises:
        KeyError: there is no such defect.

    """
    mutant = load_defects()[mutant_id]
    started = time.monotonic()
    asked = leave_out_rules([*load_rules(), *load_laws()], without)
    cases: Sequence[Case] = cases_for(mutant, asked, FULL)
    verdict = Verdict(mutant.id, mutant.family, group_of(mutant.operations[0]), mutant.description)
    requests, struck = 0, False
    while cases and not verdict.caught:
        tried = _try(mutant, cases)
        requests += tried.requests
        struck = struck or tried.struck
        cases = tried.left
        if tried.failure and passes_on_healthy(tried.failure[0]):
            told = tried.failure[1]
            verdict = evolve(
                verdict, rule=told.name, level=told.rule.level.value, reason=told.reason
            )
    elapsed_s = round(time.monotonic() - started, 2)
    verdict = evolve(verdict, struck=struck, requests=requests, elapsed_s=elapsed_s)
    if schemathesis and (verdict.caught or struck):
        return evolve(verdict, schemathesis=_ask_schemathesis(mutant, requests))
    return verdict


def _ask_schemathesis(mutant: Defect, requests: int) -> str:
    """Return the check of plain Schemathesis that fails with the defect and not without, if any."""
    with mock_session() as session, silence():
        before = failing_checks(session, mutant.operations, requests)
    with mutant.applied(), mock_session(around=mutant.around) as session, silence():
        after = failing_checks(session, mutant.operations, requests)
    return next(iter(sorted(after - before)), "")


def rules_that_notice(mutant_id: str, rules: frozenset[str]) -> frozenset[str]:
    """Return those of the rules that notice one defect.

    Raises:
        KeyError: there is no such defect.

    """
    mutant = load_defects()[mutant_id]
    cases = cases_for(mutant, [each for each in load_rules() if each.id in rules])
    failed: dict[str, Case] = {}
    with mutant.applied(), mock_session() as session, silence():
        for case, result in zip(cases, judge_all(session, cases), strict=True):
            if result.status in RED:
                failed.setdefault(case.rule.id, case)
    return frozenset(rule for rule, case in failed.items() if passes_on_healthy(case))


def cases_for(mutant: Defect, rules: Iterable[Rule | Law], depth: Depth = QUICK) -> list[Case]:
    """Return the cases on a defect's operations: the strongest first, of these the likely ones."""
    plan = make_plan(load_document(), rules, mutant.operations, depth=depth)
    return sorted(
        plan,
        key=lambda case: (
            LEVELS.index(case.rule.level),
            case.rule.family == SEEN,
            case.rule.family not in mutant.likely,
            _cost(case, mutant),
        ),
    )


@frozen
class Trial:
    """What became of some cases on a mock with a defect: the first failure, and what is left."""

    failure: tuple[Case, Result] | None
    left: Sequence[Case]
    struck: bool
    requests: int


def _try(mutant: Defect, cases: Sequence[Case]) -> Trial:
    """Judge cases on the mock with the defect until one fails."""
    watch = Watch(mutant)
    with (
        mutant.applied() as strikes,
        mock_session(around=watch.around) as session,
        silence(),
    ):
        watch.inside = strikes
        for index, result in enumerate(judge_all(session, cases)):
            if result.status in RED:
                failure = cases[index], result
                return Trial(failure, cases[index + 1 :], watch.struck, session.coverage.requests)
        return Trial(None, (), watch.struck, session.coverage.requests)


@define
class Watch:
    """Puts a defect before a server and remembers whether it has altered anything."""

    mutant: Defect
    app: ASGIApp | None = None
    inside: Strikes | None = None

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the server with the defect before it."""
        self.app = self.mutant.around(app)
        return self.app

    @property
    def struck(self) -> bool:
        """Whether the defect has altered anything; of a named one nobody can tell."""
        before = self.app if isinstance(self.app, Altered) else self.inside
        return before is None or before.struck


@contextmanager
def mock_session(
    seed: int = SEED, settings: Settings = HEALTHY, around: Around = lambda app: app
) -> Iterator[Session]:
    """Give a session on its own mock in this process, with every identity; with its manual clock.

    `around` may put something between the mock and the session.

    Raises:
        ServerError: the mock cannot start.

    """
    identities = embedded_identities()
    known = evolve(settings, identities=_known(identities), seed=seed)
    with _running(known, around) as base_url:
        manual = settings.clock == "manual"
        options = RunOptions(
            base_url,
            identities,
            seed=seed,
            max_examples=MAX_EXAMPLES,
            clock_url=f"{base_url}/_mock/clock" if manual else "",
            run_id=seeded_run_id(seed),
        )
        with open_session(options) as session:
            yield session


@contextmanager
def _running(settings: Settings, around: Around) -> Iterator[str]:
    """Give the base URL of a mock with something before it."""
    app = create_app(settings)
    try:
        with listen(LOOPBACK, 0) as found, serving(around(app), found):
            yield spell_address(found)
    finally:
        app.world.close()


def _known(identities: dict[str, Identity]) -> tuple[MockIdentity, ...]:
    """Return the suite's callers as the mock knows them."""
    return tuple(
        make_identity(each.key, each.user, each.workspace, each.org, FLAGS.get(each.name, ()))
        for each in identities.values()
    )


@contextmanager
def silence() -> Iterator[None]:
    """Log nothing inside: a defect may break the server at every request."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def passes_on_healthy(case: Case) -> bool:
    """Say whether a case passes on the mock without any defect; each is tried once per process."""
    if case.name not in _healthy:
        with mock_session() as session:
            _healthy[case.name] = judge(session, case).status is Status.PASS
    return _healthy[case.name]


def _cost(case: Case, mutant: Defect) -> tuple[int, int]:
    """Roughly what a case takes, to be compared.

    A rule sends a handful of requests, a law some dozens, the fewer the less it is about besides
    the defect; a rule over each operation sends many generated requests.
    """
    if not case.subject:
        return 2 * case.rule.over_each_operation, 0
    return 1, len(set(case.rule.operations) - set(mutant.operations))
