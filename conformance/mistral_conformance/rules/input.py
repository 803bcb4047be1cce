"""Valid requests are accepted, others refused with 4xx: for their key, their form, their words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.model import model_of
from mistral_conformance.model.document import load_document
from mistral_conformance.model.schemas import body_properties, facet
from mistral_conformance.probing.judging import judge_of
from mistral_conformance.probing.probe import fail_at, shots
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import targets_of, unowned_ids
from mistral_conformance.probing.variations import bounds, faults
from mistral_conformance.record.wire import Message
from mistral_conformance.rules.common.observability import LIST_FIELDS, OPTIONS
from mistral_conformance.rules.common.readings import problems_of
from mistral_conformance.rules.schema import PROBES
from mistral_conformance.session.capabilities import capabilities_of
from mistral_conformance.session.rule import EACH, rule
from mistral_conformance.verdict.outcome import Unjudged
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.model.document import Operation
    from mistral_conformance.probing.probe import Shot
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

JSON = "application/json"
WORD = re.compile(r"\w+")
PARTS = ("path", "query", "header", "body")
UNNAMED = ("with an unknown field", "without a file")
"""Faults of which it is free how their place is written."""
SENT_AS = {
    "faults": "an invalid request",
    "invalid": "an invalid request",
    "unknown": "a request about what is not there",
    "keyless": "a request without a key",
    "misskeyed": "a request with a wrong key",
} | dict.fromkeys(("sample", "bounds", "valid"), "a valid request")
"""What the kinds of probes are, in words."""
REFUSED_AS_INVALID = (400, 405, 415, 422)
TRY_METHODS = ("PATCH", "PUT", "POST")  # never DELETE: what is not documented may still exist


def has_body(operation: Operation) -> bool:
    """Say whether the operation takes a request body."""
    return operation.body is not None


def has_json_body(operation: Operation) -> bool:
    """Say whether the operation takes JSON."""
    return operation.body_schema(JSON) is not None


def has_path_ids(operation: Operation) -> bool:
    """Say whether the operation's path names an object."""
    return bool(operation.path_ids)


def _answered(shots: list[Shot]) -> list[Shot]:
    """Return the shots, if the server did not break over every one of them.

    Raises:
        Unjudged: it did, and so said nothing of their values.

    """
    if shots and all(each.exchange.failure or each.exchange.status >= 500 for each in shots):
        first = shots[0].exchange
        raise Unjudged(f"the server {first.outcome} to each request", first)
    return shots


def _is_disputed(ctx: Context, exchange: Exchange) -> bool:
    """Say whether an operation has constraints that held at another time only.

    What breaks them is taken by a server of the one time, and refused by one of the other.
    """
    era = ctx.document.era
    places = era.places(exchange.operation).items()
    return any(era.said(entry) for at, entry in places if at.startswith(("body", "query")))


def can_be_wrong(operation: Operation) -> bool:
    """Say whether the document gives a single fault to try."""
    return any(faults(load_document(), operation, load_samples().get(operation.id)))


def has_bounds(operation: Operation) -> bool:
    """Say whether the document gives a bound to try."""
    return any(bounds(load_document(), operation, load_samples().get(operation.id)))


@rule(MUST, "errors.unauthorized", EACH, id="auth.key-wanted")
def request_without_key_is_refused(ctx: Context) -> None:
    """A valid request without a key is answered with 401."""
    for shot in shots(ctx, "keyless"):
        ctx.expect_status(shot.exchange, 401)


@rule(MUST, "errors.unauthorized", EACH, id="auth.key-checked")
def request_with_wrong_key_is_refused(ctx: Context) -> None:
    """A valid request with a key that nobody was given is answered with 401."""
    for shot in shots(ctx, "misskeyed"):
        ctx.expect_status(shot.exchange, 401)


@rule(MUST, "document: requestBody", EACH, id="input.plain-succeeds")
def plain_request_succeeds(ctx: Context) -> None:
    """The plainest valid request on an object that exists is answered with 2xx."""
    for shot in shots(ctx, "sample"):
        if not shot.exchange.ok:
            raise fail_at(shot, _said("a valid request", shot.exchange))


