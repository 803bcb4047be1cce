"""Defects that reach others, in space and in time: namesakes, colleagues, what is past its end."""

from __future__ import annotations

import re
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
from tests.unit.laws.defects_of_ends import is_document

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

DOCUMENTS = "beta.libraries.documents"
JOBS = "/v1/fine_tuning/jobs"
REGISTRATIONS, RUNS = "/v1/workflows/registrations", "/v1/workflows/runs"


@remembering(
    "deletion-empties-other-histories",
    "neighbours.others-stay[beta.conversations.delete]",
    "out of another conversation",
)
def deletion_empties_other_histories() -> Alter:
    seen: set[str] = set()
    emptied: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE") and answer.path.startswith("/v1/conversations/"):
            emptied.update(seen)
        if answer.is_("GET", "/history") and answer.status == 200:
            seen.add(answer.path)
            if answer.path in emptied:
                answer.body = {**answer.body, "entries": []}

    return alter


@remembering(
    "reprocess-loses-attributes",
    f"neighbours.own-fields-stay[{DOCUMENTS}.reprocess]",
    f"changed `attributes` in {DOCUMENTS}.get from {{",
)
def reprocess_loses_attributes() -> Alter:
    again: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/reprocess"):
            again.add(answer.path.removesuffix("/reprocess"))
        if is_document(answer) and answer.path in again:
            answer.body = {**answer.body, "attributes": None}

    return alter


@remembering(
    "reprocess-runs-all", f"neighbours.others-stay[{DOCUMENTS}.reprocess]", "`last_processed_at`"
)
def reprocess_runs_all() -> Alter:
    again: list[str] = []

    def alter(answer: Answer) -> None:
        again.extend([answer.path] * answer.is_("POST", "/reprocess"))
        if is_document(answer) and again and answer.body["last_processed_at"]:
            answer.body = {**answer.body, "last_processed_at": "2030-01-01T00:00:00Z"}

    return alter


@remembering(
    "reprocess-doubles", f"neighbours.others-stay[{DOCUMENTS}.reprocess]", "added to the document"
)
def reprocess_doubles() -> Alter:
    again: list[str] = []

    def alter(answer: Answer) -> None:
        again.extend([answer.path] * answer.is_("POST", "/reprocess"))
        if answer.is_("GET", "/documents") and again and items(answer):
            copy = {**items(answer)[0], "id": "0c0ffee0-0000-4000-8000-0000000000aa"}
            with_items(answer, [*items(answer), copy])

    return alter


@remembering(
    "changes-lift-limits",
    "neighbours.other-fields-stay[schedule.input]",
    "lost `remaining_executions`",
)
def changes_lift_limits() -> Alter:
    changed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "PATCH":
            changed.add(answer.path)
        if answer.is_("GET") and answer.path in changed:
            answer.body = {**answer.body, "remaining_executions": None}

    return alter


@remembering(
    "imports-copy-what-is-anybodys",
    "access.named-id-is-refused["
    "beta.observability.datasets.import_from_dataset_records:dataset_record_ids, foreign]",
    "made 1 of",
)
def imports_copy_what_is_anybodys() -> Alter:
    copied: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/imports/from-dataset"):
            copied.append(f"0c0ffee0-0000-4000-8000-{len(copied):012}")
        if answer.is_("GET", "/records") and copied:
            told = answer.body["records"]
            more = [{**told["results"][0], "id": each} for each in copied]
            answer.body = {"records": {**told, "results": [*told["results"], *more]}}

    return alter


@remembering(
    "unsharing-ends-all-shares",
    "neighbours.others-stay[beta.libraries.accesses.delete]",
    "does not show any more",
)
def unsharing_ends_all_shares() -> Alter:
    ended: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method == "DELETE" and answer.path.endswith("/share"):
            ended.add(answer.path)
        if answer.is_("GET", "/share") and answer.path in ended:
            with_items(answer, [each for each in items(answer) if each["role"] == "Owner"])

    return alter


