"""Imports into datasets: begun, watched, completed; what they bring, and what they leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from mistral_conformance.rules.common.chats import ask
from mistral_conformance.rules.common.datasets import (
    EXPORT,
    FAILED,
    FETCH_TASK,
    FROM_CAMPAIGN,
    FROM_EXPLORER,
    FROM_FILE,
    FROM_PLAYGROUND,
    FROM_RECORDS,
    LIST_RECORDS,
    PUT_PAYLOAD,
    add_record,
    begin_import,
    finish_import,
    import_all,
    make_dataset,
    question,
    read_records,
    watch_task,
)
from mistral_conformance.rules.common.observability import create_campaign, create_judge
from mistral_conformance.rules.common.readings import some, texts_at
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    word,
)
from mistral_conformance.rules.common.talks import text_of, try_start
from mistral_conformance.rules.common.uploads import upload_json_lines
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

MANY = 5
"""So many lines has the longer of two files."""
EVERY: dict[str, Any] = {"filters": None}
"""A search for all recorded chats."""
NO_FILE = "0c0ffee0-0000-4000-8000-00000000fade"


@rule(MUST, "document: BaseTaskStatus", (FROM_FILE, FETCH_TASK))
def tasks_move_forward(ctx: Context) -> None:
    """Progress never falls; once an import has ended, its status and its records stay."""
    dataset = make_dataset(ctx)["id"]
    file = _upload(ctx, *(_line(f"Question {number}") for number in range(4)))
    task = begin_import(ctx, FROM_FILE, dataset, file_id=file)
    seen = [task, *watch_task(ctx, task, 0.3)]
    known = [each.get("progress") for each in seen]
    steps = [each for each in known if each is not None]
    ctx.expect(steps == sorted(steps), f"progress went back: {steps}", *seen[-2:])
    held = read_records(ctx, dataset)
    _expect_stays(ctx, seen[-1])
    expect_same_fields(ctx, held, read_records(ctx, dataset))


@rule(MUST, "document: beta.observability.datasets.import_from_file", (FROM_FILE, LIST_RECORDS))
def file_becomes_records(ctx: Context) -> None:
    """Each line of an uploaded file becomes a record with its messages and its properties.

    So it does where two files are imported at once, one of them longer. What a line has beside its
    messages may be of the payload: no document tells lines' form.
    """
    dataset, other = (make_dataset(ctx)["id"] for _ in "ab")
    first, second = word(ctx), f"größer\u2028{word(ctx)}"
    file = _upload(ctx, _line(first), _line(second, topic="size"))
    lines = [word(ctx) for _ in range(MANY)]
    longer = begin_import(ctx, FROM_FILE, other, file_id=_upload(ctx, *map(_line, lines)))
    begun = ctx.api.call(FROM_FILE, dataset_id=dataset, json={"file_id": file})
    if not begun.ok:  # one at a time
        watch_task(ctx, longer)
        begun = begin_import(ctx, FROM_FILE, dataset, file_id=file)
    found = finish_import(ctx, begun)
    expect_equal(ctx, len(found), 2, "the number of records")
    expect_equal(ctx, {each["source"] for each in found}, {"UPLOADED_FILE"}, "the sources")
    held = {some(_said(each), "messages")[0]: _known_of(each) for each in found}
    expect_equal(ctx, held, {first: {}, second: {"topic": "size"}}, "the records")
    said = [some(_said(each), "messages")[0] for each in finish_import(ctx, longer)]
    expect_equal(ctx, sorted(said), sorted(lines), "the records of an import beside another")


@rule(SHOULD, "document: beta.observability.datasets.import_from_file", (FROM_FILE, FETCH_TASK))
def wrong_lines_are_told(ctx: Context) -> None:
    """An import of a file with a line that is no JSON fails, or says in its message what is wrong.

    No record is made of that line, and where the import goes on, one of each other line. The end
    stays as it is, well or bad. It may be refused at once instead.
    """
    dataset = make_dataset(ctx)["id"]
    file = _upload(ctx, _line("right"), "{wrong", _line("right, too"))
    begun = ctx.api.call(FROM_FILE, dataset_id=dataset, json={"file_id": file})
    if not begun.ok:
        expect_refused(ctx, begun, "a file with a line that is no JSON")
        found = read_records(ctx, dataset).at("records.results")
        ctx.expect(not found, "a refused import has made records", begun)
        return
    done = watch_task(ctx, begun)[-1]
    told = done["status"] == FAILED or bool(done["message"])
    ctx.expect(told, "the task says nothing about the line", done)
    found = read_records(ctx, dataset)
    count = len(found.at("records.results"))
    ctx.expect(count <= 2, "there is a record of the wrong line", found)
    said = f"the import is completed, and {count} of 2 right lines are records"
    ctx.expect(done["status"] == FAILED or count == 2, said, done, found)
    for each in (done, *_import_nothing(ctx, dataset)):
        _expect_stays(ctx, each)


@rule(
    MUST,
    "document: beta.observability.datasets.import_from_dataset_records (copies of records)",
    (FROM_RECORDS, PUT_PAYLOAD, LIST_RECORDS),
)
def records_are_copied(ctx: Context) -> None:
    """An import from a dataset copies the records it names; a change of one leaves the copy."""
    source, target = (make_dataset(ctx, each)["id"] for each in ("source one", "target one"))
    first = add_record(ctx, source, question("first", "yes"), {"topic": "a"})
    add_record(ctx, source, question("second"))
    twin = add_record(ctx, source, question("first", "yes"), {"topic": "a"})["id"]
    found = import_all(ctx, FROM_RECORDS, target, dataset_record_ids=[first["id"]])
    expect_equal(ctx, len(found), 1, "the number of records")
    ctx.expect(found[0]["id"] != first["id"], "the copy has the id of the record")
    expect_equal(ctx, found[0]["payload"], first["payload"], "the payload", first)
    expect_equal(ctx, found[0]["properties"], {"topic": "a"}, "the properties", first)
    ids = {"dataset_record_id": first["id"]}
    ctx.prepare(PUT_PAYLOAD, ids, json={"payload": question("changed")})
    kept = read_records(ctx, target)
    expect_equal(ctx, kept.at("records.results"), found, "the copies afterwards", kept)
    for twins in ([twin], [twin]):
        both = import_all(ctx, FROM_RECORDS, target, dataset_record_ids=twins)
    expect_equal(ctx, len(both), 3, "the number of records with equal ones")


@rule(SHOULD, "choices.dataset-imports-export-can-be-imported", (EXPORT, FROM_FILE))
def export_can_be_imported(ctx: Context) -> None:
    """The exported file of a dataset, uploaded and imported, gives records that say the same."""
    source, target = (make_dataset(ctx, each)["id"] for each in ("source one", "target one"))
    alike = {"properties": {"inner": "c"}, "payload": "d"}
    payloads = [{**question("a", "yes"), name: each} for name, each in alike.items()]
    wanted = [add_record(ctx, source, each, {"n": str(n)}) for n, each in enumerate(payloads)]
    link = ctx.prepare(EXPORT, dataset_id=source)["file_url"]
    served = ctx.need(ctx.nobody.get(link))
    found = import_all(ctx, FROM_FILE, target, file_id=_upload(ctx, served.text.rstrip("\n")))
    held, there = (
        sorted(([_said(e), e["properties"], *map(e["payload"].get, alike)] for e in each), key=repr)
        for each in (found, [each.json() for each in wanted])
    )
    expect_equal(ctx, held, there, "the imported records", served)


@rule(
    MUST,
    "document: beta.observability.datasets.import_from_explorer",
    (FROM_EXPLORER, LIST_RECORDS),
)
def recorded_chats_become_records(ctx: Context) -> None:
    """A recorded chat completion becomes a record of the explorer with its messages."""
    event = _newest_event(ctx, word(ctx))
    found = _import_one(ctx, FROM_EXPLORER, "EXPLORER", completion_event_ids=[event["event_id"]])
    asked = _said({"payload": {"messages": event["request_messages"]}})
    told = _said({"payload": {"messages": event["response_messages"]}})
    said = _said(found)
    expect_equal(ctx, said[: len(asked)], asked, "what was asked")
    ctx.expect(said[len(asked) :] in ([], told), "the answer is another one than that recorded")


@rule(
    MUST,
    "document: beta.observability.datasets.import_from_campaign",
    (FROM_CAMPAIGN, LIST_RECORDS),
)
def campaign_becomes_records(ctx: Context) -> None:
    """Every chat completion that a campaign has picked becomes a record."""
    part = word(ctx)
    _newest_event(ctx, part)
    campaign = create_campaign(ctx, create_judge(ctx), EVERY["filters"], 2)["id"]
    ctx.pass_time(1)
    picked = ctx.prepare("beta.observability.campaigns.list_events", campaign_id=campaign)
    wanted = picked.at("completion_events.count")
    found = import_all(ctx, FROM_CAMPAIGN, make_dataset(ctx)["id"], campaign_id=campaign)
    expect_equal(ctx, len(found), wanted, "the number of records", picked)
    ctx.expect(found, "the campaign picked nothing", picked)
    told = all(each["payload"].get("messages") for each in found)
    ctx.expect(told, "a record has no messages", picked)  # of any form: others may have sent them


@rule(
    MUST,
    "document: beta.observability.datasets.import_from_playground",
    (FROM_PLAYGROUND, LIST_RECORDS),
)
def conversations_become_records(ctx: Context) -> None:
    """A conversation becomes a record of the playground with what was asked and answered.

    Instructions stand before it, where the record has them.
    """
    asked, told = f"Say {word(ctx)}.", f"Be brief, {word(ctx)}."
    talk = ctx.need(try_start(ctx, inputs=asked, instructions=told))
    ids = [talk["conversation_id"]]
    said = _said(_import_one(ctx, FROM_PLAYGROUND, "PLAYGROUND", conversation_ids=ids))
    ctx.expect(asked in said, "the record misses the question", talk)
    ctx.expect(len(said) > said.index(asked) + 1, "the record misses the answer", talk)
    late = told in said[said.index(asked) :]
    ctx.expect(not late, "the instructions stand behind the question", talk)


def _import_one(ctx: Context, operation: str, source: str, **body: object) -> dict[str, Any]:
    """Return the one record that an import into a new dataset brings, from the source it tells."""
    found = import_all(ctx, operation, make_dataset(ctx)["id"], **body)
    expect_equal(ctx, len(found), 1, "the number of records")
    expect_equal(ctx, found[0]["source"], source, "the source")
    return cast("dict[str, Any]", found[0])


def _import_nothing(ctx: Context, dataset: str) -> Iterator[Exchange]:
    """Yield the ends of imports of no file and of noise, as far as they are not refused at once."""
    for file in (NO_FILE, _upload(ctx, "{wrong", "{as well")):
        begun = ctx.api.call(FROM_FILE, dataset_id=dataset, json={"file_id": file})
        if begun.ok:
            yield watch_task(ctx, begun)[-1]


def _expect_stays(ctx: Context, done: Exchange) -> None:
    """Hold a task that has ended, well or badly, to be the same later."""
    ctx.pass_time(1)
    ids = {"dataset_id": str(done["dataset_id"]), "task_id": str(done["id"])}
    expect_same_fields(ctx, done, ctx.answer(FETCH_TASK, ids))


def _line(text: str, **properties: object) -> str:
    """Return a line of a file: a conversation of one question."""
    line = {**question(text), **({"properties": properties} if properties else {})}
    return json.dumps(line, ensure_ascii=False)


def _known_of(record: dict[str, Any]) -> object:
    """Return the properties of a record, or those that are part of its payload."""
    return record["properties"] or record["payload"].get("properties", {})


def _upload(ctx: Context, *lines: str) -> str:
    """Return the id of an uploaded file with these lines, the last one without an end."""
    return upload_json_lines(ctx, "records.jsonl", "\n".join(lines))


def _said(record: dict[str, Any]) -> list[str]:
    """Return the contents of a record's messages, in their order."""
    told = record["payload"].get("messages")
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict) and isinstance(each.get("content"), list):
            each["content"] = text_of(each)
    return texts_at(told, "content", "the messages")


def _newest_event(ctx: Context, part: str) -> dict[str, Any]:
    """Return the recorded chat that came last, after one that the run had."""
    ask(ctx, f"Say {part}.", max_tokens=16)
    ctx.pass_time(1)
    search = {"search_params": EVERY, "extra_fields": []}
    events = "beta.observability.chat_completion_events"
    found = ctx.prepare(f"{events}.search", json=search).at("completion_events.results")
    if not found:
        ctx.skip("the server has recorded no chat")
    newest = max(found, key=lambda each: str(each["created_at"]))
    read = ctx.prepare(f"{events}.fetch", event_id=newest["event_id"])
    return cast("dict[str, Any]", read.json())
