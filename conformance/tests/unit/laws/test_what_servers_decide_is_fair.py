"""What a server may decide by itself, or does in its own time, breaks no law."""

from __future__ import annotations

import json
import re
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest
from tests.unit.laws.defects import bearer
from tests.unit.laws.variations import is_json

from mistral_conformance.laws.comparing import duration_of
from mistral_conformance.laws.values import Values
from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.probing.settling import wait_for_end
from mistral_conformance.session.markers import Marker
from mistral_conformance.verdict.outcome import RED, Skipped, Status, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

    from mistral_conformance.session.context import Context
    from mistral_conformance.verdict.outcome import Result

LEAST_SOUND = 8000
"""Bytes of a second of sound."""
SECOND_NS = 1_000_000_000
NOW_NS = 1_790_000_000 * SECOND_NS


def test_a_name_that_is_made_up_may_be_another_each_time(judged: Judged) -> None:
    numbers = count()

    def numbering(answer: Answer) -> None:
        if answer.is_("POST", "/audio/voices") and "slug" not in answer.sent_body:
            answer.body = {**answer.body, "slug": f"voice-{next(numbers)}"}

    (result,) = judged(
        "neighbours.defaults-stay", alter=numbering, only="[voice]", profile="whole"
    ).values()
    assert result.status is Status.PASS


def test_a_name_of_before_is_not_made_up(judged: Judged) -> None:
    slugs: list[str] = []

    def keeping(answer: Answer) -> None:
        if answer.is_("POST", "/audio/voices"):
            slugs.extend(filter(None, [answer.sent_body.get("slug")]))
            answer.body = {**answer.body, "slug": slugs[-1] if slugs else "voice"}

    (result,) = judged(
        "neighbours.defaults-stay", alter=keeping, only="[voice]", profile="whole"
    ).values()
    assert result.status in RED
    assert "`slug`" in result.reason


class KeepingFiles:
    """Files are for their uploader alone unless the upload says otherwise."""

    def __init__(self) -> None:
        self.owners: dict[str, str] = {}

    def __call__(self, answer: Answer) -> None:
        key = {name.lower(): each for name, each in answer.request_headers.items()}["authorization"]
        if answer.is_("POST", "/files") and b'"visibility"' not in answer.sent:
            self.owners[answer.body["id"]] = key
            answer.body = {**answer.body, "visibility": "user"}
        elif answer.is_("GET", "/files"):
            shown = [e for e in answer.body["data"] if self.owners.get(e["id"], key) == key]
            answer.body = {**answer.body, "data": shown}
        elif self.foreign_in(answer.path, key):
            answer.status, answer.body = 404, {"detail": "There is no such file."}
        elif answer.method == "POST" and self.foreign_in(answer.sent.decode("latin-1"), key):
            answer.status, answer.body = 422, {"detail": "There is no such file."}

    def foreign_in(self, text: str, key: str) -> bool:
        return any(each in text and owner != key for each, owner in self.owners.items())


@pytest.mark.parametrize(
    ("law", "only"),
    [
        ("access.workspace-sees-its-own", "[file]"),
        ("sets.own-leave-out-others", "[fine_tuning.jobs.list:created_by_me]"),
    ],
)
def test_files_may_be_for_their_uploader_by_default(judged: Judged, law: str, only: str) -> None:
    (result,) = judged(law, alter=KeepingFiles(), only=only, profile="whole").values()
    assert result.status is Status.NOT_OFFERED


def without_workflows(answer: Answer) -> None:
    """No worker has registered anything."""
    if answer.is_("GET", "/workflows"):
        answer.body = {**answer.body, "workflows": []}


@pytest.mark.parametrize(
    ("law", "only"),
    [
        ("pages.tile", "[workflows.schedules.get_schedules]"),
        ("values.rare-fields-are-kept", "[schedule.policy]"),
        ("views.chosen-id-finds-its-own", "[schedule]"),
    ],
)
def test_laws_say_that_they_lack_a_workflow(judged: Judged, law: str, only: str) -> None:
    (result,) = judged(law, alter=without_workflows, only=only, profile="workflows").values()
    assert result.status is Status.SKIP
    assert "workflows.get_workflows tells nothing" in result.reason


def test_fields_of_whole_numbers_may_want_whole_numbers(judged: Judged) -> None:
    def strict(answer: Answer) -> None:
        if "/search" in answer.path and re.search(rb'"value": ?-?\d+\.5', answer.sent):
            answer.status, answer.body = 400, {"detail": "It is a whole number"}

    rule = "filters.conditions-compare"
    (result,) = judged(rule, alter=strict, profile="observability", rules=True).values()
    assert result.status is Status.PASS


