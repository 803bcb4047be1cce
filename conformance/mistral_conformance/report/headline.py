"""The verdict of a run in one line, the same in every report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mistral_conformance.verdict.outcome import PREVENTED, RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import Counts, Report


def headline(report: Report) -> str:
    """Say whether the MUST rules hold; what fails, what weaker rules fail, what was not judged."""
    if report.run.interrupted:
        return f"Interrupted after {len(report.rules)} cases"
    parts = [_verdict(report), _known(report), _weaker(report), _unjudged(report)]
    found = ", ".join(each for each in parts if each)
    return f"Stopped {report.run.stopped}. {found}" if report.run.stopped else found


def _verdict(report: Report) -> str:
    if report.lacks_all:
        hint = "" if report.run.holds else " (--prefix?)"
        return f"Nothing was judged: the server has nothing of what was to be tried{hint}"
    if report.run.holds or (report.run.stopped and not _is_broken(report)):
        return "All judged MUST rules hold" if report.must_unjudged else "All MUST rules hold"
    failed = _new_failures(report)
    broken = sum(each[Status.ERROR] for each in report.summary.values())
    failures = f"{failed} MUST fail{_causes(report)}" if failed else ""
    words = [failures, f"{broken} in error" if broken else ""]
    return ", ".join(each for each in words if each) or "Not all MUST rules were judged"


def _known(report: Report) -> str:
    known = sum(bool(each.known) for each in report.rules)
    words = [f"{known} known to fail" if known else ""]
    overdue = len(report.overdue)
    words.append(f"{overdue} to be taken out of the baseline" if overdue else "")
    return ", ".join(each for each in words if each)


def _is_broken(report: Report) -> bool:
    musts = _count(report.summary[Level.MUST], (*RED, *PREVENTED))
    return musts > 0 or any(each[Status.ERROR] for each in report.summary.values())


def _new_failures(report: Report) -> int:
    known = sum(each.red and bool(each.known) for each in report.rules)
    return _count(report.summary[Level.MUST], RED) - known


def _causes(report: Report) -> str:
    causes = sum(each.level is Level.MUST for each in report.causes)
    failed = _new_failures(report)
    return f" ({causes} cause{'s' if causes > 1 else ''})" if failed > causes else ""


def _weaker(report: Report) -> str:
    weaker = sum(_count(report.summary[each], RED) for each in (Level.SHOULD, Level.MAY))
    return f"{weaker} weaker ones fail" if weaker else ""


def _unjudged(report: Report) -> str:
    """MUST cases without a verdict, by how that came."""
    counts = Counter(report.summary[Level.MUST])
    ways = {"not judged": (Status.SKIP,), "blocked or in error": PREVENTED}
    words = [f"{_count(counts, ways[each])} {each}" for each in ways if _count(counts, ways[each])]
    return f"{report.must_unjudged} MUST without a verdict ({', '.join(words)})" if words else ""


def _count(counts: Counts, statuses: tuple[Status, ...]) -> int:
    return sum(counts.get(each, 0) for each in statuses)
