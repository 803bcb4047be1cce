"""The run as a person sees it in a terminal: live progress, then a summary of one screen.

On a terminal a bar moves; elsewhere plain lines tell the same. Lines are wrapped at the width of
the terminal, 80 columns where there is none, and nothing is cut; only what is there to be copied
stays in one line. What came from the server is printed without its control characters and never as
markup.
"""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from mistral_conformance.record.counting import counted
from mistral_conformance.report.headline import headline
from mistral_conformance.report.tally import gaps, offers, tally, tell_undeletable
from mistral_conformance.report.wrapping import print_wrapped
from mistral_conformance.verdict.outcome import RED, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from rich.progress import TaskID

    from mistral_conformance.report.model import CaseResult, CauseEntry, Report
    from mistral_conformance.running.cleaning import Cleaning
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
SHOWN_CAUSES = 14
SHOWN_ERRORS = 7
SHOWN_GAPS = 5
PLAIN_STEPS = 10
"""At most so many plain lines tell the progress of a run, each of so many cases or more."""
OPEN = "without a verdict"
"""What is said of a case in error while the run goes on: it may turn out to be blocked."""
WIDTH = 80
INDENT = "  "


def printable(text: str) -> str:
    """Return one line without control characters."""
    return CONTROL.sub(" ", text).encode("utf-8", errors="replace").decode()


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
        """Show one result: on a terminal what is broken at once, the rest as progress."""
        self._counts[result.status] += 1
        if self._bar and self._task is not None:
            if result.status in (*RED, Status.ERROR):
                print_wrapped(self._console, _headline(result))
            name = printable(result.name)[-34:]
            self._bar.update(self._task, advance=1, description=f"{name:<34}", broken=self._broken)
        elif self._is_due():
            self._console.print(f"{self._done:>5}/{self._total}  {self._words}")

    @property
    def _words(self) -> str:
        return count_words(self._counts).replace(f" {Status.ERROR}", f" {OPEN}")

    @property
    def _done(self) -> int:
        return self._counts.total()

    def _is_due(self) -> bool:
        step = max(math.ceil(self._total / PLAIN_STEPS), PLAIN_STEPS)
        return self._done % step == 0 or self._done == self._total

    @property
    def _broken(self) -> int:
        return sum(self._counts[each] for each in (*RED, Status.ERROR))


def count_words(counts: Counter[str]) -> str:
    """Return how many cases ended how, such as `18 pass, 2 fail`."""
    shown = [each for each in STYLES if counts[each] or each in (Status.PASS, Status.FAIL)]
    return ", ".join(f"{counts[each]} {each}" for each in shown)


def print_summary(console: Console, report: Report, folder: Path, paths: Sequence[Path]) -> None:
    """Print the verdict, what is broken and how to see it again; then what else there is to know.

    The verdict stands first and last: what is between may be long. `folder` is that of the scripts.
    """
    console.print()
    print_wrapped(console, _verdict(report))
    _print_causes(console, report, folder)
    _print_leftovers(console, report)
    _print_overdue(console, report)
    print_wrapped(console, _counts(report))
    _print_unjudged(console, report)
    _print_coverage(console, report)
    _print_undeletable(console, report)
    for path in paths:
        console.print(f"  {path}", soft_wrap=True, markup=False, highlight=False)
    print_wrapped(console, _verdict(report))


def render_terminal(report: Report) -> bytes:
    """Return what a terminal of 80 columns shows, without colours."""
    page = io.StringIO()
    console = Console(file=page, width=WIDTH, highlight=False, no_color=True)
    print_summary(console, report, Path(), ())
    return page.getvalue().encode("utf-8", errors="replace")


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


def _print_causes(console: Console, report: Report, folder: Path) -> None:
    """Print each cause with a line to see it again; then the cases that broke alone."""
    cases = {each.name: each for each in report.rules}
    for number, cause in enumerate(report.causes[:SHOWN_CAUSES], start=1):
        _print_cause(console, number, cause, [cases[each] for each in cause.cases], folder)
    if len(report.causes) > SHOWN_CAUSES:
        more = len(report.causes) - SHOWN_CAUSES
        console.print(f"    ... and {counted(more, 'more cause')} in report.html")
    errors = [each for each in report.rules if each.status is Status.ERROR]
    for case in errors[:SHOWN_ERRORS]:
        text = Text("in error ", style=STYLES[Status.ERROR])
        text.append(f"{case.level} {printable(case.name)}: {printable(case.reason)}")
        print_wrapped(console, text)
    if len(errors) > SHOWN_ERRORS:
        console.print(f"... and {len(errors) - SHOWN_ERRORS} more in error in report.html")


