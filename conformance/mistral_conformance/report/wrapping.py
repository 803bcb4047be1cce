"""Text in the width of a console: lines end with their last word, and go on below their first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

LEAST_WIDTH = 20


def print_wrapped(console: Console, text: Text | str, start: str = "", rest: str = "") -> None:
    """Print a text behind `start`, and its further lines behind `rest`; words too long are cut."""
    whole = Text(text) if isinstance(text, str) else text
    width = max(console.width - max(len(start), len(rest)), LEAST_WIDTH)
    for at, line in enumerate(whole.wrap(console, width, overflow="fold")):
        line.rstrip()
        console.print(Text(rest if at else start).append_text(line), soft_wrap=True)
