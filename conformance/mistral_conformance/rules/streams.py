"""Event streams of chat: framing, chunks, order, end; and that they tell what the answer tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema_rs

from mistral_conformance.rules.common.chats import (
    FORCE_WEATHER,
    TOOLS,
    WEATHER_PARAMETERS,
    ask,
    ask_streamed,
    body,
    first_choice,
    text_of,
)
from mistral_conformance.rules.common.events import DONE, assemble
from mistral_conformance.rules.common.names import CHAT
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

EVENT_STREAM = "text/event-stream"
REASONS = ("stop", "length", "error", "tool_calls")


@rule(
    id="streams.media-type-follows-the-body",
    level=MUST,
    source="document: ChatCompletionRequest.stream; streams.done-mark",
    operations=(CHAT,),
)
def media_type_follows_the_body(ctx: Context) -> None:
    """`stream` in the body, not the Accept header, decides between an event stream and JSON."""
    for streamed, accept in ((True, "application/json"), (False, EVENT_STREAM)):
        sent = body(ctx, stream=streamed)
        answer = ctx.api.call(CHAT, json=sent, headers={"Accept": f"{accept}, */*"})
        ctx.expect_status(answer, 200)
        wanted = EVENT_STREAM if streamed else "application/json"
        expect_equal(ctx, answer.media_type, wanted, f"the type with stream={streamed}", answer)


@rule(
    id="streams.framing-is-standard",
    level=MUST,
    source=("document: ChatCompletionRequest.stream (data-only events); HTML standard 9.2.6"),
    operations=(CHAT,),
)
def framing_is_standard(ctx: Context) -> None:
    """Every line is a field, a comment or blank, and every event ends with a blank line."""
    answer, stream, _ = ask_streamed(ctx)
    ctx.expect(stream.data, "the stream has no events", answer)
    ctx.expect(not stream.stray, f"the line {stream.stray[:1]} is no field", answer)
    ctx.expect(not stream.unfinished, "the last event lacks its blank line", answer)


@rule(
    id="streams.end-with-done",
    level=MUST,
    source="document: ChatCompletionRequest.stream (terminated by data: [DONE])",
    operations=(CHAT,),
)
def end_with_done(ctx: Context) -> None:
    """The stream says `[DONE]` once, as its last event."""
    answer, stream, _ = ask_streamed(ctx)
    expect_equal(ctx, stream.data[-1:], (DONE,), "the last event", answer)
    expect_equal(ctx, stream.data.count(DONE), 1, "the number of terminators", answer)


@rule(
    id="streams.chunks-have-their-fields",
    level=MUST,
    source=("document: CompletionChunk; document: CompletionResponseStreamChoice (required)"),
    operations=(CHAT,),
)
def chunks_have_their_fields(ctx: Context) -> None:
    """Each chunk has an id, a model and choices, each choice an index, a delta and a reason."""
    answer, _, chunks = ask_streamed(ctx)
    ctx.expect(len(chunks) > 1, "the answer is not split into chunks", answer)
    for chunk in chunks:
        missing = {"id", "model", "choices"} - set(chunk)
        for choice in chunk["choices"]:
            missing |= {"index", "delta", "finish_reason"} - set(choice)
        ctx.expect(not missing, f"a chunk lacks {sorted(missing)}", answer)


@rule(
    id="streams.one-completion-throughout",
    level=SHOULD,
    source="streams.done-mark; choices.streams-one-completion-throughout",
    operations=(CHAT,),
)
def one_completion_throughout(ctx: Context) -> None:
    """All chunks of a stream have the same id, object, model and time of creation."""
    answer, _, chunks = ask_streamed(ctx)
    for field in ("id", "object", "model", "created"):
        values = {chunk[field] for chunk in chunks}
        ctx.expect(len(values) == 1, f"{field} changes within the stream: {values}", answer)
    expect_equal(ctx, chunks[0]["object"], "chat.completion.chunk", "object", answer)


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
    id="streams.length-is-told",
    level=MUST,
    source="document: ChatCompletionRequest.max_tokens",
    operations=(CHAT,),
)
def length_is_told(ctx: Context) -> None:
    """A stream that `max_tokens` cuts ends with the reason `length`."""
    answer, _, chunks = ask_streamed(ctx, "Count from 1 to 100 in words.", max_tokens=4)
    expect_equal(ctx, assemble(chunks)[0].reasons, ["length"], "the finish reasons", answer)


@rule(
    id="streams.usage-comes-once-at-the-end",
    level=SHOULD,
    source="document: CompletionChunk.usage; choices.streams-usage-comes-once-at-the-end",
    operations=(CHAT,),
)
def usage_comes_once_at_the_end(ctx: Context) -> None:
    """The last chunk, and it alone, tells the usage, and its parts add up to the total."""
    answer, _, chunks = ask_streamed(ctx)
    told = [index for index, chunk in enumerate(chunks) if chunk.get("usage", None)]
    expect_equal(ctx, told, [len(chunks) - 1], "the chunks that tell usage", answer)
    usage = chunks[-1]["usage"]
    parts = usage["prompt_tokens"] + usage["completion_tokens"]
    expect_equal(ctx, usage["total_tokens"], parts, "total_tokens", answer)
    ctx.expect(usage["completion_tokens"] > 0, "the usage counts no tokens of the answer", answer)


@rule(
    id="streams.tell-what-the-answer-tells",
    level=SHOULD,
    source="document: ChatCompletionRequest.random_seed (deterministic results)",
    operations=(CHAT,),
)
def tell_what_the_answer_tells(ctx: Context) -> None:
    """With one seed and no randomness the stream adds up to the answer in one piece."""
    for fields in ({}, {"max_tokens": 5}, {"response_format": {"type": "json_object"}}):
        words = "Describe Paris as JSON." if "response_format" in fields else "Describe Paris."
        whole = ask(ctx, words, **fields)
        answer, _, chunks = ask_streamed(ctx, words, **fields)
        choice = first_choice(ctx, whole)
        streamed = assemble(chunks)[0]
        expect_equal(ctx, streamed.text, text_of(choice), "the streamed text", whole, answer)
        wanted = [choice["finish_reason"]]
        expect_equal(ctx, streamed.reasons, wanted, "the finish reasons", whole, answer)
        expect_equal(ctx, chunks[-1]["usage"], whole["usage"], "the usage", whole, answer)


@rule(
    id="streams.several-choices",
    level=MUST,
    source="document: ChatCompletionRequest.n",
    operations=(CHAT,),
)
def several_choices(ctx: Context) -> None:
    """A stream of two choices numbers them 0 and 1, and both have text and an end."""
    answer, _, chunks = ask_streamed(ctx, n=2, temperature=0.7)
    choices = assemble(chunks)
    expect_equal(ctx, sorted(choices), [0, 1], "the indexes", answer)
    for index, choice in choices.items():
        ctx.expect(choice.text, f"choice {index} has no text", answer)
        ctx.expect(len(choice.reasons) == 1, f"choice {index} ends {choice.reasons}", answer)


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
