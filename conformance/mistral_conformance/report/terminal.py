"""The run as a person sees it in a terminal: live progress, then a summary.

On a terminal a bar moves; elsewhere plain lines tell the same, readable at 80 columns. What came
from the server is printed without its control characters and never as markup.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from mistral_conformance.report.headline import headline
from mistral_conformance.report.tally import gaps, offers, tally
from mistral_conformance.verdict.outcome import RED, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    from rich.progress import TaskID

    from mistral_conformance.report.model import CaseResult, CauseEntry, Report
    from mistral_conformance.session.creations import Leftover
    from mistral_conformance.verdict.outcome import Result

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
STYLES = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.FLAKY: "bold red",
    Status.ERROR: "bold magenta",
    Status.BLOCKED: "magenta",
    Status.SKIP: "yellow",
    Status.NOT_OFFERED: "cyan",
}
SHOWN_CAUSES = 20
SHOWN_CASES = 4
SHOWN_GAPS = 5
LONGEST_REASON = 400
PLAIN_STEPS = 10


def printable(text: str) -> str:
    """One line without control characters, cut to a readable length."""
    line = CONTROL.sub(" ", text).encode("utf-8", errors="replace").decode()
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 3]}..."


class Live:
    """Shows results as they come. `total` is the number of cases."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._counts: Counter[str] = Counter()
        self._bar = _bar(console) if console.is_terminal else None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total, broken=0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, result: Result) -> None:
        """Show one result: what is broken at once, the rest as progress."""
        self._counts[result.status] += 1
        if result.status in (*RED, Status.ERROR):
            self._console.print(_headline(result), soft_wrap=True)
        if self._bar and self._task is not None:
            name = printable(result.name)[-34:]
            self._bar.update(self._task, advance=1, description=f"{name:<34}", broken=self._broken)
        elif self._is_due():
            tally = ", ".join(
                f"{self._counts[each]} {each}" for each in STYLES if self._shows(each)
            )
            self._console.print(f"{self._done:>5}/{self._total}  {tally}", highlight=False)

    @property
    def _done(self) -> int:
        return self._counts.total()

    def _is_due(self) -> bool:
        step = max(self._total // PLAIN_STEPS, 1)
        return self._done % step == 0 or self._done == self._total

    def _shows(self, status: Status) -> bool:
        return bool(self._counts[status]) or status in (Status.PASS, Status.FAIL)

    @property
    def _broken(self) -> int:
        return sum(self._counts[each] for each in (*RED, Status.ERROR))


def print_summary(console: Console, report: Report, paths: list[Path]) -> None:
    """Print the verdict, the table, what is broken and how to see it again, where the reports are.

    The verdict stands first and last: what is between may be long.
    """
    console.print()
    console.print(_verdict(report))
    console.print(_table(report))
    _print_causes(console, report, paths)
    _print_unjudged(console, report)
    _print_coverage(console, report)
    _print_leftovers(console, report)
    _print_overdue(console, report)
    for path in paths:
        console.print(f"  {path}", soft_wrap=True, markup=False, highlight=False)
    console.print(_verdict(report))


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        MofNCompleteColumn(),
        TextColumn("[red]{task.fields[broken]} broken[/]"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _headline(result: Result) -> Text:
    text = Text()
    text.append(f"{result.status.upper():<5}", style=STYLES[result.status])
    text.append(f" {result.rule.level} {printable(result.name)}: {printable(result.reason)}")
    return text


def _table(report: Report) -> Table:
    counts: dict[str, Counter[Status]] = {}
    for each in report.rules:
        counts.setdefault(each.family, Counter())[each.status] += 1
    whole = sum(counts.values(), Counter[Status]())
    columns = [each for each in STYLES if whole[each] or each in (Status.PASS, Status.FAIL)]
    table = Table("family", title=f"{len(report.rules)} cases", title_justify="left")
    for status in columns:
        table.add_column(status, justify="right", header_style=STYLES[status])
    for family, counted in counts.items():
        table.add_row(family, *(_cell(counted[each], each) for each in columns))
    table.add_section()
    table.add_row("all", *(_cell(whole[each], each) for each in columns))
    return table


def _cell(count: int, status: Status) -> Text:
    return Text(str(count), style=STYLES[status] if count else "dim")


def _print_causes(console: Console, report: Report, paths: list[Path]) -> None:
    """Each cause with its first cases; then the cases that broke by themselves."""
    folder = paths[0].parent if paths else None
    cases = {each.name: each for each in report.rules}
    for cause in report.causes[:SHOWN_CAUSES]:
        _print_cause(console, cause, [cases[each] for each in cause.cases], folder)
    if len(report.causes) > SHOWN_CAUSES:
        console.print(f"... and {len(report.causes) - SHOWN_CAUSES} more causes in the reports")
    for case in [each for each in report.rules if each.status is Status.ERROR][:SHOWN_CAUSES]:
        text = Text("error ", style=STYLES[Status.ERROR])
        text.append(f"{case.level} {case.name}", style="bold")
        text.append(f"\n  {case.sentence}\n  {printable(case.reason)}\n")
        console.print(text, soft_wrap=True)


def _print_cause(
    console: Console, cause: CauseEntry, cases: list[CaseResult], folder: Path | None
) -> None:
    text = Text(f"{cause.level} ", style=STYLES[Status.FAIL])
    text.append(f"{printable(cause.summary)}\n", style="bold")
    for case in cases[:SHOWN_CASES]:
        flaky = " (flaky)" if case.status is Status.FLAKY else ""
        text.append(f"  {case.level} {case.name}{flaky}: {case.sentence}\n")
        if case.known:
            text.append(f"    known: {printable(case.known)}\n", style="dim")
        if printable(case.reason) not in printable(cause.summary):
            text.append(f"    {printable(case.reason)}\n")
    if len(cases) > SHOWN_CASES:
        text.append(f"  ... and {len(cases) - SHOWN_CASES} more cases\n")
    if folder and cases[0].reproduce:
        text.append(f"  again: sh {folder / cases[0].reproduce}\n", style="dim")
    elif cases[0].evidence:
        text.append(f"  {CONTROL.sub(' ', cases[0].evidence[0].curl)}\n", style="dim")
    console.print(text, soft_wrap=True)


def _print_unjudged(console: Console, report: Report) -> None:
    words = {
        Status.BLOCKED: "blocked",
        Status.SKIP: "skipped",
        Status.NOT_OFFERED: "not offered",
    }
    counts = Counter((each.status, each.reason) for each in report.rules if each.status in words)
    for (status, reason), count in counts.items():
        line = f"{count} {words[status]}: {printable(reason)}"
        console.print(Text(line, style=STYLES[status]), soft_wrap=True)


def _print_coverage(console: Console, report: Report) -> None:
    for line in offers(report):
        console.print(Text(printable(line)))
    for part in tally(report):
        console.print(Text(f"{part.done:>5} of {part.all:>4} {part.what}"))
    for what, operations in gaps(report).items():
        shown = ", ".join(operations[:SHOWN_GAPS])
        more = len(operations) - SHOWN_GAPS
        rest = f" and {more} more in the reports" if more > 0 else ""
        console.print(Text(f"{what}: {shown}{rest}", style="yellow"))


def _print_overdue(console: Console, report: Report) -> None:
    for each in report.overdue:
        console.print(Text(printable(each), style="bold red"), soft_wrap=True)


def _print_leftovers(console: Console, report: Report) -> None:
    for each in report.cleanup.leftovers:
        line = f"left over: {each.path} of {each.identity} ({each.reason})"
        console.print(Text(printable(line), style="bold red"), soft_wrap=True)


def print_cleaning(
    console: Console, found: int, leftovers: Sequence[Leftover], unsure: Sequence[str]
) -> None:
    """Say what of an earlier run is deleted, what is not, and what could only be looked for."""
    gone = found - len(leftovers)
    console.print(Text(f"{gone} of {found} objects of the run are deleted"))
    for each in leftovers:
        line = f"left over: {each.made.path} of {each.made.identity} ({each.reason})"
        console.print(Text(printable(line), style="bold red"), soft_wrap=True)
    for operation in unsure:
        line = f"an answer of {operation} was lost: what it made was looked for by its name"
        console.print(Text(line, style="yellow"), soft_wrap=True)


def _verdict(report: Report) -> Text:
    run = report.run
    style = "bold" if run.interrupted or run.stopped else "bold green" if run.holds else "bold red"
    return Text(f"{headline(report)} (seed {run.seed}, {run.elapsed_s:.1f} s).", style=style)


def make_console() -> Console:
    """The console of the command line."""
    return Console(highlight=False)
