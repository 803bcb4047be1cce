"""Fixtures of the tests of rules and defects: judging families on a mock in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import HEALTHY, SEED, mock_session
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import default_profile, make_plan, select_operations
from mistral_conformance.running.runner import judge_all
from mistral_conformance.session.identities import CALLER

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.verdict.outcome import Result
    from mistral_mock.settings import Settings

    Judged = Callable[..., list[Result]]


@pytest.fixture
def judged() -> Judged:
    """The results of the rules that name operations of a profile, on a mock with some settings."""

    def judge(
        settings: Settings = HEALTHY,
        *,
        profile: str = default_profile(),
        seed: int = SEED,
        alone: bool = False,
    ) -> list[Result]:
        document = load_document()
        rules = [each for each in load_rules() if not each.over_each_operation]
        plan = make_plan(document, rules, select_operations(document, profile), profile)
        with mock_session(seed, settings) as session:
            if alone:
                session.identities = {CALLER: session.identities[CALLER]}
            return list(judge_all(session, plan))

    return judge
