"""The suite takes from a server what that names itself: fields, operators, models, records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.laws.filters import Unheard, fits
from mistral_conformance.model import load_model
from mistral_conformance.rules.filters import conditions
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from tests.unit.laws.altering import Answer
    from tests.unit.laws.conftest import Judged

FIELDS = "/chat-completion-fields"
USUAL = ("nb_input_tokens", "model_name")
"""Fields that the vendor's events have, and those of another server need not."""


def refuse(answer: Answer, status: int = 400) -> None:
    answer.status, answer.body = status, {"detail": {"message": "No.", "error_code": None}}


@pytest.mark.parametrize(
    "case",
    [
        "input.plain-succeeds[beta.observability.campaigns.create]",
        "input.plain-succeeds[beta.observability.chat_completion_events.search]",
        "input.plain-succeeds[beta.observability.chat_completion_events.search_ids]",
        "errors.codes-say-what-is-wrong",
        "events.extra-fields-are-shown",
        "filters.groups-join-conditions",
        "filters.option-counts-add-up",
        "filters.options-are-what-occurs",
    ],
)
def test_fields_of_events_may_have_any_names(judged: Judged, case: str) -> None:
    def unusual(answer: Answer) -> None:
        if answer.is_("GET", FIELDS):
            fields = [e for e in answer.body["field_definitions"] if e["name"] not in USUAL]
            answer.body = {**answer.body, "field_definitions": fields}
        elif any(f'"field":"{name}"'.encode() in answer.sent for name in USUAL):
            refuse(answer)
        elif any(f"{FIELDS}/{name}/" in answer.path for name in USUAL):
            refuse(answer, 404)
        elif answer.is_("POST", "-events/search"):
            answer.content = answer.content.replace(b'"model_name"', b'"engine"')

    law = case.partition("[")[0]
    results = judged(law, alter=unusual, only=case, profile="observability", rules=True)
    assert {each.status for each in results.values()} == {Status.PASS}


def test_the_plainest_operator_is_one_that_the_field_has(judged: Judged) -> None:
    def strict(answer: Answer) -> None:
        if answer.is_("GET", FIELDS):
            fields = answer.body["field_definitions"]
            fields = [{**each, "supported_operators": ["eq"]} for each in fields]
            answer.body = {**answer.body, "field_definitions": fields}
        if answer.path.endswith("/options") and answer.query.get("operator") != ["eq"]:
            refuse(answer)

    only = "[beta.observability.chat_completion_events.fields.fetch_options]"
    (result,) = judged(
        "input.plain-succeeds", alter=strict, only=only, profile="observability", rules=True
    ).values()
    assert result.status is Status.PASS


def test_a_field_that_no_event_shows_is_not_compared(judged: Judged) -> None:
    def hidden(answer: Answer) -> None:
        if answer.is_("POST", "-events/search"):
            events = answer.body["completion_events"]
            for each in events["results"]:
                each["extra_fields"] = {}
            answer.body = {"completion_events": events}

    (result,) = judged(
        "filters.conditions-compare", alter=hidden, profile="observability", rules=True
    ).values()
    assert result.status is Status.PASS


def test_a_list_is_asked_for_one_entry_at_a_time() -> None:
    field = {"name": "tools", "type": "ARRAY", "supported_operators": ["includes", "excludes"]}
    asked = conditions(field, ["hammer", "saw"], "other")
    assert asked == [
        (op, [each]) for op in ("includes", "excludes") for each in ("hammer", "other")
    ]


@pytest.mark.parametrize(
    "law", ["views.change-is-shown", "neighbours.other-fields-stay", "times.change-moves-the-stamp"]
)
def test_a_judge_may_run_only_on_models_that_there_are(judged: Judged, law: str) -> None:
    def knowing(answer: Answer) -> None:
        name = answer.sent_body.get("model_name") if b'"model_name"' in answer.sent else None
        if "/judges" in answer.path and isinstance(name, str) and "mistral" not in name:
            refuse(answer, 422)

    (result,) = judged(
        law, alter=knowing, only="[judge.model_name]", profile="observability"
    ).values()
    assert result.status is Status.PASS


