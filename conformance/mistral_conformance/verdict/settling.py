"""What a result turns out to be once others are known: flaky, or blocked by another case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEVELS = tuple(Level)


def settle_repeat(first: Result, second: Result) -> Result:
    """A failure after it was tried again at once: the same, or flaky where it holds by now.

    What could not be judged again does not acquit.
    """
    if second.status is not Status.PASS:
        return first
    reason = f"did not repeat when tried again at once: {first.reason}"
    return evolve(first, status=Status.FLAKY, reason=reason)


def settle_blocked(results: Sequence[Result]) -> list[Result]:
    """The results, those that an operation's failure kept from being judged marked as blocked.

    What could not be judged because an operation did not answer as it should is blocked by the
    weightiest red case that shows an answer of that operation.
    """
    blockers = _blockers(results)
    return [_blocked(each, blockers) for each in results]


def _blockers(results: Iterable[Result]) -> dict[str, Result]:
    found: dict[str, Result] = {}
    red = [each for each in results if each.status in RED and each.shown]
    for each in sorted(red, key=lambda one: LEVELS.index(one.rule.level)):
        if each.shown and each.shown.operation:
            found.setdefault(each.shown.operation, each)
    return found


def _blocked(result: Result, blockers: dict[str, Result]) -> Result:
    blocker = blockers.get(result.hindrance)
    if blocker is None:
        return result
    reason = f"blocked by {blocker.name}: {result.reason}"
    return evolve(result, status=Status.BLOCKED, reason=reason, blocked_by=blocker.name)