@pytest.mark.parametrize("longest", [64, 256])
def test_long_ids_of_requests_may_be_refused(judged: Judged, longest: int) -> None:
    refused: list[str] = []

    def strict(answer: Answer) -> None:
        if answer.is_("POST", "/batch/jobs"):
            names = [each.get("custom_id") or "" for each in answer.sent_body["requests"]]
            if long := [each for each in names if len(each) > longest]:
                refused.extend(long)
                answer.status, answer.body = 422, {"detail": "The ids are too long"}

    (result,) = judged("much.requests-are-all-done", alter=strict, profile="files-batch").values()
    assert result.status is Status.PASS
    assert refused


@pytest.mark.parametrize("hidden", ["/files/", "/batch/jobs/"])
def test_colleagues_need_not_see_what_is_anybodys_own(judged: Judged, hidden: str) -> None:
    results: set[str] = set()

    def keeping(answer: Answer) -> None:
        if answer.is_("GET") and "/batch/jobs/" in answer.path and answer.body["output_file"]:
            results.add(answer.body["output_file"])
        is_own = hidden in answer.path or results & {*answer.path.split("/")}
        if "colleague" in bearer(answer) and is_own:
            answer.status, answer.body = 404, {"detail": "There is none"}

    law, only = "views.along-tells-the-same", "[batch_job.output_file]"
    (result,) = judged(law, alter=keeping, only=only, profile="files-batch").values()
    assert result.status is Status.PASS
    assert results


def waiting(*, clock: object) -> Context:
    session: Any = SimpleNamespace(clock=clock, lacks_clock="no clock", memory={})
    context = SimpleNamespace(session=session, exchanges=[], pass_time=lambda _: None)
    return cast("Context", context)


@pytest.mark.parametrize(("clock", "ending"), [(None, Skipped), (object(), Unjudged)])
def test_without_a_clock_a_job_may_take_hours(clock: object, ending: type[Exception]) -> None:
    states = load_model().states_of("fine_tuning_job")
    assert states
    context = waiting(clock=clock)
    with pytest.raises(ending, match="no end state within 120 s"):
        wait_for_end(context, states, lambda: "RUNNING")
    with pytest.raises(ending, match="no end state within 5 s"):
        wait_for_end(context, states, lambda: "RUNNING")


@pytest.mark.parametrize(
    "bounds",
    [
        {"minimum": 1e-08, "maximum": 1},
        {"minimum": 0.2, "maximum": 0.5},
        {"exclusiveMinimum": 0, "exclusiveMaximum": 2},
        {"minimum": 100},
        {"exclusiveMinimum": 0.5},
    ],
)
def test_made_up_numbers_keep_to_their_bounds(bounds: dict[str, float]) -> None:
    values = Values(load_document(), Random(1), Marker("run"))  # noqa: S311 - test data
    low = bounds.get("minimum", bounds.get("exclusiveMinimum", 0))
    high = bounds.get("maximum", bounds.get("exclusiveMaximum", float("inf")))
    for _ in range(50):
        made: Any = values.make("rate", {"type": "number", **bounds})
        assert low <= made <= high
        assert made != bounds.get("exclusiveMinimum")
        assert made != bounds.get("exclusiveMaximum")


def test_fields_with_small_bounds_are_taken(judged: Judged) -> None:
    law, only = "values.rare-fields-are-kept", "[fine_tuning_job.hyperparameters]"
    (result,) = judged(law, only=only, profile="whole").values()
    assert result.status is Status.PASS


@pytest.mark.parametrize(("executions", "status"), [("ABAB", Status.PASS), ("AAAA", Status.FAIL)])
def test_events_are_in_order_within_their_execution(
    judged: Judged, executions: str, status: Status
) -> None:
    def telling(answer: Answer) -> None:
        if answer.is_("GET", "/events/list"):
            seconds = zip((30, 10, 40, 20), executions, strict=True)
            events = [
                {"workflow_exec_id": each, "event_timestamp": NOW_NS + second * SECOND_NS}
                for second, each in seconds
            ]
            answer.body = {"events": events}

    law, only = "seen.events-are-in-order", "[workflows.events.get_workflow_events]"
    (result,) = judged(law, alter=telling, only=only, profile="workflows").values()
    assert result.status is status


def test_a_duration_may_be_spelled_in_another_way(judged: Judged) -> None:
    def spelling_out(answer: Answer) -> None:
        answer.content = re.sub(rb'"PT(\d+)S"', rb'"PT0H0M\1S"', answer.content)

    laws, only = ("views.change-is-shown", "values.rare-fields-are-kept"), "[schedule.jitter]"
    results = judged(*laws, alter=spelling_out, only=only, profile="workflows")
    assert results
    assert {each.status for each in results.values()} == {Status.PASS}


