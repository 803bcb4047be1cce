"""What changed in the limits of one form: values, format, bounds, whether further keys fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from changes.change import Text

if TYPE_CHECKING:
    from changes.values import Form

COUNTS = (
    ("minLength", "min-length", True),
    ("maxLength", "max-length", False),
    ("minItems", "min-items", True),
    ("maxItems", "max-items", False),
    ("minProperties", "min-properties", True),
    ("maxProperties", "max-properties", False),
)
_LARGER = {("int32", "int64"), ("float", "double")}
_CONDITIONS = "condition-changed"


class Add(Protocol):
    """Takes a change: its kind without its side, where it is, and what is told of it."""

    def __call__(self, kind: str, pointer: str, **values: object) -> None:
        """Add the change."""


def compare_facets(old: Form, new: Form, add: Add) -> None:
    """Add what changed between two forms, their fields and items left aside."""
    if (old.type, new.type) == ("integer", "number"):
        add("number-widened", new.at)
    elif (old.type, new.type) == ("number", "integer"):
        add("number-narrowed", new.at)
    _compare_values(old, new, add)
    _compare_format(old, new, add)
    _compare_limits(old, new, add)
    _compare_rules(old, new, add)
    if old.type == new.type == "object":
        _compare_extra(old, new, add)
    _compare_conditions(old, new, add)


def _compare_values(old: Form, new: Form, add: Add) -> None:
    """Compare listed values: one that is fixed, several, or none."""
    before, after = old.values, new.values
    if before is None or after is None:
        if before is not after:
            kind = "enum-removed" if after is None else "enum-added"
            add(kind, new.at, old=_listed(before), new=_listed(after))
        return
    gone = [value for value in before if not _within(value, after)]
    added = [value for value in after if not _within(value, before)]
    if len(before) == len(after) == 1 and gone:
        add("const-changed", new.at, old=before[0], new=after[0])
        return
    for value in gone:
        add("enum-value-removed", f"{old.at}/enum", old=value)
    for value in added:
        kind = "open-enum-value-added" if old.open or new.open else "enum-value-added"
        add(kind, f"{new.at}/enum", new=value)


def _within(value: Any, values: tuple[Any, ...]) -> bool:  # noqa: ANN401 - JSON of any kind
    return any(value == other and type(value) is type(other) for other in values)


def _listed(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _compare_format(old: Form, new: Form, add: Add) -> None:
    before, after = old.plain.get("format"), new.plain.get("format")
    if before == after:
        return
    kind = "format-changed"
    if before is None or after is None:
        kind = "format-added" if before is None else "format-removed"
    elif (before, after) in _LARGER:
        kind = "format-widened"
    elif (after, before) in _LARGER:
        kind = "format-narrowed"
    add(kind, f"{new.at}/format", old=_text(before), new=_text(after))


def _compare_limits(old: Form, new: Form, add: Add) -> None:
    """Bounds; one that is not there is the loosest."""
    bounds: list[tuple[str, Any, Any, bool]] = [
        ("minimum", old.minimum, new.minimum, True),
        ("maximum", old.maximum, new.maximum, False),
    ]
    bounds += [(name, old.plain.get(key), new.plain.get(key), low) for key, name, low in COUNTS]
    for name, before, after, is_low in bounds:
        if before == after:
            continue
        is_raised = after > before if None not in (before, after) else (before is None) == is_low
        told = {"old": _limit(before), "new": _limit(after)}
        add(f"{name}-{'raised' if is_raised else 'lowered'}", new.at, **told)


def _limit(bound: Any) -> Any:  # noqa: ANN401 - a count, or a value with its side
    """Return the bound as a person says it."""
    if not isinstance(bound, tuple):
        return bound
    value, beyond = bound
    return value if not beyond else Text(f"{'above' if beyond > 0 else 'below'} {value}")


def _compare_rules(old: Form, new: Form, add: Add) -> None:
    """Multiples, patterns, encodings and whether items differ."""
    for key, name in (("multipleOf", "multiple-of"), ("pattern", "pattern")):
        before, after = old.plain.get(key), new.plain.get(key)
        if before != after:
            way = "added" if before is None else "removed" if after is None else "changed"
            add(f"{name}-{way}", f"{new.at}/{key}", old=_text(before), new=_text(after))
    unique = bool(new.plain.get("uniqueItems"))
    if bool(old.plain.get("uniqueItems")) != unique:
        add(f"unique-items-{'added' if unique else 'removed'}", new.at)
    for key, kind in (
        ("contentEncoding", "encoding-changed"),
        ("contentMediaType", "content-type-changed"),
        ("propertyNames", "key-names-changed"),
    ):
        before, after = old.plain.get(key), new.plain.get(key)
        if before != after:
            add(kind, new.at, old=_text(before), new=_text(after))


def _compare_extra(old: Form, new: Form, add: Add) -> None:
    """Compare what keys that are not listed may hold."""
    if old.closed != new.closed:
        add("object-closed" if new.closed else "object-opened", new.at)
    elif (old.extra is None) != (new.extra is None):
        kind = "extra-keys-untyped" if new.extra is None else "extra-keys-typed"
        told = [
            None if one is None else one.node.get("type", "a schema")
            for one in (old.extra, new.extra)
        ]
        add(kind, new.at, old=_text(told[0]), new=_text(told[1]))


def _compare_conditions(old: Form, new: Form, add: Add) -> None:
    changed = [
        key
        for key in sorted({*old.conditions, *new.conditions})
        if old.conditions.get(key) != new.conditions.get(key)
    ]
    if changed:
        add(_CONDITIONS, new.at, new=Text(", ".join(changed)))


def _text(value: Any) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return text without quotation marks, anything else as it is."""
    return Text(value) if isinstance(value, str) else value
