"""Error codes of observability: what each kind of thing is missed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.targets import targets_of
from mistral_conformance.rules.common.datasets import make_dataset
from mistral_conformance.rules.common.observability import expect_code
from mistral_conformance.rules.common.steps import unknown_id
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

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


@rule(
    id="errors.codes-say-what-is-missing",
    level=SHOULD,
    source="document: ObservabilityErrorCode; errors.observability-shape",
    operations=tuple(OPERATIONS),
)
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
