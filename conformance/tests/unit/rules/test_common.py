"""What the rule families share: sample documents, event streams, times."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import docx
import pypdf
import pytest

from mistral_conformance.model.document import load_document
from mistral_conformance.probing.uploads import docx_sample, pdf_sample, text_sample
from mistral_conformance.record.events import DONE, read_stream
from mistral_conformance.rules.common import talks
from mistral_conformance.rules.common.times import later, read_time
from mistral_conformance.rules.common.tunings import wait_for
from mistral_conformance.verdict.outcome import Failed


def test_pdf_sample_has_its_pages_and_words() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_sample(["one (1)", "two"]).content), strict=True)
    assert [page.extract_text() for page in reader.pages] == ["one (1)", "two"]


def test_docx_sample_has_its_words() -> None:
    paragraphs = docx.Document(io.BytesIO(docx_sample("größer").content)).paragraphs
    assert [each.text for each in paragraphs] == ["größer"]


def test_samples_repeat_byte_for_byte() -> None:
    assert docx_sample("x") == docx_sample("x")
    assert pdf_sample(["x"]) == pdf_sample(["x"])


def test_renamed_sample_keeps_its_content() -> None:
    sample = text_sample("x", "a.txt")
    assert sample.renamed("b.md").content == sample.content


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_events_end_with_a_blank_line(end: str) -> None:
    stream = read_stream(end.join(["data: 1", "", "data: 2", "data: 3", "", ""]))
    assert stream.data == ("1", "2\n3")
    assert not stream.unfinished


def test_event_without_its_blank_line_is_unfinished() -> None:
    stream = read_stream("data: 1\n\ndata: 2\n")
    assert stream.data == ("1",)
    assert stream.unfinished == "2"


def test_line_that_is_no_field_is_stray() -> None:
    stream = read_stream(": comment\nid: 1\n{}\ndata: x\n\n")
    assert stream.stray == ("{}",)
    assert stream.data == ("x",)


def test_chunks_leave_the_terminator_out() -> None:
    assert read_stream(f'data: {{"a":1}}\n\ndata: {DONE}\n\n').chunks() == [{"a": 1}]


@pytest.mark.parametrize("data", ["[1]", "no json"])
def test_chunk_that_is_no_object_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON object|not JSON"):
        read_stream(f"data: {data}\n\n").chunks()


def test_later_moves_a_time() -> None:
    assert later("2026-01-01T23:30:00.5Z", hours=1) == "2026-01-02T00:30:00.500000Z"


def test_time_without_an_offset_is_refused() -> None:
    with pytest.raises(Failed, match="offset"):
        read_time("2026-01-01T00:00:00")


def test_text_of_a_conversation_adds_up_whether_it_comes_plain_or_as_chunks() -> None:
    image = {"type": "tool_file", "file_id": "f"}
    said = [("A ", 0), ({"type": "text", "text": "shelf"}, 0), (".", 0), (image, 1)]
    events = [
        {"type": "message.output.delta", "content": content, "content_index": place}
        for content, place in said
    ]
    (entry,) = talks.assemble(events)
    assert entry["pieces"] == {0: "A shelf.", 1: image}


def test_a_job_is_waited_for_without_a_clock() -> None:
    told = iter(["QUEUED", "VALIDATING", "VALIDATED", "VALIDATED"])
    waited: list[float] = []
    ctx: Any = SimpleNamespace(
        document=load_document(),
        session=SimpleNamespace(clock=None, memory={}),
        answer=lambda *_, **__: {"status": next(told)},
        pass_time=waited.append,
    )
    assert wait_for(ctx, "a job", "VALIDATED")["status"] == "VALIDATED"
    assert waited == [1, 1]
