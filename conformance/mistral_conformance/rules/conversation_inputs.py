"""What conversations are told: messages of chunks, instructions, guardrails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import chat_model
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.talks import (
    HISTORY,
    START,
    chunks_of,
    make_agent,
    of_kind,
    read_history,
    start,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
"""One grey point."""


@rule(
    id="conversations.chunks-are-kept",
    level=MUST,
    source="document: MessageInputEntry.content; harm: what was said is lost from the history",
    operations=(START, HISTORY),
)
def chunks_are_kept(ctx: Context) -> None:
    """Texts and pictures of a message are in the history in their order, letter by letter."""
    said = _say_chunks(ctx, PICTURE)
    said = said or _say_chunks(ctx)  # the model reads no pictures
    sent, kept, answer = said or ctx.skip("messages of chunks are refused")
    whole = chunks_of(kept)
    texts = "".join(each.get("text") or "" for each in whole)
    lost = [each["text"] for each in sent if each.get("text") and each["text"] not in texts]
    ctx.expect(not lost, f"the history lacks {lost}", answer)
    pictures = [each["type"] == "image_url" for each in whole if each["type"] != "text"]
    due = sum(each["type"] == "image_url" for each in sent)
    ctx.expect(sum(pictures) == due, f"of {due} pictures {sum(pictures)} are there", answer)


@rule(
    id="conversations.chunks-stay-apart",
    level=SHOULD,
    source="document: MessageInputEntry.content",
    operations=(START, HISTORY),
)
def chunks_stay_apart(ctx: Context) -> None:
    """The history shows a message of two texts as two texts."""
    sent, kept, answer = _say_chunks(ctx) or ctx.skip("messages of chunks are refused")
    shown = [each.get("text") for each in chunks_of(kept)]
    expect_equal(ctx, shown, [each["text"] for each in sent], "the texts in the history", answer)


@rule(
    id="conversations.agents-guardrails-hold",
    level=MUST,
    source="document: Agent.guardrails; document: ConversationResponse.guardrails",
    operations=(START,),
)
def agents_guardrails_hold(ctx: Context) -> None:
    """The guardrails of an agent check its conversations as those of a request do."""
    checks = [{"block_on_error": False, "moderation_llm_v1": {"action": "none"}}]
    by_request = start(ctx, guardrails=checks)
    if not by_request.json().get("guardrails"):
        ctx.skip("answers do not tell what guardrails find")
    answer = start(ctx, agent_id=make_agent(ctx, guardrails=checks)["id"])
    told = answer.json().get("guardrails")
    ctx.expect(told, "nothing is told of the agent's guardrails", by_request, answer)


@rule(
    id="conversations.blocked-text-is-refused",
    level=MUST,
    source="document: ModerationLLMAction (`block` refuses the request)",
    operations=(START,),
)
def blocked_text_is_refused(ctx: Context) -> None:
    """A text above the threshold of a guardrail that blocks is refused."""
    limits = {"custom_category_thresholds": {"violence_and_threats": 0.01}}
    threat = "I will kill you and murder your family, I attack and stab them tonight."
    answers = []
    for action in ("none", "block"):
        checks = [{"moderation_llm_v1": {**limits, "action": action}}]
        body = {"model": chat_model(ctx), "inputs": threat, "guardrails": checks, "store": False}
        answers.append(ctx.api.call(START, json=body))
    if not answers[0].ok:
        ctx.skip("guardrails are refused")
    expect_refused(ctx, answers[1], "a threat that a guardrail blocks")


def _say_chunks(ctx: Context, *pictures: str) -> tuple[list[dict[str, Any]], Any, Exchange] | None:
    """The chunks that were sent, the entry of the history, the answer; None where refused."""
    texts = (f"Look at this {word(ctx)} 🙂:", f"What is it? {word(ctx)}")
    first, last = ({"type": "text", "text": each} for each in texts)
    sent = [first, *({"type": "image_url", "image_url": each} for each in pictures), last]
    inputs = [{"role": "user", "content": sent}]
    body = {"model": chat_model(ctx), "inputs": inputs, "name": ctx.marker.name("chunks")}
    answer = ctx.api.call(START, json=body)
    if not answer.ok:
        return None
    history = read_history(ctx, str(answer["conversation_id"]))
    return sent, of_kind(history, "message.input")[0], answer
