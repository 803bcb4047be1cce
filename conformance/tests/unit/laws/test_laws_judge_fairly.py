"""Laws judge only what is declared, and end in a verdict whatever is answered.

Where every law would take long a part of the cases is judged, each time another; `make variations`
judges all of them.
"""

from __future__ import annotations

import re
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from tests.unit.laws.variations import (
    answering_otherwise,
    breaking,
    counting_from_one,
    is_json,
    reordering,
    telling_an_end,
    varying,
)

from mistral_conformance.laws.access import calm
from mistral_conformance.laws.named import await_effect
from mistral_conformance.laws.sets import changed_meanwhile
from mistral_conformance.laws.walking import page_sizes, walk_list
from mistral_conformance.model import load_model
from mistral_conformance.model.lists import read_pages
from mistral_conformance.running.plan import WHOLE
from mistral_conformance.verdict.outcome import Status, Unjudged

if TYPE_CHECKING:
    from tests.unit.laws.altering import Answer
    from tests.unit.laws.conftest import Judged

    from mistral_conformance.verdict.outcome import Result


def broken(results: dict[str, Result]) -> dict[str, str]:
    wrong = {Status.FAIL, Status.ERROR}
    return {name: each.reason for name, each in results.items() if each.status in wrong}


def test_what_is_free_breaks_no_law(judged: Judged) -> None:
    assert broken(judged(alter=varying(1), part=slice(0, None, 3))) == {}


def test_what_the_first_request_creates_is_no_effect_of_an_id(judged: Judged) -> None:
    case = "import_from_dataset_records:dataset_record_ids"
    results = judged("access.capitals-are-used", only=case, profile=WHOLE)
    assert [each.status for each in results.values()] == [Status.PASS]


def test_a_server_that_is_busy_now_and_then_breaks_no_law(judged: Judged) -> None:
    random = Random(1)  # noqa: S311 - test data

    def refuse() -> dict[str, str] | None:
        return {"Retry-After": "0"} if random.random() < 0.05 else None

    assert broken(judged(refuse=refuse, part=slice(1, None, 3))) == {}


def test_a_deletion_that_answers_with_nothing_offers_no_answer(judged: Judged) -> None:
    def emptied(answer: Answer) -> None:
        if answer.is_("DELETE") and re.fullmatch(r".*/libraries/[^/]+", answer.path):
            answer.status, answer.content = 204, b""

    laws = "gone.answer-shows-what-went", "seen.answers-have-their-form"
    results = judged(*laws, alter=emptied, only="librar")
    for case in (f"{laws[0]}[library]", f"{laws[1]}[beta.libraries.delete]"):
        assert results[case].status == Status.NOT_OFFERED


@pytest.mark.parametrize("nothing", [{}, None])
def test_a_map_without_anything_may_be_null_or_empty(judged: Judged, nothing: object) -> None:
    def emptied(answer: Answer) -> None:
        if "/documents/" in answer.path and is_json(answer) and "attributes" in answer.body:
            answer.body = {**answer.body, "attributes": answer.body["attributes"] or nothing}

    results = judged("views.change*", "values.*", alter=emptied, only="[document")
    assert broken(results) == {}


def test_models_without_tools_are_held_to_all_else(judged: Judged) -> None:
    def toolless(answer: Answer) -> None:
        if answer.is_("GET", "/models"):
            models = answer.body["data"]
            able = [{**e["capabilities"], "function_calling": False} for e in models]
            data = [{**e, "capabilities": c} for e, c in zip(models, able, strict=True)]
            answer.body = {**answer.body, "data": data}
        elif b'"tools"' in answer.sent:
            answer.status, answer.body = 400, {"detail": "no model calls tools"}

    laws = "answers.option-is-used", "extra.other-forms-are-taken"
    results = judged(*laws, alter=toolless, only="chat.complete")
    for case in ("response_format, by a schema]", "taken[chat.complete]"):
        (status,) = {each.status for name, each in results.items() if name.endswith(case)}
        assert status == Status.PASS
    assert broken(results) == {}


@pytest.mark.parametrize(
    ("refused", "pages"), [(b"wordprocessingml", Status.PASS), (b"/pdf", Status.NOT_OFFERED)]
)
def test_files_of_a_type_may_be_refused(judged: Judged, refused: bytes, pages: Status) -> None:
    def choosy(answer: Answer) -> None:
        if answer.is_("POST", "/documents") and refused in answer.sent:
            answer.status, answer.body = 422, {"detail": "Invalid file format."}

    results = judged("texts.*", alter=choosy, only="document")
    assert broken(results) == {}
    assert results["texts.views-agree[document]"].status == Status.PASS
    (chosen,) = (e.status for name, e in results.items() if name.startswith("texts.pages-are-"))
    assert chosen == pages
    (rule,) = judged("processing.text-is-extracted", alter=choosy, rules=True).values()
    assert rule.status == Status.SKIP


