"""Filters over recorded chat completions, and the fields that they can name."""

from __future__ import annotations

import json
import operator
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import ask, ask_streamed
from mistral_conformance.rules.common.observability import (
    LIST_FIELDS,
    OPTIONS,
    SEARCH,
    await_events,
    both,
    choice_fields,
    counted_field,
    found_in,
    ids_in,
    list_fields,
    record_chats,
    search,
)
from mistral_conformance.rules.common.readings import exactly, within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.events import LONG, SEARCH_IDS, SHORT
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.outcome import NotOffered
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_conformance.session.context import Context

COUNTS = "beta.observability.chat_completion_events.fields.fetch_option_counts"
FIELDS = (LIST_FIELDS, OPTIONS, COUNTS)
ORDERS = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
PARTS: dict[str, Callable[[Any, Any], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
}
OPPOSITES = {"neq": "eq", "notcontains": "contains", "excludes": "includes"}
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    **ORDERS,
    **PARTS,
    "eq": operator.eq,
    "len_eq": lambda found, asked: len(found) == asked,
}
CHOICES = ("includes", "excludes")


@rule(MUST, "document: FilterGroup", (SEARCH,))
def groups_join_conditions(ctx: Context) -> None:
    """AND takes events that pass all conditions, OR those that pass one, also when nested."""
    wanted = record_chats(ctx, SHORT, LONG)
    number = {"field": counted_field(ctx), "value": 0}
    none, some = {**number, "op": "lt"}, {**number, "op": "gte"}
    for filters, count in (
        (both(wanted, none), 0),
        (both(wanted, some), 2),
        (both(wanted, {"OR": [none, some]}), 2),
        (both(wanted, {"OR": [none, both(some, none)]}), 0),
        ({"AND": [wanted], "OR": [none]}, 0),
        ({"AND": [wanted], "OR": [none, some]}, 2),
    ):
        found = search(ctx, filters)
        expect_equal(ctx, len(found_in(found)), count, "the number of events", found)
    other = record_chats(ctx, SHORT)
    for filters, count in (({"OR": [wanted, other]}, 3), (both(wanted, other), 0)):
        found = search(ctx, filters)
        expect_equal(ctx, len(found_in(found)), count, "the number of events", found)


@rule(
    MUST,
    (
        "document: FilterOperator; document: BaseFieldDefinition.supported_operators; "
        "RFC 3339 (times with an offset)"
    ),
    (LIST_FIELDS, SEARCH),
)
def conditions_compare(ctx: Context) -> None:
    """Of each type of field, every listed operator takes the events whose shown value fits."""
    wanted = record_chats(ctx, SHORT, LONG)
    found = search(ctx, wanted, extra_fields=[str(each["name"]) for each in list_fields(ctx)])
    events = {
        str(each["event_id"]): {**each, **within(each, "extra_fields")} for each in found_in(found)
    }
    exactly(2, events, "events of two chats", found)
    for field, value in _one_of_each_type(ctx, list(events.values())):
        for op, asked in conditions(field, value, word(ctx)):
            condition = {"field": field["name"], "op": op, "value": asked}
            body = {"search_params": {"filters": both(wanted, condition)}}
            taken = ctx.api.call(SEARCH, json=body)
            if isinstance(asked, float) and 400 <= taken.status < 500:
                continue  # a field of whole numbers may want whole numbers
            ctx.expect_status(taken, 200)
            due = {id_ for id_, each in events.items() if holds(op, each[field["name"]], asked)}
            said = f"{field['name']} {op} {asked!r} takes {len(ids_in(taken))}, {len(due)} fit"
            ctx.expect(set(ids_in(taken)) == due, said, found, taken)


@rule(SHOULD, "document: FilterCondition", (SEARCH, SEARCH_IDS))
def wrong_filters_are_refused(ctx: Context) -> None:
    """A filter that names a field or an operator that there is not is refused."""
    for field, op in (("conformance_no_such_field", "eq"), (counted_field(ctx), "icontains")):
        filters = {"field": field, "op": op, "value": "x"}
        for operation in (SEARCH, SEARCH_IDS):
            answer = ctx.api.call(operation, json={"search_params": {"filters": filters}})
            expect_refused(ctx, answer, f"{field} {op}")


