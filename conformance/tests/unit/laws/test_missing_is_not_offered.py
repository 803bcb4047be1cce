"""What a server does not have is not offered: no rule and no law fails for it, whatever is said."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from tests.unit.laws.lacking import lacking

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import WHOLE, make_plan, select_operations
from mistral_conformance.running.runner import judge_all
from mistral_conformance.verdict.outcome import RED, Result, Status

SHARING, DOCUMENTS = "beta.libraries.accesses.*", "beta.libraries.documents.*"
METRICS, EXECUTIONS = "workflows.metrics.*", "workflows.executions.*"
EVENTS, JUDGE = "beta.observability.chat_completion_events.*", "beta.observability.judges.fetch"


def judged(pattern: str, way: str) -> list[Result]:
    """The results of all that is about what a server lacks."""
    document = load_document()
    hidden = {each for each in document.operations if fnmatchcase(each, pattern)}
    operations = select_operations(document, WHOLE)
    plan = make_plan(document, [*load_rules(), *load_laws()], operations, WHOLE)
    about = (
        each
        for each in plan
        if hidden & ({each.operation.id} if each.operation else {*each.rule.operations})
    )
    with mock_session(around=lacking(hidden, way)) as session:
        session.patience.sleep = lambda _: None
        return list(judge_all(session, about))


@pytest.mark.parametrize(
    ("pattern", "way"),
    [
        (SHARING, "own"),
        (SHARING, "gateway"),
        (SHARING, "method"),
        (SHARING, "files"),
        (DOCUMENTS, "gateway"),
        (METRICS, "gateway"),
        (EXECUTIONS, "own"),
        (EVENTS, "own"),
        (EVENTS, "gateway"),
        (JUDGE, "own"),
        ("models.*", "gateway"),
        ("beta.libraries.update", "gateway"),
        ("beta.observability.datasets.records.*", "own"),
    ],
)
def test_nothing_fails_for_what_a_server_lacks(pattern: str, way: str) -> None:
    results = judged(pattern, way)
    assert {each.name: each.reason for each in results if each.status in RED} == {}
    assert Status.NOT_OFFERED in {each.status for each in results}


def test_an_operation_that_finds_nothing_of_its_own_is_there() -> None:
    """One that answers 404 in the words of those around it is broken, not missing."""
    results = judged("beta.libraries.get", "unknown")
    assert {each.status for each in results if each.rule.id == "input.plain-succeeds"} == {
        Status.FAIL
    }
