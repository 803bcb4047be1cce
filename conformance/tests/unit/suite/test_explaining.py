"""Every rule and law can be followed to its sources, and says why it has its level."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
import write_laws_page

from mistral_conformance import cli
from mistral_conformance.cli.explaining import explain_law, explain_rule
from mistral_conformance.laws import load_laws
from mistral_conformance.laws.annotations import load_breaches
from mistral_conformance.laws.law import FULL, Law
from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.model.places import find_place
from mistral_conformance.rules import load_rules
from mistral_conformance.rules.common.breaches import load_breaches as load_breaches_of_rules
from mistral_conformance.verdict.citations import UnknownSource, Weight, read_citations
from mistral_conformance.verdict.requirement import MUST
from mistral_openapi.evidence import load_evidence

if TYPE_CHECKING:
    from mistral_conformance.session.rule import Rule

DOCUMENT = load_document()
FIND = partial(find_place, DOCUMENT)


@pytest.mark.parametrize("rule", [*load_rules()], ids=lambda each: each.id)
def test_every_source_of_a_rule_leads_somewhere(rule: Rule) -> None:
    citations = read_citations(rule.source, FIND)
    assert citations
    if rule.level is MUST:
        assert {each.weight for each in citations} - {Weight.CHOICE}, "a MUST on choices alone"


@pytest.mark.parametrize("law", [*load_laws()], ids=lambda each: each.id)
def test_every_source_of_a_case_of_a_law_leads_somewhere(law: Law) -> None:
    for rule, _ in law.cases(load_model(), FULL):
        citations = read_citations(rule.source, FIND)
        if rule.level is MUST:
            assert {each.weight for each in citations} - {Weight.CHOICE}


def test_every_choice_is_cited_by_a_rule_or_law() -> None:
    cited = {
        citation.text
        for each in (*load_rules(), *load_laws())
        for citation in read_citations(each.source, FIND)
    }
    bare = {each.partition(" (")[0] for each in cited}
    chosen = {each for each in load_evidence() if each.startswith("choices.")}
    assert chosen - bare == set()


@pytest.mark.parametrize("law", [*load_laws()], ids=lambda each: each.id)
def test_a_law_is_told_with_a_server_that_breaks_it(law: Law) -> None:
    told = explain_law(law, DOCUMENT)
    assert law.sentence in " ".join(told.split())
    assert load_breaches()[law.id] in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_breaches_are_told_of_laws_alone() -> None:
    assert set(load_breaches()) == {each.id for each in load_laws()}


def test_a_rule_is_told_with_its_sources_and_a_server_that_breaks_it() -> None:
    rule = next(
        each for each in load_rules() if each.id == "permissions.owner-keeps-role-and-access"
    )
    told = explain_rule(rule, DOCUMENT)
    assert re.search(r"Why MUST: what is published says so", told)
    assert "accesses.owner-keeps-role" in told
    assert "API reference, all endpoints on one page (2025-09-08)" in " ".join(told.split())
    assert "A server that breaks it:\n  " + load_breaches_of_rules()[rule.id] in told


def test_a_case_of_a_report_is_told_by_its_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "views.change-is-shown[library.name]"]) == 0
    assert capsys.readouterr().out.startswith("views.change-is-shown MUST, a law")


def test_what_campaigns_alone_judge_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "sequences.objects-are-as-left[library]"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "After any sequence of actions" in told
    assert "`fuzz` alone judges this." in told


def test_an_unknown_id_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "views.change-is-show"]) == 2
    assert "is it views.change-is-shown" in capsys.readouterr().err


@pytest.mark.parametrize(
    "source", ["libraries.no-such-entry", "document: no.such.operation", "document: Library.nope",
               "document: /components/schemas/Nope", "somebody said so"],
)  # fmt: skip
def test_a_source_that_leads_nowhere_is_refused(source: str) -> None:
    with pytest.raises(UnknownSource, match="no"):
        read_citations(source, FIND)


@pytest.mark.parametrize(
    ("source", "weight"),
    [
        ("harm: data are lost", Weight.HARM),
        ("libraries.foreign-404", Weight.CHOICE),
        ("libraries.read", Weight.PUBLISHED),
        ("document: beta.libraries.list (a comment)", Weight.PUBLISHED),
        ("RFC 9110 §15.5.6", Weight.PUBLISHED),
    ],
)
def test_a_citation_weighs_what_it_can_carry(source: str, weight: Weight) -> None:
    (citation,) = read_citations(source, FIND)
    assert citation.weight is weight


def test_the_page_of_the_laws_is_up_to_date() -> None:
    command = [sys.executable, write_laws_page.__file__, "--check"]  # tests here add laws
    assert subprocess.run(command, check=False).returncode == 0


@pytest.mark.parametrize(
    ("wanted", "hint"),
    [
        ("views.created-is-showm", "is it views.created-is-shown or "),
        ("chat.nope", "see `mistral-conformance rules --rules 'chat.*'`"),
        ("own.nope", "see `mistral-conformance rules`; rules of your own need --rules-from"),
    ],
)
def test_unknown_id_is_told_with_what_may_have_been_meant(
    wanted: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", wanted]) == 2
    assert f"no rule or law {wanted!r}: {hint}" in capsys.readouterr().err