@remembering("namesakes-are-one", "views.namesakes-are-two[library]", "have one id")
def namesakes_are_one() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", LIBRARIES):
            answer.body = first.setdefault(answer.body["name"], answer.body)

    return alter


@defect("empty-is-null", "values.empty-text-is-kept[library.description]", "as null, sent was")
def empty_is_null(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, LIBRARIES):
        answer.body = {**answer.body, "description": answer.body["description"] or None}


@remembering("expiry-is-in-seconds", "times.ends-as-asked[file.expires_at]", "is due")
def expiry_is_in_seconds() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET") and is_item(answer, "/v1/files") and answer.body["expires_at"]:
            created, ends = answer.body["created_at"], answer.body["expires_at"]
            answer.body = {**answer.body, "expires_at": created + (ends - created) // 3600}

    return alter


@remembering("expired-is-read", "gone.at-its-time[file.expires_at]", "after its time")
def expired_is_read() -> Alter:
    seen: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.method == "GET" and is_item(answer, "/v1/files"):
            if answer.status == 200:
                seen[answer.path] = answer.body
            elif answer.path in seen:
                answer.status, answer.body = 200, seen[answer.path]

    return alter


@remembering(
    "links-outlive-libraries",
    f"gone.links-die[{DOCUMENTS}.get_signed_url with its library]",
    "answers 200",
)
def links_outlive_libraries() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "-url"):
            _, _, rest = answer.body.partition("://")
            answer.body = f"{answer.own_url}/{rest.partition('/')[2]}"
        elif not bearer(answer) and answer.status == 200:
            served[answer.path] = answer.content
        elif not bearer(answer) and answer.path in served:
            answer.status, answer.content = 200, served[answer.path]

    return alter


@remembering(
    "private-files-are-shown", "access.private-is-hidden[file.visibility user]", "shows a colleague"
)
def private_files_are_shown() -> Alter:
    files: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files[f"/v1/files/{answer.body['id']}"] = answer.body
        if answer.method == "GET" and answer.status == 404 and answer.path in files:
            answer.status, answer.body = 200, files[answer.path]

    return alter


@defect(
    "common-files-are-hidden",
    "access.common-is-shown[file.visibility workspace]",
    "does not show a colleague",
)
def common_files_are_hidden(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files") and "colleague" in bearer(answer).lower():
        with_items(answer, [])


@defect(
    "workspaces-edit", "roles.level-holds-for-all[library with Workspace as Viewer]", "answers 200"
)
def workspaces_edit(answer: Answer) -> None:
    if answer.method == "PATCH" and answer.status == 403:
        answer.status = 200


@remembering(
    "shares-reach-all", "roles.share-reaches-whom-it-names[library]", "shared with another"
)
def shares_reach_all() -> Alter:
    shared: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("PUT", "/share"):
            path = answer.path.removesuffix("/share")
            shared[path] = {"id": path.rpartition("/")[2], "name": "x", "owner_type": "Workspace"}
        if answer.method == "GET" and answer.status == 404 and answer.path in shared:
            answer.status, answer.body = 200, shared[answer.path]

    return alter


@remembering("one-share-is-lost", "together.shares-all-stay[library]", "has 0 entries")
def one_share_is_lost() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/share"):
            with_items(answer, items(answer)[:3])

    return alter


def with_(answer: Answer, **fields: Any) -> None:
    answer.body = {**answer.body, **fields}


@remembering(
    "renamed-documents-leave-the-stamp",
    "times.changed-children-move-the-stamp[library:document]",
    "did not move",
)
def renamed_documents_leave_the_stamp() -> Alter:
    first: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and is_item(answer, LIBRARIES):
            with_(answer, updated_at=first.setdefault(answer.path, answer.body["updated_at"]))

    return alter


@remembering("urls-mix", "urls.do-not-mix[document]", "put together of two answers 200")
def urls_mix() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "-url"):
            _, _, rest = answer.body.partition("://")
            answer.body = f"{answer.own_url}/{rest.partition('/')[2]}"
        elif not bearer(answer) and answer.status == 200:
            served[answer.path] = answer.content
        elif not bearer(answer) and answer.path in served:
            answer.status, answer.content = 200, served[answer.path]

    return alter


