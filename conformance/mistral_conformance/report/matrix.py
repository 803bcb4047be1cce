"""Reports side by side in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mistral_conformance.record.counting import counted
from mistral_conformance.report.terminal import STYLES, printable
from mistral_conformance.report.wrapping import print_wrapped
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from rich.console import Console

    from mistral_conformance.report.comparison import Comparison

SHOWN = 40
SIGNS = {
    "pass": "ok", "fail": "FAIL", "flaky": "flaky", "error": "error", "blocked": "blckd",
    "skip": "skip", "not-offered": "n/o", "": "-",
}  # fmt: skip


def print_matrix(console: Console, comparison: Comparison) -> None:
    """Print what each letter stands for, the families, and the cases that differ."""
    for each in comparison.columns:
        style = "green" if each.holds else "red"
        console.print(Text(f"{each.letter}  {printable(each.base_url)}", style=f"bold {style}"))
        about = f"{each.verdict}; {each.profile}, {each.started}, suite {each.suite}"
        print_wrapped(console, printable(about), "   ", "   ")
    table = Table("family", title="cases that hold, of those judged", title_justify="left")
    for each in comparison.columns:
        table.add_column(each.letter, justify="right")
    for family in comparison.families:
        table.add_row(family.name, *(_cell(*each) for each in family.cells))
    console.print(table)
    _print_differences(console, comparison)


def _cell(holding: int, judged: int) -> Text:
    style = "dim" if not judged else "green" if holding == judged else "bold red"
    return Text(f"{holding}/{judged}" if judged else "-", style=style)


def _print_differences(console: Console, comparison: Comparison) -> None:
    found = comparison.differences
    console.print(counted(len(found), "case", "differ") if found else "Every case ended alike.")
    if found:
        letters = "  ".join(f"{each.letter:<5}" for each in comparison.columns)
        console.print(f"{letters}  n/o not offered, - not in the plan")
    for each in found[:SHOWN]:
        line = Text()
        for status in each.statuses:
            style = STYLES[Status(status)] if status else "dim"
            line.append(f"{SIGNS[status]:<5}  ", style=style)
        line.append(f"{each.level} {printable(each.name)}")
        print_wrapped(console, line, rest=" " * 7 * len(each.statuses))
    if len(found) > SHOWN:
        console.print(f"... and {len(found) - SHOWN} more: --html FILE shows all")
