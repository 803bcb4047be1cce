"""What holds for every answer of a run, whoever asked: judged at its end, by what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.model.fields import unit_of
from mistral_conformance.model.schemas import answer_schema, deep_properties, items_of, properties
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.wire import Message
from mistral_conformance.session.capabilities import NOTHING
from mistral_conformance.session.sightings import COSTS, LOGS, SPAN, UNITS, parts_of, sent_names
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model
    from mistral_conformance.model.document import Operation
    from mistral_conformance.model.schemas import Property
    from mistral_conformance.session.sightings import Sighting

FORM = "document: responses.content"
TOLD_FALSELY = "harm: the times of an object are told falsely; document: responses (their form)"
LEAKED = "harm: a key gets into logs; choices.errors-tell-no-key"
BUILT = "harm: who attacks a server is told how it is built"
PRICED = "errors.rate-headers; harm: who meters by headers counts something else than is billed"
HISTORY = "/history"
OUT_OF_ORDER = "harm: what happened later is told before what happened first"
COUNTED_FALSELY = "harm: what was used or done is counted falsely; document: responses (totals)"


def _answered(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers have a form."""
    for each in model.document.operations.values():
        if answer_schema(each, model.document)[0] is not None:
            yield Subject(each.id, each.id, (each.id,), (each.id,))


@law(id="seen.answers-have-their-form", over=_answered, source=FORM)
def answers_have_their_form(world: World, operation: str) -> None:
    """Every answer of success that any rule or law got has the documented form."""
    _judge(world, operation, "misfits")


def _timed(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers tell times as numbers that the server chooses."""
    sent = sent_names(model.document)
    for subject in _answered(model):
        told = _fields_told(model, subject.name)
        if any(
            e.name not in sent and unit_of(model.document, e.name, e.schema) in UNITS for e in told
        ):
            yield subject


@law(id="seen.times-are-possible", over=_timed, source=TOLD_FALSELY, harm=True)
def times_are_possible(world: World, operation: str) -> None:
    """Every time that an answer tells as a number is one of these centuries in its unit."""
    _judge(world, operation, "untimely")


def _counted(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers tell a total and parts of it."""
    for subject in _answered(model):
        names = {each.name for each in _fields_told(model, subject.name)}
        if any(names & set(parts_of(each)) for each in names):
            yield subject


@law(id="seen.parts-fit-their-total", over=_counted, source=COUNTED_FALSELY, harm=True)
def parts_fit_their_total(world: World, operation: str) -> None:
    """In every answer the parts of a total of tokens or requests are together no more than it."""
    _judge(world, operation, "uneven")


def _priced(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers tell what they have used."""
    fields = {outer for outer, _ in COSTS.values()}
    for subject in _answered(model):
        answer, _ = answer_schema(model.document.operations[subject.name], model.document)
        if model.document.operations[subject.name].method == "POST" and fields & {
            *properties(model.document, answer or {})
        }:
            yield subject


@law(id="seen.costs-are-the-usage", over=_priced, source=PRICED, level=SHOULD)
def costs_are_the_usage(world: World, operation: str) -> None:
    """In every answer whose headers tell what the request has cost, its usage tells the same."""
    _ask_if_nobody_did(world, operation)
    _judge(world, operation, "mispriced")


def _recorded(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers have parts of a recording."""
    for subject in _answered(model):
        answer, _ = answer_schema(model.document.operations[subject.name], model.document)
        for each in properties(model.document, answer or {}).values():
            part = items_of(model.document, each.schema)
            if properties(model.document, part or {}).keys() >= {*SPAN}:
                yield subject


@law(id="seen.parts-go-on-in-time", over=_recorded, source=TOLD_FALSELY, harm=True)
def parts_go_on_in_time(world: World, operation: str) -> None:
    """In every answer the parts of a recording go forward in time, and end with it."""
    _ask_if_nobody_did(world, operation)
    _judge(world, operation, "astray")


def _logging(model: Model) -> Iterator[Subject]:
    """Yield each operation whose answers have an array of what has happened."""
    for subject in _answered(model):
        answer, _ = answer_schema(model.document.operations[subject.name], model.document)
        told = properties(model.document, answer or {}).keys() & {*LOGS}
        if told or model.document.operations[subject.name].path.endswith(HISTORY):
            yield subject


@law(id="seen.events-are-in-order", over=_logging, source=OUT_OF_ORDER, harm=True)
def events_are_in_order(world: World, operation: str) -> None:
    """In every answer what has happened is told in its order, or from the last to the first."""
    _judge(world, operation, "jumbled")


def _refusing(model: Model) -> Iterator[Subject]:
    """Return each operation: all can be refused."""
    return (Subject(e, e, (e,), (e,)) for e in model.document.operations)


@law(id="seen.errors-tell-no-key", over=_refusing, source=LEAKED, harm=True)
def errors_tell_no_key(world: World, operation: str) -> None:
    """No error that any rule or law got repeats the key of its request."""
    _judge_errors(world, operation, world.ctx.session.sightings.indiscreet)


@law(id="seen.errors-tell-no-internals", over=_refusing, source=BUILT, level=SHOULD)
def errors_tell_no_internals(world: World, operation: str) -> None:
    """No error that any rule or law got shows the stack of calls of the program that answers."""
    _judge_errors(world, operation, world.ctx.session.sightings.revealing)


def is_plain(operation: Operation) -> bool:
    """Say whether an operation only reads, and needs nothing to do so."""
    return operation.method == "GET" and not any(e.get("required") for e in operation.parameters)


def _ask_if_nobody_did(world: World, operation: str) -> None:
    """Send the plainest request where the run has sent none that was answered."""
    if not world.ctx.session.sightings.answers.get(operation):
        ids = targets_of(world.ctx).ids(world.document.operations[operation])
        world.ask(operation, ids, **plain_request(world, operation))


def _judge_errors(world: World, operation: str, wrong: dict[str, Sighting]) -> None:
    if not world.ctx.session.sightings.errors.get(operation):
        spec = world.document.operations[operation]
        url = spec.url(dict.fromkeys(spec.path_ids, NOTHING))
        world.ctx.impostor.send(Message(spec.method, url), operation)
    if not world.ctx.session.sightings.errors.get(operation):
        raise Skipped("nothing has been refused in this run")
    found = wrong.get(operation)
    if found:
        world.fail(found.reason, found.exchange)


def _fields_told(model: Model, operation: str) -> Iterator[Property]:
    """Yield all fields of an operation's answers, however deep."""
    schema, pointer = answer_schema(model.document.operations[operation], model.document)
    return deep_properties(model.document, schema or {}, pointer, set())


def _judge(world: World, operation: str, kind: str) -> None:
    """Judge by what was seen: the wrong answers of a kind, where there was anything of the kind."""
    spec, seen = world.document.operations[operation], world.ctx.session.sightings
    if not seen.answers.get(operation) and spec.method == "GET":
        world.ask(operation, targets_of(world.ctx).ids(spec), **plain_request(world, operation))
    if not seen.answers.get(operation):
        if operation in seen.empty:
            raise NotOffered("not offered: it answers with nothing")
        raise Skipped("nothing has asked for it in this run")
    wrong: dict[str, Sighting] = getattr(seen, kind)
    if found := wrong.get(operation):
        world.fail(found.reason, found.exchange)
    if operation not in seen.judged[kind]:
        raise Skipped("no answer of this run told what could be wrong so")
