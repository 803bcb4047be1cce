"""Fixtures of the tests of laws: judging one law on a mock whose answers are altered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.laws.altering import altering

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import FULL
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_operations, select_rules
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.running.runner import judge_all
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.markers import seeded_run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Refuse

    from mistral_conformance.verdict.outcome import Result

    Judged = Callable[..., dict[str, Result]]


def unaltered(_answer: object) -> None:
    """No defect."""


@pytest.fixture
def judged() -> Judged:
    """The results of laws on a mock with altered answers, by the name of the case.

    `part` takes a sample of the cases; with `rules` those are judged that are written by hand.
    """

    def judge(
        *patterns: str,
        alter: Alter = unaltered,
        only: str = "",
        part: slice = slice(None),
        alone: bool = False,
        refuse: Refuse = lambda: None,
        profile: str = "libraries",
        rules: bool = False,
    ) -> dict[str, Result]:
        document = load_document()
        laws = select_rules(load_rules() if rules else load_laws(), patterns)
        plan = make_plan(document, laws, select_operations(document, profile), profile, FULL)
        cases = [each for each in plan if only in each.name][part]
        with mock_session() as plain, altering(plain.wire.base_url, alter, refuse) as base_url:
            assert plain.clock
            known = {CALLER: plain.identities[CALLER]} if alone else plain.identities
            run_id = seeded_run_id(0)
            options = RunOptions(base_url, known, clock_url=plain.clock.url, run_id=run_id)
            with open_session(options) as session:
                session.patience.sleep = lambda _: None
                return {each.name: each for each in judge_all(session, cases)}

    return judge
