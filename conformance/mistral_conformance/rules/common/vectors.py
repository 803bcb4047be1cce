"""Embeddings: the model to ask, and what a rule measures on vectors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.names import LIST_MODELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

    Vector = Sequence[float]

EMBED = "embeddings.create"
TELLING = "embed"
"""No capability says that a model embeds; its name does."""


def embedding_model(ctx: Context) -> str:
    """The first model one of whose names says that it embeds; asked once a run, or skips."""
    held = ctx.session.memory.get(embedding_model)
    if held is None:
        cards = ctx.need(ctx.api.call(LIST_MODELS), 200)["data"]
        named = [(each["id"], *(each.get("aliases") or ())) for each in cards]
        able = [names[0] for names in named if any(TELLING in each.lower() for each in names)]
        if not able:
            ctx.skip(f"no model of the list has {TELLING!r} in its name")
        held = ctx.session.memory[embedding_model] = able[0]
    return str(held)


def ask(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """The answer to texts, whatever it is."""
    return ctx.api.call(EMBED, json={"model": embedding_model(ctx), "input": texts, **fields})


def embed(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """The answer with the vectors; anything but 200 breaks the rule that asks."""
    return ctx.expect_status(ask(ctx, texts, **fields), 200)


def embed_or_skip(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """The answer with the vectors; skips where the server refuses the form that is asked for."""
    answer = ask(ctx, texts, **fields)
    if 400 <= answer.status < 500:
        ctx.skip(f"{embedding_model(ctx)} does not take {', '.join(fields)}")
    return ctx.expect_status(answer, 200)


def vectors_of(ctx: Context, answer: Exchange) -> list[Any]:
    """What stands for the vectors, in the order of the answer; none missing."""
    data = answer["data"]
    shaped = isinstance(data, list) and all(isinstance(each, dict) for each in data)
    ctx.expect(shaped, "the data are no list of objects", answer)
    found = [each["embedding"] for each in data]
    ctx.expect(found and all(found), "a vector is missing or empty", answer)
    return found


def likeness(first: Vector, second: Vector) -> float:
    """The cosine of the angle between two vectors."""
    product = sum(a * b for a, b in zip(first, second, strict=True))
    return product / (length(first) * length(second))


def length(vector: Vector) -> float:
    """The length of a vector; a tiny one for a vector of zeros, so that one can divide by it."""
    return math.sqrt(sum(number * number for number in vector)) or 1e-12
