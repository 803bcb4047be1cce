"""Chat in one piece: names, tools, prefixes. What options do is told by the laws of answers."""

from __future__ import annotations

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
from mistral_conformance.rules.common.steps import expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

WEATHER_QUESTION = "What is the weather in Paris for the next 3 days, in celsius?"


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


def _tell_result(ctx: Context, of: str = "", choice: str = "none", **said: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Ask for a call and send its result, or one that says that it is of another call."""
    first = ask(ctx, WEATHER_QUESTION, tools=TOOLS, tool_choice=FORCE_WEATHER)
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