@rule(MUST, "document: parameters", EACH, id="input.bounds-accepted", applies=has_bounds)
def bounds_are_accepted(ctx: Context) -> None:
    """A plain request with one value at a documented bound is not refused as invalid.

    But what a server does not offer it may refuse: an option whatever its value, an operation, an
    operator that a field is not listed with. So may it an id that is of another kind than is said.
    """
    refused, taken = [], set()
    for shot in _answered(shots(ctx, "bounds")):
        name, _, value = shot.note.partition(" = ")
        if shot.exchange.status in REFUSED_AS_INVALID:
            refused.append((name, value, shot))
        elif value != "null":
            taken.add(name)
    unable = (_choices_of_options(ctx) - taken) | (_foreign_operators(ctx) if refused else set())
    unable |= _kinds_of_ids(ctx)
    for name, value, shot in refused:
        if name not in unable and not _names_what_is_missing(ctx, value):
            raise fail_at(shot, _said("a documented value", shot.exchange))


def _choices_of_options(ctx: Context) -> set[str]:
    """Return the options of the operation with one of some listed values, or that count choices."""
    told = model_of(ctx.document).options
    own = {e.name: e.effect for e in told if e.operation == ctx.operation.id and not e.inside}
    fields = body_properties(ctx.document, ctx.operation) if own else {}
    return {
        name
        for name in own.keys() & fields.keys()
        if own[name] == "counts choices" or facet(ctx.document, fields[name].schema, "enum")
    }


def _kinds_of_ids(ctx: Context) -> set[str]:
    """Return the fields of the body that tell of what kind the id of another field is."""
    kinds = {(each.kind, each.whom) for each in model_of(ctx.document).grants}
    fields = body_properties(ctx.document, ctx.operation)
    return {kind for kind, whom in kinds if {kind, whom} <= fields.keys()}


def _foreign_operators(ctx: Context) -> set[str]:
    """Return the queries that ask for a field's values by an operator not listed with it."""
    if ctx.operation.id != OPTIONS:
        return set()
    asked = targets_of(ctx).ids(ctx.operation)["field_name"]
    listed = ctx.prepare(LIST_FIELDS)["field_definitions"]
    own = {e for field in listed if field["name"] == asked for e in field["supported_operators"]}
    (operator,) = (e["schema"] for e in ctx.operation.parameters if e["name"] == "operator")
    known = facet(ctx.document, operator, "enum")
    return {f"?operator={each}" for each in known if each not in own}


def _names_what_is_missing(ctx: Context, value: str) -> bool:
    """Say whether a value is the path of operations that the server does not have."""
    named = [e.id for e in ctx.document.operations.values() if f'"{e.path}"' == value]
    offers = capabilities_of(ctx.session).offers
    return bool(named) and not any(map(offers, named))


@rule(MUST, "RFC 9110 §15.6", EACH, id="input.no-server-error")
def no_request_breaks_the_server(ctx: Context) -> None:
    """No request, valid or not, is answered with 5xx or left without an answer."""
    for shot in shots(ctx, *PROBES):
        if shot.exchange.failure:
            raise fail_at(shot, f"the server {shot.exchange.outcome} to {SENT_AS[shot.kind]}")
        if shot.exchange.status >= 500:
            raise fail_at(shot, f"the server {shot.exchange.outcome}")


@rule(
    MUST,
    "errors.validation; document: parameters",
    EACH,
    id="input.fault-rejected",
    applies=can_be_wrong,
)
def single_fault_is_rejected(ctx: Context) -> None:
    """A plain request with exactly one fault is answered with 4xx."""
    for shot in _answered(shots(ctx, "faults")):
        if shot.exchange.ok and not _is_disputed(ctx, shot.exchange):
            raise fail_at(shot, _said("an invalid request", shot.exchange))


