"""Event streams of chat: roles and errors. That they tell the answer is a law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.chats import ask_streamed, body
from mistral_conformance.rules.common.events import assemble
from mistral_conformance.rules.common.names import CHAT
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


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
