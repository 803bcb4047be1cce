"""Changes for people and for programs: text, Markdown, JSON."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from changes.kinds import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from changes.change import Change

NAMED_MAX = 3
"""How many operations of a change are named where people read."""
HEAD = "| operation | client | change | rule |\n|---|---|---|---|\n"
TITLES = {
    Severity.BREAKING: "What breaks",
    Severity.RISKY: "What to look at",
    Severity.COMPATIBLE: "What else changed",
}


def as_text(changes: Sequence[Change]) -> str:
    """A change in three lines each, and a line that counts them."""
    lines: list[str] = []
    for one in changes:
        lines += [
            f"{one.severity}: {one.sentence}",
            f"    {one.pointer}",
            f"    {one.kind.id} ({one.side}; servers: {one.kind.servers}){_where(one)}",
        ]
    return "\n".join([*lines, summary(changes)]) + "\n"


def _where(one: Change) -> str:
    """The operations that it reaches, the first ones only when there are many."""
    if not one.operations:
        return ""
    named = [
        f"{each.name} = {each.method}" if each.method else each.name for each in one.operations
    ]
    more = f" and {len(named) - NAMED_MAX} more" if len(named) > NAMED_MAX else ""
    return f" in {', '.join(named[:NAMED_MAX])}{more}"


def summary(changes: Sequence[Change]) -> str:
    """How many changes there are, by severity."""
    if not changes:
        return "nothing changed"
    counts = Counter(one.severity for one in changes)
    told = ", ".join(f"{counts[each]} {each}" for each in Severity)
    return f"{counted(len(changes), 'change')}: {told}"


def counted(number: int, what: str) -> str:
    """The number with its word, as `1 change` and `2 changes`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def as_markdown(changes: Sequence[Change]) -> str:
    """A table for each severity."""
    parts = [f"{summary(changes).capitalize()}.\n"]
    for severity, each in groupby(changes, key=lambda one: one.severity):
        parts.append(f"\n## {TITLES[severity]}\n\n{HEAD}")
        parts += [_row(one) for one in each]
    return "".join(parts)


def _row(one: Change) -> str:
    shown = one.operations[:NAMED_MAX]
    more = len(one.operations) - len(shown)
    names = [f"`{each.name}`" for each in shown] + ([f"{more} more"] if more > 0 else [])
    calls = [f"`{each.method}`" for each in shown if each.method]
    cells = ("<br>".join(names), "<br>".join(calls), one.sentence, f"`{one.kind.id}`")
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"


def as_json(changes: Sequence[Change]) -> str:
    """All that is known of each change."""
    return json.dumps({"changes": list(_objects(changes))}, indent=2, ensure_ascii=False) + "\n"


def _objects(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    for one in changes:
        first = one.operations[0] if one.operations else None
        yield {
            "severity": one.severity,
            "rule": one.kind.id,
            "side": one.side,
            "pointer": one.pointer,
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