@pytest.mark.parametrize(
    ("status", "due"), [(403, Status.NOT_OFFERED), (500, Status.ERROR), (502, Status.ERROR)]
)
def test_only_what_is_refused_is_not_offered(judged: Judged, status: int, due: Status) -> None:
    def without_users(answer: Answer) -> None:
        if answer.is_("POST", "/libraries") and b"owner_type" in answer.sent:
            answer.status, answer.body = status, {"detail": "not for this key"}

    results = judged("access.private-is-hidden", alter=without_users, only="[library")
    assert {each.status for each in results.values()} == {due}


def test_ids_may_be_spelled_in_large_letters(judged: Judged) -> None:
    def enlarged(answer: Answer) -> None:
        if answer.path.endswith("/share"):
            answer.content = re.sub(rb"[0-9a-f-]{36}", lambda e: e[0].upper(), answer.content)

    laws = "views.created-*", "roles.lower-level-*", "together.shares-all-stay"
    for only in ("[access]", "[library]"):
        assert broken(judged(*laws, alter=enlarged, only=only)) == {}


@pytest.mark.parametrize("option", ["n", "stop", "tools", "response_format", "stream"])
def test_an_option_that_is_refused_is_not_offered(judged: Judged, option: str) -> None:
    def refusing(answer: Answer) -> None:
        if answer.path.endswith("/chat/completions") and f'"{option}"'.encode() in answer.sent:
            answer.status, answer.body = 422, {"detail": f"{option} is not supported"}

    for patterns in (("answers.*", "sums.*", "much.*"), ("together.*",)):
        results = judged(*patterns, alter=refusing, only="chat.complete")
        wrong = {Status.FAIL, Status.FLAKY, Status.ERROR, Status.SKIP}
        assert {name for name, each in results.items() if each.status in wrong} == set()


def test_items_need_not_tell_an_id_that_is_optional(judged: Judged) -> None:
    def without_ids(answer: Answer) -> None:
        if answer.is_("GET", "/workflows/runs"):
            runs = [{**each, "run_id": None} for each in answer.body["executions"]]
            answer.body = {**answer.body, "executions": runs}

    for law, only in (
        ("views.list-shows-what-reading-shows", "[workflow_run]"),
        ("views.along-tells-the-same", "[execution.run_id]"),
        ("pages.tile", "[workflows.runs.list_runs]"),
    ):
        results = judged(law, alter=without_ids, only=only, profile="workflows")
        assert [each.status for each in results.values()] == [Status.SKIP]


def test_json_of_no_declared_form_may_be_in_another_order_each_time(judged: Judged) -> None:
    history = "[workflows.executions.get_workflow_execution_history]"
    results = judged("extra.*", alter=reordering(1), only=history, profile="workflows")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_numbers_that_no_document_knows_are_no_part_of_an_answer(judged: Judged) -> None:
    random = Random(1)  # noqa: S311 - test data

    def timed(answer: Answer) -> None:
        if answer.is_("POST", "/embeddings"):
            items = [{**each, "took_ms": random.randrange(10_000)} for each in answer.body["data"]]
            answer.body = {**answer.body, "data": items}

    law, only = "answers.each-input-has-its-own", "[embeddings.create]"
    results = judged(law, alter=timed, only=only, profile="inference")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_a_stream_may_be_framed_in_another_way_each_time(judged: Judged) -> None:
    random = Random(1)  # noqa: S311 - test data

    def framed(answer: Answer) -> None:
        if "event-stream" in answer.headers.get("content-type", ""):
            begin = random.choice((b"", b": keep-alive\n\n", b"retry: 500\n\n"))
            more = f'data:{{"unknown": {random.randrange(100)}, '.encode()
            answer.content = begin + answer.content.replace(b"data: {", more)

    only = "[workflows.executions.stream]"
    results = judged("extra.*", alter=framed, only=only, profile="workflows")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_a_field_of_another_kind_of_object_may_be_null(judged: Judged) -> None:
    def with_null(answer: Answer) -> None:
        if answer.is_("GET") and "/conversations/" in answer.path:
            answer.body = {**answer.body, "agent_version": None}

    results = judged(
        "values.*", alter=with_null, only="[conversation.agent_version]", profile="agents"
    )
    assert results
    assert broken(results) == {}


