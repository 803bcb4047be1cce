from __future__ import annotations

import struct
from base64 import b64decode
from math import isclose
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock import embedding

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CAT = "The black cat sleeps on the wall."
ANOTHER_CAT = "A black cat is sleeping on a wall."
BANK = "Quarterly revenue rose sharply."


def embed(api: httpx.Client, given: Any, **fields: Any) -> httpx.Response:
    return api.post("/v1/embeddings", json={"model": "mistral-embed", "input": given, **fields})


def vectors(api: httpx.Client, given: Any, **fields: Any) -> list[Any]:
    return [each["embedding"] for each in embed(api, given, **fields).json()["data"]]


def product(first: list[float], second: list[float]) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def test_answer_has_the_schema(api: httpx.Client, holds: Callable[[str, object], bool]) -> None:
    assert holds("EmbeddingResponse", embed(api, [CAT, BANK]).json())


def test_usage_has_null_where_a_part_does_not_apply(api: httpx.Client) -> None:
    used = embed(api, [CAT, BANK]).json()["usage"]
    assert list(used)[:5] == [
        "prompt_audio_seconds",
        "prompt_tokens",
        "total_tokens",
        "completion_tokens",
        "request_count",
    ]
    assert used["total_tokens"] == used["prompt_tokens"] > used["completion_tokens"] == 0
    nothing = {name for name, value in used.items() if value is None}
    assert {"prompt_audio_seconds", "request_count", "prompt_token_details"} <= nothing


@pytest.mark.parametrize(("model", "size"), [("mistral-embed", 1024), ("codestral-embed", 1536)])
def test_models_have_their_sizes(api: httpx.Client, model: str, size: int) -> None:
    assert [len(each) for each in vectors(api, [CAT, BANK], model=model)] == [size, size]


@pytest.mark.parametrize("text", [CAT, "", " ", "?", "日本", "\ud83d\ude00"])
def test_vectors_have_length_one_and_no_zero(text: str) -> None:
    vector = embedding.embed(text, 256)
    assert isclose(product(vector, vector), 1, abs_tol=1e-5)
    assert all(vector)


def test_same_text_has_the_same_vector(api: httpx.Client) -> None:
    assert vectors(api, [BANK, CAT])[1] == vectors(api, CAT)[0]


def test_texts_that_share_words_are_nearer(api: httpx.Client) -> None:
    cat, another, bank = vectors(api, [CAT, ANOTHER_CAT, BANK])
    assert product(cat, another) > 2 * product(cat, bank)


def test_shorter_vector_is_the_beginning_of_the_longer_one(api: httpx.Client) -> None:
    short, long = (vectors(api, CAT, output_dimension=size)[0] for size in (64, 128))
    scale = long[0] / short[0]
    assert all(isclose(a * scale, b, rel_tol=1e-4) for a, b in zip(short, long[:64], strict=True))


def test_base64_is_of_the_same_floats(api: httpx.Client) -> None:
    (packed,) = vectors(api, CAT, encoding_format="base64")
    content = b64decode(packed, validate=True)
    assert list(struct.unpack(f"<{len(content) // 4}f", content)) == vectors(api, CAT)[0]


@pytest.mark.parametrize(("kind", "least", "most"), [("int8", -127, 127), ("uint8", 1, 255)])
def test_bytes_use_their_range(api: httpx.Client, kind: str, least: int, most: int) -> None:
    (numbers,) = vectors(api, CAT, output_dtype=kind)
    assert least <= min(numbers) <= max(numbers) <= most
    assert len(numbers) == 1024


@pytest.mark.parametrize(("kind", "shift"), [("ubinary", 0), ("binary", 128)])
def test_bits_are_the_signs(api: httpx.Client, kind: str, shift: int) -> None:
    (numbers,) = vectors(api, CAT, output_dtype=kind, output_dimension=20)
    floats = vectors(api, CAT, output_dimension=20)[0]
    bits = "".join(f"{number + shift:08b}" for number in numbers)
    assert bits == "".join("1" if each > 0 else "0" for each in floats) + "0000"


def test_bytes_travel_as_base64_too(api: httpx.Client) -> None:
    (packed,) = vectors(api, CAT, output_dtype="uint8", encoding_format="base64")
    assert list(b64decode(packed)) == vectors(api, CAT, output_dtype="uint8")[0]


def test_usage_counts_all_texts(api: httpx.Client) -> None:
    one, two = (embed(api, given).json()["usage"] for given in ([CAT], [CAT, CAT]))
    assert two["prompt_tokens"] == 2 * one["prompt_tokens"] == two["total_tokens"]
    assert one["completion_tokens"] == 0


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ([], {}),
        (["x"] * 2049, {}),
        ("word " * 9000, {}),
        (["word " * 7000] * 20, {}),
        ("x", {"output_dimension": 1025}),
        ("x", {"model": "mistral-small-latest"}),
        ("x", {"model": "no-such-model"}),
    ],
)
def test_what_the_model_cannot_do_is_refused(
    api: httpx.Client, given: Any, fields: dict[str, Any]
) -> None:
    answer = embed(api, given, **fields)
    assert (answer.status_code, answer.json()["object"]) == (400, "error")
