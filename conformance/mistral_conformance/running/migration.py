"""Where a server stands with each change that is announced: old, both, new or neither."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.exchange import Signal
from mistral_conformance.session.capabilities import capabilities_of
from mistral_conformance.session.context import Context
from mistral_openapi.eras import announcements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.session import Session
    from mistral_openapi.eras import Announcement

ODD = ("conformance-odd-value", '{"conformance-odd-name": "conformance-odd-value"}')
"""Texts that nothing fits: a server that knows the parameter refuses one or finds nothing."""
Seen = tuple[bool, bool]
"""Whether the old way was seen, and whether the new one was."""


class Stand(StrEnum):
    """Which way a server goes."""

    OLD = "old"
    BOTH = "both"
    NEW = "new"
    NEITHER = "neither"
    UNKNOWN = "not judged"


@frozen
class Verdict:
    """Where the server stands with one announced change, and why that is not known."""

    id: str
    stand: Stand
    evidence: str
    """The entry of the register that announces it."""
    reason: str = ""


def judge_migration(session: Session) -> list[Verdict]:
    """Return a verdict for each announced change, in their order."""
    grouped = groupby(sorted(announcements(), key=_id), key=_id)
    return [_judge(session, name, list(parts)) for name, parts in grouped]


def _id(one: Announcement) -> str:
    return one.id


def _judge(session: Session, name: str, parts: list[Announcement]) -> Verdict:
    """Return the verdict on a change; one of several places is enough to show a way."""
    found: list[Seen] = []
    reason = ""
    for one in parts:
        try:
            found.append(_look(session, one))
        except Signal as signal:
            reason = session.redactor.text(signal.reason)
    stand = _stand(found) if found else Stand.UNKNOWN
    return Verdict(name, stand, parts[0].evidence, "" if found else reason)


def _stand(found: Iterable[Seen]) -> Stand:
    old, new = (any(way) for way in zip(*found, strict=True))
    return {
        (True, False): Stand.OLD,
        (True, True): Stand.BOTH,
        (False, True): Stand.NEW,
        (False, False): Stand.NEITHER,
    }[old, new]


def _look(session: Session, one: Announcement) -> Seen:
    """Return which ways the server goes.

    Raises:
        Signal: it cannot be found out.

    """
    capabilities = capabilities_of(session)
    if not one.at:
        return capabilities.offers(one.operation), capabilities.offers(one.instead)
    capabilities.require([one.operation])
    context = Context(session, Random(one.id), session.document.operations[one.operation])  # noqa: S311 - test data
    kind, _, place = one.at.partition("/")
    if kind == "query":
        old = _is_known(context, place)
        return old, not old
    exchange = targets_of(context).send_sample(context.operation)
    status, _, field = place.partition("/")
    context.need(exchange)
    if not field:
        new = one.instead.partition("/")[2]
        return str(exchange.status) == status, str(exchange.status) == new
    return _fields(exchange, field, one.instead)


def _is_known(context: Context, name: str) -> bool:
    """Say whether the server heeds a parameter: refuses an odd value, or finds less."""
    targets = targets_of(context)
    for item in _items(context):
        targets.lookup(item)  # so that there is something to find
    message = targets.message(context.operation, targets.sample(context.operation))
    plain = context.need(context.api.send(message, context.operation.id))
    for value in ODD:
        query = [*(message.query or ()), (name, value)]
        odd = context.api.send(evolve(message, query=query), context.operation.id)
        if odd.status != plain.status or odd.json() != plain.json():
            return True
    return False


def _items(context: Context) -> Iterator[str]:
    """Yield the path parameter that names an item of the list, if there is an operation on one."""
    beginning = f"{context.operation.path}/{{"
    for one in context.document.operations.values():
        rest = one.path.removeprefix(beginning)
        if rest != one.path and rest.endswith("}") and "/" not in rest:
            yield rest[:-1]
            return


def _fields(exchange: Exchange, place: str, instead: str) -> Seen:
    parents, _, name = place.rpartition("/")
    found = list(_at(exchange.json(), parents.split("/")))
    return any(name in one for one in found), any(instead in one for one in found)


def _at(value: Any, names: list[str]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Yield the objects at a place, all items where a `*` stands."""
    if not names:
        if isinstance(value, dict):
            yield value
        return
    first, *rest = names
    inner = value if first == "*" and isinstance(value, list) else []
    if isinstance(value, dict):
        inner = [value[first]] if first in value else []
    for one in inner:
        yield from _at(one, rest)


def as_json(verdicts: Iterable[Verdict]) -> str:
    """Return the verdicts as a file for programs."""
    listed = [
        {"id": one.id, "verdict": str(one.stand), "evidence": one.evidence, "reason": one.reason}
        for one in verdicts
    ]
    return json.dumps({"changes": listed}, indent=2) + "\n"


def as_text(verdicts: Iterable[Verdict]) -> str:
    """Return the verdicts for a person, one to a line."""
    lines = ["announced changes:"]
    for one in verdicts:
        reason = f" ({one.reason})" if one.reason else ""
        lines.append(f"  {one.stand:<10} {one.id}{reason}")
    return "\n".join(lines)