def test_a_state_may_change_while_a_list_is_filtered_by_it(judged: Judged) -> None:
    read: list[Answer] = []

    def moving(answer: Answer) -> None:
        jobs = answer.body["data"] if answer.is_("GET", "/batch/jobs") else []
        if jobs and "status" not in answer.query:
            read.append(answer)
            if len(read) == 1:
                answer.body = {**answer.body, "data": [{**e, "status": "QUEUED"} for e in jobs]}

    only = "[batch.jobs.list:status]"
    results = judged("sets.filter-over-pages", alter=moving, only=only, profile="files-batch")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_pages_may_hold_fewer_items_than_asked_for_where_they_lead_on(judged: Judged) -> None:
    def capped(answer: Answer) -> None:
        if answer.is_("GET") and answer.path.endswith(("/libraries", "/documents", "/files")):
            asked = {each: values[-1] for each, values in answer.query.items()}
            size = min(int(asked.get("page_size", 100)), 30)
            query = urlencode({**asked, "page_size": size})
            answer.content = answer.again("GET", f"{answer.path}?{query}").content

    results = judged("pages.largest", "pages.usual-size", "pages.tile", alter=capped)
    files = {f"{law}[files.list]" for law in ("pages.largest", "pages.usual-size")}
    assert broken(results).keys() == files


def test_a_list_that_does_not_tell_its_end_may_end_with_nothing(judged: Judged) -> None:
    def silent(answer: Answer) -> None:
        if answer.is_("GET", "/libraries"):
            answer.body = {"data": answer.body["data"]}

    results = judged("pages.*", alter=silent, only="[beta.libraries.list]")
    assert broken(results) == {}


def test_a_server_that_takes_a_file_for_one_page_leaves_none_out(judged: Judged) -> None:
    def undivided(answer: Answer) -> None:
        if answer.is_("GET", "/text_content") and answer.query.get("page_start", ["0"]) != ["0"]:
            answer.body = {"text": ""}
        elif answer.is_("GET") and b'"number_of_pages"' in answer.content:
            answer.content = re.sub(
                rb'"number_of_pages":\s*\d+', b'"number_of_pages":1', answer.content
            )

    results = judged("texts.pages-are-chosen", alter=undivided)
    assert {each.status for each in results.values()} == {Status.SKIP}


def test_an_option_may_lead_to_another_answer_of_the_model(judged: Judged) -> None:
    results = judged(
        "answers.option-is-used", alter=answering_otherwise, only="[chat.complete:stop"
    )
    assert {each.status for each in results.values()} == {Status.SKIP}


def test_a_time_in_a_url_that_does_not_count_lets_nobody_in_for_longer(judged: Judged) -> None:
    results = judged("urls.*", alter=telling_an_end, only="[files.get_signed_url]")
    wrong = {name for name, each in results.items() if each.status is Status.FAIL}
    assert wrong == {"urls.end-as-they-tell[files.get_signed_url]"}


@pytest.mark.parametrize(
    ("operation", "waits"),
    [
        ("beta.libraries.documents.extracted_text_signed_url", True),
        ("beta.libraries.documents.text_content", True),
        ("beta.libraries.documents.get", False),
    ],
)
def test_what_is_read_from_a_document_is_waited_for_without_a_clock(
    operation: str, *, waits: bool
) -> None:
    settled: list[Any] = []
    session = SimpleNamespace(clock=None)
    world: Any = SimpleNamespace(
        ctx=SimpleNamespace(session=session), model=load_model(), settle=settled.append
    )
    document: Any = SimpleNamespace(resource=world.model.resources["document"])
    calm(world, document, operation)
    assert settled == [document] * waits


def test_what_appears_in_a_list_meanwhile_is_no_item_too_many() -> None:
    def walk(*ids: str) -> Any:
        return SimpleNamespace(items=[{"id": each} for each in ids])

    model = load_model()
    world: Any = SimpleNamespace(model=model, walk=lambda *_, **__: walk("old", "late"))
    found_in: Any = (SimpleNamespace(ids={}, query={}), walk("old"))
    keys: Any = {("old",), ("late",), ("hidden",)}
    new, _ = changed_meanwhile(world, model.lists["files.list"], found_in, [])
    assert keys & new == {("late",)}


def test_what_goes_from_a_list_meanwhile_is_no_item_too_few() -> None:
    def walk(*ids: str) -> Any:
        return SimpleNamespace(items=[{"id": each} for each in ids])

    model = load_model()
    world: Any = SimpleNamespace(model=model, walk=lambda *_, **__: walk("old"))
    found_in: Any = (SimpleNamespace(ids={}, query={}), walk("old", "gone"))
    missing: Any = {("old",), ("gone",)}
    _, moved = changed_meanwhile(world, model.lists["files.list"], found_in, [])
    assert missing - moved == {("old",)}


