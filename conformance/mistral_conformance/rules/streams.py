"""Event streams of chat: roles, reasons, calls, errors. That they tell the answer is a law."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema_rs

from mistral_conformance.rules.common.chats import (
    FORCE_WEATHER,
    TOOLS,
    WEATHER_PARAMETERS,
    ask_streamed,
    body,
)
from mistral_conformance.rules.common.events import assemble
from mistral_conformance.rules.common.names import CHAT
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

REASONS = ("stop", "length", "error", "tool_calls")


@rule(
    id="streams.role-comes-first",
    level=SHOULD,
    source="choices.streams-role-comes-first",
    operations=(CHAT,),
)
def role_comes_first(ctx: Context) -> None:
    """The first delta of a choice names the role assistant; no other role is named."""
    answer, _, chunks = ask_streamed(ctx)
    first = next(choice for chunk in chunks for choice in chunk["choices"])
    expect_equal(ctx, first["delta"]["role"], "assistant", "the first role", answer)
    roles = set(assemble(chunks)[0].roles)
    expect_equal(ctx, roles, {"assistant"}, "the roles named", answer)


@rule(
    id="streams.one-finish-reason",
    level=MUST,
    source="document: CompletionResponseStreamChoice.finish_reason",
    operations=(CHAT,),
)
def one_finish_reason(ctx: Context) -> None:
    """Each choice gets exactly one finish reason, a documented one, and no content after it."""
    answer, _, chunks = ask_streamed(ctx)
    for index, choice in assemble(chunks).items():
        ctx.expect(len(choice.reasons) == 1, f"choice {index} ends {choice.reasons}", answer)
        ctx.expect(choice.reasons[0] in REASONS, f"the reason {choice.reasons[0]!r}", answer)
        ctx.expect(not choice.after_end, "content follows the finish reason", answer)


@rule(
    id="streams.tool-calls-are-whole",
    level=MUST,
    source=("document: ChatCompletionRequest.tool_choice; document: DeltaMessage.tool_calls"),
    operations=(CHAT,),
)
def tool_calls_are_whole(ctx: Context) -> None:
    """A forced tool call adds up, over the stream, to its name and valid arguments."""
    answer, _, chunks = ask_streamed(
        ctx, "What is the weather in Paris?", tools=TOOLS, tool_choice=FORCE_WEATHER
    )
    choice = assemble(chunks)[0]
    ctx.expect(choice.calls, "the stream has no tool call", answer)
    for call in choice.calls.values():
        expect_equal(ctx, call["name"], "get_weather", "the called function", answer)
        _expect_valid(ctx, call["arguments"])
    expect_equal(ctx, choice.reasons, ["tool_calls"], "the finish reasons", answer)


@rule(
    id="streams.errors-come-before-the-stream",
    level=MUST,
    source="document: chat.complete (422 is application/json); errors.validation",
    operations=(CHAT,),
)
def errors_come_before_the_stream(ctx: Context) -> None:
    """A request that cannot be served is refused with JSON, not with a stream."""
    unknown = {**body(ctx, stream=True), "model": ctx.marker.name("no-such-model")}
    wrong = {**body(ctx, stream=True), "messages": "not a list"}
    for sent in (unknown, wrong):
        answer = expect_refused(ctx, ctx.api.call(CHAT, json=sent), "a wrong streaming request")
        expect_equal(ctx, answer.media_type, "application/json", "the media type", answer)


def _expect_valid(ctx: Context, arguments: str) -> None:
    """Hold the arguments of the weather function to its parameters."""
    try:
        jsonschema_rs.validate(WEATHER_PARAMETERS, json.loads(arguments))
    except (ValueError, jsonschema_rs.ValidationError) as error:
        ctx.expect(condition=False, message=f"the arguments are wrong: {error}")
