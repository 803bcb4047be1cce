"""The list of libraries: who sees which, searches, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

LIST = "/v1/libraries"


@pytest.fixture
def names(api: httpx.Client) -> list[str]:
    """Five libraries' names, newest first."""
    found = [f"Library {number}" for number in range(5)]
    for name in found:
        api.post(LIST, json={"name": name})
    return found[::-1]


def shown(answer: httpx.Response) -> list[str]:
    return [library["name"] for library in answer.json()["data"]]


def test_the_newest_library_comes_first(api: httpx.Client, names: list[str]) -> None:
    assert shown(api.get(LIST)) == names


@pytest.mark.parametrize(
    ("page", "expected", "more"),
    [(0, [0, 1], True), (1, [2, 3], True), (2, [4], False), (3, [], False)],
)
def test_pages_count_from_0(
    api: httpx.Client, names: list[str], page: int, expected: list[int], more: bool
) -> None:
    answer = api.get(LIST, params={"page": page, "page_size": 2})
    assert shown(answer) == [names[index] for index in expected]
    assert answer.json()["pagination"] == {
        "total_items": 5,
        "total_pages": 3,
        "current_page": page,
        "page_size": 2,
        "has_more": more,
    }


def test_an_exactly_full_page_is_the_last(api: httpx.Client, names: list[str]) -> None:
    answer = api.get(LIST, params={"page": 0, "page_size": len(names)}).json()
    assert answer["pagination"]["has_more"] is False
    assert answer["next_page_token"] is None


def test_the_pagination_block_is_only_for_callers_that_send_page(
    api: httpx.Client, names: list[str]
) -> None:
    assert "pagination" not in api.get(LIST).json()
    assert "pagination" in api.get(LIST, params={"page": 0}).json()
    token = api.get(LIST, params={"page_size": 1}).json()["next_page_token"]
    assert "pagination" not in api.get(LIST, params={"page_token": token, "page": 0}).json()
    assert names


def test_tokens_lead_through_all_pages_once(api: httpx.Client, names: list[str]) -> None:
    answer = api.get(LIST, params={"page_size": 2})
    found = shown(answer)
    while token := answer.json()["next_page_token"]:
        answer = api.get(LIST, params={"page_size": 2, "page_token": token})
        found += shown(answer)
    assert found == names


def test_a_token_goes_on_after_a_newer_library_was_made(
    api: httpx.Client, names: list[str]
) -> None:
    token = api.get(LIST, params={"page_size": 2}).json()["next_page_token"]
    api.post(LIST, json={"name": "newer"})
    answer = api.get(LIST, params={"page_size": 2, "page_token": token})
    assert shown(answer) == names[2:4]


@pytest.mark.parametrize("token", ["", "x", "bm8.0123", "\u00e9", "."])
@pytest.mark.usefixtures("names")
def test_a_token_that_the_mock_did_not_give_is_refused(api: httpx.Client, token: str) -> None:
    answer = api.get(LIST, params={"page_token": token})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "page_token"]


@pytest.mark.parametrize("size", [0, 101, -1, "many", 1.5])
def test_page_sizes_out_of_bounds_are_refused(api: httpx.Client, size: object) -> None:
    answer = api.get(LIST, params={"page_size": str(size)})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "page_size"]


def test_a_hundred_libraries_fit_a_page_by_default(api: httpx.Client) -> None:
    for number in range(101):
        api.post(LIST, json={"name": str(number)})
    assert len(shown(api.get(LIST))) == 100


@pytest.mark.parametrize("text", ["RARY 3", "library 3", "3"])
@pytest.mark.usefixtures("names")
def test_search_ignores_case(api: httpx.Client, text: str) -> None:
    assert shown(api.get(LIST, params={"search": text})) == ["Library 3"]


@pytest.mark.usefixtures("names")
def test_search_counts_only_what_it_finds(api: httpx.Client) -> None:
    answer = api.get(LIST, params={"search": "none such", "page": 0}).json()
    assert (answer["data"], answer["pagination"]["total_items"]) == ([], 0)
    assert answer["pagination"]["total_pages"] == 0


def test_filter_owned_by_me_leaves_out_what_was_shared(
    api: httpx.Client, person: Callable[[str], httpx.Client], town: Any
) -> None:
    mine = api.post(LIST, json={"name": "mine"}).json()
    neighbour = person("neighbour")
    neighbour.post(LIST, json={"name": "theirs"})
    carol = town.world.settings.identities[3].user_id
    share = {"share_with_type": "User", "share_with_uuid": carol, "level": "Viewer"}
    api.put(f"{LIST}/{mine['id']}/share", json=share)
    assert shown(neighbour.get(LIST)) == ["theirs", "mine"]
    assert shown(neighbour.get(LIST, params={"filter_owned_by_me": "true"})) == ["theirs"]
    assert shown(neighbour.get(LIST, params={"filter_owned_by_me": "false"})) == ["theirs", "mine"]
