"""The filter language of recorded chat completions: conditions, and groups with AND and OR.

A field without a value holds no condition but `isnull`, `eq` with null, and those that ask for the
opposite of something (`neq`, `notcontains`, `excludes`); a group with both AND and OR asks for
both, an empty one for nothing (our choice, as is that wrong filters answer 400).
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_mock import clock, pages
from mistral_mock.resources.observability import field_table
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_mock.errors import APIError
    from mistral_mock.resources.observability.field_table import Field
    from mistral_mock.resources.observability.recordings import Reading

    Test = Callable[[Reading], bool]
    Compare = Callable[[Any, Any], bool]

OPPOSITES = {
    "neq": "eq",
    "notcontains": "contains",
    "inotcontains": "icontains",
    "excludes": "includes",
}
COMPARISONS: dict[str, Compare] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
    "len_eq": lambda found, wanted: len(found) == wanted,
    "matches": lambda found, wanted: wanted.is_valid(found),
}
LISTS = frozenset({"includes", "excludes"})


def make_test(payload: Mapping[str, Any] | None) -> Test:
    """Return what tells whether an event passes a `FilterPayload`; none, or a null one, passes all.

    Raises:
        APIError: 400 `SEARCH_BAD_REQUEST`, a condition names no field, an operator that the field
            does not have, or a value of another type.

    """
    found = (payload or {}).get("filters")
    return _pass if found is None else make_filter(found)


def _pass(_: Reading) -> bool:
    return True


def make_filter(found: Mapping[str, Any]) -> Test:
    """Return the test of a group or of a condition."""
    if "field" in found or "op" in found:
        return make_condition(found)
    every = [make_filter(each) for each in found.get("AND") or ()]
    some = [make_filter(each) for each in found.get("OR") or ()]
    return lambda reading: (
        all(test(reading) for test in every) and (not some or any(test(reading) for test in some))
    )


def make_condition(condition: Mapping[str, Any]) -> Test:
    """Return the test of a field against a value."""
    absent = [name for name in ("field", "op", "value") if name not in condition]
    if absent:
        raise refuse(f"A condition has no {' and no '.join(absent)}")
    name, op = condition["field"], condition["op"]
    field = field_table.BY_NAME.get(name) if isinstance(name, str) else None
    if field is None:
        raise refuse(f"There is no field {name}")
    if op not in field.operators:
        raise refuse(f"The field {name} has no operator {op}")
    wanted = read_value(field, op, condition["value"])
    return lambda reading: compare(field.compute(reading), op, wanted)


def compare(found: Any, op: str, wanted: Any) -> bool:  # noqa: ANN401 - of any field's type
    """Say whether the value that was found stands in this relation to the one that is wanted."""
    if op in OPPOSITES:
        return not compare(found, OPPOSITES[op], wanted)
    if op == "isnull":
        return (found is None) is wanted
    if found is None or wanted is None:
        return op == "eq" and found is wanted
    if op == "includes":
        return includes(found, wanted)
    if op not in COMPARISONS:
        return COMPARISONS[op.removeprefix("i")](found.casefold(), wanted.casefold())
    return COMPARISONS[op](found, wanted)


def includes(found: Any, wanted: Any) -> bool:  # noqa: ANN401 - a text, a list or a mapping
    """Say whether the text, or an entry of the list or mapping, is among those wanted."""
    if isinstance(wanted, dict):
        return pages.has_entries(found, wanted)
    return found in wanted if isinstance(found, str) else any(each in found for each in wanted)


def read_value(field: Field, op: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the value of a condition, of the type that the operator compares with.

    Raises:
        APIError: 400 `SEARCH_BAD_REQUEST`, it has another type.

    """
    if op in {"eq", "neq"} and value is None:
        return None
    if op in LISTS:
        return _read_list(field, value)
    read = READERS.get(op) or READERS.get(field.type, _read_text)
    found = read(value)
    if found is None:
        raise refuse(f"The value of {field.name} {op} has the wrong type: {value!r:.100}")
    return found


def _read_list(field: Field, value: object) -> object:
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
        return listed
    if field.type == "MAP" and isinstance(value, dict):
        return value
    raise refuse(f"The value for {field.name} has to be a text or a list of texts")


def _read_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _read_truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _read_number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _read_length(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_moment(value: object) -> datetime | None:
    """Return the moment; one without a zone is in UTC."""
    try:
        found = datetime.fromisoformat(str(value))
        return clock.parse(str(value)) if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return None


def _read_pattern(value: object) -> jsonschema_rs.Draft202012Validator:
    """Return what checks a regular expression, in linear time."""
    options = jsonschema_rs.RegexOptions()
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": value}, pattern_options=options)
    except ValueError as error:
        raise refuse(f"This is not a regular expression: {value!r:.100}") from error


READERS: dict[str, Callable[[object], Any]] = {
    "isnull": _read_truth,
    "len_eq": _read_length,
    "matches": _read_pattern,
    "BOOL": _read_truth,
    "INT": _read_number,
    "FLOAT": _read_number,
    "TIMESTAMP": _read_moment,
}


def refuse(reason: str) -> APIError:
    """Return 400 for a filter that cannot be used."""
    return observability_error(400, reason, "SEARCH_BAD_REQUEST")
