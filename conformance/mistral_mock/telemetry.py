"""Where the official SDKs send the spans of their calls when an application asks them to.

The document has no such operation: the route is that of OTLP over HTTP. Spans are taken and
forgotten; the journal has those that are sent as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.answers import JSON, Answer
from mistral_mock.bodies import parse_json
from mistral_mock.errors import method_not_allowed, unsupported_media_type

if TYPE_CHECKING:
    from starlette.datastructures import Headers

PATH = "/telemetry/v1/traces"
PROTOBUF = "application/x-protobuf"
NOTHING_REFUSED = {JSON: b"{}", PROTOBUF: b""}
"""The answer to spans that were all taken, by media type."""


def take(method: str, headers: Headers, content: bytes) -> tuple[Any, Answer]:
    """Return the spans, None unless they are plain JSON, and the answer in their own media type.

    Raises:
        APIError: 405 or 415, or 422 for broken JSON.

    """
    if method != "POST":
        raise method_not_allowed(["POST"])
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in NOTHING_REFUSED:
        raise unsupported_media_type(list(NOTHING_REFUSED))
    is_plain = media_type == JSON and "content-encoding" not in headers
    spans = parse_json(content) if is_plain else None
    return spans, Answer(200, NOTHING_REFUSED[media_type], media_type)
