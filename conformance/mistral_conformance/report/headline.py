"""The verdict of a run in one line, the same in every report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted
from mistral_conformance.verdict.baseline import holds_again
from mistral_conformance.verdict.outcome import PREVENTED, RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import Counts, Report


def headline(report: Report) -> str:
    """Say whether the MUST rules hold; what fails, what weaker rules fail, what was not judged."""
    if report.run.interrupted:
        return "; ".join(each for each in (_interrupted(report), _failures(report)) if each)
    parts = [_verdict(report), _known(report), _weaker(report), _unjudged(report)]
    found = ", ".join(each for each in parts if each)
    whole = "; ".join((found, *_overdue(report)))
    return f"Stopped {report.run.stopped}. {whole}" if report.run.stopped else whole


def _interrupted(report: Report) -> str:
    judged, planned = len(report.rules), report.run.planned
    if planned:
        return f"Interrupted after {judged} of {counted(planned, 'case')}"
    return f"Interrupted after {counted(judged, 'case')}"


def _verdict(report: Report) -> str:
    if report.lacks_all:
        return f"Nothing was judged: the server has nothing of what was to be tried{_hint(report)}"
    failures = _failures(report)
    if failures:
        return failures
    if any(each.broken for each in report.rules):
        return "Not all MUST rules were judged"
    if any(each.known for each in report.rules):
        return "No new failure"
    return "All judged MUST rules hold" if report.must_unjudged else "All MUST rules hold"


def _hint(report: Report) -> str:
    """Return what may be wrong about the address of a server that answered nothing."""
    if report.run.holds:
        return ""
    if report.target.base_url.endswith("/v1"):
        return " (leave out /v1: every path of the API begins with it)"
    return " (--prefix?)"


def _failures(report: Report) -> str:
    """Return what fails the run, known failures left out; empty where nothing does."""
    failed = sum(each.red and each.broken for each in report.rules)
    errors = sum(each.status is Status.ERROR and each.broken for each in report.rules)
    words = [
        f"{counted_musts(failed)}{_causes(report, failed)}" if failed else "",
        f"{errors} in error" if errors else "",
    ]
    return ", ".join(each for each in words if each)


def counted_musts(failed: int) -> str:
    """Return how many MUST rules fail: `1 MUST fails`, `2 MUST fail`."""
    return f"{failed} MUST {'fails' if failed == 1 else 'fail'}"


def _known(report: Report) -> str:
    known = sum(bool(each.known) for each in report.rules)
    return f"{known} known to fail" if known else ""


def _overdue(report: Report) -> list[str]:
    """Return what there is to do about the baseline."""
    again = sum(holds_again(each) for each in report.overdue)
    expired = len(report.overdue) - again
    told, them = counted(again, "baseline entry", "hold"), "it" if again == 1 else "them"
    late, has = counted(expired, "baseline entry"), "has" if expired == 1 else "have"
    words = {f"{told} again: take {them} out": again, f"{late} {has} expired": expired}
    return [each for each, count in words.items() if count]


def _causes(report: Report, failed: int) -> str:
    news = {each.name for each in report.rules if each.red and each.broken}
    causes = sum(not news.isdisjoint(each.cases) for each in report.causes)
    return f" ({counted(causes, 'cause')})" if failed > causes > 0 else ""


def _weaker(report: Report) -> str:
    weaker = sum(_count(report.summary[each], RED) for each in (Level.SHOULD, Level.MAY))
    return counted(weaker, "weaker one", "fail") if weaker else ""


def _unjudged(report: Report) -> str:
    """MUST cases without a verdict, by how that came."""
    counts = Counter(report.summary[Level.MUST])
    ways = {"not judged": (Status.SKIP,), "blocked or in error": PREVENTED}
    words = [f"{_count(counts, ways[each])} {each}" for each in ways if _count(counts, ways[each])]
    return f"{report.must_unjudged} MUST without a verdict ({', '.join(words)})" if words else ""


def _count(counts: Counts, statuses: tuple[Status, ...]) -> int:
    return sum(counts.get(each, 0) for each in statuses)