def test_an_item_may_come_twice_where_others_come_meanwhile(judged: Judged) -> None:
    def verdict(*, meanwhile: bool) -> Status:
        lists: list[str] = []

        def shifting(answer: Answer) -> None:
            if not answer.is_("GET", "/v1/files"):
                return
            data = answer.body["data"]
            lists.append(answer.path)
            if "search" in answer.query and data:
                answer.body = {**answer.body, "data": [*data, data[-1]]}
            elif meanwhile and data:
                new = {**data[0], "id": str(UUID(int=len(lists)))}
                answer.body = {**answer.body, "data": [*data, new]}

        (result,) = judged(
            "sets.filter", alter=shifting, only="[files.list:search]", profile="files-batch"
        ).values()
        return result.status

    assert verdict(meanwhile=True) is not Status.FAIL
    assert verdict(meanwhile=False) is Status.FAIL


def test_versions_of_agents_may_be_counted_from_one(judged: Judged) -> None:
    patterns = ("agents.*version*", "agents.*alias*", "input.plain-succeeds")
    results = judged(*patterns, alter=counting_from_one, only="", profile="agents", rules=True)
    passed = {name for name, each in results.items() if each.status is Status.PASS}
    assert broken(results) == {}
    assert "agents.version-can-be-made-current" in passed
    assert "input.plain-succeeds[beta.agents.update_version]" in passed


def test_no_answer_breaks_a_law_itself(judged: Judged) -> None:
    reasons = broken(judged(alter=breaking(1), part=slice(1, None, 4)))
    assert {name: each for name, each in reasons.items() if "the rule broke" in each} == {}


def test_a_server_without_patch_is_judged_by_put(judged: Judged) -> None:
    def without_patch(answer: Answer) -> None:
        if answer.method == "PATCH":
            answer.status = 405

    results = judged("views.change-is-shown", alter=without_patch, only="[library.name]")
    assert [each.status for each in results.values()] == [Status.PASS]


def test_a_method_that_is_no_route_of_a_known_path_is_not_offered(judged: Judged) -> None:
    def without_put(answer: Answer) -> None:
        if answer.method == "PUT":
            answer.status = 404
            answer.body = {"detail": "Not Found"}

    only = "[beta.libraries.update_with_put"
    rules = ("auth.*", "input.malformed-json-rejected", "input.plain-succeeds")
    results = judged(*rules, alter=without_put, only=only, rules=True)
    assert len(results) >= len(rules)
    assert {each.status for each in results.values()} == {Status.NOT_OFFERED}


def test_a_list_that_is_none_hides_nothing_of_what_it_lists(judged: Judged) -> None:
    def bare(answer: Answer) -> None:
        if answer.is_("GET", "/v1/libraries"):
            answer.body = answer.body["data"]

    def bare_and_forgetful(answer: Answer) -> None:
        bare(answer)
        if answer.is_("GET") and answer.path.startswith("/v1/libraries/"):
            answer.body = {**answer.body, "description": None}

    laws, only = "values.text-is-kept", "[library.description]"
    results = judged(laws, alter=bare, only=only)
    assert {each.status for each in results.values()} == {Status.PASS}
    (forgotten,) = judged(laws, alter=bare_and_forgetful, only=only).values()
    assert "shows `description` as null" in forgotten.reason


def test_a_stream_under_another_media_type_is_judged_all_the_same(judged: Judged) -> None:
    def as_text(answer: Answer) -> None:
        if "event-stream" in answer.headers.get("content-type", ""):
            answer.headers["content-type"] = "text/plain"

    def as_text_without_end(answer: Answer) -> None:
        as_text(answer)
        answer.content = answer.content.replace(b"data: [DONE]\n\n", b"")

    law, only = "answers.stream-is-one-answer", "[chat.complete]"
    told = judged(law, alter=as_text, only=only)
    assert {each.status for each in told.values()} == {Status.PASS}
    (cut,) = judged(law, alter=as_text_without_end, only=only).values()
    assert cut.status is Status.FAIL


def lack_route(answer: Answer) -> None:
    """Answers as gateways do that have no such operation."""
    answer.status = 404
    answer.body = {"message": "no Route matched with those values", "request_id": "0"}


def without_conversations(answer: Answer) -> None:
    if answer.path.startswith("/v1/conversations"):
        lack_route(answer)


def test_what_is_not_offered_is_not_judged(judged: Judged) -> None:
    def without_files(answer: Answer) -> None:
        if answer.path.startswith("/v1/files"):
            lack_route(answer)

    results = judged("gone.*", alter=without_files, only="[file")
    assert {each.status for each in results.values()} == {Status.NOT_OFFERED}
    assert all("not offered: files." in each.reason for each in results.values())


