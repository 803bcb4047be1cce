"""What holds for every answer of a run, whoever asked: judged at its end, by what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.model.schemas import answer_schema
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model
    from mistral_conformance.model.document import Operation
    from mistral_conformance.session.sightings import Sighting

FORM = "document: responses.content"
TOLD_FALSELY = "harm: the times of an object are told falsely; document: responses (their form)"
COUNTED_FALSELY = "harm: what was used or done is counted falsely; document: responses (totals)"


def _answered(model: Model) -> Iterator[Subject]:
    """Each operation whose answers have a form."""
    for each in model.document.operations.values():
        if answer_schema(each, model.document)[0] is not None:
            yield Subject(each.id, each.id, (each.id,), (each.id,))


@law(id="seen.answers-have-their-form", over=_answered, source=FORM)
def answers_have_their_form(world: World, operation: str) -> None:
    """Every answer of success that any rule or law got has the documented form."""
    _judge(world, operation, world.ctx.session.sightings.misfits)


@law(id="seen.times-are-possible", over=_answered, source=TOLD_FALSELY, harm=True)
def times_are_possible(world: World, operation: str) -> None:
    """Every time that an answer tells as a number is one of these centuries in its unit."""
    _judge(world, operation, world.ctx.session.sightings.untimely)


@law(id="seen.parts-fit-their-total", over=_answered, source=COUNTED_FALSELY, harm=True)
def parts_fit_their_total(world: World, operation: str) -> None:
    """In every answer the parts of a total of tokens or requests are together no more than it."""
    _judge(world, operation, world.ctx.session.sightings.uneven)


def is_plain(operation: Operation) -> bool:
    """Whether an operation only reads, and needs nothing to do so."""
    return operation.method == "GET" and not any(e.get("required") for e in operation.parameters)


def _judge(world: World, operation: str, wrong: dict[str, Sighting]) -> None:
    spec = world.document.operations[operation]
    if not world.ctx.session.sightings.answers.get(operation) and is_plain(spec):
        world.ask(operation, {})
    if not world.ctx.session.sightings.answers.get(operation):
        raise Skipped("nothing has asked for it in this run")
    found = wrong.get(operation)
    if found:
        world.fail(found.reason, found.exchange)