@remembering("past-is-rewritten", "neighbours.versions-stay[agent.metadata]", "changed `metadata")
def past_is_rewritten() -> Alter:
    newest: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if (
            answer.method == "PATCH"
            and answer.path.startswith("/v1/agents/")
            and answer.status < 300
        ):
            newest[answer.body["id"]] = answer.body["metadata"]
        if answer.is_("GET", "/versions/0") and answer.body.get("id") in newest:
            answer.body = {**answer.body, "metadata": newest[answer.body["id"]]}

    return alter


@remembering(
    "notes-stick", "neighbours.notes-stay-behind[agent.version_message]", "after a change without"
)
def notes_stick() -> Alter:
    notes: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.method in {"GET", "PATCH"} and re.fullmatch(r"/v1/agents/ag_\w+", answer.path):
            note = answer.body.get("version_message") or notes.get(answer.path)
            if note:
                notes[answer.path] = note
                answer.body = {**answer.body, "version_message": note}

    return alter


@remembering(
    "deletion-takes-conversations",
    "gone.leaves-what-names-it[beta.conversations.start:agent_id]",
    "does not show the conversation any more",
)
def deletion_takes_conversations() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.method == "DELETE" and answer.path.startswith("/v1/agents/"):
            deleted.append(answer.path.rpartition("/")[2])
        read = answer.method == "GET" and answer.path.startswith("/v1/conversations/")
        if read and answer.body.get("agent_id") in deleted:
            answer.status, answer.body = 404, {"detail": "Conversation not found"}

    return alter


@defect(
    "model-is-nowhere", "views.named-is-there[fine_tuning_job.fine_tuned_model]", "refused with 404"
)
def model_is_nowhere(answer: Answer) -> None:
    told = answer.path.startswith(JOBS) and answer.body.get("fine_tuned_model")
    if told:
        answer.body = {**answer.body, "fine_tuned_model": f"{told}-x"}


@remembering(
    "key-is-told",
    "access.secrets-are-not-told[fine_tuning.jobs.create:integrations.*.api_key]",
    "tells the secret",
)
def key_is_told() -> Alter:
    sent: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", JOBS):
            sent.extend(each["api_key"] for each in answer.sent_body.get("integrations") or ())
        if sent and answer.is_("GET", JOBS):
            answer.body = {**answer.body, "keys": sent}

    return alter


@defect(
    "weights-are-lost", "values.rare-fields-are-kept[fine_tuning_job.repositories]", "weight` as 1"
)
def weights_are_lost(answer: Answer) -> None:
    found = answer.path.startswith(JOBS) and answer.body.get("repositories")
    if found:
        answer.body = {**answer.body, "repositories": [{**each, "weight": 1} for each in found]}


@remembering(
    "archiving-clears-tags",
    "neighbours.own-fields-stay[workflows.archive_workflow]",
    "changed `tags`",
)
def archiving_clears_tags() -> Alter:
    archived: set[str] = set()

    def alter(answer: Answer) -> None:
        path = answer.path.removesuffix("/archive")
        if answer.method == "PUT" and answer.path.endswith("/archive"):
            archived.add(path)
        if answer.is_("GET") and path in archived:
            answer.body = {"workflow": {**answer.body["workflow"], "tags": []}}

    return alter


@remembering("naming-brings-back", "neighbours.other-fields-stay[model.name]", "changed `archived`")
def naming_brings_back() -> Alter:
    named: set[str] = set()

    def alter(answer: Answer) -> None:
        name = answer.path.rpartition("/")[2]
        named.update([name] * answer.is_("PATCH"))
        if answer.is_("POST", "/archive"):
            named.discard(answer.path.split("/")[-2])
        if answer.is_("GET") and name in named:
            answer.body = {**answer.body, "archived": False}

    return alter


