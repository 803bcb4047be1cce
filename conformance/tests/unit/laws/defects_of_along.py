"""Defects of what comes along with objects, of actions on several, and of ids in queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.laws.defects import LIBRARIES, bearer, defect, is_item, remembering

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

RUNS, MODELS, RECORDS = "/v1/workflows/runs", "/v1/models", "/dataset-records/"
JUDGES = "/v1/observability/judges"
IDS = "dataset_record_ids"
STRANGER, COLLEAGUE = "stranger", "colleague"


def _never_refused(collection: str) -> Alter:
    """What was read once is told to everybody for ever."""
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.method == "GET" and is_item(answer, collection):
            if answer.status == 200:
                known[answer.path] = answer.body
            elif answer.path in known:
                answer.status, answer.body = 200, known[answer.path]

    return alter


@remembering(
    "runs-are-everybodys",
    "access.along-is-refused[execution.run_id]",
    "answers 200 to the stranger",
)
def runs_are_everybodys() -> Alter:
    return _never_refused(RUNS)


@remembering(
    "deleted-models-are-read",
    "gone.along-is-gone[fine_tuning_job.fine_tuned_model]",
    "answers 200 for a model that is deleted",
)
def deleted_models_are_read() -> Alter:
    return _never_refused(MODELS)


@remembering(
    "archived-models-are-not-found",
    "gone.put-aside-is-deleted[fine_tuning_job.fine_tuned_model after models.archive]",
    "answers 404 to its deletion",
)
def archived_models_are_not_found() -> Alter:
    aside: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/archive"):
            aside.add(answer.path.removesuffix("/archive").rpartition("/")[2])
        elif answer.method == "DELETE" and answer.path.rpartition("/")[2] in aside:
            answer.status = 404

    return alter


@defect("runs-have-other-results", "views.along-tells-the-same[execution.run_id]", "`result")
def runs_have_other_results(answer: Answer) -> None:
    if answer.method == "GET" and is_item(answer, RUNS) and answer.status == 200:
        answer.body = {**answer.body, "result": "another"}


@defect("starts-run-twice", "views.along-comes-once[execution.run_id]", "2 new ones that are alike")
def starts_run_twice(answer: Answer) -> None:
    if answer.is_("GET", RUNS):
        told = answer.body
        again = [
            {**each, "run_id": f"{each['run_id']}2", "execution_id": f"{each['execution_id']}2"}
            for each in told["executions"]
        ]
        answer.body = {**told, "executions": [*told["executions"], *again]}


@remembering("starts-at-once-are-one", "together.creations-are-distinct[execution]", "gave 1 id")
def starts_at_once_are_one() -> Alter:
    first: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/execute"):
            told = answer.body
            first.append(told["execution_id"])
            answer.body = {**told, "execution_id": first[0]}

    return alter


@remembering(
    "colleagues-read-no-results",
    "views.along-tells-the-same[batch_job.output_file]",
    "a batch job that a colleague reads names a file, which is refused with 404",
)
def colleagues_read_no_results() -> Alter:
    kept: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and "/batch/jobs/" in answer.path and answer.body["output_file"]:
            kept.add(answer.body["output_file"])
        if COLLEAGUE in bearer(answer) and kept & {*answer.path.split("/")}:
            answer.status, answer.body = 404, {"message": "There is no such file"}

    return alter


@remembering("runs-go-on-for-ever", "views.along-tells-the-same[execution.run_id]", "RUNNING")
def runs_go_on_for_ever() -> Alter:
    seen: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", RUNS):
            told = answer.body
            told["executions"] = [
                {**each, "status": seen.setdefault(each["run_id"], each["status"])}
                for each in told["executions"]
            ]
            answer.body = told

    return alter


@remembering(
    "only-the-first-goes",
    "bulk.each-is-as-alone[beta.observability.datasets.records.bulk_delete]",
    "leads one of several to there, one alone is led to gone",
)
def only_the_first_goes() -> Alter:
    known: dict[str, Any] = {}
    kept: set[str] = set()

    def alter(answer: Answer) -> None:
        identity = answer.path.rpartition("/")[2]
        if IDS.encode() in answer.sent:
            kept.update(answer.sent_body[IDS][1:])
        if answer.is_("GET"):
            known[identity] = answer.body
        elif answer.method == "GET" and identity in kept & known.keys():
            answer.status, answer.body = 200, known[identity]

    return alter


@remembering(
    "capitals-stay",
    "bulk.capitals-name-the-same[beta.observability.datasets.records.bulk_delete]",
    "leads one of several to there, one alone is led to gone",
)
def capitals_stay() -> Alter:
    known: dict[str, Any] = {}
    kept: set[str] = set()

    def alter(answer: Answer) -> None:
        identity = answer.path.rpartition("/")[2]
        if IDS.encode() in answer.sent:
            kept.update(each.lower() for each in answer.sent_body[IDS] if each.isupper())
        if answer.is_("GET"):
            known[identity] = answer.body
        elif answer.method == "GET" and identity in kept & known.keys():
            answer.status, answer.body = 200, known[identity]

    return alter


@defect(
    "all-of-several-succeed",
    "bulk.unknown-is-told[workflows.executions.batch_cancel_workflow_executions]",
    "tells success of what is not there",
)
def all_of_several_succeed(answer: Answer) -> None:
    if b"execution_ids" in answer.sent and answer.status == 200:
        told = {each: {"status": "success"} for each in answer.body["results"]}
        answer.body = {**answer.body, "results": told}


@defect(
    "second-naming-fails",
    "bulk.named-twice-is-once[workflows.executions.batch_cancel_workflow_executions]",
    "of what it was named twice",
)
def second_naming_fails(answer: Answer) -> None:
    if b"execution_ids" in answer.sent and answer.status == 200:
        named = answer.sent_body["execution_ids"]
        twice = {each: {"status": "failure"} for each in named if named.count(each) > 1}
        answer.body = {**answer.body, "results": answer.body["results"] | twice}


@remembering(
    "strangers-delete-several",
    "bulk.strangers-do-nothing[beta.observability.datasets.records.bulk_delete]",
    "led the caller's dataset_record to gone",
)
def strangers_delete_several() -> Alter:
    gone: set[str] = set()

    def alter(answer: Answer) -> None:
        if IDS.encode() in answer.sent and STRANGER in bearer(answer):
            gone.update(answer.sent_body[IDS])
        if answer.method == "GET" and answer.path.rpartition("/")[2] in gone:
            answer.status = 404

    return alter


@defect(
    "events-of-all-runs-come",
    "sets.query-names-one[workflows.events.get_workflow_events:workflow_run_id]",
    "lets through what is told of another",
)
def events_of_all_runs_come(answer: Answer) -> None:
    if "workflow_run_id" in answer.query:
        answer.body = answer.again("GET", f"{answer.path}?limit=1000").json()


@remembering(
    "strangers-hear-events",
    "access.query-tells-strangers-nothing[workflows.events.get_workflow_events:workflow_exec_id]",
    "tells a stranger what `workflow_exec_id` names",
)
def strangers_hear_events() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        for asked in answer.query.get("workflow_exec_id", ()):
            if STRANGER in bearer(answer):
                answer.status, answer.body = 200, known[asked]
            else:
                known[asked] = answer.body

    return alter


@defect(
    "archived-workflows-start",
    "access.put-aside-is-refused[workflows.archive_workflow]",
    "answers 200",
)
def archived_workflows_start(answer: Answer) -> None:
    if answer.method == "POST" and answer.path.endswith("/execute"):
        answer.status = 200


@defect(
    "judges-are-their-makers", "access.workspace-sees-its-own[judge]", "does not show a colleague"
)
def judges_are_their_makers(answer: Answer) -> None:
    if answer.method == "GET" and is_item(answer, JUDGES) and COLLEAGUE in bearer(answer):
        answer.status = 404


@defect("deletions-show-another", "gone.answer-shows-what-went[library]", "`name`")
def deletions_show_another(answer: Answer) -> None:
    if answer.method == "DELETE" and is_item(answer, LIBRARIES) and answer.status == 200:
        answer.body = {**answer.body, "name": "another"}


@defect("deletions-say-no", "gone.answer-shows-what-went[file]", "says that it is not deleted")
def deletions_say_no(answer: Answer) -> None:
    if answer.is_("DELETE") and is_item(answer, "/v1/files"):
        answer.body = {**answer.body, "deleted": False}


@remembering(
    "campaigns-take-events-along",
    "gone.leaves-what-it-showed"
    "[beta.observability.campaigns.list_events:completion_events.results.*.event_id]",
    "an event went with a campaign that showed it",
)
def campaigns_take_events_along() -> Alter:
    shown: dict[str, set[str]] = {}
    gone: set[str] = set()

    def alter(answer: Answer) -> None:
        campaign, _, view = answer.path.rpartition("/")
        if answer.is_("GET", "/selected-events"):
            found = answer.body["completion_events"]["results"]
            shown[campaign] = {each["event_id"] for each in found}
        if answer.is_("DELETE"):
            gone.update(shown.get(answer.path, ()))
        if answer.is_("GET") and view in gone:
            answer.status = 404

    return alter


@remembering("revisions-are-the-newest", "neighbours.revisions-stay[judge]", "reaches a revision")
def revisions_are_the_newest() -> Alter:
    newest: dict[str, str] = {}
    older: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if not (is_item(answer, JUDGES) and answer.status < 300):
            return
        identity = answer.path.rpartition("/")[2]
        if answer.method == "PUT":
            newest[identity] = answer.sent_body["name"]
        elif answer.method == "GET":
            if older_id := answer.body["down_revision"]:
                older[older_id] = identity
            if identity in older:
                answer.body = {**answer.body, "name": newest[older[identity]]}

    return alter


@remembering("revisions-outlive-their-judge", "gone.revisions-go[judge]", "answers 200")
def revisions_outlive_their_judge() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if not is_item(answer, JUDGES) or answer.method != "GET":
            return
        if answer.status == 200 and answer.body["up_revision"]:
            known[answer.path] = answer.body
        elif answer.path in known:
            answer.status, answer.body = 200, known[answer.path]

    return alter


@remembering("revisions-lead-to-the-newest", "neighbours.revisions-stay[judge]", "leads to it")
def revisions_lead_to_the_newest() -> Alter:
    changed: list[str] = []

    def alter(answer: Answer) -> None:
        if is_item(answer, JUDGES) and answer.status < 300:
            if answer.method == "PUT":
                changed.append(answer.path.rpartition("/")[2])
            elif answer.method == "GET" and answer.body["up_revision"]:
                answer.body = {**answer.body, "up_revision": changed[-1]}

    return alter


@defect("revisions-have-two-bases", "neighbours.revisions-stay[judge]", "goes back to")
def revisions_have_two_bases(answer: Answer) -> None:
    if is_item(answer, JUDGES) and answer.method == "GET" and answer.status == 200:
        answer.body = {**answer.body, "base_revision": answer.body["down_revision"]}
