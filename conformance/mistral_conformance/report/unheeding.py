"""Operations that are wrong whatever is asked: one mistake, which cases of many kinds show.

An operation that looks at nothing it is sent, as one that is not written yet, takes any key and any
id. A read that tells what was, as one behind a cache does, hides changes and shows what is gone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.report.mistakes import (
    ABSENT,
    CHANGE,
    GONE_KEY,
    LET_IN,
    OF_OTHERS,
    TAKEN,
    UNMOVED,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mistral_conformance.report.model import CaseResult
    from mistral_conformance.report.symptoms import Symptom

LOOKS_AT = frozenset({LET_IN.name, ABSENT.name, TAKEN.name, OF_OTHERS, GONE_KEY, UNMOVED})
"""Kinds of mistakes that an operation makes which looks at nothing."""
NAME = r"[a-z_]+(?:\.[a-z_]+)+"
SHOWN = re.compile(rf"({NAME}) shows? `")
STILL = re.compile(rf"({NAME}) still shows")
TOLD_IN = re.compile(rf"\bin ({NAME})")
ID_AGAIN = "the id of a deleted"
"""What is said where a thing did not go, and one like it takes its place."""


def name_unheeding(cases: Iterable[CaseResult]) -> list[CaseResult]:
    """Return the red cases, those of an operation that heeds nothing under one key."""
    cases = list(cases)
    for operation in sorted(_blind(cases)):
        cases = _renamed(cases, operation, "looks at nothing that it is sent", _shows_blind)
    for operation in sorted(_stale(cases)):
        cases = _renamed(cases, operation, "tells what was, not what is", _shows_stale)
    return cases


def _blind(cases: list[CaseResult]) -> set[str]:
    """Return operations that take any key, any id, and something else that is wrong."""
    shown: dict[str, set[str]] = {}
    for each in cases:
        if each.symptom:
            shown.setdefault(each.symptom.operation, set()).update(each.symptom.keys)
    need = {LET_IN.name, ABSENT.name}
    more = {TAKEN.name, OF_OTHERS, GONE_KEY}
    return {operation for operation, keys in shown.items() if need <= keys and more & keys}


def _shows_blind(case: CaseResult, told: Symptom, operation: str) -> bool:
    if told.operation == operation and LOOKS_AT.issuperset(told.keys):
        return True
    group, _, does = operation.rpartition(".")
    of_group = does == "delete" and told.operation.rpartition(".")[0] == group
    involved = of_group or operation in case.operations
    return involved and (GONE_KEY in told.keys or ID_AGAIN in told.words)


def _stale(cases: list[CaseResult]) -> set[str]:
    """Read that show a field as it was before a change, and what is deleted."""
    told = [each.symptom for each in cases if each.symptom]
    of = [each for each in told if any(key.partition(" ")[0] == CHANGE for key in each.keys)]
    before = {name for each in of for name in SHOWN.findall(each.words)}
    return before & {name for each in told for name in STILL.findall(each.words)}


def _shows_stale(case: CaseResult, told: Symptom, operation: str) -> bool:
    named = {*SHOWN.findall(told.words), *STILL.findall(told.words), *TOLD_IN.findall(told.words)}
    unmoved = UNMOVED in told.keys and operation in case.operations
    return operation in named or unmoved


def _renamed(
    cases: list[CaseResult],
    operation: str,
    mistake: str,
    shows: Callable[[CaseResult, Symptom, str], bool],
) -> list[CaseResult]:
    found = []
    for each in cases:
        told = each.symptom
        if told is None or not shows(each, told, operation):
            found.append(each)
            continue
        words, keys = f"{mistake}: {_reason(told.words)}", (f"{operation} {mistake}",)
        found.append(
            evolve(each, symptom=evolve(told, operation=operation, keys=keys, words=words))
        )
    return found


def _reason(words: str) -> str:
    """Return what a case says, without the title of the kind of mistakes that it was taken for."""
    return re.sub(r"^[a-z ]+: ", "", words)
