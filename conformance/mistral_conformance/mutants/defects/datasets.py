"""Defects of datasets and their records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import datasets as op
from mistral_mock.answers import no_content
from mistral_mock.resources.observability import records as healthy_records
from mistral_mock.resources.observability.dataset_state import Dataset, find_dataset

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part


UPDATE = "beta.observability.datasets.update"
PUT_PROPERTIES = "beta.observability.datasets.records.update_properties"
LIST_TASKS = "beta.observability.datasets.list_tasks"

DATASETS = "resources.observability.datasets"
RECORDS = "resources.observability.records"
LOOKUPS = "resources.observability.lookups"
EXPORTS = "resources.observability.exports"


@mutant(
    "datasets.pages-count-from-0", op.LIST, op.LIST_RECORDS, LIST_TASKS, place=f"{LOOKUPS}:page"
)
def pages_count_from_0(page: Part) -> Part:
    """Page 1 is the second page."""

    def defect(ctx: Part, *given: Part) -> Part:
        later = {**ctx.query, "page": ctx.query["page"] + 1}
        return page(evolve(ctx, query=later), *given)

    return defect


@mutant("datasets.neighbours-are-not-named", op.LIST, op.LIST_RECORDS, place=f"{LOOKUPS}:page")
def neighbours_are_not_named(page: Part) -> Part:
    """No page has a link to the next one."""
    return lambda *given: {**page(*given), "next": None}


@mutant("datasets.update-empties-the-rest", UPDATE, place=f"{DATASETS}:pick_changes")
def update_empties_the_rest(pick_changes: Part) -> Part:
    """A change of the name empties the description."""
    return lambda body: {"description": "", **pick_changes(body)}


@mutant("datasets.records-outlive-it", op.DELETE, op.FETCH_RECORD, place=f"{DATASETS}:delete")
def records_outlive_it(_delete: Part) -> Part:
    """The records of a deleted dataset stay."""

    def defect(ctx: Part) -> Part:
        ctx.table(Dataset).remove(find_dataset(ctx).id)
        return no_content()

    return defect


@mutant("datasets.payload-is-messages", op.CREATE_RECORD, op.FETCH_RECORD, place=f"{RECORDS}:view")
def payload_is_messages(view: Part) -> Part:
    """Of a payload, only messages are shown."""
    return lambda record: {
        **view(record),
        "payload": {"messages": record.payload.get("messages", [])},
    }


@mutant("datasets.payload-takes-properties", op.PUT_PAYLOAD, place=f"{RECORDS}:update_payload")
def payload_takes_properties(_update: Part) -> Part:
    """A new payload takes the properties away."""
    return lambda ctx: healthy_records.replace(ctx, payload=ctx.body["payload"], properties={})


@mutant("datasets.properties-are-merged", PUT_PROPERTIES, place=f"{RECORDS}:update_properties")
def properties_are_merged(_update: Part) -> Part:
    """New properties are added to the old ones."""

    def defect(ctx: Part) -> Part:
        old = healthy_records.find_named(ctx).properties
        return healthy_records.replace(ctx, properties={**old, **ctx.body["properties"]})

    return defect


@mutant("datasets.only-the-first-goes", op.DELETE_RECORDS, place=f"{RECORDS}:delete_several")
def only_the_first_goes(delete_several: Part) -> Part:
    """Deleting several records deletes the first."""
    return lambda ctx: delete_several(
        evolve(ctx, body={"dataset_record_ids": ctx.body["dataset_record_ids"][:1]})
    )


@mutant("datasets.verdict-is-below-the-range", op.JUDGE_RECORD, place=f"{RECORDS}:judge")
def verdict_is_below_the_range(judge: Part) -> Part:
    """Every verdict is a number below 0."""
    return edited(judge, lambda verdict: {**verdict, "answer": -1})


@mutant("datasets.anything-is-judged", op.JUDGE_RECORD, place=f"{RECORDS}:read_messages")
def anything_is_judged(_read: Part) -> Part:
    """Records without messages are judged too."""
    return lambda _record: [{"role": "user", "content": "Hello"}]


@mutant("datasets.export-is-a-list", op.EXPORT, place="resources.observability.lines:write_lines")
def export_is_a_list(write_lines: Part) -> Part:
    """An export is one JSON array."""

    def defect(records: Part) -> Part:
        lines = [json.loads(line) for line in write_lines(records).splitlines()]
        return json.dumps(lines).encode()

    return defect


@mutant("datasets.export-misses-the-last", op.EXPORT, place=f"{EXPORTS}:list_records")
def export_misses_the_last(list_records: Part) -> Part:
    """An export lacks the newest record."""
    return lambda ctx, dataset_id: list_records(ctx, dataset_id)[:-1]


@mutant(
    "datasets.codes-say-nothing",
    op.FETCH,
    op.FETCH_RECORD,
    op.FETCH_TASK,
    place=f"{LOOKUPS}:missing",
)
def codes_say_nothing(missing: Part) -> Part:
    """The error code of a 404 is always the same."""
    return lambda what, code: missing(what, "UNKNOWN_ERROR" if code else code)


@mutant("datasets.anyone-deletes-records", op.DELETE_RECORDS, place=f"{RECORDS}:may_see")
def anyone_deletes_records(_may_see: Part) -> Part:
    """Several records at once are deleted by anyone who knows their ids."""
    return lambda _ctx, _record: True


@mutant(
    "datasets.exports-are-remembered", op.EXPORT, place="resources.observability.lines:write_lines"
)
def exports_are_remembered(write_lines: Part) -> Part:
    """An export of as many records as the last one is the last one."""
    known: dict[Part, bytes] = {}

    def defect(records: Part) -> bytes:
        held = list(records)
        key = (held[0].dataset_id, len(held)) if held else ()
        return known.setdefault(key, write_lines(held))

    return defect


@mutant("datasets.a-hundred-are-deleted", op.DELETE_RECORDS, place=f"{RECORDS}:delete_several")
def a_hundred_are_deleted(delete_several: Part) -> Part:
    """Of more than a hundred records that are to be deleted a hundred are."""

    def defect(ctx: Part) -> Part:
        ids = ctx.body["dataset_record_ids"][:100]
        return delete_several(evolve(ctx, body={**ctx.body, "dataset_record_ids": ids}))

    return defect
