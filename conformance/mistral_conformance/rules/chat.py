"""Chat in one piece: names, tools, prefixes. What options do is told by the laws of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_conformance.rules.common.chats import (
    FORCE_WEATHER,
    TIME_PARAMETERS,
    TOOLS,
    WEATHER_PARAMETERS,
    ask,
    body,
    calls_in,
    chat_model,
    first_choice,
    text_of,
)
from mistral_conformance.rules.common.names import CHAT, LIST_MODELS
from mistral_conformance.rules.common.readings import read_text, some, within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

REASONS = ("stop", "length", "model_length", "error", "tool_calls")
WEATHER_QUESTION = "What is the weather in Paris for the next 3 days, in celsius?"
PARAMETERS = {"get_weather": WEATHER_PARAMETERS, "get_time": TIME_PARAMETERS}


@rule(
    id="chat.answers-a-choice",
    level=MUST,
    source="document: ChatCompletionResponse; document: ChatCompletionChoice",
    operations=(CHAT,),
)
def answers_a_choice(ctx: Context) -> None:
    """An answer has one choice of index 0: a text by the assistant and a documented reason."""
    answer = ask(ctx)
    expect_equal(ctx, answer["object"], "chat.completion", "object", answer)
    choice = first_choice(ctx, answer)
    expect_equal(ctx, len(answer["choices"]), 1, "the number of choices", answer)
    expect_equal(ctx, choice["index"], 0, "the index", answer)
    expect_equal(ctx, within(choice, "message", "role"), "assistant", "the role", answer)
    ctx.expect(text_of(choice), "the answer has no text", answer)
    ctx.expect(choice["finish_reason"] in REASONS, "the finish reason is unknown", answer)


@rule(
    id="chat.names-the-model",
    level=SHOULD,
    source="document: ChatCompletionResponse; choices.chat-names-the-model",
    operations=(CHAT,),
)
def names_the_model(ctx: Context) -> None:
    """The answer names the model that the request named, by one of its names."""
    answer = ask(ctx)
    asked, listed = chat_model(ctx), ctx.need(ctx.api.call(LIST_MODELS), 200)
    names = {asked}
    for card in listed["data"]:
        own = {card["id"], *(card.get("aliases") or ())}
        names |= own if asked in own else set()
    said = f"model is {answer['model']!r}, {' or '.join(sorted(names))} is due"
    ctx.expect(answer["model"] in names, said, answer)


@rule(
    id="chat.named-tool-is-called",
    level=MUST,
    source="document: ChatCompletionRequest.tool_choice (forces that tool)",
    operations=(CHAT,),
)
def named_tool_is_called(ctx: Context) -> None:
    """A tool choice that names a function gives a call of it with arguments that it accepts."""
    answer = ask(ctx, WEATHER_QUESTION, tools=TOOLS, tool_choice=FORCE_WEATHER)
    calls = _calls(ctx, answer)
    names = {name for name, _ in calls}
    expect_equal(ctx, names, {"get_weather"}, "the called functions", answer)
    for name, arguments in calls:
        _expect_valid(ctx, PARAMETERS[name], arguments, answer)
    reason = first_choice(ctx, answer)["finish_reason"]
    expect_equal(ctx, reason, "tool_calls", "the finish reason", answer)


@rule(
    id="chat.tool-results-are-taken",
    level=MUST,
    source="document: ToolMessage; document: AssistantMessage.tool_calls",
    operations=(CHAT,),
)
def tool_results_are_taken(ctx: Context) -> None:
    """A call that was answered, sent back with its result, is followed by a text."""
    answer = ctx.expect_status(_tell_result(ctx), 200)
    ctx.expect(text_of(first_choice(ctx, answer)), "the answer has no text", answer)


@rule(
    id="chat.results-are-answered",
    level=SHOULD,
    source="document: ToolMessage",
    operations=(CHAT,),
)
def results_are_answered(ctx: Context) -> None:
    """With the result of a call, the same call is not made again."""
    answer = ctx.expect_status(_tell_result(ctx, choice="auto"), 200)
    ctx.expect(not _calls(ctx, answer), "a tool is called whose result was told", answer)


@rule(
    id="chat.results-are-of-calls",
    level=SHOULD,
    source="errors.message-order",
    operations=(CHAT,),
)
def results_are_of_calls(ctx: Context) -> None:
    """A result of a call that nobody made is refused."""
    ctx.expect_status(_tell_result(ctx), 200)
    expect_refused(ctx, _tell_result(ctx, of="nOtCaLLed"), "a result of no call")


def _tell_result(ctx: Context, of: str = "", choice: str = "none") -> Exchange:
    """Ask for a call and send its result, or one that says that it is of another call."""
    first = ask(ctx, WEATHER_QUESTION, tools=TOOLS, tool_choice=FORCE_WEATHER)
    _calls(ctx, first)
    call = some(calls_in(ctx, first), "call", first)[0]
    result = {
        "role": "tool",
        "name": "get_weather",
        "tool_call_id": of or call["id"],
        "content": '{"sky": "clear", "degrees": 21}',
    }
    asked = {"role": "user", "content": WEATHER_QUESTION}
    function = {name: call["function"][name] for name in ("name", "arguments")}
    repeated = {"id": call["id"], "type": "function", "function": function}
    messages = [asked, {"role": "assistant", "tool_calls": [repeated]}, result]
    sent = {**body(ctx, tools=TOOLS, tool_choice=choice), "messages": messages}
    return ctx.api.call(CHAT, json=sent)


@rule(
    id="chat.prefix-starts-the-text",
    level=MUST,
    source="document: AssistantMessage.prefix",
    operations=(CHAT,),
)
def prefix_starts_the_text(ctx: Context) -> None:
    """A last assistant message marked as prefix is how the answer starts."""
    prefix = "The river Seine"
    sent = body(ctx)
    sent["messages"].append({"role": "assistant", "content": prefix, "prefix": True})
    answer = ctx.expect_status(ctx.api.call(CHAT, json=sent), 200)
    text = text_of(first_choice(ctx, answer))
    ctx.expect(text.startswith(prefix), f"the text starts {text[:30]!r}", answer)


@rule(
    id="chat.longer-prompts-cost-more",
    level=SHOULD,
    source="choices.chat-longer-prompts-cost-more",
    operations=(CHAT,),
)
def longer_prompts_cost_more(ctx: Context) -> None:
    """A longer prompt counts more prompt tokens."""
    short = ask(ctx, "Say yes.", max_tokens=5)
    long = ask(ctx, "Say yes. " * 40, max_tokens=5)
    tokens = [each.at("usage.prompt_tokens") for each in (short, long)]
    ctx.expect(tokens[1] > tokens[0], f"the prompts counted {tokens}", short, long)


def _calls(ctx: Context, answer: Exchange) -> list[tuple[str, Any]]:
    """Give the tool calls of the first choice: name and parsed arguments."""
    calls = []
    for call in calls_in(ctx, answer):
        arguments = call["function"]["arguments"]
        is_text = isinstance(arguments, str)
        parsed = read_text(arguments, "the arguments", answer) if is_text else arguments
        calls.append((str(call["function"]["name"]), parsed))
    return calls


def _expect_valid(ctx: Context, schema: dict[str, Any], value: object, answer: Exchange) -> None:
    """Hold a value to a JSON schema."""
    try:
        jsonschema_rs.validate(schema, value)
    except jsonschema_rs.ValidationError as error:
        ctx.expect(False, f"the schema refuses it: {error.message}", answer)  # noqa: FBT003 - reads as «fail»
