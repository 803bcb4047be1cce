"""How a rule can end: pass, fail, error or skip, and the signals that say so.

A rule passes by returning. `Failed` means that the server broke the rule, `Unjudged` that the rule
could not be judged (no answer, no precondition), `Skipped` that something it needs is absent. Any
other exception is a defect of the rule itself and is reported as an error, never as a pass.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from mistral_conformance.exchange import Exchange
    from mistral_conformance.registry import Rule


class Status(StrEnum):
    """The end of one case."""

    PASS = "pass"  # noqa: S105 - a status word, not a password
    FAIL = "fail"
    ERROR = "error"
    SKIP = "skip"


class RuleSignal(Exception):  # noqa: N818 - a skip is a signal too, not an error
    """Ends a rule; carries the reason and the exchanges that show it."""

    status: Status = Status.ERROR

    def __init__(self, reason: str, *evidence: Exchange) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Failed(RuleSignal):
    """The server broke the rule."""

    status = Status.FAIL


class Unjudged(RuleSignal):
    """The rule could not be judged: the server gave no answer, or a precondition did not hold."""

    status = Status.ERROR


class Skipped(RuleSignal):
    """Something that the rule needs is absent: an identity, a clock, an object."""

    status = Status.SKIP


@frozen
class Result:
    """The end of one case: a rule, together with its operation or the subject of a law.

    `evidence` holds the exchanges that show the reason; of a passed rule, its last one.
    `elapsed_s` is wall time in seconds.
    """

    rule: Rule
    operation: str | None
    status: Status
    reason: str = ""
    evidence: tuple[Exchange, ...] = field(default=(), repr=False)
    elapsed_s: float = 0.0
    subject: str = ""

    @property
    def name(self) -> str:
        """The case in one line, such as `schema.status[models.list]`."""
        subject = self.operation or self.subject
        return f"{self.rule.id}[{subject}]" if subject else self.rule.id

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that the case says something about."""
        return (self.operation,) if self.operation else self.rule.operations
