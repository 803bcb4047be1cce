"""What the judge of answers calls wrong, and what it lets pass."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from tests.unit.suite.fake_server import library

from mistral_conformance.model.document import load_document
from mistral_conformance.probing.judging import Judge
from mistral_conformance.record.exchange import Exchange

DOCUMENT = load_document()
JUDGE = Judge(DOCUMENT)
PLAIN = {"content-type": "application/json"}
DOCUMENT_STATUS = {
    "document_id": "0197b4c2-0000-7000-8000-000000000001",
    "process_status": "done",
    "processing_status": "Completed",
}


def answer(
    operation: str, status: int, body: Any, headers: dict[str, str] | None = None
) -> Exchange:
    spec = DOCUMENT.operations[operation]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(
        number=1,
        identity="caller",
        operation=operation,
        method=spec.method,
        url="http://127.0.0.1:1" + spec.url(dict.fromkeys(spec.path_ids, "x")),
        request_headers=(),
        request_content=b"",
        status=status,
        headers=httpx.Headers(PLAIN if headers is None else headers),
        content=content,
    )


def judged(kind: str, exchange: Exchange) -> str:
    words: str = getattr(JUDGE, kind)(DOCUMENT.operations[exchange.operation], exchange)
    return words


@pytest.mark.parametrize("status", [201, 400, 401, 422, 429, 500, 503])
def test_documented_status_passes(status: int) -> None:
    assert judged("status", answer("beta.libraries.create", status, {})) == ""


@pytest.mark.parametrize("status", [200, 204, 302, 404, 418])
def test_undocumented_status_is_named(status: int) -> None:
    words = judged("status", answer("beta.libraries.create", status, {}))
    assert words.startswith(f"status {status} is not documented")


def test_body_with_all_fields_passes() -> None:
    assert judged("body", answer("beta.libraries.create", 201, library())) == ""


def test_unknown_field_passes() -> None:
    body = {**library(), "brand_new": 1}
    assert judged("body", answer("beta.libraries.create", 201, body)) == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", None), ("nb_documents", "3"), ("id", "no-uuid"), ("created_at", "yesterday")],
)
def test_wrong_field_is_named(field: str, value: Any) -> None:
    body = {**library(), field: value}
    assert field in judged("body", answer("beta.libraries.create", 201, body))


def test_missing_field_is_named() -> None:
    body = library()
    del body["owner_type"]
    assert "owner_type" in judged("body", answer("beta.libraries.create", 201, body))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00"])
def test_body_that_is_no_json_is_wrong(content: bytes) -> None:
    assert judged("body", answer("beta.libraries.create", 201, content))


def test_unknown_value_of_an_open_enum_passes_the_lenient_judge_only() -> None:
    body = {**DOCUMENT_STATUS, "process_status": "brand_new"}
    exchange = answer("beta.libraries.documents.status", 200, body)
    assert judged("body", exchange) == ""
    assert "process_status" in judged("open_enums", exchange)


def test_documented_enum_value_passes_the_strict_judge() -> None:
    exchange = answer("beta.libraries.documents.status", 200, DOCUMENT_STATUS)
    assert judged("open_enums", exchange) == ""


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Unauthorized"},
        {"message": "Unauthorized", "request_id": "0" * 32},
        {"detail": [{"type": "missing", "loc": ["body", "name"], "msg": "Field required"}]},
    ],
)
def test_attested_error_shapes_pass(body: Any) -> None:
    assert judged("body", answer("beta.libraries.create", 422, body)) == ""


@pytest.mark.parametrize("body", ["no", 3, {"reason": "no"}])
def test_unknown_error_shape_is_wrong(body: Any) -> None:
    assert judged("body", answer("beta.libraries.create", 401, body))


def test_other_media_type_is_wrong() -> None:
    exchange = answer("beta.libraries.create", 201, library(), {"content-type": "text/html"})
    assert "text/html" in judged("content_type", exchange)


def test_missing_media_type_is_wrong() -> None:
    assert judged("content_type", answer("beta.libraries.create", 201, library(), {}))


def test_answer_without_documented_content_needs_no_media_type() -> None:
    exchange = answer("beta.libraries.documents.delete", 204, b"", {})
    assert judged("content_type", exchange) == ""


def test_event_stream_is_not_judged_as_json() -> None:
    exchange = answer("chat.complete", 200, b"data: {}\n\n", {"content-type": "text/event-stream"})
    assert judged("content_type", exchange) == ""
    assert judged("body", exchange) == ""


def test_documented_header_of_a_wrong_form_is_wrong() -> None:
    headers = {**PLAIN, "x-ratelimit-remaining-req-minute": "many"}
    assert judged("headers", answer("models.list", 429, {"message": "slow"}, headers))
