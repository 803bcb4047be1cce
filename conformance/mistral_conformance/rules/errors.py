"""Errors: their codes, and that they name what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.targets import targets_of
from mistral_conformance.rules.common.chats import body
from mistral_conformance.rules.common.datasets import make_dataset
from mistral_conformance.rules.common.names import (
    CHAT,
    LIST_LIBRARIES,
)
from mistral_conformance.rules.common.observability import (
    CREATE_CAMPAIGN,
    CREATE_JUDGE,
    SCALE,
    counted_field,
    create_judge,
    define_judge,
    expect_code,
    plan,
)
from mistral_conformance.rules.common.readings import problems_of
from mistral_conformance.rules.common.steps import expect_equal, unknown_id
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

JSON = "application/json"


UPDATE_JUDGE = "beta.observability.judges.update"


KINDS = {
    "JUDGE": ("judges.fetch", "judges.update", "judges.delete", "judges.judge_conversation"),
    "CAMPAIGN": tuple(
        f"campaigns.{each}" for each in ("fetch", "fetch_status", "list_events", "delete")
    ),
    "DATASET": ("datasets.fetch", "datasets.list_records"),
    "DATASET_RECORD": ("datasets.records.fetch", "datasets.records.delete"),
    "DATASET_TASK": ("datasets.fetch_task",),
    "": tuple(
        f"chat_completion_events.{each}" for each in ("fetch", "fetch_similar_events", "judge")
    ),
}
"""By the kind of thing that its code names, operations on one; no code names a missing event."""
OPERATIONS = {f"beta.observability.{each}": kind for kind, all_ in KINDS.items() for each in all_}


@rule(SHOULD, "choices.errors-every-problem-is-listed", (CHAT,))
def every_problem_is_listed(ctx: Context) -> None:
    """A body with two wrong fields gets a problem for each."""
    sent = {**body(ctx), "temperature": 9, "top_p": -1}
    answer = ctx.expect_status(ctx.api.call(CHAT, json=sent), 422, 400)
    places = [problem["loc"] for problem in problems_of(answer)]
    if not places:
        ctx.skip("the refusal is in words, without a list of problems")
    wrong = {"temperature", "top_p"}
    listed = wrong & {str(name) for place in places for name in place}
    if not listed:
        others = ", ".join(dict.fromkeys(f"`{place[-1]}`" for place in places if place))
        why = f"the request is refused for {others or 'another reason'}"
        ctx.skip(f"{why}, before what is wrong with it is looked at")
    said = f"the refusal lists {' and '.join(sorted(listed))}, not {' or '.join(wrong - listed)}"
    ctx.expect(listed == wrong, said, answer)


@rule(MUST, "errors.validation", (LIST_LIBRARIES,))
def unknown_path_is_404(ctx: Context) -> None:
    """A path that the API does not have answers 404, in JSON."""
    answer = ctx.expect_status(ctx.api.get("/v1/no/such/path"), 404)
    expect_equal(ctx, answer.media_type, JSON, "the media type", answer)


@rule(SHOULD, "document: ObservabilityErrorCode; errors.observability-shape", tuple(OPERATIONS))
def codes_say_what_is_missing(ctx: Context) -> None:
    """Ids that nothing has answer 404, with the error code that says what is missing."""
    listed = ctx.document.raw["components"]["schemas"]["ObservabilityErrorCode"]["enum"]
    for operation, kind in OPERATIONS.items():
        spec = ctx.document.operations[operation]
        ids = dict.fromkeys(spec.path_ids, unknown_id(ctx))
        if kind == "DATASET_TASK":
            ids["dataset_id"] = make_dataset(ctx)["id"]
        sample = targets_of(ctx).sample(spec)
        answer = ctx.api.call(operation, ids, json=sample.body if sample else None)
        codes = (f"{kind}_NOT_FOUND",) if kind else listed
        expect_code(ctx, ctx.expect_status(answer, 404), *codes)


@rule(SHOULD, "document: ObservabilityErrorCode", (CREATE_JUDGE, UPDATE_JUDGE, CREATE_CAMPAIGN))
def codes_say_what_is_wrong(ctx: Context) -> None:
    """What cannot be made or changed is refused with the error code that says why.

    Contents that leave out what has a default change nothing either.
    """
    ends = {name: each for name, each in SCALE.items() if name not in {"min", "max"}}
    sent, rating = define_judge(ctx), define_judge(ctx, output=ends)
    taken = create_judge(ctx)["name"]
    other, rater = (ctx.prepare(CREATE_JUDGE, json=each) for each in (sent, rating))
    ids, its = {"judge_id": other["id"]}, {"judge_id": rater["id"]}
    none = {"field": counted_field(ctx), "op": "lt", "value": 0}
    for operation, at, wrong, code in (
        (CREATE_JUDGE, {}, {**sent, "name": taken}, "JUDGE_NAME_ALREADY_EXISTS"),
        (UPDATE_JUDGE, ids, {**sent, "name": taken}, "JUDGE_NAME_ALREADY_EXISTS"),
        (UPDATE_JUDGE, ids, sent, "JUDGE_DID_NOT_CHANGE"),
        (UPDATE_JUDGE, its, rating, "JUDGE_DID_NOT_CHANGE"),
        (CREATE_CAMPAIGN, {}, plan(ctx, other["id"], none), "CAMPAIGN_NO_MATCHING_EVENTS"),
    ):
        expect_code(ctx, ctx.api.call(operation, at, json=wrong), code)
