"""The seeded defects: their registry, how they go in and out, and what the board says."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance import mutants
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants import board, judging
from mistral_conformance.mutants.judging import Verdict, judge_mutant, rules_that_notice
from mistral_conformance.mutants.registry import Mutant, load_mutants, mutant
from mistral_conformance.rules import load_rules, workflow_events
from mistral_conformance.rules.common import workflows
from mistral_conformance.rules.common.breaches import load_breaches
from mistral_mock import pages
from mistral_mock.resources.workflows import event_lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.mutants.registry import Factory

FEWEST_LAST = sorted(load_mutants().values(), key=lambda each: -len(each.operations))
SAMPLE = tuple(sorted({each.family: each.id for each in FEWEST_LAST}.values()))
"""One defect of each family, of few operations; `make mutants` judges all."""
IDLE = "paging.no-defect"


@pytest.fixture
def with_idle(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Adds a defect that changes nothing, or what is free, so that no rule may notice it."""

    def add(
        *operations: str, place: str = "pages:matches", factory: Factory = lambda part: part
    ) -> None:
        touched = operations or ("models.list",)
        idle = Mutant(IDLE, "Nothing is wrong.", touched, place, factory)
        known = {**load_mutants(), IDLE: idle}
        for module in (judging, mutants):
            monkeypatch.setattr(module, "load_mutants", lambda: known)

    return add


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    mutants.add_arguments(parser)
    return mutants.main(parser.parse_args([*arguments, "--jobs", "1"]))


@pytest.mark.parametrize("mutant_id", SAMPLE)
def test_a_defect_of_each_family_is_caught(mutant_id: str) -> None:
    assert judge_mutant(mutant_id).caught


def test_what_changes_nothing_is_missed(with_idle: Callable[..., None]) -> None:
    with_idle()
    assert not judge_mutant(IDLE).caught


