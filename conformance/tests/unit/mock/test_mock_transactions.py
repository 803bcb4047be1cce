"""Work that is done aside takes effect at once, and as if nothing else had happened meanwhile."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

from mistral_mock import agenda, transactions
from mistral_mock.settings import Settings
from mistral_mock.store import Record
from mistral_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@frozen(kw_only=True)
class Note(Record):
    text: str = ""
    topic: str = ""

    @property
    def parent_id(self) -> str:
        return self.topic


@pytest.fixture
def world() -> World:
    found = World(Settings(clock="manual"))
    found.store.table(Note).put(Note(id="a", text="old", topic="t"))
    return found


def interfere(world: World, work: Callable[[World], object], change: Callable[[], object]) -> int:
    """How often the work is done when the change happens after it has read for the first time."""
    rounds = 0
    has_read, may_end = threading.Event(), threading.Event()

    def slow(view: World) -> None:
        nonlocal rounds
        rounds += 1
        work(view)
        has_read.set()
        may_end.wait(10)

    async def both() -> None:
        task = asyncio.create_task(transactions.perform(world, slow))
        await asyncio.to_thread(has_read.wait, 10)
        change()
        may_end.set()
        await task

    asyncio.run(both())
    return rounds


READS: dict[str, Callable[[World], object]] = {
    "one": lambda view: view.store.table(Note).get("a"),
    "absent": lambda view: view.store.table(Note).get("b"),
    "family": lambda view: view.store.table(Note).children("t"),
    "all": lambda view: list(view.store.table(Note)),
    "count": lambda view: len(view.store.table(Note)),
    "version": lambda view: view.store.table(Note).version,
}


@pytest.mark.parametrize("read", READS)
def test_work_is_done_again_when_what_it_read_has_changed(world: World, read: str) -> None:
    table = world.store.table(Note)

    def change() -> None:
        table.put(Note(id="a", text="new", topic="t"))
        table.put(Note(id="b", topic="t"))

    assert interfere(world, READS[read], change) == 2


@pytest.mark.parametrize("read", ["one", "family"])
def test_work_is_done_once_when_something_else_has_changed(world: World, read: str) -> None:
    def change() -> None:
        world.store.table(Note).put(Note(id="b", topic="another"))

    assert interfere(world, READS[read], change) == 1


def test_work_is_done_again_when_the_clock_was_moved(world: World) -> None:
    assert interfere(world, lambda _: None, lambda: world.clock.advance(1)) == 2


def test_changes_are_seen_by_nobody_before_the_work_has_ended(world: World) -> None:
    table = world.store.table(Note)
    seen: list[object] = []

    def write(view: World) -> None:
        view.store.table(Note).put(Note(id="b"))
        view.store.table(Note).remove("a")

    interfere(world, write, lambda: seen.extend(each.id for each in table))
    assert seen == ["a"]
    assert [each.id for each in table] == ["b"]


def test_work_sees_its_own_changes(world: World) -> None:
    def work(view: World) -> list[list[str]]:
        notes = view.store.table(Note)
        before = notes.version
        notes.put(Note(id="b", topic="t"))
        notes.put(Note(id="c", topic="t"))
        notes.put(Note(id="a", text="new", topic="t"))
        notes.remove("b")
        assert (notes.get("b"), len(notes), notes.version) == (None, 2, before + 4)
        return [[each.id for each in found] for found in (notes, notes.children("t"))]

    assert asyncio.run(transactions.perform(world, work)) == [["a", "c"], ["a", "c"]]
    assert [each.id for each in world.store.table(Note).children("t")] == ["a", "c"]


def test_error_of_work_that_read_the_truth_is_raised(world: World) -> None:
    def fail(view: World) -> None:
        view.store.table(Note).get("a")
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        asyncio.run(transactions.perform(world, fail))


def test_stamps_of_work_and_of_others_are_never_the_same(world: World) -> None:
    stamps: list[datetime] = []
    interfere(
        world,
        lambda view: stamps.append(view.clock.stamp()),
        lambda: stamps.append(world.clock.stamp()),
    )
    assert len(stamps) == len(set(stamps)) == 2


def test_a_jump_shows_to_others_only_when_its_work_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, may_end = threading.Event(), threading.Event()
    settle = agenda.settle

    def slow(view: World) -> None:
        working.set()
        may_end.wait(10)
        settle(view)

    monkeypatch.setattr(agenda, "settle", slow)
    monkeypatch.setattr(agenda, "PATIENCE_S", 0)

    async def jump() -> tuple[datetime, datetime]:
        settle(world)
        world.agenda.due = world.clock.now() + timedelta(seconds=1)
        world.clock.advance(3600)
        first = asyncio.create_task(agenda.catch_up(world))
        await asyncio.to_thread(working.wait, 10)
        await agenda.catch_up(world)  # another request does not wait for it
        meanwhile = world.clock.now()
        may_end.set()
        await first
        return meanwhile, world.clock.now()

    before = world.clock.now()
    meanwhile, after = asyncio.run(jump())
    assert meanwhile == before
    assert after == before + timedelta(hours=1)
