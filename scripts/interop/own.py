"""Calls of the project's own client in strict mode: each operation, sync and async.

A call holds when the client raises nothing and every object of the answer has become a model, save
where the document leaves open what stands there.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from interop.methods import async_take, find, outcome_of, take
from interop.world import FilePart
from mistral_client import AsyncMistral, File, Mistral
from mistral_generated.base import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interop.methods import Method, Outcome
    from interop.world import World

OPEN_TYPE = re.compile(r"\bdict\[|\bAny\b")
"""Types of fields that may hold any object."""
OPEN_ANSWERS = {
    "workflows.executions.get_workflow_execution_history",
    "workflows.runs.get_run_history",
}
"""Operations whose whole answer the document leaves open."""


@frozen
class OwnCaller:
    """Both clients on one world; the async one stays on one event loop."""

    world: World
    client: Mistral
    async_client: AsyncMistral
    runner: asyncio.Runner

    def call(self, method: Method) -> Outcome:
        """Return what became of the sync call."""
        return outcome_of(lambda: self._read(method), partial(raw_objects, method))

    def call_async(self, method: Method) -> Outcome:
        """Return what became of the async call."""
        read = self._read_async
        return outcome_of(lambda: self.runner.run(read(method)), partial(raw_objects, method))

    def _read(self, method: Method) -> list[object]:
        answer = find(self.client, method.name)(**self._arguments(method))
        if not method.streams:
            return [answer]
        with answer as events:
            return take(events, method.most)

    async def _read_async(self, method: Method) -> list[object]:
        answer = find(self.async_client, method.name)(**self._arguments(method))
        if not method.streams:
            return [await answer]
        async with answer as events:
            return await async_take(events, method.most)

    def _arguments(self, method: Method) -> dict[str, Any]:
        given = self.world.arguments(method.call)
        return {name: file_or_value(value) for name, value in given.items()}


def file_or_value(value: object) -> object:
    """Return the argument as the client takes it."""
    if isinstance(value, FilePart):
        return File(file_name=value.name, content=value.content)
    return value


def raw_objects(method: Method, parts: list[object]) -> Iterator[str]:
    """Return where in an answer JSON objects stand that should have become models."""
    return iter(()) if method.name in OPEN_ANSWERS else raw_in(parts, "the answer", "")


def raw_in(value: object, place: str, declared: str) -> Iterator[str]:
    """Yield where JSON objects stand whose type is declared to be something else."""
    if isinstance(value, Model):
        for name, inner in value.__dict__.items():
            annotation = str(type(value).__annotations__[name])
            yield from raw_in(inner, f"{type(value).__name__}.{name}", annotation)
    elif isinstance(value, list):
        for inner in value:
            yield from raw_in(inner, place, declared)
    elif isinstance(value, dict) and not OPEN_TYPE.search(declared):
        yield f"{place}: {value}"[:200]


@contextmanager
def own_caller(world: World, *, strict: bool = True) -> Iterator[OwnCaller]:
    """Give the clients pointed at a world."""
    with (
        Mistral(world.key, base_url=world.base_url, strict=strict) as client,
        asyncio.Runner() as runner,
    ):
        async_client = AsyncMistral(world.key, base_url=world.base_url, strict=strict)
        yield OwnCaller(world, client, async_client, runner)
        runner.run(async_client.aclose())
