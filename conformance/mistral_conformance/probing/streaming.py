"""The plainest request of an operation that streams, asked to stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.model.document import is_endless
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.events import PATIENT

if TYPE_CHECKING:
    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.probing.targets import Targets
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Message
    from mistral_conformance.session.context import Context

STREAM = "x-mistral-stream"


def stream_of(operation: Operation) -> Json:
    """Return what the document says about the operation's stream; empty when it has none."""
    found: Json = operation.item.get(STREAM, {})
    return found


def send_streaming(context: Context, targets: Targets) -> Exchange:
    """Return the answer to the plainest request, with the fields set that ask for a stream.

    Raises:
        Skipped: the operation needs an object or identity that the run does not have.
        Unjudged: the server did not make an object that the operation needs.

    """
    operation = context.operation
    fields = stream_of(operation).get("when", {})
    known = load_samples().get(operation.id)
    if known and known.before:
        targets.send_sample(context.document.operations[known.before])

    def make() -> Message:
        targets.ids(operation)  # first: what the sample names may belong to them
        message = targets.message(operation, _asking(targets.sample(operation), fields))
        return evolve(message, bound=PATIENT) if is_endless(operation) else message

    return targets.send(operation, make)


def _asking(sample: Sample | None, fields: dict[str, Any]) -> Sample | None:
    """Return the sample with fields set in its body or, for a form, as texts of the form."""
    if not fields:
        return sample
    plain = sample or Sample()
    if plain.form or plain.file:
        texts = {name: json.dumps(value) for name, value in fields.items()}
        return evolve(plain, form={**plain.form, **texts})
    return evolve(plain, body={**(plain.body or {}), **fields})
