"""What the rules over one operation judge together: each kind of request is sent once.

Rules ask for the shots they judge; the first to ask makes them be sent. When the next operation
comes, the shots of the last one are forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from mistral_conformance.probing.generation import aim, shared_generator
from mistral_conformance.probing.shaping import Shaper
from mistral_conformance.probing.streaming import send_streaming
from mistral_conformance.probing.targets import nothing, targets_of, unowned_ids
from mistral_conformance.probing.variations import bounds, faults
from mistral_conformance.session.capabilities import capabilities_of
from mistral_conformance.verdict.outcome import Failed, Withheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mistral_conformance.probing.generation import Generated, Generator
    from mistral_conformance.probing.targets import Targets
    from mistral_conformance.probing.variations import Variation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Message
    from mistral_conformance.session.context import Context

SAMPLE = "sample"
"""The kind of the plainest request, on objects that exist."""


@frozen
class Shot:
    """One probing request: why it was sent, its exchange, and the generated case behind it.

    `kind` is one of `SENDERS`.
    """

    note: str
    exchange: Exchange
    generated: Generated | None = None
    kind: str = ""


@define
class Probe:
    """The shots at one operation, by kind."""

    operation: str
    shots: dict[str, list[Shot]] = field(factory=dict)
    withheld: dict[str, Withheld] = field(factory=dict)
    """Why shots of a kind were not sent any more."""


def shots(context: Context, *kinds: str) -> list[Shot]:
    """Return the shots of the kinds that the run judges, sent now unless an earlier rule did so.

    Where no unknown object can tell whether the server has the operation, a living one does first.

    Raises:
        NotOffered: the server turns out not to have the operation.
        Skipped: the operation needs an object or identity that the run does not have.
        Unjudged: the server did not make an object that the operation needs.
        Withheld: none was sent, since the server has stopped answering.

    """
    wanted = context.session.probes
    kinds = tuple(each for each in kinds if not wanted or each in wanted)
    capabilities = capabilities_of(context.session)
    if kinds and capabilities.is_unsure(context.operation.id):
        for each in _sent(context, SAMPLE):
            capabilities.see(each.exchange)
    found = [each for kind in kinds for each in _sent(context, kind)]
    known = _probe(context).withheld
    context.withheld = next((known[kind] for kind in kinds if kind in known), context.withheld)
    if context.withheld and not found:
        raise context.withheld
    context.exchanges.extend(each.exchange for each in found)
    return found


def _sent(context: Context, kind: str) -> list[Shot]:
    probe = _probe(context)
    if kind not in probe.shots:
        found: list[Shot] = []
        try:
            found.extend(SENDERS[kind](context, targets_of(context)))
        except Withheld as withheld:
            probe.withheld[kind] = withheld
        probe.shots[kind] = [evolve(each, kind=kind) for each in found]
    return probe.shots[kind]


def fail_at(shot: Shot, reason: str) -> Failed:
    """Return the failure that a shot shows."""
    return Failed(f"{reason} ({shot.note})", shot.exchange)


def _probe(context: Context) -> Probe:
    memory = context.session.memory
    if Probe not in memory or memory[Probe].operation != context.operation.id:
        memory[Probe] = Probe(context.operation.id)
    found: Probe = memory[Probe]
    return found


def _generator(context: Context) -> Generator:
    session = context.session
    return shared_generator(session.document, session.seed, session.max_examples)


def _sample(context: Context, targets: Targets) -> Iterable[Shot]:
    return [Shot("the plainest request", targets.send_sample(context.operation))]


def _valid(context: Context, targets: Targets) -> Iterable[Shot]:
    shaper = Shaper(context.operation.id, context.marker)
    for each in _generator(context).valid(context.operation, shaper):
        yield Shot("generated valid request", _aimed(context, targets, each, shaper), each)


def _invalid(context: Context, targets: Targets) -> Iterable[Shot]:
    shaper = Shaper(context.operation.id, context.marker)
    for each in _generator(context).invalid(context.operation, shaper):
        yield Shot("generated invalid request", _aimed(context, targets, each, shaper), each)


def _aimed(context: Context, targets: Targets, generated: Generated, shaper: Shaper) -> Exchange:
    operation, words = context.operation, shaper.words(targets)
    if not any(nothing(each) in generated.message.url for each in operation.path_ids):
        return context.api.try_send(aim(generated.message, words), operation.id)
    return targets.send(operation, lambda: aim(generated.message, targets.ids(operation) | words))


def _varied(context: Context, targets: Targets, variations: Iterable[Variation]) -> Iterable[Shot]:
    for each in variations:
        yield Shot(each.note, targets.send(context.operation, _maker(context, targets, each)))


def _maker(context: Context, targets: Targets, variation: Variation) -> Callable[[], Message]:
    def make() -> Message:
        message = targets.message(context.operation, variation.sample)
        url = message.url
        if variation.ids:
            url = context.operation.url(targets.ids(context.operation) | variation.ids)
        varied = {name for name, _ in variation.query}
        kept = [pair for pair in message.query or () if pair[0] not in varied]
        return evolve(message, url=url, query=[*kept, *variation.query] or None)

    return make


def _bounds(context: Context, targets: Targets) -> Iterable[Shot]:
    sample = targets.sample(context.operation)
    return _varied(context, targets, bounds(context.document, context.operation, sample))


def _faults(context: Context, targets: Targets) -> Iterable[Shot]:
    sample = targets.sample(context.operation)
    return _varied(context, targets, faults(context.document, context.operation, sample))


def _unknown(context: Context, targets: Targets) -> Iterable[Shot]:
    operation = context.operation
    if not operation.path_ids:
        return []
    message = targets.message(operation, targets.sample(operation))
    message = evolve(message, url=operation.url(unowned_ids(operation)))
    return [Shot("ids of nothing", context.api.try_send(message, operation.id))]


def _keyless(context: Context, targets: Targets) -> Iterable[Shot]:
    message = _plain(context, targets)
    return [Shot("no key", context.nobody.try_send(message, context.operation.id))]


def _misskeyed(context: Context, targets: Targets) -> Iterable[Shot]:
    message = _plain(context, targets)
    return [Shot("a wrong key", context.impostor.try_send(message, context.operation.id))]


def _streamed(context: Context, targets: Targets) -> Iterable[Shot]:
    return [Shot("the plainest request, asked to stream", send_streaming(context, targets))]


def _plain(context: Context, targets: Targets) -> Message:
    return targets.plain(context.operation)


SENDERS: dict[str, Callable[[Context, Targets], Iterable[Shot]]] = {
    SAMPLE: _sample,
    "valid": _valid,
    "bounds": _bounds,
    "invalid": _invalid,
    "faults": _faults,
    "unknown": _unknown,
    "keyless": _keyless,
    "misskeyed": _misskeyed,
    "streamed": _streamed,
}
