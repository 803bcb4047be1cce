"""The report as one self-contained HTML page.

It answers, in this order: does the server speak the API, what does it offer, what is broken and
why, how to see that again, and everything else. The cases stand in a JSON block, which the page's
script reads when somebody opens a cell, and shows as text.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from attrs import frozen
from markupsafe import Markup

from mistral_conformance.record.counting import counted
from mistral_conformance.report.cells import SPOKEN, SYMBOLS, make_matrix
from mistral_conformance.report.headline import counted_musts, headline
from mistral_conformance.report.pages import render_page
from mistral_conformance.report.tally import gaps, offers, tally, tell_undeletable
from mistral_conformance.verdict.outcome import RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.report.model import CaseResult, Counts, Report
    from mistral_conformance.session.coverage import Row

STATUSES = ("pass", "not-offered", "skip", "blocked", "error", "flaky", "fail")
SHOWN_CASES = 5
SHOWN_COMMANDS = 100


@frozen
class LevelCounts:
    """How the cases of a level ended, as numbers and as the parts of a bar from 0 to 100."""

    name: str
    total: int
    counts: tuple[tuple[str, int], ...]
    bars: tuple[tuple[str, str, str], ...]


@frozen
class Earlier:
    """An earlier report, and what has changed since: cases that were mended, and new failures."""

    started: str
    suite: str
    base_url: str
    verdict: str
    failing: int
    mended: int
    new: int


def render_html(report: Report, history: Sequence[Report] = ()) -> str:
    """Return the page; earlier reports become its history."""
    kind, answer = _answer(report)
    verdict = headline(report)
    cases = {each.name: each for each in report.rules}
    return render_page(
        "report.html.jinja",
        "page.js",
        title=f"{verdict} · {report.target.base_url}",
        report=report,
        kind=kind,
        answer=answer,
        verdict=verdict,
        facts=_facts(report),
        tally=tally(report),
        offers=[each.split(": ", 1) for each in offers(report)],
        cases_of={each.id: [cases[name] for name in each.cases] for each in report.causes},
        commands={
            each.id: _command(each.reproduce, cases[each.cases[0]]) for each in report.causes
        },
        errors=[each for each in report.rules if each.status is Status.ERROR],
        again=_again(report),
        levels=[_level(level, report.summary[level]) for level in Level],
        symbols=SYMBOLS,
        spoken=SPOKEN,
        matrix=make_matrix(report),
        notes=list(_notes(report)),
        gaps=gaps(report),
        coverage=_grouped(report.coverage),
        configuration=_configuration(report),
        history=[_earlier(each, report) for each in reversed(history)],
        shown_cases=SHOWN_CASES,
        shown_commands=SHOWN_COMMANDS,
        data=_data(report),
    )


def _answer(report: Report) -> tuple[str, str]:
    run = report.run
    if any(each.broken for each in report.rules):
        return "broken", "No."
    if run.interrupted or run.stopped:
        return "cut", "Not known: not all was judged."
    if not (run.holds or report.overdue):
        return "broken", "No."
    known = [each for each in report.rules if each.known]
    failed = sum(each.red for each in known)
    if known:
        told = f"{counted_musts(failed)}, all known" if failed else f"{len(known)} known to fail"
        return "cut" if run.holds else "broken", f"Not entirely: {told}."
    return ("holds", "Yes.") if run.holds else ("broken", "Yes, but the baseline is out of date.")


def _facts(report: Report) -> list[tuple[str, str]]:
    run, target = report.run, report.target
    operations = counted(len(run.operations), "operation")
    facts = {
        "date": run.started,
        "suite": run.suite,
        "profile": run.profile,
        "seed": str(run.seed),
        "took": f"{run.elapsed_s:.1f} s",
        "requests": str(run.requests) if run.requests else "",
        "judged": f"{counted(len(report.rules), 'case')} of {operations}",
        "identities": ", ".join(target.identities),
        "clock": "controlled" if target.clock else "not controlled",
        "created and deleted": str(report.cleanup.deleted),
        "shard": run.shard,
    }
    return [each for each in facts.items() if each[1]]


def _configuration(report: Report) -> list[tuple[str, str]]:
    """Return what was asked for, options by their names."""
    run = report.run
    told = {
        "run": run.id,
        "server": report.target.base_url,
        "rules": ", ".join(run.rules) or "all",
        "generated requests per operation": str(run.max_examples),
        **{f"--{name}": value for name, value in run.settings.items()},
    }
    return list(told.items())


def _again(report: Report) -> str:
    """Return the command line of the run, for somebody who has its keys."""
    run = report.run
    said = {name: json.loads(value) for name, value in run.settings.items()}
    said = said or {"profile": run.profile, "seed": run.seed, "rules": run.rules}
    server = {} if said.get("embedded-mock") else {"base-url": report.target.base_url}
    words = (
        f"--{name}" if each is True else f"--{name}={shlex.quote(str(each))}"
        for name, value in (server | said).items()
        for each in (value if isinstance(value, list | tuple) else [value])
    )
    return " ".join(("mistral-conformance", "run", *words))


def _command(script: str, case: CaseResult) -> str:
    if script:
        return f"sh {script}"
    return case.evidence[0].curl if case.evidence else ""


def _level(level: Level, counts: Counts) -> LevelCounts:
    total = sum(counts.values())
    return LevelCounts(
        level,
        total,
        tuple((each, counts.get(each, 0)) for each in STATUSES),
        tuple(_bars(counts, total)),
    )


def _bars(counts: Counts, total: int) -> Iterator[tuple[str, str, str]]:
    """Drawn shapes: a style attribute would need a weaker policy."""
    x = 0.0
    for each in STATUSES:
        width = 100 * counts.get(each, 0) / total if total else 0
        yield each, f"{x:.3f}", f"{width:.3f}"
        x += width


def _notes(report: Report) -> Iterator[str]:
    absent = (Status.SKIP, Status.NOT_OFFERED, Status.BLOCKED)
    counts: dict[tuple[Status, str], int] = {}
    for each in report.rules:
        if each.status in absent:
            counts[each.status, each.reason] = counts.get((each.status, each.reason), 0) + 1
    for (status, reason), count in counts.items():
        yield f"{count} {SPOKEN[status]}: {reason}"
    for left in report.cleanup.leftovers:
        yield f"Left over: {left.path} of {left.identity} ({left.reason})"
    yield from filter(None, [tell_undeletable([e.path for e in report.cleanup.undeletable])])


def _grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.operation.rpartition(".")[0], []).append(row)
    return list(groups.items())


def _earlier(earlier: Report, report: Report) -> Earlier:
    before, now = _failing(earlier), _failing(report)
    return Earlier(
        earlier.run.started,
        earlier.run.suite,
        earlier.target.base_url,
        headline(earlier),
        len(before),
        len(before & _holding(report)),
        len(now & _holding(earlier)),
    )


def _failing(report: Report) -> set[str]:
    return {each.name for each in report.rules if each.status in RED and each.level is Level.MUST}


def _holding(report: Report) -> set[str]:
    return {each.name for each in report.rules if each.status is Status.PASS}


def _data(report: Report) -> Markup:
    """Return the cases and their exchanges, each exchange once, safe inside a script element."""
    rules = report.to_json()["rules"]
    exchanges = {str(each["number"]): each for one in rules for each in one["evidence"]}
    for each in rules:
        each["evidence"] = [str(one["number"]) for one in each["evidence"]]
    text = json.dumps({"rules": rules, "exchanges": exchanges}, separators=(",", ":"))
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, escaped)
    return Markup(text)  # noqa: S704 - no sign of markup is left in it
