"""Batch jobs: created, at work, done, cancelled, deleted; their results and their lists."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mistral_conformance.probing.uploads import pdf_sample
from mistral_conformance.record.counting import counted
from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.chats import chat_model, other_chat_model
from mistral_conformance.rules.common.names import CHAT as CHAT_OPERATION
from mistral_conformance.rules.common.names import DOWNLOAD_FILE, GET_FILE, UPLOAD_FILE
from mistral_conformance.rules.common.readings import read_lines, within
from mistral_conformance.rules.common.steps import expect_equal, watch, word
from mistral_conformance.rules.common.uploads import expect_made, upload_json_lines
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

CREATE = "batch.jobs.create"
GET = "batch.jobs.get"
CANCEL = "batch.jobs.cancel"

CHAT, OCR = "/v1/chat/completions", "/v1/ocr"
RANKS = {"QUEUED": 0, "RUNNING": 1, "CANCELLATION_REQUESTED": 2}
END = 3
NUMBER = re.compile(r"\d+")
"""What tells mistakes alike apart: the number of the line."""
FEW, ALIKE, SOME, CAP = 2, 3, 8, 2
MESSAGES = {"messages": [{"role": "user", "content": "Say hello."}]}
FINAL = {"SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"}
COUNTS = ("completed_requests", "succeeded_requests", "failed_requests")
PATIENCE_S = 60


@rule(
    MUST, "document: BatchJob (total_requests to failed_requests); document: Source", (CREATE, GET)
)
def counts_add_up(ctx: Context) -> None:
    """A request that fails is counted as failed, and stands in the error file.

    Whether it stands in `outputs`, too, is nowhere told. Neither file was uploaded, as it tells.
    """
    good, bad = word(ctx), word(ctx)
    wrong = {"custom_id": bad, "body": {"messages": "no list"}}
    done = _finish(ctx, _create(ctx, requests=[_request(good), wrong]))
    expect_equal(ctx, done["total_requests"], 2, "total_requests", done)
    counts = tuple(done[name] for name in COUNTS)
    expect_equal(ctx, counts, (2, 1, 1), ", ".join(COUNTS), done)
    results: dict[str, Any] = {}
    for field, wanted in (("output_file", good), ("error_file", bad)):
        lines = _lines(ctx, done, field)
        found = [line["custom_id"] for line in lines]
        expect_equal(ctx, found, [wanted], f"the requests of {field}", done)
        results[wanted] = lines[0].get("response")
        expect_made(ctx, str(done[field]))
        for told in (within(line, "error") for line in lines if line.get("error")):
            status = told.get("status_code", 0) if isinstance(told, dict) else 0
            ctx.expect(not 200 <= status < 300, f"a failure has the status {status}", done)
    expect_equal(ctx, done.get("outputs"), None, "outputs that nobody asked for", done)
    answer = ctx.answer(GET, {"job_id": done["id"]}, query={"inline": "true"})
    told = [each["custom_id"] for each in answer["outputs"] or []]
    said = f"the custom ids of outputs are {told}, not {[good]} and perhaps {bad}"
    ctx.expect(sorted(told) in ([good], sorted([good, bad])), said, answer)
    for each in answer["outputs"]:
        said = f"the response to {each['custom_id']} beside that of the file"
        expect_equal(ctx, each.get("response"), results[each["custom_id"]], said, answer)


@rule(
    SHOULD,
    "document: FilePurpose (batch); choices.batch-results-are-files",
    (CREATE, GET, GET_FILE, DOWNLOAD_FILE),
)
def results_are_files(ctx: Context) -> None:
    """The file of a job's results is one of batches, as long as it says."""
    done = _finish(ctx, _create(ctx))
    file = ctx.answer(GET_FILE, file_id=done["output_file"])
    content = ctx.prepare(DOWNLOAD_FILE, file_id=done["output_file"]).content
    expect_equal(ctx, file["purpose"], "batch", "the purpose", file)
    expect_equal(ctx, file["bytes"], len(content), "the number of bytes", file)


