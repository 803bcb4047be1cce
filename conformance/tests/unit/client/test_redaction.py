from __future__ import annotations

import time

import pytest

from mistral_client.redaction import Redactor, redact_text


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
    assert Redactor().headers({name: "abc"}) == {name.lower(): "[redacted]"}


def test_other_headers_keep_their_value() -> None:
    assert Redactor().headers({"X-Request-Id": "abc"}) == {"x-request-id": "abc"}


# Texts that a server may send, each as a piece to repeat: they make patterns start, and start over.
HOSTILE = [
    "a",
    "x://y ",
    "://",
    "a://b",
    "@",
    "://@",
    '"',
    "\\'",
    '"password',
    '"password" :',
    '"secret-',
    "bearer ",
    "bearer\n",
    "bearer auth",
    "?token",
    "?api_key=",
    "&key;sig=",
    "=",
    "QUJD",
    "%41",
    " ",
    "k" * 15,
    "hunter",
]
SECRETS = ["key-0123456789abcdef", "k" * 16 + "l", "k" * 15, "hunter2", "dummy"]


def cpu_s(text: str) -> float:
    """Return the least CPU time of a few redactions, in seconds."""
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        redact_text(text, SECRETS)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("before", ["", "x://y ", "bearer ", '"password" ', "?"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_no_faster_than_the_text(before: str, piece: str) -> None:
    short, long = (before + piece * (size // len(piece)) for size in (2_000, 32_000))
    # Sixteen times the text: linear work takes 16 times as long, quadratic work 256 times.
    assert cpu_s(long) < 64 * max(cpu_s(short), 1e-4)


def test_url_before_a_long_word_is_redacted_at_once() -> None:
    text = "x://y " + "a" * 200_000
    assert redact_text(text) == text


def test_credentials_are_found_beside_other_quotes() -> None:
    text = '{"url":"http://a","mail":"x@y"}'
    assert redact_text(text) == text
