"""One schema that asks for what two schemas ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]

LARGER = frozenset(
    {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"}
)
SMALLER = frozenset(
    {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"}
)
BY_NAME = frozenset({"properties", "patternProperties", "$defs", "definitions"})
WHOLE = frozenset({"items", "additionalProperties", "propertyNames", "contains"})


def merge(first: Schema | bool, second: Schema | bool) -> Schema | bool:
    """Return the schema that accepts what both accept, as far as keywords can say it."""
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    merged = dict(first)
    for word, value in second.items():
        merge_keyword(merged, word, value)
    return merged


def merge_keyword(merged: Schema, word: str, value: Any) -> None:  # noqa: ANN401 - JSON
    """Add what one keyword asks for to a schema."""
    if word not in merged or merged[word] == value:
        merged[word] = value
    elif word in LARGER:
        merged[word] = max(merged[word], value)
    elif word in SMALLER:
        merged[word] = min(merged[word], value)
    elif word in BY_NAME:
        merged[word] = merge_by_name(merged[word], value)
    elif word in WHOLE and not isinstance(value, list):
        merged[word] = merge(merged[word], value)
    elif word in COMBINED:
        merged[word] = COMBINED[word](merged[word], value)
    elif word in UNIONS:
        merged["allOf"] = [*merged.get("allOf", []), {word: value}]


def merge_by_name(first: Schema, second: Schema) -> Schema:
    """Return the members of both, merged where both have one."""
    shared = {name: merge(first[name], second[name]) for name in first.keys() & second.keys()}
    return {**first, **second, **shared}


def intersect(first: list[Any], second: list[Any]) -> list[Any]:
    """Return what is in both lists."""
    return [value for value in first if value in second]


def intersect_types(first: str | list[str], second: str | list[str]) -> list[str]:
    """Return the types in both; an integer is a number."""
    ones, others = list_types(first), list_types(second)
    kept = [type_ for type_ in ones if type_ in others]
    whole = ("integer" in ones and "number" in others) or ("number" in ones and "integer" in others)
    return [*kept, "integer"] if whole and "integer" not in kept else kept


def list_types(types: str | list[str]) -> list[str]:
    """Return the types as a list."""
    return [types] if isinstance(types, str) else types


def unite(first: list[str], second: list[str]) -> list[str]:
    """Return the names in either list, each once."""
    return list(dict.fromkeys([*first, *second]))


def chain(first: list[Any], second: list[Any]) -> list[Any]:
    """Return both lists."""
    return [*first, *second]


COMBINED: dict[str, Callable[[Any, Any], Any]] = {
    "allOf": chain,
    "enum": intersect,
    "required": unite,
    "type": intersect_types,
}
UNIONS = frozenset({"anyOf", "oneOf", "$ref", "const", "pattern", "not", "multipleOf", "if"})
"""Keywords that stand side by side under `allOf` when both schemas have them."""
