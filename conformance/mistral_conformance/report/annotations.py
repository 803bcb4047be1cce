"""The report as workflow commands of GitHub Actions: an annotation for each cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.report.headline import headline
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, CauseEntry, Report

KINDS = {Level.MUST: "error", Level.SHOULD: "warning", Level.MAY: "notice"}
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def render_annotations(report: Report) -> bytes:
    """Return a line for each cause and each case in error, then the verdict.

    GitHub shows ten of a kind for each step; the weightiest come first.
    """
    cases = {each.name: each for each in report.rules}
    lines = [_of_cause(each, [cases[name] for name in each.cases]) for each in report.causes]
    lines += [
        _command("error", each.name, each.reason)
        for each in report.rules
        if each.status is Status.ERROR
    ]
    lines += [_command("error", "baseline", each) for each in report.overdue]
    kind = "notice" if report.run.holds else "error"
    lines.append(_command(kind, "Mistral API conformance", headline(report)))
    return "".join(f"{each}\n" for each in lines).encode("utf-8", errors="replace")


def _of_cause(cause: CauseEntry, cases: list[CaseResult]) -> str:
    kind = "notice" if all(each.known for each in cases) else KINDS[cause.level]
    lines = [cause.summary, *dict.fromkeys(each.known for each in cases if each.known)]
    if cases[0].evidence:
        lines.append(f"again: {cases[0].evidence[0].curl}")
    return _command(kind, f"{cause.level} {cases[0].name}", "\n".join(lines))


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_escape(title, PROPERTY)}::{_escape(message, DATA)}"


def _escape(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(each, each) for each in text)
