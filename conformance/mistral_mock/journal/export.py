"""The journal as other programs read it: a HAR archive, or JSON lines."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from mistral_mock.answers import encode, encode_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_mock.journal.exchange import Exchange

HOST = "http://mock.mistral.ai"
"""What stands for the mock's address, so that archives of two runs are the same, or for none."""
CREATOR = {"name": "mistral-mock", "version": "1"}


def make_har(found: Sequence[Exchange]) -> bytes:
    """Return a HAR archive, version 1.2, as JSON."""
    entries = encode_each(map(make_entry, found, tell_apart(found)))
    return encode({"log": {"version": "1.2", "creator": CREATOR, "entries": entries}})


def tell_apart(found: Sequence[Exchange]) -> list[str]:
    """Return a name for who asked each time: the keys are hidden, but not whose request it was."""
    names: dict[str, str] = {}
    return [names.setdefault(one.credentials, f"caller-{len(names) + 1}") for one in found]


def make_entry(one: Exchange, caller: str) -> dict[str, Any]:
    """Return one entry of an archive; names that begin with `_` are extensions, as HAR allows.

    `_began` is the start in seconds on a clock that nobody sets.
    """
    spent = one.duration_s * 1000
    return {
        "startedDateTime": one.moment.isoformat(),
        "time": spent,
        "request": make_request(one),
        "response": make_response(one),
        "cache": {},
        "timings": {"send": 0, "wait": spent, "receive": 0},
        "_caller": caller,
        "_began": one.began_s,
    }


def make_request(one: Exchange) -> dict[str, Any]:
    """Return the request of an entry."""
    query = f"?{urlencode(one.query_pairs)}" if one.query_pairs else ""
    text = spell_body(one)
    media_type = one.headers.get("content-type", "")
    posted = {"postData": {"mimeType": media_type, "text": text}} if text else {}
    return {
        "method": one.method,
        "url": f"{HOST}{one.path}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pair(one.headers.items()),
        "queryString": pair(one.query_pairs),
        "headersSize": -1,
        "bodySize": len(text.encode()),
        **posted,
    }


def make_response(one: Exchange) -> dict[str, Any]:
    """Return the answer of an entry; anything but text is base64."""
    content = one.content
    media_type = one.answer_headers.get("content-type", "")
    return {
        "status": one.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pair(one.answer_headers.items()),
        "content": {"size": len(content), "mimeType": media_type, **show_bytes(content)},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(content),
    }


def make_lines(found: Sequence[Exchange]) -> bytes:
    """Return JSON lines, in the form that recordings have."""
    return b"".join(encode(line) + b"\n" for line in map(make_line, found, tell_apart(found)))


def make_line(one: Exchange, caller: str) -> dict[str, Any]:
    """Return one line."""
    query = f"?{urlencode(one.query_pairs)}" if one.query_pairs else ""
    return {
        "operation": one.operation,
        "caller": caller,
        "moment": one.moment.isoformat(),
        "method": one.method,
        "path": f"{one.path}{query}",
        "request": spell_body(one),
        "request_content_type": one.headers.get("content-type", ""),
        "status": one.status,
        "content_type": one.answer_headers.get("content-type", ""),
        "headers": one.answer_headers,
        "answer": one.text,
    }


def spell_body(one: Exchange) -> str:
    """Return the body of a request as JSON text; empty when there was none."""
    return "" if one.body is None else json.dumps(one.body, ensure_ascii=False)


def pair(found: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return names and values as HAR lists them."""
    return [{"name": name, "value": value} for name, value in found]


def show_bytes(content: bytes) -> dict[str, str]:
    """Return text as it is, all else as base64."""
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"text": b64encode(content).decode(), "encoding": "base64"}