@pytest.mark.parametrize(
    ("told", "verdict"),
    [("mistral-small-2603", Status.PASS), ("mistral-embed", Status.FAIL)],
)
def test_an_answer_may_name_the_version_behind_an_alias(
    judged: Judged, told: str, verdict: Status
) -> None:
    usual, other = b'"mistral-small-latest"', f'"{told}"'.encode()

    def exact(answer: Answer) -> None:
        if answer.is_("POST") and "/conversations" in answer.path:
            answer.content = answer.content.replace(usual, other)

    for rule in ("agent-answers-in-its-version", "named-version-answers"):
        results = judged(f"conversations.{rule}", alter=exact, profile="agents", rules=True)
        assert {each.status for each in results.values()} == {verdict}


def test_what_nothing_makes_need_not_be_offered(judged: Judged) -> None:
    def without(answer: Answer) -> None:
        if "/observability/traces" in answer.path or "/observability/spans" in answer.path:
            answer.status, answer.body = 404, {"detail": "Not Found"}

    (result,) = judged(
        "views.list-shows-what-reading-shows",
        alter=without,
        only="[span]",
        profile="whole",
    ).values()
    assert result.status in {Status.NOT_OFFERED, Status.SKIP}


def test_a_failed_request_need_not_be_among_the_outputs(judged: Judged) -> None:
    def verdict(*, results: bool) -> Status:
        def kept(each: dict[str, Any]) -> bool:
            return results and (each.get("response") or {}).get("status_code") == 200

        def told(answer: Answer) -> None:
            if answer.is_("GET") and "inline" in answer.query and answer.body.get("outputs"):
                outputs = [each for each in answer.body["outputs"] if kept(each)]
                answer.body = {**answer.body, "outputs": outputs}

        law = "batch.counts-add-up"
        (result,) = judged(law, alter=told, profile="files-batch", rules=True).values()
        return result.status

    assert verdict(results=True) is Status.PASS
    assert verdict(results=False) is Status.FAIL


def test_what_the_assistant_said_without_a_type_may_be_an_output(judged: Judged) -> None:
    untyped: set[str] = set()

    def guessing(answer: Answer) -> None:
        inputs = answer.sent_body.get("inputs") if answer.is_("POST") and answer.sent else None
        for each in inputs if isinstance(inputs, list) else ():
            if each.get("role") == "assistant" and "type" not in each:
                untyped.add(each["content"])
        if answer.is_("GET", "/history"):
            entries = answer.body["entries"]
            for each in entries:
                if each.get("content") in untyped:
                    each["type"] = "message.output"
            answer.body = {**answer.body, "entries": entries}

    (result,) = judged(
        "conversations.history-holds-all-entries", alter=guessing, profile="agents", rules=True
    ).values()
    assert result.status is Status.PASS


@pytest.mark.parametrize("several", ["campaigns", "datasets", "judges"])
def test_a_text_may_be_looked_for_in_descriptions_too(several: str) -> None:
    view = load_model().lists[f"beta.observability.{several}.list"]
    (search,) = (each for each in view.filters if each.parameter == "q")
    item = {"name": "ships", "description": "All that sails."}
    assert fits(search, ["ship"], item) is True
    assert fits(search, ["sails"], item) is None
    assert fits(search, [Unheard("sails")], item) is False


def test_a_verdict_may_give_no_reason(judged: Judged) -> None:
    def silent(answer: Answer) -> None:
        if answer.is_("POST", "/live-judging"):
            answer.body = {**answer.body, "analysis": ""}

    (result,) = judged(
        "judges.verdict-keeps-to-the-definition",
        alter=silent,
        profile="observability",
        rules=True,
    ).values()
    assert result.status is Status.PASS


def test_events_are_found_where_no_field_is_a_number(judged: Judged) -> None:
    def few(answer: Answer) -> None:
        if answer.is_("GET", FIELDS):
            fields = [e for e in answer.body["field_definitions"] if e["type"] == "TIMESTAMP"]
            answer.body = {**answer.body, "field_definitions": fields}
        elif b'"field"' in answer.sent:
            refuse(answer)

    for operation in ("chat_completion_events.search", "campaigns.create"):
        (result,) = judged(
            "input.plain-succeeds",
            alter=few,
            only=f"[beta.observability.{operation}]",
            profile="observability",
            rules=True,
        ).values()
        assert result.status is Status.PASS
