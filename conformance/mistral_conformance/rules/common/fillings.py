"""Gaps in code, for a model to fill with the least randomness that the API offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_model

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

FIM = "fim.complete"
PROMPT = "def add(first, second):\n    total = "
SUFFIX = "\n    return total\n"


def gap(ctx: Context, **fields: object) -> dict[str, Any]:
    """A request for the code of a gap."""
    return {
        "model": able_model(ctx, "completion_fim"),
        "prompt": PROMPT,
        "suffix": SUFFIX,
        "max_tokens": 60,
        "temperature": 0,
        "random_seed": 11,
        **fields,
    }


def fill(ctx: Context, **fields: object) -> Exchange:
    """The code in one piece; anything but 200 breaks the rule that asks."""
    return ctx.expect_status(ctx.api.call(FIM, json=gap(ctx, **fields)), 200)
