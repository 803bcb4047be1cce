"""The hand-written rules hold on the mock, in every form that the documents allow a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import HEALTHY
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import WHOLE, load_profiles, make_plan, select_operations
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from tests.unit.rules.conftest import Judged

    from mistral_conformance.verdict.outcome import Result
    from mistral_mock.settings import Settings

ALIKE = frozenset({"access", "extra", "keys", "offered", "seen"})
"""Families of laws that hold every operation to the same, whatever it is for."""


def _broken(results: list[Result]) -> dict[str, str]:
    return {
        each.name: each.reason for each in results if each.status in {Status.FAIL, Status.ERROR}
    }


def test_every_rule_passes_on_the_healthy_mock(judged: Judged) -> None:
    results = judged(profile="whole")
    assert {each.name: each.reason for each in results if each.status != Status.PASS} == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_rules_pass_with_another_seed(judged: Judged, seed: int) -> None:
    results = judged(seed=seed)
    assert {each.name: each.reason for each in results if each.status != Status.PASS} == {}


def test_deletes_without_a_body_break_no_rule(judged: Judged) -> None:
    results = judged(evolve(HEALTHY, delete_answers=204))
    assert {each.name: each.reason for each in results if each.status != Status.PASS} == {}


@pytest.mark.parametrize(
    "settings",
    [evolve(HEALTHY, without_put=True), evolve(HEALTHY, without_patch=True)],
    ids=["PUT", "PATCH"],
)
def test_a_missing_twin_breaks_no_rule(judged: Judged, settings: Settings) -> None:
    assert _broken(judged(settings)) == {}


def test_rules_that_lack_identities_are_skipped(judged: Judged) -> None:
    results = judged(alone=True)
    reasons = {each.reason for each in results if each.status == Status.SKIP}
    assert _broken(results) == {}
    assert any("neighbour" in each for each in reasons)


def test_rules_hold_on_a_clock_that_nobody_moves(judged: Judged) -> None:
    results = judged(evolve(HEALTHY, clock="real", processing_delay_s=0))
    skipped = [each for each in results if each.status == Status.SKIP]
    musts = {each.name for each in results if each.rule.level == MUST}
    assert set(_broken(results)) & musts == set()
    assert all("clock" in each.reason for each in skipped)


@pytest.mark.parametrize("profile", [each for each in load_profiles() if each != WHOLE])
def test_every_operation_of_a_profile_is_judged_by_what_it_is_for(profile: str) -> None:
    operations = select_operations(load_document(), profile)
    plan = make_plan(load_document(), [*load_rules(), *load_laws()], operations, profile)
    own = [case for case in plan if case.operation is None and case.rule.family not in ALIKE]
    assert set(operations) - {one for case in own for one in case.rule.operations} == set()


def test_every_named_rule_runs_in_some_profile() -> None:
    document = load_document()
    plans = [
        make_plan(document, load_rules(), select_operations(document, each), each)
        for each in load_profiles()
        if each != WHOLE
    ]
    run = {each.rule.id for plan in plans for each in plan}
    assert {each.id for each in load_rules()} - run == set()


def test_rules_name_operations_of_the_document() -> None:
    known = set(load_document().operations)
    assert {op for each in load_rules() for op in each.operations} - known == set()
