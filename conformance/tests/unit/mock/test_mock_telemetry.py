"""Spans of the official SDKs are taken, and the journal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_mock.telemetry import PATH

if TYPE_CHECKING:
    import httpx

SPANS = {"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "chat mistral-small-latest"}]}]}]}


def test_spans_as_json_are_taken_and_stand_in_the_journal(api: httpx.Client) -> None:
    answer = api.post(PATH, json=SPANS)
    assert (answer.status_code, answer.json()) == (200, {})
    (noted,) = api.get("/_mock/requests", params={"path": PATH}).json()
    assert (noted["body"], noted["status"]) == (SPANS, 200)


@pytest.mark.parametrize("encoding", [{}, {"content-encoding": "gzip"}])
def test_spans_as_protobuf_get_an_answer_of_their_own_type(
    api: httpx.Client, encoding: dict[str, str]
) -> None:
    headers = {"content-type": "application/x-protobuf", **encoding}
    answer = api.post(PATH, content=b"\n\x00\xff", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "application/x-protobuf"


@pytest.mark.parametrize(
    ("method", "headers", "content", "status"),
    [
        ("GET", {}, b"", 405),
        ("POST", {"authorization": "Bearer nobody"}, b"{}", 401),
        ("POST", {"content-type": "text/plain"}, b"{}", 415),
        ("POST", {"content-type": "application/json"}, b"{", 422),
    ],
)
def test_what_holds_no_spans_is_refused(
    api: httpx.Client, method: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    assert api.request(method, PATH, content=content, headers=headers).status_code == status
