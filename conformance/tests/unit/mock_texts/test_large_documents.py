"""Large documents are read by another process, small ones are not; both say the same."""

from __future__ import annotations

import subprocess

import pytest

from mistral_mock import extraction
from mistral_mock.extraction import kind, reader

HTML = b"<title>no</title><p>Ash &amp; fire</p><p>\xe2\x82\xac</p>"


def test_another_process_reads_what_this_one_reads() -> None:
    assert reader.read(kind.HTML, HTML) == extraction.read_here(kind.HTML, HTML)


def test_another_process_tells_what_is_wrong() -> None:
    broken = b"%PDF-1.4 nothing"
    found = reader.read(kind.PDF, broken)
    assert found == extraction.read_here(kind.PDF, broken)
    assert not found.ok


def test_a_reader_that_ends_too_early_is_an_error_of_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "COMMAND", [*reader.COMMAND[:1], "-c", ""])
    assert not reader.read(kind.HTML, HTML).ok


@pytest.mark.parametrize(("copies", "aside"), [(1, False), (20_000, True)])
def test_only_large_documents_are_read_by_another_process(
    copies: int, aside: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(found: str, _: bytes) -> extraction.Extraction:
        read.append(found)
        return extraction.Extraction(("read",))

    monkeypatch.setattr(reader, "read", note)
    content = b"<p>test of a large page</p>" * copies
    extraction.extract(content, name="a.html", mime_type="text/html")
    assert read == ([kind.HTML] if aside else [])


def test_a_reader_ends_with_whoever_has_started_it() -> None:
    with subprocess.Popen(reader.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b'["html", 9999]\n<p>')  # more was promised
        process.stdin.close()
        assert process.wait(20) is not None
