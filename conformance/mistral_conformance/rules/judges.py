"""Judges: saved, listed, changed, asked, deleted."""

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
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_same_fields,
    unknown_id,
)
from mistral_conformance.rules.events import expect_fitting
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

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


@rule(
    id="judges.created-judge-is-readable",
    level=MUST,
    source="document: Judge",
    operations=(CREATE_JUDGE, FETCH),
)
def created_judge_is_readable(ctx: Context) -> None:
    """A new judge answers 201 with what was sent, and is read back the same."""
    sent = define_judge(ctx, output=SCALE)
    made = ctx.expect_status(ctx.api.call(CREATE_JUDGE, json=sent), 201)
    for name, value in sent.items():
        expect_equal(ctx, made[name], value, name, made)
    read = ctx.expect_status(ctx.api.call(FETCH, judge_id=made["id"]), 200)
    expect_same_fields(ctx, made, read, ignore=set())


@rule(
    id="judges.update-is-seen",
    level=MUST,
    source="document: beta.observability.judges.update",
    operations=(UPDATE,),
)
def update_is_seen(ctx: Context) -> None:
    """An update answers 204; the judge then has the new contents, its id and its first date."""
    made = create_judge(ctx)
    sent = define_judge(ctx, output=SCALE, instructions="Say how much is about animals.")
    ctx.expect_status(ctx.api.call(UPDATE, judge_id=made["id"], json=sent), 204)
    read = ctx.expect_status(ctx.api.call(FETCH, judge_id=made["id"]), 200)
    for name, value in sent.items():
        expect_equal(ctx, read[name], value, name, made, read)
    expect_equal(ctx, read["created_at"], made["created_at"], "created_at", made, read)


@rule(
    id="judges.update-without-change-is-refused",
    level=SHOULD,
    source=CODES,
    operations=(UPDATE,),
)
def update_without_change_is_refused(ctx: Context) -> None:
    """An update to the same contents is refused with its own code."""
    sent = define_judge(ctx)
    made = ctx.need(ctx.api.call(CREATE_JUDGE, json=sent), 201)
    answer = ctx.api.call(UPDATE, judge_id=made["id"], json=sent)
    expect_code(ctx, answer, "JUDGE_DID_NOT_CHANGE")


@rule(
    id="judges.names-are-unique",
    level=SHOULD,
    source="document: CreateJudgeRequest.name (JUDGE_NAME_ALREADY_EXISTS)",
    operations=(CREATE_JUDGE, UPDATE),
)
def names_are_unique(ctx: Context) -> None:
    """A judge cannot be given the name that another one has, neither at first nor later."""
    taken, other = create_judge(ctx), create_judge(ctx)
    sent = {**define_judge(ctx), "name": taken["name"]}
    expect_code(ctx, ctx.api.call(CREATE_JUDGE, json=sent), "JUDGE_NAME_ALREADY_EXISTS")
    answer = ctx.api.call(UPDATE, judge_id=other["id"], json=sent)
    expect_code(ctx, answer, "JUDGE_NAME_ALREADY_EXISTS")


@rule(
    id="judges.former-contents-stay",
    level=MAY,
    source="choices.judges-former-contents-stay",
    operations=(UPDATE, FETCH),
)
def former_contents_stay(ctx: Context) -> None:
    """The older revision that an updated judge names has the former contents, and cannot change."""
    made = create_judge(ctx, instructions="First.")
    sent = define_judge(ctx, instructions="Second.")
    ctx.need(ctx.api.call(UPDATE, judge_id=made["id"], json=sent), 204)
    older_id = ctx.need(ctx.api.call(FETCH, judge_id=made["id"]), 200).json().get("down_revision")
    if older_id is None:
        ctx.skip("the server keeps no older revision")
    older = ctx.expect_status(ctx.api.call(FETCH, judge_id=older_id), 200)
    expect_equal(ctx, older["instructions"], "First.", "the older instructions", older)
    expect_equal(ctx, older["up_revision"], made["id"], "the newer revision", older)
    again = {**sent, "instructions": "Third."}
    answer = ctx.api.call(UPDATE, judge_id=older_id, json=again)
    expect_code(ctx, answer, "JUDGE_ALREADY_HAS_NEW_VERSION")


@rule(
    id="judges.unknown-judge-has-its-code",
    level=SHOULD,
    source=CODES,
    operations=(FETCH, UPDATE, DELETE, ASK),
)
def unknown_judge_has_its_code(ctx: Context) -> None:
    """An id of no judge answers with the code JUDGE_NOT_FOUND."""
    ids = {"judge_id": unknown_id(ctx)}
    for answer in (
        ctx.api.call(FETCH, ids),
        ctx.api.call(UPDATE, ids, json=define_judge(ctx)),
        ctx.api.call(DELETE, ids),
        ctx.api.call(ASK, ids, json={"messages": TALK}),
    ):
        expect_code(ctx, ctx.expect_status(answer, 404), "JUDGE_NOT_FOUND")


@rule(
    id="judges.verdict-is-of-the-judge",
    level=MUST,
    source="document: JudgeOutput",
    operations=(ASK,),
)
def verdict_is_of_the_judge(ctx: Context) -> None:
    """A judge answers about a conversation with one of its classes, or a number of its scale."""
    for output in (CLASSES, SCALE):
        judge = create_judge(ctx, output=output)
        answer = ctx.api.call(ASK, judge_id=judge["id"], json={"messages": TALK})
        expect_fitting(ctx, ctx.expect_status(answer, 200), output)


@rule(
    id="judges.verdict-follows-the-text",
    level=SHOULD,
    source="choices.judges-verdict-follows-the-text",
    operations=(ASK,),
)
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
