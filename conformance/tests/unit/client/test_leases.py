"""Which connection is lent to whom."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from mistral_client.leases import POOLS, Generation


def full_generation() -> tuple[Generation[Any], list[Any]]:
    generation: Generation[Any] = Generation(object)
    return generation, [generation.take() for _ in range(POOLS)]


def test_pools_grow_to_their_limit() -> None:
    generation, leases = full_generation()
    assert generation.take() is None
    for lease in leases:
        lease.give_back()
        lease.give_back()
    assert len(generation.free) == len(generation.pools) == POOLS


def test_last_used_connection_is_taken_first() -> None:
    generation, leases = full_generation()
    for lease in leases[:3]:
        lease.give_back()
    taken = generation.take()
    assert taken is not None
    assert taken.pool is leases[2].pool


def test_spoilt_pool_is_not_taken_again() -> None:
    generation, leases = full_generation()
    leases[0].spoil()
    assert leases[0].give_back()
    taken = generation.take()
    assert taken is not None
    assert all(taken.pool is not lease.pool for lease in leases)


@pytest.mark.parametrize("is_spoilt", [True, False])
def test_who_waits_longest_is_served_first(*, is_spoilt: bool) -> None:
    generation, leases = full_generation()
    woken: list[int] = []
    turns = [generation.queue(partial(woken.append, number)) for number in range(3)]
    if is_spoilt:
        leases[0].spoil()
    leases[0].give_back()
    assert woken == [0]
    assert [turn.lease is None for turn in turns] == [False, True, True]


def test_who_leaves_the_queue_passes_on_what_came_meanwhile() -> None:
    generation, leases = full_generation()
    first, second, third = (generation.queue(int) for _ in range(3))
    leases[0].give_back()
    generation.leave(second)
    generation.leave(first)
    assert second.lease is None
    assert third.lease is not None


def test_connection_that_comes_free_before_the_queue_is_joined_is_seen() -> None:
    generation, leases = full_generation()
    leases[0].give_back()
    assert generation.queue(int).lease is not None
