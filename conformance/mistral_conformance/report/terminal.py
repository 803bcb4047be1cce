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

from mistral_conformance.outcome import Status
from mistral_conformance.registry import Level
from mistral_conformance.report.tally import gaps, tally

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from rich.progress import TaskID

    from mistral_conformance.document import Json
    from mistral_conformance.outcome import Result

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
STYLES = {"pass": "green", "fail": "bold red", "error": "bold magenta", "skip": "yellow"}
SHOWN_FAILURES = 20
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
        if result.status in (Status.FAIL, Status.ERROR):
            self._console.print(_headline(result), soft_wrap=True)
        if self._bar and self._task is not None:
            name = printable(result.name)[-34:]
            self._bar.update(self._task, advance=1, description=f"{name:<34}", broken=self._broken)
        elif self._is_due():
            tally = ", ".join(f"{self._counts[each]} {each}" for each in STYLES)
            self._console.print(f"{self._done:>5}/{self._total}  {tally}", highlight=False)

    @property
    def _done(self) -> int:
        return self._counts.total()

    def _is_due(self) -> bool:
        step = max(self._total // PLAIN_STEPS, 1)
        return self._done % step == 0 or self._done == self._total

    @property
    def _broken(self) -> int:
        return self._counts[Status.FAIL] + self._counts[Status.ERROR]


def print_summary(console: Console, report: Json, paths: list[Path]) -> None:
    """Print the table, what failed and how to see it again, and where the reports are."""
    console.print()
    console.print(_table(report))
    broken = [each for each in report["rules"] if each["status"] in {"fail", "error"}]
    for each in broken[:SHOWN_FAILURES]:
        _print_failure(console, each)
    if len(broken) > SHOWN_FAILURES:
        console.print(f"... and {len(broken) - SHOWN_FAILURES} more in the reports")
    _print_skips(console, report)
    _print_coverage(console, report)
    _print_leftovers(console, report)
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


def _table(report: Json) -> Table:
    counts: dict[str, Counter[str]] = {}
    for each in report["rules"]:
        counts.setdefault(each["family"], Counter())[each["status"]] += 1
    table = Table("family", title=f"{len(report['rules'])} rules judged", title_justify="left")
    for status, style in STYLES.items():
        table.add_column(status, justify="right", header_style=style)
    for family, counted in counts.items():
        table.add_row(family, *(_cell(counted[each], each) for each in STYLES))
    whole = sum(counts.values(), Counter[str]())
    table.add_section()
    table.add_row("all", *(_cell(whole[each], each) for each in STYLES))
    return table


def _cell(count: int, status: str) -> Text:
    return Text(str(count), style=STYLES[status] if count else "dim")


def _print_failure(console: Console, result: Json) -> None:
    text = Text()
    text.append(f"{result['status']} ", style=STYLES[result["status"]])
    text.append(f"{result['level']} {result['id']}", style="bold")
    text.append(f" [{', '.join(result['operations'])}]\n  {result['sentence']}\n")
    text.append(f"  {printable(result['reason'])}\n")
    for evidence in result["evidence"][:1]:
        text.append(f"  {CONTROL.sub(' ', evidence['curl'])}\n", style="dim")
    console.print(text, soft_wrap=True)


def _print_skips(console: Console, report: Json) -> None:
    skipped = Counter(each["reason"] for each in report["rules"] if each["status"] == "skip")
    for reason, count in skipped.items():
        console.print(Text(f"{count} skipped: {printable(reason)}", style="yellow"))


def _print_coverage(console: Console, report: Json) -> None:
    for part in tally(report):
        console.print(Text(f"{part.done:>5} of {part.all:>4} {part.what}"))
    for what, operations in gaps(report).items():
        shown = ", ".join(operations[:SHOWN_GAPS])
        more = len(operations) - SHOWN_GAPS
        rest = f" and {more} more in the reports" if more > 0 else ""
        console.print(Text(f"{what}: {shown}{rest}", style="yellow"))


def _print_leftovers(console: Console, report: Json) -> None:
    for each in report["cleanup"]["leftovers"]:
        line = f"left over: {each['path']} of {each['identity']} ({each['reason']})"
        console.print(Text(printable(line), style="bold red"), soft_wrap=True)


def _verdict(report: Json) -> Text:
    run = report["run"]
    must = report["summary"][Level.MUST]
    weaker = sum(report["summary"][each]["fail"] for each in (Level.SHOULD, Level.MAY))
    about = f"seed {run['seed']}, {run['elapsed_s']:.1f} s"
    if run["interrupted"]:
        return Text(f"Interrupted after {len(report['rules'])} rules ({about}).", style="bold")
    if run["holds"]:
        note = f", {weaker} weaker ones fail" if weaker else ""
        return Text(f"All MUST rules hold{note} ({about}).", style="bold green")
    errors = sum(each["error"] for each in report["summary"].values())
    return Text(
        f"{must['fail']} MUST fail, {errors} could not be judged ({about}).", style="bold red"
    )


def make_console() -> Console:
    """The console of the command line."""
    return Console(highlight=False)
