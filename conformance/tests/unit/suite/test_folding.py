"""What one mistake of a server shows is one cause, however many laws and operations meet it."""

from __future__ import annotations

import httpx
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
DELETION = "files.delete"
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


def used(reason: str, subject: str) -> Result:
    """A red case of an option that is not used as declared."""
    operation = subject.partition(":")[0]
    found = seen(reason, "answers.option-is-used", operation, "/v1/chat")
    return evolve(found, subject=subject)


def told_as_success(reason: str, operation: str) -> Result:
    """A red case whose answer is an error of the document under a status of success."""
    found = seen(reason, "schema.success-body", operation)
    body = b'{"detail": [{"type": "uuid_parsing", "loc": ["path"], "msg": "Not a UUID"}]}'
    headers = httpx.Headers({"content-type": "application/json"})
    return evolve(found, evidence=(evolve(found.evidence[0], content=body, headers=headers),))


def causes_of(*results: Result) -> list[str]:
    cases = [
        case(
            each.rule.id,
            name=each.name,
            symptom=symptom_of(each, JUDGE),
            reason=each.reason,
            operations=each.operations,
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
            seen("the list lacks 3 items", "pages.tile", "files.list"),
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
        [
            seen("an invalid request was answered 200 (stop = true)", "input.fault-rejected"),
            used("with stop 'a' the text is 'ba', due is 'b'", "chat.complete:stop"),
            used("with stop 'c' the text is 'bc', due is 'b'", "fim.complete:stop"),
        ],
        [
            seen("an invalid request was answered 200 (name = null)", "input.fault-rejected"),
            seen("beta.libraries.get still shows `description`", "values.null-clears"),
        ],
        [
            seen('`id` is "abc", a UUID is due', operation="beta.libraries.get"),
            seen("x answers 422 for a document that is wrong-kind, 404 is due", "access.x"),
            seen("x answers 422 where the id is in capitals", "access.capitals-name-the-same"),
        ],
        [
            seen("x shows `name` as 'a_b', sent was 'a b'", "values.text-is-kept"),
            seen("`name` is 'a_b' before 'a_a' in ascending order", "sets.sorted"),
        ],
        [
            evolve(
                seen("`choices.0.finish_reason` is null, a text is due", "streams.x"),
                evidence=(evolve(seen("").evidence[0], content=b"data: {}\n\n"),),
            ),
            seen("a stream was asked for, application/json came", "answers.x"),
        ],
        [
            seen("a page holds 3 of 9 items where 100 are usual", "pages.usual-size", each)
            for each in ("files.list", "beta.libraries.list")
        ],
        [
            seen("x answers 200 for a file that is foreign, 404 or 403 is due", "access.x"),
            seen("the list of the stranger has a file of the caller", "access.y"),
            seen("x answers 200 to one with the level Viewer, a refusal is due", "roles.x"),
        ],
        [
            seen("the answer is application/json, application/pdf is due", "schema.content-type"),
            seen("of nothing 0 bytes were sent, 15 come back", "values.bytes-are-kept"),
            seen("files.download tells no word of its file", "texts.stay-apart"),
        ],
        [
            seen("processing_status is 'RUNNING', not 'Running'", "processing.x"),
            seen("the loop saw ['RUNNING']", "processing.ends"),
            seen("beta.libraries.documents.reprocess led to TODO", "ends.action-ends-again"),
        ],
        [
            seen(f"`updated_at` did not move with {each}", f"times.{rule}-move-the-stamp", each)
            for each, rule in (("beta.libraries.update", "change"), ("files.upload", "children"))
        ],
        [
            used("calls end with ['stop']", "chat.complete:tools"),
            used("a cut answer ends with [['stop']]", "chat.complete:max_tokens"),
            seen('the end of choice 0 is ["stop"] in the plain answer', "answers.stream-tells"),
        ],
        [
            seen("nothing was read: prompt_tokens is 0", "sums.usage-adds-up"),
            seen("a message of 3 parts counts 0 tokens", "sums.parts-are-counted"),
            seen("one text and three cost [0, 0]", "sums.inputs-are-counted"),
            used("min_tokens 40 gives 0 tokens", "fim.complete:min_tokens"),
        ],
        [
            seen("the answer is a list, an object is due", each)
            for each in ("views.created-is-shown", "pages.tile", "sets.filter", "extra.x")
        ],
        [
            seen("`data.0.owner_id` is missing", operation="beta.libraries.list"),
            seen("`owner_id` is missing", operation="beta.libraries.delete", method="DELETE"),
        ],
        [
            seen("files.list has one file 2 times", "gone.x", "files.list"),
            seen("source='a' leaves 9 items on large pages, 7 on small", "sets.x", "files.list"),
            seen("{'sort_by': 'a'}: the list holds 3 items, without it 8", "sets.sorted"),
        ],
        [
            told_as_success("`id` is missing", "files.retrieve"),
            told_as_success("GET answered 200 where 404 is due", "files.retrieve"),
            told_as_success("the answer is no PDF", "files.download"),
        ],
        [
            seen("DELETE answered 204 where 401 is due", "auth.x", DELETION),
            seen("DELETE answered 204 where 404 is due", "input.unknown-id-not-found", DELETION),
            seen("an invalid request was answered 204 (x = 1)", "input.fault-rejected", DELETION),
            seen("x answers 204 for a file that is foreign, 404 is due", "access.x", DELETION),
            seen("files.retrieve still shows a deleted file", "views.deletion-is-shown"),
            seen("the id of a deleted file came again", "gone.twin-is-new", "files.upload"),
        ],
        [
            seen("`size` is 2 before 1 in ascending order", "sets.sorted", "files.list"),
            *(
                seen(reason, rule, "files.list", "/v1/files?sort_by=size&sort_order=desc")
                for reason, rule in (
                    ("with sort_order asc and desc the list is in one order", "sets.direction"),
                    ("an invalid request was answered 200 (?sort_order=true)", "input.fault"),
                )
            ),
        ],
        [
            seen("x shows `name` as null, sent was 'a'", "values.text-is-kept"),
            seen("x shows `name` as null, sent was 'b'", "views.change-is-shown"),
            evolve(
                seen("`updated_at` did not move with x.update", "times.change-moves-the-stamp"),
                subject="file.name",
            ),
        ],
        [
            seen("files.retrieve shows `name` as 'a', sent was 'b'", "views.change-is-shown"),
            seen("files.retrieve still shows a deleted file", "views.deletion-is-shown"),
            seen("`size` is 0 in files.retrieve, the parts make 2", "views.totals-follow"),
            seen("`updated_at` did not move with files.update", "times.change-moves-the-stamp"),
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
        used("n 3 gives the choices [0]", "chat.complete:n"),
        used("the text is no JSON object", "chat.complete:response_format"),
        seen("two answers have the id 'a'", "answers.have-own-ids", "chat.complete", "/v1/chat"),
        seen("purpose='a' gives an item whose `x` is 1", "sets.filter", "files.list", "/f?p=a"),
        seen("search='a' gives an item whose `x` is 1", "sets.filter", "files.list", "/f?s=a"),
    )
    assert len(found) == 5


def test_mistakes_of_pages_are_causes_each() -> None:
    found = causes_of(
        seen("files.list has one file 4 times", "views.x", "files.list", "/v1/files"),
        seen("a page of size 100 holds 2 of 103 items", "pages.x", "files.list", "/v1/files"),
        seen("of 8 items at 7 a page it is told that {'total_pages': 1}", "pages.y", "files.list"),
    )
    assert len(found) == 3


def test_a_filter_that_lets_others_through_is_a_mistake_beside_broken_pages() -> None:
    found = causes_of(
        seen("files.list has one file 2 times", "gone.x", "files.list"),
        seen("search='a' gives an item whose `name` is 'b'", "sets.filter", "files.list"),
    )
    assert len(found) == 2


def test_unchecked_keys_are_a_mistake_beside_a_deletion_that_finds_what_is_not_there() -> None:
    found = causes_of(
        seen("GET answered 200 where 401 is due", "auth.x", "files.list"),
        seen("DELETE answered 204 where 401 is due", "auth.x", DELETION),
        seen("DELETE answered 204 where 404 is due", "input.unknown-id-not-found", DELETION),
    )
    assert len(found) == 2


def test_a_change_that_is_lost_is_no_stale_read() -> None:
    found = causes_of(
        seen("files.retrieve shows `name` as 'a', sent was 'b'", "views.change-is-shown"),
        seen("files.list still shows a deleted file", "views.deletion-is-shown"),
    )
    assert len(found) == 2


def test_a_file_of_another_media_type_is_no_stream_of_another() -> None:
    found = causes_of(
        seen("the answer is application/json, application/octet-stream is due", "schema.x"),
        seen("a stream was asked for, application/json came", "answers.x", "chat.complete"),
    )
    assert len(found) == 2


def test_what_nothing_plainer_explains_is_a_cause_of_its_own() -> None:
    alone = (
        seen("an invalid request was answered 200 (stop = true)", "input.fault-rejected"),
        seen("x answers 200 to one with the level Viewer, a refusal is due", "roles.x"),
        seen("of nothing 0 bytes were sent, 15 come back", "values.bytes-are-kept"),
        seen("the loop saw ['RUNNING']", "processing.ends"),
    )
    assert len(causes_of(*alone)) == len(alone)


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


def test_an_operation_that_breaks_before_a_refusal_is_asked_for_is_no_wrong_answer_to_it() -> None:
    found = causes_of(
        seen("POST answered 500 where 422 is due", "errors.x", "chat.complete", "/c", status=500),
        seen("files.delete answered 500", "access.x", "files.delete", method="DELETE", status=500),
    )
    assert found == ["chat.complete: answers 500 to a wrong request", "files.delete: answers 500"]


def test_a_share_that_opens_nothing_does_not_come_of_what_strangers_reach() -> None:
    found = causes_of(
        seen("x answers 200 for a file that is foreign, 404 or 403 is due", "access.x"),
        seen("x answered 404 to whom it is shared with", "roles.y", status=404),
    )
    assert len(found) == 2


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
