"""Pages by number, and by a token whatever happens to the list between two of them."""

from __future__ import annotations

import pytest

from mistral_mock.errors import APIError
from mistral_mock.pages import slice_after, slice_page
from mistral_mock.settings import Settings
from mistral_mock.store import Record
from mistral_mock.world import World


@pytest.fixture
def world() -> World:
    return World(Settings(clock="manual"))


def records(names: str) -> list[Record]:
    return [Record(id=name) for name in names]


def turn(world: World, names: str, token: str | None = None) -> tuple[str, str | None]:
    """A page of two as text, and the next token."""
    page, following = slice_after(world.signer, records(names), token, 2, "cursor")
    return "".join(item.id for item in page), following


def test_pages_end_without_a_token(world: World) -> None:
    first, token = turn(world, "abcde")
    second, token = turn(world, "abcde", token)
    third, end = turn(world, "abcde", token)
    assert (first, second, third, end) == ("ab", "cd", "e", None)


def test_full_last_page_has_no_token_either(world: World) -> None:
    _, token = turn(world, "abcd")
    assert turn(world, "abcd", token) == ("cd", None)


def test_what_is_made_before_the_page_shifts_nothing(world: World) -> None:
    _, token = turn(world, "abcd")
    assert turn(world, "xyabcd", token)[0] == "cd"


@pytest.mark.parametrize(
    ("left", "wanted"),
    [("bcdef", "cd"), ("acdef", "cd"), ("bc", "c"), ("b", ""), ("a", ""), ("", "")],
)
def test_page_goes_on_after_the_last_item_or_with_what_moved_up(
    world: World, left: str, wanted: str
) -> None:
    _, token = turn(world, "abcdef")
    assert turn(world, left, token)[0] == wanted


@pytest.mark.parametrize(
    ("page", "size", "wanted"),
    [(0, 2, "ab"), (1, 2, "c"), (2, 2, ""), (0, 0, ""), (-1, 2, ""), (-2, 1, ""), (0, -1, "")],
)
def test_page_that_there_is_not_is_empty(page: int, size: int, wanted: str) -> None:
    assert slice_page("abc", page, size) == wanted


def test_token_of_another_mock_is_refused(world: World) -> None:
    _, token = turn(World(Settings(clock="manual", seed=5)), "abcd")
    with pytest.raises(APIError) as caught:
        turn(world, "abcd", token)
    assert caught.value.status == 422
