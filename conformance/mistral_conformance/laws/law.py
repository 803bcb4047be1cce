"""What a law is, and how it becomes cases: one for each subject that the model holds for it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.laws.annotations import entries_of
from mistral_conformance.laws.world import World
from mistral_conformance.session.rule import Rule
from mistral_conformance.verdict.registry import Registry
from mistral_conformance.verdict.requirement import MUST, SHOULD, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.model import Model, Origin
    from mistral_conformance.session.context import Context

    Judge = Callable[..., None]
    """Takes the world and the value of a subject; one that is a tuple, as so many arguments."""
    Over = Callable[[Model], Iterable["Subject"]]


class Depth(StrEnum):
    """How long a run may take: `quick` for every push, `full` for nights."""

    QUICK = "quick"
    FULL = "full"


QUICK, FULL = Depth.QUICK, Depth.FULL


@frozen(eq=False)
class Subject:
    """What a law is applied to: a resource, one field of it, one place of an id, ...

    `operations` are those that a verdict says something about, `needed` those without which there
    is nothing to judge; `origins` are the declarations that the verdict stands on.
    """

    name: str
    value: Any
    operations: tuple[str, ...]
    needed: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    needs: tuple[str, ...] = ()
    depth: Depth = QUICK


@frozen(eq=False)
class Law:
    """One law. `harm` says that its level stands whoever made the declarations."""

    id: str
    level: Level
    source: str
    sentence: str
    over: Over
    judge: Judge
    needs: tuple[str, ...] = ()
    harm: bool = False
    depth: Depth = QUICK

    @property
    def family(self) -> str:
        """The part of the id before the dot: one column of the report."""
        return self.id.partition(".")[0]

    def cases(self, model: Model, depth: Depth = QUICK) -> Iterator[tuple[Rule, str]]:
        """Yield the cases as rules, each with the name of its subject."""
        for subject in self.subjects(model, depth):
            yield self._rule(model, subject), subject.name

    def subjects(self, model: Model, depth: Depth = QUICK) -> Iterator[Subject]:
        """Yield what the law is applied to at a depth."""
        for subject in self.over(model):
            if depth is FULL or (self.depth is QUICK and subject.depth is QUICK):
                yield subject

    def _rule(self, model: Model, subject: Subject) -> Rule:
        return Rule(
            self.id,
            self._level(subject),
            self._source(subject),
            self.sentence,
            tuple(dict.fromkeys(subject.operations)),
            (*self.needs, *subject.needs),
            _everywhere,
            partial(_judge, self, model, subject),
        )

    def _level(self, subject: Subject) -> Level:
        chosen = any(each.chosen for each in subject.origins)
        return SHOULD if self.level is MUST and chosen and not self.harm else self.level

    def _source(self, subject: Subject) -> str:
        told = dict.fromkeys(
            f"document: {each.pointer}" for each in subject.origins if each.declared
        )
        return "; ".join([self.source, *told, *entries_of(self.id, subject.name)])


def _judge(law: Law, model: Model, subject: Subject, context: Context) -> None:
    world = World(context, model)
    world.capabilities.require(subject.needed)
    try:
        value = subject.value
        law.judge(world, *(value if isinstance(value, tuple) else (value,)))
    finally:
        world.give_back()


def _everywhere(_operation: object) -> bool:
    return True


LAWS: Registry[Law] = Registry("law")


def law(
    *,
    id: str,  # noqa: A002 - the word of the reports
    over: Over,
    source: str,
    level: Level = MUST,
    harm: bool = False,
    needs: tuple[str, ...] = (),
    depth: Depth = QUICK,
    registry: Registry[Law] = LAWS,
) -> Callable[[Judge], Judge]:
    """Register the decorated function as a law over the subjects that `over` finds in the model.

    `level` holds where published declarations say so; where one is our choice a MUST becomes a
    SHOULD, unless a server that breaks the law does `harm`: data lost, told falsely, or shown to a
    stranger. `needs` names identities and `clock`, as for rules.

    Raises:
        WrongEntry: see `Registry.add`.

    """

    def register(judge: Judge) -> Judge:
        sentence = (judge.__doc__ or "").strip().partition("\n")[0]
        registry.add(Law(id, level, source, sentence, over, judge, needs, harm, depth))
        return judge

    return register
