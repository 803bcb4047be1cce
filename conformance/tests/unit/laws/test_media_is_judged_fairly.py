"""Servers of models that hear, speak and read, and of vectors, are judged by what is promised."""

from __future__ import annotations

import base64
import re
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.rules.audio import is_own_machine
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


def with_404_for_unknown_files(answer: Answer) -> None:
    """An id in a body that nothing has is refused as one in a path is."""
    if answer.method == "POST" and answer.status in {400, 422} and b"file_id" in answer.sent:
        answer.status, answer.body = 404, {"detail": "There is no such file."}


@pytest.mark.parametrize("operation", ["ocr.process", "fine_tuning.jobs.create"])
def test_what_a_body_names_may_be_refused_with_404(judged: Judged, operation: str) -> None:
    only = f"[{operation}]"
    (result,) = judged(
        "schema.status", alter=with_404_for_unknown_files, only=only, profile="whole", rules=True
    ).values()
    assert result.status is Status.PASS


def test_404_is_no_answer_where_a_body_names_nothing(judged: Judged) -> None:
    def lost(answer: Answer) -> None:
        if answer.method == "POST" and answer.status in {400, 422}:
            answer.status, answer.body = 404, {"detail": "There is no such thing."}

    (result,) = judged(
        "schema.status", alter=lost, only="[audio.voices.create]", profile="whole", rules=True
    ).values()
    assert result.status is Status.FAIL


def in_words_of_their_own(answer: Answer) -> None:
    """Events say what has happened, and nothing more."""
    if "/fine_tuning/jobs/" in answer.path and answer.status == 200:
        events = [{**each, "data": None} for each in answer.body.get("events", [])]
        answer.body = {**answer.body, "events": events}


@pytest.mark.parametrize("rule", ["cancelled-job-ends", "finished-job-tells-its-way"])
def test_events_of_a_job_need_not_tell_its_states(judged: Judged, rule: str) -> None:
    result = judge_rule(judged, f"fine-tuning.{rule}", in_words_of_their_own)
    assert result.status is Status.PASS


def test_events_that_tell_states_tell_all(judged: Judged) -> None:
    def without_the_end(answer: Answer) -> None:
        if "/fine_tuning/jobs/" in answer.path and answer.status == 200:
            events = answer.body.get("events", [])
            answer.body = {**answer.body, "events": [e for e in events if not told_end(e)]}

    def told_end(event: dict[str, Any]) -> bool:
        return (event["data"] or {}).get("status") == "CANCELLED"

    result = judge_rule(judged, "fine-tuning.cancelled-job-ends", without_the_end)
    assert result.status is Status.FAIL
    assert "no event tells CANCELLED" in result.reason


def test_a_page_that_is_no_picture_has_no_size(judged: Judged) -> None:
    def without_size(answer: Answer) -> None:
        if answer.is_("POST", "/ocr"):
            pages = [{**each, "dimensions": None} for each in answer.body["pages"]]
            answer.body = {**answer.body, "pages": pages}

    result = judge_rule(judged, "ocr.blocks-stand-on-the-page", without_size)
    assert result.status is Status.PASS


@pytest.mark.parametrize("name", ["access.named-id-is-refused", "access.nested-id-is-refused-*"])
def test_ocr_may_read_nothing_but_documents(judged: Judged, name: str) -> None:
    texts: set[str] = set()

    def choosy(answer: Answer) -> None:
        if answer.is_("POST", "/files") and b"%PDF" not in answer.sent:
            texts.add(answer.body["id"])
        if answer.is_("POST", "/ocr") and any(each.encode() in answer.sent for each in texts):
            answer.status, answer.body = 400, {"detail": "This is no document."}

    results = judged(name, alter=choosy, only="[ocr.process:document.file_id,", profile="whole")
    assert results
    assert {each.status for each in results.values()} == {Status.PASS}


def test_a_docx_need_not_be_taken(judged: Judged) -> None:
    def pdf_alone(answer: Answer) -> None:
        if answer.is_("POST", "/ocr") and b"wordprocessingml" in answer.sent:
            answer.status, answer.body = 400, {"detail": "Only PDF and images."}

    result = judge_rule(judged, "ocr.office-documents-are-read", pdf_alone)
    assert result.status is Status.SKIP
    assert "a DOCX is refused with 400" in result.reason


@pytest.mark.parametrize(("loss", "status"), [(2, Status.PASS), ("2", Status.FAIL)])
def test_a_loss_is_any_number(judged: Judged, loss: object, status: Status) -> None:
    def with_loss(answer: Answer) -> None:
        if "/fine_tuning/jobs/" in answer.path and answer.status == 200:
            points = answer.body.get("checkpoints", [])
            told = [{**e, "metrics": {**e["metrics"], "train_loss": loss}} for e in points]
            answer.body = {**answer.body, "checkpoints": told}

    result = judge_rule(judged, "fine-tuning.finished-job-tells-its-way", with_loss)
    assert result.status is status


WHOLE = re.compile(rb'("(?:index|start_index|prompt_audio_seconds|created_at)": ?\d+)([,}\s])')

LENGTH = re.compile(rb'("prompt_audio_seconds": ?)\d+')


def with_fractions(answer: Answer) -> None:
    """Whole numbers have a fraction of nothing, with which they are integers still."""
    answer.content = WHOLE.sub(rb"\1.0\2", answer.content)


@pytest.mark.parametrize(
    ("name", "only", "rules"),
    [
        ("ocr.chosen-pages-have-their-text", "", True),
        ("ocr.scores-only-on-request", "", True),
        ("audio.transcription-tells-the-length", "", True),
        ("times.stamps-are-now", "[file.created_at]", False),
    ],
)
def test_integers_may_be_written_with_a_fraction(
    judged: Judged, name: str, only: str, *, rules: bool
) -> None:
    (result,) = judged(name, alter=with_fractions, only=only, profile="whole", rules=rules).values()
    assert result.status is Status.PASS


def test_a_length_need_not_be_told(judged: Judged) -> None:
    def hiding(answer: Answer) -> None:
        answer.content = LENGTH.sub(rb"\1null", answer.content)

    result = judge_rule(judged, "audio.transcription-tells-the-length", hiding)
    assert result.status is Status.SKIP


def test_half_a_second_is_no_whole_one(judged: Judged) -> None:
    def halving(answer: Answer) -> None:
        answer.content = WHOLE.sub(rb"\1.5\2", answer.content)

    result = judge_rule(judged, "audio.transcription-tells-the-length", halving)
    assert result.status is Status.FAIL


@pytest.mark.parametrize(
    ("place", "status"), [(b'name="file_url"', Status.PASS), (b'name="file_id"', Status.FAIL)]
)
def test_a_server_may_fetch_nothing_from_its_own_machine(
    judged: Judged, place: bytes, status: Status
) -> None:
    def refusing(answer: Answer) -> None:
        if answer.is_("POST", "/audio/transcriptions") and place in answer.sent:
            answer.status, answer.body = 400, {"detail": "This is not fetched."}

    assert judge_rule(judged, "audio.recording-comes-once", refusing).status is status


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8000/a", True),
        ("http://localhost/a", True),
        ("http://[::1]:80/a", True),
        ("http://10.1.2.3/a", True),
        ("https://files.example.org/a", False),
        ("https://8.8.8.8/a", False),
        ("0197b4c2-0000-7000-8000-000000000001", False),
    ],
)
def test_addresses_of_the_own_machine_are_known(url: str, own: bool) -> None:
    assert is_own_machine(url) is own
