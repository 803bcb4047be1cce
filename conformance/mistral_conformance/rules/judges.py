"""Judges: what they answer. The laws tell the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.observability import (
    CLASSES,
    SCALE,
    create_judge,
)
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.rules.events import expect_fitting
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

LIST = "beta.observability.judges.list"
FETCH = "beta.observability.judges.fetch"
UPDATE = "beta.observability.judges.update"
DELETE = "beta.observability.judges.delete"
ASK = "beta.observability.judges.judge_conversation"
TALK = [
    {"role": "user", "content": "Which ships are in the port?"},
    {"role": "assistant", "content": "Two freighters came in from the sea."},
]


@rule(MUST, "document: JudgeOutput", (ASK,))
def verdict_is_of_the_judge(ctx: Context) -> None:
    """A judge answers about a conversation with one of its classes, or a number of its scale."""
    for output in (CLASSES, SCALE):
        judge = create_judge(ctx, output=output)
        answer = ctx.answer(ASK, judge_id=judge["id"], json={"messages": TALK})
        expect_fitting(ctx, answer, output)


@rule(SHOULD, "choices.judges-verdict-follows-the-text", (ASK,))
def verdict_follows_the_text(ctx: Context) -> None:
    """A judge tells a text about ships from one about apples, as its classes describe them."""
    judge = create_judge(ctx)
    fruit = [
        {"role": "user", "content": "What grows on these trees?"},
        {"role": "assistant", "content": "Apples and pears, on old trees."},
    ]
    for messages, due in ((TALK, "harbour"), (fruit, "orchard")):
        answer = ctx.answer(ASK, judge_id=judge["id"], json={"messages": messages})
        expect_equal(ctx, answer["answer"], due, "the class", answer)
