"""Datasets and their records: made, found, changed, judged, exported, deleted, gone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import chat_model
from mistral_conformance.rules.common.datasets import (
    CREATE,
    CREATE_RECORD,
    DELETE,
    DELETE_RECORD,
    DELETE_RECORDS,
    EXPORT,
    FETCH,
    FETCH_RECORD,
    FETCH_TASK,
    JUDGE_RECORD,
    LIST,
    LIST_RECORDS,
    PUT_PAYLOAD,
    PUT_PROPERTIES,
    UPDATE,
    add_record,
    expect_missing,
    make_dataset,
    question,
    read_records,
)
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    unknown_id,
    word,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

MANY = 55
"""More records than a page has unless a size is asked for."""
ODD_PAYLOAD = {"messages": [], "größe": {"deep": [1, 2.5, None, True, {"": "图书馆"}]}}


@rule(
    id="datasets.created-dataset-is-found",
    level=MUST,
    source=(
        "document: beta.observability.datasets.create; document: beta.observability.datasets.fetch"
    ),
    operations=(CREATE, FETCH, LIST),
)
def created_dataset_is_found(ctx: Context) -> None:
    """A new dataset has what was sent, is not deleted, and is read back the same, alone and listed.

    A word of its name finds it, and leaves out another dataset.
    """
    part = word(ctx)
    make_dataset(ctx, "another")
    made = make_dataset(ctx, part, f"about {part}")
    expect_equal(ctx, made["name"], ctx.marker.name(part), "name", made)
    expect_equal(ctx, made["description"], f"about {part}", "description", made)
    expect_equal(ctx, made["deleted_at"], None, "deleted_at", made)
    read = ctx.expect_status(ctx.api.call(FETCH, dataset_id=made["id"]), 200)
    expect_same_fields(ctx, made, read, ignore=set())
    listed = ctx.expect_status(ctx.api.call(LIST, query={"q": part}), 200)
    expect_equal(ctx, listed.at("datasets.results"), [read.json()], "what `q` finds", listed, read)
    expect_equal(ctx, listed.at("datasets.count"), 1, "count", listed)


@rule(
    id="datasets.update-changes-what-is-sent",
    level=MUST,
    source="document: beta.observability.datasets.update",
    operations=(UPDATE, FETCH),
)
def update_changes_what_is_sent(ctx: Context) -> None:
    """A change of the name leaves the description, one of the description the name; both stay."""
    made = make_dataset(ctx, "first name", "first text")
    name = ctx.marker.name("second name")
    renamed = ctx.api.call(UPDATE, dataset_id=made["id"], json={"name": name})
    ctx.expect_status(renamed, 200)
    expect_same_fields(ctx, made, renamed, ignore={"name", "slug", "updated_at"})
    changed = ctx.api.call(UPDATE, dataset_id=made["id"], json={"description": "second text"})
    ctx.expect_status(changed, 200)
    expect_equal(ctx, changed["name"], name, "name", changed)
    expect_equal(ctx, changed["description"], "second text", "description", changed)
    read = ctx.expect_status(ctx.api.call(FETCH, dataset_id=made["id"]), 200)
    expect_same_fields(ctx, changed, read, ignore=set())


@rule(
    id="datasets.deleted-dataset-is-gone",
    level=MUST,
    source="document: beta.observability.datasets.delete; shapes.success-codes",
    operations=(DELETE, FETCH, LIST, LIST_RECORDS, FETCH_RECORD),
)
def deleted_dataset_is_gone(ctx: Context) -> None:
    """Deleting a dataset answers 204; it is gone from every path and list, with its records."""
    part = word(ctx)
    dataset = make_dataset(ctx, part)["id"]
    record = add_record(ctx, dataset, question("Hi"))["id"]
    answer = ctx.expect_status(ctx.api.call(DELETE, dataset_id=dataset), 204)
    ctx.expect(not answer.content, "a 204 carries a body", answer)
    for operation in (FETCH, LIST_RECORDS, DELETE):
        ctx.expect_status(ctx.api.call(operation, dataset_id=dataset), 404)
    ctx.expect_status(ctx.api.call(FETCH_RECORD, dataset_record_id=record), 404)
    listed = ctx.expect_status(ctx.api.call(LIST, query={"q": part}), 200)
    expect_equal(ctx, listed.at("datasets.results"), [], "what is listed", listed)


@rule(
    id="datasets.record-is-kept",
    level=MUST,
    source="document: DatasetRecord (a payload is any JSON object)",
    operations=(CREATE_RECORD, FETCH_RECORD, LIST_RECORDS),
)
def record_is_kept(ctx: Context) -> None:
    """A record keeps any payload and properties, and is read back the same, alone and listed."""
    dataset = make_dataset(ctx)["id"]
    made = add_record(ctx, dataset, ODD_PAYLOAD, {"a": 1, "b": {"c": [None]}})
    expect_equal(ctx, made["payload"], ODD_PAYLOAD, "payload", made)
    expect_equal(ctx, made["properties"], {"a": 1, "b": {"c": [None]}}, "properties", made)
    expect_equal(ctx, made["source"], "DIRECT_INPUT", "source", made)
    expect_equal(ctx, made["dataset_id"], dataset, "dataset_id", made)
    plain = add_record(ctx, dataset, question("Hi"))
    expect_equal(ctx, plain["properties"], {}, "properties that were not sent", plain)
    read = ctx.expect_status(ctx.api.call(FETCH_RECORD, dataset_record_id=made["id"]), 200)
    expect_same_fields(ctx, made, read, ignore=set())
    listed = {each["id"]: each for each in read_records(ctx, dataset).at("records.results")}
    wanted = {each["id"]: each.json() for each in (made, plain)}
    expect_equal(ctx, listed, wanted, "what is listed")


@rule(
    id="datasets.payload-and-properties-are-apart",
    level=MUST,
    source=(
        "document: beta.observability.datasets.records.update_payload (PUT "
        "/v1/observability/dataset-records/{dataset_record_id}/…)"
    ),
    operations=(PUT_PAYLOAD, PUT_PROPERTIES, FETCH_RECORD),
)
def payload_and_properties_are_apart(ctx: Context) -> None:
    """Either is replaced as a whole with an answer of 204, and leaves the other as it is."""
    payload, properties = question("Hi", "Hello"), {"language": "en"}
    made = add_record(ctx, make_dataset(ctx)["id"], question("Old"), {"topic": "old"})
    ids = {"dataset_record_id": made["id"]}
    ctx.expect_status(ctx.api.call(PUT_PAYLOAD, ids, json={"payload": payload}), 204)
    read = ctx.expect_status(ctx.api.call(FETCH_RECORD, ids), 200)
    expect_equal(ctx, read["payload"], payload, "payload", read)
    expect_same_fields(ctx, made, read, ignore={"payload", "updated_at"})
    ctx.expect_status(ctx.api.call(PUT_PROPERTIES, ids, json={"properties": properties}), 204)
    after = ctx.expect_status(ctx.api.call(FETCH_RECORD, ids), 200)
    expect_equal(ctx, after["properties"], properties, "properties", after)
    expect_same_fields(ctx, read, after, ignore={"properties", "updated_at"})


@rule(
    id="datasets.deleted-record-is-gone",
    level=MUST,
    source="document: beta.observability.datasets.records.delete",
    operations=(DELETE_RECORD, FETCH_RECORD, LIST_RECORDS),
)
def deleted_record_is_gone(ctx: Context) -> None:
    """Deleting a record answers 204; it is gone, and the others of its dataset stay."""
    dataset = make_dataset(ctx)["id"]
    first, second = (add_record(ctx, dataset, question(each))["id"] for each in "ab")
    ctx.expect_status(ctx.api.call(DELETE_RECORD, dataset_record_id=first), 204)
    for operation in (FETCH_RECORD, DELETE_RECORD):
        ctx.expect_status(ctx.api.call(operation, dataset_record_id=first), 404)
    _expect_holds(ctx, dataset, [second])


@rule(
    id="datasets.records-are-deleted-together",
    level=MUST,
    source="document: beta.observability.datasets.records.bulk_delete",
    operations=(DELETE_RECORDS, LIST_RECORDS),
)
def records_are_deleted_together(ctx: Context) -> None:
    """One call deletes records of two datasets with 204, these alone, or says that it does not."""
    left, right = (make_dataset(ctx, each)["id"] for each in ("left one", "right one"))
    first, second = (add_record(ctx, left, question(each))["id"] for each in "ab")
    third = add_record(ctx, right, question("c"))["id"]
    body = {"dataset_record_ids": [first, third]}
    ctx.expect_status(ctx.api.call(DELETE_RECORDS, json=body), 204)
    _expect_holds(ctx, left, [second])
    _expect_holds(ctx, right, [])
    body = {"dataset_record_ids": [unknown_id(ctx), second]}
    if ctx.api.call(DELETE_RECORDS, json=body).ok:
        _expect_holds(ctx, left, [])
    else:
        _expect_holds(ctx, left, [second])


@rule(
    id="datasets.verdicts-keep-to-the-definition",
    level=MUST,
    source="document: JudgeOutput (the class, or the number)",
    operations=(JUDGE_RECORD, FETCH_RECORD),
)
def verdicts_keep_to_the_definition(ctx: Context) -> None:
    """A judge that gives classes answers one of them, one that gives marks a number in its range.

    Judging leaves the record as it was.
    """
    made = add_record(ctx, make_dataset(ctx)["id"], question("Are you there?", "Yes, always."))
    ids = {"dataset_record_id": made["id"]}
    classes = [{"value": each, "description": f"It is {each}."} for each in ("kind", "rude")]
    body = _judge(ctx, {"type": "CLASSIFICATION", "options": classes})
    verdict = ctx.expect_status(ctx.api.call(JUDGE_RECORD, ids, json=body), 200)
    ctx.expect(verdict["answer"] in {"kind", "rude"}, "the answer is none of the classes", verdict)
    ends = {"min": 3, "min_description": "Bad", "max": 5, "max_description": "Good"}
    body = _judge(ctx, {"type": "REGRESSION", **ends})
    verdict = ctx.expect_status(ctx.api.call(JUDGE_RECORD, ids, json=body), 200)
    mark = verdict["answer"]
    inside = isinstance(mark, int | float) and 3 <= mark <= 5
    ctx.expect(inside, f"the answer {mark!r} is no number from 3 to 5", verdict)
    read = ctx.expect_status(ctx.api.call(FETCH_RECORD, ids), 200)
    expect_same_fields(ctx, made, read, ignore=set())


@rule(
    id="datasets.only-conversations-are-judged",
    level=SHOULD,
    source="document: ObservabilityErrorCode (JUDGE_CONVERSATION_FORMAT_ERROR)",
    operations=(JUDGE_RECORD,),
)
def only_conversations_are_judged(ctx: Context) -> None:
    """A record whose payload has no messages cannot be judged."""
    made = add_record(ctx, make_dataset(ctx)["id"], {"text": "no conversation"})
    ends = {"min_description": "Bad", "max_description": "Good"}
    body = _judge(ctx, {"type": "REGRESSION", **ends})
    answer = ctx.api.call(JUDGE_RECORD, dataset_record_id=made["id"], json=body)
    expect_refused(ctx, answer, "judging what is no conversation")


@rule(
    id="datasets.export-holds-every-record",
    level=MUST,
    source=(
        "document: beta.observability.datasets.export_to_jsonl (a file with the "
        "records,  a link to it)"
    ),
    operations=(EXPORT,),
)
def export_holds_every_record(ctx: Context) -> None:
    """The link of an export needs no key and serves one JSON object in a line for each record.

    The line of a record holds the text of its messages.
    """
    dataset = make_dataset(ctx)["id"]
    words = [f"größe {word(ctx)}" for _ in range(MANY)]
    for each in words:
        add_record(ctx, dataset, question(f"What is {each}?"), {"topic": each})
    answer = ctx.expect_status(ctx.api.call(EXPORT, dataset_id=dataset), 200)
    served = ctx.expect_status(ctx.nobody.get(answer["file_url"]), 200)
    lines = [line for line in served.text.split("\n") if line.strip()]
    expect_equal(ctx, len(lines), len(words), "the number of lines", served)
    ctx.expect(all(_is_object(line) for line in lines), "a line is no JSON object", served)
    plain = [json.dumps(json.loads(line), ensure_ascii=False) for line in lines]
    for each in words:
        among = [line for line in plain if f"What is {each}?" in line]
        expect_equal(ctx, len(among), 1, f"the number of lines with {each}", served)


@rule(
    id="datasets.unknown-ids-are-told-by-code",
    level=SHOULD,
    source="document: ObservabilityErrorCode; errors.observability-shape",
    operations=(FETCH, LIST_RECORDS, FETCH_TASK, FETCH_RECORD, DELETE_RECORD),
)
def unknown_ids_are_told_by_code(ctx: Context) -> None:
    """Ids that nothing has answer 404, with an error code that says what is missing."""
    unknown = unknown_id(ctx)
    for operation in (FETCH, LIST_RECORDS):
        expect_missing(ctx, ctx.api.call(operation, dataset_id=unknown), "DATASET_NOT_FOUND")
    for operation in (FETCH_RECORD, DELETE_RECORD):
        answer = ctx.api.call(operation, dataset_record_id=unknown)
        expect_missing(ctx, answer, "DATASET_RECORD_NOT_FOUND")
    dataset = make_dataset(ctx)["id"]
    answer = ctx.api.call(FETCH_TASK, dataset_id=dataset, task_id=unknown)
    expect_missing(ctx, answer, "DATASET_TASK_NOT_FOUND")


@rule(
    id="datasets.strangers-see-nothing",
    level=MUST,
    source=(
        "harm: what belongs to an organisation is shown to a stranger; "
        "choices.datasets-strangers-see-nothing"
    ),
    operations=(FETCH, LIST, LIST_RECORDS, FETCH_RECORD, DELETE, DELETE_RECORDS),
    needs=("stranger",),
)
def strangers_see_nothing(ctx: Context) -> None:
    """Nobody of another organisation reads, lists or deletes a dataset or its records."""
    part, stranger = word(ctx), ctx.as_("stranger")
    dataset = make_dataset(ctx, part)["id"]
    record = add_record(ctx, dataset, question("Hi"))["id"]
    for operation in (FETCH, LIST_RECORDS, DELETE):
        answer = stranger.call(operation, dataset_id=dataset)
        expect_refused(ctx, answer, f"{operation} by a stranger")
    answer = stranger.call(FETCH_RECORD, dataset_record_id=record)
    expect_refused(ctx, answer, "reading a record as a stranger")
    listed = ctx.expect_status(stranger.call(LIST, query={"q": part}), 200)
    expect_equal(ctx, listed.at("datasets.results"), [], "the stranger's list", listed)
    stranger.call(DELETE_RECORDS, json={"dataset_record_ids": [record]})
    _expect_holds(ctx, dataset, [record])


def _judge(ctx: Context, output: dict[str, Any]) -> dict[str, Any]:
    """A judge with this output."""
    definition = {
        "name": ctx.marker.name("judge"),
        "description": "Judges an answer.",
        "model_name": chat_model(ctx),
        "instructions": "Judge the last answer.",
        "tools": [],
        "output": output,
    }
    return {"judge_definition": definition}


def _expect_holds(ctx: Context, dataset: str, wanted: list[str]) -> None:
    """Hold a dataset to have these records and no others."""
    listed = read_records(ctx, dataset)
    found = [each["id"] for each in listed.at("records.results")]
    expect_equal(ctx, sorted(found), sorted(wanted), "the ids of the records", listed)
    expect_equal(ctx, listed.at("records.count"), len(wanted), "count", listed)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
