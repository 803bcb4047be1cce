"""Embeddings: one vector for each text, near for texts that are alike, in every documented form."""

from __future__ import annotations

import base64
import math
import struct
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.probing.targets import targets_of
from mistral_conformance.rules.common.readings import exactly
from mistral_conformance.rules.common.steps import expect_equal, word
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

    Vector = Sequence[float]

EMBED = "embeddings.create"
CAT = "The black cat sleeps on the warm garden wall."
ANOTHER_CAT = "A black cat is sleeping on the warm wall of the garden."
BANK = "Quarterly revenue of the bank exceeded all forecasts by nine percent."
TEXTS = [CAT, ANOTHER_CAT, BANK]
KINDS = {"int8": "b", "uint8": "B", "binary": "b", "ubinary": "B"}
"""The kinds of whole numbers, each with how `struct` writes one."""
PACKED = {"binary", "ubinary"}
"""The kinds whose numbers hold a bit for each of several."""
FEW: dict[str, int] = {"output_dimension": 64}
"""So many numbers, a multiple of 8, are fewer than any model gives by itself."""
BITS = 8
FLOAT = struct.Struct("<f")
SAME = 0.99
"""How alike two vectors of one text are at least: it need not be the same run of the model."""
APART = 0.1
"""How far apart they are at most, as a share of their length."""
FLIPPED = 0.05
"""Which share of their bits differs at most."""


@rule(SHOULD, "choices.embeddings-likes-are-near", (EMBED,))
def likes_are_near(ctx: Context) -> None:
    """Two texts that say nearly the same are nearer to each other than to a third."""
    answer = embed(ctx, TEXTS)
    cat, another, bank = exactly(len(TEXTS), vectors_of(ctx, answer), "vectors", answer)
    sizes = {len(each) for each in (cat, another, bank)}
    ctx.expect(len(sizes) == 1, f"the vectors have {sorted(sizes)} numbers", answer)
    near = likeness(cat, another)
    for far in (likeness(cat, bank), likeness(another, bank)):
        ctx.expect(near > far, f"likeness {near:.3f} is not above {far:.3f}", answer)


@rule(MUST, "document: EncodingFormat; document: EmbeddingDtype", (EMBED,))
def base64_holds_each_kind(ctx: Context) -> None:
    """Base64 of whole numbers holds the numbers that come without it, as bytes or as floats."""
    for kind, code in KINDS.items():
        for numbers, content, answers in packed_beside_plain(ctx, kind):
            ways = [unpack(content, len(numbers), each) for each in (code, "f")]
            alike = bool(pack(numbers, code)) and any(near(kind, numbers, each) for each in ways)
            ctx.expect(alike, f"the bytes of {kind} are other numbers", *answers)


@rule(
    SHOULD,
    "document: EmbeddingRequest.output_dtype; choices.embeddings-base64-is-of-the-kind",
    (EMBED,),
)
def base64_is_of_the_kind(ctx: Context) -> None:
    """Base64 of whole numbers has one byte for each of them, whatever their number."""
    for kind in KINDS:
        for numbers, content, answers in packed_beside_plain(ctx, kind):
            said = f"base64 of {len(numbers)} numbers of the kind {kind} has {len(content)} bytes"
            ctx.expect(len(content) == len(numbers), said, *answers)


@rule(MUST, "document: EncodingFormat", (EMBED,))
def base64_holds_the_vector(ctx: Context) -> None:
    """Base64 of a vector holds the numbers that come without it, their lowest bytes first."""
    plain, packed = embed(ctx, [CAT]), embed_or_skip(ctx, [CAT], encoding_format="base64")
    numbers, text = vectors_of(ctx, plain)[0], vectors_of(ctx, evolve(packed, form=None))[0]
    content = decoded(text)
    whole = len(content) == len(numbers) * FLOAT.size
    found = [number for (number,) in FLOAT.iter_unpack(content)] if whole else []
    near = bool(found) and likeness(numbers, found) > SAME
    ctx.expect(near, f"the base64 of {len(numbers)} numbers is of others", plain, packed)


