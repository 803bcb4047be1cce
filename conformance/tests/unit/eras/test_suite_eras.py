"""The suite by an era: what it judges, and that servers of then and of today hold."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from jsonschema import Draft202012Validator

import mistral_openapi
from mistral_conformance.embedded import embedded_mock
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.record.wire import Message
from mistral_conformance.rules import load_rules
from mistral_conformance.running.migration import judge_migration
from mistral_conformance.running.plan import make_plan, select_operations, select_rules
from mistral_conformance.running.run import Run, RunOptions, execute, open_session
from mistral_conformance.verdict.outcome import RED, Skipped
from mistral_openapi.eras import names

OLDEST = "2025-08-20"
SAMPLE = ("deletes.*", "processing.ends", "sharing.list-shows-the-owner", "upload.*")


def run_at(era: str, mock_era: str, *patterns: str) -> list[Any]:
    """Judge a mock of one era by another; give what is broken."""
    document = load_document(era)
    operations = select_operations(document, "libraries")
    chosen = select_rules([*load_rules(), *load_laws()], patterns)
    plan = make_plan(document, chosen, operations, "libraries")
    with embedded_mock(0, mock_era) as mock:
        options = RunOptions(
            base_url=mock.base_url,
            identities=mock.identities,
            clock_url=mock.clock_url,
            run_id="eraruns",
            era=era,
            profile="libraries",
        )
        run = Run(options, operations)
        with open_session(options) as session:
            execute(session, run, plan, lambda _: None)
    assert run.results
    return [(one.name, one.reason) for one in run.results if one.status in RED]


@pytest.mark.parametrize("mock_era", [OLDEST, "today"])
def test_servers_of_an_era_and_of_today_hold_in_that_era(mock_era: str) -> None:
    assert run_at(OLDEST, mock_era, *SAMPLE) == []


def test_a_server_of_yesterday_does_not_hold_today() -> None:
    assert run_at("today", OLDEST, "access.private-is-hidden")


def test_models_that_an_era_lists_are_called_as_it_lists_them() -> None:
    assert run_at(OLDEST, OLDEST, "views.changes-together-are-shown") == []


def test_a_server_is_not_blamed_for_what_the_run_does_not_know() -> None:
    with embedded_mock(0, OLDEST) as mock:
        caller = evolve(mock.identities["caller"], org="")
        identities = mock.identities | {"caller": caller}
        options = RunOptions(mock.base_url, identities, era=OLDEST, profile="libraries")
        body = {"level": "Viewer", "share_with_type": "User", "share_with_uuid": "a"}
        share = Message("PUT", "/v1/libraries/a/share", json=body)
        with open_session(options) as session, pytest.raises(Skipped, match="org=UUID"):
            session.send(share, "caller", "beta.libraries.accesses.update_or_create")


def plan_names(era: str) -> set[str]:
    document = load_document(era)
    operations = select_operations(document, "libraries")
    return {one.rule.id for one in make_plan(document, load_rules(), operations, "libraries")}


@pytest.mark.parametrize("era", names())
def test_laws_and_rules_can_be_planned_for_every_era(era: str) -> None:
    document = load_document(era)
    operations = select_operations(document, "whole")
    plan = make_plan(document, [*load_rules(), *load_laws()], operations, "whole")
    judged = {one.operation.id for one in plan if one.operation}
    assert judged
    assert judged <= set(document.operations)


@pytest.mark.parametrize(("era", "judged"), [("2026-03-31", False), ("today", True)])
def test_a_rule_about_a_parameter_waits_for_it(era: str, judged: bool) -> None:
    assert ("sharing.own-libraries-can-be-filtered" in plan_names(era)) is judged


def test_requests_are_judged_by_what_holds_then_and_today() -> None:
    operation = load_document(OLDEST).operations["beta.libraries.create"]
    schema = operation.body_schema("application/json")
    assert schema is not None
    validator = Draft202012Validator(mistral_openapi.resolve(schema))
    assert validator.is_valid({"name": "a", "chunk_size": 256})
    assert not validator.is_valid({"name": "a", "chunk_size": 1})


def test_an_answer_that_came_later_is_no_failure() -> None:
    responses = load_document("2026-06-16").operations["beta.libraries.delete"].item["responses"]
    assert {"200", "204"} <= responses.keys()


@pytest.mark.parametrize(
    ("era", "deletes", "put", "filtering"),
    [
        ("2026-03-31", "old", "old", "new"),
        ("today", "old", "both", "old"),
        ("announced", "new", "new", "new"),
    ],
)
def test_each_announced_change_has_a_verdict(
    era: str, deletes: str, put: str, filtering: str
) -> None:
    with embedded_mock(0, era) as mock:
        options = RunOptions(mock.base_url, mock.identities, clock_url=mock.clock_url)
        with open_session(options) as session:
            found = {one.id: one.stand for one in judge_migration(session)}
            assert session.finish() == []
    assert found["library-deletes-answer-204"] == deletes
    assert found["access-deletes-answer-204"] == deletes
    assert found["put-of-libraries-goes"] == found["put-of-documents-goes"] == put
    assert found["owned-filter-goes"] == filtering
