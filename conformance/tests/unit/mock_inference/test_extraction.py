from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.mock_inference.documents_made import (
    encrypt_pdf,
    make_archive,
    make_docx,
    make_pdf,
    make_pptx,
)

from mistral_mock.extraction import Extraction, archive, extract, pdf

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def read(content: bytes, name: str = "a.txt", mime_type: str = "text/plain") -> Extraction:
    return extract(content, name=name, mime_type=mime_type)


def test_pdf_has_a_text_for_each_page() -> None:
    found = read(make_pdf("First page", "Second page"), "a.pdf", "application/pdf")
    assert found.page_texts == ("First page", "Second page")
    assert found.pages == 2
    assert found.error is None


def test_pdf_is_known_by_its_content_whatever_it_is_called() -> None:
    assert read(make_pdf("Hidden"), "a.txt", "text/plain").text == "Hidden"


def test_pdf_behind_a_password_is_an_error() -> None:
    found = read(encrypt_pdf(make_pdf("Secret"), "password"))
    assert found == Extraction((), error="the PDF is encrypted")


def test_pdf_with_an_empty_password_opens() -> None:
    assert read(encrypt_pdf(make_pdf("Open"), "")).text == "Open"


def test_pdf_without_pages_is_an_error() -> None:
    assert read(make_pdf()).error == "the PDF has no pages"


def test_pdf_with_too_many_pages_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 1)
    assert read(make_pdf("a", "b")).error == "the PDF has more than 1 pages"


def test_pdf_page_that_draws_too_much_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGE_STREAM", 40)
    assert read(make_pdf("x", "a much longer line")).page_texts == ("x", "")


@given(cut=st.integers(5, 900), noise=st.binary(max_size=40))
def test_broken_pdf_never_raises(cut: int, noise: bytes) -> None:
    content = make_pdf("One", "Two")
    found = read(content[:cut] + noise + content[cut + len(noise) :])
    assert found.error or found.pages


def test_docx_has_its_paragraphs_tables_and_pages() -> None:
    content = make_docx("Page one", "Page two", table=("left", "right"))
    found = read(content, "a.docx", WORD_TYPE)
    assert found.page_texts == ("Page one", "Page two\nleft\nright")


def test_docx_page_ends_where_word_last_drew_its_end() -> None:
    content = make_docx("one two", "three", drawn=True)
    assert read(content).page_texts == ("one two", "three")
    assert read(make_docx("one", "two", drawn=True, page_break=False)).page_texts == ("one", "two")


def test_broken_docx_is_an_error() -> None:
    found = read(make_archive(word__document_dot_xml="<broken"), "a.docx", WORD_TYPE)
    assert found.pages == 0
    assert str(found.error).startswith("the DOCX cannot be read")


def test_cut_docx_is_an_error() -> None:
    assert str(read(make_docx("x")[:2000]).error).startswith("the archive cannot be read")


def test_archive_that_unpacks_to_too_much_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1000)
    assert read(make_docx("x")).error == "the archive unpacks to more than 1000 bytes"


def test_archive_of_something_else_is_an_error() -> None:
    assert read(make_archive(a="b")).error == "the archive holds no document with text"


def test_pptx_has_a_page_for_each_slide() -> None:
    slides = [f"Slide {number}" for number in range(1, 12)]
    assert read(make_pptx(*slides)).page_texts == tuple(slides)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("déjà vu".encode(), "déjà vu"),
        ("déjà vu".encode("latin-1"), "déjà vu"),
        ("déjà vu".encode("utf-8-sig"), "déjà vu"),
        ("déjà vu".encode("utf-16"), "déjà vu"),
        (b"\xfe\xff" + "déjà vu".encode("utf-16-be"), "déjà vu"),
        ("déjà vu".encode("utf-32"), "déjà vu"),
        (b"a\r\nb\rc", "a\nb\nc"),
        (b"", ""),
    ],
)
def test_text_is_read_in_its_charset(content: bytes, text: str) -> None:
    assert read(content).text == text


def test_text_ends_its_pages_with_form_feeds() -> None:
    assert read(b"one\ftwo").page_texts == ("one", "two")


def test_html_is_what_a_reader_sees() -> None:
    head = b"<head><title>T</title></head>"
    page = head + b"<body><h1>Caf&eacute;</h1><p>a  <b>b</b></p><script>x</script>"
    assert read(page, "a.html", "text/html; charset=utf-8").text == "Café\na b"


def test_html_is_known_by_its_suffix() -> None:
    assert read(b"<p>x</p>", "a.HTML", "application/octet-stream").text == "x"


@pytest.mark.parametrize("name", ["a.md", "a.csv", "a.json", "a"])
def test_other_text_stays_as_it_is(name: str) -> None:
    assert read(b"# a,{}\n", name, "").text == "# a,{}\n"


def test_binary_is_an_error_that_names_the_type() -> None:
    found = read(b"\x89PNG\r\n\x1a\n\0\0", "a.png", "image/png")
    assert found.error == "image/png is not a type that text can be read from"


@given(content=st.binary(max_size=300), name=st.text(max_size=10), mime_type=st.text(max_size=10))
def test_no_content_makes_extraction_raise(content: bytes, name: str, mime_type: str) -> None:
    found = extract(content, name=name, mime_type=mime_type)
    assert (found.error is None) == (found.pages > 0)
    assert found.text.encode().decode() == found.text


PAGES = Extraction(("zero", "one", "two"))


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, None, "zero\n\none\n\ntwo"),
        (1, None, "one\n\ntwo"),
        (None, 1, "zero\n\none"),
        (1, 1, "one"),
        (2, 1, ""),
        (-5, 0, "zero"),
        (7, 9, ""),
        (0, 10**30, "zero\n\none\n\ntwo"),
        (0, -(10**30), ""),
    ],
)
def test_page_range_is_closed_and_counts_from_zero(
    start: int | None, end: int | None, text: str
) -> None:
    assert PAGES.between(start, end) == text
