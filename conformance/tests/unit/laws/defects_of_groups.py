"""Defects of groups beside libraries: that each law bites where another resource is concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.laws.defects import defect, keeping_descriptions, remembering

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer

AGENTS = "/v1/agents"
CONVERSATIONS = "/v1/conversations"
JOBS = "/v1/batch/jobs"
VOICES = "/v1/audio/voices"
TUNING = "/v1/fine_tuning/jobs"
OBSERVED = "/v1/observability"
EXECUTIONS = "/v1/workflows/executions"
SCHEDULES = "/v1/workflows/schedules"


@defect("agents-lose-limits", "views.created-is-shown[agent]", "`completion_args.max_tokens`")
def agents_lose_limits(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{AGENTS}/ag_"):
        body = answer.body
        answer.body = {**body, "completion_args": {**body["completion_args"], "max_tokens": 1}}


@defect("pages-of-agents-hide-names", "views.created-is-shown[agent]", "beta.agents.list_pages")
def pages_of_agents_hide_names(answer: Answer) -> None:
    if answer.is_("GET", f"{AGENTS}/pages"):
        data = [{**each, "name": each["name"].lower()[:3]} for each in answer.body["data"]]
        answer.body = {**answer.body, "data": data}


@defect(
    "handovers-to-anybody",
    "access.named-for-later-is-refused[beta.agents.create:handoffs, foreign]",
    "200",
)
def handovers_to_anybody(answer: Answer) -> None:
    if answer.path == AGENTS and answer.status == 422 and b"handoffs" in answer.sent:
        answer.status, answer.body = 200, {"id": "ag_1"}


@defect(
    "deleted-agents-run-jobs",
    "access.named-id-is-refused[batch.jobs.create:agent_id, deleted]",
    "200",
)
def deleted_agents_run_jobs(answer: Answer) -> None:
    if answer.path == JOBS and answer.status == 422 and b"agent_id" in answer.sent:
        answer.status, answer.body = 200, {"id": "1"}


@defect(
    "unknown-models-run-jobs", "access.unknown-in-body-is-refused[batch.jobs.create:model]", "200"
)
def unknown_models_run_jobs(answer: Answer) -> None:
    if answer.path == JOBS and answer.status == 422:
        answer.status, answer.body = 200, {"id": "1"}


@defect(
    "restarts-lose-the-list", "neighbours.others-stay[beta.conversations.restart]", "does not show"
)
def restarts_lose_the_list(answer: Answer) -> None:
    if answer.is_("POST", "/restart"):
        id_ = answer.path.split("/")[3]
        listed = answer.again("GET", f"{CONVERSATIONS}?page_size=1000")
        for each in listed.json():
            if each["id"] != id_:
                answer.again("DELETE", f"{CONVERSATIONS}/{each['id']}")


@defect("cancelled-jobs-succeed", "ends.stop-leads-to-its-end[batch.jobs.cancel]", "SUCCESS")
def cancelled_jobs_succeed(answer: Answer) -> None:
    reads = answer.is_("GET") and answer.path.startswith(f"{JOBS}/")
    if reads and answer.body["status"] == "CANCELLED":
        answer.body = {**answer.body, "status": "SUCCESS"}


@remembering(
    "ended-jobs-are-cancelled", "ends.stop-leaves-the-ended[batch.jobs.cancel]", "`status`"
)
def ended_jobs_are_cancelled() -> Alter:
    cancelled: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/cancel"):
            cancelled.add(answer.path.removesuffix("/cancel"))
        if answer.is_("GET") and answer.path in cancelled and answer.body["status"] == "SUCCESS":
            answer.body = {**answer.body, "status": "CANCELLED"}

    return alter


@remembering(
    "failed-executions-are-terminated",
    "ends.stop-leaves-the-ended[workflows.executions.terminate_workflow_execution]",
    "`status`",
)
def failed_executions_are_terminated() -> Alter:
    stopped: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and answer.path.endswith("/terminate"):
            stopped.add(answer.path.removesuffix("/terminate"))
        if answer.is_("GET") and answer.path in stopped and answer.body["status"] == "FAILED":
            answer.body = {**answer.body, "status": "TERMINATED"}

    return alter


@defect("jobs-after-include-before", "sets.filter[batch.jobs.list:created_after]", "created_after")
def jobs_after_include_before(answer: Answer) -> None:
    if answer.is_("GET", JOBS) and "created_after" in answer.query:
        answer.body = answer.again("GET", f"{JOBS}?page_size=100").json()


@defect("metadata-fits-in-part", "sets.filter[beta.conversations.list:metadata]", "metadata")
def metadata_fits_in_part(answer: Answer) -> None:
    if answer.is_("GET", CONVERSATIONS) and "metadata" in answer.query:
        answer.body = answer.again("GET", f"{CONVERSATIONS}?page_size=100").json()


@defect("newest-jobs-come-last", "sets.sorted[batch.jobs.list:created]", "`created_at`")
def newest_jobs_come_last(answer: Answer) -> None:
    if answer.is_("GET", JOBS) and answer.query.get("order_by") == ["-created"]:
        answer.body = {**answer.body, "data": answer.body["data"][::-1]}


@defect("counts-of-jobs-are-off", "ends.sums-add-up[batch_job.completed_requests]", "completed")
def counts_of_jobs_are_off(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{JOBS}/"):
        answer.body = {**answer.body, "completed_requests": answer.body["completed_requests"] + 1}


@remembering("null-keeps-descriptions", "values.null-clears[agent.description]", "`description`")
def null_keeps_descriptions() -> Alter:
    return keeping_descriptions("PATCH", AGENTS)


@defect("voices-forget-tags", "views.change-is-shown[voice.tags]", "`tags")
def voices_forget_tags(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{VOICES}/"):
        answer.body = {**answer.body, "tags": ["kept"]}


@defect(
    "strangers-agents-answer",
    "access.named-id-is-refused[agents.complete:agent_id, a stranger's]",
    "200",
)
def strangers_agents_answer(answer: Answer) -> None:
    if answer.path == "/v1/agents/completions" and answer.status >= 400:
        answer.status, answer.body = 200, {"choices": []}


@defect(
    "anyones-files-are-read",
    "access.named-id-is-refused[ocr.process:document.file_id, foreign]",
    "200",
)
def anyones_files_are_read(answer: Answer) -> None:
    if answer.path == "/v1/ocr" and answer.status >= 400:
        answer.status, answer.body = 200, {"pages": []}


def answering_again(path: str, named: Callable[[Any], Any]) -> Alter:
    """Answers at a path about what was named there before, refused or not."""
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.path == path and (name := named(answer.sent_body)):
            if answer.status < 300:
                known[name] = answer.body
            elif name in known:
                answer.status, answer.body = 200, known[name]

    return alter


@remembering(
    "read-files-do-not-end",
    "access.named-id-is-refused[ocr.process:document.file_id, ended]",
    "200",
)
def read_files_do_not_end() -> Alter:
    return answering_again("/v1/ocr", lambda sent: sent["document"].get("file_id"))


@defect(
    "gone-recordings-are-heard",
    "access.named-id-is-refused[audio.transcriptions.complete:file_id, deleted]",
    "200",
)
def gone_recordings_are_heard(answer: Answer) -> None:
    if answer.path == "/v1/audio/transcriptions" and answer.status >= 400:
        answer.status, answer.body = 200, {"text": ""}


@remembering(
    "used-voices-go-on-speaking",
    "access.named-id-is-refused[audio.speech.complete:voice_id, deleted]",
    "200",
)
def used_voices_go_on_speaking() -> Alter:
    return answering_again("/v1/audio/speech", lambda sent: sent.get("voice_id"))


@defect(
    "anyones-files-train",
    "access.named-id-is-refused[fine_tuning.jobs.create:training_files.*.file_id, foreign]",
    "200",
)
def anyones_files_train(answer: Answer) -> None:
    if answer.path == TUNING and answer.status >= 400:
        answer.status, answer.body = 200, {"id": "1"}


@defect("vectors-have-one-size", "answers.option-is-used[embeddings.create:output_dimension]", "4")
def vectors_have_one_size(answer: Answer) -> None:
    if answer.is_("POST", "/embeddings"):
        data = [{**each, "embedding": [0.5] * 9} for each in answer.body["data"]]
        answer.body = {**answer.body, "data": data}


@defect("all-pages-are-read", "answers.option-is-used[ocr.process:pages]", "pages.*.index")
def all_pages_are_read(answer: Answer) -> None:
    if answer.is_("POST", "/ocr"):
        page = answer.body["pages"][0]
        answer.body = {**answer.body, "pages": [{**page, "index": 0}, page]}


@defect(
    "chosen-pages-have-no-blocks",
    "answers.option-is-used[ocr.process:include_blocks]",
    "beside pages and confidence_scores_granularity include_blocks True shows nothing",
)
def chosen_pages_have_no_blocks(answer: Answer) -> None:
    if answer.is_("POST", "/ocr") and answer.sent_body.get("pages"):
        pages = [{**each, "blocks": []} for each in answer.body["pages"]]
        answer.body = {**answer.body, "pages": pages}


@defect("scores-undo-the-choice", "answers.option-is-used[ocr.process:pages]", "gives [0, 1] at")
def scores_undo_the_choice(answer: Answer) -> None:
    if answer.is_("POST", "/ocr") and answer.sent_body.get("confidence_scores_granularity"):
        pages = [{**each, "index": at} for at in (0, 1) for each in answer.body["pages"][:1]]
        answer.body = {**answer.body, "pages": pages}


@defect("blocks-come-unasked", "answers.option-is-used[ocr.process:include_blocks]", "False")
def blocks_come_unasked(answer: Answer) -> None:
    if answer.is_("POST", "/ocr"):
        pages = [{**each, "blocks": [{"type": "text"}]} for each in answer.body["pages"]]
        answer.body = {**answer.body, "pages": pages}


@defect(
    "cancelled-tuning-succeeds", "ends.stop-leads-to-its-end[fine_tuning.jobs.cancel]", "SUCCESS"
)
def cancelled_tuning_succeeds(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{TUNING}/"):
        state = answer.body["status"].replace("CANCELLED", "SUCCESS")
        answer.body = {**answer.body, "status": state}


@defect(
    "untrained-models-are-told", "ends.values-fit-the-state[fine_tuning_job]", "fine_tuned_model"
)
def untrained_models_are_told(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{TUNING}/"):
        answer.body = {**answer.body, "fine_tuned_model": "ft:early"}


@defect("judges-of-all-types", "sets.filter[beta.observability.judges.list:type_filter]", "type")
def judges_of_all_types(answer: Answer) -> None:
    if answer.is_("GET", f"{OBSERVED}/judges") and "type_filter" in answer.query:
        answer.body = answer.again("GET", f"{OBSERVED}/judges?page_size=100").json()


@remembering(
    "anyones-chats-are-imported",
    "access.named-id-is-refused[beta.observability.datasets.import_from_playground:"
    "conversation_ids, foreign]",
    "made 1 of a conversation",
)
def anyones_chats_are_imported() -> Alter:
    asked: list[bytes] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/imports/from-playground") and answer.sent not in asked:
            asked.append(answer.sent)
        if answer.is_("GET", "/records") and len(asked) > 1:
            records = answer.body["records"]
            one = {**records["results"][0], "id": "7d0f4a5e-3c7b-4d52-9d5c-0b6d2f3a1c11"}
            found = {**records, "results": [*records["results"], one]}
            answer.body = {**answer.body, "records": found}

    return alter


@defect(
    "terminated-executions-complete",
    "ends.stop-leads-to-its-end[workflows.executions.terminate_workflow_execution]",
    "COMPLETED",
)
def terminated_executions_complete(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{EXECUTIONS}/"):
        state = answer.body["status"].replace("TERMINATED", "COMPLETED")
        answer.body = {**answer.body, "status": state}


@remembering(
    "ended-executions-are-terminated",
    "ends.stop-leaves-the-ended[workflows.executions.terminate_workflow_execution]",
    "`status`",
)
def ended_executions_are_terminated() -> Alter:
    stopped: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and answer.path.endswith("/terminate"):
            stopped.add(answer.path.removesuffix("/terminate"))
        if answer.is_("GET") and answer.path in stopped and answer.body["status"] == "COMPLETED":
            answer.body = {**answer.body, "status": "TERMINATED"}

    return alter


@remembering("schedules-stay", "views.deletion-is-shown[schedule]", "still shows")
def schedules_stay() -> Alter:
    seen: dict[str, object] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", SCHEDULES):
            seen.update({each["schedule_id"]: each for each in answer.body["schedules"]})
            answer.body = {**answer.body, "schedules": list(seen.values())}

    return alter


@remembering("all-jobs-are-cancelled", "ends.stop-stops-one[batch.jobs.cancel]", "CANCELLED")
def all_jobs_are_cancelled() -> Alter:
    cancelled: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/cancel"):
            cancelled.append(answer.path)
        if answer.is_("GET") and cancelled and answer.path.startswith(f"{JOBS}/"):
            state = answer.body["status"].replace("SUCCESS", "CANCELLED")
            answer.body = {**answer.body, "status": state}

    return alter


@defect(
    "jobs-show-one-file",
    "views.all-named-are-shown[fine_tuning.jobs.create:training_files.*.file_id]",
    "shows 1 of `training_files`",
)
def jobs_show_one_file(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{TUNING}/"):
        answer.body = {**answer.body, "training_files": answer.body["training_files"][:1]}


@remembering(
    "retried-stops-never-end", "ends.stop-asked-again-is-one[batch.jobs.cancel]", "comes to no end"
)
def retried_stops_never_end() -> Alter:
    asked: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/cancel"):
            asked.append(answer.body["id"])
        if answer.is_("GET") and asked.count(answer.path.rpartition("/")[2]) > 1:
            answer.body = {**answer.body, "status": "CANCELLATION_REQUESTED"}

    return alter


@defect("cancels-tell-no-cancel", "ends.stop-is-answered[batch.jobs.cancel]", "with QUEUED")
def cancels_tell_no_cancel(answer: Answer) -> None:
    if answer.is_("POST", "/cancel"):
        answer.body = {**answer.body, "status": "QUEUED"}


@remembering(
    "jobs-train-one-model",
    "views.named-is-there[fine_tuning_job.fine_tuned_model]",
    "name one model",
)
def jobs_train_one_model() -> Alter:
    made: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and answer.path.startswith(f"{TUNING}/"):
            made.extend(filter(None, [answer.body["fine_tuned_model"]]))
            if made:
                answer.body = {**answer.body, "fine_tuned_model": made[0]}

    return alter


@remembering(
    "deployed-once-is-deployed",
    "values.choice-can-be-changed-back[agent.deployment_chat]",
    "`deployment_chat`",
)
def deployed_once_is_deployed() -> Alter:
    deployed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.path.startswith(f"{AGENTS}/ag_") and answer.method in {"PATCH", "GET"}:
            body = answer.body
            if isinstance(body, dict) and body.get("deployment_chat"):
                deployed.add(body["id"])
            if isinstance(body, dict) and body.get("id") in deployed:
                answer.body = {**body, "deployment_chat": True}

    return alter
