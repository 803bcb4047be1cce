"""The verdict says what is new, what is known, and what to do about the baseline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

import pytest
from tests.unit.suite.report_values import case, report

from mistral_conformance.record.counting import counted
from mistral_conformance.report.headline import headline
from mistral_conformance.report.html import render_html
from mistral_conformance.report.junit import render_junit
from mistral_conformance.report.model import CauseEntry, Target
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, Report

AGAIN = "tried.{} holds again: take it out of the baseline"
EXPIRED = "tried.old was to be mended by platform team until 2020-01-01"
KNOWN = "The gateway is replaced. (platform team, until 9999-01-01)"


def red(name: str, **more: Any) -> CaseResult:
    return case(f"tried.{name}", status=Status.FAIL, **more)


def known(name: str, **more: Any) -> CaseResult:
    return red(name, known=KNOWN, **more)


def cause(*cases: CaseResult) -> CauseEntry:
    return CauseEntry("cause-1", Level.MUST, (), "wrong", tuple(each.name for each in cases))


def stale(*cases: CaseResult, overdue: tuple[str, ...]) -> Report:
    return report(*cases, run={"holds": False}, overdue=overdue)


INTERRUPTED = {"interrupted": True, "holds": False, "planned": 418}
VERDICTS = [
    (report(case(), known("a"), known("b")), "No new failure, 2 known to fail"),
    (
        stale(case(), known("a"), overdue=(AGAIN.format("b"), AGAIN.format("c"))),
        "No new failure, 1 known to fail; 2 baseline entries hold again: take them out",
    ),
    (
        stale(case(), overdue=(AGAIN.format("b"),)),
        "All MUST rules hold; 1 baseline entry holds again: take it out",
    ),
    (stale(red("old"), overdue=(EXPIRED,)), "1 MUST fails; 1 baseline entry has expired"),
    (
        report(red("a"), red("b"), known("c"), causes=(cause(red("a"), red("b")), cause(red("c")))),
        "2 MUST fail (1 cause), 1 known to fail",
    ),
    (
        report(case(), red("a", level=Level.MAY)),
        "All MUST rules hold, 1 weaker one fails",
    ),
    (report(case(), run=INTERRUPTED), "Interrupted after 1 of 418 cases"),
    (
        report(case(), red("a"), red("b"), run=INTERRUPTED, causes=(cause(red("a"), red("b")),)),
        "Interrupted after 3 of 418 cases; 2 MUST fail (1 cause)",
    ),
]


@pytest.mark.parametrize(
    ("base_url", "hint"), [("http://h:1/v1", "leave out /v1"), ("http://h:1/api", "--prefix?")]
)
def test_server_that_has_nothing_may_have_been_misnamed(base_url: str, hint: str) -> None:
    target = Target(base_url, clock=False, identities=(), missing=("models.list",))
    absent = case(status=Status.NOT_OFFERED)
    assert f"({hint}" in headline(report(absent, run={"holds": False}, target=target))


@pytest.mark.parametrize(("told", "said"), VERDICTS, ids=[said for _, said in VERDICTS])
def test_verdict(told: Report, said: str) -> None:
    assert headline(told) == said


ANSWERS = [
    (report(case()), "Yes."),
    (report(case(), known("a"), known("b")), "Not entirely: 2 MUST fail, all known."),
    (report(case(), case("tried.b", status=Status.ERROR, known=KNOWN)), "Not entirely: 1 known"),
    (stale(case(), overdue=(AGAIN.format("b"),)), "Yes, but the baseline is out of date."),
    (report(case(), run=INTERRUPTED), "Not known: not all was judged."),
    (report(red("a"), run=INTERRUPTED), "No."),
    (report(red("a"), run={"holds": False, "stopped": "after it: --fail-fast"}), "No."),
]


@pytest.mark.parametrize(("told", "said"), ANSWERS, ids=[said for _, said in ANSWERS])
def test_page_answers_whether_the_server_speaks_the_api(told: Report, said: str) -> None:
    (answer,) = re.findall(r"Does it speak the Mistral API\? <b>(.*?)</b>", render_html(told))
    assert answer.startswith(said)


def test_junit_fails_for_each_baseline_entry_that_has_to_go() -> None:
    root = fromstring(render_junit(stale(case(), overdue=(AGAIN.format("b"), EXPIRED))))  # noqa: S314 - our own file
    suite = root.find("testsuite[@name='baseline']")
    assert suite is not None
    assert suite.get("failures") == "2"
    names = [each.get("name") for each in suite]
    assert names == ["tried.b", "tried.old"]
    messages = [each.get("message") for each in suite.iter("failure")]
    assert messages == [AGAIN.format("b"), EXPIRED]


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR])
def test_junit_says_why_a_known_failure_is_no_news(status: Status) -> None:
    told = report(case("tried.a", status=status, known=KNOWN, reason="it is wrong"))
    root = fromstring(render_junit(told))  # noqa: S314 - our own file
    (skipped,) = root.iter("skipped")
    assert skipped.get("message") == f"MUST, known: {KNOWN}: it is wrong"
    assert (root[0].get("failures"), root[0].get("errors")) == ("0", "0")


@pytest.mark.parametrize(
    ("number", "words", "told"),
    [
        (1, ("case",), "1 case"),
        (0, ("entry",), "0 entries"),
        (1, ("rule", "fail"), "1 rule fails"),
        (2, ("rule", "fail"), "2 rules fail"),
    ],
)
def test_one_of_a_thing_is_not_told_as_several(
    number: int, words: tuple[str, ...], told: str
) -> None:
    assert counted(number, *words) == told
