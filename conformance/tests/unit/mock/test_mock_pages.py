"""Pages by number, and by a token whatever happens to the list between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from mistral_mock.context import Context
from mistral_mock.errors import APIError
from mistral_mock.identities import make_identity
from mistral_mock.pages import has_entries, slice_after, slice_page
from mistral_mock.settings import Settings
from mistral_mock.store import Record
from mistral_mock.world import World

if TYPE_CHECKING:
    import httpx

CALLER = make_identity("mock-key", "alice", "lab", "acme")
NEIGHBOUR = make_identity("neighbour-key", "carol", "office", "acme")


@pytest.fixture
def ctx() -> Context:
    """A request for a list, in an order."""
    return make_request(Settings(clock="manual"))


def make_request(settings: Settings) -> Context:
    return Context(
        world=World(settings),
        caller=CALLER,
        request_id="",
        base_url="",
        operation_id="birds.list",
        path={"library_id": "a"},
        query={"order": "asc"},
    )


def records(names: str) -> list[Record]:
    return [Record(id=name) for name in names]


def turn(ctx: Context, names: str, token: str | None = None) -> tuple[str, str | None]:
    """A page of two as text, and the next token."""
    request = evolve(ctx, query={**ctx.query, "cursor": token})
    page, following = slice_after(request, records(names), 2, "cursor")
    return "".join(item.id for item in page), following


def test_pages_end_without_a_token(ctx: Context) -> None:
    first, token = turn(ctx, "abcde")
    second, token = turn(ctx, "abcde", token)
    third, end = turn(ctx, "abcde", token)
    assert (first, second, third, end) == ("ab", "cd", "e", None)


def test_full_last_page_has_no_token_either(ctx: Context) -> None:
    _, token = turn(ctx, "abcd")
    assert turn(ctx, "abcd", token) == ("cd", None)


def test_what_is_made_before_the_page_shifts_nothing(ctx: Context) -> None:
    _, token = turn(ctx, "abcd")
    assert turn(ctx, "xyabcd", token)[0] == "cd"


@pytest.mark.parametrize(
    ("left", "wanted"),
    [
        ("bcdef", "cd"),
        ("acdef", "cd"),
        ("cdef", "cd"),
        ("xcdef", "xc"),
        ("xacdef", "cd"),
        ("bc", "c"),
        ("b", ""),
        ("a", ""),
        ("", ""),
    ],
)
def test_page_goes_on_after_the_last_item_or_with_what_moved_up(
    ctx: Context, left: str, wanted: str
) -> None:
    _, token = turn(ctx, "abcdef")
    assert turn(ctx, left, token)[0] == wanted


@pytest.mark.parametrize(
    ("page", "size", "wanted"),
    [(0, 2, "ab"), (1, 2, "c"), (2, 2, ""), (0, 0, ""), (-1, 2, ""), (-2, 1, ""), (0, -1, "")],
)
def test_page_that_there_is_not_is_empty(page: int, size: int, wanted: str) -> None:
    assert slice_page("abc", page, size) == wanted


def test_all_are_shown_to_who_deletes_each_page_before_the_next(ctx: Context) -> None:
    left, token, shown = "abcdefg", None, ""
    while True:
        page, token = turn(ctx, left, token)
        shown += page
        left = left.removeprefix(page)
        if token is None:
            break
    assert shown == "abcdefg"


@pytest.mark.parametrize(
    "other",
    [
        {"operation_id": "bees.list"},
        {"path": {"library_id": "b"}},
        {"query": {"order": "desc"}},
        {"query": {"order": "asc", "sort_by": "name"}},
        {"caller": NEIGHBOUR},
        {"world": World(Settings(clock="manual", seed=5))},
    ],
    ids=lambda other: next(iter(other)),
)
def test_token_of_another_list_or_order_is_refused(ctx: Context, other: dict[str, Any]) -> None:
    _, token = turn(evolve(ctx, **other), "abcd")
    with pytest.raises(APIError) as caught:
        turn(ctx, "abcd", token)
    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("known", "wanted", "holds"),
    [
        (None, None, True),
        ({"a": 1}, {}, True),
        ({"a": 1, "b": 2}, {"b": 2}, True),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": [0]}, {"a": [False]}, False),
        ({"a": {"b": [0]}}, {"a": {"b": [0]}}, True),
        ({"a": {"b": 1}}, {"a": {"b": True}}, False),
        ({"a": None}, {"a": None}, True),
        (None, {"a": None}, False),
    ],
)
def test_a_filter_by_metadata_wants_each_entry(
    known: dict[str, Any] | None, wanted: dict[str, Any] | None, *, holds: bool
) -> None:
    assert has_entries(known, wanted) == holds


SEARCH = "/v1/observability/chat-completion-events/search"
LISTS = {
    "/v1/agents/pages": "page_token",
    "/v1/libraries": "page_token",
    "/v1/workflows": "cursor",
    "/v1/workflows/registrations": "cursor",
    "/v1/workflows/events/list": "cursor",
    "/v1/workflows/deployments": "cursor",
    "/v1/workflows/runs": "next_page_token",
    "/v1/workflows/schedules": "next_page_token",
    SEARCH: "cursor",
}
"""What each list with tokens calls them."""


@pytest.mark.parametrize("source", ["/v1/agents/pages", "/v1/workflows"])
@pytest.mark.parametrize("path", LISTS)
def test_no_list_reads_the_token_of_another(api: httpx.Client, source: str, path: str) -> None:
    for name in "ab":
        api.post("/v1/agents", json={"model": "mistral-small-latest", "name": name})
    first = api.get(source, params={"page_size": 1, "limit": 1}).json()
    token = first.get("next_page_token") or first["next_cursor"]
    method, body = (
        ("POST", {"search_params": {"filters": None}}) if path == SEARCH else ("GET", None)
    )
    answer = api.request(method, path, params={LISTS[path]: token}, json=body)
    assert answer.status_code == (200 if path == source else 400 if path == SEARCH else 422)
