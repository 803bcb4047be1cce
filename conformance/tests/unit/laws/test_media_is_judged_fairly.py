"""Servers of models that hear, speak and read, and of vectors, are judged by what is promised."""

from __future__ import annotations

import base64
from random import Random
from typing import TYPE_CHECKING

from mistral_conformance.rules.embeddings import near
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer
    from tests.unit.laws.conftest import Judged

    from mistral_conformance.verdict.outcome import Result

PACKED = "embeddings.base64-holds-each-kind"


def judge_rule(judged: Judged, name: str, alter: Alter | None, profile: str = "whole") -> Result:
    (result,) = judged(name, alter=alter, profile=profile, rules=True).values()
    return result


def changing_bytes(change: Callable[[bytes], bytes]) -> Alter:
    """Change what the base64 of a vector holds."""

    def change_vectors(answer: Answer) -> None:
        if answer.is_("POST", "/embeddings") and b'"base64"' in answer.sent:
            data = answer.body["data"]
            for each in data:
                content = change(base64.b64decode(each["embedding"]))
                each["embedding"] = base64.b64encode(content).decode()
            answer.body = {**answer.body, "data": data}

    return change_vectors


def with_noise(content: bytes) -> bytes:
    """Flip the lowest bit of a number now and then."""
    random = Random(1)  # noqa: S311 - test data
    return bytes(each ^ 1 if random.random() < 0.1 else each for each in content)


def test_two_runs_of_a_model_may_differ_a_little(judged: Judged) -> None:
    assert judge_rule(judged, PACKED, changing_bytes(with_noise)).status is Status.PASS


def test_other_numbers_are_noticed_in_base64(judged: Judged) -> None:
    for change in (lambda each: each[::-1], lambda each: bytes(e ^ 0x80 for e in each)):
        result = judge_rule(judged, PACKED, changing_bytes(change))
        assert result.status is Status.FAIL
        assert "are other numbers" in result.reason


def test_numbers_of_another_scale_are_others() -> None:
    numbers = [40, -3, 17, -60, 22, 5, -11, 90]
    assert near("int8", numbers, [float(each) for each in numbers])
    assert near("int8", numbers, [each + (1 if each > 0 else -1) for each in numbers])
    assert not near("int8", numbers, [each / 2 for each in numbers])
    assert not near("uint8", [each + 128 for each in numbers], numbers)


def test_fields_that_are_refused_together_are_not_said_to_be_refused_alone(judged: Judged) -> None:
    def never_both(answer: Answer) -> None:
        if b'"output_dtype"' in answer.sent and b'"base64"' in answer.sent:
            answer.status, answer.body = 400, {"detail": "No base64 of whole numbers."}

    result = judge_rule(judged, PACKED, never_both)
    assert result.status is Status.SKIP
    assert "does not take output_dtype and encoding_format together" in result.reason


def test_a_field_that_is_refused_alone_is_named_alone(judged: Judged) -> None:
    def floats_alone(answer: Answer) -> None:
        if b'"output_dtype"' in answer.sent:
            answer.status, answer.body = 400, {"detail": "Floats alone."}

    result = judge_rule(judged, PACKED, floats_alone)
    assert result.status is Status.SKIP
    assert "does not take output_dtype:" in result.reason
