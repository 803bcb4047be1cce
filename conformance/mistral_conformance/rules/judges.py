"""Judges: their names, their codes, and what they answer. The laws tell the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.observability import (
    CLASSES,
    CREATE_JUDGE,
    SCALE,
    create_judge,
    define_judge,
    expect_code,
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
CODES = "document: ObservabilityErrorCode"
TALK = [
    {"role": "user", "content": "Which ships are in the port?"},
    {"role": "assistant", "content": "Two freighters came in from the sea."},
]


@rule(SHOULD, CODES, (UPDATE,))
def update_without_change_is_refused(ctx: Context) -> None:
    """An update to the same contents is refused with its own code."""
    sent = define_judge(ctx)
    made = ctx.need(ctx.api.call(CREATE_JUDGE, json=sent), 201)
    answer = ctx.api.call(UPDATE, judge_id=made["id"], json=sent)
    expect_code(ctx, answer, "JUDGE_DID_NOT_CHANGE")


@rule(
    SHOULD, "document: CreateJudgeRequest.name (JUDGE_NAME_ALREADY_EXISTS)", (CREATE_JUDGE, UPDATE)
)
def names_are_unique(ctx: Context) -> None:
    """A judge cannot be given the name that another one has, neither at first nor later."""
    taken, other = create_judge(ctx), create_judge(ctx)
    sent = {**define_judge(ctx), "name": taken["name"]}
    expect_code(ctx, ctx.api.call(CREATE_JUDGE, json=sent), "JUDGE_NAME_ALREADY_EXISTS")
    answer = ctx.api.call(UPDATE, judge_id=other["id"], json=sent)
    expect_code(ctx, answer, "JUDGE_NAME_ALREADY_EXISTS")


@rule(MUST, "document: JudgeOutput", (ASK,))
def verdict_is_of_the_judge(ctx: Context) -> None:
    """A judge answers about a conversation with one of its classes, or a number of its scale."""
    for output in (CLASSES, SCALE):
        judge = create_judge(ctx, output=output)
        answer = ctx.api.call(ASK, judge_id=judge["id"], json={"messages": TALK})
        expect_fitting(ctx, ctx.expect_status(answer, 200), output)


@rule(SHOULD, "choices.judges-verdict-follows-the-text", (ASK,))
def verdict_follows_the_text(ctx: Context) -> None:
    """A judge tells a text about ships from one about apples, as its classes describe them."""
    judge = create_judge(ctx)
    fruit = [
        {"role": "user", "content": "What grows on these trees?"},
        {"role": "assistant", "content": "Apples and pears, on old trees."},
    ]
    for messages, due in ((TALK, "harbour"), (fruit, "orchard")):
        answer = ctx.api.call(ASK, judge_id=judge["id"], json={"messages": messages})
        expect_equal(ctx, ctx.expect_status(answer, 200)["answer"], due, "the class", answer)
