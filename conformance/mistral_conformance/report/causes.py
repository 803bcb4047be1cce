"""Red cases by what causes them, so that one mistake of a server is one entry of the report.

Cases have one cause when their symptoms share a key, see `symptoms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.report.model import CauseEntry
from mistral_conformance.report.symptoms import explained
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.report.model import CaseResult

LEVELS = tuple(Level)
NAMED = 2
"""So many operations are named in a summary; the others are counted."""


def find_causes(cases: Iterable[CaseResult]) -> tuple[CauseEntry, ...]:
    """The causes of all red cases, the weightiest first, then those with most cases."""
    red = _explain([each for each in cases if each.red and each.symptom])
    ordered = sorted((sorted(each, key=_weight) for each in _put_together(red)), key=_order)
    return tuple(_cause(at, each) for at, each in enumerate(ordered, start=1))


def _explain(cases: list[CaseResult]) -> list[CaseResult]:
    """The cases; an operation that breaks on right requests is no finding about wrong ones."""
    known = {key for each in cases if each.symptom for key in each.symptom.keys}
    found = []
    for each in cases:
        symptom = explained(each.symptom) if each.symptom else None
        fits = symptom is not None and known.issuperset(symptom.keys)
        found.append(evolve(each, symptom=symptom) if fits else each)
    return found


def _put_together(cases: list[CaseResult]) -> Iterable[list[CaseResult]]:
    """The cases that share keys, directly or through others, in the order of their first."""
    groups: dict[str, list[CaseResult]] = {}
    for case in cases:
        keys = case.symptom.keys if case.symptom else ()
        met = {id(groups[key]): groups[key] for key in keys if key in groups}
        whole = [*(each for group in met.values() for each in group), case]
        for key in (key for each in whole if each.symptom for key in each.symptom.keys):
            groups[key] = whole
    return {id(each): each for each in groups.values()}.values()


def _weight(case: CaseResult) -> int:
    return LEVELS.index(case.level)


def _order(cases: list[CaseResult]) -> tuple[int, int]:
    return _weight(cases[0]), -len(cases)


def _cause(number: int, cases: list[CaseResult]) -> CauseEntry:
    symptoms = [each.symptom for each in cases if each.symptom]
    operations = tuple(dict.fromkeys(each.operation for each in symptoms))
    return CauseEntry(
        f"cause-{number}",
        cases[0].level,
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
