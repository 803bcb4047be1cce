"""Strict reading: an answer that lacks what the document requires, or adds to it, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_generated.base import Model, find_missing, known_fields, values_of, wire_names

if TYPE_CHECKING:
    from collections.abc import Iterator

# How many findings a message names.
_NAMED = 10


def check(value: object) -> None:
    """Accept a value that is as the document says.

    Raises:
        ValueError: It is not; the error names the missing and unknown fields.

    """
    findings = [f"{path} is missing" for path in find_missing(value)]
    findings += [f"{path} is unknown" for path in _unknown(value, "")]
    if findings:
        more = f" and {len(findings) - _NAMED} more" if len(findings) > _NAMED else ""
        raise ValueError(f"in strict mode: {', '.join(findings[:_NAMED])}{more}")


def _unknown(value: object, path: str) -> Iterator[str]:
    """Yield the dotted path of every field, in a value or inside it, that no model knows."""
    if isinstance(value, Model):
        values = values_of(value)
        # A model without fields of its own stands for objects with any.
        if known_fields(value):
            kept: dict[str, object] = values.get("additional_properties", {})
            yield from (f"{path}{name}" for name in kept.keys() - wire_names(value))
        for name, inner in values.items():
            if name != "additional_properties":
                yield from _unknown(inner, f"{path}{name}.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown(item, f"{path}{index}.")