def test_a_list_is_judged_without_what_its_items_could_name(judged: Judged) -> None:
    def without_agents(answer: Answer) -> None:
        if answer.path.startswith("/v1/agents"):
            lack_route(answer)

    laws, only = ("pages.tile", "sets.filter", "sets.sorted"), "[batch.jobs.list"
    results = judged(*laws, alter=without_agents, only=only, profile="files-batch")
    judged_so = {name for name, each in results.items() if each.status is Status.PASS}
    assert results.keys() - judged_so == {"sets.filter[batch.jobs.list:agent_id]"}


def test_a_job_may_be_started_only_when_its_files_have_been_checked(judged: Judged) -> None:
    def unchecked(answer: Answer) -> None:
        if answer.is_("POST", "/start") and answer.body["status"] in {"QUEUED", "VALIDATING"}:
            answer.status, answer.body = 422, {"detail": "The files have not been checked."}

    only = "[fine_tuning.jobs.start]"
    for patterns, rules in ((("neighbours.*",), False), (("input.plain-succeeds",), True)):
        results = judged(*patterns, alter=unchecked, only=only, profile="files-batch", rules=rules)
        assert {each.status for each in results.values()} == {Status.PASS}


@pytest.mark.parametrize(
    ("case", "path", "empty"),
    [
        ("values.map-is-kept[batch_job.metadata]", "/v1/batch/jobs", {}),
        ("values.empty-text-is-kept[fine_tuning_job.integrations]", "/v1/fine_tuning/jobs", []),
    ],
)
def test_none_of_something_may_be_null(judged: Judged, case: str, path: str, empty: object) -> None:
    law, _, name = case.rstrip("]").partition("[")
    field = name.partition(".")[2]

    def nothing(answer: Answer) -> None:
        if answer.path.startswith(path) and answer.status == 200:
            whole = answer.body
            for each in [whole, *whole.get("data", ())]:
                if each.get(field) == empty:
                    each[field] = None
            answer.body = whole

    results = judged(law, alter=nothing, only=f"[{name}]", profile="files-batch")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_events_of_one_second_may_be_listed_in_any_order(judged: Judged) -> None:
    def newest_first(answer: Answer) -> None:
        if answer.is_("GET") and answer.path.startswith("/v1/fine_tuning/jobs/"):
            events = [{**each, "created_at": 1} for each in answer.body["events"][::-1]]
            answer.body = {**answer.body, "events": events}

    law = "fine-tuning.finished-job-tells-its-way"
    results = judged(law, alter=newest_first, profile="files-batch", rules=True)
    assert {each.status for each in results.values()} == {Status.PASS}


def refusing(**values: object) -> Any:
    """Refuses a request that has one of the values in a field; any of a field where it is `...`."""

    def alter(answer: Answer) -> None:
        sent = answer.sent_body if answer.sent.startswith(b"{") else {}
        for name, refused in values.items():
            found = sent.get(name)
            if answer.is_("POST") and found is not None and refused in (..., found):
                answer.status, answer.body = 422, {"detail": f"{name} {found} is not supported"}

    return alter


def test_an_option_may_be_refused_with_all_its_values_and_not_with_one(judged: Judged) -> None:
    def verdict(**values: object) -> Status:
        law, only = "input.bounds-accepted", "[chat.complete]"
        (result,) = judged(law, alter=refusing(**values), only=only, rules=True).values()
        return result.status

    assert verdict(reasoning_effort=...) is Status.PASS
    assert verdict(n=...) is Status.PASS
    assert verdict(reasoning_effort="low") is Status.FAIL
    assert verdict(temperature=...) is Status.FAIL


def test_an_id_of_another_kind_than_is_said_may_be_refused(judged: Judged) -> None:
    def verdict(operation: str, **values: str) -> Status:
        def strict(answer: Answer) -> None:
            share = answer.path.endswith("/share") and answer.sent.startswith(b"{")
            if share and answer.sent_body.items() & values.items():
                answer.status, answer.body = 422, {"detail": "There is nobody of this id."}

        law, only = "input.bounds-accepted", f"[beta.libraries.accesses.{operation}]"
        (result,) = judged(law, alter=strict, only=only, rules=True).values()
        return result.status

    assert verdict("update_or_create", share_with_type="Org") is Status.PASS
    assert verdict("delete", share_with_type="Org") is Status.PASS
    assert verdict("update_or_create", level="Editor") is Status.FAIL


