"""The filter language of recorded chats, field by field and operator by operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.clock import START
from mistral_mock.resources.observability import field_table, filters
from mistral_mock.resources.observability.recordings import Reading, StoredEvent

if TYPE_CHECKING:
    from .conftest import Caller

FIELDS = "/chat-completion-fields"
READING = Reading(
    StoredEvent(
        id="e1",
        workspace_id="lab",
        user_id="alice",
        correlation_id="c1",
        operation_id="chat.complete",
        created_at=START,
        nb_input_tokens=12,
        nb_output_tokens=3,
        content=b"{}",
    ),
    {
        "messages": [{"role": "user", "content": "What is a Noun?"}],
        "temperature": 0.5,
        "metadata": {"team": "blue", "run": 7},
        "tools": [{"type": "function", "function": {"name": "look_up"}}],
    },
    {
        "model": "small",
        "choices": [
            {"finish_reason": "stop", "message": {"role": "assistant", "content": "A word."}}
        ],
    },
)
ASKED = "last_user_message"
HOLDING: list[tuple[str, str, Any]] = [
    ("nb_input_tokens", "eq", 12),
    ("nb_input_tokens", "neq", 13),
    ("nb_input_tokens", "lt", 12.5),
    ("nb_input_tokens", "lte", 12),
    ("nb_input_tokens", "gt", 11),
    ("nb_input_tokens", "gte", 12),
    ("temperature", "eq", 0.5),
    ("max_tokens", "eq", None),
    ("max_tokens", "neq", 5),
    ("max_tokens", "isnull", True),
    ("temperature", "isnull", False),
    (ASKED, "eq", "What is a Noun?"),
    (ASKED, "startswith", "What"),
    (ASKED, "istartswith", "wHAT"),
    (ASKED, "endswith", "Noun?"),
    (ASKED, "iendswith", "nOUN?"),
    (ASKED, "contains", "is a"),
    (ASKED, "icontains", "IS A NOUN"),
    (ASKED, "notcontains", "noun"),
    (ASKED, "inotcontains", "verb"),
    (ASKED, "matches", r"a N\w+\?$"),
    ("system_prompt", "notcontains", "x"),
    ("model_name", "includes", ["large", "small"]),
    ("model_name", "excludes", ["large"]),
    ("model_name", "includes", "small"),
    ("streamed", "eq", False),
    ("created_at", "gte", "2026-01-01T01:00:00+01:00"),
    ("created_at", "lt", "2026-01-02"),
    ("enabled_tools", "includes", "look_up"),
    ("enabled_tools", "excludes", ["write"]),
    ("enabled_tools", "len_eq", 1),
    ("metadata", "includes", "team"),
    ("metadata", "includes", {"team": "blue", "run": "7"}),
    ("metadata", "excludes", {"team": "red"}),
    ("metadata", "len_eq", 2),
]
FAILING: list[tuple[str, str, Any]] = [
    ("nb_input_tokens", "eq", 13),
    ("nb_input_tokens", "lt", 12),
    ("nb_input_tokens", "gt", 12),
    ("max_tokens", "eq", 5),
    ("max_tokens", "lt", 5),
    ("max_tokens", "neq", None),
    ("max_tokens", "isnull", False),
    (ASKED, "startswith", "what"),
    (ASKED, "contains", "noun"),
    (ASKED, "inotcontains", "NOUN"),
    (ASKED, "matches", "^is"),
    ("system_prompt", "contains", ""),
    ("model_name", "excludes", ["small"]),
    ("streamed", "neq", False),
    ("created_at", "lt", "2026-01-01T00:00:00Z"),
    ("enabled_tools", "includes", ["write", "read"]),
    ("enabled_tools", "len_eq", 0),
    ("metadata", "includes", {"team": "red"}),
]
WRONG: list[dict[str, Any]] = [
    {"field": "colour", "op": "eq", "value": "red"},
    {"field": ["model_name"], "op": "eq", "value": "red"},
    {"field": "model_name", "op": "contains", "value": "small"},
    {"field": "model_name", "op": "like", "value": "small"},
    {"field": "model_name", "op": "eq"},
    {"op": "eq", "value": 1},
    {"field": "model_name", "op": "includes", "value": [1]},
    {"field": "nb_input_tokens", "op": "eq", "value": "12"},
    {"field": "nb_input_tokens", "op": "eq", "value": True},
    {"field": "nb_input_tokens", "op": "isnull", "value": 1},
    {"field": "nb_input_tokens", "op": "lt", "value": None},
    {"field": "enabled_tools", "op": "len_eq", "value": "1"},
    {"field": "created_at", "op": "lt", "value": "yesterday"},
    {"field": "created_at", "op": "lt", "value": "0001-01-01T00:00:00+10:00"},
    {"field": ASKED, "op": "matches", "value": "("},
    {"field": ASKED, "op": "contains", "value": 1},
    {"field": "streamed", "op": "eq", "value": "true"},
    {"AND": [{"OR": [{"field": "colour", "op": "eq", "value": 1}]}]},
]


def holds(found: dict[str, Any] | None) -> bool:
    return filters.make_test({"filters": found})(READING)


@pytest.mark.parametrize(("field", "op", "value"), HOLDING)
def test_condition_holds(field: str, op: str, value: object) -> None:
    assert holds({"field": field, "op": op, "value": value})


@pytest.mark.parametrize(("field", "op", "value"), FAILING)
def test_condition_does_not_hold(field: str, op: str, value: object) -> None:
    assert not holds({"field": field, "op": op, "value": value})


def test_every_operator_of_every_type_is_tried() -> None:
    tried = {(field_table.BY_NAME[field].type, op) for field, op, _ in HOLDING + FAILING}
    kinds = {"TEXT", "INT", "ARRAY", "MAP"}
    due = {(kind, op) for kind in kinds for op in field_table.OPERATORS[kind]}
    assert due - tried == {("TEXT", "neq"), ("TEXT", "isnull"), ("ARRAY", "isnull")} | {
        ("MAP", "isnull")
    }


@pytest.mark.parametrize("found", WRONG, ids=str)
def test_wrong_filter_is_refused(api: Caller, found: dict[str, Any]) -> None:
    body = {"search_params": {"filters": found}}
    path = "/chat-completion-events/search-ids"
    assert api.refused("POST", path, 400, json=body) == "SEARCH_BAD_REQUEST"


def test_groups_join_their_conditions() -> None:
    true = {"field": "nb_input_tokens", "op": "eq", "value": 12}
    false = {"field": "nb_input_tokens", "op": "eq", "value": 0}
    assert holds(None)
    assert holds({})
    assert holds({"AND": [true, true]})
    assert not holds({"AND": [true, false]})
    assert holds({"OR": [false, true]})
    assert not holds({"OR": [false, false]})
    assert not holds({"AND": [true], "OR": [false]})
    assert holds({"AND": [{"OR": [false, {"AND": [true]}]}], "OR": None})


def test_pattern_is_matched_in_linear_time() -> None:
    text = "a" * 5000 + "b"
    reading = Reading(READING.event, {"messages": [{"role": "user", "content": text}]}, {})
    condition = {"field": ASKED, "op": "matches", "value": "^(a+)+$"}
    assert not filters.make_test({"filters": condition})(reading)


def test_fields_name_their_groups_and_operators(api: Caller) -> None:
    listed = api.send("GET", FIELDS)
    groups = {group["name"] for group in listed["field_groups"]}
    assert {field["group"] for field in listed["field_definitions"]} == groups
    operators = {
        field["type"]: tuple(field["supported_operators"]) for field in listed["field_definitions"]
    }
    assert operators == field_table.OPERATORS


def test_options_are_the_values_that_occur(api: Caller) -> None:
    api.chat("Hello")
    api.chat("Hello", model="mistral-large-latest")
    options = ["mistral-large-latest", "mistral-small-latest"]
    assert find_options(api, "model_name", "eq") == options
    assert find_options(api, "streamed", "eq") == [True, False]
    assert find_options(api, "max_tokens", "isnull") == [True, False]
    assert find_options(api, "max_tokens", "lt") is None
    assert find_options(api, "model_name", "lt") is None
    assert find_options(api, ASKED, "contains") is None


def find_options(api: Caller, name: str, operator: str) -> object:
    query = {"operator": operator}
    return api.send("GET", f"{FIELDS}/{name}/options", params=query)["options"]


def test_counts_are_those_of_the_filtered_events(api: Caller) -> None:
    for model in ("mistral-small-latest", "mistral-large-latest", "mistral-small-latest"):
        api.chat("Hello", model=model, metadata={"team": "blue"})
    small = {"value": "mistral-small-latest", "count": 2}
    large = {"value": "mistral-large-latest", "count": 1}
    assert count(api, "model_name") == [small, large]
    found = {"field": "model_name", "op": "eq", "value": "mistral-large-latest"}
    assert count(api, "model_name", {"filters": found}) == [large]
    assert count(api, "streamed") == [{"value": "false", "count": 3}]
    assert count(api, "metadata") == [{"value": "team", "count": 3}]
    assert count(api, "max_tokens") == []


def count(api: Caller, name: str, payload: object = None) -> object:
    body = {"filter_params": payload}
    return api.send("POST", f"{FIELDS}/{name}/options-counts", json=body)["counts"]


def test_unknown_field_is_not_found(api: Caller) -> None:
    query = {"operator": "eq"}
    code = api.refused("GET", f"{FIELDS}/colour/options", 404, params=query)
    assert code == "FIELDS_NOT_FOUND"
    code = api.refused("POST", f"{FIELDS}/colour/options-counts", 404, json={})
    assert code == "FIELDS_NOT_FOUND"
