from __future__ import annotations

import pytest

from mistral_client.redaction import redact_headers, redact_text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer SECRETVALUE",
        "https://user:SECRETVALUE@host/path",
        "https://host/file?X-Amz-Signature=SECRETVALUE&x=1",
        "https://host/file?sig=SECRETVALUE",
        "https://host/file?a=1&token=SECRETVALUE#top",
        "https://host/file?api_key=SECRETVALUE",
        "https://host/file?key=SECRETVALUE",
        '{"api_key": "SECRETVALUE"}',
        '{"client_secret":"SECRETVALUE"}',
    ],
)
def test_secrets_are_found_by_their_names(text: str) -> None:
    assert "SECRETVALUE" not in redact_text(text)


def test_known_secret_is_found_anywhere() -> None:
    assert redact_text("what is xyzzy?", ["xyzzy"]) == "what is [redacted]?"


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=5 is odd",
        "https://host/path?page=1&monkey=2",
        '{"message": "key not found"}',
        "",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key", "Set-Cookie", "Cookie"])
def test_secret_headers_lose_their_value(name: str) -> None:
    assert redact_headers({name: "abc"}) == {name.lower(): "[redacted]"}


def test_other_headers_keep_their_value() -> None:
    assert redact_headers({"X-Request-Id": "abc"}) == {"x-request-id": "abc"}
