"""What a failure becomes once it was tried again."""

from __future__ import annotations

import pytest
from attrs import evolve

from mistral_conformance.record.exchange import Exchange
from mistral_conformance.verdict.outcome import Result, Status
from mistral_conformance.verdict.requirement import MUST, Requirement
from mistral_conformance.verdict.settling import settle_repeat

RULE = Requirement("tried.rule", MUST, "test", "It holds.", ("models.list",), ())
FAILED = Result(RULE, None, Status.FAIL, "it is wrong")


def test_a_failure_that_holds_when_tried_again_is_flaky() -> None:
    settled = settle_repeat(FAILED, Result(RULE, None, Status.PASS))
    assert settled.status is Status.FLAKY
    assert settled.reason == "did not repeat when tried again at once: it is wrong"


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR, Status.SKIP, Status.NOT_OFFERED])
def test_a_failure_that_cannot_be_judged_again_stays_one(status: Status) -> None:
    assert settle_repeat(FAILED, Result(RULE, None, status)) == FAILED


def test_a_failure_that_repeats_is_reproduced_by_the_requests_of_the_second_time() -> None:
    alone = Exchange(2, "caller", "models.list", "GET", "http://127.0.0.1/v1/models", (), b"", 200)
    settled = settle_repeat(FAILED, evolve(FAILED, exchanges=(alone,)))
    assert settled.exchanges == (alone,)
    assert settled.reason == FAILED.reason


def test_requests_that_break_elsewhere_the_second_time_do_not_show_the_first_reason() -> None:
    one = Exchange(1, "caller", "chat.complete", "POST", "http://127.0.0.1/v1/c", (), b"", 200)
    other = evolve(one, operation="models.list")
    first = evolve(FAILED, evidence=(one,), exchanges=(one,))
    assert settle_repeat(first, evolve(FAILED, evidence=(other,), exchanges=(other,))) == first
