"""Defects of lists of many things, of what their parameters leave, and of the stamps they tell."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.unit.laws.defects import LIBRARIES, defect, items, remembering, with_items
from tests.unit.laws.defects_of_answers import is_plain

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer


@defect("pages-are-short", "pages.usual-size[beta.libraries.list]", "a page holds 10 of 103")
def pages_are_short(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and "page_size" not in answer.query:
        with_items(answer, items(answer)[:10])


@defect("full-pages-lead-on", "pages.end-is-told[beta.libraries.list]", "holds nothing")
def full_pages_lead_on(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and items(answer) and "page" not in answer.query:
        if not answer.body.get("next_page_token"):
            answer.body = {**answer.body, "next_page_token": "end"}
    elif answer.query.get("page_token") == ["end"]:
        answer.status = 200
        answer.body = {"data": [], "next_page_token": None}


@defect(
    "providers-are-ignored",
    "sets.unknown-leaves-nothing[models.list:provider]",
    "nothing has leaves",
)
def providers_are_ignored(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models") and "provider" in answer.query:
        answer.content = answer.again("GET", "/v1/models").content


@defect("words-of-nobody-find-all", "sets.filter[workflows.get_workflows:search]", "gives an item")
def words_of_nobody_find_all(answer: Answer) -> None:
    searched = answer.is_("GET", "/v1/workflows") and "search" in answer.query
    if searched and not answer.body["workflows"]:
        answer.content = answer.again("GET", "/v1/workflows").content


@defect(
    "wishes-turn-lists", "sets.default-is-no-wish[beta.libraries.documents.list:sort_by]", "order"
)
def wishes_turn_lists(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and "sort_by" in answer.query:
        with_items(answer, items(answer)[::-1])


@defect("models-are-in-milliseconds", "times.are-of-this-century[models.list:created]", "no time")
def models_are_in_milliseconds(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(answer, [{**each, "created": each["created"] * 1000} for each in items(answer)])


@defect("answers-are-in-milliseconds", "times.answers-are-now[chat.complete]", "server's time")
def answers_are_in_milliseconds(answer: Answer) -> None:
    if is_plain(answer):
        answer.body = {**answer.body, "created": answer.body["created"] * 1000}


@defect("links-lead-back", "pages.links-lead-on[beta.observability.judges.list]", "link leads")
def links_lead_back(answer: Answer) -> None:
    if answer.is_("GET", "/judges"):
        judges = answer.body["judges"]
        link = str(judges["next"]).replace("page=2", "page=1")
        answer.body = {"judges": {**judges, "next": judges["next"] and link}}


@defect(
    "links-are-escaped-twice",
    "pages.links-lead-on[beta.observability.campaigns.list]",
    "link leads",
)
def links_are_escaped_twice(answer: Answer) -> None:
    if answer.is_("GET", "/campaigns"):
        found = answer.body["campaigns"]
        link = str(found["next"]).replace("%", "%25")
        answer.body = {"campaigns": {**found, "next": found["next"] and link}}


@defect("false-is-no-wish", "sets.filter[beta.conversations.list:metadata]", "whose `metadata` is")
def false_is_no_wish(answer: Answer) -> None:
    wanted = json.loads(answer.query.get("metadata", ["{}"])[0])
    left = {name: value for name, value in wanted.items() if value or value == ""}
    if answer.is_("GET", "/conversations") and left != wanted:
        size = answer.query.get("page_size", ["20"])[0]
        query = urlencode({"page_size": size, "metadata": json.dumps(left)})
        answer.content = answer.again("GET", f"{answer.path}?{query}").content


@defect("sizes-are-texts", "sets.sorted-as-taken[beta.libraries.documents.list:size]", "`size` is")
def sizes_are_texts(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and answer.query.get("sort_by") == ["size"]:
        body = answer.body
        down = answer.query.get("sort_order") != ["asc"]
        body["data"].sort(key=lambda each: str(each["size"]), reverse=down)
        answer.body = body


@defect(
    "full-pages-count-one-more", "pages.totals-are-true[beta.libraries.documents.list]", "is told"
)
def full_pages_count_one_more(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        body = answer.body
        block = body["pagination"]
        block["total_pages"] = block["total_items"] // block["page_size"] + 1
        answer.body = body


@defect("last-pages-lead-on", "pages.links-lead-on[beta.observability.datasets.list]", "has none")
def last_pages_lead_on(answer: Answer) -> None:
    if answer.is_("GET", "/datasets"):
        found = answer.body["datasets"]
        answer.body = {"datasets": {**found, "next": found["next"] or f"{answer.own_url}/?page=9"}}


@defect(
    "queues-are-ignored", "sets.filter[workflows.get_workflow_registrations:task_queue]", "gives"
)
def queues_are_ignored(answer: Answer) -> None:
    if answer.is_("GET", "/registrations") and "task_queue" in answer.query:
        whole = f"{answer.path}?with_workflow=true&limit=1000"
        answer.content = answer.again("GET", whole).content


@defect("names-alone-are-searched", "sets.filter[workflows.runs.list_runs:search]", "leaves out")
def names_alone_are_searched(answer: Answer) -> None:
    wanted = answer.query.get("search")
    if answer.is_("GET", "/runs") and wanted:
        runs = [each for each in answer.body["executions"] if wanted[0] in each["workflow_name"]]
        answer.body = {**answer.body, "executions": runs}


@defect("paused-are-active", "sets.filter[workflows.schedules.get_schedules:status]", "`paused`")
def paused_are_active(answer: Answer) -> None:
    if answer.is_("GET", "/schedules") and "status" in answer.query:
        answer.content = answer.again("GET", f"{answer.path}?page_size=100").content


@defect("first-type-counts", "sets.repeated-filter[beta.observability.judges.list:type_filter]", "")
def first_type_counts(answer: Answer) -> None:
    wanted = answer.query.get("type_filter", [])
    if answer.is_("GET", "/judges") and len(wanted) > 1:
        judges = answer.body["judges"]
        left = [each for each in judges["results"] if each["output"]["type"] == wanted[0]]
        answer.body = {"judges": {**judges, "results": left}}


@defect("later-pages-turn", "sets.sorted[workflows.get_workflows:display_name]", "order")
def later_pages_turn(answer: Answer) -> None:
    if answer.is_("GET", "/v1/workflows") and "cursor" in answer.query:
        answer.body = {**answer.body, "workflows": answer.body["workflows"][::-1]}


@defect("tools-are-sorted", "values.list-is-kept[judge.tools]", "`tools")
def tools_are_sorted(answer: Answer) -> None:
    if answer.is_("GET") and "/judges/" in answer.path:
        answer.body = {**answer.body, "tools": sorted(answer.body["tools"])}


@defect("commas-part-items", "values.list-is-kept[voice.tags]", "`tags")
def commas_part_items(answer: Answer) -> None:
    if "/audio/voices" in answer.path and answer.status < 300 and answer.method != "DELETE":
        tags = answer.body.get("tags") or []
        answer.body = {**answer.body, "tags": [part for each in tags for part in each.split(", ")]}


@defect("nulls-are-lost", "values.map-is-kept[dataset_record.payload]", "`payload")
def nulls_are_lost(answer: Answer) -> None:
    if answer.is_("GET") and "/dataset-records/" in answer.path:
        told = {name: each for name, each in answer.body["payload"].items() if each is not None}
        answer.body = {**answer.body, "payload": told}


@remembering("changes-resume", "neighbours.other-fields-stay[schedule.policy]", "`paused`")
def changes_resume() -> Alter:
    changed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH"):
            changed.add(answer.path)
        if answer.is_("GET") and answer.path in changed:
            answer.body = {**answer.body, "paused": False}

    return alter


@remembering("changes-lose-input", "neighbours.other-fields-stay[schedule.jitter]", "`input")
def changes_lose_input() -> Alter:
    changed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and "input" not in answer.sent_body["schedule"]:
            changed.add(answer.path)
        if answer.is_("GET") and answer.path in changed:
            answer.body = {**answer.body, "input": None}

    return alter


@defect(
    "first-status-counts", "sets.repeated-is-union[workflows.get_workflows:status]", "one by one"
)
def first_status_counts(answer: Answer) -> None:
    wanted = answer.query.get("status", [])
    if answer.is_("GET", "/v1/workflows") and len(wanted) > 1:
        whole = f"{answer.path}?limit=1000&status={wanted[0]}"
        answer.content = answer.again("GET", whole).content


@remembering("taken-ids-replace", "views.taken-id-replaces-nothing[schedule]", "`jitter` as")
def taken_ids_replace() -> Alter:
    made: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "POST" and answer.path.endswith("/schedules"):
            id_ = answer.sent_body.get("schedule_id")
            if answer.status == 422:
                answer.status, answer.body = 201, {"schedule_id": id_}
                made.add(f"again {id_}")
        if answer.is_("GET") and f"again {answer.path.rpartition('/')[2]}" in made:
            answer.body = {**answer.body, "jitter": "PT59S"}

    return alter


@defect(
    "lists-foretell-nothing",
    "views.list-shows-what-reading-shows[schedule]",
    "`future_executions",
)
def lists_foretell_nothing(answer: Answer) -> None:
    if answer.is_("GET", "/v1/workflows/schedules"):
        found = [{**each, "future_executions": []} for each in answer.body["schedules"]]
        answer.body = {**answer.body, "schedules": found}


@defect(
    "reports-are-found-by-name",
    "sets.filter[fine_tuning.jobs.list:wandb_project]",
    "gives an item",
)
def reports_are_found_by_name(answer: Answer) -> None:
    if "wandb_project" in answer.query and answer.is_("GET", "/v1/fine_tuning/jobs"):
        whole = answer.again("GET", f"{answer.path}?page_size=1000")
        answer.body = whole.json()


@defect("metadata-are-ascii", "sets.filter[batch.jobs.list:metadata]", "leaves out an item")
def metadata_are_ascii(answer: Answer) -> None:
    asked = json.loads(answer.query.get("metadata", ["{}"])[0])
    if answer.is_("GET", "/v1/batch/jobs") and not str(asked).isascii():
        answer.body = {**answer.body, "data": [], "total": 0}


@defect("searches-are-of-the-page", "sets.filtered-pages-tile[files.list:search]", "on large pages")
def searches_are_of_the_page(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files") and "search" in answer.query:
        with_items(answer, items(answer)[: None if answer.query["page_size"] == ["100"] else -1])


@defect("aliases-find-nothing", "sets.unknown-leaves-nothing[models.list:model]", "of that name")
def aliases_find_nothing(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models") and answer.query.get("model", [""])[0].endswith("latest"):
        with_items(answer, [])


@defect(
    "short-pages-do-not-count", "pages.totals-are-true[beta.libraries.documents.list]", "is told"
)
def short_pages_do_not_count(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and answer.body.get("pagination"):
        block = answer.body["pagination"]
        block["total_pages"] = block["total_items"] // block["page_size"]
        answer.body = {**answer.body, "pagination": block}


@defect(
    "versions-are-one-page", "pages.answers-tile[beta.agents.list_versions]", "a page of size 1"
)
def versions_are_one_page(answer: Answer) -> None:
    if answer.is_("GET", "/versions") and answer.query.get("page_size") == ["1"]:
        answer.body = [*answer.body, *answer.body]


@defect("totals-are-of-the-first-page", "pages.totals-are-true[files.list]", "others do not")
def totals_are_of_the_first_page(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files") and answer.query.get("page", ["0"]) != ["0"]:
        answer.body = {**answer.body, "total": None}


@defect("providers-alone-count", "sets.unknown-leaves-nothing[models.list:provider]", "beside a")
def providers_alone_count(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models") and answer.query.keys() >= {"provider", "model"}:
        answer.content = answer.again("GET", f"/v1/models?model={answer.query['model'][0]}").content


@defect("page-sizes-are-counted", "pages.totals-are-true[beta.libraries.list]", "is told")
def page_sizes_are_counted(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and answer.body.get("pagination"):
        block = {**answer.body["pagination"], "page_size": len(items(answer))}
        answer.body = {**answer.body, "pagination": block}


@defect("names-undo-searches", "sets.two-filters[beta.agents.list:name+search]", "gives an item")
def names_undo_searches(answer: Answer) -> None:
    if answer.is_("GET", "/v1/agents") and answer.query.keys() >= {"name", "search"}:
        query = urlencode({"name": answer.query["name"][0], "page_size": 100})
        answer.content = answer.again("GET", f"/v1/agents?{query}").content


@defect(
    "totals-are-of-all-kinds", "sets.chosen-pages-tile[audio.voices.list:type]", "a total of 1000"
)
def totals_are_of_all_kinds(answer: Answer) -> None:
    if answer.is_("GET", "/audio/voices") and answer.query.get("type") == ["custom"]:
        answer.body = {**answer.body, "total": 1000}


@defect(
    "jobs-of-all-are-ones-own",
    "sets.own-leave-out-others[fine_tuning.jobs.list:created_by_me]",
    "holds what caller and colleague made",
)
def jobs_of_all_are_ones_own(answer: Answer) -> None:
    if answer.is_("GET", "/fine_tuning/jobs") and answer.query.get("created_by_me") == ["true"]:
        rest = {name: each for name, each in answer.query.items() if name != "created_by_me"}
        query = urlencode(rest, doseq=True)
        answer.content = answer.again("GET", f"/v1/fine_tuning/jobs?{query}").content


def losing(path: str, parameter: str, case: str, told: str) -> None:
    """Register a list that is answered as if a parameter were not there."""

    @defect(f"{parameter}-is-lost-in-{case.partition('[')[2]}", case, told)
    def lose(answer: Answer) -> None:
        if answer.is_("GET", path) and parameter in answer.query:
            rest = {name: each for name, each in answer.query.items() if name != parameter}
            query = urlencode(rest, doseq=True)
            answer.content = answer.again("GET", f"{answer.path}?{query}").content


WORKFLOWS_ALONE_TELL_NOT = [
    "status", "available_in_chat_assistant", "deployment_name", "deployment_status", "active_only",
]  # fmt: skip
for operation, path, parameters in (
    ("get_workflows", "/workflows", WORKFLOWS_ALONE_TELL_NOT),
    ("get_workflow_registrations", "/registrations", ["active_only"]),
    ("deployments.list_deployments", "/deployments", ["workflow_name", "workspace_id"]),
    ("runs.list_runs", "/runs", ["workflow_tags"]),
):
    for each in parameters:
        case = f"sets.related-filter[workflows.{operation}:{each}]"
        losing(path, each, case, "gives an item whose")
losing("/files", "include_total", "sets.asked-is-filled[files.list:include_total]", "something at")
losing(
    "/schedules",
    "user_id",
    "sets.own-leave-out-others[workflows.schedules.get_schedules:user_id]",
    "holds what caller and colleague made",
)


def telling(parameter: str, operation: str, **told: object) -> None:
    """Register workflows that read as what a list with a parameter that is false leaves out."""
    case = f"sets.related-filter[{operation}:{parameter}]"
    said = f"{parameter}='false' gives an item whose `workflow.{next(iter(told))}` is"

    @defect(f"{parameter}-is-true-in-{operation}", case, said)
    def tell(answer: Answer) -> None:
        if "/v1/workflows/" in answer.path and answer.is_("GET") and "workflow" in answer.body:
            answer.body = {"workflow": {**answer.body["workflow"], **told}}


for each in ("workflows.get_workflows", "workflows.get_workflow_registrations"):
    telling("include_shared", each, workspace_id="0c0ffee0-0000-4000-8000-0000000000ff")
telling("include_internal", "workflows.runs.list_runs", is_technical=True)


@defect(
    "any-tag-is-enough",
    "sets.related-filter[workflows.runs.list_runs:workflow_tags]",
    "gives an item whose",
)
def any_tag_is_enough(answer: Answer) -> None:
    tags = answer.query.get("workflow_tags", [])
    if answer.is_("GET", "/runs") and len(tags) > 1:
        rest = {**answer.query, "workflow_tags": tags[:1]}
        answer.content = answer.again("GET", f"{answer.path}?{urlencode(rest, doseq=True)}").content


@defect(
    "workflows-are-never-filled-in",
    "sets.asked-is-filled[workflows.get_workflow_registrations:with_workflow]",
    "nothing at `workflow_registrations[].workflow`",
)
def workflows_are_never_filled_in(answer: Answer) -> None:
    if answer.is_("GET", "/registrations"):
        told = [{**each, "workflow": None} for each in answer.body["workflow_registrations"]]
        answer.body = {**answer.body, "workflow_registrations": told}


@remembering(
    "tokens-go-with-their-item", "pages.tokens-outlive-their-item[beta.agents.list_pages]", "again"
)
def tokens_go_with_their_item() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        if answer.is_("GET", "/agents/pages") and "page_token" in answer.query and deleted:
            deleted.clear()
            size = answer.query["page_size"][0]
            answer.content = answer.again("GET", f"{answer.path}?page_size={size}").content

    return alter


@defect("aliases-tell-no-end", "views.other-names-find-it[model.aliases]", "of it is null")
def aliases_tell_no_end(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith("/v1/models/"):
        name = answer.path.rpartition("/")[2]
        if name.endswith("-latest"):
            answer.body = {**answer.body, "description": None}


@remembering(
    "changed-items-come-again", "pages.tile-after-a-change[beta.libraries.list]", "come twice"
)
def changed_items_come_again() -> Alter:
    changed: list[str] = []

    def alter(answer: Answer) -> None:
        changed.extend([answer.path] * (answer.method in {"PATCH", "PUT"}))
        if answer.is_("GET", LIBRARIES) and "page_token" in answer.query and changed:
            with_items(answer, [answer.again("GET", changed[-1]).json()])

    return alter
