"""Calls of functions: whether, which, and with which arguments.

With `auto`, a function is called when it is spoken of, or when the user names what it needs, such
as a code or a place; unless the user brings what a tool has found, such as an image (recorded live,
2026). It is spoken of when the user's words and its name or description share a word; where several
are, those count of which most is said. Where it needs what nobody has said, the answer asks for
that. That is not understanding, but a test can foresee it. Functions that are named like classes
are forms for an answer, as frameworks offer them: one is filled, with what is there.

With `any`, where nothing is spoken of, the first function is called that was not called since the
user spoke: frameworks that demand a call at every turn end when their own function for the final
answer is called.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

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
    """Return the functions to call now; none means an answer in words.

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
        wanted = find_next(request)
        if not wanted:
            raise refusal.bad_request("tool_choice demands a call, but tools has no function")
    return wanted if request.parallel else wanted[:1]


def calls_by_itself(request: ChatRequest) -> bool:
    """Say whether the user's words call for a function, and say all that it needs."""
    return request.tool_choice == "auto" and bool(choose_functions(request))


def find_next(request: ChatRequest) -> tuple[Function, ...]:
    """Return the first function that was not called since the user spoke, or else the first one."""
    called = list_called(request)
    fresh = tuple(one for one in request.functions if one.name not in called)
    return (fresh or request.functions)[:1]


def list_called(request: ChatRequest) -> list[str]:
    """Return the names of the functions called since the user spoke last, the latest first."""
    since = takewhile(lambda one: one.role != "user", reversed(request.messages))
    return [name for one in since for name in one.call_names]


def find_function(request: ChatRequest) -> Function:
    """Return the function that the request names."""
    for function in request.functions:
        if function.name == request.chosen:
            return function
    raise refusal.bad_request(f"tool_choice names {request.chosen!r}, which tools does not have")


def find_wanted(request: ChatRequest) -> tuple[Function, ...]:
    """Return the functions that the user's words call for, without those that fit less well."""
    if request.messages[-1].brings and any(one.role == "tool" for one in request.messages):
        return ()
    last = last_text(request.messages, "user")
    asked = needs.find_stems(last)
    found = [
        function
        for function in request.functions
        if asked & needs.stems_of(function) or needs.are_named(function, last)
    ]
    if all(needs.is_form(function) for function in request.functions):
        found = found or list(request.functions[:1])
    alike: dict[frozenset[str], list[Function]] = {}
    for function in keep_best(found, last):
        alike.setdefault(share(function, last), []).append(function)
    earlier = list_said(request)[1:]
    return tuple(find_meant(functions, earlier) for functions in alike.values())


def find_meant(functions: list[Function], earlier: list[str]) -> Function:
    """Of functions for which the last message says the same, the one that was spoken of before."""
    for text in earlier:
        functions = keep_best(functions, text)
    return functions[0]


def keep_best(functions: list[Function], text: str) -> list[Function]:
    """Return the functions of which the text says no less than of another one.

    Where it says all that speaks for one, and more, for another, that one is what is meant: of
    `payment_status` and `payment_date`, the first when the text has status and payment.
    """
    said = {function.name: share(function, text) for function in functions}
    return [
        function
        for function in functions
        if not any(said[function.name] < each for each in said.values())
    ]


def share(function: Function, text: str) -> frozenset[str]:
    """Return the telling words that a text shares with the function, its name if it is there."""
    named = frozenset({function.name}) if function.name in text else frozenset[str]()
    return needs.find_stems(text) & needs.stems_of(function) | named


def find_question(request: ChatRequest) -> str:
    """Return what the answer asks for, when a function that is wanted cannot be called yet."""
    if request.tool_choice != "auto" or request.messages[-1].role != "user":
        return ""
    for function in find_wanted(request):
        lacking = find_lacking(request, function)
        if lacking:
            names = " and ".join(lacking)
            return f"I can call {function.name} for that, but I need {names}. What should I take?"
    return ""


def find_lacking(request: ChatRequest, function: Function) -> list[str]:
    """Return the names of the parameters that the function needs and the user has not said."""
    return needs.find_lacking(function, needs.read_words(list_said(request), function))


def list_said(request: ChatRequest) -> list[str]:
    """Return all that the user has said, the latest first.

    What a message brings after its words.
    """
    said = [one for one in reversed(request.messages) if one.role == "user"]
    texts = [each for one in said for each in (one.text, *(a.text for a in one.attachments))]
    return texts or [""]


def make_calls(
    request: ChatRequest, functions: tuple[Function, ...], dice: Dice
) -> tuple[Call, ...]:
    """Return a call of each function.

    Raises:
        APIError: 400, the parameters of a function are not a schema, or accept no object.

    """
    return tuple(make_call(request, function, dice) for function in functions)


def make_call(request: ChatRequest, function: Function, dice: Dice) -> Call:
    """Return a call with arguments that the function's parameters accept."""
    id_ = dice.word(ID_LENGTH)
    return Call(id_, function.name, make_arguments(request, function, dice))


def make_arguments(request: ChatRequest, function: Function, dice: Dice) -> str:
    """Return the arguments, as the text of a JSON object."""
    words = needs.read_words(list_said(request), function)
    try:
        values.compile_schema(function.parameters)
        schema = formats.demand_object(function.parameters)
        return formats.spell(values.make_value(schema, dice.fork(function.name), words))
    except values.InvalidSchemaError as problem:
        told = f"Invalid parameters of function {function.name}: {problem}"
        raise refusal.bad_request(told) from problem
    except values.UnsatisfiableError as problem:
        told = f"No arguments fit function {function.name}: {problem}"
        raise refusal.bad_request(told) from problem


def keep_within(calls: tuple[Call, ...], room: int) -> tuple[Call, ...]:
    """Return the first calls that fit: a call is there whole or not at all."""
    kept: list[Call] = []
    for call in calls:
        room -= call.tokens
        if room < 0:
            break
        kept.append(call)
    return tuple(kept)
