"""Defects of groups beside libraries: that each law bites where another resource is concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.laws.defects import defect, remembering

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

AGENTS = "/v1/agents"
CONVERSATIONS = "/v1/conversations"
JOBS = "/v1/batch/jobs"


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
    "access.named-id-is-refused[beta.agents.create:handoffs, foreign]",
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


@defect("null-keeps-descriptions", "values.null-clears[agent.description]", "`description`")
def null_keeps_descriptions(answer: Answer) -> None:
    if answer.method == "GET" and answer.path.startswith(f"{AGENTS}/ag_") and answer.status == 200:
        answer.body = {**answer.body, "description": answer.body.get("description") or "kept"}
