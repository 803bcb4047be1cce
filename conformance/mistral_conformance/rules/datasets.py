"""Datasets and their records: judged, exported, deleted together. The laws tell the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.datasets import (
    EXPORT,
    FETCH_RECORD,
    JUDGE_RECORD,
    add_record,
    make_dataset,
    question,
)
from mistral_conformance.rules.common.observability import CLASSES, SCALE, define_judge
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    word,
)
from mistral_conformance.rules.events import expect_fitting
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

MANY = 55
"""More records than a page has unless a size is asked for."""


@rule(MUST, "document: JudgeOutput (the class, or the number)", (JUDGE_RECORD, FETCH_RECORD))
def verdicts_keep_to_the_definition(ctx: Context) -> None:
    """A record is judged with one of the judge's classes, or a number of its scale, and stays."""
    made = add_record(ctx, make_dataset(ctx)["id"], question("Are you there?", "Yes, always."))
    ids = {"dataset_record_id": made["id"]}
    for output in (CLASSES, SCALE):
        body = {"judge_definition": define_judge(ctx, output=output)}
        verdict = ctx.answer(JUDGE_RECORD, ids, json=body)
        expect_fitting(ctx, verdict, output)
    read = ctx.answer(FETCH_RECORD, ids)
    expect_same_fields(ctx, made, read)


@rule(SHOULD, "document: ObservabilityErrorCode (JUDGE_CONVERSATION_FORMAT_ERROR)", (JUDGE_RECORD,))
def only_conversations_are_judged(ctx: Context) -> None:
    """A record whose payload has no messages cannot be judged."""
    made = add_record(ctx, make_dataset(ctx)["id"], {"text": "no conversation"})
    body = {"judge_definition": define_judge(ctx, output=SCALE)}
    answer = ctx.api.call(JUDGE_RECORD, dataset_record_id=made["id"], json=body)
    expect_refused(ctx, answer, "judging what is no conversation")


@rule(MUST, "document: beta.observability.datasets.export_to_jsonl", (EXPORT,))
def export_holds_every_record(ctx: Context) -> None:
    """The link of an export needs no key and serves one JSON object in a line for each record.

    The line of a record holds the text of its messages.
    """
    dataset = make_dataset(ctx)["id"]
    words = [f"größe {word(ctx)}" for _ in range(MANY)]
    for each in words:
        add_record(ctx, dataset, question(f"What is {each}?"), {"topic": each})
    answer = ctx.answer(EXPORT, dataset_id=dataset)
    served = ctx.expect_status(ctx.nobody.get(answer["file_url"]), 200)
    lines = [line for line in served.text.split("\n") if line.strip()]
    expect_equal(ctx, len(lines), len(words), "the number of lines", served)
    ctx.expect(all(_is_object(line) for line in lines), "a line is no JSON object", served)
    plain = [json.dumps(json.loads(line), ensure_ascii=False) for line in lines]
    for each in words:
        among = [line for line in plain if f"What is {each}?" in line]
        expect_equal(ctx, len(among), 1, f"the number of lines with {each}", served)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
