"""What one mistake of a server shows is one cause, however many laws and operations meet it."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.unit.suite.report_values import case

from mistral_conformance.model.document import load_document
from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.symptoms import symptom_of
from mistral_conformance.verdict.outcome import Result, Status
from mistral_conformance.verdict.requirement import Level, Requirement
from mistral_conformance.verdict.settling import UNREPEATED

JUDGE = shared_judge(load_document())
ID = "0197b4c2-0000-7000-8000-000000000001"
FILE, LIBRARY = f"/v1/files/{ID}", f"/v1/libraries/{ID}"


def seen(
    reason: str,
    rule: str = "views.created-is-shown",
    operation: str = "files.retrieve",
    url: str = FILE,
    *,
    method: str = "GET",
    status: int = 200,
) -> Result:
    """A red case whose reason an answer shows."""
    requirement = Requirement(rule, Level.MUST, "test", "It holds.", (operation,), ())
    shown = Exchange(1, "caller", operation, method, url, (), b"", status)
    return Result(requirement, None, Status.FAIL, reason, (shown,), subject=f"{operation} {reason}")


def causes_of(*results: Result) -> list[str]:
    cases = [
        case(
            each.rule.id,
            name=each.name,
            symptom=symptom_of(each, JUDGE),
            reason=each.reason,
            status=each.status,
        )
        for each in results
    ]
    return [each.summary for each in find_causes(cases)]


@pytest.mark.parametrize(
    "results",
    [
        [
            seen(f'`id` of the answer is "{each}", a UUID is due', operation=operation)
            for each, operation in (("abc", "beta.libraries.get"), ("xyz", "beta.libraries.list"))
        ]
        + [seen('`data.0.library_id` is "abc", a UUID is due')],
        [
            seen("GET answered 500 where 404 is due", status=500),
            seen("x of a deleted file: answered 500 where a refusal (4xx) is due", status=500),
        ],
        [
            seen(f"`{each}` of the answer is a whole number, a text is due")
            for each in ("created_at", "data.0.updated_at")
        ],
        [
            seen("`id` is missing", operation="files.delete", method="DELETE"),
            seen("`library_id` is missing", operation="beta.libraries.delete", method="DELETE"),
            seen("DELETE answered 200 where 204 is due", method="DELETE"),
        ],
        [
            seen("the list does not end within 60 pages", "sets.filter", "files.list"),
            seen("beta.libraries.list has one library 3 times", "gone.is-refused"),
            seen("source='upload' gives an item twice", "sets.filter", "files.list"),
            seen("3 items are not in the list", "pages.tile", "files.list"),
        ],
        [
            seen("search='a' gives an item whose `name` is 'b'", "sets.filter", each, f"/{each}")
            for each in ("files.list", "beta.libraries.list")
        ],
        [
            seen(f"{each}.get still shows `description`", "values.null-clears", f"{each}.update")
            for each in ("beta.libraries", "beta.agents")
        ],
        [
            seen("a documented value was answered 422 (prompt_mode = null)", "input.x", each)
            for each in ("chat.complete", "fim.complete")
        ],
        [
            seen("processing_status is 'RUNNING', not 'Running'", "processing.x"),
            seen('`process_status` is "DONE", "todo" or "done" is due', "schema.open-enums"),
        ],
        [
            seen(f"x.{each} answers 200 for a file that is foreign, 404 or 403 is due", "access.x")
            for each in ("get", "delete")
        ],
        [
            seen("the media type is 'application/json'", "streams.asked-for-comes"),
            evolve(
                seen("the answer is not JSON: Expecting value", "schema.success-body"),
                evidence=(evolve(seen("").evidence[0], content=b"data: [DONE]\n\n"),),
            ),
        ],
        [
            seen("GET answered 400 where 404 is due", status=400),
            seen("x answers 400 for a deleted file, 404 or 410 is due", status=400),
            seen("one of two deletions at once answers 400", "together.x", status=400),
        ],
    ],
    ids=lambda each: str(each[0].reason)[:40],
)
def test_one_mistake_is_one_cause(results: list[Result]) -> None:
    assert len(causes_of(*results)) == 1


def test_that_a_case_did_not_repeat_makes_no_cause_of_its_own() -> None:
    first = seen("n 3 gives the choices [0]", "answers.option-is-used", "chat.complete", "/v1/chat")
    flaky = evolve(first, status=Status.FLAKY, reason=UNREPEATED + first.reason)
    assert causes_of(first, flaky) == ["chat.complete: n 3 gives the choices [0]"]


def test_mistakes_of_one_operation_are_causes_each() -> None:
    found = causes_of(
        seen("n 3 gives the choices [0]", "answers.option-is-used", "chat.complete", "/v1/chat"),
        seen("two answers have the id 'a'", "answers.have-own-ids", "chat.complete", "/v1/chat"),
        seen("purpose='a' gives an item whose `x` is 1", "sets.filter", "files.list", "/f?p=a"),
        seen("search='a' gives an item whose `x` is 1", "sets.filter", "files.list", "/f?s=a"),
    )
    assert len(found) == 4


def test_an_operation_that_breaks_on_right_requests_is_a_cause_beside_absent_things() -> None:
    found = causes_of(
        seen("GET answered 500 where 404 is due", status=500),
        seen(
            "a valid request was answered 500 (the plainest request)",
            "input.plain-succeeds",
            "files.delete",
            method="DELETE",
            status=500,
        ),
        seen("one of two deletions at once answers 500", "together.x", "files.delete", status=500),
    )
    assert found == [
        "files.delete: answers 500",
        "files.retrieve: answers 500 for what is not there",
    ]


def test_what_ends_late_is_a_cause_of_its_own_unless_all_that_is_gone_is_shown() -> None:
    late = seen("files.retrieve shows a file 60 s after its time", "gone.at-its-time")
    gone = seen("files.retrieve still shows a deleted file", "views.deletion-is-shown")
    assert len(causes_of(late)) == len(causes_of(late, gone)) == 1
    assert "after its time" in causes_of(late)[0]
    assert causes_of(late, gone)[0].startswith("files.retrieve: what was deleted is still there")


def test_a_case_that_can_be_sent_again_stands_for_its_cause() -> None:
    found = seen("`data` is missing", "seen.x", "models.list", "/v1/models")
    symptom = symptom_of(found, JUDGE)
    cases = [
        case("seen.x", symptom=symptom, status=Status.FAIL),
        case("schema.x", symptom=symptom, status=Status.FAIL, requests=9, reproduce="x.sh"),
    ]
    (cause,) = find_causes(cases)
    assert cause.cases[0] == "schema.x"