def test_a_batch_needs_no_endpoint_that_the_server_does_not_have(judged: Judged) -> None:
    def without_endpoint(answer: Answer) -> None:
        without_conversations(answer)
        refusing(endpoint="/v1/conversations")(answer)

    def verdict(alter: Any) -> Status:
        law, only = "answers.batched-as-alone", " of /v1/conversations]"
        (result,) = judged(law, alter=alter, only=only, profile=WHOLE).values()
        return result.status

    assert verdict(without_endpoint) is Status.NOT_OFFERED
    assert verdict(refusing(endpoint="/v1/conversations")) is Status.FAIL


def test_what_the_card_of_a_model_leaves_out_is_asked_of_another_one(judged: Judged) -> None:
    thinkers: set[str] = set()

    def brief(answer: Answer) -> None:
        if answer.is_("GET", "/v1/models"):
            cards = answer.body["data"]
            for each in cards:
                each["capabilities"] = {k: v for k, v in each["capabilities"].items() if v}
                thinkers.update([each["id"]] * ("reasoning" in each["capabilities"]))
            answer.body = {**answer.body, "data": cards}
        if answer.path.endswith("/completions") and answer.sent_body["model"] not in thinkers:
            refusing(reasoning_effort=...)(answer)

    results = judged("sums.usage-adds-up", alter=brief, only="[chat.complete:reasoning_effort]")
    assert [each.status for each in results.values()] == [Status.PASS]


def test_a_server_without_chats_needs_no_model_for_them(judged: Judged) -> None:
    def without_chats(answer: Answer) -> None:
        if "/chat/" in answer.path:
            lack_route(answer)
        silent(answer)

    def silent(answer: Answer) -> None:
        if answer.is_("GET", "/v1/models"):
            cards = [{**each, "capabilities": {}} for each in answer.body["data"]]
            answer.body = {**answer.body, "data": cards}

    def verdict(alter: Any) -> Status:
        (result,) = judged("models.list-is-not-empty", alter=alter, rules=True).values()
        return result.status

    assert verdict(without_chats) is Status.PASS
    assert verdict(silent) is Status.FAIL


def test_a_job_is_of_another_kind_where_there_is_nothing_else(judged: Judged) -> None:
    def files_and_batches_alone(answer: Answer) -> None:
        if not answer.path.startswith(("/v1/files", "/v1/batch", "/v1/models")):
            lack_route(answer)

    law, only = "access.wrong-kind-is-refused", "[files."
    results = judged(law, alter=files_and_batches_alone, only=only, profile="files-batch")
    assert {each.status for each in results.values()} == {Status.PASS}


def test_a_url_may_lead_to_another_one(judged: Judged) -> None:
    def leading_on(answer: Answer) -> None:
        telling_an_end(answer)  # so that the URL is one of this server
        if answer.is_("GET") and answer.query.pop("told", []):
            query = urlencode(answer.query, doseq=True)
            answer.status, answer.headers["location"] = 307, f"{answer.path}?{query}"

    laws = ("urls.open-their-own", "urls.altered-is-refused", "gone.links-die")
    results = judged(*laws, alter=leading_on, only="[files.get_signed_url]", profile="files-batch")
    assert {name.partition("[")[0] for name in results} == {*laws}
    assert {each.status for each in results.values()} == {Status.PASS}


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("dataset-imports.conversations-become-records", True),
        ("input.plain-succeeds[beta.observability.datasets.import_from_playground]", True),
        ("gone.is-refused[beta.observability.datasets.import_from_playground:dataset_id]", False),
    ],
)
def test_what_a_preparation_lacks_is_not_offered(judged: Judged, case: str, *, rules: bool) -> None:
    law = case.partition("[")[0]
    (result,) = judged(
        law, alter=without_conversations, only=case, profile="observability", rules=rules
    ).values()
    assert result.status is Status.NOT_OFFERED
    assert result.reason == "not offered: beta.conversations.start"


def test_a_line_of_a_file_may_be_the_whole_payload(judged: Judged) -> None:
    def verdict(*kept: str) -> Status:
        def unsorted(answer: Answer) -> None:
            if answer.is_("GET", "/records"):
                records = answer.body["records"]
                for each in records["results"]:
                    each["payload"] |= {n: each[n] for n in kept if each[n]}
                    each["properties"] = {}
                answer.body = {**answer.body, "records": records}

        law = "dataset-imports.file-becomes-records"
        (result,) = judged(law, alter=unsorted, profile="observability", rules=True).values()
        return result.status

    assert verdict("properties") is Status.PASS
    assert verdict() is Status.FAIL