@remembering(
    "records-change-the-one-before",
    "neighbours.others-stay[beta.observability.datasets.records.delete]",
    "changed `updated_at`",
)
def records_change_the_one_before() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        if deleted and answer.is_("GET") and is_item(answer, "/v1/observability/dataset-records"):
            answer.body = {**answer.body, "updated_at": f"2030-01-01T00:00:{len(deleted) % 60:02}Z"}

    return alter


@remembering(
    "empty-properties-are-ignored",
    "values.map-is-kept[dataset_record.properties]",
    "still shows `properties`",
)
def empty_properties_are_ignored() -> Alter:
    kept: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        owner = answer.path.removesuffix("/properties")
        if answer.is_("PUT", "/properties") and not answer.sent_body["properties"]:
            kept[owner] = {"topic": "contracts"}
        if answer.is_("GET") and owner in kept:
            answer.body = {**answer.body, "properties": kept[owner]}

    return alter


@defect(
    "jobs-forget-their-agent", "views.named-is-shown[batch.jobs.create:agent_id]", "`agent_id` as"
)
def jobs_forget_their_agent(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, "/v1/batch/jobs"):
        answer.body = {**answer.body, "agent_id": None}


@remembering(
    "jobs-take-their-files",
    "gone.leaves-what-it-named[batch.jobs.create:input_files]",
    "went with",
)
def jobs_take_their_files() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        if deleted and answer.is_("GET") and is_item(answer, "/v1/files"):
            answer.status = 404

    return alter


@defect("no-results-are-asked-for", "extra.default-is-harmless[batch.jobs.get:inline]", "with it")
def no_results_are_asked_for(answer: Answer) -> None:
    if answer.query.get("inline") == ["false"]:
        answer.body = {**answer.body, "outputs": [{"custom_id": "1"}]}


@defect(
    "workflows-are-told-unasked",
    "extra.default-is-harmless[workflows.get_workflow_registration:with_workflow]",
    "with it",
)
def workflows_are_told_unasked(answer: Answer) -> None:
    if answer.query.get("with_workflow") == ["false"] and is_item(answer, REGISTRATIONS):
        told = {**answer.body["workflow_registration"], "task_queue": "told unasked"}
        answer.body = {**answer.body, "workflow_registration": told}


@defect(
    "unknown-queries-of-runs-are-refused",
    "extra.query-is-harmless[workflows.runs.get_run]",
    "422 with it",
)
def unknown_queries_of_runs_are_refused(answer: Answer) -> None:
    if "unknown_parameter" in answer.query and is_item(answer, RUNS):
        answer.status = 422


@remembering(
    "models-take-their-jobs", "views.named-is-there[fine_tuning_job.fine_tuned_model]", "went with"
)
def models_take_their_jobs() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        if deleted and answer.is_("GET") and is_item(answer, JOBS):
            answer.status = 404

    return alter


@remembering(
    "empty-changes-clear",
    "neighbours.empty-change-is-none[beta.libraries.update]",
    "changed `description`",
)
def empty_changes_clear() -> Alter:
    cleared: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and not answer.sent_body:
            cleared.add(answer.path)
        if answer.is_("GET") and answer.path in cleared:
            answer.body = {**answer.body, "description": None}

    return alter


@remembering(
    "editors-change-nothing", "roles.level-allows[beta.libraries.update with Editor]", "`name`"
)
def editors_change_nothing() -> Alter:
    names: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        owner = "neighbour" not in bearer(answer).lower()
        if answer.is_("POST", "/v1/libraries") or (owner and answer.is_("PATCH")):
            names[answer.body["id"]] = answer.body["name"]
        if owner and answer.is_("GET") and answer.path.rpartition("/")[2] in names:
            answer.body = {**answer.body, "name": names[answer.body["id"]]}

    return alter


