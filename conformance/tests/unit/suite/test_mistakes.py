"""Usual mistakes of servers are known by what many rules say of them, each in its own words."""

from __future__ import annotations

import pytest

from mistral_conformance.report.mistakes import find_mistake, is_about_refusal
from mistral_conformance.verdict.outcome import Result, Status
from mistral_conformance.verdict.requirement import Level, Requirement


def result(reason: str, rule: str = "tried.rule") -> Result:
    requirement = Requirement(rule, Level.MUST, "test", "It holds.", ("files.retrieve",), ())
    return Result(requirement, None, Status.FAIL, reason)


@pytest.mark.parametrize(
    ("title", "reasons"),
    [
        ("keys are not checked", ["POST answered 200 where 401 is due"]),
        (
            "what was deleted is still there",
            [
                "files.retrieve still shows a deleted file",
                "files.retrieve answers 200 for a deleted file, 404 or 410 is due",
                "the URL of a document after its library went answers 200, a refusal is due",
            ],
        ),
        ("what does not exist is answered", ["GET answered 200 where 404 is due"]),
        (
            "what belongs to others is answered",
            ["x.get answers 200 for a document that is foreign, 404 or 403 is due"],
        ),
        (
            "wrong requests are accepted",
            ["PUT answered 200 where 400 or 422 is due", "an invalid request was answered 200 (a)"],
        ),
        (
            "success has another status",
            ["status 200 is not documented: 201, 401", "POST answered 200 where 201 is due"],
        ),
        (
            "streams do not end as due",
            ["the last event is not [DONE]", "the stream does not say that it ends"],
        ),
        (
            "ids do not stay the same",
            ["the answers differ in id", '`id` is "a" in files.list and "b" in files.retrieve'],
        ),
    ],
)
def test_one_mistake_has_one_key_however_it_is_told(title: str, reasons: list[str]) -> None:
    found = [find_mistake("files.retrieve", result(each)) for each in reasons]
    assert [each.words for each in found if each] == [f"{title}: {each}" for each in reasons]
    assert len({each.keys for each in found if each}) == 1


def test_changes_that_are_lost_are_told_by_resource() -> None:
    reason = 'x.get shows `name` as "a", sent was "b"'
    rule = "views.change-is-shown"
    one = find_mistake("beta.libraries.get", result(reason, rule))
    other = find_mistake("beta.agents.get", result(reason, rule))
    assert one
    assert other
    assert one.words == f"changes are lost: {reason}"
    assert one.keys != other.keys


def test_refusals_that_are_due_are_told_from_successes_that_are_due() -> None:
    assert is_about_refusal(result("POST answered 500 where 400 or 422 is due"))
    assert is_about_refusal(result("the server answered 500 (x)", "input.no-server-error"))
    assert not is_about_refusal(result("POST answered 500 where 201 is due"))
