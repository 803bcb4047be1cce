"""The page about the official Python SDK on the mock: what was called and what was read."""

from __future__ import annotations

from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from interop.methods import Method, Outcome

INTRODUCTION = """\
<!-- Written by scripts/write_interop_table.py; do not edit. -->

# The official Python SDK on the mock

Every method of the official Python SDK (`mistralai` {version}) that calls one of the 154 operations
of the profile `seed`, called sync and async with valid arguments against the mock: does the SDK
read the answer? A stream is read to its end; of one that has no end, one event is read. An object
that the SDK puts into one of its `Unknown...` classes counts as not read.

{held} of {called} calls hold, {methods} methods in all. "Calls" says what the calls were: the
plainest request, and more where answers can have more in them. "Read" names the SDK's classes.
"""

DEMANDS = """\
## What the SDK demands beyond the document

The SDK refuses answers without these fields, which the document of 2026-08-13 does not have. The
mock sends them, so that the SDK can read its answers; other servers that keep to the document
alone cannot be read by SDK {version}.

| Field | Of | Methods |
|---|---|---|
"""
DEMANDED = (
    ("slug", "datasets", "`beta.observability.datasets.list`, `create`, `fetch`, `update`"),
    ("type", "voices", "`audio.voices.list`, `create`, `get`, `update`, `delete`"),
    (
        "last_heartbeat",
        "deployments and their workers",
        "`workflows.deployments.list_deployments`, `get_deployment`",
    ),
)
"""Field, what it belongs to, methods."""

ABSENT = """\
## What the SDK does not have

Version {version} has no method for these of the 154 operations; `mistral_client` has.

"""


@frozen
class Tried:
    """A method's call with what became of it; without outcomes where the SDK has no such method."""

    method: Method
    outcomes: tuple[Outcome, ...] = ()


def page(tried: Sequence[Tried]) -> str:
    """Return the whole page."""
    ordered = sorted(tried, key=lambda each: each.method.name)
    called = [each for each in ordered if each.outcomes]
    outcomes = [outcome for each in called for outcome in each.outcomes]
    names = {
        "version": version("mistralai"),
        "held": sum(not outcome.failure for outcome in outcomes),
        "called": len(outcomes),
        "methods": len({each.method.name for each in called}),
    }
    absent = sorted({each.method.name for each in ordered if not each.outcomes})
    parts = [
        INTRODUCTION.format(**names),
        "| Method | Calls | Sync | Async | Read |\n|---|---|---|---|---|\n" + rows(called),
        DEMANDS.format(**names) + "".join(map(demand, DEMANDED)),
        ABSENT.format(**names) + "".join(f"- `{name}`\n" for name in absent),
    ]
    return "\n".join(parts)


def rows(called: Iterable[Tried]) -> str:
    """Return one row for each method."""
    return "".join(
        row(name, list(group)) for name, group in groupby(called, lambda each: each.method.name)
    )


def row(name: str, calls: Sequence[Tried]) -> str:
    """Return a method's row."""
    abouts = ", ".join(each.method.call.about or "plain" for each in calls)
    form = "streamed: " if calls[0].method.streams else ""
    cells = [verdict([each.outcomes[place] for each in calls]) for place in (0, 1)]
    kinds = dict.fromkeys(kind for each in calls for kind in each.outcomes[0].kinds)
    read = ", ".join(plain(kind) for kind in kinds)
    return f"| `{name}` | {form}{abouts} | {cells[0]} | {cells[1]} | {read} |\n"


def plain(kind: str) -> str:
    """Return the name of a class as code, other words as they are."""
    *words, last = kind.split(" ")
    return " ".join(
        [*words, f"`{last}`" if last[0].isupper() or last in {"str", "bytes"} else last]
    )


def verdict(outcomes: Sequence[Outcome]) -> str:
    """`yes`, or why a call fails."""
    failures = dict.fromkeys(outcome.failure for outcome in outcomes if outcome.failure)
    return "; ".join(failure.replace("|", "\\|") for failure in failures) or "yes"


def demand(row: tuple[str, str, str]) -> str:
    """Return the row of a field that the SDK demands."""
    field, owner, methods = row
    return f"| `{field}` | {owner} | {methods} |\n"
