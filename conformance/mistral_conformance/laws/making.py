"""Makes an instance of any resource: the plainest request, with a value for every client field."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.instance import Instance, key_of
from mistral_conformance.model.schemas import (
    FORM,
    body_properties,
    body_schema,
    wrapped,
    wrapper_of,
)
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.settling import ask_built_on
from mistral_conformance.verdict.outcome import Unjudged

if TYPE_CHECKING:
    from collections.abc import Container

    from mistral_conformance.laws.maker import Maker
    from mistral_conformance.model import Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

CREATED = (200, 201, 202)
PART = "file"
FILE_FIRST = f"{PART}.first"
"""Given as true, the file comes before all other parts of the form."""
TEXT_TYPE = "text/plain"
OTHER = ", taken in a café"
"""In UTF-8 it has one byte more than letters: who takes one for the other is seen."""


def make(
    maker: Maker,
    resource: Resource,
    by: str,
    parent: Instance | None,
    given: Json,
) -> Instance:
    """Return a new object of the resource; `given` are fields of the request that are not made up.

    Of an upload the name, content and type of the file part can be given as `file.name` and so on.

    Raises:
        Unjudged: the server does not make it.
        NotOffered: the server has no such operation.

    """
    operation = maker.document.operations[resource.create]
    media_type, _ = body_schema(operation)
    build = _send_form if media_type == FORM else _send_json
    maker.prepare(resource.create, by)
    ids = {**_own_ids(maker, resource.create), **(parent.ids if parent else {})}
    once = partial(build, maker, resource, by, ids, given)
    answer, body, content = ask_built_on(
        maker.ctx, resource.create, once, lambda made: made[0].status in CREATED
    )
    if answer.status not in CREATED:
        raise Unjudged(f"preparation failed: {resource.create} answered {answer.status}", answer)
    sent = {
        name: body[each.sent]
        for name, each in resource.fields.items()
        if each.sent in body and each.owner != "server"
    }
    return Instance(resource, made_ids(resource, ids, answer), by, answer, sent, content, parent)


def made_ids(resource: Resource, ids: dict[str, str], answer: Exchange) -> dict[str, str]:
    """Return the path ids of what an answer tells was made; `ids` lead to where it was made."""
    own = {resource.parameter: _id(resource, answer)} if resource.parameter else {}
    return {**ids, **own}


def _own_ids(maker: Maker, operation: str) -> dict[str, str]:
    """Path ids that objects to be followed are made at, where the sample tells any."""
    told = load_samples().get(operation, Sample()).made_ids
    return {name: maker.lookup(word.removeprefix("$")) for name, word in told.items()}


def _id(resource: Resource, answer: Exchange) -> str:
    """Return the id of what was made; an answer without one is a failure."""
    found = key_of(resource, answer.json())[0]
    return str(answer[resource.key[0]] if found is None else found)


def _sample(maker: Maker, operation: str) -> Sample:
    sample = load_samples().get(operation, Sample())
    return sample.filled(maker.lookup, maker.ctx.marker)


def _made_up(maker: Maker, resource: Resource, taken: Json, apart: Container[str]) -> Json:
    """Return a value for each client field of a creating request that stands alone and is no id."""
    found: Json = {}
    for each in resource.fields.values():
        if each.kept and each.sent in taken and each.sent not in apart and not each.refers:
            value = maker.values.make(each.sent, taken[each.sent].schema)
            if value is not None:
                found[each.sent] = value
    return found


def _send_json(
    maker: Maker, resource: Resource, by: str, ids: dict[str, str], given: Json
) -> tuple[Exchange, Json, bytes]:
    operation = maker.document.operations[resource.create]
    sample = _sample(maker, operation.id)
    base = dict(sample.body or {})
    base |= base.pop(wrapper_of(operation), {})
    taken = body_properties(maker.document, operation)
    fixed = {name: each for name, each in base.items() if name != sample.marked}
    body = {
        **base,
        **_made_up(maker, resource, taken, sample.apart),
        **fixed,
        **sample.made,
        **given,
    }
    whole = wrapped(maker.document, operation, body)
    answer = maker.call(operation.id, ids, by=by, json=whole)
    return answer, body, b""


def _send_form(
    maker: Maker, resource: Resource, by: str, ids: dict[str, str], given: Json
) -> tuple[Exchange, Json, bytes]:
    operation = maker.document.operations[resource.create]
    sample = _sample(maker, operation.id)
    name = given.get("file.name", maker.values.name(".txt"))
    content = given.get("file.content", f"Notes on {maker.values.word()}{OTHER}.\n".encode())
    media_type = given.get("file.type", TEXT_TYPE)
    own = {key: each for key, each in given.items() if not key.startswith(f"{PART}.")}
    fields: dict[str, Any] = {**sample.form, **own}
    parts: dict[str, Any] = {key: (None, str(each)) for key, each in fields.items()}
    file = {PART: (name, content, media_type)}
    parts = file | parts if given.get(FILE_FIRST) else parts | file
    answer = maker.call(operation.id, ids, by=by, files=parts)
    told = {
        "file.name": name,
        "file.size": len(content),
        "file.type": media_type,
        "file.suffix": name.rpartition(".")[2] if "." in name else None,
    }
    return answer, {**fields, **told}, content
