"""One change between two documents."""

from __future__ import annotations

import json
from typing import Any

import attrs

from changes.kinds import Kind, Severity, Side, load_kinds

TEXT_MAX = 120
"""How much of a value is told, in characters."""


@attrs.frozen
class Operation:
    """An operation that a change reaches."""

    name: str
    """Method and path, as `GET /v1/models`."""
    method: str | None
    """The client's method, as `client.models.list`; None where the client has none."""


@attrs.frozen
class Change:
    """One thing that is not as it was."""

    kind: Kind
    pointer: str
    """Where it is, a JSON pointer into the new document, or the old one for what is gone."""
    values: dict[str, str] = attrs.field(factory=dict)
    """What the sentence names."""
    operations: tuple[Operation, ...] = ()
    """All operations that it reaches."""
    others: tuple[str, ...] = ()
    """Where the same is besides."""

    @property
    def pointers(self) -> tuple[str, ...]:
        """Everywhere that it is."""
        return self.pointer, *self.others

    @property
    def severity(self) -> Severity:
        """How much it asks of callers."""
        return self.kind.callers

    @property
    def side(self) -> Side:
        """Whether it is about what callers send, what servers answer, or both."""
        return self.kind.side

    @property
    def sentence(self) -> str:
        """What happened, and what a caller has to do."""
        what = self.kind.what.format_map(self.values)
        return f"{what[0].upper()}{what[1:]}. {self.kind.do.format_map(self.values)}"


def change(kind: str, pointer: str, **values: object) -> Change:
    """Return the change of that kind; the values are shown as JSON, names as they are."""
    shown = {key: _shown(value) for key, value in values.items()}
    return Change(load_kinds()[kind], pointer, {"name": "?", "old": "none", "new": "none"} | shown)


def _shown(value: object) -> str:
    text = value if isinstance(value, Text) else "none" if value is None else _json(value)
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 3] + "..."


def _json(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    return json.dumps(value, ensure_ascii=False, default=str)


class Text(str):
    """A value that is words already, so that no quotation marks go around it."""

    __slots__ = ()
