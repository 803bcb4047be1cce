"""What a request says, parameter by parameter, read off what was sent."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mistral_conformance.record.wire import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Message

LONGEST_BODY = 64 * 1024
"""Of a longer body, in bytes, nothing is read: rules send some of many megabytes."""
_PART = re.compile(rb'name="([^"]*)"[^\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*)', re.DOTALL)


def sent_values(
    operation: Operation, message: Message, exchange: Exchange
) -> Iterator[tuple[str, str, str]]:
    """Place, name and value (as some text that tells it from others) of each parameter sent."""
    url = urlsplit(exchange.url)
    match = _template(operation.path).search(url.path)
    if match:
        for name, value in match.groupdict().items():
            yield "path", name, value
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        yield "query", name, value
    for name, value in message.headers.items():
        yield "header", _header(operation, name), value
    if len(exchange.request_content) <= LONGEST_BODY:
        yield from _body(message, exchange)


def _body(message: Message, exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    if message.json is not UNSET:
        yield from _fields(message.json)
    elif message.files or message.data:
        for name, value in (*_pairs(message.data), *_pairs(message.files)):
            yield "form", name, repr(value)
    elif message.content:
        media_type = next((v for k, v in exchange.request_headers if k == "content-type"), "")
        if "multipart" in media_type:
            yield from _parts(message.content, media_type.partition("boundary=")[2])
        else:
            yield from _fields(_read(message.content))


def _fields(body: object) -> Iterator[tuple[str, str, str]]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield "body", str(name), repr(value)


def _pairs(given: Any) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - what httpx takes
    """Yield the pairs of a mapping, or of a sequence of pairs, as httpx takes both."""
    pairs: Iterable[tuple[str, object]] = given.items() if isinstance(given, dict) else given or ()
    yield from pairs


def _parts(content: bytes, boundary: str) -> Iterator[tuple[str, str, str]]:
    for part in content.split(b"--" + boundary.encode()):
        match = _PART.search(part)
        if match:
            yield "form", match[1].decode(errors="replace"), repr(match[2])


def _read(content: bytes) -> object:
    try:
        body: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body


def _header(operation: Operation, name: str) -> str:
    """Return the name as the document spells it."""
    return _headers(operation).get(name.lower(), name)


@cache
def _headers(operation: Operation) -> Mapping[str, str]:
    names = (each["name"] for each in operation.parameters if each["in"] == "header")
    return {each.lower(): each for each in names}


@cache
def _template(path: str) -> re.Pattern[str]:
    """Return the path template as a pattern; the base URL may have a path of its own in front."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
