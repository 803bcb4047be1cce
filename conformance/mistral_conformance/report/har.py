"""The traffic of a run as HAR 1.2, written as it comes, without secrets."""

from __future__ import annotations

import base64
import json
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from attrs import define, field

from mistral_conformance.record.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor

BODY_LIMIT = 1_000_000
"""Longer bodies are left out, and a comment says so."""
UNKNOWN = -1


@define
class Traffic:
    """Writes exchanges into a HAR file."""

    _file: IO[str]
    _redactor: Redactor
    _lock: Lock = field(factory=Lock)
    _written: int = 0

    def add(self, exchange: Exchange) -> None:
        """Write one exchange; may be called from any thread."""
        text = json.dumps(entry_of(exchange, self._redactor, datetime.now(UTC)))
        with self._lock:
            self._file.write(f"{',' if self._written else ''}\n{text}")
            self._written += 1


@contextmanager
def writing_traffic(path: Path, redactor: Redactor) -> Iterator[Traffic]:
    """Give a HAR file that is there, whole, when the block ends, however it ends.

    Raises:
        OSError: it cannot be written.

    """
    creator = {"name": "mistral-conformance", "version": version("mistral-openapi")}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        made = Path(file.name)
        file.write(f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)}, "entries": [')
        try:
            yield Traffic(file, redactor)
        finally:
            file.write("\n]}}\n")
            file.close()
            made.chmod(0o644)
            made.replace(path)


def entry_of(exchange: Exchange, redactor: Redactor, ended: datetime) -> dict[str, Any]:
    """Return the entry of an exchange. What HAR asks for and nobody measured is -1, as it wants."""
    took_ms = round(exchange.elapsed_s * 1000, 3)
    began = ended - timedelta(seconds=exchange.elapsed_s)
    entry = {
        "startedDateTime": began.isoformat(timespec="milliseconds"),
        "time": took_ms,
        "request": _request(exchange, redactor),
        "response": _response(exchange, redactor),
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
        "_identity": exchange.identity,
        "_operation": exchange.operation,
    }
    if exchange.failure:
        entry["comment"] = redactor.text(exchange.failure)
    return entry


def _request(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    url = redactor.text(exchange.url)
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    found = {
        "method": exchange.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.request_headers, redactor),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": UNKNOWN,
        "bodySize": len(exchange.request_content),
    }
    if exchange.request_content:
        kind = dict(exchange.request_headers).get("content-type", "")
        found["postData"] = {"mimeType": kind, **_content(exchange.request_content, redactor)}
    return found


def _response(exchange: Exchange, redactor: Redactor) -> dict[str, Any]:
    headers = exchange.headers
    return {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers.multi_items(), redactor),
        "content": {
            "size": len(exchange.content),
            "mimeType": headers.get("content-type", "x-unknown"),
            **_content(exchange.content, redactor),
        },
        "redirectURL": redactor.text(headers.get("location", "")),
        "headersSize": UNKNOWN,
        "bodySize": len(exchange.content),
    }


def _pairs(headers: Iterable[tuple[str, str]], redactor: Redactor) -> list[dict[str, str]]:
    return [{"name": redactor.text(name), "value": redactor.text(each)} for name, each in headers]


def _content(content: bytes, redactor: Redactor) -> dict[str, str]:
    if len(content) > BODY_LIMIT:
        return {"text": "", "comment": f"{counted(len(content), 'byte')}, left out"}
    clean = redactor.content(content)
    try:
        return {"text": clean.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(clean).decode("ascii"), "encoding": "base64"}
