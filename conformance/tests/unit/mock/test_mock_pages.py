"""Pages by a token, whatever happens to the list between two of them."""

from __future__ import annotations

import pytest

from mistral_mock.errors import APIError
from mistral_mock.pages import slice_after
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


@pytest.mark.parametrize("left", ["acd", "bcd", "cd"])
def test_what_is_deleted_between_pages_hides_no_other(world: World, left: str) -> None:
    _, token = turn(world, "abcd")
    found, _ = turn(world, left, token)
    assert set("cd") <= {*found, *turn(world, left, turn(world, left, token)[1])[0]}


def test_token_of_another_mock_is_refused(world: World) -> None:
    _, token = turn(World(Settings(clock="manual", seed=5)), "abcd")
    with pytest.raises(APIError) as caught:
        turn(world, "abcd", token)
    assert caught.value.status == 422
