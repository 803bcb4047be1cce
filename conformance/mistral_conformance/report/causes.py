"""Red cases by what causes them, so that one mistake of a server is one entry of the report.

Cases have one cause when their symptoms share a key, see `symptoms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.report.model import CauseEntry
from mistral_conformance.report.unheeding import name_unheeding
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.report.model import CaseResult

LEVELS = tuple(Level)
NAMED = 2
"""So many operations are named in a summary; the others are counted."""


def find_causes(cases: Iterable[CaseResult]) -> tuple[CauseEntry, ...]:
    """Return the causes of all red cases, the weightiest first, then those with most cases."""
    red = _explain(name_unheeding(each for each in cases if each.red and each.symptom))
    ordered = sorted((sorted(each, key=_weight) for each in _put_together(red)), key=_order)
    return tuple(_cause(at, each) for at, each in enumerate(ordered, start=1))


def _explain(cases: list[CaseResult]) -> list[CaseResult]:
    """Return the cases, with the keys of the mistake behind each that others show plainly.

    What others show plainly in the same way is a mistake of its own.
    """
    shown = _keys(cases)
    known = _keys([each for each in cases if not _behind(each, shown)])
    found = []
    for each in cases:
        behind = () if known & _keys([each]) else _behind(each, known)
        told = evolve(each.symptom, keys=behind) if each.symptom and behind else each.symptom
        found.append(evolve(each, symptom=told))
    return found


def _keys(cases: Iterable[CaseResult]) -> set[str]:
    return {key for each in cases if each.symptom for key in each.symptom.keys}


def _behind(case: CaseResult, known: set[str]) -> tuple[str, ...]:
    """Return the key of the likeliest mistake that explains a case, of those that are known."""
    perhaps = case.symptom.perhaps if case.symptom else ()
    return tuple(key for key in perhaps if key in known)[:1]


def _put_together(cases: list[CaseResult]) -> Iterable[list[CaseResult]]:
    """Return the cases that share keys, directly or through others, in the order of their first."""
    groups: dict[str, list[CaseResult]] = {}
    for case in cases:
        keys = case.symptom.keys if case.symptom else ()
        met = {id(groups[key]): groups[key] for key in keys if key in groups}
        whole = [*(each for group in met.values() for each in group), case]
        for key in (key for each in whole if each.symptom for key in each.symptom.keys):
            groups[key] = whole
    return {id(each): each for each in groups.values()}.values()


def _weight(case: CaseResult) -> tuple[bool, bool, int, bool, int]:
    """Return how well a case stands for its cause: repeatable, plain, weighty, of few requests."""
    told = case.symptom
    echoes = told is not None and not set(told.perhaps).isdisjoint(told.keys)
    flaky = case.status is Status.FLAKY
    return not case.reproduce, echoes, LEVELS.index(case.level), flaky, case.requests


def _order(cases: list[CaseResult]) -> tuple[int, int]:
    return min(LEVELS.index(each.level) for each in cases), -len(cases)


def _cause(number: int, cases: list[CaseResult]) -> CauseEntry:
    symptoms = [each.symptom for each in cases if each.symptom]
    operations = tuple(dict.fromkeys(each.operation for each in symptoms))
    return CauseEntry(
        f"cause-{number}",
        min((each.level for each in cases), key=LEVELS.index),
        operations,
        f"{_named(operations)}: {symptoms[0].words}",
        tuple(each.name for each in cases),
        next((f"reproduce/cause-{number}.sh" for each in cases if each.reproduce), ""),
    )


def _named(operations: tuple[str, ...]) -> str:
    more = len(operations) - NAMED
    if more == 1:
        return ", ".join(operations[:NAMED]) + f" and {operations[NAMED]}"
    if more > 0:
        return ", ".join(operations[:NAMED]) + f" and {more} more"
    return " and ".join(operations)