@rule(SHOULD, "document: EmbeddingDtype; choices.embeddings-bits-are-packed", (EMBED,))
def bits_are_packed(ctx: Context) -> None:
    """Binary vectors have an eighth of the numbers, rounded up."""
    size = len(vectors_of(ctx, embed(ctx, [CAT]))[0])
    for kind in ("binary", "ubinary"):
        answer = embed_or_skip(ctx, [CAT], output_dtype=kind)
        found = len(vectors_of(ctx, answer)[0])
        expect_equal(ctx, found, -(-size // BITS), f"the size of {kind}", answer)


@rule(MUST, "document: EmbeddingRequest.output_dimension", (EMBED,))
def sizes_are_of_their_request(ctx: Context) -> None:
    """A vector has the size that its own request asks for, whatever others asked for the text."""
    text = f"{CAT} {word(ctx)}"
    first = embed_or_skip(ctx, [text], **FEW)
    plain, again = embed(ctx, [text]), embed(ctx, [text], **FEW)
    usual = vectors_of(ctx, embed(ctx, [f"{BANK} {word(ctx)}"]))[0]
    for answer, due in ((first, FEW["output_dimension"]), (plain, len(usual)), (again, None)):
        size = len(vectors_of(ctx, answer)[0])
        expect_equal(ctx, size, due or FEW["output_dimension"], "the size", first, answer)


def embedding_model(ctx: Context) -> str:
    """Return the model that the run names for it, else the first whose names say so; or skips."""
    return targets_of(ctx).lookup("embedding_model")


def ask(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """Return the answer to texts, whatever it is."""
    return ctx.api.call(EMBED, json={"model": embedding_model(ctx), "input": texts, **fields})


def embed(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """Return the answer with the vectors; anything but 200 breaks the rule that asks."""
    return ctx.expect_status(ask(ctx, texts, **fields), 200)


def embed_or_skip(ctx: Context, texts: str | list[str], **fields: object) -> Exchange:
    """Return the answer with the vectors.

    Skips where the server refuses the form that is asked for.
    """
    answer = ask(ctx, texts, **fields)
    if 400 <= answer.status < 500:
        said = f"{embedding_model(ctx)} does not take {refused_of(ctx, texts, fields)}"
        ctx.skip(f"{said}: name a model that does, --model embeddings=NAME")
    return ctx.expect_status(answer, 200)


def refused_of(ctx: Context, texts: str | list[str], fields: dict[str, object]) -> str:
    """Say which of the fields that are refused together are refused by themselves as well."""
    if len(fields) == 1:
        return next(iter(fields))
    alone = [each for each in fields if not ask(ctx, texts, **{each: fields[each]}).ok]
    return " or ".join(alone) if alone else f"{' and '.join(fields)} together"


def packed_beside_plain(
    ctx: Context, kind: str
) -> Iterator[tuple[list[int], bytes, tuple[Exchange, Exchange]]]:
    """Yield the numbers of a vector, the bytes of its base64, and both answers.

    Once as many as the model gives, and once few, where it can give few.
    """
    embed_or_skip(ctx, [CAT], output_dtype=kind, encoding_format="base64")
    for size in ({}, FEW):
        fields = {**size, "output_dtype": kind}
        plain, packed = (
            ask(ctx, [CAT], **fields, **form) for form in ({}, {"encoding_format": "base64"})
        )
        if size and not (plain.ok and packed.ok):
            continue  # not all models can change it
        numbers = vectors_of(ctx, ctx.expect_status(plain, 200))[0]
        text = vectors_of(ctx, evolve(ctx.expect_status(packed, 200), form=None))[0]
        yield numbers, decoded(text), (plain, packed)


def pack(numbers: list[int], code: str) -> bytes:
    """Return numbers as bytes, as `struct` writes them; none where they are no such numbers."""
    try:
        return struct.pack(f"<{len(numbers)}{code}", *numbers)
    except struct.error:
        return b""


def unpack(content: bytes, count: int, code: str) -> list[float]:
    """Return so many numbers as bytes hold them, none where they hold another number of them."""
    form = struct.Struct(f"<{count}{code}")
    return list(form.unpack(content)) if len(content) == form.size else []


def near(kind: str, numbers: Sequence[int], found: Sequence[float]) -> bool:
    """Say whether numbers are those of the same text, maybe of another run of the model."""
    if len(numbers) != len(found):
        return False
    if kind in PACKED:
        pairs = zip(octets(numbers), octets(found), strict=True)
        other = sum((a ^ b).bit_count() for a, b in pairs)
        return other <= FLIPPED * BITS * len(numbers)
    middle = sum(numbers) / len(numbers)
    apart = length([a - b for a, b in zip(numbers, found, strict=True)])
    return apart <= APART * length([number - middle for number in numbers])


def octets(numbers: Sequence[float]) -> list[int]:
    """Return whole numbers as the bytes that hold them."""
    return [int(number) & 0xFF if math.isfinite(number) else 0 for number in numbers]


def vectors_of(ctx: Context, answer: Exchange) -> list[Any]:
    """Return what stands for the vectors, in the order of the answer; none missing."""
    data = answer["data"]
    shaped = isinstance(data, list) and all(isinstance(each, dict) for each in data)
    ctx.expect(shaped, "the data are no list of objects", answer)
    found = [each["embedding"] for each in data]
    ctx.expect(found and all(found), "a vector is missing or empty", answer)
    return found


def decoded(text: object) -> bytes:
    """Return the bytes that a text holds as base64, none where it is something else."""
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        return b""


def likeness(first: Vector, second: Vector) -> float:
    """Return the cosine of the angle between two vectors."""
    product = sum(a * b for a, b in zip(first, second, strict=True))
    return product / (length(first) * length(second))


def length(vector: Vector) -> float:
    """Return the length of a vector.

    A tiny one for a vector of zeros, so that one can divide by it.
    """
    return math.sqrt(sum(number * number for number in vector)) or 1e-12
