"""Writes exchanges as JSON lines, in the form that recordings have; no key gets into them."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import field, frozen

if TYPE_CHECKING:
    from typing import TextIO

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor

LEFT_OUT = frozenset({"set-cookie", "cookie", "authorization"})


@frozen
class Recorder:
    """Writes to a file what it is told of; exchanges without an answer are left out.

    The `Date` of answers goes too where it is not `dated`: the server tells time by another clock.
    """

    file: TextIO
    redactor: Redactor
    dated: bool = True
    _lock: Lock = field(factory=Lock, repr=False)

    def write(self, exchange: Exchange) -> None:
        """Write one exchange; may be called from any thread."""
        if exchange.failure:
            return
        url = urlsplit(exchange.url)
        sent = dict(exchange.request_headers)
        hidden = LEFT_OUT if self.dated else {*LEFT_OUT, "date"}
        line = {
            "operation": exchange.operation,
            "caller": exchange.identity,
            "method": exchange.method,
            "path": f"{url.path}?{url.query}" if url.query else url.path,
            "request": exchange.request_content.decode("utf-8", "replace"),
            "request_content_type": sent.get("content-type", ""),
            "status": exchange.status,
            "content_type": exchange.headers.get("content-type", ""),
            "headers": {k: v for k, v in exchange.headers.items() if k not in hidden},
            "answer": exchange.text,
        }
        text = self.redactor.text(json.dumps(line, ensure_ascii=False))
        with self._lock:
            self.file.write(text + "\n")
            self.file.flush()