def _print_cause(
    console: Console, number: int, cause: CauseEntry, cases: list[CaseResult], folder: Path
) -> None:
    known = all(each.known for each in cases)
    text = Text(f"{cause.level} ", style="dim" if known else STYLES[Status.FAIL])
    text.append(printable(cause.summary), style="dim" if known else "bold")
    if all(each.status is Status.FLAKY for each in cases):
        text.append(" (flaky)")
    for each in dict.fromkeys(case.known for case in cases if case.known):
        text.append(f" (known: {printable(each)})", style="dim")
    print_wrapped(console, text, f"{number:>2}. ", "    ")
    count = counted(len(cases), "case") if len(cases) > 1 else printable(cases[0].name)
    if cause.reproduce:
        _print_command(console, f"    sh {folder / cause.reproduce}", f"# {count}")
    elif cases[0].evidence:
        line = f"    {CONTROL.sub(' ', cases[0].evidence[0].curl)}"
        console.print(Text(line, style="dim"), soft_wrap=True)


def _print_command(console: Console, command: str, comment: str) -> None:
    """Print a line to copy, in one piece, with its comment: above it where both are too wide."""
    line = f"{command}  {comment}"
    if len(line) > console.width:
        print_wrapped(console, Text(comment, style="dim"), "    ", "    ")
        line = command
    console.print(Text(line, style="dim"), soft_wrap=True)


def _counts(report: Report) -> str:
    counts: Counter[str] = Counter(each.status for each in report.rules)
    sent = f", {counted(report.run.requests, 'request')}" if report.run.requests else ""
    return f"{counted(len(report.rules), 'case')}{sent}: {count_words(counts)}"


def _print_unjudged(console: Console, report: Report) -> None:
    words = {
        Status.BLOCKED: "blocked",
        Status.SKIP: "skipped",
        Status.NOT_OFFERED: "not offered",
    }
    counts = Counter((each.status, each.reason) for each in report.rules if each.status in words)
    for (status, reason), count in counts.items():
        said = printable(reason).removeprefix(f"{words[status]}: ")
        line = Text(f"{count} {words[status]}: {said}", style=STYLES[status])
        print_wrapped(console, line, INDENT, INDENT)


def _print_coverage(console: Console, report: Report) -> None:
    for line in offers(report):
        print_wrapped(console, printable(line), INDENT, INDENT)
    parts = tally(report)
    if report.coverage:
        words = ", ".join(f"{part.done} of {part.all} {part.what}" for part in parts)
        print_wrapped(console, words, INDENT, INDENT)
    for what, operations in gaps(report).items():
        shown = ", ".join(operations[:SHOWN_GAPS])
        more = len(operations) - SHOWN_GAPS
        rest = f" and {more} more in the reports" if more > 0 else ""
        words = f"{what}: {shown}{rest}"
        print_wrapped(console, Text(words, style="yellow"), INDENT, INDENT)


def _print_overdue(console: Console, report: Report) -> None:
    for each in report.overdue:
        print_wrapped(console, Text(printable(each), style="bold red"))


def _print_leftovers(console: Console, report: Report) -> None:
    for each in report.cleanup.leftovers:
        line = f"left over: {each.path} of {each.identity} ({each.reason})"
        print_wrapped(console, Text(printable(line), style="bold red"))


def _print_undeletable(console: Console, report: Report) -> None:
    line = tell_undeletable([each.path for each in report.cleanup.undeletable])
    if line:
        print_wrapped(console, Text(printable(line), style="yellow"), "  ", "  ")


def print_cleaning(console: Console, cleaning: Cleaning, unsure: Sequence[str]) -> None:
    """Say what of an earlier run is deleted, what is not, and what could only be looked for."""
    gone = cleaning.found - len(cleaning.leftovers) - len(cleaning.undeletable)
    are = "is" if cleaning.found == 1 else "are"
    found = counted(cleaning.found, "object")
    print_wrapped(console, f"{gone} of {found} of the run {are} deleted")
    for each in cleaning.leftovers:
        line = f"left over: {each.made.path} of {each.made.identity} ({each.reason})"
        print_wrapped(console, Text(printable(line), style="bold red"))
    line = tell_undeletable([each.made.path for each in cleaning.undeletable])
    if line:
        print_wrapped(console, Text(printable(line), style="yellow"))
    for operation in unsure:
        line = f"an answer of {operation} was lost: what it made was looked for by its name"
        print_wrapped(console, Text(line, style="yellow"))


def _verdict(report: Report) -> Text:
    run = report.run
    style = "bold" if run.interrupted or run.stopped else "bold green" if run.holds else "bold red"
    return Text(f"{headline(report)} (seed {run.seed}, {run.elapsed_s:.1f} s).", style=style)


def make_console(*, stderr: bool = False) -> Console:
    """Return the console of the command line."""
    return Console(highlight=False, stderr=stderr)
