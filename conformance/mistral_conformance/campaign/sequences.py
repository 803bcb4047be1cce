"""Random sequences of actions on one resource and what lies in it, held to what is declared.

A sequence is a list of steps that mean something whatever came before: `create`, `read`, `list`,
`change`, `delete`, `share` and `unshare`, each aimed by two numbers at what is there by then. So
any part of a sequence is a sequence, and hypothesis can cut a failing one down to the steps that
matter.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from attrs import define, field
from hypothesis import Phase, Verbosity, given, seed, settings, strategies
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.errors import Flaky

from mistral_conformance.campaign.play import ACTIONS, Play, Step
from mistral_conformance.laws.law import Law, Subject
from mistral_conformance.laws.world import World
from mistral_conformance.probing.generation import UNCHECKED
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.context import Context
from mistral_conformance.verdict.outcome import RED, Skipped, status_of
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mistral_conformance.model import Model, Resource
    from mistral_conformance.record.exchange import Exchange

FAMILY = "sequences"
ID = f"{FAMILY}.objects-are-as-left"
SOURCE = "harm: what is stored is lost, told falsely, or shown to a stranger"
SENTENCE = "After any sequence of actions each object is as the last of them left it."
BREACH = (
    "A document is deleted and its library renamed. After that, the library lists the document "
    "again. `fuzz` alone judges this."
)
"""A server that breaks the law, as `explain` tells it."""
MOST_STEPS = 12
MOST_CUTS = 80
"""So many sequences are tried to find a shorter one that fails, each of some dozen requests."""
NUMBERS = strategies.integers(0, 7)
STEPS = strategies.lists(
    strategies.builds(Step, strategies.sampled_from(ACTIONS), NUMBERS, NUMBERS),
    min_size=1,
    max_size=MOST_STEPS,
)


def sequence_law(database: Path | None = None) -> Law:
    """Return the law that sequences are judged by; those that failed before are in the database.

    Its cases are each resource that belongs to no other, with all that lies in it.
    """
    return Law(ID, MUST, SOURCE, SENTENCE, _roots, partial(_judge, database), harm=True)


def _roots(model: Model) -> Iterator[Subject]:
    for each in model.resources.values():
        if each.whole and each.parameter and not each.parent:
            family = list(tree_of(model, each))
            operations = tuple(one for part in family for one in _operations(part))
            yield Subject(each.name, each, operations, (each.create,))


def tree_of(model: Model, root: Resource) -> Iterator[Resource]:
    """Yield the resource and all below it that the suite can make."""
    yield root
    grants = {each.resource for each in model.grants}
    for name in root.children:
        child = model.resources[name]
        if child.whole and child.parameter and name not in grants:
            yield from tree_of(model, child)


def _operations(resource: Resource) -> tuple[str, ...]:
    single = (resource.create, resource.read, resource.list, resource.delete)
    return tuple(each for each in (*single, *resource.changes[:1]) if each)


@define
class _Tries:
    """What became of the sequences of one case: how many steps did something, the last failure.

    `cuts` is how many were tried since the first failure.
    """

    done: int = 0
    cuts: int = 0
    steps: list[Step] = field(factory=list)
    failure: Signal | None = None
    exchanges: list[Exchange] = field(factory=list)


def _judge(database: Path | None, world: World, root: Resource) -> None:
    tries = _Tries()
    stored = DirectoryBasedExampleDatabase(database / root.name) if database else None
    phases = [Phase.generate, Phase.shrink]

    @seed(world.ctx.random.getrandbits(64))
    @settings(
        max_examples=world.ctx.session.max_examples,
        database=stored,
        deadline=None,
        phases=[Phase.reuse, *phases] if stored else phases,
        suppress_health_check=UNCHECKED,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    @given(STEPS)
    def hold(steps: list[Step]) -> None:
        if tries.cuts < MOST_CUTS or steps == tries.steps:
            _try(world, root, steps, tries)

    try:
        hold()
    except (Signal, Flaky):
        _tell(world, tries)
    if not tries.done:
        raise Skipped(f"the server takes no action on {root.one}")


def _tell(world: World, tries: _Tries) -> None:
    """End with the last failure, which is of the shortest sequence; its requests are the case's."""
    world.ctx.exchanges[:] = tries.exchanges
    if tries.failure:
        raise tries.failure


def _try(world: World, root: Resource, steps: list[Step], tries: _Tries) -> None:
    """Run one sequence on a fresh object of the resource, deleted afterwards.

    Names differ from try to try: what could not be deleted must not stand in the way of the next.
    """
    session = world.ctx.session
    tries.cuts += tries.failure is not None
    context = Context(session, Random(world.ctx.random.getrandbits(64)))  # noqa: S311 - test data
    play = Play(World(context, world.model), list(tree_of(world.model, root)))
    try:
        play.perform(steps)
    except Signal as signal:
        if status_of(signal) not in RED:
            raise AssertionError("only what is red ends a sequence") from signal
        tries.failure = type(signal)(f"{signal.reason} ({play.told})", *signal.evidence)
        tries.steps, tries.exchanges = steps, list(context.exchanges)
        raise
    finally:
        tries.done += play.done
        session.sweep(everything=False)
