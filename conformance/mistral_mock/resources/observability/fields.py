"""The fields of recorded chat completions: the list, the values that occur, and how often."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from mistral_mock.answers import json_answer
from mistral_mock.registry import operation
from mistral_mock.resources.observability import field_table, filters, recordings
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.observability.field_table import Field
    from mistral_mock.resources.observability.recordings import Reading


@operation("beta.observability.chat_completion_events.fields.list")
def list_fields(_: Context) -> Answer:
    """Return all fields and their groups."""
    groups = [{"name": name, "label": label} for name, label in field_table.GROUPS.items()]
    return json_answer(
        {"field_definitions": [view(each) for each in field_table.FIELDS], "field_groups": groups}
    )


@operation("beta.observability.chat_completion_events.fields.fetch_options")
def fetch_options(ctx: Context) -> Answer:
    """Return the values to compare a field with; null where field and operator have no fixed set.

    An operator that the field does not have offers none either (our choice).
    """
    field = find_field(ctx.path["field_name"])
    readings = recordings.read_all(ctx)
    return json_answer({"options": list_options(field, ctx.query["operator"], readings)})


@operation("beta.observability.chat_completion_events.fields.fetch_option_counts")
def fetch_option_counts(ctx: Context) -> Answer:
    """Return how many of the matching events have each value of a field, most frequent first."""
    field = find_field(ctx.path["field_name"])
    holds = filters.make_test(ctx.body.get("filter_params"))
    matching = (reading for reading in recordings.read_all(ctx) if holds(reading))
    counted = count_values(field, matching)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return json_answer({"counts": [{"value": value, "count": n} for value, n in ranked]})


def find_field(name: str) -> Field:
    """Return the field with the name.

    Raises:
        APIError: 404 `FIELDS_NOT_FOUND`.

    """
    if name not in field_table.BY_NAME:
        raise observability_error(404, f"There is no field {name}", "FIELDS_NOT_FOUND")
    return field_table.BY_NAME[name]


def view(field: Field) -> dict[str, Any]:
    """Return the field as the API writes it."""
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "group": field.group,
        "supported_operators": list(field.operators),
    }


def list_options(field: Field, operator: str, readings: list[Reading]) -> list[Any] | None:
    """Return what a filter can sensibly compare the field with.

    None when that is not a fixed set.
    """
    if operator not in field.operators:
        return None
    if operator == "isnull" or field.type == "BOOL":
        return [True, False]
    if operator == "len_eq" or field.type not in field_table.LISTED:
        return None
    return sorted(count_values(field, readings))


def count_values(field: Field, readings: Iterable[Reading]) -> Counter[str]:
    """Return how many events have each value, as text.

    An event counts once for each of its entries.
    """
    return Counter(value for reading in readings for value in _list_values(field, reading))


def _list_values(field: Field, reading: Reading) -> Iterator[str]:
    value = field.compute(reading)
    if isinstance(value, list | dict):
        yield from set(value)
    elif value is not None:
        yield field_table.spell(value)
