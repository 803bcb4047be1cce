"""Questions to a model, phrased so that any model can hold to them and answers stay short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.probing.targets import TOOL_USE, targets_of
from mistral_conformance.rules.common.able import able_cards
from mistral_conformance.rules.common.names import CHAT, LIST_MODELS
from mistral_conformance.rules.common.readings import within
from mistral_conformance.session.capabilities import capabilities_of, names_in
from mistral_conformance.verdict.outcome import NotOffered

if TYPE_CHECKING:
    from mistral_conformance.record.events import Stream
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

PREFERRED = "mistral-small-latest"
"""A cheap model that follows tools and formats; another one is used where it is absent."""

REFUSED = (400, 422, 501)

QUESTION = "Write two short sentences about the river Seine."

WEATHER_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city", "days", "unit"],
    "additionalProperties": False,
}
TIME_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"zone": {"type": "string"}},
    "required": ["zone"],
    "additionalProperties": False,
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather forecast for a city.",
        "parameters": WEATHER_PARAMETERS,
        "strict": True,
    },
}
TIME = {
    "type": "function",
    "function": {
        "name": "get_time",
        "description": "Present time in a time zone.",
        "parameters": TIME_PARAMETERS,
        "strict": True,
    },
}
TOOLS = [TIME, WEATHER]
FORCE_WEATHER = {"type": "function", "function": {"name": "get_weather"}}


def chat_model(ctx: Context) -> str:
    """Return a chat model: the named one, the preferred one, the first that says so, the first.

    The list is asked once a run.
    """
    held = ctx.session.memory.get(chat_model)
    if held is None:
        held = targets_of(ctx).lookup("model")
        if "chat" not in ctx.session.models:
            able = able_cards(ctx.prepare(LIST_MODELS), "completion_chat")
            held = PREFERRED if any(PREFERRED in names_in(each) for each in able) else held
        ctx.session.memory[chat_model] = held
    return str(held)


def other_chat_model(ctx: Context) -> str:
    """Return a chat model beside the usual one; skips where there is none."""
    usual = chat_model(ctx)
    able = able_cards(ctx.prepare(LIST_MODELS), "completion_chat")
    others = [each for each in able if usual not in names_in(each)]
    if not others:
        ctx.skip("the server has one chat model alone")
    return str(others[0]["id"])


def expect_model(ctx: Context, told: object, model: str, what: str, *evidence: Exchange) -> None:
    """Hold a told model to be the one that is meant, by any of the names that the list gives it."""
    names = capabilities_of(ctx.session).names_of(model, LIST_MODELS)
    ctx.expect(told in names, f"{what} is {told!r}, not {model!r}", *evidence)


def body(ctx: Context, words: str = QUESTION, **fields: object) -> dict[str, Any]:
    """Return a chat request that asks for the least randomness that the API offers."""
    return {
        "model": chat_model(ctx),
        "messages": [{"role": "user", "content": words}],
        "max_tokens": 120,
        "temperature": 0,
        "random_seed": 11,
        **fields,
    }


def ask(
    ctx: Context, words: str = QUESTION, *, by: Api | None = None, **fields: object
) -> Exchange:
    """Return the answer of a model in one piece; anything but 200 breaks the rule that asks.

    Raises:
        NotOffered: a request with more than words is refused: no tools, no streams, ...

    """
    if "tools" in fields:
        known = capabilities_of(ctx.session)
        fields = {"model": known.able(TOOL_USE, chat_model(ctx), LIST_MODELS), **fields}
    answer = (by or ctx.api).call(CHAT, json=body(ctx, words, **fields))
    options = sorted(fields.keys() - {"model", "max_tokens"})
    if options and answer.status in REFUSED:
        what = ", ".join(options)
        raise NotOffered(f"not offered: {what} is refused with {answer.status}", answer)
    return ctx.expect_status(answer, 200)


def ask_streamed(
    ctx: Context,
    words: str = QUESTION,
    **fields: Any,  # noqa: ANN401 - what a request takes
) -> tuple[Exchange, Stream, list[dict[str, Any]]]:
    """Return the answer of a model as a stream: the exchange, its events, their JSON."""
    answer = ask(ctx, words, stream=True, **fields)
    stream = answer.stream
    return answer, stream, stream.chunks()


def text_of(choice: dict[str, Any]) -> str:
    """Return the text of a choice, its chunks of type text joined."""
    content = within(choice, "message")["content"] or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content if isinstance(part, dict))


def first_choice(ctx: Context, answer: Exchange) -> dict[str, Any]:
    """Return the first choice of an answer; an answer without one breaks the rule that asks."""
    choices = answer["choices"]
    ctx.expect(isinstance(choices, list) and choices, "the answer has no choices", answer)
    choice: dict[str, Any] = choices[0]
    return choice


def calls_in(ctx: Context, answer: Exchange) -> list[dict[str, Any]]:
    """Return the tool calls of the first choice; none where it says null."""
    return within(first_choice(ctx, answer), "message")["tool_calls"] or []
