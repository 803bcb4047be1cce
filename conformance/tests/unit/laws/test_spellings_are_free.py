"""How a server writes numbers, tokens, states and what is optional is free."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.unit.laws.variations import is_json

from mistral_conformance.record.reading import parse
from mistral_conformance.verdict.outcome import RED, Status

if TYPE_CHECKING:
    from tests.unit.laws.altering import Answer
    from tests.unit.laws.conftest import Judged

TIME = re.compile(rb'"\d{4}-\d\d-\d\dT[\d:.]+Z"')
WHOLE = re.compile(rb'"(index|version|\w+_tokens|\w+_requests)":\s*(\d+)(?=[,}\]])')


@pytest.mark.parametrize(
    ("text", "value"), [("5.0", 5), ("1e3", 1000), ("0.5", 0.5), ("-0.0", 0), ("1e300", 1e300)]
)
def test_a_number_is_whole_however_it_is_written(text: str, value: float) -> None:
    found = parse(text)
    assert found == value
    assert isinstance(found, int) == (value < 1e15 and value % 1 == 0)


@pytest.mark.parametrize(
    ("case", "profile", "rules"),
    [
        ("answers.are-choices[chat.complete]", "inference", False),
        ("answers.stream-is-one-answer[chat.complete]", "inference", False),
        ("answers.stream-tells-the-same[chat.complete]", "inference", False),
        ("sums.usage-adds-up[chat.complete]", "inference", False),
        ("ends.sums-add-up[batch_job.completed_requests]", "files-batch", False),
        ("agents.alias-names-a-version", "agents", True),
        ("agents.version-can-be-made-current", "agents", True),
        ("conversations.agent-answers-in-its-version", "agents", True),
    ],
)
def test_whole_numbers_may_be_written_with_a_point(
    judged: Judged, case: str, profile: str, *, rules: bool
) -> None:
    def pointed(answer: Answer) -> None:
        answer.content = WHOLE.sub(rb'"\1":\2.0', answer.content)

    law = case.partition("[")[0]
    results = judged(law, alter=pointed, only=case, profile=profile, rules=rules)
    assert {each.status for each in results.values()} <= {Status.PASS}


@pytest.mark.parametrize(
    ("law", "case"),
    [
        ("times.*", "[library"),
        ("views.change-is-shown", "[document.expires_at]"),
        ("values.time-is-kept", "[document.expires_at]"),
    ],
)
def test_the_letters_of_a_time_may_be_small(judged: Judged, law: str, case: str) -> None:
    def lowered(answer: Answer) -> None:
        small = TIME.sub(lambda each: each[0].lower(), answer.content)
        answer.content = small if is_json(answer) else answer.content

    results = judged(law, alter=lowered, only=case)
    assert {each.status for each in results.values()} == {Status.PASS}


def test_tokens_may_be_others_each_time(judged: Judged) -> None:
    numbers = count()

    def fresh(answer: Answer) -> None:
        if answer.is_("GET", "/agents/pages") and not answer.query.keys() & {"page_size", "id"}:
            token = answer.body.get("next_page_token") or "more"
            answer.body = {**answer.body, "next_page_token": f"{token}-{next(numbers)}"}

    laws = ("extra.header-is-harmless", "extra.query-is-harmless")
    results = judged(*laws, alter=fresh, only="[beta.agents.list_pages]", profile="agents")
    assert {law: each.reason for law, each in results.items()} == dict.fromkeys(results, "")


def test_a_token_that_a_header_takes_away_is_missed(judged: Judged) -> None:
    def hiding(answer: Answer) -> None:
        if answer.is_("GET", "/agents/pages"):
            known = "X-Unknown-Header" not in answer.request_headers
            answer.body = {**answer.body, "next_page_token": "more" if known else None}

    (result,) = judged(
        "extra.header-is-harmless", alter=hiding, only="[beta.agents.list_pages]", profile="agents"
    ).values()
    assert result.status is Status.FAIL


@pytest.mark.parametrize(("often", "status"), [(True, Status.PASS), (False, Status.FAIL)])
@pytest.mark.parametrize("law", ["extra.header-is-harmless", "extra.query-is-harmless"])
def test_what_moves_by_itself_is_changed_by_nothing_extra(
    judged: Judged, law: str, *, often: bool, status: Status
) -> None:
    times = count()

    def late(answer: Answer) -> None:
        if answer.is_("GET") and "/schedules/" in answer.path:
            headers = {name.lower() for name in answer.request_headers}
            extra = "x-unknown-header" in headers or "unknown_parameter" in answer.query
            second = next(times) if often else int(extra)
            due = {"scheduled_at": f"2199-11-01T12:{second // 60:02}:{second % 60:02}Z"}
            answer.body = {**answer.body, "future_executions": [due]}

    only = "[workflows.schedules.get_schedule]"
    (result,) = judged(law, alter=late, only=only, profile="workflows").values()
    assert result.status is status


def test_a_state_that_no_document_knows_may_come_first(judged: Judged) -> None:
    def validating(answer: Answer) -> None:
        if is_json(answer) and answer.path.rstrip("/").find("/batch/jobs") > 0:
            answer.content = answer.content.replace(b'"QUEUED"', b'"VALIDATING"')

    results = judged(
        "batch.status-goes-forward", alter=validating, profile="files-batch", rules=True
    )
    assert {name for name, each in results.items() if each.status in RED} == set()


@pytest.mark.parametrize("state", ["UNKNOWN", "WAITING"])
@pytest.mark.parametrize(
    ("rule", "path"),
    [("dataset-imports.file-becomes-records", "/tasks/"), ("campaigns.status-moves", "/status")],
)
def test_no_state_but_an_end_is_one(judged: Judged, rule: str, path: str, state: str) -> None:
    looks = count()

    def waiting(answer: Answer) -> None:
        if answer.is_("GET") and path in answer.path and next(looks) < 2:
            answer.body = {**answer.body, "status": state}

    results = judged(f"{rule}*", alter=waiting, profile="observability", rules=True)
    assert {each.status for each in results.values()} == {Status.PASS}


@pytest.mark.parametrize("case", ["sums.instructions-are-counted", "answers.option-is-used"])
def test_usage_of_a_conversation_may_be_left_out(judged: Judged, case: str) -> None:
    def silent(answer: Answer) -> None:
        if answer.is_("POST") and "/conversations" in answer.path and is_json(answer):
            answer.body = {**answer.body, "usage": {}}

    only = "[beta.conversations.start"
    results = judged(case, alter=silent, only=only, profile="agents")
    assert results
    assert {name for name, each in results.items() if each.status in RED} == set()


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ("agents.completions-use-the-current-version", Status.SKIP),
        ("conversations.restart-branches", Status.PASS),
        ("conversations.turn-has-its-own-arguments", Status.SKIP),
    ],
)
def test_a_model_may_say_little(judged: Judged, case: str, verdict: Status) -> None:
    def terse(answer: Answer) -> None:
        asks = "/conversations" in answer.path or answer.path.endswith("/completions")
        if answer.is_("POST") and asks and is_json(answer):
            usage = answer.body["usage"]
            said = min(usage["completion_tokens"], 2)
            usage |= {"completion_tokens": said, "total_tokens": usage["prompt_tokens"] + said}
            answer.body = {**answer.body, "usage": usage}

    (result,) = judged(case, alter=terse, profile="agents", rules=True).values()
    assert result.status is verdict
