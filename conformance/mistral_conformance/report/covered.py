"""The coverage of a run as a section of the HTML page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mistral_conformance.report.tally import gaps, tally

if TYPE_CHECKING:
    from mistral_conformance.report.model import Report
    from mistral_conformance.session.coverage import Row

COLUMNS = ("requests", "2xx", "statuses", "parameters varied", "streamed", "own rules")
STREAMED = {
    None: '<td class="none">·</td>',
    True: '<td class="yes">✓</td>',
    False: '<td class="no">never</td>',
}


def render_coverage(report: Report) -> str:
    """The section; empty when nothing was selected."""
    if not report.coverage:
        return ""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in COLUMNS)
    totals = "".join(
        f"<span><b>{each.done}</b> of {each.all} {escape(each.what)}</span>"
        for each in tally(report)
    )
    return (
        '<section aria-labelledby="covered"><h2 id="covered">What was tried</h2>'
        f'<p class="tally">{totals}</p>{_gaps(report)}'
        '<p class="hint">Whoever sent it. A struck status is documented and was never seen, a '
        "slanted one the reverse. A parameter is varied when it was sent with two values, or once "
        "sent and once left out."
        '</p><div class="scroll"><table class="covered"><thead><tr>'
        f'<th scope="col" class="corner">operation</th>{head}</tr></thead>{_rows(report)}'
        "</table></div></section>"
    )


def _gaps(report: Report) -> str:
    return "".join(
        f'<p class="gap">{escape(what)}: {escape(", ".join(operations))}</p>'
        for what, operations in gaps(report).items()
    )


def _rows(report: Report) -> str:
    groups: dict[str, list[Row]] = {}
    for row in report.coverage:
        groups.setdefault(row.operation.rpartition(".")[0], []).append(row)
    return "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="{len(COLUMNS) + 1}">{escape(group)}</th></tr>'
        + "".join(map(_row, members))
        + "</tbody>"
        for group, members in groups.items()
    )


def _row(row: Row) -> str:
    name = escape(row.operation.rpartition(".")[2])
    return (
        f'<tr><th scope="row">{name}</th>'
        f"<td>{row.requests}</td>{_count(row.succeeded)}"
        f'<td class="wide">{_statuses(row)}</td><td class="wide">{_parameters(row)}</td>'
        f"{STREAMED[row.streamed]}{_count(len(row.rules))}</tr>"
    )


def _count(count: int) -> str:
    return f"<td>{count}</td>" if count else '<td class="no">none</td>'


def _statuses(row: Row) -> str:
    shown = [
        f'<span title="{count} times">{escape(status)}</span>'
        if count
        else f'<s title="never seen">{escape(status)}</s>'
        for status, count in row.statuses.items()
    ]
    shown += [
        f'<em title="not documented, {count} times">{escape(status)}</em>'
        for status, count in row.undocumented.items()
    ]
    return " ".join(shown)


def _parameters(row: Row) -> str:
    parameters = row.parameters
    if not parameters:
        return ""
    still = [each.name for each in parameters if not each.varied]
    done = f"{len(parameters) - len(still)} of {len(parameters)}"
    return f"{done} <small>not {escape(', '.join(still))}</small>" if still else done
