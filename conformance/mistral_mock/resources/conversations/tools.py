"""The service's own tools: which of them a question calls, and what they do without a world.

Every tool that an actor has runs once for each message of the user (our choice: a test can foresee
it). No tool reaches beyond the mock: libraries are searched and pictures drawn here, the web search
names a reserved address, and the program that the interpreter shows has the output that it says.
Connectors of an organisation offer no function, since the mock has none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from attrs import frozen

from mistral_mock.completion.tokens import count_tokens
from mistral_mock.resources.conversations import images, libraries
from mistral_mock.resources.conversations.findings import Finding, reference, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.actors import Actor

SEARCHES = ("web_search", "web_search_premium")
INTERPRETER = "code_interpreter"
BUILT_IN = (*SEARCHES, INTERPRETER, images.NAME, libraries.NAME)
WEB = "https://example.com/search?q="


@frozen
class Run:
    """A run that is due: the tool, and the question that it is for."""

    tool: Mapping[str, Any]
    question: str

    @property
    def name(self) -> str:
        """The tool's name; its one function is named alike (our choice)."""
        return str(self.tool["type"])

    @property
    def arguments(self) -> str:
        """What the tool is called with, as JSON text."""
        return json.dumps(make_arguments(self), ensure_ascii=False)

    @property
    def waits(self) -> bool:
        """A person has to allow it first."""
        return self.name in (configuration(self.tool).get("requires_confirmation") or ())


def find_due(actor: Actor, question: str) -> list[Run]:
    """Return the runs that a question calls for, in the order of the actor's tools."""
    if actor.tool_choice == "none":
        return []
    return [Run(tool, question) for tool in actor.tools if is_offered(tool)]


def is_offered(tool: Mapping[str, Any]) -> bool:
    """Say whether the tool is one of the service's own, and its configuration lets it be used."""
    name, limits = tool["type"], configuration(tool)
    included = limits.get("include")
    return (
        name in BUILT_IN
        and (included is None or name in included)
        and name not in (limits.get("exclude") or ())
    )


def configuration(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is said about the functions of a tool."""
    return tool.get("tool_configuration") or {}


def find_functions(actor: Actor) -> Sequence[Mapping[str, Any]]:
    """Return the functions that are left to the caller."""
    return [tool for tool in actor.tools if tool["type"] == "function"]


def make_arguments(run: Run) -> dict[str, object]:
    """Return what a run is called with."""
    if run.name == INTERPRETER:
        return {"code": make_code(run.question)}
    if run.name == images.NAME:
        return {"prompt": run.question}
    if run.name == libraries.NAME:
        return {"query": run.question, "library_ids": run.tool["library_ids"]}
    return {"query": run.question}


def perform(ctx: Context, run: Run) -> Finding:
    """Return what the run brings."""
    if run.name == libraries.NAME:
        return libraries.search(ctx, run.tool, run.question)
    if run.name == images.NAME:
        return images.draw(ctx, run.question)
    if run.name == INTERPRETER:
        return interpret(run.question)
    return search_web(run)


def search_web(run: Run) -> Finding:
    """Return one source at an address that is reserved for examples; nothing leaves the mock."""
    told = "No search engine was asked; this address is reserved for examples."
    url = WEB + quote_plus(run.question)
    chunks = [text(told), reference(run.name, "Example of a source", url, told)]
    return Finding(chunks, count_tokens(told), {"results": 1})


def interpret(question: str) -> Finding:
    """Return a program that counts the words of the question, with its output."""
    output = f"{len(question.split())}\n"
    said = text(f"A program counts {output.strip()} words in your message.")
    return Finding(
        [said], count_tokens(output), {"code": make_code(question), "code_output": output}
    )


def make_code(question: str) -> str:
    """Return a Python program that prints how many words a question has."""
    return f"print(len({question!r}.split()))"