@rule(MUST, "document: BaseFieldDefinition", (LIST_FIELDS,))
def fields_are_in_order(ctx: Context) -> None:
    """Fields have different names, a group that is listed, and operators to filter with."""
    listed = ctx.answer(LIST_FIELDS)
    fields, groups = listed["field_definitions"], listed["field_groups"]
    names = [each["name"] for each in fields]
    ctx.expect(names, "there is no field", listed)
    ctx.expect(len(names) == len(set(names)), "a field is listed twice", listed)
    known = {each["name"] for each in groups} | {None}
    for each in fields:
        ctx.expect(each.get("group") in known, f"{each.get('name')} is in no group", listed)
        ctx.expect(each["supported_operators"], f"{each.get('name')} has no operator", listed)


@rule(SHOULD, "document: FetchChatCompletionFieldOptionsResponse", (OPTIONS,))
def options_are_what_occurs(ctx: Context) -> None:
    """The options of a field that has a set of values have that of a recorded chat."""
    names = choice_fields(ctx)
    found = search(ctx, record_chats(ctx, SHORT), extra_fields=names)
    shown = within(found_in(found)[0], "extra_fields")
    told = 0
    for name in names:
        answer = ctx.answer(OPTIONS, field_name=name, query={"operator": "eq"})
        options, value = answer.get("options"), shown.get(name)
        if isinstance(options, list) and value is not None:
            ctx.expect(value in options, f"the options of {name} lack {value}", found, answer)
            told += 1
    if not told:
        ctx.skip("no field that an event shows has a fixed set of values")


@rule(SHOULD, "document: FetchChatCompletionFieldOptionsResponse", FIELDS[:2])
def options_come_once(ctx: Context) -> None:
    """No field offers a value twice, whatever the operator is."""
    record_chats(ctx, SHORT, SHORT, LONG)
    for field in list_fields(ctx):
        name = field["name"]
        for op in field["supported_operators"]:
            answer = ctx.answer(OPTIONS, field_name=name, query={"operator": op})
            offered = [json.dumps(each) for each in answer.get("options") or ()]  # true is not 1
            twice = sorted({each for each in offered if offered.count(each) > 1})
            said = f"{name} offers {' and '.join(twice)} twice for {op}"
            ctx.expect(not twice, said, answer)


@rule(
    MUST,
    "harm: what others ask is shown to a stranger",
    FIELDS,
    needs=("stranger",),
)
def options_hide_others(ctx: Context) -> None:
    """No field offers or counts a value that only the chat of a stranger has."""
    sign = word(ctx)
    ask(ctx, SHORT, by=ctx.as_("stranger"), metadata={sign: sign})
    for field in list_fields(ctx):
        name = field["name"]
        for op in field["supported_operators"]:
            answer = ctx.api.call(OPTIONS, field_name=name, query={"operator": op})
            ctx.expect(sign not in answer.text, f"{name} offers what a stranger has sent", answer)
        counted = ctx.api.call(COUNTS, field_name=name, json={})
        ctx.expect(sign not in counted.text, f"{name} counts what a stranger has sent", counted)


@rule(MUST, "document: FieldOptionCountItem", (COUNTS,))
def option_counts_add_up(ctx: Context) -> None:
    """The counts of a field's values cover the events that pass the filter, and no others.

    Of what is true or false both are counted, or neither is.
    """
    sign = word(ctx)
    record_chats(ctx, SHORT, SHORT, sign=sign)
    streamed = _is_streamed(ctx, f"{SHORT} {sign}")
    wanted = await_events(ctx, sign, 2 + streamed)
    flags = [str(each["name"]) for each in list_fields(ctx) if each["type"] == "BOOL"]
    names = [*choice_fields(ctx), *flags]
    found = search(ctx, wanted, extra_fields=names)
    shown = [within(each, "extra_fields") for each in found_in(found)]
    body = {"filter_params": {"filters": wanted}}
    known = [name for name in names if all(each.get(name) is not None for each in shown)]
    if not known:
        ctx.skip("the events show no field that has a set of values")
    for name in known:
        answer = ctx.answer(COUNTS, field_name=name, json=body)
        counts = {each["value"]: each["count"] for each in answer["counts"]}
        values = [each[name] for each in shown]
        due = {value: values.count(value) for value in values}
        nonzero = {value: count for value, count in counts.items() if count}
        if name in flags:  # their values are told as text, in whatever letters
            told, all_ = sorted(nonzero.values()), sorted(due.values())
            expect_equal(ctx, told or all_, all_, f"the counts of {name}", found, answer)
        else:
            expect_equal(ctx, nonzero, due, f"the counts of {name}", found, answer)


