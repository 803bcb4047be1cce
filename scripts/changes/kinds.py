"""The kinds of changes: a table with severities, sentences and an example each."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

FOLDER = Path(__file__).parent


class Severity(StrEnum):
    """How much a change asks of those who keep to the old document."""

    BREAKING = "breaking"
    """What worked fails."""
    RISKY = "risky"
    """What worked may do something else, or meet what it does not know."""
    COMPATIBLE = "compatible"
    """What worked still works."""

    @property
    def rank(self) -> int:
        """Greater is worse."""
        return [*reversed(Severity)].index(self)


class Side(StrEnum):
    """What the change is about."""

    REQUEST = "request"
    """What callers send."""
    RESPONSE = "response"
    """What servers answer."""
    BOTH = "both"


@attrs.frozen
class Kind:
    """One kind of change."""

    id: str
    side: Side
    callers: Severity
    """For callers who keep to the old document."""
    servers: Severity
    """For servers that keep to the old document and are held to the new one."""
    what: str
    """What happened, a sentence without its full stop, with places for names and values."""
    do: str
    """What a caller has to do."""
    old: Tree
    """The example before: a schema, the keywords of an operation, or a document with `paths`."""
    new: Tree
    is_schema: bool = False
    is_of_field: bool = False
    """Whether the example is the object that has the field, not the field itself."""


_SERVERS = {
    (Side.REQUEST, "narrower"): Severity.RISKY,  # it has to refuse what it takes now
    (Side.REQUEST, "wider"): Severity.BREAKING,  # it has to take what it refuses now
    (Side.RESPONSE, "narrower"): Severity.BREAKING,  # it must not send what it sends now
    (Side.RESPONSE, "wider"): Severity.COMPATIBLE,
    (Side.REQUEST, "other"): Severity.RISKY,
    (Side.RESPONSE, "other"): Severity.RISKY,
}


@cache
def load_kinds() -> dict[str, Kind]:
    """Return every kind by its id, those of schemas first."""
    return {kind.id: kind for kind in (*_schema_kinds(), *_operation_kinds())}


def _schema_kinds() -> Iterator[Kind]:
    """Yield two kinds for each entry: a change asks other things of requests and of answers."""
    for entry in _table("schema_kinds.yaml"):
        for side in (Side.REQUEST, Side.RESPONSE):
            severity, do = entry[side.value]
            yield Kind(
                f"{side}-{entry['id']}",
                side,
                Severity(severity),
                _SERVERS[side, entry["way"]],
                entry["what"],
                do,
                entry["old"],
                entry["new"],
                is_schema=True,
                is_of_field=entry.get("frame") == "object",
            )


def _operation_kinds() -> Iterator[Kind]:
    for entry in _table("operation_kinds.yaml"):
        yield Kind(
            entry["id"],
            Side(entry["side"]),
            Severity(entry["callers"]),
            Severity(entry["servers"]),
            entry["what"],
            entry["do"],
            entry["old"],
            entry["new"],
        )


def _table(name: str) -> list[dict[str, Any]]:
    path = FOLDER / name
    entries: list[dict[str, Any]] = read_yaml(path.read_text("utf-8"), str(path))
    return entries
