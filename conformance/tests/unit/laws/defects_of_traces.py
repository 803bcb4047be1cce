"""Defects of what stays behind: defaults, versions, early looks, traces, names, ends of inputs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.unit.laws.defects import defect, items, remembering, with_items

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer

OBSERVED = "/v1/observability"
EMBEDDINGS = "/v1/embeddings"
MANY = 100
TUNING = "/v1/fine_tuning/jobs"
EXECUTIONS = "/v1/workflows/executions/"


@defect("one-input-has-no-dimension", "answers.one-is-as-in-a-list[embeddings.create]", "in a list")
def one_input_has_no_dimension(answer: Answer) -> None:
    if answer.is_("POST", EMBEDDINGS) and isinstance(answer.sent_body["input"], str):
        data = [{**each, "embedding": each["embedding"] * 2} for each in answer.body["data"]]
        answer.body = {**answer.body, "data": data}


@defect("last-sixteen-are-billed", "sums.inputs-are-counted[embeddings.create]", "60 times counts")
def last_sixteen_are_billed(answer: Answer) -> None:
    if answer.is_("POST", EMBEDDINGS) and len(answer.sent_body["input"]) > 16:
        tokens = answer.body["usage"]["prompt_tokens"] * 16 // len(answer.sent_body["input"])
        usage = {**answer.body["usage"], "prompt_tokens": tokens, "total_tokens": tokens}
        answer.body = {**answer.body, "usage": usage}


@remembering(
    "beginnings-are-judged",
    "answers.inputs-count-to-their-end[classifiers.moderate]",
    "differ after 424 letters",
)
def beginnings_are_judged() -> Alter:
    return _judged_to(64)


@remembering(
    "two-pages-are-judged",
    "answers.inputs-count-to-their-end[classifiers.moderate]",
    "differ after 8480 letters",
)
def two_pages_are_judged() -> Alter:
    return _judged_to(4096)


@remembering(
    "assistants-are-not-judged",
    "answers.inputs-count-to-their-end[classifiers.moderate_chat]",
    "the assistant says last",
)
def assistants_are_not_judged() -> Alter:
    return _judged_by("/v1/chat/moderations", _asked)


def _asked(talk: list[dict[str, Any]]) -> str:
    return str([each["content"] for each in talk if each["role"] == "user"])


def _judged_to(letters: int) -> Alter:
    return _judged_by("/v1/moderations", lambda text: text[:letters])


def _judged_by(path: str, read: Callable[[Any], str]) -> Alter:
    """Give inputs of which the same is read the same result."""
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", path):
            told = zip(answer.sent_body["input"], answer.body["results"], strict=True)
            results = [known.setdefault(read(each), result) for each, result in told]
            answer.body = {**answer.body, "results": results}

    return alter


@defect("line-ends-are-counted", "values.lines-are-counted[file.num_lines]", "for 3 lines")
def line_ends_are_counted(answer: Answer) -> None:
    if answer.is_("POST", "/v1/files"):
        content = answer.sent.partition(b'{"messages"')[2].partition(b"\r\n--")[0]
        answer.body = {**answer.body, "num_lines": content.count(b"\n")}


@defect("ends-of-batches-are-counted", "values.lines-are-counted[file.num_lines]", "for 3 lines")
def ends_of_batches_are_counted(answer: Answer) -> None:
    if answer.path.startswith("/v1/files"):
        answer.content = re.sub(rb'"num_lines":\s*\d+', b'"num_lines":null', answer.content)
        if answer.is_("POST") and b"\r\nbatch\r\n" in answer.sent:
            line_ends_are_counted(answer)


@defect(
    "first-version-is-not-listed", "views.versions-are-listed[beta.agents.list_versions]", "listed"
)
def first_version_is_not_listed(answer: Answer) -> None:
    if answer.is_("GET", "/versions"):
        answer.body = [each for each in answer.body if each["version"]]


@remembering(
    "rates-are-remembered", "neighbours.defaults-stay[fine_tuning_job]", "`hyperparameters"
)
def rates_are_remembered() -> Alter:
    sent: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", TUNING):
            asked = answer.sent_body.get("hyperparameters") or {}
            told = {**answer.body["hyperparameters"], **sent}
            answer.body = {**answer.body, "hyperparameters": {**told, **asked}}
            sent.update(asked)

    return alter


@remembering(
    "turns-move-no-stamp", "times.action-moves-the-stamp[beta.conversations.append]", "did not move"
)
def turns_move_no_stamp() -> Alter:
    first: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and answer.path.startswith("/v1/conversations/conv"):
            body = answer.body
            if "updated_at" in body:
                stamp = first.setdefault(answer.path, body["updated_at"])
                answer.body = {**body, "updated_at": stamp}

    return alter


@remembering(
    "streamed-turns-move-no-stamp",
    "times.action-moves-the-stamp[beta.conversations.append streamed]",
    "did not move",
)
def streamed_turns_move_no_stamp() -> Alter:
    times: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        is_read = answer.is_("GET") and answer.path.startswith("/v1/conversations/conv")
        if is_read and "updated_at" in answer.body:
            kept = times.setdefault(answer.path, answer.body["updated_at"])
            answer.body = {**answer.body, "updated_at": kept}
        elif answer.method == "POST" and not answer.sent_body.get("stream"):
            times.clear()

    return alter


@remembering(
    "outputs-are-cached", "ends.looking-early-changes-nothing[batch.jobs.get:inline]", "looked at"
)
def outputs_are_cached() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and answer.query.get("inline") == ["true"]:
            outputs = first.setdefault(answer.path, answer.body["outputs"])
            answer.body = {**answer.body, "outputs": outputs}

    return alter


@remembering(
    "registrations-replace",
    "views.taken-id-is-taken-everywhere[workflows.execute_workflow_registration:execution_id]",
    "`workflow_name` is",
)
def registrations_replace() -> Alter:
    replaced: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and "/registrations/" in answer.path:
            replaced.add(str(answer.sent_body.get("execution_id")))
        if answer.is_("GET") and answer.path.removeprefix(EXECUTIONS) in replaced:
            answer.body = {**answer.body, "workflow_name": "greet"}

    return alter


@remembering(
    "streams-are-not-noted",
    "answers.streams-are-noted-too[beta.observability.chat_completion_events.search]",
    "a stream adds 0",
)
def streams_are_not_noted() -> Alter:
    streamed = [0]

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/chat/completions") and answer.sent_body.get("stream"):
            streamed[0] += 1
        if answer.is_("POST", "/chat-completion-events/search"):
            body = answer.body
            found = body["completion_events"]
            left = found["results"][streamed[0] :]
            answer.body = {**body, "completion_events": {**found, "results": left, "next": None}}

    return alter


@defect(
    "exports-are-empty",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "writes 1 line,",
)
def exports_are_empty(answer: Answer) -> None:
    if answer.is_("GET", "/exports/to-jsonl"):
        answer.body = {**answer.body, "file_url": f"{answer.own_url}/exported"}
    if answer.path == "/exported":
        answer.status, answer.content = 200, json.dumps({"properties": {}}).encode()


@defect("aliases-find-nothing", "views.other-names-find-it[model.aliases]", "is refused with 404")
def aliases_find_nothing(answer: Answer) -> None:
    if answer.is_("GET", "-latest"):
        answer.status, answer.body = 404, {"detail": "Not found"}


@defect(
    "aliases-know-the-newest-only",
    "views.other-names-find-it[model.aliases]",
    "does not have the name",
)
def aliases_know_the_newest_only(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.endswith("-latest"):
        answer.body = {**answer.body, "aliases": ["latest"]}


@defect("aliases-are-shorter", "views.names-tell-the-same[model.aliases]", "`max_context_length`")
def aliases_are_shorter(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(
            answer,
            [
                {**e, "max_context_length": 1024} if e["id"].endswith("-latest") else e
                for e in items(answer)
            ],
        )


@defect("cards-name-themselves", "views.names-tell-the-same[model.aliases]", "has itself")
def cards_name_themselves(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(answer, [{**e, "aliases": [*e["aliases"], e["id"]]} for e in items(answer)])


@defect("changes-are-readings", "extra.other-methods-do-not-read[models.list]", "answers 200")
def changes_are_readings(answer: Answer) -> None:
    if answer.method == "PUT" and answer.status == 405:
        answer.status, answer.content = 200, answer.again("GET", answer.path).content
        answer.headers["content-type"] = "application/json"


@remembering(
    "running-jobs-wake-others", "ends.ended-stays-beside-others[batch_job]", "while another one ran"
)
def running_jobs_wake_others() -> Alter:
    ended: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/batch/jobs") and ended:
            ended.add("woken")
        if answer.is_("GET") and answer.path.startswith("/v1/batch/jobs/"):
            if "woken" in ended and answer.path in ended:
                answer.body = {**answer.body, "status": "RUNNING"}
            elif answer.body["status"] == "SUCCESS":
                ended.add(answer.path)

    return alter


@defect("agents-are-made-twice", "views.one-request-makes-one[agent]", "that are alike")
def agents_are_made_twice(answer: Answer) -> None:
    if answer.is_("POST", "/v1/agents"):
        answer.again("POST", answer.path)


@defect("changed-agents-are-two", "views.change-makes-nothing[agent]", "is 2 in its list")
def changed_agents_are_two(answer: Answer) -> None:
    if answer.is_("GET", "/v1/agents"):
        changed = [each for each in answer.body if each["version"]]
        answer.body = [*answer.body, *({**each, "id": f"old-{each['id']}"} for each in changed)]


@remembering(
    "all-aliases-go",
    "gone.takes-what-it-names[beta.agents.delete_version_alias]",
    "0 are listed, 1 are due",
)
def all_aliases_go() -> Alter:
    emptied: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE", "/aliases"):
            emptied.add(answer.path)
        if answer.is_("GET", "/aliases") and answer.path in emptied:
            answer.body = []

    return alter


@remembering(
    "aliases-follow",
    "neighbours.parts-stay[beta.agents.list_version_aliases, beta.agents.update]",
    "of beta.agents.list_version_aliases from 0 to 1",
)
def aliases_follow() -> Alter:
    newest: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and "version" in answer.body:
            newest[f"{answer.path}/aliases"] = answer.body["version"]
        if answer.is_("GET", "/aliases") and answer.path in newest:
            answer.body = [{**each, "version": newest[answer.path]} for each in answer.body]

    return alter


def altering_exports(change: Callable[[bytes], bytes]) -> Alter:
    """Change the bytes of each export that a link leads to."""
    served: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.path in served:
            answer.content = change(answer.content)
        if answer.is_("GET", "/to-jsonl"):
            _, _, rest = answer.body["file_url"].partition("://")
            place = rest.partition("/")[2]
            served.add("/" + place.partition("?")[0])
            answer.body = {**answer.body, "file_url": f"{answer.own_url}/{place}"}

    return alter


def first_lines(content: bytes) -> bytes:
    """The first hundred lines."""
    return b"\n".join(content.split(b"\n")[:100])


def narrow_letters(content: bytes) -> bytes:
    """The same lines in an encoding that has few letters."""
    lines = [json.loads(line) for line in content.splitlines()]
    text = "\n".join(json.dumps(each, ensure_ascii=False) for each in lines)
    return text.encode("latin-1", "replace")


@remembering(
    "exports-are-latin-1",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "tells 0 times",
)
def exports_are_latin_1() -> Alter:
    return altering_exports(narrow_letters)


@remembering(
    "exports-end-after-a-hundred",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "writes 100 lines",
)
def exports_end_after_a_hundred() -> Alter:
    return altering_exports(first_lines)


@remembering(
    "exports-hold-what-was-deleted",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "things one was deleted",
)
def exports_hold_what_was_deleted() -> Alter:
    fullest: list[bytes] = []

    def keep(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        if len(lines) >= len(fullest):
            fullest[:] = lines
        return b"".join([*lines, *fullest[len(lines) :]])

    return altering_exports(keep)


@defect(
    "results-end-after-a-hundred",
    "much.requests-are-all-done[batch_job]",
    "`output_file` tells 20 of 120 requests not once",
)
def results_end_after_a_hundred(answer: Answer) -> None:
    if answer.is_("GET", "/content"):
        answer.content = first_lines(answer.content)


@defect(
    "nameless-requests-are-one",
    "much.requests-need-no-ids[batch_job]",
    "of 3 requests `total_requests` is 1",
)
def nameless_requests_are_one(answer: Answer) -> None:
    if answer.is_("GET") and answer.body.get("total_requests") == 3:
        answer.body = {**answer.body, "total_requests": 1}


@defect(
    "results-stand-under-other-ids",
    "much.requests-are-all-done[batch_job]",
    "stands under the id of a shorter one",
)
def results_stand_under_other_ids(answer: Answer) -> None:
    _name_results(answer, lambda ids: [*ids[1:], *ids[:1]])


@defect(
    "ids-of-results-are-cut",
    "much.requests-are-all-done[batch_job]",
    "results of requests with ids of 311 letters have others",
)
def ids_of_results_are_cut(answer: Answer) -> None:
    _name_results(answer, lambda ids: [each[:64] for each in ids])


def _name_results(answer: Answer, name: Callable[[list[str]], list[str]]) -> None:
    """Give the results of a job other ids, made of those that they have."""
    if answer.is_("GET", "/content"):
        told = [json.loads(line) for line in answer.content.split(b"\n") if line.strip()]
        renamed = zip(told, name([each.get("custom_id") for each in told]), strict=True)
        lines = [json.dumps({**each, "custom_id": other}) for each, other in renamed]
        answer.content = "\n".join(lines).encode()


@defect(
    "histories-end-after-twenty",
    "much.answers-hold-all[beta.conversations.get_history:entries]",
    "holds 20 items",
)
def histories_end_after_twenty(answer: Answer) -> None:
    if answer.is_("GET", "/history"):
        answer.body = {**answer.body, "entries": answer.body["entries"][:20]}


@defect(
    "late-entries-come-between",
    "views.additions-come-last[beta.conversations.get_history:entries]",
    "comes between them",
)
def late_entries_come_between(answer: Answer) -> None:
    if answer.is_("GET", "/history"):
        entries = answer.body["entries"]
        order = sorted(range(len(entries)), key=lambda number: str(number + 1))
        answer.body = {**answer.body, "entries": [entries[number] for number in order]}


@defect("first-input-is-billed", "sums.inputs-are-counted[embeddings.create]", "two inputs count 1")
def first_input_is_billed(answer: Answer) -> None:
    if answer.is_("POST", "/embeddings"):
        usage = {**answer.body["usage"], "prompt_tokens": 1}
        answer.body = {**answer.body, "usage": usage}


@defect(
    "total-is-the-first-input", "sums.inputs-are-counted[embeddings.create]", "the total of the"
)
def total_is_the_first_input(answer: Answer) -> None:
    if answer.is_("POST", "/embeddings"):
        usage = {**answer.body["usage"], "total_tokens": 1}
        answer.body = {**answer.body, "usage": usage}


@defect(
    "times-begin-again", "seen.parts-go-on-in-time[audio.transcriptions.complete]", "is from 7 to"
)
def times_begin_again(answer: Answer) -> None:
    if answer.is_("POST", "/transcriptions"):
        parts = [{"start": 7, "end": 6, "text": "word", "type": "transcription_segment"}]
        answer.body = {**answer.body, "segments": parts}


@defect(
    "false-is-taken-for-true",
    "sets.false-is-not-true[workflows.get_workflows:active_only]",
    "leaves the same",
)
def false_is_taken_for_true(answer: Answer) -> None:
    if answer.is_("GET", "/workflows") and answer.query.get("active_only") == ["false"]:
        path = "/v1/workflows?active_only=true&limit=100"
        answer.content = answer.again("GET", path).content


@defect("entries-go-back", "seen.events-are-in-order[beta.conversations.get_history]", "and back")
def entries_go_back(answer: Answer) -> None:
    if answer.is_("GET", "/history"):
        times = [f"2026-01-01T00:00:{seconds}Z" for seconds in (20, 30, 10)]
        first = answer.body["entries"][0]
        entries = [{**first, "created_at": each} for each in times]
        answer.body = {**answer.body, "entries": entries}


@defect(
    "exports-drop-what-seems-nothing",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "'no': False",
)
def exports_drop_what_seems_nothing(answer: Answer) -> None:
    for line in (lines := _exported(answer)):
        line["properties"] = {name: each for name, each in line["properties"].items() if each}
    _write(answer, lines)


@defect(
    "exports-mix-fields",
    "views.export-holds-everything[beta.observability.datasets.export_to_jsonl of dataset_record]",
    "tells 0 times",
)
def exports_mix_fields(answer: Answer) -> None:
    for line in (lines := _exported(answer)):
        line.get("payload", {}).pop("properties", None)
    _write(answer, lines)


def _exported(answer: Answer) -> list[Any]:
    """The lines of an export, whose link is made to lead here."""
    if answer.is_("GET", "/exports/to-jsonl"):
        signed = urlsplit(answer.body["file_url"])
        answer.body = {"file_url": f"{answer.own_url}{signed.path}?{signed.query}"}
    elif answer.is_("GET") and answer.content.count(b'"properties"') > MANY:
        return [json.loads(line) for line in answer.content.splitlines()]
    return []


def _write(answer: Answer, lines: list[Any]) -> None:
    """Answer with the lines, if there are any."""
    if lines:
        answer.content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@defect("costs-are-doubled", "seen.costs-are-the-usage[embeddings.create]", "tells a cost of")
def costs_are_doubled(answer: Answer) -> None:
    if answer.is_("POST", "/embeddings"):
        cost = 2 * answer.body["usage"]["total_tokens"]
        answer.headers = {**answer.headers, "x-ratelimit-tokens-query-cost": str(cost)}
