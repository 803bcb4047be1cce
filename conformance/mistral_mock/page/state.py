"""What the page shows, as JSON: new requests, and all else as it stands."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import asdict

from mistral_mock.clock import spell
from mistral_mock.events import MEDIA_TYPE
from mistral_mock.page.coming import find_coming
from mistral_mock.secrecy import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.journal.exchange import Exchange
    from mistral_mock.store import Record, Table
    from mistral_mock.world import World

MOST = 300
"""Requests of one answer: the newest."""
RECORDS = 50
"""Records of one kind that are shown: the newest."""
LONGEST = 300
"""Characters of a value of a record."""
LARGEST = 20_000
"""Characters of an answer that is shown whole."""


def show_news(world: World, since: int) -> dict[str, Any]:
    """Return the requests after a number; where `newest` is lower, the journal has begun anew."""
    kept = world.journal.find({})
    found = [one for one in kept if one.number > since][-MOST:]
    return {
        "exchanges": list(map(summarise, found)),
        "newest": kept[-1].number if kept else 0,
    }


def show_rest(world: World) -> dict[str, Any]:
    """Clock, state, replies, faults, recordings, and what of the use goes away."""
    return {
        "clock": {"now": spell(world.clock.now()), "mode": world.clock.mode},
        "state": list_tables(world.store.tables.items()),
        "replies": world.replies.as_json(),
        "misses": redact(world.replies.tell_misses()),
        "faults": redact(json.loads(json.dumps(world.faults.as_json(), default=str))),
        "recordings": [] if world.player is None else world.player.as_json(),
        "coming": find_coming(world.journal.find({})),
    }


def summarise(one: Exchange) -> dict[str, Any]:
    """Return a request in a line."""
    media_type = one.answer_headers.get("content-type", "") if one.status else ""
    return {
        "number": one.number,
        "moment": spell(one.moment),
        "operation": one.operation,
        "method": one.method,
        "path": redact(one.path),
        "model": one.model,
        "status": one.status,
        "stream": media_type.startswith(MEDIA_TYPE),
        "done": one.counted,
        "duration_s": round(one.duration_s, 4),
        "reply": one.reply,
    }


def show_exchange(world: World, number: int) -> dict[str, Any] | None:
    """Return all of one request and its answer; None when the journal no longer has it."""
    for one in world.journal.find({}):
        if one.number == number:
            text = "" if one.answer is not None else redact(one.text)[:LARGEST]
            return {**one.as_json(), "text": text}
    return None


def list_tables(tables: Iterable[tuple[type[Record], Table[Any]]]) -> list[dict[str, Any]]:
    """Return the records by their kind; kinds without records are left out."""
    return [
        {
            "kind": cls.called,
            "count": len(table),
            "records": [show_record(one) for one in list(table)[-RECORDS:]],
        }
        for cls, table in sorted(tables, key=lambda item: item[0].called)
        if len(table)
    ]


def show_record(record: Record) -> dict[str, Any]:
    """Return a record; what is long is cut, and what is secret hidden."""
    shown = redact(asdict(record, value_serializer=lambda _, __, value: simplify(value)))
    return {name: cut(value) for name, value in shown.items()}


def simplify(value: Any) -> Any:  # noqa: ANN401 - a field of a record
    """Return a value that JSON can hold."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, datetime):
        return spell(value)
    if isinstance(value, frozenset | set | tuple):
        return list(value)
    return value if isinstance(value, str | int | float | dict | list | None) else str(value)


def cut(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value that fits on a page."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= LONGEST else text[:LONGEST] + "…"
