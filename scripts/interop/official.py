"""Calls of the official Python SDK: each method, sync and async, its answer read to the end.

A call holds when the SDK raises nothing and no part of the answer became one of its `Unknown...`
classes, into which it puts tagged objects that its models do not fit.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import frozen
from mistralai.client import Mistral
from pydantic import BaseModel

from interop.methods import async_take, find, outcome_of, take
from interop.world import FilePart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interop.methods import Method, Outcome
    from interop.world import World

TIMEOUT_MS = 30_000
SPEECH, SPEECH_STREAM = "audio.speech.complete", "audio.speech.stream"
"""The SDK streams speech by an argument of the plain method."""


@frozen
class OfficialCaller:
    """Both forms of the SDK on one world; the async one stays on one event loop."""

    world: World
    client: Mistral
    runner: asyncio.Runner

    def has(self, method: Method) -> bool:
        """Say whether the SDK has the method."""
        return self._find(method) is not None

    def call(self, method: Method) -> Outcome:
        """Return what became of the sync call."""
        return outcome_of(
            lambda: read(self._find(method)(**self._arguments(method)), method.most), unknown
        )

    def call_async(self, method: Method) -> Outcome:
        """Return what became of the async call."""
        return outcome_of(lambda: self.runner.run(self._read_async(method)), unknown)

    async def _read_async(self, method: Method) -> list[object]:
        answer = await self._find(method, "_async")(**self._arguments(method))
        return await read_async(answer, method.most)

    def _find(self, method: Method, ending: str = "") -> Any:  # noqa: ANN401 - of whatever signature
        name = SPEECH if method.name == SPEECH_STREAM else method.name
        return find(self.client, name + ending)

    def _arguments(self, method: Method) -> dict[str, Any]:
        given = self.world.arguments(method.call)
        asked = {"stream": True} if method.name == SPEECH_STREAM else {}
        return {name: file_or_value(value) for name, value in given.items()} | asked


def file_or_value(value: object) -> object:
    """Return the argument as the SDK takes it."""
    if isinstance(value, FilePart):
        return {"file_name": value.name, "content": value.content}
    return value


def read(answer: Any, most: int | None) -> list[object]:  # noqa: ANN401 - of any method
    """Return the answer, or what a stream's events carry, or the bytes of a download."""
    if hasattr(answer, "iter_bytes"):
        return [answer.read()]
    if hasattr(answer, "generator"):
        with answer as events:
            return take(events, most)
    return [answer]


async def read_async(answer: Any, most: int | None) -> list[object]:  # noqa: ANN401 - of any method
    """Return the same of an async method."""
    if hasattr(answer, "aiter_bytes"):
        return [await answer.aread()]
    if hasattr(answer, "generator"):
        async with answer as events:
            return await async_take(events, most)
    return [answer]


def unknown(value: object) -> Iterator[str]:
    """Yield what the SDK put into its classes for what it does not know, wherever in the value."""
    if isinstance(value, BaseModel):
        if type(value).__name__.startswith("Unknown"):
            yield f"{value!r}"[:200]
        for _, inner in value:
            yield from unknown(inner)
    elif isinstance(value, dict):
        yield from unknown(list(value.values()))
    elif isinstance(value, list):
        for inner in value:
            yield from unknown(inner)


@contextmanager
def official_caller(world: World) -> Iterator[OfficialCaller]:
    """Give the SDK pointed at a world."""
    with (
        Mistral(api_key=world.key, server_url=world.base_url, timeout_ms=TIMEOUT_MS) as client,
        asyncio.Runner() as runner,
    ):
        yield OfficialCaller(world, client, runner)
        runner.run(client.__aexit__(None, None, None))
