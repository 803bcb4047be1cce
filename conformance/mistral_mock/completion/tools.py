"""Calls of functions: whether, which, and with which arguments.

With `auto`, a function is called when the user's words and the function's name or description
share a word, unless the user brings what a tool has found, such as an image (recorded live, 2026).
That is no understanding, but a test can foresee it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import formats, refusal, tokens, values
from mistral_mock.completion.messages import last_text
from mistral_mock.completion.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.request import ChatRequest, Function

ID_LENGTH = 9
STEM = 5
"""Words are the same when they begin with as many same letters."""
WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{4,}|[^\W\da-zA-Z_]{4,}")
SHORTEST = 4
COMMON = frozenset(
    {
        *("about", "and", "any", "are", "could", "each", "find", "for", "from", "function", "gets"),
        *("give", "given", "have", "here", "into", "more", "name", "need", "please", "result"),
        *("return", "returns", "should", "some", "tell", "that", "their", "them", "then", "there"),
        *("they", "this", "tool", "used", "user", "uses", "value", "want", "what", "when", "where"),
        *("which", "will", "with", "would", "your"),
    }
)
"""Words that say nothing about a function."""


@frozen
class Call:
    """One call; the arguments are the text of a JSON object."""

    id: str
    name: str
    arguments: str

    @property
    def tokens(self) -> int:
        """What the call costs."""
        return tokens.count_tokens(self.name) + tokens.count_tokens(self.arguments)


def choose_functions(request: ChatRequest) -> tuple[Function, ...]:
    """The functions to call now; none means an answer in words.

    Raises:
        APIError: 400, a call is demanded that no function can answer.

    """
    if request.tool_choice == "none":
        return ()
    if request.tool_choice == "function":
        return (find_function(request),)
    wanted = find_wanted(request) if request.messages[-1].role == "user" else ()
    if request.tool_choice == "any" and not wanted:
        wanted = request.functions[:1]
        if not wanted:
            raise refusal.bad_request("tool_choice demands a call, but tools has no function")
    return wanted if request.parallel else wanted[:1]


def find_function(request: ChatRequest) -> Function:
    """The function that the request names."""
    for function in request.functions:
        if function.name == request.chosen:
            return function
    raise refusal.bad_request(f"tool_choice names {request.chosen!r}, which tools does not have")


def find_wanted(request: ChatRequest) -> tuple[Function, ...]:
    """The functions that the user's words call for."""
    if request.messages[-1].brings and any(one.role == "tool" for one in request.messages):
        return ()
    asked = find_stems(last_text(request.messages, "user"))
    return tuple(
        function
        for function in request.functions
        if asked & find_stems(f"{function.name} {function.description}")
    )


def find_stems(text: str) -> frozenset[str]:
    """The beginnings of the telling words of a text."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(word[:STEM] for word in words if len(word) >= SHORTEST and word not in COMMON)


def make_calls(
    request: ChatRequest, functions: tuple[Function, ...], dice: Dice
) -> tuple[Call, ...]:
    """A call of each function.

    Raises:
        APIError: 400, the parameters of a function are no schema or accept no object.

    """
    return tuple(make_call(request, function, dice) for function in functions)


def make_call(request: ChatRequest, function: Function, dice: Dice) -> Call:
    """A call with arguments that the function's parameters accept."""
    id_ = dice.word(ID_LENGTH)
    return Call(id_, function.name, make_arguments(request, function, dice))


def make_arguments(request: ChatRequest, function: Function, dice: Dice) -> str:
    """The arguments, as the text of a JSON object."""
    words = read_vocabulary(last_text(request.messages, "user"))
    try:
        values.compile_schema(function.parameters)
        schema = demand_object(function.parameters)
        return formats.spell(values.make_value(schema, dice.fork(function.name), words))
    except values.InvalidSchemaError as problem:
        told = f"Invalid parameters of function {function.name}: {problem}"
        raise refusal.bad_request(told) from problem
    except values.UnsatisfiableError as problem:
        told = f"No arguments fit function {function.name}: {problem}"
        raise refusal.bad_request(told) from problem


def demand_object(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, which from now on accepts objects alone."""
    return {**schema, "allOf": [*schema.get("allOf", ()), {"type": "object"}]}


def keep_within(calls: tuple[Call, ...], room: int) -> tuple[Call, ...]:
    """The first calls that fit: a call is there whole or not at all."""
    kept: list[Call] = []
    for call in calls:
        room -= call.tokens
        if room < 0:
            break
        kept.append(call)
    return tuple(kept)
