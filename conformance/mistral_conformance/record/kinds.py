"""The kinds of JSON values, as sentences name them."""

from __future__ import annotations

TYPES = {
    "null": "null",
    "boolean": "a truth value",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}


def kind_of(value: object) -> str:
    """Return what a JSON value is, such as `a text`; whole numbers and others are told apart."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "boolean": bool,
        "integer": int,
        "number": float,
        "string": str,
        "array": list,
        "object": dict,
    }
    found = (name for name, kind in kinds.items() if isinstance(value, kind))
    return TYPES[next(found, "null")]
