"""Defects of embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.embeddings import EMBED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.mutants.registry import Part

BITS = 8
CREATE = "resources.embeddings:create"
VECTOR = "embedding:embed"


@mutant("embeddings.indices-count-from-one", EMBED, place=CREATE)
def indices_count_from_one(create: Part) -> Part:
    """The first vector has the index 1."""

    def change(found: Part) -> Part:
        data = [{**each, "index": each["index"] + 1} for each in found["data"]]
        return {**found, "data": data}

    return edited(create, change)


@mutant("embeddings.vectors-are-turned-around", EMBED, place=CREATE)
def vectors_are_turned_around(create: Part) -> Part:
    """The vector of the longest text comes first, whichever was sent first."""

    def change(found: Part) -> Part:
        vectors = sorted((each["embedding"] for each in found["data"]), key=str)
        data = zip(found["data"], vectors, strict=True)
        return {**found, "data": [{**each, "embedding": vector} for each, vector in data]}

    return edited(create, change)


@mutant("embeddings.vectors-are-another-each-time", EMBED, place=VECTOR)
def vectors_are_another_each_time(embed: Part) -> Part:
    """The same text has another vector each time."""
    asked: list[str] = []

    def defect(text: str, size: int) -> Part:
        asked.append(text)
        return embed(f"{text} number {len(asked)} of seventeen thousand four hundred", size)

    return defect


@mutant("embeddings.likes-are-far", EMBED, place=VECTOR)
def likes_are_far(embed: Part) -> Part:
    """Texts that begin with the same letter point the same way, others the other way."""

    def defect(text: str, size: int) -> Part:
        vector = embed(text, size)
        return vector if text.startswith(("T", "Q")) else [-number for number in vector]

    return defect


@mutant("embeddings.base64-is-of-doubles", EMBED, place="embedding:pack")
def base64_is_of_doubles(pack: Part) -> Part:
    """Base64 has two bytes for each one that is due."""
    return lambda numbers, kind: pack(numbers, kind) * (2 if kind == "float" else 1)


@mutant("embeddings.base64-has-the-high-byte-first", EMBED, place="embedding:pack")
def base64_has_the_high_byte_first(pack: Part) -> Part:
    """The bytes of each fraction in base64 are in the other order."""

    def defect(numbers: Sequence[float], kind: str) -> bytes:
        right = pack(numbers, kind)
        pieces = (right[at : at + 4][::-1] for at in range(0, len(right), 4))
        return b"".join(pieces) if kind == "float" else right

    return defect


@mutant("embeddings.base64-is-not-base64", EMBED, place="embedding:spell")
def base64_is_not_base64(spell: Part) -> Part:
    """Base64 comes with a prefix that no decoder takes."""
    return lambda *given: f"base64:{spell(*given)}"


@mutant("embeddings.kind-is-always-float", EMBED, place="embedding:quantise")
def kind_is_always_float(_quantise: Part) -> Part:
    """The numbers are fractions whatever is asked for."""
    return lambda vector, _kind: vector


@mutant("embeddings.bits-are-spread", EMBED, place="embedding:pack_bits")
def bits_are_spread(_pack_bits: Part) -> Part:
    """A binary vector has a whole byte for each bit."""
    return lambda vector: [int(number > 0) for number in vector]


@mutant("embeddings.usage-is-of-one-text", EMBED, place="resources.embeddings:check_texts")
def usage_is_of_one_text(check_texts: Part) -> Part:
    """Only the first text is counted."""
    return lambda model, texts: check_texts(model, texts[:1])


@mutant("embeddings.any-model-embeds", EMBED, place=CREATE)
def any_model_embeds(create: Part) -> Part:
    """Every name of a model embeds."""
    return lambda ctx: create(evolve(ctx, body={**ctx.body, "model": "mistral-embed"}))


@mutant("embeddings.base64-is-of-signs", EMBED, place="embedding:FORMATS")
def base64_is_of_signs(formats: Part) -> Part:
    """In base64, whole numbers have two bytes each."""
    return {kind: "f" if code == "f" else "h" for kind, code in formats.items()}


@mutant("embeddings.base64-of-whole-numbers-is-not-cut", EMBED, place=CREATE)
def base64_of_whole_numbers_is_not_cut(create: Part) -> Part:
    """Base64 of whole numbers has as many as the model gives, however few are asked for."""

    def defect(ctx: Part) -> Part:
        whole = ctx.body.get("encoding_format") and ctx.body.get("output_dtype", "float") != "float"
        body = {**ctx.body, "output_dimension": None} if whole else ctx.body
        return create(evolve(ctx, body=body))

    return defect


@mutant("embeddings.base64-of-few-is-of-fractions", EMBED, place="embedding:pack")
def base64_of_few_is_of_fractions(pack: Part) -> Part:
    """Base64 of few whole numbers has four bytes for each of them."""
    return lambda numbers, kind: pack(numbers, "float" if len(numbers) <= BITS * BITS else kind)


@mutant("embeddings.sizes-are-remembered", EMBED, place=VECTOR)
def sizes_are_remembered(embed: Part) -> Part:
    """A text that was asked for with fewer numbers has no more of them later."""
    least: dict[str, int] = {}

    def defect(text: Part, size: Part) -> Part:
        least[text] = min(size, least.get(text, size))
        return embed(text, least[text])

    return defect


@mutant("embeddings.numbers-begin-again", EMBED, place=CREATE)
def numbers_begin_again(create: Part) -> Part:
    """The number of a text begins again at 0 after each 256 texts."""
    return edited(
        create,
        lambda found: {
            **found,
            "data": [{**each, "index": each["index"] % 256} for each in found["data"]],
        },
    )
