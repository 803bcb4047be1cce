"""pydantic-ai: agents on `MistralModel`, in each of its ways to get an object.

It has no embeddings of this provider. `NativeOutput` it refuses by itself for this provider.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from pydantic_ai import Agent, PromptedOutput, ToolOutput
from pydantic_ai.models.mistral import MistralModel
from pydantic_ai.providers.mistral import MistralProvider
from trying import Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


async def stream(model: MistralModel) -> None:
    """Pieces of an answer."""
    async with Agent(model).run_stream(trying.PLAIN) as run:
        check(len([piece async for piece in run.stream_text(debounce_by=None)]) > 1)


def call_tool(model: MistralModel) -> None:
    """A call, its result, and what is said of it."""
    called: list[str] = []

    def get_weather(city: str) -> str:
        """The weather of a city."""
        called.append(city)
        return trying.get_weather(city)

    said = Agent(model, tools=[get_weather]).run_sync(trying.WEATHER)
    check(said.output and called == ["Paris"], called)


def structure(model: MistralModel, form: Any) -> None:
    """A class, whole and in pieces."""
    agent = Agent(model, output_type=form)
    check_book(agent.run_sync(trying.WANTED).output)

    async def read() -> None:
        async with agent.run_stream(trying.WANTED) as run:
            check_book(await run.get_output())

    asyncio.run(read())


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    provider = MistralProvider(api_key=trying.KEY, base_url=base_url)
    model = MistralModel(trying.MODEL, provider=provider)
    return {
        "chat": partial(Agent(model).run_sync, trying.PLAIN),
        "stream": lambda: asyncio.run(stream(model)),
        "tool": partial(call_tool, model),
        "structured: ToolOutput": partial(structure, model, ToolOutput(Book)),
        "structured: PromptedOutput": partial(structure, model, PromptedOutput(Book)),
    }


if __name__ == "__main__":
    trying.main(make_tries)
