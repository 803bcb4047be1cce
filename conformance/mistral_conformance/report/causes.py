"""Red cases by what causes them, so that one mistake of a server is one entry of the report.

Two cases have one cause when they show
- answers that break the same place of the document, whichever operation sent them;
- the same operation ending in the same server error, or without an answer;
- the same operation failing rules of the same family, where nothing plainer is seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from attrs import frozen

from mistral_conformance.verdict.outcome import RED
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.probing.judging import Judge
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.outcome import Result

LEVELS = tuple(Level)
WORD = re.compile(r"\w+")


TOTAL = re.compile(r"\bsays that (there are )?\d+ items")
"""What laws of several families say of a total that is wrong."""


class Symptom(NamedTuple):
    """What is seen: where, by which cases are put together, and in words."""

    place: str
    words: str


@frozen
class Cause:
    """Red cases with one cause, the weightiest first. `summary` names the cause in one line."""

    id: str
    summary: str
    results: tuple[Result, ...]

    @property
    def level(self) -> Level:
        """The weightiest level among the cases."""
        return self.results[0].rule.level

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations whose answers show it, each once."""
        return tuple(dict.fromkeys(map(operation_of, self.results)))


def find_causes(results: Iterable[Result], judge: Judge) -> tuple[Cause, ...]:
    """The causes of all red results, the weightiest first, then those with most cases."""
    found: dict[str, list[tuple[Symptom, Result]]] = {}
    for result in results:
        if result.status in RED:
            symptom = _symptom(result, judge)
            found.setdefault(symptom.place, []).append((symptom, result))
    causes = sorted(
        (_cause(members) for members in found.values()),
        key=lambda each: (LEVELS.index(each.level), -len(each.results)),
    )
    return tuple(_numbered(at, each) for at, each in enumerate(causes, start=1))


def operation_of(result: Result) -> str:
    """The operation whose answer shows a failure; else the first that the rule is about."""
    shown = result.shown
    if shown is not None and shown.operation:
        return shown.operation
    return result.operations[0] if result.operations else "the server"


def _numbered(number: int, cause: Cause) -> Cause:
    return Cause(f"cause-{number}", cause.summary, cause.results)


def _cause(members: list[tuple[Symptom, Result]]) -> Cause:
    ordered = sorted(members, key=lambda each: LEVELS.index(each[1].rule.level))
    results = tuple(result for _, result in ordered)
    first, *others = dict.fromkeys(map(operation_of, results))
    more = f" and {len(others)} more" if others else ""
    return Cause("", f"{first}{more}: {ordered[0][0].words}", results)


def _symptom(result: Result, judge: Judge) -> Symptom:
    operation, shown = operation_of(result), result.shown
    if shown is not None:
        plain = _plain_symptom(operation, shown)
        if plain:
            return plain
        told = set(WORD.findall(result.reason))
        faults = judge.faults(shown) if shown.operation else ()
        fault = next((each for each in faults if each.field in told), None)
        if fault:
            group = operation.partition(".")[0]
            field, _, misfit = fault.words.rpartition("`")
            return Symptom(f"{group}/{field.rpartition('.')[2].strip('`')}{misfit}", fault.words)
    group = "total" if TOTAL.search(result.reason) else result.rule.family
    return Symptom(f"{operation}/{group}", result.reason)


def _plain_symptom(operation: str, shown: Exchange) -> Symptom | None:
    """A server error or a missing answer, which explains whatever a rule says of it."""
    if shown.failure:
        return Symptom(f"{operation}/silent", f"no usable answer: {shown.failure}")
    if shown.status >= 500:
        return Symptom(f"{operation}/{shown.status}", f"answers {shown.status}")
    return None
