"""Defects of states, of what is nested in bodies, of links' lifetimes, and of many things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.laws.defects import (
    LIBRARIES,
    bearer,
    defect,
    is_item,
    items,
    remembering,
    with_items,
)

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

CHAT = "/chat/completions"


def is_document(answer: Answer) -> bool:
    return answer.is_("GET") and answer.path.split("/")[-2:-1] == ["documents"]


def through(answer: Answer) -> None:
    """Let the URL that an answer gives lead here."""
    _, _, rest = answer.body["url"].partition("://")
    answer.body = {"url": f"{answer.own_url}/{rest.partition('/')[2]}"}


@defect("summaries-come-early", "ends.values-fit-the-state[document]", "null is due")
def summaries_come_early(answer: Answer) -> None:
    if is_document(answer):
        answer.body = {**answer.body, "summary": "It says much."}


@defect("pages-are-forgotten", "ends.values-fit-the-state[document]", "a value is due")
def pages_are_forgotten(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        with_items(answer, [{**each, "number_of_pages": None} for each in items(answer)])


@defect("totals-leave-out-summaries", "ends.sums-add-up[document.tokens_processing_total]", "make")
def totals_leave_out_summaries(answer: Answer) -> None:
    if is_document(answer):
        read = answer.body["tokens_processing_main_content"] or 0
        answer.body = {**answer.body, "tokens_processing_total": read}


@defect("lists-are-done-first", "ends.views-tell-one-state[document]", "`process_status` is")
def lists_are_done_first(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        done = {"process_status": "done", "processing_status": "Completed"}
        with_items(answer, [{**each, **done} for each in items(answer)])


@defect(
    "reprocess-breaks-on-the-way",
    "ends.action-on-the-way[beta.libraries.documents.reprocess]",
    "answers 500",
)
def reprocess_breaks_on_the_way(answer: Answer) -> None:
    if answer.is_("POST", "/reprocess"):
        answer.status = 500


@remembering(
    "reprocessing-never-ends",
    "ends.action-ends-again[beta.libraries.documents.reprocess]",
    "hours after",
)
def reprocessing_never_ends() -> Alter:
    waiting: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/reprocess"):
            waiting.add(answer.path.removesuffix("/reprocess"))
        elif is_document(answer) and answer.path in waiting:
            answer.body = {**answer.body, "process_status": "todo", "processing_status": "Running"}

    return alter


@remembering(
    "reprocess-is-not-told",
    "ends.action-is-told-by-times[beta.libraries.documents.reprocess]",
    "`last_processed_at` did not move",
)
def reprocess_is_not_told() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if is_document(answer) and answer.body["last_processed_at"]:
            time = first.setdefault(answer.path, answer.body["last_processed_at"])
            answer.body = {**answer.body, "last_processed_at": time}

    return alter


@remembering(
    "urls-never-end",
    "urls.live-as-long-as-said[files.get_signed_url for 1]",
    "answers 200 30 s after its end",
)
def urls_never_end() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            through(answer)
        elif not bearer(answer) and answer.status == 200:
            served[answer.path] = answer.content
        elif answer.path in served:
            answer.status, answer.content = 200, served[answer.path]

    return alter


@remembering(
    "urls-are-given-again",
    "urls.live-as-long-as-said[files.get_signed_url for 1]",
    "30 s before its end",
)
def urls_are_given_again() -> Alter:
    given: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            answer.body = given.setdefault(answer.path, answer.body)

    return alter


@remembering("urls-take-writes", "urls.are-for-reading[files.get_signed_url]", "something else")
def urls_take_writes() -> Alter:
    written: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            through(answer)
        elif not bearer(answer) and answer.method == "PUT":
            written[answer.path] = answer.sent
        elif not bearer(answer) and answer.path in written:
            answer.content = written[answer.path]

    return alter


PREAMBLE = (
    "Of course: here is what the file says, from its first line to the last, as you asked me:"
)


@remembering(
    "anyone-reads-files",
    "access.nested-id-is-refused-or-unused[chat.complete:messages.*.content.*.file_id, foreign]",
    "the answer tells",
)
def anyone_reads_files() -> Alter:
    files: list[tuple[str, bytes]] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files.append((answer.body["id"], answer.sent))
        named = [sent.decode() for key, sent in files if key.encode() in answer.sent]
        if answer.method == "POST" and answer.path.endswith(CHAT) and named:
            told = [*PREAMBLE.split(), *" ".join(named).split()]
            quoted = told[: answer.sent_body.get("max_tokens")]
            answer.status, answer.body = 200, {**answer.body, "quoted": quoted}

    return alter


@defect(
    "unknown-libraries-break",
    "access.nested-id-is-refused-or-unused[chat.complete:tools.*.library_ids, unknown]",
    "answers 500",
)
def unknown_libraries_break(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.again("GET", _named(answer)).status_code == 404:
        answer.status = 500


def _named(answer: Answer) -> str:
    return f"{LIBRARIES}/{answer.sent_body['tools'][0]['library_ids'][0]}"


@defect("counts-end-at-a-page", "much.children-are-counted[library.nb_documents]", "is 100 in")
def counts_end_at_a_page(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, LIBRARIES):
        answer.body = {**answer.body, "nb_documents": min(answer.body["nb_documents"], 100)}


@defect("early-turns-are-dropped", "much.long-conversation[chat.complete]", "messages before it")
def early_turns_are_dropped(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.content[:1] == b"{":
        usage = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}
        answer.body = {**answer.body, "usage": usage}


@defect("first-tools-count", "much.many-tools[chat.complete]", "are called where tool_47")
def first_tools_count(answer: Answer) -> None:
    if answer.is_("POST", CHAT):
        answer.content = answer.content.replace(b'"tool_47"', b'"tool_7"')


@defect("ids-are-numbers", "seen.answers-have-their-form[models.list]", "whole number")
def ids_are_numbers(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(answer, [{**each, "id": 7} for each in items(answer)])


@defect("births-are-in-millis", "seen.times-are-possible[models.list]", "no time in seconds")
def births_are_in_millis(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(answer, [{**each, "created": 1_760_000_000_000} for each in items(answer)])


@defect(
    "updates-count-wrongly",
    "neighbours.action-shows-the-object[beta.libraries.update]",
    "`nb_documents` is",
)
def updates_count_wrongly(answer: Answer) -> None:
    if answer.is_("PATCH"):
        answer.body = {**answer.body, "nb_documents": 7}


@remembering("libraries-are-forgotten", "gone.only-at-its-time[library]", "any more")
def libraries_are_forgotten() -> Alter:
    looks: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        if is_item(answer, LIBRARIES):
            looks[answer.path] = looks.get(answer.path, 0) + 1
            if looks[answer.path] > 3:
                answer.status, answer.body = 404, {"detail": "not found"}

    return alter


@remembering(
    "embeddings-are-no-jobs",
    "answers.batched-as-alone[batch_job of /v1/embeddings]",
    "1 of 1 failed",
)
def embeddings_are_no_jobs() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET") and b'"/v1/embeddings"' in answer.content:
            answer.body = {**answer.body, "succeeded_requests": 0, "failed_requests": 1}

    return alter


@defect("ends-drop-events", "ends.stop-stops-one[fine_tuning.jobs.cancel]", "any more")
def ends_drop_events(answer: Answer) -> None:
    if answer.is_("GET") and b'"CANCEL' in answer.content and "events" in answer.body:
        answer.body = {**answer.body, "events": answer.body["events"][-1:]}