def test_a_link_to_the_next_page_may_repeat_the_query(judged: Judged) -> None:
    def verdict(repeated: str) -> Status:
        def linking(answer: Answer) -> None:
            if answer.is_("GET", "/datasets"):
                query = urlencode(answer.query | {"page": ["2"]}, doseq=True)
                link = f"http://localhost/datasets?{query.replace('unknown_parameter', repeated)}"
                answer.body = {"datasets": {**answer.body["datasets"], "next": link}}

        law, only = "extra.query-is-harmless", "[beta.observability.datasets.list]"
        (result,) = judged(law, alter=linking, only=only, profile="observability").values()
        return result.status

    assert verdict("unknown_parameter") is Status.PASS
    assert verdict("cursor") is Status.FAIL


@pytest.mark.parametrize(("status", "comes_after_s", "needed_s"), [(202, 4, 4), (200, 4, 1)])
def test_what_is_only_begun_is_waited_for_without_a_clock(
    status: int, comes_after_s: int, needed_s: int
) -> None:
    passed: list[float] = []
    ctx = SimpleNamespace(session=SimpleNamespace(clock=None), pass_time=passed.append)
    world: Any = SimpleNamespace(ctx=ctx)
    taken: Any = SimpleNamespace(status=status)
    assert await_effect(world, taken, lambda: sum(passed) >= comes_after_s) == needed_s
    assert sum(passed) == needed_s


@pytest.mark.parametrize(
    "case",
    [
        "[beta.observability.datasets.import_from_campaign:campaign_id, foreign]",
        "[beta.observability.datasets.import_from_campaign:campaign_id, deleted]",
        "[beta.observability.datasets.import_from_explorer:completion_event_ids, foreign]",
    ],
)
def test_the_record_of_a_chat_may_show_later_to_laws(judged: Judged, case: str) -> None:
    asked: dict[str, int] = {}

    def late(answer: Answer) -> None:
        creates, searches = (answer.is_("POST", each) for each in ("/campaigns", "-events/search"))
        if creates or searches:
            key = f"{answer.path} {answer.request_headers['Authorization']}"
            asked[key] = asked.get(key, 0) + 1
            if creates and asked[key] < 3:
                answer.status = 400
                answer.body = {"detail": {"message": "There is none.", "error_code": None}}
            elif asked[key] < 3:
                answer.body = {"completion_events": {"results": []}}

    law = "access.named-id-is-refused"
    (result,) = judged(law, alter=late, only=case, profile="observability").values()
    assert result.status is Status.PASS
    assert asked


def test_operators_that_a_field_does_not_have_may_be_refused(judged: Judged) -> None:
    def verdict(*supported: str) -> Status:
        def strict(answer: Answer) -> None:
            if answer.is_("GET", "/chat-completion-fields"):
                fields = answer.body["field_definitions"]
                fields = [{**each, "supported_operators": [*supported]} for each in fields]
                answer.body = {**answer.body, "field_definitions": fields}
            if answer.path.endswith("/options") and answer.query.get("operator") != ["eq"]:
                answer.status = 400
                answer.body = {"detail": {"message": "no such operator", "error_code": None}}

        law = "input.bounds-accepted"
        only = "[beta.observability.chat_completion_events.fields.fetch_options]"
        results = judged(law, alter=strict, only=only, profile="observability", rules=True)
        (result,) = results.values()
        return result.status

    assert verdict("eq") is Status.PASS
    assert verdict("eq", "lt") is Status.FAIL


def test_the_record_of_a_chat_may_show_later_to_probes(judged: Judged) -> None:
    def verdict(refused: int) -> Status:
        asked: list[bytes] = []

        def late(answer: Answer) -> None:
            if answer.is_("POST", "/campaigns"):
                asked.append(answer.sent)
                if len(asked) <= refused:
                    answer.status = 400
                    answer.body = {"detail": {"message": "There is none.", "error_code": None}}

        law, only = "input.plain-succeeds", "[beta.observability.campaigns.create]"
        results = judged(law, alter=late, only=only, profile="observability", rules=True)
        (result,) = results.values()
        return result.status

    assert verdict(2) is Status.PASS
    assert verdict(10_000) is Status.FAIL


def test_no_page_is_larger_than_the_document_allows() -> None:
    view = load_model().lists["beta.observability.judges.list"]
    assert view.largest == 100
    assert page_sizes(view, 6, 59, 60) == [6, 59, 60]
    assert page_sizes(view, 11, 100, 101) == [11, 100]
    document = load_model().document
    search = document.operations["beta.observability.chat_completion_events.search"]
    found = read_pages(document, search, "an answer that has pages")
    assert (found.largest, found.usual) == (100, 50)


