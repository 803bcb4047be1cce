"""A sample of both proxies, and proof that they find what they are for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.proxies.mutations import OTHERS, Mutation, reads, spoil_value
from tests.proxies.sweep import named_cases, sweep
from tests.proxies.trial import is_wrong, judge_varied, varied_session
from tests.proxies.variations import Answer, Variations

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.model.forms import forms_of
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.record.wire import Message
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import default_profile, make_plan, select_operations
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.rule import Rules, rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.context import Context

ONCE_BROKEN = ("ocr.broken-document-is-refused", "conversations.agent-answers-in-its-version")
SOME_RULES = [
    each for place, each in enumerate(named_cases()) if place % 36 == 0 or each.name in ONCE_BROKEN
]
OVER_EACH = ("models.list", "beta.libraries.create")
JSON = (("content-type", "application/json"),)


def made_up(check: Any) -> Case:
    """A case of a rule that is judged here alone."""
    registry = Rules()
    operations = ("models.list",)
    rule(id="tried.rule", level=MUST, source="test", operations=operations, registry=registry)(
        check
    )
    return make_plan(load_document(), registry, ["models.list"])[0]


@pytest.mark.parametrize("case", SOME_RULES, ids=lambda case: case.name)
def test_no_spoilt_field_breaks_a_rule(case: Case) -> None:
    _, broken = sweep(case, OTHERS, most=6)
    assert [str(each) for each in broken] == []


def test_rule_that_trusts_a_value_is_found() -> None:
    def trusts(ctx: Context) -> None:
        """Trusts."""
        owners = [each["owned_by"] for each in ctx.api.call("models.list")["data"]]
        assert max(len(each) for each in owners)

    _, broken = sweep(made_up(trusts), ["dropped", "null", "empty-list"])
    assert {each.mutation.pattern for each in broken} == {("data",), ("data", "*")}


@pytest.mark.parametrize("seed", [1, 2])
def test_rules_leave_free_what_is_free(seed: int) -> None:
    document = load_document()
    named = named_cases(default_profile())[::5]
    each = [case for case in make_plan(document, load_rules(), OVER_EACH) if case.operation]
    wrong = [result for result in judge_varied(seed, [*each, *named], 2) if is_wrong(result)]
    assert [f"{result.name}: {result.reason}" for result in wrong] == []


def test_laws_leave_free_what_is_free_on_a_server_that_is_busy_now_and_then() -> None:
    document, profile = load_document(), default_profile()
    plan = make_plan(document, load_laws(), select_operations(document, profile), profile)
    judged = judge_varied(3, plan[3::9], 2, 0.05)
    wrong = [result for result in judged if is_wrong(result)]
    assert [f"{result.name}: {result.reason}" for result in wrong] == []


def test_rule_that_demands_what_is_free_is_found() -> None:
    def demands(ctx: Context) -> None:
        """Demands the same fields in the same order each time."""
        first, again = (list(ctx.api.call("models.list").json()) for _ in range(2))
        ctx.expect(first == again, "the fields are others")

    results = [each for seed in range(4) for each in judge_varied(seed, [made_up(demands)])]
    assert any(is_wrong(each) for each in results)


def test_variations_are_those_of_their_seed() -> None:
    operation = load_document().operations["models.list"]
    answer = Answer(200, JSON, json.dumps({"object": "list", "data": [{"id": "m"}]}).encode())

    def varied(seed: int) -> list[bytes]:
        variations = Variations(load_document(), seed)
        return [variations.vary(operation, answer, own=True).content for _ in range(4)]

    assert varied(1) == varied(1)
    assert varied(1) != varied(2)


def test_what_an_option_asks_for_is_left_out_by_no_server() -> None:
    operation = load_document().operations["ocr.process"]
    page = {"index": 0, "markdown": "", "images": [], "dimensions": None, "blocks": []}
    usage = {"pages_processed": 1, "doc_size_bytes": None}
    body = {"pages": [page], "model": "m", "document_annotation": None, "usage_info": usage}
    answer = Answer(200, JSON, json.dumps(body).encode())
    for seed in range(30):
        varied = Variations(load_document(), seed).vary(operation, answer, own=True)
        if varied.status == 200:
            assert "blocks" in json.loads(varied.content)["pages"][0]


def test_varied_answers_have_the_documented_form() -> None:
    with varied_session(3) as session:
        for path in ("/v1/models", "/v1/libraries", "/v1/files"):
            exchange = session.send(Message("GET", path), CALLER)
            operation = next(
                each.id
                for each in load_document().operations.values()
                if (each.method, each.path) == ("GET", path)
            )
            form = forms_of(load_document()).find(operation, 200, exchange.media_type)
            assert form
            assert form.misfits(exchange.json()) == {}


@pytest.mark.parametrize(
    ("kind", "left"), [("dropped", [{"b": 1}, {}]), ("null", [{"a": None, "b": 1}, {"a": None}])]
)
def test_spoilt_field_is_so_in_every_item(kind: str, left: list[object]) -> None:
    value = {"data": [{"a": 1, "b": 1}, {"a": 2}]}
    assert spoil_value(value, Mutation("x", ("data", "*", "a"), kind)) == {"data": left}


def test_reads_are_seen_with_their_operation() -> None:
    with mock_session() as session, reads() as seen:
        exchange = session.send(Message("GET", "/v1/models"), CALLER, "models.list")
        _ = exchange["data"][0]["id"]
    assert ("models.list", ("data", "*", "id")) in seen
