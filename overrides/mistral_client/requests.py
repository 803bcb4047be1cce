"""The request that a call and its options make.

A request is written with everything prepared that can be: headers once per kind of request, the URL
of the base once per client; it then costs a few microseconds instead of the forty that
`httpx.Client.build_request` takes.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import httpx

from mistral_client.settings import __version__
from mistral_generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_client.adapters import AnyCall
    from mistral_client.files import Multipart
    from mistral_client.keys import KeySource
    from mistral_client.options import Options
    from mistral_client.settings import Settings
    from mistral_generated.types import Operation

USER_AGENT: Final = (
    f"mistral-openapi/{__version__} python/{sys.version_info[0]}.{sys.version_info[1]}"
)

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_parse_url = lru_cache(maxsize=256)(httpx.URL)
_NOTHING: Final = httpx.ByteStream(b"")
_WITH_LENGTH: Final = frozenset({"POST", "PUT", "PATCH"})


class RequestWriter:
    """Writes requests for one client: its base URL, its headers, its timeouts."""

    def __init__(
        self, settings: Settings, *, base_headers: Mapping[str, str] | None = None
    ) -> None:
        """Prepare what requests share.

        `base_headers` come from a caller's own httpx client and give way to ours.
        """
        self._base_url = settings.base_url
        self._common = httpx.Headers(base_headers)
        self._common["host"] = httpx.URL(settings.base_url).netloc.decode("ascii")
        self._common["accept-encoding"] = "gzip, deflate"
        self._common["user-agent"] = USER_AGENT
        key = settings.api_key
        self._common["authorization"] = f"Bearer {key}"
        self._common.update(settings.headers)
        self.key_source: KeySource | None = None
        if not isinstance(key, str) and "authorization" not in httpx.Headers(settings.headers):
            self.key_source = key
            del self._common["authorization"]
        self._prepared: dict[tuple[str, bool], httpx.Headers] = {}

    def write(
        self,
        call: AnyCall,
        options: Options,
        content: bytes | Multipart | None,
    ) -> httpx.Request:
        """Return the request for a call, with `content` (see `encode_json`) as its body.

        Raises:
            ValueError: The arguments make no URL, such as one of a megabyte.

        """
        operation = call.operation
        headers = self._headers(operation, isinstance(content, bytes))
        if isinstance(content, bytes):
            stream: httpx.ByteStream | Multipart = httpx.ByteStream(content)
        else:
            stream = _NOTHING if content is None else content
        request = httpx.Request(
            operation.method,
            self._url(call),
            headers=headers,
            stream=stream,
            extensions={"timeout": options.timeouts.as_httpx()},
        )
        if isinstance(content, bytes):
            request.headers["content-length"] = str(len(content))
        elif content is not None:
            request.headers.update(content.headers)
        elif operation.method in _WITH_LENGTH:
            request.headers["content-length"] = "0"
        if call.headers:
            request.headers.update(call.headers)
        if options.headers:
            request.headers.update(options.headers)
        return request

    def _url(self, call: AnyCall) -> httpx.URL:
        query = f"?{urlencode(call.params)}" if call.params else ""
        try:
            return _parse_url(f"{self._base_url}{call.url}{query}")
        except httpx.InvalidURL as fault:
            raise ValueError(f"{call.operation.id}() got arguments that no URL can hold") from fault

    def _headers(self, operation: Operation, has_json: bool) -> httpx.Headers:
        headers = self._prepared.get((operation.accept, has_json))
        if headers is None:
            headers = httpx.Headers(self._common)
            headers["accept"] = operation.accept
            if operation.binary:
                # A compressed body that is cut off cannot be told from a whole one.
                headers["accept-encoding"] = "identity"
            if has_json:
                headers["content-type"] = "application/json"
            self._prepared[operation.accept, has_json] = headers
        return headers


def encode_json(call: AnyCall) -> bytes | None:
    """Return the JSON body of a call, or None if it has none.

    Errors name the argument, where in it the value stands, and what to write.

    Raises:
        TypeError: JSON has no form for a value.
        ValueError: A value is NaN, infinite or broken text.

    """
    body = call.json
    if body is UNSET:
        return None
    try:
        return _dumps(body).encode()
    except (TypeError, ValueError, RecursionError) as reason:
        from mistral_generated.arguments import explain  # noqa: PLC0415 - for errors only

        place = "" if isinstance(body, dict) else "body"
        raise explain(body, place, reason, call.names) from reason
