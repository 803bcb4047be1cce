"""The report as JUnit XML: a suite per family, a case per judged case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mistral_conformance.verdict.baseline import overdue_case
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, Report

# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
BASELINE = "baseline"
ELEMENTS = {
    Status.FAIL: "failure",
    Status.FLAKY: "failure",
    Status.ERROR: "error",
    Status.BLOCKED: "skipped",
    Status.SKIP: "skipped",
    Status.NOT_OFFERED: "skipped",
}


def render_junit(report: Report) -> bytes:
    """Return the XML document, in UTF-8.

    A red SHOULD or MAY does not break a run; it is a skipped case here, with its reason. So is what
    the baseline knows. An entry of the baseline that has to go breaks the run: it is a failed case.
    """
    root = Element("testsuites", name="mistral-conformance", time=str(report.run.elapsed_s))
    families: dict[str, list[CaseResult]] = {}
    for each in report.rules:
        families.setdefault(each.family, []).append(each)
    for family, results in families.items():
        _add_suite(root, family, results)
    if report.overdue:
        _add_overdue(root, report.overdue)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _add_suite(root: Element, family: str, results: list[CaseResult]) -> None:
    words = [_element_of(each) for each in results]
    suite = SubElement(
        root,
        "testsuite",
        name=family,
        tests=str(len(results)),
        failures=str(words.count("failure")),
        errors=str(words.count("error")),
        skipped=str(words.count("skipped")),
        time=f"{sum(each.elapsed_s for each in results):.3f}",
    )
    for result in results:
        _add_case(suite, result)


def _add_overdue(root: Element, overdue: tuple[str, ...]) -> None:
    count = str(len(overdue))
    counts = {"tests": count, "failures": count, "errors": "0", "skipped": "0", "time": "0"}
    suite = SubElement(root, "testsuite", {"name": BASELINE, **counts})
    for each in overdue:
        name = _clean(overdue_case(each))
        case = SubElement(suite, "testcase", classname=BASELINE, name=name, time="0")
        SubElement(case, "failure", message=_clean(each))


def _add_case(suite: Element, result: CaseResult) -> None:
    operations = ", ".join(result.operations)
    name = _clean(f"{result.id} [{operations}]")
    case = SubElement(
        suite, "testcase", classname=result.family, name=name, time=str(result.elapsed_s)
    )
    word = _element_of(result)
    if word:
        known = f", known: {result.known}:" if result.known else ":"
        message = _clean(f"{result.level}{known} {result.reason}")
        detail = SubElement(case, word, message=message)
        detail.text = _clean(_details(result))


def _element_of(result: CaseResult) -> str:
    if result.weak or result.known:
        return "skipped"
    return ELEMENTS.get(result.status, "")


def _details(result: CaseResult) -> str:
    lines = [result.sentence, f"Source: {result.source}"]
    for each in result.evidence:
        answer = each.response.status if each.response else each.failure
        lines += [each.curl, f"answered: {answer}"]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