def test_order_and_names_of_events_are_free(
    with_idle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spell = event_lists.spell
    monkeypatch.setattr(
        event_lists, "spell", lambda event: re.sub(rb"event: \w+", b"event: workflow", spell(event))
    )

    def latest_first(tell: Any) -> Any:
        listed = workflow_events.LIST
        return lambda ctx: tell(ctx)[:: -1 if ctx.operation_id == listed else 1]

    touched = (workflow_events.LIST, workflow_events.STREAM, workflows.STREAM)
    with_idle(*touched, place="resources.workflows.event_lists:tell", factory=latest_first)
    assert judge_mutant(IDLE).rule == ""


def test_a_history_may_be_within_an_object(with_idle: Callable[..., None]) -> None:
    def within(history: Any) -> Any:
        return lambda run, **how: {"history": history(run, **how)}

    place = "resources.workflows.history:history"
    with_idle(workflows.HISTORY, workflows.RESET, place=place, factory=within)
    assert judge_mutant(IDLE).rule == ""


def test_each_rule_tells_the_named_defect_that_breaks_it() -> None:
    described = Counter(each.description for each in load_mutants().values())
    told = load_breaches()
    assert sorted(told) == sorted(each.id for each in load_rules())
    assert {rule: text for rule, text in told.items() if described[text] != 1} == {}


@pytest.mark.parametrize("rule", sorted(load_breaches())[::50])
def test_a_rule_notices_what_is_told_to_break_it(rule: str) -> None:
    """`make mutants` tries all."""
    text = load_breaches()[rule]
    defect = next(each.id for each in load_mutants().values() if each.description == text)
    assert rules_that_notice(defect, frozenset({rule})) == {rule}


def test_a_rule_that_notices_nothing_is_not_named() -> None:
    rules = frozenset({"deletes.library-answers-200-or-204", "schema.status"})
    noticed = rules_that_notice("chat.prefix-is-dropped", rules)
    assert noticed == set()


def test_a_rule_that_is_left_out_catches_nothing() -> None:
    defect, rule = "executions.any-input-goes", "executions.input-fits-its-schema"
    assert judge_mutant(defect).rule == rule
    assert judge_mutant(defect, without=("executions.*",)).rule != rule


def test_leaving_out_what_there_is_not_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--only", "auth", "--without", "no-such-rule") == 2
    assert "--without: no rule matches 'no-such-rule'" in capsys.readouterr().err


def test_an_archived_workflow_is_back_in_use_for_the_next_rule() -> None:
    """What one case archives would else be missing to the next: the defect would be missed."""
    law = "access.put-aside-is-refused[workflows.archive_workflow]"
    assert judge_mutant("workflows.archived-start").rule == law


@pytest.mark.parametrize("each", load_mutants().values(), ids=load_mutants())
def test_defect_is_gone_when_it_was_taken_out(each: Mutant) -> None:
    owner, name = each._find()
    before = vars(owner)[name]
    with each.applied():
        assert vars(owner)[name] is not before
    assert vars(owner)[name] is before


def test_defect_is_gone_after_an_error_too() -> None:
    healthy = pages.matches
    with pytest.raises(ZeroDivisionError), load_mutants()["paging.search-minds-case"].applied():
        _ = 1 / 0
    assert pages.matches is healthy


def test_defects_name_operations_of_the_document() -> None:
    known = set(load_document().operations)
    assert {op for each in load_mutants().values() for op in each.operations} <= known


def test_every_rule_family_has_at_least_three_defects() -> None:
    counted = Counter(each.family for each in load_mutants().values())
    families = {each.family for each in load_rules()}
    assert {family for family in families if counted[family] < 3} == set()


@pytest.mark.parametrize(
    ("id_", "operations"), [("paging.pages-overlap", ("models.list",)), ("paging.new", ())]
)
def test_defect_without_its_own_id_or_operations_is_refused(
    id_: str, operations: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="needs an id of its own"):
        mutant(id_, *operations, place="pages:matches")


def test_defect_without_a_description_is_refused() -> None:
    register = mutant("paging.unspoken", "models.list", place="pages:matches")
    with pytest.raises(ValueError, match="docstring"):
        register(lambda part: part)


def test_board_fits_80_columns_and_sums_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--only", "paging.pages-overlap", "deletes.library-answers-202") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("MUST    deletes.library-answers-202")
    assert ["caught", "2", "of", "2"] in [each.split() for each in lines]


def test_board_fails_when_too_few_are_caught(
    with_idle: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with_idle()
    assert _run("--only", IDLE) == 1
    assert "MISSED  paging.no-defect" in capsys.readouterr().out


def test_rules_are_tried_on_what_is_told_to_break_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("--rules", "--only", "deletes.library-answers-202") == 0
    out = capsys.readouterr().out
    assert "deletes.library-answers-200-or-204\n        notices deletes.library-answers-202" in out
    assert "1 of 1 rule notices what is told to break it" in out


def test_rules_that_do_not_notice_it_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = load_mutants()["chat.prefix-is-dropped"].description
    told = {"deletes.library-answers-200-or-204": text}
    monkeypatch.setattr(mutants, "load_breaches", lambda: told)
    assert _run("--rules", "--only", "chat.prefix-is-dropped") == 1
    assert "IDLE    deletes.library-answers-200-or-204" in capsys.readouterr().out


def test_list_describes_the_defects(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--list", "--only", "auth") == 0
    assert "served as the first caller" in capsys.readouterr().out


def test_unknown_name_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--only", "no-such-family") == 2
    assert "no-such-family" in capsys.readouterr().err


def test_board_keeps_the_order_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(mutant_id: str, **_: object) -> Verdict:
        return Verdict(mutant_id, "f", "g", "d", "r")

    monkeypatch.setattr(board, "judge_mutant", judge)
    found: list[Any] = [each.mutant for each in board.judge_all_mutants(["b", "a"])]
    assert found == ["b", "a"]
