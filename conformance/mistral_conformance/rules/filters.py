"""Filters over recorded chat completions, and the fields that they can name."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import ask
from mistral_conformance.rules.common.observability import (
    LIST_FIELDS,
    SEARCH,
    both,
    found_in,
    ids_in,
    list_fields,
    record_chats,
    search,
    text_fields,
)
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.events import LONG, SEARCH_IDS, SHORT
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.rules.common.observability import Filter
    from mistral_conformance.session.context import Context

OPTIONS = "beta.observability.chat_completion_events.fields.fetch_options"
COUNTS = "beta.observability.chat_completion_events.fields.fetch_option_counts"
ORDERS = {"lt": (-1,), "lte": (-1, 0), "gt": (1,), "gte": (1, 0), "eq": (0,), "neq": (-1, 1)}
"""The comparisons, each with the signs of a difference that pass."""


@rule(
    id="filters.groups-join-conditions",
    level=MUST,
    source="document: FilterGroup",
    operations=(SEARCH,),
)
def groups_join_conditions(ctx: Context) -> None:
    """AND takes events that pass all conditions, OR those that pass one, also when nested."""
    wanted = record_chats(ctx, SHORT, LONG)
    none = {"field": "nb_input_tokens", "op": "lt", "value": 0}
    some = {"field": "nb_input_tokens", "op": "gte", "value": 0}
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
    id="filters.numbers-compare",
    level=MUST,
    source="document: FilterOperator",
    operations=(SEARCH,),
)
def numbers_compare(ctx: Context) -> None:
    """Each comparison of a number takes the events for which it is true, and no other."""
    wanted = record_chats(ctx, SHORT, LONG)
    sizes = {
        str(each["event_id"]): each["nb_input_tokens"] for each in found_in(search(ctx, wanted))
    }
    bound = max(sizes.values())
    for op, signs in ORDERS.items():
        condition = {"field": "nb_input_tokens", "op": op, "value": bound}
        found = search(ctx, both(wanted, condition))
        due = {id_ for id_, size in sizes.items() if (size > bound) - (size < bound) in signs}
        ctx.expect(set(ids_in(found)) == due, f"{op} {bound} takes other events", found)


@rule(
    id="filters.times-compare",
    level=MUST,
    source="document: FilterOperator; RFC 3339 (times with an offset)",
    operations=(LIST_FIELDS, SEARCH),
)
def times_compare(ctx: Context) -> None:
    """A time is compared as the moment that it is, in whatever zone it is written."""
    if not any(each["name"] == "created_at" for each in list_fields(ctx)):
        ctx.skip("events cannot be found by when they were made")
    wanted = record_chats(ctx, SHORT, SHORT)
    newest = max(found_in(search(ctx, wanted)), key=lambda each: str(each["created_at"]))
    moment = read_time(newest["created_at"])
    for hours in (0, 5, -5):
        near = moment.astimezone(timezone(timedelta(hours=hours)))
        for op, shift, count in (("lte", 60, 2), ("gte", -3600, 2), ("gte", 60, 0)):
            value = (near + timedelta(seconds=shift)).isoformat()
            found = search(ctx, both(wanted, {"field": "created_at", "op": op, "value": value}))
            expect_equal(ctx, len(found_in(found)), count, f"events {op} {value}", found)


@rule(
    id="filters.choices-compare",
    level=MUST,
    source="document: FilterOperator (includes, excludes)",
    operations=(LIST_FIELDS, SEARCH),
)
def choices_compare(ctx: Context) -> None:
    """Of several values that a field includes or excludes each one counts, in any order."""
    named = [each for each in list_fields(ctx) if each["name"] == "model_name"]
    if not named or "includes" not in named[0]["supported_operators"]:
        ctx.skip("models cannot be included")
    wanted = record_chats(ctx, SHORT)
    found = search(ctx, wanted, extra_fields=["model_name"])
    model = within(found_in(found)[0], "extra_fields", "model_name")
    for values in ([model, word(ctx)], [word(ctx), model]):
        for op, count in (("includes", 1), ("excludes", 0)):
            condition = {"field": "model_name", "op": op, "value": values}
            chosen = search(ctx, both(wanted, condition))
            expect_equal(ctx, len(found_in(chosen)), count, f"events that {op} {values}", chosen)


@rule(
    id="filters.texts-compare",
    level=MUST,
    source="document: FilterOperator",
    operations=(SEARCH,),
)
def texts_compare(ctx: Context) -> None:
    """What looks into a text takes an event by its beginning, end or part, in the right case."""
    wanted = record_chats(ctx, SHORT)
    name, value, operators = _text_of(ctx, wanted)
    other = value.swapcase()
    cases = (
        *(("startswith", value[:6], 1), ("endswith", value[-6:], 1), ("contains", value[2:9], 1)),
        *(("eq", value, 1), ("neq", value, 0), ("contains", other, 0), ("icontains", other, 1)),
        *(
            ("notcontains", value[2:9], 0),
            ("startswith", value[2:9], 0),
            ("endswith", value[:6], 0),
        ),
    )
    for op, text, count in cases:
        if op in operators:
            found = search(ctx, both(wanted, {"field": name, "op": op, "value": text}))
            what = f"the number of events whose {name} {op} {text!r}"
            expect_equal(ctx, len(found_in(found)), count, what, found)


@rule(
    id="filters.wrong-filters-are-refused",
    level=SHOULD,
    source="document: FilterCondition",
    operations=(SEARCH, SEARCH_IDS),
)
def wrong_filters_are_refused(ctx: Context) -> None:
    """A filter that names a field or an operator that there is not is refused."""
    for field, op in (("conformance_no_such_field", "eq"), ("nb_input_tokens", "icontains")):
        filters = {"field": field, "op": op, "value": "x"}
        for operation in (SEARCH, SEARCH_IDS):
            answer = ctx.api.call(operation, json={"search_params": {"filters": filters}})
            expect_refused(ctx, answer, f"{field} {op}")


@rule(
    id="filters.fields-are-in-order",
    level=MUST,
    source="document: BaseFieldDefinition",
    operations=(LIST_FIELDS,),
)
def fields_are_in_order(ctx: Context) -> None:
    """Fields have different names, a group that is listed, and operators to filter with."""
    listed = ctx.expect_status(ctx.api.call(LIST_FIELDS), 200)
    fields, groups = listed["field_definitions"], listed["field_groups"]
    names = [each["name"] for each in fields]
    ctx.expect(names, "there is no field", listed)
    ctx.expect(len(names) == len(set(names)), "a field is listed twice", listed)
    known = {each["name"] for each in groups} | {None}
    for each in fields:
        ctx.expect(each["group"] in known, f"{each.get('name')} is in no group", listed)
        ctx.expect(each["supported_operators"], f"{each.get('name')} has no operator", listed)


@rule(
    id="filters.listed-operators-work",
    level=MUST,
    source="document: BaseFieldDefinition.supported_operators",
    operations=(LIST_FIELDS, SEARCH),
)
def listed_operators_work(ctx: Context) -> None:
    """A field that can be asked whether it is null splits the events in two by the answer."""
    wanted = record_chats(ctx, SHORT, SHORT)
    named = [each for each in list_fields(ctx) if "isnull" in each["supported_operators"]]
    if not named:
        ctx.skip("no field can be asked whether it is null")
    names = [str(each["name"]) for each in named]
    shown = within(found_in(search(ctx, wanted, extra_fields=names))[0], "extra_fields")
    without = [each for each in named if shown.get(each["name"]) is None]
    for field in (*without[:1], *ctx.random.sample(named, min(3, len(named)))):
        absent, present = (
            len(found_in(search(ctx, both(wanted, _is_null(field, value)))))
            for value in (True, False)
        )
        expect_equal(ctx, absent + present, 2, f"events with and without {field.get('name')}")


@rule(
    id="filters.options-are-what-occurs",
    level=SHOULD,
    source="document: FetchChatCompletionFieldOptionsResponse",
    operations=(OPTIONS,),
)
def options_are_what_occurs(ctx: Context) -> None:
    """The options of the model's field have the model of a recorded chat."""
    found = search(ctx, record_chats(ctx, SHORT), extra_fields=["model_name"])
    model = within(found_in(found)[0], "extra_fields", "model_name")
    query = {"operator": "eq"}
    answer = ctx.api.call(OPTIONS, field_name="model_name", query=query)
    options = ctx.expect_status(answer, 200)["options"]
    if options is None:
        ctx.skip("the field of the model has no fixed set of values")
    ctx.expect(model in options, f"the options do not have {model}", found, answer)


