"""What judges a rule or law on recorded traffic, and how a module registers it.

A check gives trials: functions without arguments that return where the server kept the rule, and
raise a signal where it did not, or where there is nothing to judge after all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.seen.traffic import Traffic

    Trial = Callable[[], object]
    Check = Callable[[Traffic, "Subject"], Iterator[Trial]]


@frozen(eq=False)
class Subject:
    """What a check is about: an operation, for rules over each; or the subject of a law."""

    operation: Operation | None = None
    value: Any = None
    operations: tuple[str, ...] = ()


CHECKS: dict[str, Check] = {}


def seen(*ids: str) -> Callable[[Check], Check]:
    """Register the decorated function as the check of rules or laws.

    Raises:
        ValueError: another one judges one of them already.

    """

    def register(check: Check) -> Check:
        for each in ids:
            if each in CHECKS:
                raise ValueError(f"{each} has two checks")
            CHECKS[each] = check
        return check

    return register
