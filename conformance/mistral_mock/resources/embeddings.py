"""Embeddings: texts to vectors, as numbers or as base64 of their bytes.

The document does not say how many texts and tokens a request may have, nor how many numbers a model
gives; the bounds are those of the public model overview, or our choice.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from mistral_mock import embedding, rates
from mistral_mock.answers import json_answer
from mistral_mock.completion import catalogue, refusal, tokens, usage
from mistral_mock.errors import inference_error
from mistral_mock.registry import operation
from mistral_mock.resources import scripted, tuned_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.completion.catalogue import Model
    from mistral_mock.context import Context

USUAL_SIZES = {"mistral-embed-2312": 1024, "codestral-embed-2505": 1536}
LARGEST_SIZES = {"mistral-embed-2312": 1024, "codestral-embed-2505": 3072}
STAND_IN_SIZE, STAND_IN_LARGEST = 1024, 4096
"""For models of which nothing is known."""
MOST_TEXTS = 2048
MOST_TOKENS = 131_072


@operation("embeddings.create", answers=["vectors"])
def create(ctx: Context) -> Answer:
    """Return one vector for each text, in the order of the texts."""
    model = find_model(ctx, ctx.body["model"])
    given = ctx.body["input"]
    texts = [given] if isinstance(given, str) else given
    spent = check_texts(model, texts)
    size = find_size(model, ctx.body.get("output_dimension"))
    told = read_vectors(ctx, len(texts))
    made = told or [embedding.embed(text, size) for text in texts]
    vectors = [write(vector, ctx.body) for vector in made]
    return json_answer(
        {
            "id": ctx.ids.hex32(),
            "object": "list",
            "data": [
                {"object": "embedding", "embedding": vector, "index": index}
                for index, vector in enumerate(vectors)
            ],
            "model": ctx.body["model"],
            "usage": usage.as_full_json(spent),
        },
        headers=ctx.spend(rates.TOKENS, spent),
    )


def read_vectors(ctx: Context, count: int) -> list[list[float]] | None:
    """Return the vectors that a reply says, begun again where they are fewer than the texts."""
    said = scripted.read(ctx, "vectors")
    if said is None:
        return None
    several = said if isinstance(said[0], list) else [said]
    return list(islice(cycle(several), count))


def find_model(ctx: Context, name: str) -> Model:
    """Return the model of a name or alias that embeds.

    Raises:
        APIError: 400, it does not exist or does something else.

    """
    model = tuned_models.find_common(ctx, name)
    if model is None or not (model.id in USUAL_SIZES or model.capabilities == catalogue.EVERYTHING):
        raise refusal.unknown_model(name)
    return model


def check_texts(model: Model, texts: Sequence[str]) -> int:
    """Return the tokens of all texts together.

    Raises:
        APIError: 400, there are too many or too few texts or tokens.

    """
    counts = [tokens.count_tokens(text) for text in texts]
    if not counts:
        raise refusal.bad_request("Input is empty: send at least one text")
    if max(counts) > model.context:
        told = f"a text has {max(counts)} tokens, the model's limit is {model.context}"
        raise refusal.bad_request(f"Input is too long: {told}")
    if len(counts) > MOST_TEXTS or sum(counts) > MOST_TOKENS:
        message = "Too many tokens overall, split into more batches."
        raise inference_error(400, message, "invalid_request_prompt", "3210")
    return sum(counts)


def find_size(model: Model, asked: int | None) -> int:
    """Return how many numbers a vector has.

    Raises:
        APIError: 400, more than the model gives.

    """
    most = LARGEST_SIZES.get(model.id, STAND_IN_LARGEST)
    if asked is not None and asked > most:
        told = f"output_dimension is {asked}, the largest of {model.id} is {most}"
        raise refusal.bad_request(f"Invalid output_dimension: {told}")
    return asked or USUAL_SIZES.get(model.id, STAND_IN_SIZE)


def write(vector: list[float], body: dict[str, Any]) -> Sequence[float] | str:
    """Return the vector in the kind of numbers and in the form that the body asks for."""
    kind = body.get("output_dtype", "float")
    numbers = embedding.quantise(vector, kind)
    return embedding.spell(numbers, kind) if is_packed(body) else numbers


def is_packed(body: dict[str, Any]) -> bool:
    """Say whether the body asks for base64."""
    return body.get("encoding_format") == "base64"