def test_another_duration_is_noticed(judged: Judged) -> None:
    def halving(answer: Answer) -> None:
        answer.content = re.sub(rb'"PT(\d+)S"', rb'"PT\1M"', answer.content)

    law, only = "views.change-is-shown", "[schedule.jitter]"
    (result,) = judged(law, alter=halving, only=only, profile="workflows").values()
    assert result.status is Status.FAIL


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("PT7S", 7),
        ("P1DT2H", 93_600),
        ("P2W", 1_209_600),
        ("PT0.5S", 0.5),
        ("P1M", "P1M"),
        ("P", "P"),
        ("soon", "soon"),
    ],
)
def test_durations_are_read_where_they_are_sure(text: str, due: object) -> None:
    assert duration_of(text) == due


def refusing_short_recordings(answer: Answer) -> None:
    """A voice or a transcription wants more than a moment of sound."""
    sound = answer.path.endswith("/audio/voices") or b"audio/wav" in answer.sent
    if answer.is_("POST") and sound and len(answer.sent) < LEAST_SOUND:
        answer.status, answer.body = 400, {"detail": "The recording is too short."}


@pytest.mark.parametrize("operation", ["audio.voices.create", "audio.transcriptions.complete"])
def test_the_plainest_recording_is_long_enough(judged: Judged, operation: str) -> None:
    name, only = "input.plain-succeeds", f"[{operation}]"
    (result,) = judged(
        name, alter=refusing_short_recordings, only=only, profile="whole", rules=True
    ).values()
    assert result.status is Status.PASS


def test_what_is_of_another_kind_may_not_be_made(judged: Judged) -> None:
    def without_voices(answer: Answer) -> None:
        if answer.is_("POST", "/audio/voices"):
            answer.status, answer.body = 400, {"detail": "No more voices."}

    law, only = "access.wrong-kind-is-refused", "[workflows.schedules.get_schedule:schedule_id]"
    (result,) = judged(law, alter=without_voices, only=only, profile="whole").values()
    assert result.status is Status.PASS


@pytest.mark.parametrize(("refused", "status"), [(422, Status.PASS), (500, Status.ERROR)])
def test_a_wrong_file_may_be_refused_when_it_is_uploaded(
    judged: Judged, refused: int, status: Status
) -> None:
    def strict(answer: Answer) -> None:
        wrong = b"no JSON at all" in answer.sent or b'"assistant"' not in answer.sent
        if answer.is_("POST", "/files") and wrong:
            answer.status, answer.body = refused, {"detail": "This is nothing to learn from."}

    name = "fine-tuning.wrong-files-fail-validation"
    (result,) = judged(name, alter=strict, profile="whole", rules=True).values()
    assert result.status is status


def judge_history(judged: Judged, alter: Alter) -> Result:
    name = "execution-events.history-is-decoded"
    (result,) = judged(name, alter=alter, profile="workflows", rules=True).values()
    return result


def test_a_history_may_tell_no_input(judged: Judged) -> None:
    def without_input(answer: Answer) -> None:
        if answer.is_("GET", "/history"):
            answer.body = {"steps": ["started", "done"]}

    assert judge_history(judged, without_input).status is Status.SKIP


def test_a_history_that_is_never_decoded_is_noticed(judged: Judged) -> None:
    def never_decoding(answer: Answer) -> None:
        if answer.is_("GET", "/history"):
            answer.content = answer.again("GET", answer.path).content

    assert judge_history(judged, never_decoding).status is Status.FAIL


def test_lines_may_be_counted_after_the_answer(judged: Judged) -> None:
    looks: dict[str, int] = {}

    def counting_later(answer: Answer) -> None:
        if "/files" in answer.path and answer.status == 200 and is_json(answer):
            found = answer.body
            for each in found.get("data", [found]):
                looks[each["id"]] = looks.get(each["id"], 0) + 1
                each["num_lines"] = None if looks[each["id"]] <= 2 else 7
            answer.body = found

    law, only = "neighbours.others-stay", "[files.upload]"
    (result,) = judged(law, alter=counting_later, only=only, profile="files-batch").values()
    assert result.status is Status.PASS


