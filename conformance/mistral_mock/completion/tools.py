"""Calls of functions: whether, which, and with which arguments.

With `auto`, a function is called when it is spoken of, or when the user names what it needs, such
as a code or a place; unless the user brings what a tool has found, such as an image (recorded live,
2026). It is spoken of when the user's words and its name or description share a word. Where it
needs what nobody has said, the answer asks for that. That is no understanding, but a test can
foresee it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import formats, needs, refusal, tokens, values
from mistral_mock.completion.messages import last_text

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.request import ChatRequest, Function

ID_LENGTH = 9


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
    if request.tool_choice == "auto":
        wanted = tuple(one for one in wanted if not find_lacking(request, one))
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
    last = last_text(request.messages, "user")
    asked = needs.find_stems(last)
    return tuple(
        function
        for function in request.functions
        if asked & needs.stems_of(function) or needs.are_named(function, last)
    )


def find_question(request: ChatRequest) -> str:
    """What the answer asks for, when a function that is wanted cannot be called yet."""
    if request.tool_choice != "auto" or request.messages[-1].role != "user":
        return ""
    for function in find_wanted(request):
        lacking = find_lacking(request, function)
        if lacking:
            names = " and ".join(lacking)
            return f"I can call {function.name} for that, but I need {names}. What should I take?"
    return ""


def find_lacking(request: ChatRequest, function: Function) -> list[str]:
    """The names of the parameters that the function needs and the user has not said."""
    return needs.find_lacking(function, needs.read_words(list_said(request), function))


def list_said(request: ChatRequest) -> list[str]:
    """All that the user has said, the latest first."""
    said = [one.text for one in reversed(request.messages) if one.role == "user"]
    return said or [""]


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
    words = needs.read_words(list_said(request), function)
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
