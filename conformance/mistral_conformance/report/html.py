"""The report as one self-contained HTML page: a matrix of operations and rule families.

Nothing is loaded from anywhere. Every text is escaped; the data of the panel stand in a JSON block
that the page's script reads and shows as text, and a content security policy admits only that
script and style.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from mistral_conformance.report.covered import render_coverage
from mistral_conformance.report.headline import headline
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from mistral_conformance.report.model import CaseResult, CauseEntry, Counts, Report

SYMBOLS = {
    "fail": "✕",
    "flaky": "≈",
    "error": "!",
    "blocked": "⊘",
    "weak": "△",
    "skip": "\N{EN DASH}",
    "not-offered": "∅",
    "pass": "✓",
}
WORST_FIRST = tuple(SYMBOLS)
STATUSES = ("pass", "not-offered", "skip", "blocked", "error", "flaky", "fail")
SPOKEN = {
    "fail": "MUST fail",
    "flaky": "MUST fail at times",
    "error": "in error",
    "blocked": "blocked",
    "weak": "SHOULD or MAY fail",
    "skip": "skipped",
    "not-offered": "not offered",
    "pass": "pass",
}
MOST_COLUMNS = 20


def render_html(report: Report) -> str:
    """The page."""
    style, script = _asset("page.css"), _asset("page.js")
    heading, kind = _verdict(report)
    columns, rest = _columns(report)
    parts = {
        "title": escape(f"{heading} · {report.target.base_url}"),
        "style_hash": _hash(style),
        "script_hash": _hash(script),
        "style": style,
        "verdict_class": kind,
        "verdict": escape(heading),
        "base_url": escape(report.target.base_url),
        "facts": _facts(report),
        "levels": "".join(_level(level, report.summary[level]) for level in Level),
        "broken": _broken(report),
        "coverage": render_coverage(report),
        "columns": "".join(f'<th scope="col"><span>{escape(each)}</span></th>' for each in columns)
        + ('<th scope="col" class="own">other families</th>' if rest else ""),
        "rows": _rows(report, columns, rest),
        "notes": _notes(report),
        "footer": escape(f"mistral-conformance {report.run.suite}, {report.run.started}"),
        "data": _data(report),
        "script": script,
    }
    first, *rest = _asset("page.html").split("@")
    words = (
        parts.get(each, f"@{each}@") if odd % 2 == 0 else each for odd, each in enumerate(rest)
    )
    return first + "".join(words)


def _asset(name: str) -> str:
    return files("mistral_conformance.report").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _verdict(report: Report) -> tuple[str, str]:
    if report.run.interrupted or report.run.stopped:
        return headline(report), "cut"
    return headline(report), "holds" if report.run.holds else "broken"


def _facts(report: Report) -> str:
    run, target = report.run, report.target
    facts = {
        "seed": run.seed,
        "took": f"{run.elapsed_s:.1f} s",
        "operations": len(run.operations),
        "judged": f"{len(report.rules)} rules",
        "identities": ", ".join(target.identities),
        "clock": "controlled" if target.clock else "not controlled",
        "created and deleted": report.cleanup.created - len(report.cleanup.leftovers),
    }
    return "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in facts.items()
    )


def _level(level: Level, counts: Counts) -> str:
    total = sum(counts.values())
    tally = "".join(_count(counts[status], status) for status in STATUSES)
    return (
        f'<div class="level"><h3>{level}<span>{total} rules</span></h3>{_meter(counts, total)}'
        f'<p class="tally">{tally}</p></div>'
    )


def _count(count: int, status: str) -> str:
    kind = status if count else "none"
    return f'<span class="{kind}"><b>{count}</b> {status}</span>'


def _meter(counts: Counts, total: int) -> str:
    """A bar of the counts, as drawn shapes: a style attribute would need a weaker policy."""
    x, shapes = 0.0, ['<rect class="none" width="100" height="1"/>']
    for status in STATUSES:
        width = 100 * counts[status] / total if total else 0
        shapes.append(f'<rect class="{status}" x="{x:.3f}" width="{width:.3f}" height="1"/>')
        x += width
    drawn = "".join(shapes)
    return (
        '<svg class="meter" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def _broken(report: Report) -> str:
    """What is broken: each cause once, then what could not be judged."""
    cases = {each.name: each for each in report.rules}
    cards = [_cause_card(each, [cases[name] for name in each.cases]) for each in report.causes]
    cards += [_case_card(each) for each in report.rules if each.status is Status.ERROR]
    if not cards:
        return ""
    body = "".join(cards)
    return f'<section aria-labelledby="broken"><h2 id="broken">What is broken</h2>{body}</section>'


def _cause_card(cause: CauseEntry, cases: list[CaseResult]) -> str:
    """One thing to mend: what it is, the cases that show it, how to see the first again."""
    weak = "" if cause.level is Level.MUST else " weak"
    count = f"{len(cases)} cases" if len(cases) > 1 else "1 case"
    rows = "".join(map(_case_row, cases))
    curls = "".join(f"<pre>{escape(each.curl)}</pre>" for each in cases[0].evidence[:1])
    return (
        f'<details class="rule fail{weak}"><summary>'
        f'<span class="chip fail">{count}</span>'
        f'<span class="chip level-{cause.level}">{cause.level}</span>'
        f'<span class="reason">{escape(cause.summary)}</span></summary>'
        f'<p class="source">{escape(", ".join(cause.operations))}</p>'
        f'<ul class="plain">{rows}</ul>{curls}</details>'
    )


def _case_row(case: CaseResult) -> str:
    script = f" <code>sh {escape(case.reproduce)}</code>" if case.reproduce else ""
    return (
        f"<li><b>{escape(case.level)} {escape(case.name)}</b> {escape(case.sentence)}<br>"
        f"{escape(case.reason)}{script}</li>"
    )


def _case_card(case: CaseResult) -> str:
    curls = "".join(f"<pre>{escape(each.curl)}</pre>" for each in case.evidence[:1])
    return (
        f'<details class="rule {case.status}"><summary>'
        f'<span class="chip {case.status}">{case.status}</span>'
        f'<span class="chip level-{case.level}">{case.level}</span>'
        f'<span class="name">{escape(case.name)}</span>'
        f'<span class="reason">{escape(case.reason)}</span></summary>'
        f'<p class="sentence">{escape(case.sentence)}</p>'
        f'<p class="source">{escape(", ".join(case.operations))}</p>{curls}</details>'
    )


def _kind(case: CaseResult) -> str:
    """The status as the matrix shows it: what is red without being a MUST is weaker."""
    return "weak" if case.weak else str(case.status)


def _columns(report: Report) -> tuple[list[str], list[str]]:
    """The families that get a column each, and those that share the last one.

    Where there are many families, most of them are about few operations: columns of their own would
    be almost empty and wider than a screen.
    """
    met: dict[str, set[str]] = {}
    for each in report.rules:
        met.setdefault(each.family, set()).update(each.operations)
    if len(met) <= MOST_COLUMNS:
        return list(met), []
    enough = len(report.run.operations) / 2
    columns = [family for family, operations in met.items() if len(operations) >= enough]
    return columns, [each for each in met if each not in columns]


def _rows(report: Report, columns: list[str], rest: list[str]) -> str:
    cells: dict[tuple[str, str], Counter[str]] = {}
    for each in report.rules:
        for operation in each.operations:
            cells.setdefault((operation, each.family), Counter())[_kind(each)] += 1
    groups: dict[str, list[str]] = {}
    for operation in report.run.operations:
        groups.setdefault(operation.rpartition(".")[0], []).append(operation)
    span = len(columns) + 1 + bool(rest)
    return "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="{span}">{escape(group)}</th></tr>'
        + "".join(_row(each, columns, rest, cells) for each in members)
        + "</tbody>"
        for group, members in groups.items()
    )


def _row(
    operation: str,
    columns: list[str],
    rest: list[str],
    cells: dict[tuple[str, str], Counter[str]],
) -> str:
    name = escape(operation.rpartition(".")[2])
    row = "".join(_cell(operation, each, cells.get((operation, each))) for each in columns)
    if rest:
        chips = (_button(operation, each, cells.get((operation, each)), each) for each in rest)
        row += f'<td class="own">{"".join(chips)}</td>'
    return f'<tr class="op"><th scope="row">{name}</th>{row}</tr>'


def _cell(operation: str, family: str, counts: Counter[str] | None) -> str:
    button = _button(operation, family, counts)
    return f"<td>{button}</td>" if button else '<td class="none">·</td>'


def _button(operation: str, family: str, counts: Counter[str] | None, name: str = "") -> str:
    """What opens the rules of a family about an operation; empty where there are none."""
    if not counts:
        return ""
    worst = next(each for each in WORST_FIRST if counts[each])
    spoken = ", ".join(f"{counts[each]} {SPOKEN[each]}" for each in WORST_FIRST if counts[each])
    label = escape(f"{family} on {operation}: {spoken}")
    shown = f"{SYMBOLS[worst]} {counts[worst]} {escape(name)}".rstrip()
    return (
        f'<button type="button" class="{worst}" data-operation="{escape(operation)}" '
        f'data-family="{escape(family)}" aria-label="{label}" title="{label}">{shown}</button>'
    )


def _notes(report: Report) -> str:
    absent = (Status.SKIP, Status.NOT_OFFERED, Status.BLOCKED)
    reasons = Counter((each.status, each.reason) for each in report.rules if each.status in absent)
    lines = [f"{count} {SPOKEN[status]}: {reason}" for (status, reason), count in reasons.items()]
    lines += [
        f"Left over: {each.path} of {each.identity} ({each.reason})"
        for each in report.cleanup.leftovers
    ]
    if not lines:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in lines)
    return (
        '<section aria-labelledby="notes"><h2 id="notes">Not judged, not deleted</h2>'
        f'<ul class="plain">{items}</ul></section>'
    )


def _data(report: Report) -> str:
    """The rules and their exchanges, each exchange once, safe inside a script element."""
    rules = report.to_json()["rules"]
    exchanges = {str(each["number"]): each for one in rules for each in one["evidence"]}
    for each in rules:
        each["evidence"] = [str(one["number"]) for one in each["evidence"]]
    text = json.dumps({"rules": rules, "exchanges": exchanges}, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
