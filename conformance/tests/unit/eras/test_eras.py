"""The eras of the API: what the calendar says, and the documents that follow."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

import mistral_openapi
from mistral_openapi.eras import NEWER, announcements, find_era, load_calendar, names
from mistral_openapi.evidence import load_evidence


def operation_of(era: str, id_: str) -> dict[str, Any]:
    found = mistral_openapi.operations(find_era(era).document)
    return next(one.object for one in found if one.id == id_)


def parameters(era: str, id_: str) -> set[str]:
    return {one["name"] for one in operation_of(era, id_).get("parameters", ())}


def body(era: str, id_: str) -> dict[str, Any]:
    content = operation_of(era, id_)["requestBody"]["content"]["application/json"]
    return mistral_openapi.resolve(content["schema"])


def test_the_eras_are_the_days_of_documents_today_and_what_is_announced() -> None:
    assert names() == (
        *("2025-08-20", "2025-12-18", "2026-03-31", "2026-06-16"),
        *("today", "announced"),
    )


@pytest.mark.parametrize(
    ("era", "count"), [("2025-08-20", 61), ("2025-12-18", 63), ("2026-03-31", 150), ("today", 290)]
)
def test_an_era_has_the_operations_of_its_document(era: str, count: int) -> None:
    assert len(list(mistral_openapi.operations(find_era(era).document))) == count


@pytest.mark.parametrize("era", ["2026-06-16", "today", "announced"])
def test_closed_bodies_of_servers_keep_the_fields_that_went(era: str) -> None:
    served = {one.id: one for one in mistral_openapi.operations(find_era(era).serving)}
    kept = set()
    for id_ in served.keys() & load_calendar()["operations"].keys():
        for at, said in find_era(era).places(id_).items():
            place, _, name = at.rpartition("/")
            if place == "body" and "until" in said:
                content = served[id_].object["requestBody"]["content"]["application/json"]
                schema = mistral_openapi.resolve(content["schema"])
                assert name in schema["properties"] or schema.get("additionalProperties", True)
                kept |= {(id_, name)} & {(id_, one) for one in schema["properties"]}
    assert ("ocr.process", "id") in kept


def test_today_is_the_curated_document() -> None:
    assert find_era().document is mistral_openapi.load()


@pytest.mark.parametrize("era", ["2026-06-16", "today", "announced"])
def test_servers_are_not_judged_by_fields_that_no_document_has(era: str) -> None:
    judging = find_era(era).judging["components"]["schemas"]
    newer = [each for schema in judging.values() for each in schema.get("properties", {}).values()]
    assert not [each for each in newer if isinstance(each, dict) and NEWER in each]
    today = find_era(era).serving["components"]["schemas"]["ChatCompletionRequest"]["properties"]
    assert ("top_k" in today) == (era != "2026-06-16")
    assert "top_k" not in judging["ChatCompletionRequest"]["properties"]


@pytest.mark.parametrize(("era", "there"), [("2026-03-31", False), ("2026-06-16", True)])
def test_patch_of_libraries_is_there_since_june_2026(era: str, there: bool) -> None:
    assert find_era(era).has("beta.libraries.update") is there


def test_announced_takes_put_and_the_answer_200_of_deletes_away() -> None:
    era = find_era("announced")
    assert not era.has("beta.libraries.update_with_put")
    assert set(operation_of("announced", "beta.libraries.delete")["responses"]) >= {"204"}
    assert "200" not in operation_of("announced", "beta.libraries.delete")["responses"]


def test_announced_leaves_what_is_only_deprecated() -> None:
    assert find_era("announced").has("beta.agents.list")
    assert not find_era("announced", without_deprecated=True).has("beta.agents.list")


def test_the_parameters_of_a_list_are_those_of_the_day() -> None:
    id_ = "beta.libraries.list"
    assert parameters("2025-08-20", id_) == set()
    assert "page_token" not in parameters("2026-06-16", id_)
    assert "filter_owned_by_me" in parameters("today", id_)
    assert "filter_owned_by_me" not in parameters("announced", id_)


def test_a_list_without_parameters_says_nothing_of_pages() -> None:
    assert "x-mistral-paging" not in operation_of("2025-08-20", "beta.libraries.list")
    assert operation_of("2026-06-16", "beta.libraries.list")["x-mistral-paging"]["style"] == (
        "page-from-0"
    )


def test_the_organisation_of_a_share_was_required_once() -> None:
    assert "org_id" in body("2025-08-20", "beta.libraries.accesses.update_or_create")["required"]
    assert "org_id" not in body("today", "beta.libraries.accesses.update_or_create")["required"]


def test_a_null_name_was_legal_once() -> None:
    wanted = {"name": None}
    for era, legal in (("2026-03-31", True), ("2026-06-16", False)):
        schema = body(era, "beta.libraries.update_with_put")
        assert Draft202012Validator(schema).is_valid(wanted) is legal


def test_where_a_server_was_seen_it_outranks_documents() -> None:
    known = load_calendar()["operations"]["chat.complete"]["places"]
    assert "answer/200/usage/num_cached_tokens" not in known


def test_dated_notes_are_finer_than_documents() -> None:
    places = load_calendar()["operations"]["beta.libraries.delete"]["places"]
    assert places["answer/204"] == {"since": "2026-06-23"}


@pytest.mark.parametrize("era", names())
@pytest.mark.parametrize("without_deprecated", [False, True])
def test_every_schema_of_an_era_is_one(era: str, without_deprecated: bool) -> None:
    document = find_era(era, without_deprecated=without_deprecated).document
    for one in mistral_openapi.operations(document):
        holders = [one.object.get("requestBody", {}), *one.object["responses"].values()]
        for holder in holders:
            for media in mistral_openapi.resolve(holder).get("content", {}).values():
                jsonschema_rs.meta.validate(media.get("schema", {}))


def test_every_announcement_cites_the_register() -> None:
    assert {one.evidence for one in announcements()} <= load_evidence().keys()


def test_an_unknown_era_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="2025-08-20, 2025-12-18"):
        find_era("2024-01-01")
