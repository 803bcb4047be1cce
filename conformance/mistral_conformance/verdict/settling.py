"""What a result turns out to be once others are known: flaky, or blocked by another case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from attrs import AttrsInstance, evolve

from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEVELS = tuple(Level)
UNREPEATED = "did not repeat when tried again at once: "
"""How the reason of a flaky case begins."""


class Settled(AttrsInstance, Protocol):
    """What has to be known of a case: a result, or its entry in a report.

    `level` is how much depends on it, `answered` the operation whose answer shows why it ended so,
    `hindrance` the operation whose answer kept it from being judged.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class
    @property
    def level(self) -> Level: ...  # noqa: D102 - see the class
    @property
    def status(self) -> Status: ...  # noqa: D102 - see the class
    @property
    def reason(self) -> str: ...  # noqa: D102 - see the class
    @property
    def answered(self) -> str: ...  # noqa: D102 - see the class
    @property
    def hindrance(self) -> str: ...  # noqa: D102 - see the class


Case = TypeVar("Case", bound=Settled)


def settle_repeat(first: Result, second: Result) -> Result:
    """Return a failure after it was tried again at once: the same, or flaky where it holds by now.

    What could not be judged again does not acquit. The requests of the second time are the whole
    story where it failed too: by then nothing was there that other cases had made. Where another
    operation's answer broke it the second time, they do not show the reason of the first.
    """
    if second.status is Status.FAIL and second.answered != first.answered:
        return first
    if second.status is Status.FAIL:
        return evolve(first, evidence=second.evidence, exchanges=second.exchanges)
    if second.status is not Status.PASS:
        return first
    return evolve(first, status=Status.FLAKY, reason=f"{UNREPEATED}{first.reason}")


def settle_blocked(results: Sequence[Case]) -> list[Case]:
    """Return the results, those that an operation's failure kept from judgement marked as blocked.

    What could not be judged because an operation did not answer as it should is blocked by the
    weightiest red case that shows an answer of that operation.
    """
    blockers = _blockers(results)
    return [_blocked(each, blockers) for each in results]


def _blockers(results: Iterable[Case]) -> dict[str, Case]:
    found: dict[str, Case] = {}
    red = [each for each in results if each.status in RED and each.answered]
    for each in sorted(red, key=lambda one: LEVELS.index(one.level)):
        found.setdefault(each.answered, each)
    return found


def _blocked(result: Case, blockers: dict[str, Case]) -> Case:
    blocker = blockers.get(result.hindrance)
    if blocker is None:
        return result
    reason = f"blocked by {blocker.name}: {result.reason}"
    # The plugin of mypy for evolve knows no type variables.
    changed: Case = evolve(
        cast("Any", result), status=Status.BLOCKED, reason=reason, blocked_by=blocker.name
    )
    return changed
