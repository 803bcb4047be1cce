"""Changes for people and for programs: text, Markdown, JSON."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from changes.kinds import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from changes.change import Change

NAMED_MAX = 3
"""How many operations of a change stand in its line; more are counted and listed below it."""
LISTED_MAX = 12
"""How many methods text lists; more are counted by resource. Markdown and JSON list all."""
_HARD_SPACE = "\u00a0"
_INDENTED: dict[str, Any] = {
    "width": 100,
    "initial_indent": " " * 8,
    "subsequent_indent": " " * 8,
    "break_on_hyphens": False,
}
HEAD = "| operation | client | change | rule |\n|---|---|---|---|\n"
TITLES = {
    Severity.BREAKING: "What breaks",
    Severity.RISKY: "What to look at",
    Severity.COMPATIBLE: "What else changed",
}


def as_text(changes: Sequence[Change]) -> str:
    """Return a change in three lines each, its operations below, and a line that counts changes."""
    lines: list[str] = []
    for one in changes:
        lines += [
            f"{one.severity}: {one.sentence}",
            f"    {one.pointer}",
            f"    {one.kind.id} ({one.side}; servers: {one.kind.servers}){_where(one)}",
        ]
    return "\n".join([*lines, summary(changes)]) + "\n"


def _where(one: Change) -> str:
    """Return the operations that it reaches: with their methods, by these alone, or by resource."""
    if not one.operations:
        return ""
    if len(one.operations) <= NAMED_MAX:
        named = [
            f"{each.name} = {each.method}" if each.method else each.name for each in one.operations
        ]
        return f" in {', '.join(named)}"
    names = list(dict.fromkeys(each.method or each.name for each in one.operations))
    if len(names) > LISTED_MAX:
        counts = Counter(each.method and each.method.rpartition(".")[0] for each in one.operations)
        names = [f"{each or 'no client'} ({counts[each]})" for each in counts]
    # A name with its method stays on one line.
    joined = ", ".join(name.replace(" ", _HARD_SPACE) for name in names)
    lines = textwrap.fill(joined, **_INDENTED).replace(_HARD_SPACE, " ")
    return f" in {len(one.operations)} operations:\n{lines}"


def summary(changes: Sequence[Change]) -> str:
    """Return how many changes there are, by severity."""
    if not changes:
        return "nothing changed"
    counts = Counter(one.severity for one in changes)
    told = ", ".join(f"{counts[each]} {each}" for each in Severity)
    return f"{counted(len(changes), 'change')}: {told}"


def counted(number: int, what: str) -> str:
    """Return the number with its word, as `1 change` and `2 changes`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def as_markdown(changes: Sequence[Change]) -> str:
    """Return a table for each severity."""
    parts = [f"{summary(changes).capitalize()}.\n"]
    for severity, each in groupby(changes, key=lambda one: one.severity):
        parts.append(f"\n## {TITLES[severity]}\n\n{HEAD}")
        parts += [_row(one) for one in each]
    return "".join(parts)


def _row(one: Change) -> str:
    names = [f"`{each.name}`" for each in one.operations]
    calls = [f"`{each.method}`" for each in one.operations if each.method]
    cells = (
        _cell(names, "operation"),
        _cell(calls, "method"),
        one.sentence,
        f"`{one.kind.id}`",
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def _cell(names: Sequence[str], what: str) -> str:
    """Return the names; where there are many, their number, which unfolds."""
    lines = "<br>".join(names)
    if len(names) <= NAMED_MAX:
        return lines
    return f"<details><summary>{counted(len(names), what)}</summary>{lines}</details>"


def as_json(changes: Sequence[Change]) -> str:
    """Return all that is known of each change."""
    return json.dumps({"changes": list(_objects(changes))}, indent=2, ensure_ascii=False) + "\n"


def _objects(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    for one in changes:
        first = one.operations[0] if one.operations else None
        yield {
            "severity": one.severity,
            "rule": one.kind.id,
            "side": one.side,
            "pointer": one.pointer,
            "pointers": one.pointers,
            "operation": first and first.name,
            "client_method": first and first.method,
            "operations": [
                {"operation": each.name, "client_method": each.method} for each in one.operations
            ],
            "severity_for_servers": one.kind.servers,
            "sentence": one.sentence,
        }


FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}
"""What writes a report, by the name of its format."""
