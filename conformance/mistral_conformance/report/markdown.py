"""The report as Markdown, for the page of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted
from mistral_conformance.report.headline import headline
from mistral_conformance.report.tally import offers, tally
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.report.model import CaseResult, CauseEntry, Report

SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$<>&@-])")
COLUMNS = (
    Status.PASS, Status.FAIL, Status.FLAKY, Status.ERROR, Status.BLOCKED, Status.SKIP,
    Status.NOT_OFFERED,
)  # fmt: skip
SHOWN_CAUSES = 50
"""A job page takes a megabyte."""
LONGEST_COMMAND = 4000


def render_markdown(report: Report) -> bytes:
    """Return the page: the verdict, what is broken with a line to see it again, what was tried."""
    return "\n".join(_lines(report)).encode("utf-8", errors="replace") + b"\n"


def _lines(report: Report) -> Iterator[str]:
    run = report.run
    mark = "✅" if run.holds else "⚠️" if run.interrupted or run.stopped else "❌"
    yield f"## {mark} {_plain(headline(report))}"
    yield ""
    yield (
        f"{_plain(report.target.base_url)}, profile {_plain(run.profile)}, seed {run.seed}, "
        f"{run.elapsed_s:.1f} s, {_plain(run.started)}, suite {_plain(run.suite)}"
    )
    yield ""
    yield from _table(report)
    yield from _causes(report)
    yield from _overdue(report)
    yield "<details><summary>What was tried, and what the server offers</summary>"
    yield ""
    yield from (f"- {each.done} of {each.all} {each.what}" for each in tally(report))
    yield from (f"- {_plain(each)}" for each in offers(report))
    yield ""
    yield "</details>"


def _table(report: Report) -> Iterator[str]:
    yield f"| level | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---:|' * len(COLUMNS)}"
    for level, counts in report.summary.items():
        yield f"| {level} | {' | '.join(str(counts.get(each, 0)) for each in COLUMNS)} |"
    yield ""


def _causes(report: Report) -> Iterator[str]:
    cases = {each.name: each for each in report.rules}
    if report.causes:
        yield "### What is broken"
        yield ""
    for cause in report.causes[:SHOWN_CAUSES]:
        yield from _cause(cause, [cases[each] for each in cause.cases])
    if len(report.causes) > SHOWN_CAUSES:
        more = len(report.causes) - SHOWN_CAUSES
        yield f"{counted(more, 'more cause')} {'is' if more == 1 else 'are'} in the reports."
        yield ""
    for each in report.rules:
        if each.status is Status.ERROR:
            yield f"- **in error** {_plain(each.name)}: {_plain(each.reason)}"


def _cause(cause: CauseEntry, cases: list[CaseResult]) -> Iterator[str]:
    count = counted(len(cases), "case")
    known = " (known)" if all(each.known for each in cases) else ""
    yield f"<details><summary><b>{cause.level}</b> {_html(cause.summary)}{known}</summary>"
    yield ""
    yield f"{count}, first {_plain(cases[0].name)}: {_plain(cases[0].sentence)}"
    yield ""
    command = cases[0].evidence[0].curl if cases[0].evidence else ""
    if command and len(command) <= LONGEST_COMMAND:
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", command)), default=0))
        yield f"{fence}sh"
        yield command.replace("\n", " ")
        yield fence
        yield ""
    yield "</details>"
    yield ""


def _overdue(report: Report) -> Iterator[str]:
    yield from (f"- **baseline** {_plain(each)}" for each in report.overdue)
    yield ""


def _plain(text: str) -> str:
    """Return the text in one line, shown as it is."""
    return (
        SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("\\<", "&lt;").replace("\\>", "&gt;")
    )


def _html(text: str) -> str:
    """Return the text for a place of Markdown inside HTML: marks of both are shown as such."""
    return SPECIAL.sub(lambda match: f"&#{ord(match[1])};", " ".join(text.split()))
