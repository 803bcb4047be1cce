"""The rules of the suite: what a rule is and how a module registers one.

A rule is one small function with an id, a level, a source and a sentence (its docstring's first
line). Two kinds exist: a rule that names its operations runs once; a rule over `EACH` operation
runs once per operation that `applies` accepts and finds it in `ctx.operation`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.session.context import Context

    Check = Callable[[Context], None]
    Applies = Callable[[Operation], bool]

RULE_ID = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")

EACH: Final = "each"


class Level(StrEnum):
    """How much depends on a rule; only a broken MUST makes a run fail."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


MUST, SHOULD, MAY = Level.MUST, Level.SHOULD, Level.MAY


def _everywhere(_operation: Operation) -> bool:
    return True


@frozen
class Rule:
    """One rule. `operations` is empty for a rule over each operation, which `applies` narrows."""

    id: str
    level: Level
    source: str
    sentence: str
    operations: tuple[str, ...]
    needs: tuple[str, ...]
    applies: Applies
    check: Check

    @property
    def family(self) -> str:
        """The part of the id before the dot: one column of the report."""
        return self.id.partition(".")[0]

    @property
    def over_each_operation(self) -> bool:
        """Whether the rule runs once per operation."""
        return not self.operations


class Registry:
    """Rules by id, in order of registration."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]

    def add(self, rule: Rule) -> None:
        """Add one rule.

        Raises:
            ValueError: its id is malformed or taken, or it has no source or sentence.

        """
        if not RULE_ID.fullmatch(rule.id):
            raise ValueError(f"rule id {rule.id!r} is not of the form family.kebab-name")
        if rule.id in self._rules:
            raise ValueError(f"rule id {rule.id!r} is taken")
        if not rule.source or not rule.sentence:
            raise ValueError(f"rule {rule.id} needs a source and a docstring")
        self._rules[rule.id] = rule


RULES = Registry()


def rule(
    *,
    id: str,  # noqa: A002 - the word of the reports
    level: Level,
    source: str,
    operations: tuple[str, ...] | Literal["each"],
    needs: tuple[str, ...] = (),
    applies: Applies = _everywhere,
    registry: Registry = RULES,
) -> Callable[[Check], Check]:
    """Register the decorated function as a rule.

    `needs` names identities (`colleague`, `neighbour`, `stranger`, `private`) and `clock`; a run
    that lacks one skips the rule with that reason. The function's docstring starts with the rule's
    sentence.

    Raises:
        ValueError: the rule breaks the form, see `Registry.add`; or it names no operation.

    """
    if not operations:
        raise ValueError(f"rule {id} names no operation")
    named = () if operations == EACH else tuple(operations)

    def register(check: Check) -> Check:
        sentence = (check.__doc__ or "").strip().partition("\n")[0]
        registry.add(Rule(id, level, source, sentence, named, needs, applies, check))
        return check

    return register
