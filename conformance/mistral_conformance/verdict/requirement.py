"""What a server is held to: a sentence, how much depends on it, and who says so."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen


class Level(StrEnum):
    """How much depends on a requirement; only a broken MUST makes a run fail."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY


@frozen
class Requirement:
    """One requirement.

    `operations` are those that it names, none where it is over each operation. `needs` are names of
    identities, and `clock`.
    """

    id: str
    level: Level
    source: str
    sentence: str
    operations: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def family(self) -> str:
        """The part of the id before the dot: one column of the report."""
        return self.id.partition(".")[0]

    @property
    def over_each_operation(self) -> bool:
        """Whether it is judged once per operation."""
        return not self.operations


def plain(rule: Requirement) -> Requirement:
    """Return the requirement without the code that judges it: this can go to another process."""
    return Requirement(rule.id, rule.level, rule.source, rule.sentence, rule.operations, rule.needs)