def _is_streamed(ctx: Context, words: str) -> bool:
    """Ask for a stream of an answer; say whether one came."""
    try:
        ask_streamed(ctx, words, max_tokens=40)
    except NotOffered:
        return False
    return True


@rule(MUST, "document: FieldOptionCountItem", (LIST_FIELDS, SEARCH, COUNTS))
def option_counts_are_those_found(ctx: Context) -> None:
    """A value counts as many events as a search for it finds, those once that have it twice."""
    sign = word(ctx)
    tools = [_tool(f"{name}_{sign}") for name in ("one", "other", "one")]
    for few in (tools, tools[:1]):
        more: dict[str, Any] = {"tools": few, "tool_choice": "none", "metadata": {sign: sign}}
        ask(ctx, f"{SHORT} {sign}", max_tokens=40, **more)
    wanted = await_events(ctx, sign, 2)
    for field in list_fields(ctx):
        name = field["name"]
        if "includes" in field["supported_operators"]:
            body = {"filter_params": {"filters": wanted}}
            answer = ctx.answer(COUNTS, field_name=name, json=body)
            for each in answer["counts"]:
                condition = {"field": name, "op": "includes", "value": [each["value"]]}
                found = search(ctx, both(wanted, condition))
                what = f"the count of {each['value']!r} of {name}"
                expect_equal(ctx, each["count"], len(ids_in(found)), what, answer, found)


def _tool(name: str) -> dict[str, Any]:
    """Return a function that takes nothing."""
    parameters = {"type": "object", "properties": {}}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


def _one_of_each_type(
    ctx: Context, events: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Any]]:
    """Of each type a field with its greatest value, most apart, and one that the events lack.

    What no event shows under the field's name has a value that nobody but the server knows.
    """
    chosen: dict[Any, tuple[dict[str, Any], Any]] = {}
    for field in list_fields(ctx):
        name = field["name"]
        values = [each[name] for each in events if name in each]
        if len(values) < len(events):
            continue
        if all(each is None for each in values):
            chosen.setdefault(None, (field, None))
        elif all(values) and (field["type"] not in chosen or values[0] != values[1]):
            chosen[field["type"]] = field, max(values, key=_size)
    yield from chosen.values()


def _size(value: Any) -> float | str:  # noqa: ANN401 - JSON
    """Return what tells which of two values is the greater one."""
    return value if isinstance(value, int | float) else str(value)


def conditions(field: dict[str, Any], value: Any, other: str) -> list[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Return what to ask a field that has the value: pairs of an operator and its operand."""
    asked: dict[str, list[Any]] = {"isnull": [True, False]}
    if field["type"] == "TIMESTAMP" and value is not None:
        near = [read_time(value) + timedelta(seconds=each) for each in (-3600, 3600)]
        zones = [timezone(timedelta(hours=each)) for each in (0, 5, -5)]
        asked |= _ask(ORDERS, *(e.astimezone(z).isoformat() for e in near for z in zones))
    elif isinstance(value, str):
        turned = value.swapcase()
        parts = [value[:6], value[-6:], value[2:9], turned[:6], turned[-6:], turned[2:9], value]
        asked |= _ask((*PARTS, *(f"i{each}" for each in PARTS), "notcontains"), *parts)
        asked |= _ask(("eq", "neq"), value, other)
        asked |= _ask(CHOICES, [value, other], [other, value])
    elif isinstance(value, list):
        asked |= _ask(CHOICES, [value[0]], [other])
        asked["len_eq"] = [len(value), len(value) + 1]
    elif isinstance(value, int | float):
        asked |= _ask((*ORDERS, "eq", "neq"), value, value - 0.5, value + 0.5)
    known = field["supported_operators"]
    return [(op, each) for op, values in asked.items() if op in known for each in values]


def _ask(operators: Iterable[str], *values: object) -> dict[str, list[Any]]:
    """Return each of the values for each of the operators."""
    return {each: list(values) for each in operators}


def holds(op: str, found: Any, asked: Any) -> bool:  # noqa: ANN401 - JSON
    """Say whether a value that an event shows fits a condition."""
    if op in OPPOSITES:
        return not holds(OPPOSITES[op], found, asked)
    if op == "isnull":
        return (found is None) is asked
    if op == "includes":
        return any(each in (found if isinstance(found, list) else [found]) for each in asked)
    if op in ORDERS and isinstance(found, str):
        found, asked = read_time(found), read_time(asked)
    if op not in TESTS:
        return TESTS[op.removeprefix("i")](found.lower(), asked.lower())
    return TESTS[op](found, asked)
