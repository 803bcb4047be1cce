"""Which examples run together, in which order, and which do not run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from examples.example import Language, Result, Verdict
from examples.table import first

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from examples.example import Example
    from examples.table import Table

# An example that makes its own client stands on its own feet; later ones may lean on it.
OWN_CLIENT = re.compile(r"\b(?:Async)?Mistral\(")


@attrs.define
class Session:
    """Examples of one page and language that share their names, in the order they run in."""

    language: Language
    examples: list[Example] = attrs.field(factory=list)


@attrs.frozen
class Plan:
    """What runs, and what does not, with the reason."""

    sessions: list[Session]
    skipped: list[Result]


def plan(examples: Iterable[Example], table: Table, only: str = "") -> Plan:
    """Sort the examples into sessions.

    A session begins with the page, and anew where an example makes its own client; shell
    examples share nothing. `only` keeps the examples with an operation that contains it.
    """
    sessions: list[Session] = []
    latest: dict[tuple[Path, str], Session] = {}
    skipped: list[Result] = []
    for example in examples:
        reason = reason_to_skip(example, table, only)
        page = (example.path, example.language)
        if reason:
            skipped.append(Result(example, Verdict.SKIP, reason))
        elif example.language not in set(Language):
            skipped.append(Result(example, Verdict.FAIL, unknown_language(example.language)))
        else:
            if page not in latest or stands_alone(example):
                latest[page] = Session(Language(example.language))
                sessions.append(latest[page])
            latest[page].examples.append(example)
    for session in sessions:
        session.examples.sort(
            key=lambda example: first(table.last, example.language, example.code) is not None
        )
    return Plan(sessions, skipped)


def stands_alone(example: Example) -> bool:
    """Say whether the example needs nothing of those before it."""
    return example.language == Language.SHELL or bool(OWN_CLIENT.search(example.code))


def reason_to_skip(example: Example, table: Table, only: str) -> str:
    """Return why the example does not run; empty when it does."""
    row = table.skips(example.language, example.code)
    if row is not None:
        return row.reason
    if only and not any(only.lower() in name.lower() for name in example.operations):
        return f"not selected by --only {only}"
    return ""


def unknown_language(language: str) -> str:
    """Return what to do about a fence in a language that cannot be run."""
    return f"no runner for {language!r}; add a 'skip' row with language = {language!r}"
