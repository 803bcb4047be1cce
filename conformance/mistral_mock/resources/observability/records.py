"""Records of datasets: add, list, read, change, judge, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock.answers import json_answer, no_content
from mistral_mock.clock import spell
from mistral_mock.ownership import may_see
from mistral_mock.registry import operation
from mistral_mock.resources.observability import judging, lookups
from mistral_mock.resources.observability.dataset_state import (
    DIRECT_INPUT,
    DatasetRecord,
    find_dataset,
    find_record,
    list_records,
)
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.observability.datasets.list_records")
def list_page(ctx: Context) -> Answer:
    """Return a page of the dataset's records, the oldest first (our choice)."""
    dataset = find_dataset(ctx)
    path = f"/v1/observability/datasets/{dataset.id}/records"
    return json_answer({"records": lookups.page(ctx, path, list_records(ctx, dataset.id), view)})


@operation("beta.observability.datasets.create_record")
def create(ctx: Context) -> Answer:
    """Return 201 with the new record; the payload may be any object."""
    dataset = find_dataset(ctx)
    moment = ctx.clock.stamp()
    record = DatasetRecord(
        id=ctx.ids.uuid4(),
        workspace_id=dataset.workspace_id,
        dataset_id=dataset.id,
        payload=ctx.body["payload"],
        properties=ctx.body.get("properties", {}),
        source=DIRECT_INPUT,
        created_at=moment,
        updated_at=moment,
    )
    return json_answer(view(ctx.table(DatasetRecord).put(record)), 201)


@operation("beta.observability.datasets.records.fetch")
def fetch(ctx: Context) -> Answer:
    """Return the record, whichever dataset holds it."""
    return json_answer(view(find_named(ctx)))


@operation("beta.observability.datasets.records.update_payload")
def update_payload(ctx: Context) -> Answer:
    """Return 204; the record has the new payload and keeps its properties."""
    return replace(ctx, payload=ctx.body["payload"])


@operation("beta.observability.datasets.records.update_properties")
def update_properties(ctx: Context) -> Answer:
    """Return 204; the record has the new properties, and no other, and keeps its payload."""
    return replace(ctx, properties=ctx.body["properties"])


@operation("beta.observability.datasets.records.judge")
def judge(ctx: Context) -> Answer:
    """Return the verdict of a judge that the request defines; nothing is stored."""
    record = find_named(ctx)
    definition = ctx.body["judge_definition"]
    messages = read_messages(record)
    return json_answer(judging.judge_messages(ctx, definition, messages, record.properties))


@operation("beta.observability.datasets.records.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the record is gone from its dataset."""
    ctx.table(DatasetRecord).remove(find_named(ctx).id)
    return no_content()


@operation("beta.observability.datasets.records.bulk_delete")
def delete_several(ctx: Context) -> Answer:
    """Return 204.

    All these records are gone. Ids that no record has are passed over (our choice).
    """
    for id_ in ctx.body["dataset_record_ids"]:
        record = ctx.table(DatasetRecord).get(id_.lower())
        if record is not None and may_see(ctx, record):
            ctx.table(DatasetRecord).remove(record.id)
    return no_content()


def find_named(ctx: Context) -> DatasetRecord:
    """Return the record that the path names.

    Raises:
        APIError: 404 `DATASET_RECORD_NOT_FOUND`.

    """
    return find_record(ctx, ctx.path["dataset_record_id"])


def replace(ctx: Context, **changes: Any) -> Answer:  # noqa: ANN401 - fields of a record
    """Return 204, after the record that the path names was changed."""
    changed = evolve(find_named(ctx), **changes, updated_at=ctx.clock.stamp())
    ctx.table(DatasetRecord).put(changed)
    return no_content()


def read_messages(record: DatasetRecord) -> list[dict[str, Any]]:
    """Return the messages of the record's payload.

    Raises:
        APIError: 400 `JUDGE_CONVERSATION_FORMAT_ERROR`, it has none that can be judged.

    """
    messages = record.payload.get("messages")
    if isinstance(messages, list) and all(isinstance(each, dict) for each in messages):
        return messages
    message = "The payload of the record has no list of messages"
    raise observability_error(400, message, "JUDGE_CONVERSATION_FORMAT_ERROR")


def view(record: DatasetRecord) -> dict[str, object]:
    """Return the record as the API writes it."""
    return {
        "id": record.id,
        "created_at": spell(record.created_at),
        "updated_at": spell(record.updated_at),
        "deleted_at": None,
        "dataset_id": record.dataset_id,
        "payload": record.payload,
        "properties": record.properties,
        "source": record.source,
    }
