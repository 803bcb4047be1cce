"""What of the use will stop working: deprecated operations, fields and parameters, old models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mistral_openapi
from mistral_mock.completion.catalogue import find_model
from mistral_mock.operations import find_operation
from mistral_mock.usage import Use, find_breaks
from mistral_openapi.eras import ANNOUNCED, find_era

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mistral_mock.journal.exchange import Exchange

DAY = "%Y-%m-%d"


def find_coming(found: Iterable[Exchange]) -> list[dict[str, Any]]:
    """Return what goes away of all that was used: what it is, what to do, and its count of uses."""
    counts: dict[tuple[str, str], int] = {}
    used = list(found)
    for one in used:
        for told in (*find_in_document(one), *find_in_models(one)):
            counts[told] = counts.get(told, 0) + 1
    rows: list[dict[str, Any]] = [
        {"what": what, "advice": advice, "uses": n} for (what, advice), n in counts.items()
    ]
    return [*rows, *find_in_era(used, {what for what, _ in counts})]


def find_in_era(found: Iterable[Exchange], known: set[str]) -> Iterator[dict[str, Any]]:
    """Yield what else breaks when all that is announced has come, such as an answer's status."""
    uses = [
        Use(
            str(one.number),
            one.method,
            one.path,
            tuple(one.query),
            one.body,
            one.status,
            bool(one.content),
        )
        for one in found
        if one.operation
    ]
    for each in find_breaks(uses, find_era(ANNOUNCED)):
        names = {f"{each.operation}: {word}" for word in each.what.split()}
        if not known & {each.operation, *names}:
            advice = f"After the announced changes, {each.what}."
            yield {"what": each.operation, "advice": advice, "uses": each.count}


def find_in_document(one: Exchange) -> Iterator[tuple[str, str]]:
    """Yield what the document calls deprecated."""
    if not one.operation:
        return
    operation = find_operation(one.operation)
    if operation.object.get("deprecated"):
        yield one.operation, advise(operation.object)
    for parameter in map(mistral_openapi.resolve, operation.object.get("parameters", ())):
        if parameter.get("deprecated") and parameter["name"] in one.query:
            yield f"{one.operation}: {parameter['name']}", advise(parameter)
    if isinstance(one.body, dict):
        for schema in operation.bodies.values():
            for name in one.body.keys() & schema.properties.keys():
                raw = mistral_openapi.resolve(dict(schema.properties[name].raw))
                if raw.get("deprecated"):
                    yield f"{one.operation}: {name}", advise(raw)


def advise(raw: Mapping[str, Any]) -> str:
    """Return what to do in place of a deprecated thing."""
    said = raw.get("x-mistral-deprecated") or {}
    return str(
        said.get("message") or said.get("replacement") or "The document calls it deprecated."
    )


def find_in_models(one: Exchange) -> Iterator[tuple[str, str]]:
    """Yield the model of a request when its day is known."""
    model = find_model(one.model) if one.model else None
    if model is None or model.deprecation is None:
        return
    instead = f"; use {model.replacement}" if model.replacement else ""
    yield f"model {one.model}", f"It goes away on {model.deprecation.strftime(DAY)}{instead}."