@pytest.mark.parametrize("operation", ["beta.libraries.list", "files.list"])
def test_a_walk_asks_for_no_larger_page_than_the_document_allows(operation: str) -> None:
    view = load_model().lists[operation]
    asked: list[Any] = []

    def ask(query: Any) -> Any:
        asked.append(query)
        return SimpleNamespace(status=503)

    for size in (7, 107):
        with pytest.raises(Unjudged):
            walk_list(view, ask, {}, size=size)
    assert [each["page_size"] for each in asked] == [7, 107 if view.largest is None else 100]


def test_a_walk_asks_for_all_that_the_list_can_show() -> None:
    view = load_model().lists["workflows.deployments.list_deployments"]
    asked: list[Any] = []

    def ask(query: Any) -> Any:
        asked.append(query)
        return SimpleNamespace(status=503)

    for query in ({}, {"active_only": "true"}, {"active_only": None}):
        with pytest.raises(Unjudged):
            walk_list(view, ask, query)
    assert [each.get("active_only") for each in asked] == ["false", "true", None]


def test_a_deletion_may_only_be_accepted_and_carried_out_later(judged: Judged) -> None:
    left: dict[str, int] = {}

    def later(answer: Answer) -> None:
        if answer.is_("DELETE"):
            answer.status, left[answer.path] = 202, 3
        elif answer.method == "GET" and left.get(answer.path):
            left[answer.path] -= 1
            answer.status, answer.body = 200, {"id": answer.path.rpartition("/")[2]}

    laws = ("gone.is-refused", "views.deletion-is-shown", "together.deletions-end-in-one")
    results = judged(*laws, alter=later, profile="agents", only="agent")
    assert {each.status for each in results.values()} <= {Status.PASS, Status.NOT_OFFERED}
    assert 0 in left.values()


def test_signals_may_take_a_while(judged: Judged) -> None:
    asked: list[bytes] = []

    def late(answer: Answer) -> None:
        if answer.is_("POST", "/queries") and b"last_comment" in answer.sent:
            asked.append(answer.sent)
            if len(asked) % 2:
                answer.body = {**answer.body, "result": None}

    law = "executions.query-changes-nothing"
    (result,) = judged(law, alter=late, profile="workflows", rules=True).values()
    assert (result.status, len(asked)) == (Status.PASS, 4)


def test_an_ended_execution_may_be_cancelled_without_effect(judged: Judged) -> None:
    def patient(answer: Answer) -> None:
        if answer.method == "POST" and answer.path.endswith("/cancel"):
            answer.status, answer.content = 204, b""

    law = "executions.ended-execution-takes-nothing"
    (result,) = judged(law, alter=patient, profile="workflows", rules=True).values()
    assert result.status is Status.PASS


def test_the_average_may_be_that_of_successes(judged: Judged) -> None:
    def brief(answer: Answer) -> None:
        if answer.is_("GET", "/metrics") and not answer.body["success_count"]["value"]:
            answer.body = {**answer.body, "average_latency_ms": {"value": 0}}

    law = "runs.duration-is-from-start-to-end"
    (result,) = judged(law, alter=brief, profile="workflows", rules=True).values()
    assert result.status is Status.PASS


def test_traces_may_be_told_briefly_and_finer_than_executions(judged: Judged) -> None:
    def bare(span: Any) -> Any:
        below = [bare(each) for each in span.pop("children")]
        return {**span, "children": below} if below else span

    def brief(answer: Answer) -> None:
        if not answer.path.startswith("/v1/workflows/executions/") or not is_json(answer):
            return
        body = answer.body
        for name in ("start_time", "end_time"):
            body |= {name: f"{body[name][:23]}Z"} if body.get(name) else {}
        if body.get("span_tree"):
            body["span_tree"] = bare(body["span_tree"])
        for each in body.get("events", ()):
            if not each.get("internal"):
                each.pop("internal", None)
        answer.body = body

    results = judged("workflow-traces.*", alter=brief, profile="workflows", rules=True)
    assert {each.status for each in results.values()} == {Status.PASS}


def test_a_refusal_of_something_else_tells_nothing_of_what_is_wrong(judged: Judged) -> None:
    def refusing(answer: Answer) -> None:
        if answer.status == 422 and b"random_seed" in answer.sent:
            problem = {"type": "extra_forbidden", "loc": ["body", "random_seed"], "msg": "not here"}
            answer.body = {"detail": [problem]}

    rule = "errors.every-problem-is-listed"
    results = judged(rule, alter=refusing, rules=True)
    told = "the request is refused for `random_seed`, before what is wrong with it is looked at"
    assert [(each.status, each.reason) for each in results.values()] == [(Status.SKIP, told)]
