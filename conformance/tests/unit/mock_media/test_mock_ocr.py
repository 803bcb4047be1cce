"""Documents read page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_inference.documents_made import assemble, make_docx, make_pdf, make_pptx
from tests.unit.mock_media.sounds_made import make_jpeg, make_png, spell

from mistral_mock.extraction.pictures import Picture, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

PDF = "application/pdf"
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
FORM = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA}}


def make_illustrated_pdf(jpeg: bytes) -> bytes:
    """A PDF page with a picture and no words."""
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
        b" /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>" % len(jpeg)
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            image + b"\nstream\n" + jpeg + b"\nendstream",
            b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /I 3 0 R >> >> >>",
        ]
    )


def send(api: httpx.Client, document: dict[str, Any], **fields: Any) -> httpx.Response:
    """The answer for a document."""
    body = {"model": "mistral-ocr-latest", "document": document, **fields}
    return api.post("/v1/ocr", json=body)


def point(content: bytes, mime_type: str, name: str = "") -> dict[str, str]:
    """A document as a data: URL."""
    url = f"data:{mime_type};base64,{spell(content)}"
    return {"type": "document_url", "document_url": url, "document_name": name}


def read(api: httpx.Client, content: bytes, mime_type: str, **fields: Any) -> dict[str, Any]:
    """The pages of a document and what stands beside them."""
    found: dict[str, Any] = send(api, point(content, mime_type), **fields).json()
    return found


def test_pages_of_a_pdf(api: httpx.Client) -> None:
    content = make_pdf("One", "Two")
    found = read(api, content, PDF)
    assert [(page["index"], page["markdown"]) for page in found["pages"]] == [
        (0, "One"),
        (1, "Two"),
    ]
    assert found["pages"][0]["dimensions"] == {"dpi": 200, "width": 1700, "height": 2200}
    assert found["usage_info"] == {
        "pages_processed": 2,
        "doc_size_bytes": len(content),
        "pages_processed_annotation": None,
    }


@pytest.mark.parametrize(
    ("content", "texts"),
    [(make_docx("A letter"), ["A letter"]), (make_pptx("First", "Second"), ["First", "Second"])],
)
def test_office_documents_have_no_size(api: httpx.Client, content: bytes, texts: list[str]) -> None:
    found = read(api, content, "application/zip")["pages"]
    assert [page["markdown"] for page in found] == texts
    assert [page["dimensions"] for page in found] == [None] * len(texts)


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [([2, 0], [0, 2]), ("1", [1]), ("0,2-9", [0, 2]), ([7], []), ("2-1", []), (None, [0, 1, 2])],
)
def test_chosen_pages(api: httpx.Client, pages: Any, wanted: list[int]) -> None:
    found = read(api, make_pdf("A", "B", "C"), PDF, pages=pages)["pages"]
    assert [page["index"] for page in found] == wanted


@pytest.mark.parametrize("pages", ["", "a", "1-", "-1", "1,,2", "²", ",".join(["1"] * 1001)])
def test_pages_that_are_no_numbers_are_refused(api: httpx.Client, pages: str) -> None:
    assert send(api, point(make_pdf("A"), PDF), pages=pages).status_code == 422


def test_picture_is_an_image_without_words(api: httpx.Client) -> None:
    content = make_png(30, 20)
    url = f"data:image/png;base64,{spell(content)}"
    for chunk in ({"image_url": url}, {"image_url": {"url": url}}):
        document = {"type": "image_url", **chunk}
        page = send(api, document, include_image_base64=True).json()["pages"][0]
        assert page["markdown"] == "![img-0.png](img-0.png)"
        assert page["images"][0]["image_base64"] == url
        assert (page["images"][0]["bottom_right_x"], page["dimensions"]["height"]) == (30, 20)


def test_pictures_of_a_pdf_are_taken_out(api: httpx.Client) -> None:
    content = make_illustrated_pdf(make_jpeg(120, 80))
    page = read(api, content, PDF, include_image_base64=True)["pages"][0]
    assert (
        page["images"][0]["image_base64"] == f"data:image/jpeg;base64,{spell(make_jpeg(120, 80))}"
    )
    assert page["images"][0]["top_left_x"] is None
    assert "![img-0.jpeg](img-0.jpeg)" in page["markdown"]
    assert read(api, content, PDF)["pages"][0]["images"][0]["image_base64"] is None
    for fields in ({"image_limit": 0}, {"image_min_size": 81}):
        assert read(api, content, PDF, **fields)["pages"][0]["images"] == []


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (make_jpeg(7, 9), Picture("jpeg", "image/jpeg", 7, 9)),
        (b"GIF89a\x05\x00\x06\x00", Picture("gif", "image/gif", 5, 6)),
        (b"BM" + bytes(16) + b"\x04\0\0\0\xfd\xff\xff\xff", Picture("bmp", "image/bmp", 4, 3)),
        (
            b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + b"\x09\0\0\x13\0\0",
            Picture("webp", "image/webp", 10, 20),
        ),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8\xff\xd9", None),
        (b"words", None),
    ],
)
def test_pictures_tell_their_size(content: bytes, wanted: Picture | None) -> None:
    assert read_picture(content) == wanted


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("| a < b & c | <script> |", ["a &lt; b &amp; c", "&lt;script&gt;"]),
        ("|| x |", ["", "x"]),
        ("| y ||", ["y", ""]),
        ("|||", ["", ""]),
        ("| - | -- |", ["-", "--"]),
        (r"| a \| b | \" |", ["a | b", '\\"']),
    ],
)
def test_cells_of_a_table_stay_what_they_are_in_html(
    api: httpx.Client, row: str, cells: list[str]
) -> None:
    content = f"| n | m |\n|---|:-:|\n{row}\n".encode()
    page = read(api, content, "text/markdown", table_format="html")["pages"][0]
    rows = [["n", "m"], cells]
    spelt = ("".join(f"<td>{cell}</td>" for cell in each) for each in rows)
    wanted = "".join(f"<tr>{each}</tr>" for each in spelt)
    assert page["tables"][0]["content"] == f"<table>{wanted}</table>"


def test_bar_that_belongs_to_the_text_ends_no_row(api: httpx.Client) -> None:
    page = read(api, rb"|a\|", "text/markdown", table_format="html")["pages"][0]
    assert (page["markdown"], page["tables"]) == (r"|a\|", [])


def test_words_of_a_table_stand_between_its_tags(api: httpx.Client) -> None:
    options = {"table_format": "html", "confidence_scores_granularity": "word"}
    page = read(api, b"|a b|\n|---|\n|<c> & d|", "text/markdown", **options)["pages"][0]
    table = page["tables"][0]
    words = [each["text"] for each in table["word_confidence_scores"]]
    assert words == ["a", "b", "&lt;c&gt;", "&amp;", "d"]
    for each in table["word_confidence_scores"]:
        assert table["content"].startswith(each["text"], each["start_index"])


def test_tables_are_taken_out_on_request(api: httpx.Client) -> None:
    content = b"Before\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter"
    plain = read(api, content, "text/markdown")["pages"][0]
    assert "| 1 | 2 |" in plain["markdown"]
    assert plain["tables"] == []
    page = read(api, content, "text/markdown", table_format="html")["pages"][0]
    assert page["tables"][0]["content"].count("<td>") == 4
    assert page["tables"][0]["id"] in page["markdown"]
    assert "| 1 | 2 |" not in page["markdown"]


def test_head_and_foot_of_all_pages_come_apart(api: httpx.Client) -> None:
    content = b"Report\nOne\nACME\fReport\nTwo\nACME"
    plain = read(api, content, "text/plain")["pages"]
    assert (plain[0]["header"], plain[0]["footer"]) == (None, None)
    apart = read(api, content, "text/plain", extract_header=True, extract_footer=True)["pages"]
    assert [page["markdown"] for page in apart] == ["One", "Two"]
    assert {(page["header"], page["footer"]) for page in apart} == {("Report", "ACME")}


def test_links_are_listed_once(api: httpx.Client) -> None:
    content = b"See https://a.example/x and https://a.example/x (https://b.example)."
    page = read(api, content, "text/plain")["pages"][0]
    assert page["hyperlinks"] == ["https://a.example/x", "https://b.example"]


def test_annotations_follow_their_schema(api: httpx.Client) -> None:
    found = read(
        api,
        make_png(9, 9),
        "image/png",
        document_annotation_format=FORM,
        bbox_annotation_format=FORM,
    )
    for text in (found["document_annotation"], found["pages"][0]["images"][0]["image_annotation"]):
        assert isinstance(json.loads(text)["n"], int)
    assert found["usage_info"]["pages_processed_annotation"] == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"document_annotation_prompt": "Count"},
        {"document_annotation_format": {"type": "json_object"}},
        {"bbox_annotation_format": {"type": "json_schema"}},
        {"bbox_annotation_format": {**FORM, "type": "text"}},
        {
            "document_annotation_format": {"type": "text"},
            "document_annotation_prompt": "Count",
        },
    ],
)
def test_annotations_need_a_schema(api: httpx.Client, fields: dict[str, Any]) -> None:
    assert send(api, point(b"x", "text/plain"), **fields).status_code == 422


@pytest.mark.parametrize("plain", [{"type": "text"}, {}])
def test_plain_text_is_no_annotation(api: httpx.Client, plain: dict[str, Any]) -> None:
    found = read(
        api,
        make_png(9, 9),
        "image/png",
        document_annotation_format=plain,
        bbox_annotation_format=plain,
    )
    assert found["document_annotation"] is None
    assert found["pages"][0]["images"][0]["image_annotation"] is None


def test_uploaded_files_are_read(api: httpx.Client, person: Callable[[str], httpx.Client]) -> None:
    file = {"file": ("a.pdf", make_pdf("One"), PDF)}
    id_ = api.post("/v1/files", data={"purpose": "ocr"}, files=file).json()["id"]
    url = api.get(f"/v1/files/{id_}/url").json()["url"]
    for document in (
        {"type": "file", "file_id": id_},
        {"type": "document_url", "document_url": url},
    ):
        assert send(api, document).json()["pages"][0]["markdown"] == "One"
    answer = send(person("neighbour"), {"type": "file", "file_id": id_})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "document",
    [
        point(b"", PDF),
        point(b"%PDF-1.4 broken", PDF),
        point(bytes(100), "application/octet-stream"),
        {"type": "document_url", "document_url": "https://nowhere.invalid/a.pdf"},
        {"type": "document_url", "document_url": "data:application/pdf;base64,!"},
        {"type": "image_url", "image_url": "ftp://127.0.0.1:1/_signed/file/x"},
    ],
)
def test_what_cannot_be_read_is_refused(api: httpx.Client, document: dict[str, Any]) -> None:
    assert send(api, document).status_code == 400


def test_other_models_do_not_read(api: httpx.Client) -> None:
    body = {"document": point(b"x", "text/plain")}
    assert api.post("/v1/ocr", json={**body, "model": "mistral-embed"}).status_code == 400
    assert api.post("/v1/ocr", json={**body, "model": None}).json()["model"] == "mistral-ocr-latest"
