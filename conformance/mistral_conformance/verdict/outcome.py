"""How a rule can end, and the signals that say so.

A rule passes by returning. `Failed` means that the server broke the rule, as does an answer that is
`Misread`; `Unjudged` that the rule could not be judged (no answer, no precondition), one kind of
which is `Withheld`: a request was not even sent. `Skipped` that
something it needs is absent, as is what an answer has `LeftOut`; `NotOffered` that the server does
not offer what the rule is about. Any other exception is a defect of the rule itself and is reported
as an error, never as a pass.

What happens to a result afterwards is in `settling`: a failure that does not repeat is flaky, and
what could not be judged because of a failure elsewhere is blocked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_conformance.record.exchange import LeftOut, Misread, Signal
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.requirement import Requirement


class Status(StrEnum):
    """The end of one case."""

    PASS = "pass"  # noqa: S105 - a status word, not a password
    FAIL = "fail"
    FLAKY = "flaky"
    """Failed, and did not when it was tried again at once: as red as a failure."""
    ERROR = "error"
    BLOCKED = "blocked"
    """Not judged, because of what another rule found."""
    SKIP = "skip"
    NOT_OFFERED = "not-offered"


RED = (Status.FAIL, Status.FLAKY)
"""The server broke the rule, at least once."""
JUDGED = (Status.PASS, *RED)
PREVENTED = (Status.ERROR, Status.BLOCKED)
"""Not judged, though the run had what the rule needs."""


class Failed(Signal):
    """The server broke the rule."""


class Unjudged(Signal):
    """The rule could not be judged: the server gave no answer, or a precondition did not hold."""


class Withheld(Unjudged):
    """A request was not sent, since the server has stopped answering others like it."""


class Skipped(Signal):
    """Something that the rule needs is absent: an identity, a clock, an object."""


class NotOffered(Signal):
    """The server does not offer what the rule is about: an operation, a model, a feature."""


STATUSES: dict[type[Signal], Status] = {
    Failed: Status.FAIL,
    Misread: Status.FAIL,
    Unjudged: Status.ERROR,
    Withheld: Status.ERROR,
    Skipped: Status.SKIP,
    LeftOut: Status.SKIP,
    NotOffered: Status.NOT_OFFERED,
}


def expect(condition: object, reason: str, *evidence: Exchange) -> None:
    """Hold the server to a condition.

    Raises:
        Failed: it is false.

    """
    if not condition:
        raise Failed(reason, *evidence)


def status_of(signal: Signal) -> Status:
    """Return the end of a case that a signal tells."""
    return STATUSES[type(signal)]


@frozen
class Result:
    """The end of one case: a rule, together with its operation or the subject of a law.

    `evidence` holds the exchanges that show the reason; of a passed rule, its last one. `exchanges`
    are all of a case that is red, in order, so that it can be sent again. `hindrance` is the
    operation whose answer kept a case from being judged, `blocked_by` the case that found this
    operation wrong. `elapsed_s` is wall time in seconds, `requests` how many the judging took,
    tries anew included.
    """

    rule: Requirement
    operation: str | None
    status: Status
    reason: str = ""
    evidence: tuple[Exchange, ...] = field(default=(), repr=False)
    elapsed_s: float = 0.0
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    hindrance: str = ""
    blocked_by: str = ""
    subject: str = ""
    requests: int = 0

    @property
    def name(self) -> str:
        """The case in one line, such as `schema.status[models.list]`."""
        subject = self.operation or self.subject
        return f"{self.rule.id}[{subject}]" if subject else self.rule.id

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that the case says something about."""
        return (self.operation,) if self.operation else self.rule.operations

    @property
    def level(self) -> Level:
        """That of the rule."""
        return self.rule.level

    @property
    def answered(self) -> str:
        """The operation whose answer shows the reason best; empty where none does."""
        return self.shown.operation if self.shown else ""

    @property
    def shown(self) -> Exchange | None:
        """The exchange that shows the reason best."""
        return self.evidence[0] if self.evidence else None


def is_broken(results: Iterable[Result]) -> bool:
    """Say whether the run fails: a MUST is red or was kept from being judged, or a rule broke."""
    return any(
        each.status is Status.ERROR
        or (each.status in (*RED, *PREVENTED) and each.rule.level is Level.MUST)
        for each in results
    )