@rule(MUST, "document: CreateBatchJobRequest.input_files", (CREATE, GET, UPLOAD_FILE))
def requests_come_from_files(ctx: Context) -> None:
    """A job does each request of its JSON Lines files, the last one too, and answers each whole."""
    names = [f"{word(ctx)} é 🙂\u2028\u2029 end", word(ctx), word(ctx)]
    lines = [json.dumps(_request(name), ensure_ascii=False) for name in names]
    texts = (f"{lines[0]}\n{lines[1]}", f"{lines[2]}\n")
    files = [upload_json_lines(ctx, "batch.jsonl", text, "batch") for text in texts]
    made = _create(ctx, requests=None, input_files=files)
    expect_equal(ctx, made["input_files"], files, "input_files", made)
    done = _finish(ctx, made)
    expect_equal(ctx, done["total_requests"], len(names), "total_requests", done)
    ctx.answer(GET_FILE, file_id=files[0])
    expect_equal(ctx, done["status"], "SUCCESS", "the status", done)
    results = _lines(ctx, done, "output_file")
    found = [str(line["custom_id"]) for line in results]
    expect_equal(ctx, sorted(found), sorted(names), "the custom ids of the results", done)
    for line in results:
        body = within(line, "response", "body")
        ctx.expect(body["choices"], f"{line['custom_id']} has no completion", done)
        spent = within(body, "usage", "completion_tokens")
        ctx.expect(spent, f"{line['custom_id']} has a completion of no tokens", done)
        _expect_model(ctx, body, done)
    ids = [line["id"] for line in results if "id" in line]
    ctx.expect(len(ids) == len(set(ids)), "two results have one id", done)


@rule(
    MUST,
    "document: CreateBatchJobRequest.input_files; harm: a request is answered as another one asks",
    (CREATE, GET, UPLOAD_FILE),
)
def lines_stand_by_themselves(ctx: Context) -> None:
    """What a line of a file leaves out is not taken from the lines before it."""
    free = {"custom_id": word(ctx), "body": MESSAGES}
    capped = {"custom_id": word(ctx), "body": {**MESSAGES, "max_tokens": CAP}}
    (alone, first), (after, second) = (_spent(ctx, each) for each in ([free], [capped, free]))
    if alone <= CAP:
        ctx.skip(f"the model writes no more than {CAP} tokens")
    said = f"a request writes {alone} tokens alone, and {after} after a line that allows {CAP}"
    ctx.expect(after > CAP, said, first, second)


def _spent(ctx: Context, requests: list[dict[str, Any]]) -> tuple[int, Exchange]:
    """Return the tokens that the last request of a file writes, and the job that did it."""
    text = "\n".join(json.dumps(each) for each in requests)
    file = upload_json_lines(ctx, "batch.jsonl", text, "batch")
    done = _finish(ctx, _create(ctx, requests=None, input_files=[file]))
    results = {line["custom_id"]: line for line in _lines(ctx, done, "output_file")}
    answer = within(results, requests[-1]["custom_id"], "response", "body")
    return int(within(answer, "usage")["completion_tokens"] or 0), done


@rule(SHOULD, "document: BatchJob.errors; document: BatchError.count", (CREATE, GET, UPLOAD_FILE))
def mistakes_are_told_once(ctx: Context) -> None:
    """Of lines that are wrong in one way the job tells one mistake, with their number."""
    wrong = [json.dumps({"custom_id": word(ctx)}) for _ in range(ALIKE)]
    lines = "\n".join([json.dumps(_request(word(ctx))), *wrong])
    file = upload_json_lines(ctx, "batch.jsonl", lines, "batch")
    body = _body(ctx, input_files=[file])
    made = ctx.api.call(CREATE, json={n: each for n, each in body.items() if n != "requests"})
    if 400 <= made.status < 500:
        ctx.skip("a file with wrong lines is refused at once")
    done = _finish(ctx, made)
    told = [(each["message"], within(each, "count")) for each in done["errors"]]
    messages = [NUMBER.sub("#", str(message)) for message, _ in told]
    once = len(set(messages)) == len(messages)
    ctx.expect(once, f"the job tells one mistake several times: {messages}", done)
    if len(told) == 1:
        expect_equal(ctx, told[0][1], ALIKE, "the number of mistakes alike", done)


@rule(
    MUST,
    "document: CreateBatchJobRequest.model (the model that all requests run on)",
    (CREATE, GET),
)
def jobs_run_on_their_model(ctx: Context) -> None:
    """A job runs on the model that it names, whichever one a request names, or refuses that one."""
    asked = _request(word(ctx))
    asked["body"]["model"] = other_chat_model(ctx)
    answer = ctx.api.call(CREATE, json=_body(ctx, requests=[asked]))
    if 400 <= answer.status < 500:
        return
    done = _finish(ctx, ctx.expect_status(answer, 200))
    for line in _lines(ctx, done, "output_file") if done["succeeded_requests"] else ():
        _expect_model(ctx, within(line, "response", "body"), done)


@rule(MUST, "harm: what is paid for is lost", (CANCEL, GET))
def what_is_done_is_kept(ctx: Context) -> None:
    """The file of a cancelled job holds as many results as the job counts."""
    made = _create(ctx, requests=[_request(word(ctx)) for _ in range(SOME)])
    watch(
        ctx,
        lambda: ctx.answer(GET, job_id=made["id"]),
        lambda job: not job["succeeded_requests"] and job["status"] not in FINAL,
        0.3,
    )
    ctx.api.call(CANCEL, job_id=made["id"])  # refused where the job has ended meanwhile
    done = _finish(ctx, made)
    results = _lines(ctx, done, "output_file") if done["succeeded_requests"] else []
    expect_equal(ctx, len(results), done["succeeded_requests"], "the number of results", done)
    if not results or done["status"] != "CANCELLED":
        ctx.skip(f"the job ended as {done['status']} with {counted(len(results), 'result')}")


