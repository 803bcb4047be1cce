"""Turns a validator's finding into the problems that the API would list (rules E).

The API speaks the dialect of its validation library: types such as `missing` or `int_type`,
and one sentence for each. Unions are judged by the member that the value comes nearest to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jsonschema_rs

    from mistral_mock.excerpts import Excerpt

Location = tuple[str | int, ...]

TYPES = {
    "string": ("string_type", "Input should be a valid string"),
    "integer": ("int_type", "Input should be a valid integer"),
    "number": ("float_type", "Input should be a valid number"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "array": ("list_type", "Input should be a valid list"),
    "object": ("dict_type", "Input should be a valid dictionary"),
    "null": ("none_required", "Input should be None"),
}
FORMATS = {
    "uuid": ("uuid_parsing", "Input should be a valid UUID"),
    "date-time": ("datetime_parsing", "Input should be a valid datetime"),
}
BOUNDS = {
    "minimum": ("greater_than_equal", "Input should be greater than or equal to {}", "ge"),
    "maximum": ("less_than_equal", "Input should be less than or equal to {}", "le"),
    "exclusiveMinimum": ("greater_than", "Input should be greater than {}", "gt"),
    "exclusiveMaximum": ("less_than", "Input should be less than {}", "lt"),
    "minLength": ("string_too_short", "String should have at least {} characters", "min_length"),
    "maxLength": ("string_too_long", "String should have at most {} characters", "max_length"),
    "minItems": ("too_short", "List should have at least {} items", "min_length"),
    "maxItems": ("too_long", "List should have at most {} items", "max_length"),
}


def explain(
    error: jsonschema_rs.ValidationError, excerpt: Excerpt, base: Location
) -> Iterator[Problem]:
    """The problems behind one finding in an excerpt, with locations that start at `base`."""
    place, value = excerpt.locate(error.instance_path)
    loc = (*base, *place)
    kind, facts = error.kind.name, error.kind.as_dict()
    if kind in {"anyOf", "oneOfNotValid"}:
        best = _find_nearest(facts["context"])
        for each in best:
            yield from explain(each, excerpt, base)
        if not best:
            yield Problem(loc, "Input should match exactly one of the accepted forms", input=value)
    elif kind == "required":
        yield Problem((*loc, facts["property"]), "Field required", "missing", value)
    elif kind == "additionalProperties":
        for name in facts["unexpected"]:
            message = "Extra inputs are not permitted"
            yield Problem((*loc, name), message, "extra_forbidden", _member(value, name))
    else:
        yield _explain_value(kind, facts, loc, value)


def _explain_value(kind: str, facts: dict[str, Any], loc: Location, value: object) -> Problem:
    if kind == "type":
        name = next((t for t in facts["types"] if t != "null"), "null")
        type_, message = TYPES[name]
        return Problem(loc, message, type_, value)
    if kind == "format" and facts["format"] in FORMATS:
        type_, message = FORMATS[facts["format"]]
        return Problem(loc, message, type_, value)
    if kind in BOUNDS:
        type_, message, word = BOUNDS[kind]
        limit = facts["limit"]
        return Problem(loc, message.format(limit), type_, value, {word: limit})
    if kind in {"enum", "constant", "const"}:
        wanted = _spell(facts["options"] if kind == "enum" else [facts["expected_value"]])
        return Problem(
            loc, f"Input should be {wanted}", "literal_error", value, {"expected": wanted}
        )
    return Problem(loc, f"Value error, {kind} does not hold", "value_error", value)


def _find_nearest(
    branches: list[list[jsonschema_rs.ValidationError]],
) -> list[jsonschema_rs.ValidationError]:
    """The findings of the member that got furthest into the value."""
    real = [b for b in branches if not _wants_null(b)] or branches
    return max(real, key=_reach, default=[])


def _wants_null(branch: list[jsonschema_rs.ValidationError]) -> bool:
    return any(e.kind.name == "type" and e.kind.as_dict()["types"] == ["null"] for e in branch)


def _reach(branch: list[jsonschema_rs.ValidationError]) -> tuple[int, int]:
    """Deeper first findings are nearer misses; among equals the fewest findings win."""
    return (min(len(error.instance_path) for error in branch), -len(branch))


def _member(value: object, name: str) -> object:
    return value[name] if isinstance(value, dict) else None


def _spell(options: list[object]) -> str:
    *most, last = [repr(option) for option in options]
    return f"{', '.join(most)} or {last}" if most else last
