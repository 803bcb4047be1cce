"""Overlay 1.0, case by case as the standard tells them, and where we are stricter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from document.overlay import apply_overlay, parse_overlay, read_overlay
from document.problems import DocumentProblem

if TYPE_CHECKING:
    from pathlib import Path


def _overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    return {
        "overlay": "1.0.0",
        "info": {"title": "T", "version": "1"},
        "actions": list(actions),
    }


def _applied(document: dict[str, Any], *actions: dict[str, Any]) -> dict[str, Any]:
    return apply_overlay(parse_overlay(_overlay(*actions), "o.yaml"), document)


def test_an_update_of_the_root_may_touch_many_places_at_once() -> None:
    document: dict[str, Any] = {
        "info": {"title": "Old", "version": "1"},
        "paths": {"/a": {"get": {}}},
    }
    update = {"info": {"title": "New"}, "paths": {"/a": {"get": {"x-safe": True}}}}
    assert _applied(document, {"target": "$", "update": update}) == {
        "info": {"title": "New", "version": "1"},
        "paths": {"/a": {"get": {"x-safe": True}}},
    }


def test_an_update_reaches_one_place_by_its_path() -> None:
    document: dict[str, Any] = {
        "paths": {"/a": {"get": {"summary": "Old"}, "put": {"summary": "Old"}}}
    }
    action = {"target": "$.paths['/a'].get", "update": {"summary": "New"}}
    assert _applied(document, action)["paths"]["/a"] == {
        "get": {"summary": "New"},
        "put": {"summary": "Old"},
    }


def test_a_wildcard_updates_every_match() -> None:
    document: dict[str, Any] = {"paths": {"/a": {"get": {}}, "/b": {"get": {}, "put": {}}}}
    action = {"target": "$.paths[*].get", "update": {"x-safe": True}}
    assert _applied(document, action)["paths"] == {
        "/a": {"get": {"x-safe": True}},
        "/b": {"get": {"x-safe": True}, "put": {}},
    }


def test_a_filter_chooses_by_an_annotation_of_the_target() -> None:
    document: dict[str, Any] = {"paths": {"/a": {"get": {"x-trait": ["paged"]}}, "/b": {"get": {}}}}
    action = {
        "target": "$.paths[*][?@['x-trait'][?@ == 'paged']]",
        "update": {"parameters": [{"name": "page", "in": "query"}]},
    }
    paths = _applied(document, action)["paths"]
    assert paths["/a"]["get"]["parameters"] == [{"name": "page", "in": "query"}]
    assert paths["/b"]["get"] == {}


def test_an_update_of_a_list_appends_one_entry() -> None:
    document: dict[str, Any] = {"tags": [{"name": "a"}]}
    action = {"target": "$.tags", "update": {"name": "b"}}
    assert _applied(document, action) == {"tags": [{"name": "a"}, {"name": "b"}]}


def test_lists_inside_an_update_are_joined() -> None:
    document: dict[str, Any] = {"get": {"tags": ["a"]}}
    action = {"target": "$.get", "update": {"tags": ["b"]}}
    assert _applied(document, action) == {"get": {"tags": ["a", "b"]}}


def test_objects_inside_an_update_merge_and_values_are_replaced() -> None:
    document: dict[str, Any] = {"schema": {"type": "string", "x": {"a": 1, "b": 1}}}
    action = {"target": "$.schema", "update": {"type": "integer", "x": {"b": 2}}}
    assert _applied(document, action) == {"schema": {"type": "integer", "x": {"a": 1, "b": 2}}}


def test_a_removal_takes_an_object_out() -> None:
    document: dict[str, Any] = {"paths": {"/a": {}, "/b": {}}}
    assert _applied(document, {"target": "$.paths['/a']", "remove": True}) == {"paths": {"/b": {}}}


def test_a_removal_takes_every_matching_entry_out_of_a_list() -> None:
    document: dict[str, Any] = {"list": [{"n": 1}, {"n": 2}, {"n": 1}, {"n": 3}]}
    action = {"target": "$.list[?@.n == 1]", "remove": True}
    assert _applied(document, action) == {"list": [{"n": 2}, {"n": 3}]}


def test_a_removal_takes_values_out_of_a_list() -> None:
    document: dict[str, Any] = {"required": ["a", "b"]}
    action = {"target": "$.required[?@ == 'b']", "remove": True}
    assert _applied(document, action) == {"required": ["a"]}


def test_actions_apply_in_order_each_to_the_result_of_the_one_before() -> None:
    document: dict[str, Any] = {"a": {"old": 1}}
    first = {"target": "$.a.old", "remove": True}
    second = {"target": "$.a", "update": {"old": 2}}
    assert _applied(document, first, second) == {"a": {"old": 2}}


def test_the_given_document_and_the_overlay_are_left_alone() -> None:
    document: dict[str, Any] = {"a": {}, "b": {}}
    overlay = parse_overlay(_overlay({"target": "$[*]", "update": {"list": []}}), "o.yaml")
    applied = apply_overlay(overlay, document)
    applied["a"]["list"].append(1)
    assert document == {"a": {}, "b": {}}
    assert applied["b"] == {"list": []}
    assert overlay.actions[0].update == {"list": []}


@pytest.mark.parametrize("action", [{"update": {}}, {"remove": True}])
def test_a_target_that_matches_nothing_is_an_error_with_its_place(action: dict[str, Any]) -> None:
    with pytest.raises(
        DocumentProblem, match=r"o\.yaml, action 1 \(\$\.nowhere\).*matches nothing"
    ):
        _applied({"a": 1}, {"target": "$.nowhere"} | action)


def test_a_target_that_is_no_jsonpath_is_an_error() -> None:
    with pytest.raises(DocumentProblem, match="not an RFC 9535 JSONPath"):
        _applied({"a": 1}, {"target": "$.[", "update": {}})


def test_a_plain_value_cannot_be_updated() -> None:
    with pytest.raises(DocumentProblem, match="target the object around"):
        _applied({"a": "text"}, {"target": "$.a", "update": {"b": 1}})


def test_the_whole_document_cannot_be_removed() -> None:
    with pytest.raises(DocumentProblem, match="whole document"):
        _applied({"a": 1}, {"target": "$", "remove": True})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "not an Overlay 1.0 document"),
        ({"overlay": "2.0.0"}, "not an Overlay 1.0 document"),
        ({"overlay": "1.0.0", "actions": [{}]}, "title and version"),
        (_overlay(), "at least one action"),
        (_overlay({"update": {}}), "needs a target"),
        (_overlay({"target": "$"}), "either update or"),
        (_overlay({"target": "$", "update": {}, "remove": True}), "either update or"),
        (_overlay({"target": "$", "updates": {}}), "unknown keys updates"),
    ],
)
def test_a_malformed_overlay_is_refused(data: object, message: str) -> None:
    with pytest.raises(DocumentProblem, match=message):
        parse_overlay(data, "o.yaml")


@pytest.mark.parametrize("present", [{}, {"x-reason": "R"}, {"x-evidence": "E"}])
def test_a_correction_without_reason_and_evidence_is_refused(present: dict[str, str]) -> None:
    action = {"target": "$", "update": {}} | present
    with pytest.raises(DocumentProblem, match="x-reason and x-evidence"):
        parse_overlay(_overlay(action), "o.yaml", reasons=True)


def test_places_that_one_alias_fills_stay_places_of_their_own() -> None:
    shared: dict[str, object] = {"examples": {}}
    create = {"target": "$", "update": {"a": shared, "b": shared}}
    change = {"target": "$.a", "update": {"examples": {"x": 1}}}
    assert _applied({"a": {}, "b": {}}, create, change) == {
        "a": {"examples": {"x": 1}},
        "b": {"examples": {}},
    }


@pytest.mark.parametrize(
    ("update", "gone"),
    [
        ({"properties": {"size": {"description": "How large it is."}}}, "properties.size"),
        ({"responses": {"200": {"description": "It."}}}, "responses"),
        ({"get": {"summary": "Get it"}}, "get"),
    ],
)
def test_words_for_what_is_gone_are_stale_and_do_not_bring_it_back(
    update: dict[str, object], gone: str
) -> None:
    document: dict[str, object] = {"properties": {"id": {"type": "string"}}}
    overlay = parse_overlay(_overlay({"target": "$", "update": update}), "o.yaml")
    problems: list[DocumentProblem] = []
    assert apply_overlay(overlay, document, problems) == document
    assert [f"stale, {gone} is not there" in str(each) for each in problems] == [True]


@pytest.mark.parametrize(
    "shell", [{"title": "Size"}, {"deprecated": True}, {"x-mistral-open": True}]
)
def test_a_mark_of_what_is_gone_is_stale(shell: dict[str, object]) -> None:
    action = {"target": "$", "update": {"properties": {"size": shell}}}
    action |= {"x-reason": "R.", "x-evidence": "E."}
    overlay = parse_overlay(_overlay(action), "o.yaml", reasons=True)
    with pytest.raises(DocumentProblem, match=r"stale, properties\.size is not there"):
        apply_overlay(overlay, {"properties": {}})


def test_a_correction_may_add_what_it_says_all_about() -> None:
    action = {"target": "$", "update": {"properties": {"size": {"type": "integer"}}}}
    action |= {"x-reason": "R.", "x-evidence": "E."}
    overlay = parse_overlay(_overlay(action), "o.yaml", reasons=True)
    assert apply_overlay(overlay, {}) == action["update"]


def test_a_name_in_a_list_of_names_that_is_gone_is_stale() -> None:
    action = {"target": "$['a', 'b']", "update": {"examples": {}}}
    overlay = parse_overlay(_overlay(action), "o.yaml")
    with pytest.raises(DocumentProblem, match="stale, b is not there"):
        apply_overlay(overlay, {"a": {}})


def test_a_draft_is_refused_until_its_mark_is_gone() -> None:
    action = {"target": "$", "update": {"examples": {}}, "x-draft": True}
    with pytest.raises(DocumentProblem, match="a draft; go over it"):
        apply_overlay(parse_overlay(_overlay(action), "o.yaml"), {})
    del action["x-draft"]
    assert apply_overlay(parse_overlay(_overlay(action), "o.yaml"), {}) == {"examples": {}}


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_bytes(b"overlay: \xff")
    with pytest.raises(DocumentProblem, match=r"o\.yaml is not UTF-8 \(byte 9\)"):
        read_overlay(path, reasons=False)


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentProblem, match="cannot be read"):
        read_overlay(tmp_path, reasons=False)


def _evidence(value: object) -> dict[str, Any]:
    action = {"target": "$", "update": {}, "x-reason": "R", "x-evidence": value}
    return _overlay(action)


@pytest.mark.parametrize("when", ["2025-09", "2025-09 to 2026-02", "2026"])
def test_evidence_may_say_when_and_where_it_was_recorded(when: str) -> None:
    recorded = {"kind": "recorded", "when": when, "where": "chat.complete"}
    assert parse_overlay(_evidence(recorded), "o.yaml", reasons=True).actions


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"kind": "recorded", "when": "lately", "where": "here"}, "`when` is a month or two"),
        ({"kind": "recorded", "when": "2025-09"}, "with when and where"),
        ({"kind": "dreamt", "when": "2025-09", "where": "here"}, "evidence is text"),
    ],
)
def test_a_recording_without_its_time_or_place_is_no_evidence(
    value: dict[str, str], says: str
) -> None:
    with pytest.raises(DocumentProblem, match=says):
        parse_overlay(_evidence(value), "o.yaml", reasons=True)
