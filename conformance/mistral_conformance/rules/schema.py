"""Answers have the documented form, whatever was asked: judged over all probes of an operation.

Closedness is never judged: a server may add fields. Bodies of event streams are judged by the
stream rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model import model_of
from mistral_conformance.probing.judging import judge_of
from mistral_conformance.probing.probe import fail_at, shots
from mistral_conformance.session.rule import EACH, rule
from mistral_conformance.verdict.requirement import MAY, MUST

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model.document import Operation
    from mistral_conformance.probing.probe import Shot
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

CONFLICT = 409
PROBES = ("sample", "bounds", "valid", "faults", "invalid", "unknown", "keyless", "misskeyed")


@rule(MUST, "document: responses", EACH, id="schema.status")
def status_is_documented(ctx: Context) -> None:
    """Every answer has a status that the document lists for the operation.

    An action on what is on its way to another state may always be refused as a conflict.
    """
    acting = any(ctx.operation.id in each.actions for each in model_of(ctx.session.document).states)
    judged = [each for each in answered(ctx) if not acting or each.exchange.status != CONFLICT]
    _judge(ctx, judge_of(ctx).status, judged)


@rule(MUST, "document: responses.content", EACH, id="schema.content-type")
def content_type_is_documented(ctx: Context) -> None:
    """Every answer has a media type that the document lists for its status."""
    _judge(ctx, judge_of(ctx).content_type, answered(ctx))


@rule(MUST, "document: responses.content", EACH, id="schema.success-body")
def success_body_has_the_schema(ctx: Context) -> None:
    """Every 2xx body has the documented schema; unknown fields and enum values are no defect."""
    _judge(ctx, judge_of(ctx).body, [each for each in answered(ctx) if each.exchange.ok])


@rule(MUST, "errors.object-shape", EACH, id="schema.error-body")
def error_body_has_a_known_shape(ctx: Context) -> None:
    """Every error body has one of the documented shapes."""
    errors = [each for each in answered(ctx) if each.exchange.status >= 400]
    _judge(ctx, judge_of(ctx).body, errors)


@rule(MAY, "document: x-mistral-open", EACH, id="schema.open-enums")
def enum_values_are_documented(ctx: Context) -> None:
    """Even where readers must take unknown enum values, 2xx bodies hold only documented ones."""
    _judge(ctx, judge_of(ctx).open_enums, [each for each in answered(ctx) if each.exchange.ok])


@rule(MUST, "document: responses.headers", EACH, id="schema.headers")
def documented_headers_hold(ctx: Context) -> None:
    """Documented headers are present where required and have the documented form."""
    _judge(ctx, judge_of(ctx).headers, answered(ctx))


def answered(ctx: Context) -> list[Shot]:
    """Return all probes of the operation that got an answer."""
    return [each for each in shots(ctx, *PROBES) if not each.exchange.failure]


def _judge(
    ctx: Context, judge: Callable[[Operation, Exchange], str], candidates: list[Shot]
) -> None:
    """Judge one answer of each kind: many probes get the very same answer.

    Raises:
        Failed: an answer is wrong; the evidence is the shortest exchange that shows it.
        Skipped: there is no such answer.

    """
    if not candidates:
        ctx.skip("the operation gave no answer of this kind")
    ctx.show(candidates[0].exchange)
    distinct = {
        (each.exchange.status, each.exchange.content, str(each.exchange.headers)): each
        for each in reversed(candidates)
    }
    wrong = [(shot, judge(ctx.operation, shot.exchange)) for shot in distinct.values()]
    shown = sorted(
        ((shot, words) for shot, words in wrong if words),
        key=lambda each: len(each[0].exchange.content) + len(each[0].exchange.request_content),
    )
    if shown:
        shot, words = shown[0]
        raise fail_at(shot, words)
