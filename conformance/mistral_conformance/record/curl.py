"""The curl line that sends a request again, the key left to an environment variable."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor

BODY_LIMIT = 2000
LEFT_OUT = ["--data-binary", "@request-body.bin"]
LEFT_TO_CURL = frozenset({"host", "content-length", "user-agent", "accept-encoding", "connection"})
VARIABLE = re.compile(r"([A-Za-z]+ )?\$[A-Za-z_][A-Za-z0-9_]*")


def curl_line(exchange: Exchange, redactor: Redactor) -> str:
    """Return a line for a POSIX shell; for a body with control characters, for bash.

    A long or binary body is left out and named by a placeholder file.
    """
    parts = ["curl", "-i"]
    if exchange.method != "GET":
        parts += ["-X", exchange.method]
    parts.append(shlex.quote(redactor.text(exchange.url)))
    for name, value in shown_headers(exchange):
        parts += ["-H", header_argument(name, redactor.text(value))]
    if exchange.request_content:
        parts += _body(redactor.content(exchange.request_content))
    return " ".join(parts)


def shown_headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield the headers of a request that curl does not make by itself."""
    for name, value in exchange.request_headers:
        if name not in LEFT_TO_CURL and not (name == "accept" and value == "*/*"):
            yield name, value


def header_argument(name: str, value: str) -> str:
    """Return a header for a shell; a key is left to the environment variable that holds it."""
    if VARIABLE.fullmatch(value):
        return f'"{name.title()}: {value}"'
    return shlex.quote(f"{name.title()}: {value}")


def _body(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return LEFT_OUT
    if len(text) > BODY_LIMIT or "\0" in text:
        return LEFT_OUT
    control = any(ord(each) < 32 for each in text)
    return ["--data-raw", _ansi_quoted(text) if control else shlex.quote(text)]


def _ansi_quoted(text: str) -> str:
    return "$'" + "".join(map(_ansi_escaped, text)) + "'"


def _ansi_escaped(character: str) -> str:
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\", "'": r"\'"}
    if character in named:
        return named[character]
    return character if ord(character) >= 32 else f"\\x{ord(character):02x}"
