"""What a run would send and cost is told before anything is sent, and bounded while it goes on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.suite.fake_server import KEY

from mistral_conformance import cli
from mistral_conformance.embedded import embedded_identities
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import HEALTHY, mock_session
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.rules import load_rules
from mistral_conformance.running.belongings import find_belongings
from mistral_conformance.running.estimate import estimate
from mistral_conformance.running.plan import make_plan, select_operations
from mistral_conformance.running.runner import judge_all
from mistral_conformance.session.budget import Budget, Spent
from mistral_conformance.session.prices import highest_cost_of, load_prices, usage_of
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from mistral_conformance.running.estimate import Estimate

CHAT = "chat.complete"
ANSWER = b'{"model":"mistral-small-latest","usage":{"prompt_tokens":1000,"completion_tokens":2000}}'


def _answer(content: bytes = ANSWER, operation: str = CHAT, sent: bytes = b"") -> Exchange:
    url = "http://127.0.0.1/v1/x"
    kind = httpx.Headers({"content-type": "application/json"})
    return Exchange(1, "caller", operation, "POST", url, (), sent, 200, kind, content)


def _estimate(profile: str, *, read_only: bool = False, **models: str) -> Estimate:
    document = load_document()
    plan = make_plan(document, load_rules(), select_operations(document, profile), profile)
    return estimate(document, plan, models, read_only=read_only)


def test_tokens_cost_what_their_model_asks_for_them() -> None:
    price = load_prices().models["mistral-small-latest"]
    assert highest_cost_of(_answer()) == pytest.approx(1000 * price["in"] + 2000 * price["out"])


def test_pages_and_letters_have_prices_of_their_own() -> None:
    pages = _answer(b'{"model":"mistral-ocr-4-0","usage_info":{"pages_processed":1000}}')
    assert highest_cost_of(pages) == pytest.approx(4.0)
    spoken = _answer(b"", "audio.speech.complete", b'{"model":"none","input":"four"}')
    assert usage_of(spoken) == {"char_out": 4.0}


def test_what_has_no_known_price_is_taken_for_the_dearest() -> None:
    unknown = _answer(ANSWER.replace(b"mistral-small-latest", b"of-our-own"))
    dearest = load_prices().highest
    due = 1000 * dearest["in"] + 2000 * dearest["out"]
    assert highest_cost_of(unknown) == pytest.approx(due)


def test_prices_have_a_day() -> None:
    assert load_prices().day > date(2026, 1, 1)


def test_an_estimate_tells_requests_creations_and_cost() -> None:
    found = _estimate("inference", chat="mistral-small-latest")
    assert found.requests["ask a model"] > 10
    assert found.creations
    chat = next(each for each in found.asked if each.operation == CHAT)
    assert chat.cost
    low, high = chat.cost
    assert low == high > 0


@pytest.mark.parametrize(
    ("profile", "operations"), [("inference", "classifiers.*"), ("agents", "beta.agents.*alias*")]
)
def test_an_estimate_is_near_what_a_run_sends(profile: str, operations: str) -> None:
    document = load_document()
    selected = select_operations(document, profile, [operations])
    plan = make_plan(document, [*load_rules(), *load_laws()], selected, profile)
    with mock_session() as session:
        assert len(list(judge_all(session, plan))) == len(plan)
        session.finish()
        assert estimate(document, plan, {}).total == pytest.approx(session.budget.sent, rel=0.25)


def test_a_model_without_a_price_is_said_to_have_none() -> None:
    found = _estimate("inference", chat="of-our-own")
    assert CHAT in {each.operation for each in found.unknown}


def test_a_run_that_only_reads_costs_nothing() -> None:
    found = _estimate("inference", read_only=True)
    assert set(found.requests) == {"read"}
    assert found.cost == (0, 0)


def test_plan_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MISTRAL_API_KEY")
    live = ["--base-url", "https://api.mistral.ai", "--profile", "inference"]
    assert cli.main(["plan", *live]) == 0
    told = capsys.readouterr().out
    assert "requests" in told
    assert str(load_prices().day) in told
    assert KEY not in told


def test_a_spent_budget_ends_the_run() -> None:
    budget = Budget(most_cost=0.001)
    budget.spend(["POST"], [CHAT])
    budget.charge(_answer())
    with pytest.raises(Spent, match="--max-cost"):
        budget.spend(["POST"], [CHAT])
    budget.close()
    budget.spend(["DELETE"], ["files.delete"])


def test_what_nobody_can_tell_the_cost_of_is_not_asked_for_within_a_budget() -> None:
    with pytest.raises(Skipped, match="--max-cost"):
        Budget(most_cost=1.0).spend(["POST"], ["batch.jobs.create"])


def test_a_server_of_nobody_else_has_its_clock_moved() -> None:
    with mock_session(settings=HEALTHY) as session:
        assert find_belongings(session) == ""


def test_a_server_of_another_era_is_asked_for_what_it_had() -> None:
    with mock_session(settings=HEALTHY) as session:
        session.document = load_document("2025-08-20")
        assert find_belongings(session) == ""


def test_the_things_of_others_keep_the_clock_still() -> None:
    with mock_session(settings=HEALTHY) as session:
        key = embedded_identities()["caller"].key
        httpx.post(
            f"{session.wire.base_url}/v1/libraries",
            json={"name": "theirs"},
            headers={"Authorization": f"Bearer {key}"},
        ).raise_for_status()
        assert find_belongings(session) == "beta.libraries.list"