@rule(
    id="filters.options-hide-others",
    level=MUST,
    source="harm: what others ask is shown to a stranger",
    operations=(LIST_FIELDS, OPTIONS, COUNTS),
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


@rule(
    id="filters.option-counts-add-up",
    level=MUST,
    source="document: FieldOptionCountItem",
    operations=(COUNTS,),
)
def option_counts_add_up(ctx: Context) -> None:
    """The counts of a field's values cover the events that pass the filter, and no others."""
    wanted = record_chats(ctx, SHORT, SHORT)
    found = search(ctx, wanted, extra_fields=["model_name"])
    models = [within(each, "extra_fields", "model_name") for each in found_in(found)]
    body = {"filter_params": {"filters": wanted}}
    answer = ctx.expect_status(ctx.api.call(COUNTS, field_name="model_name", json=body), 200)
    counts = {each["value"]: each["count"] for each in answer["counts"]}
    due = {model: models.count(model) for model in models}
    nonzero = {value: count for value, count in counts.items() if count}
    expect_equal(ctx, nonzero, due, "the counts", found, answer)


@rule(
    id="filters.unknown-field-is-not-found",
    level=MUST,
    source=(
        "errors.validation; document: "
        "beta.observability.chat_completion_events.fields.fetch_options "
        "(FIELDS_NOT_FOUND)"
    ),
    operations=(OPTIONS, COUNTS),
)
def unknown_field_is_not_found(ctx: Context) -> None:
    """Options and counts of a field that there is not are answered with 404."""
    name = "conformance_no_such_field"
    query = {"operator": "eq"}
    ctx.expect_status(ctx.api.call(OPTIONS, field_name=name, query=query), 404)
    ctx.expect_status(ctx.api.call(COUNTS, field_name=name, json={}), 404)


def _is_null(field: dict[str, Any], value: bool) -> Filter:
    return {"field": field["name"], "op": "isnull", "value": value}


def _text_of(ctx: Context, wanted: Filter) -> tuple[str, str, list[str]]:
    """A text field that the event has words in: its name, value and operators."""
    names = [name for name, _ in text_fields(ctx)]
    found = search(ctx, wanted, extra_fields=names)
    shown = within(found_in(found)[0], "extra_fields")
    for field in list_fields(ctx):
        value = shown.get(field["name"])
        if field["name"] in names and isinstance(value, str) and " " in value:
            break
    else:
        ctx.skip("no field that holds text is shown with an event")
    return str(field["name"]), value, list(field["supported_operators"])