def test_of_two_filters_the_broken_one_is_named(judged: Judged) -> None:
    def overlooking(answer: Answer) -> None:
        if answer.is_("GET", "/files") and "mimetypes" in answer.query:
            query = {name: each for name, each in answer.query.items() if name != "mimetypes"}
            again = answer.again("GET", f"{answer.path}?{urlencode(query, doseq=True)}")
            answer.content = again.content

    law, only = "sets.two-filters", "[files.list:sample_type+mimetypes]"
    (result,) = judged(law, alter=overlooking, only=only, profile="files-batch").values()
    assert result.status is Status.FAIL
    assert "gives an item whose `mimetype` is" in result.reason


@pytest.mark.parametrize("law", ["bulk.each-is-as-alone", "bulk.unknown-is-told"])
def test_what_goes_on_though_it_was_ended_with_others_is_noticed(judged: Judged, law: str) -> None:
    named: set[str] = set()

    def going_on(answer: Answer) -> None:
        if answer.is_("POST", "/executions/terminate"):
            named.update(answer.sent_body["execution_ids"])
        elif answer.is_("GET") and answer.path.split("/")[-1] in named:
            answer.body = {**answer.body, "status": "RUNNING", "end_time": None, "result": None}

    only = "[workflows.executions.batch_terminate_workflow_executions]"
    (result,) = judged(law, alter=going_on, only=only, profile="workflows").values()
    assert result.status in RED
    assert "leads one of several to RUNNING" in result.reason


def test_list_of_models_that_breaks_is_told_with_the_way_around_it(judged: Judged) -> None:
    def alter(answer: Answer) -> None:
        if answer.path == "/v1/models":
            answer.status = 500

    case = "answers.have-their-own-ids[chat.complete]"
    told = judged("answers.have-their-own-ids", alter=alter, only=case)[case]
    assert "name a model with --model chat=NAME" in told.reason


def judge_rule(judged: Judged, rule: str, alter: Alter) -> Result:
    (result,) = judged(rule, alter=alter, profile="workflows", rules=True).values()
    return result


def freely_named(event_type: str) -> str:
    return "".join(each.title() for each in event_type.removeprefix("EVENT_TYPE_").split("_"))


@pytest.mark.parametrize(
    ("name", "status"), [(freely_named, Status.PASS), (lambda _: "Step", Status.FAIL)]
)
def test_types_of_a_history_may_be_spelled_otherwise(
    judged: Judged, name: Callable[[str], str], status: Status
) -> None:
    def naming(answer: Answer) -> None:
        if answer.is_("GET", "/history"):
            told = answer.body
            for each in told["events"]:
                each["eventType"] = name(each["eventType"])
            answer.body = told

    assert judge_rule(judged, "execution-events.history-goes-on", naming).status is status


def demanding_nothing(answer: Answer) -> None:
    if answer.is_("GET", "/registrations"):
        found = answer.body
        for each in (*found["workflow_registrations"], *found["workflow_versions"]):
            each["definition"] = {**each["definition"], "input_schema": {"type": "object"}}
        answer.body = found


def taking_any_input(answer: Answer) -> None:
    if answer.method == "POST" and answer.path.endswith("/execute"):
        answer.status, answer.body = 200, {"execution_id": "any"}


def test_an_input_that_a_schema_allows_may_be_taken(judged: Judged) -> None:
    def alter(answer: Answer) -> None:
        demanding_nothing(answer)
        taking_any_input(answer)

    rule = "executions.input-fits-its-schema"
    assert judge_rule(judged, rule, alter).status is Status.SKIP
    assert judge_rule(judged, rule, taking_any_input).status is Status.FAIL


@pytest.mark.parametrize(("shown", "status"), [("below", Status.PASS), ("all", Status.FAIL)])
def test_a_family_may_be_that_of_an_execution_below(
    judged: Judged, shown: str, status: Status
) -> None:
    def telling_families(answer: Answer) -> None:
        (asked,) = answer.query.get("root_execution_id", [""])
        if asked and answer.is_("GET", "/runs") and not answer.body["executions"]:
            whole = answer.again("GET", answer.path).json()["executions"]
            (own,) = (each for each in whole if each["execution_id"] == asked)
            root = own["root_execution_id"]
            family = [each for each in whole if each["root_execution_id"] == root]
            answer.body = {**answer.body, "executions": [own] if shown == "below" else family}

    rule = "executions.families-name-who-started-them"
    assert judge_rule(judged, rule, telling_families).status is status


@pytest.mark.parametrize(("often", "status"), [(True, Status.PASS), (False, Status.FAIL)])
def test_what_moves_by_itself_is_changed_by_no_refusal(
    judged: Judged, *, often: bool, status: Status
) -> None:
    times, refused = count(), count()

    def going_on(answer: Answer) -> None:
        if answer.method == "POST" and answer.status >= 400:
            next(refused)
        if answer.is_("GET", "/trace/otel"):
            text = json.dumps(answer.body)
            seen = next(times) if often else repr(refused)
            answer.body = json.loads(re.sub(r'("endTimeUnixNano": )"[^"]*"', rf'\1"{seen}"', text))

    only = "[workflows.executions.query_workflow_execution]"
    name = "reading.refused-changes-nothing"
    (result,) = judged(name, alter=going_on, only=only, profile="workflows").values()
    assert result.status is status


