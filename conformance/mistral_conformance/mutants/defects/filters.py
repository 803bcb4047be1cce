"""Defects of filters and of the fields that they name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common.observability import LIST_FIELDS, OPTIONS, SEARCH
from mistral_conformance.rules.events import SEARCH_IDS
from mistral_conformance.rules.filters import COUNTS
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

FILTERS = "resources.observability.filters"
FIELDS = "resources.observability.fields"


@mutant("filters.all-is-any", SEARCH, place=f"{FILTERS}:make_filter")
def all_is_any(make_filter: Part) -> Part:
    """The conditions of AND are joined as those of OR."""

    def defect(found: Part) -> Part:
        if "AND" not in found:
            return make_filter(found)
        return make_filter({"OR": [*(found["AND"] or ()), *(found.get("OR") or ())]})

    return defect


@mutant("filters.lower-bound-is-left-out", SEARCH, place=f"{FILTERS}:compare")
def lower_bound_is_left_out(compare: Part) -> Part:
    """At least is taken for more than."""
    return lambda found, op, wanted: compare(found, "gt" if op == "gte" else op, wanted)


@mutant("filters.case-never-matters", SEARCH, place=f"{FILTERS}:compare")
def case_never_matters(compare: Part) -> Part:
    """A text contains another one in whatever case, though the case was asked for."""
    return lambda found, op, wanted: compare(found, "icontains" if op == "contains" else op, wanted)


@mutant("filters.opposite-is-ignored", SEARCH, place=f"{FILTERS}:compare")
def opposite_is_ignored(compare: Part) -> Part:
    """An event that must not contain a text has to contain it."""
    return lambda found, op, wanted: compare(found, op.replace("not", ""), wanted)


@mutant("filters.everything-is-null", SEARCH, LIST_FIELDS, place=f"{FILTERS}:compare")
def everything_is_null(compare: Part) -> Part:
    """Whether a field is null is not looked at."""
    return lambda found, op, wanted: op == "isnull" or compare(found, op, wanted)


@mutant("filters.wrong-filters-find-nothing", SEARCH, SEARCH_IDS, place=f"{FILTERS}:make_test")
def wrong_filters_find_nothing(make_test: Part) -> Part:
    """A filter that cannot be used is taken for one that no event passes."""

    def defect(payload: Part) -> Part:
        try:
            return make_test(payload)
        except APIError:
            return lambda _reading: False

    return defect


@mutant("filters.groups-are-not-listed", LIST_FIELDS, place=f"{FIELDS}:list_fields")
def groups_are_not_listed(list_fields: Part) -> Part:
    """Fields belong to groups that the list does not have."""
    return edited(list_fields, lambda found: {**found, "field_groups": []})


@mutant("filters.options-are-canned", OPTIONS, place=f"{FIELDS}:list_options")
def options_are_canned(_list_options: Part) -> Part:
    """The options of a field are always the same."""
    return lambda _field, _operator, _readings: ["one", "two"]


@mutant(
    "filters.truth-is-offered-twice",
    *(LIST_FIELDS, OPTIONS),
    place=f"{FIELDS}:list_options",
)
def truth_is_offered_twice(list_options: Part) -> Part:
    """Where a filter compares with true or false, true is offered twice."""

    def defect(*given: Part) -> Part:
        found = list_options(*given)
        return [True, True] if found == [True, False] else found

    return defect


@mutant("filters.counts-are-too-high", COUNTS, place=f"{FIELDS}:fetch_option_counts")
def counts_are_too_high(fetch_option_counts: Part) -> Part:
    """Counts are one too high."""
    return edited(
        fetch_option_counts,
        lambda found: {
            "counts": [{**each, "count": each["count"] + 1} for each in found["counts"]]
        },
    )


@mutant("filters.false-is-not-counted", COUNTS, place=f"{FIELDS}:count_values")
def false_is_not_counted(count_values: Part) -> Part:
    """Of what is true or false only what is true is counted."""

    def defect(field: Part, readings: Part) -> Part:
        counts = count_values(field, readings)
        del counts["false"]
        return counts

    return defect


@mutant("filters.entries-are-counted", COUNTS, place=f"{FIELDS}:count_values")
def entries_are_counted(count_values: Part) -> Part:
    """An event counts as often for a value as it has it."""

    def defect(field: Part, readings: Part) -> Part:
        known = list(readings)
        counts = count_values(field, known)
        for value in map(field.compute, known):
            if isinstance(value, list):
                counts += Counter(value) - Counter(set(value))
        return counts

    return defect


@mutant("filters.unknown-field-has-nothing", OPTIONS, COUNTS, place=f"{FIELDS}:fetch_options")
def unknown_field_has_nothing(fetch_options: Part) -> Part:
    """A field that there is not has no options, and is no error."""

    def defect(ctx: Part) -> Part:
        try:
            return fetch_options(ctx)
        except APIError:
            return json_answer({"options": []})

    return defect


@mutant(
    "filters.options-are-everybodys",
    *(LIST_FIELDS, OPTIONS, COUNTS),
    place="resources.observability.recordings:read_all",
)
def options_are_everybodys(_read_all: Part) -> Part:
    """Fields offer and count what occurs in the events of all workspaces."""
    from mistral_mock.resources.observability import recordings  # noqa: PLC0415 - the mock's own

    return lambda ctx: [recordings.read(each) for each in ctx.table(recordings.StoredEvent)]


@mutant("filters.fractions-are-cut", SEARCH, place=f"{FILTERS}:read_value")
def fractions_are_cut(read_value: Part) -> Part:
    """The value of a field of whole numbers loses what stands behind its point."""

    def defect(field: Part, op: Part, value: Part) -> Part:
        found = read_value(field, op, value)
        return int(found) if isinstance(found, float) and field.type == "INT" else found

    return defect
