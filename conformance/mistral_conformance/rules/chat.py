"""Chat in one piece: names, tools, prefixes. What options do is told by the laws of answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import (
    FORCE_WEATHER,
    TOOLS,
    ask,
    body,
    calls_in,
    first_choice,
    text_of,
)
from mistral_conformance.rules.common.names import CHAT
from mistral_conformance.rules.common.readings import some
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

WEATHER_QUESTION = "What is the weather in Paris for the next 3 days, in celsius?"


@rule(
    MUST,
    "document: ChatCompletionRequest.prompt_cache_key; harm: another question is answered",
    (CHAT,),
)
def prompts_that_begin_alike_are_read_to_their_end(ctx: Context) -> None:
    """Of two long prompts with one `prompt_cache_key` each counts as it does without the key."""
    beginning = {"role": "system", "content": "Be brief, and kind, and exact. " * 80}
    key = word(ctx)
    questions = ("Why?", "Name three rivers, and say of each where it ends. " * 3)
    for words in questions:
        messages = [beginning, {"role": "user", "content": words}]
        answers = [ask(ctx, messages=messages), ask(ctx, messages=messages, prompt_cache_key=key)]
        plain, keyed = (each.at("usage.prompt_tokens") for each in answers)
        expect_equal(ctx, keyed, plain, "the number of tokens read with a key", *answers)


@rule(SHOULD, "document: ToolMessage", (CHAT,))
def results_are_answered(ctx: Context) -> None:
    """With the result of a call, the same call is not made again."""
    answer = ctx.expect_status(_tell_result(ctx, choice="auto"), 200)
    ctx.expect(not calls_in(ctx, answer), "a tool is called whose result was told", answer)


@rule(SHOULD, "errors.message-order", (CHAT,))
def results_are_of_calls(ctx: Context) -> None:
    """A result of a call that nobody made is refused."""
    ctx.expect_status(_tell_result(ctx), 200)
    expect_refused(ctx, _tell_result(ctx, of="nOtCaLLed"), "a result of no call")


@rule(
    MUST,
    "document: AssistantMessage.content (may be empty or null, when it only calls tools)",
    (CHAT,),
)
def turns_that_only_call_say_nothing(ctx: Context) -> None:
    """A turn that only calls tools is taken back without content, or with an empty or null one."""
    several: tuple[dict[str, Any], ...] = ({}, {"content": None}, {"content": ""}, {"content": []})
    for said in several:
        answer = _tell_result(ctx, **said)
        ctx.expect(answer.ok, f"a turn that calls, with {said}, is refused", answer)


@rule(MUST, "document: ToolMessage.tool_call_id (the call that it is the result of)", (CHAT,))
def results_come_in_any_order(ctx: Context) -> None:
    """Each result names its call: those of two calls are taken in the order in which they ended."""
    calls = {"firstCal1": "Paris", "secondCa2": "Oslo"}
    for order in (list(calls), list(calls)[::-1]):
        turns = [
            {"role": "user", "content": "What is the weather in Paris and in Oslo?"},
            {"role": "assistant", "tool_calls": [_called(*each) for each in calls.items()]},
            *(_result(each, f"The sky is clear over {calls[each]}.") for each in order),
        ]
        sent = {**body(ctx, tools=TOOLS, tool_choice="none"), "messages": turns}
        answer = ctx.api.call(CHAT, json=sent)
        if order == list(calls):
            ctx.need(answer)
        ctx.expect(answer.ok, f"results that end in another order get {answer.status}", answer)


def _called(id_: str, city: str) -> dict[str, Any]:
    arguments = json.dumps({"city": city, "days": 1})
    return {
        "id": id_,
        "type": "function",
        "function": {"name": "get_weather", "arguments": arguments},
    }


def _result(id_: str, content: str) -> dict[str, Any]:
    return {"role": "tool", "name": "get_weather", "tool_call_id": id_, "content": content}


def _tell_result(ctx: Context, of: str = "", choice: str = "none", **said: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Ask for a call and send its result, or one that says that it is of another call."""
    first = ask(ctx, WEATHER_QUESTION, tools=TOOLS, tool_choice=FORCE_WEATHER)
    call = some(calls_in(ctx, first), "call", first)[0]
    result = _result(of or call["id"], '{"sky": "clear", "degrees": 21}')
    asked = {"role": "user", "content": WEATHER_QUESTION}
    function = {name: call["function"][name] for name in ("name", "arguments")}
    repeated = {"id": call["id"], "type": "function", "function": function}
    messages = [asked, {"role": "assistant", "tool_calls": [repeated], **said}, result]
    sent = {**body(ctx, tools=TOOLS, tool_choice=choice), "messages": messages}
    return ctx.api.call(CHAT, json=sent)


@rule(SHOULD, "document: AssistantMessage.prefix", (CHAT,))
def prefix_starts_the_text(ctx: Context) -> None:
    """A last assistant message marked as prefix is how the answer starts."""
    prefix = "The river Seine"
    sent = body(ctx)
    sent["messages"].append({"role": "assistant", "content": prefix, "prefix": True})
    answer = ctx.answer(CHAT, json=sent)
    text = text_of(first_choice(ctx, answer))
    ctx.expect(text.startswith(prefix), f"the text starts {text[:30]!r}", answer)