@pytest.mark.parametrize(("refused", "status"), [(403, Status.SKIP), (500, Status.ERROR)])
def test_nobody_has_to_look_into_another_workspace(
    judged: Judged, refused: int, status: Status
) -> None:
    def withholding(answer: Answer) -> None:
        if answer.is_("GET", "/deployments") and "workspace_id" in answer.query:
            answer.status, answer.body = refused, {"detail": "This is the workspace of others."}

    law, only = "sets.related-filter", "[workflows.deployments.list_deployments:workspace_id]"
    (result,) = judged(law, alter=withholding, only=only, profile="workflows").values()
    assert result.status is status


def in_utc(*, keeps: bool) -> Alter:
    """A schedule without a time zone is told to be in UTC, or in the one that it had before."""
    zones: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and "/schedules/" in answer.path and keeps:
            zone = answer.sent_body["schedule"].get("time_zone_name")
            zones.update({answer.path.split("/")[-1]: zone} if zone else {})
        if answer.is_("GET") and "/schedules" in answer.path:
            found = answer.body
            for each in found.get("schedules", [found]):
                usual = zones.get(each["schedule_id"], "UTC")
                each["time_zone_name"] = each.get("time_zone_name") or usual
            answer.body = found

    return alter


@pytest.mark.parametrize(
    ("law", "only"),
    [
        ("values.null-clears", "[schedule.time_zone_name]"),
        ("views.changes-together-are-shown", "[schedule]"),
    ],
)
@pytest.mark.parametrize(("keeps", "status"), [(False, Status.PASS), (True, Status.FAIL)])
def test_null_may_bring_back_what_the_server_gives(
    judged: Judged, law: str, only: str, *, keeps: bool, status: Status
) -> None:
    (result,) = judged(law, alter=in_utc(keeps=keeps), only=only, profile="workflows").values()
    assert result.status is status


def test_an_execution_need_not_tell_the_id_of_its_workflow(judged: Judged) -> None:
    def short(answer: Answer) -> None:
        if answer.is_("POST", "/execute"):
            less = {"workflow_id", "deployment_name"}
            answer.body = {name: each for name, each in answer.body.items() if name not in less}

    assert judge_rule(judged, "workflows.registration-runs", short).status is Status.PASS


def test_a_judge_that_is_in_use_may_have_to_stay(judged: Judged) -> None:
    used: set[str] = set()

    def staying(answer: Answer) -> None:
        if answer.is_("POST", "/observability/campaigns"):
            used.add(answer.sent_body["judge_id"])
        if answer.is_("DELETE") and answer.path.rpartition("/")[2] in used:
            answer.status, answer.body = 409, {"detail": {"message": "A campaign uses it."}}

    law, only = "access.named-id-is-refused", "campaigns.create:judge_id, deleted]"
    (result,) = judged(law, alter=staying, only=only, profile="observability").values()
    assert result.status is Status.PASS


def test_a_campaign_may_select_in_its_own_time(judged: Judged) -> None:
    ended: set[str] = set()

    def slowly(answer: Answer) -> None:
        campaign = answer.path.rpartition("/")[0]
        if answer.is_("GET", "/status") and answer.body["status"] == "COMPLETED":
            ended.add(campaign)
        if answer.is_("GET", "/selected-events") and campaign not in ended:
            found = answer.body["completion_events"]
            answer.body = {"completion_events": {**found, "results": []}}

    rule, profile = "campaigns.selected-events-match", "observability"
    (result,) = judged(rule, alter=slowly, profile=profile, rules=True).values()
    assert result.status is Status.PASS


def test_what_no_import_can_read_may_be_refused_at_once(judged: Judged) -> None:
    def checking(answer: Answer) -> None:
        if answer.is_("POST", "/imports/from-file"):
            file = answer.again("GET", f"/v1/files/{answer.sent_body['file_id']}/content")
            if b'"messages"' not in file.content:
                answer.status, answer.body = 422, {"detail": {"message": "No records are in it."}}

    rule, only = "input.plain-succeeds", "[beta.observability.datasets.import_from_file]"
    (result,) = judged(
        rule, alter=checking, only=only, profile="observability", rules=True
    ).values()
    assert result.status is Status.PASS
