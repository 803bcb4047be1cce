"""Code for a gap: what an answer says. What its options do, and its streams, is told by laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.chats import first_choice, text_of
from mistral_conformance.rules.common.fillings import FIM, PROMPT, fill, gap
from mistral_conformance.rules.common.names import LIST_MODELS
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

REASONS = ("stop", "length", "model_length", "error")
FEW = 2
LEAST = 40


@rule(
    id="fim.answers-a-choice",
    level=MUST,
    source="document: FIMCompletionResponse",
    operations=(FIM,),
)
def answers_a_choice(ctx: Context) -> None:
    """A gap gets one choice of index 0: a text by the assistant and a documented reason."""
    answer = fill(ctx)
    expect_equal(ctx, answer["object"], "chat.completion", "object", answer)
    expect_equal(ctx, len(answer["choices"]), 1, "the number of choices", answer)
    choice = first_choice(ctx, answer)
    expect_equal(ctx, choice["index"], 0, "the index", answer)
    expect_equal(ctx, within(choice, "message", "role"), "assistant", "the role", answer)
    ctx.expect(text_of(choice), "the answer has no text", answer)
    ctx.expect(choice["finish_reason"] in REASONS, "the finish reason is unknown", answer)


@rule(
    id="fim.names-the-model",
    level=SHOULD,
    source="document: FIMCompletionResponse; choices.fim-names-the-model",
    operations=(FIM,),
)
def names_the_model(ctx: Context) -> None:
    """The answer names the model that the request named."""
    answer = fill(ctx)
    expect_equal(ctx, answer["model"], gap(ctx)["model"], "model", answer)


@rule(
    id="fim.min-tokens-are-there",
    level=MUST,
    source="document: FIMCompletionRequest.min_tokens",
    operations=(FIM,),
)
def min_tokens_are_there(ctx: Context) -> None:
    """`min_tokens` makes the answer at least as long."""
    answer = fill(ctx, min_tokens=LEAST)
    spent = answer.at("usage.completion_tokens")
    ctx.expect(spent >= LEAST, f"{spent} tokens where {LEAST} are the least", answer)


@rule(
    id="fim.suffix-is-read",
    level=SHOULD,
    source="document: FIMCompletionRequest.suffix; choices.fim-suffix-is-read",
    operations=(FIM,),
)
def suffix_is_read(ctx: Context) -> None:
    """A suffix makes the prompt cost more than none does; null is none."""
    both, alone = fill(ctx), fill(ctx, suffix=None)
    costs = [each.at("usage.prompt_tokens") for each in (both, alone)]
    ctx.expect(costs[0] > costs[1], f"prompts cost {costs}", both, alone)


@rule(
    id="fim.other-models-are-refused",
    level=MUST,
    source=("document: ModelCapabilities.completion_fim; choices.fim-other-models-are-refused"),
    operations=(FIM, LIST_MODELS),
)
def other_models_are_refused(ctx: Context) -> None:
    """A model that does not exist fills no gap, nor does one that says it cannot."""
    missing = {"model": ctx.marker.name("no-such-model"), "prompt": PROMPT}
    expect_refused(ctx, ctx.api.call(FIM, json=missing), "an unknown model")
    for card in ctx.need(ctx.api.call(LIST_MODELS), 200)["data"]:
        if (card.get("capabilities") or {}).get("completion_fim") is False:
            sent = {"model": card["id"], "prompt": PROMPT, "max_tokens": FEW}
            expect_refused(ctx, ctx.api.call(FIM, json=sent), f"{card['id']}")
            return
