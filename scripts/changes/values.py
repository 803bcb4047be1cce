"""The parts of a shape: what fits in one place of a document."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs

COMPONENT = "#/components/schemas/"
Bound: TypeAlias = tuple[float, int]
"""A value, and whether what fits begins there (0), beyond it (1) or before it (-1)."""


@attrs.frozen(eq=False)
class Located:
    """A schema and where it is written."""

    node: Any
    at: str


@attrs.define(eq=False)
class Form:
    """One way that a value may look: a type with what holds for it."""

    at: str
    name: str | None = None
    """The component that it is, where it is one."""
    type: str | None = None
    """None where every type fits."""
    values: tuple[Any, ...] | None = None
    """The only values, where they are listed."""
    open: bool = False
    """Whether the list of values is said to grow."""
    plain: dict[str, Any] = attrs.field(factory=dict)
    """Keywords with one value each: format, pattern, lengths."""
    minimum: Bound | None = None
    maximum: Bound | None = None
    fields: dict[str, Located] = attrs.field(factory=dict)
    required: set[str] = attrs.field(factory=set)
    items: Located | None = None
    places: list[Located] = attrs.field(factory=list)
    """Items that are described by their place."""
    extra: Located | None = None
    """What keys that are not listed hold, where that is said."""
    closed: bool = False
    """Whether keys that are not listed are forbidden."""
    conditions: dict[str, str] = attrs.field(factory=dict)
    """Conditions that are compared as text."""


@attrs.define(eq=False)
class Shape:
    """What fits in one place."""

    at: str
    forms: list[Form]
    nullable: bool = False
    exclusive: bool = False
    """Whether exactly one form has to fit."""
    place: dict[str, Any] = attrs.field(factory=dict)
    """Default, deprecation and direction: what holds for the place more than for the value."""
    tag: str | None = None
    """The field that tells the forms apart."""
    mapping: dict[str, str] = attrs.field(factory=dict)
    """Form by value of the tag."""
    name: str | None = None
    """The component that the union is, where it is one."""

    @property
    def only(self) -> Form | None:
        """The form, where there is one alone."""
        return self.forms[0] if len(self.forms) == 1 else None


def escaped(part: str) -> str:
    """Return the part as it stands in a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")