@rule(MUST, "document: BatchJobStatus", (GET,))
def status_goes_forward(ctx: Context) -> None:
    """Status and counts never go back, a waiting job has done nothing, times are in order."""
    made = _create(ctx, requests=[_request(word(ctx)) for _ in range(4)])
    seen = [made, *_watch(ctx, made, 0.3)]
    states = [each["status"] for each in seen if each["status"] in {*RANKS, *FINAL}]
    ranks = [RANKS.get(each, END) for each in states]  # a state that no document knows has none
    ctx.expect(ranks == sorted(ranks), "the status goes back", *seen[-2:])
    for name in COUNTS:
        counts = [each[name] for each in seen]
        ctx.expect(counts == sorted(counts), f"{name} goes back", *seen[-2:])
    early = [each for each in seen if each["status"] == "QUEUED" and each[COUNTS[0]]]
    ctx.expect(not early, "a job that waits has done requests", *early[:1])
    last = seen[-1]
    if last["status"] in FINAL:
        times = [last[name] for name in ("created_at", "started_at", "completed_at")]
        ctx.expect(None not in times and times == sorted(times), "times are out of order", last)


@rule(
    MUST,
    "document: FileVisibility (user); harm: what is private is read by a colleague",
    (CREATE, GET, UPLOAD_FILE),
    needs=("private", "colleague"),
)
def jobs_see_what_their_makers_see(ctx: Context) -> None:
    """A job reads a private file of whoever made it, and no job of a colleague does."""
    page = pdf_sample([word(ctx)])
    part = (ctx.marker.name(page.name), page.content, page.media_type)
    data = {"purpose": "ocr", "visibility": "user"}
    file = ctx.as_("private").call(UPLOAD_FILE, files={"file": part}, data=data)
    if not file.ok or file.get("visibility") != "user":
        ctx.skip(f"a private file is answered with {file.status}")
    asked = {"document": {"type": "file", "file_id": file["id"]}}
    for who, due in (("private", 1), ("colleague", 0)):
        sent = {"custom_id": word(ctx), "body": asked}
        fields = {"endpoint": OCR, "model": able_model(ctx, "ocr"), "requests": [sent]}
        api = ctx.as_(who)
        done = _finish(ctx, ctx.need(api.call(CREATE, json=_body(ctx, **fields))), api)
        said = f"the requests for a private file of the maker that a job of the {who} has done"
        expect_equal(ctx, done["succeeded_requests"], due, said, file, done)


def _expect_model(ctx: Context, found: dict[str, Any], done: Exchange) -> None:
    """Hold a result to the model that a chat with the suite's model says it is from."""
    sent = {"model": chat_model(ctx), "max_tokens": FEW, **MESSAGES}
    chat = ctx.api.call(CHAT_OPERATION, json=sent)
    if chat.ok:
        expect_equal(ctx, found["model"], chat["model"], "the model of a result", chat, done)


def _request(name: str) -> dict[str, Any]:
    return {"custom_id": name, "body": {**MESSAGES, "max_tokens": 16}}


def _body(ctx: Context, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    given = {"endpoint": CHAT, "model": chat_model(ctx), "timeout_hours": 1, **fields}
    given.setdefault("requests", [_request("one")])
    return {name: value for name, value in given.items() if value is not None}


def _create(ctx: Context, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    return ctx.answer(CREATE, json=_body(ctx, **fields))


def _finish(ctx: Context, made: Exchange, api: Api | None = None) -> Exchange:
    """Return the job at its end; skips where that takes too long."""
    seen = _watch(ctx, made, api=api)
    if seen[-1]["status"] not in FINAL:
        ctx.skip(f"the job did not end within {PATIENCE_S} s")
    return seen[-1]


def _watch(
    ctx: Context, made: Exchange, step_s: float = 1, api: Api | None = None
) -> list[Exchange]:
    """Return what the job tells until it has ended."""
    return watch(
        ctx,
        lambda: ctx.need((api or ctx.api).call(GET, job_id=made["id"])),
        lambda job: job["status"] not in FINAL,
        step_s,
        PATIENCE_S,
    )


def _lines(ctx: Context, job: Exchange, field: str) -> list[dict[str, Any]]:
    """Return the lines of a job's file."""
    ctx.expect(job[field], f"the job has no {field}", job)
    answer = ctx.answer(DOWNLOAD_FILE, file_id=job[field])
    return read_lines(answer)