@rule(
    MUST,
    "errors.validation; document: parameters",
    EACH,
    id="input.invalid-rejected",
    applies=can_be_wrong,
)
def invalid_request_is_rejected(ctx: Context) -> None:
    """A generated request that breaks the document is answered with 4xx."""
    for shot in _answered(shots(ctx, "invalid")):
        if shot.exchange.ok and shot.generated and not _is_disputed(ctx, shot.exchange):
            words = judge_of(ctx).accepted_invalid(shot.generated.case, shot.exchange)
            if words:
                raise fail_at(shot, words)


@rule(
    SHOULD, "libraries.read; errors.validation", EACH, id="input.fault-named", applies=can_be_wrong
)
def single_fault_is_named(ctx: Context) -> None:
    """A refusal that lists problems says in `loc` where the fault is: the part, and the name."""
    judged = 0
    for shot in shots(ctx, "faults"):
        refused = shot.exchange.status in REFUSED_AS_INVALID and shot.note not in UNNAMED
        if places := [each.get("loc") for each in (problems_of(shot.exchange) if refused else ())]:
            judged += 1
            name = WORD.findall(shot.note.removeprefix("without "))[0]
            told = [each for each in places if each and isinstance(each, list) and each[0] in PARTS]
            if not any(name in each for each in told):
                named = any(isinstance(each, list) and name in each for each in places)
                lacking = f"begin with its part: {', '.join(PARTS)}" if named else f"name {name}"
                raise fail_at(shot, f"{places} does not {lacking}")
    if not judged:
        ctx.skip("no refusal lists problems")


@rule(MUST, "errors.validation", EACH, id="input.malformed-json-rejected", applies=has_json_body)
def malformed_json_is_rejected(ctx: Context) -> None:
    """A body that is no JSON is answered with 400 or 422."""
    message = Message(ctx.operation.method, _url(ctx), content=b'{"name": ', headers=_type(JSON))
    ctx.expect_status(ctx.api.send(message, ctx.operation.id), 400, 422)


@rule(SHOULD, "RFC 9110 §15.5.16", EACH, id="input.media-type-rejected", applies=has_body)
def other_media_type_is_rejected(ctx: Context) -> None:
    """A body of a media type that is not documented is answered with 400, 415 or 422."""
    content, headers = b"<a>no JSON</a>", _type("application/xml")
    message = Message(ctx.operation.method, _url(ctx), content=content, headers=headers)
    ctx.expect_status(ctx.api.send(message, ctx.operation.id), 400, 415, 422)


@rule(
    MUST,
    "libraries.read; errors.validation",
    EACH,
    id="input.unknown-id-not-found",
    applies=has_path_ids,
)
def unknown_id_is_not_found(ctx: Context) -> None:
    """A valid request about an object that does not exist is answered with 404."""
    for shot in shots(ctx, "unknown"):
        ctx.expect_status(shot.exchange, 404)


@rule(SHOULD, "RFC 9110 §15.5.6", EACH, id="input.method-refused")
def undocumented_method_is_refused(ctx: Context) -> None:
    """A method that the document does not list for the path is answered with 404, 405 or 501."""
    known = {each.method for each in ctx.document.operations_at(ctx.operation.path)}
    method = next((each for each in TRY_METHODS if each not in known), None)
    if method is None:
        ctx.skip("the path has all the methods that are safe to try")
    message = Message(method, ctx.operation.url(unowned_ids(ctx.operation)), json={})
    answer = ctx.expect_status(ctx.api.send(message), 404, 405, 501)
    told = answer.status != 405 or "allow" in answer.headers
    ctx.expect(told, "a 405 names no allowed methods (RFC 9110, section 15.5.6)", answer)


def _url(ctx: Context) -> str:
    """Return the operation's path with living ids, so that only the body can be at fault."""
    return ctx.operation.url(targets_of(ctx).ids(ctx.operation))


def _type(media_type: str) -> dict[str, str]:
    return {"Content-Type": media_type}


def _said(what: str, exchange: Exchange) -> str:
    if exchange.failure:
        return f"the server {exchange.outcome} to {what}"
    return f"{what} was {exchange.outcome}"