@remembering("maps-are-merged", "values.map-is-replaced[document.attributes]", "was replaced")
def maps_are_merged() -> Alter:
    held: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH"):
            held.setdefault(answer.path, {}).update(answer.sent_body.get("attributes") or {})
        if answer.is_("GET") and answer.path in held:
            answer.body = {**answer.body, "attributes": held[answer.path]}

    return alter


@remembering(
    "old-levels-come-back", "roles.lower-level-holds-at-once[library]", '`role` as "Editor"'
)
def old_levels_come_back() -> Alter:
    ended: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE", "/share"):
            ended[answer.path] = answer.body["role"]
        elif answer.is_("PUT", "/share") and answer.path in ended:
            answer.body = {**answer.body, "role": ended[answer.path]}

    return alter


@remembering("files-serve-once", "views.named-is-shown[batch.jobs.create:input_files]", "ends")
def files_serve_once() -> Alter:
    used: list[str] = []
    starved: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/batch/jobs"):
            starved.update([answer.body["id"]] if answer.body["input_files"][0] in used else ())
            used.extend(answer.body["input_files"])
        if answer.is_("GET") and answer.path.rpartition("/")[2] in starved:
            answer.body = {**answer.body, "status": "FAILED"}

    return alter


@remembering(
    "restarts-go-with-their-source",
    "gone.leaves-what-was-made-of-it[beta.conversations.restart]",
    "went with its source",
)
def restarts_go_with_their_source() -> Alter:
    restarted: set[str] = set()
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/restart"):
            restarted.add(answer.body["conversation_id"])
        if answer.method == "DELETE":
            deleted.append(answer.path)
        if deleted and answer.is_("GET") and answer.path.rpartition("/")[2] in restarted:
            answer.status = 404

    return alter


@remembering(
    "second-turns-replace", "neighbours.own-fields-stay[beta.conversations.append]", "second time"
)
def second_turns_replace() -> Alter:
    appended: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST") and "/conversations/conv_" in answer.path:
            appended.append(answer.path)
        if answer.is_("GET", "/history") and len(appended) > 1:
            entries = answer.body["entries"]
            answer.body = {**answer.body, "entries": [*entries[:2], *entries[4:]]}

    return alter


@remembering(
    "start-loses-the-suffix",
    "neighbours.own-fields-stay[fine_tuning.jobs.start]",
    "changed `suffix`",
)
def start_loses_the_suffix() -> Alter:
    started: set[str] = set()

    def alter(answer: Answer) -> None:
        started.update({answer.path.removesuffix("/start")} if answer.is_("POST", "/start") else ())
        if answer.is_("GET") and answer.path in started:
            answer.body = {**answer.body, "suffix": None}

    return alter


@remembering(
    "deletions-empty-other-files", "neighbours.others-stay[files.delete]", "took the content"
)
def deletions_empty_other_files() -> Alter:
    deleted: list[str] = []
    read: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        known = answer.is_("GET", "/content") and read.setdefault(answer.path, len(deleted))
        if known is not False and known < len(deleted):
            answer.content = b""

    return alter


def owners_taken_from(*methods: str) -> Alter:
    """Show as the owner whom a request by one of the methods has named."""
    owners: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if not isinstance(answer.body, dict) or "owner_id" not in answer.body:
            return
        if answer.method in methods and answer.sent_body.get("owner_id"):
            owners[answer.body["id"]] = answer.sent_body["owner_id"]
        if answer.body["id"] in owners:
            answer.body = {**answer.body, "owner_id": owners[answer.body["id"]]}

    return alter


@remembering(
    "owners-are-taken-from-requests",
    "values.server-decides-its-own[library]",
    "libraries.create takes `owner_id`",
)
def owners_are_taken_from_requests() -> Alter:
    return owners_taken_from("POST")


@remembering(
    "owners-are-taken-from-changes",
    "values.server-decides-its-own[library]",
    "takes `owner_id`",
)
def owners_are_taken_from_changes() -> Alter:
    return owners_taken_from("PUT", "PATCH")
