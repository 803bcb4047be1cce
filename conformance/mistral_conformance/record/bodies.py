"""Bodies as recorders write them: text, bytes, base64, parsed JSON, compressed or not."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

from mistral_conformance.record.recorded import Body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAGIC = b"\x1f\x8b"
"""How gzip begins. Recorders decompress, and keep the header that says otherwise."""


def make_body(value: object, headers: Mapping[str, str], *, is_base64: bool = False) -> Body:
    """Return the body that a recorder wrote as `value`, which may be an object that holds it."""
    media_type = headers.get("content-type", "")
    try:
        content = _content(value, is_base64=is_base64)
    except (ValueError, binascii.Error) as error:
        return Body(None, media_type, f"its body is no base64: {error}")
    if content is None:
        return Body(None, media_type)
    try:
        return Body(_decompressed(content, headers.get("content-encoding", "")), media_type)
    except (OSError, EOFError, zlib.error, NotImplementedError) as error:
        return Body(None, media_type, f"its body cannot be decompressed: {error}")


def _content(value: object, *, is_base64: bool) -> bytes | None:
    """Return the bytes behind a value; None when there are none."""
    if value is None:
        return None
    if isinstance(value, dict):
        return _held(value)
    if isinstance(value, list):
        return json.dumps(value).encode()
    content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return base64.b64decode(content, validate=True) if is_base64 else content


def _held(value: dict[Any, Any]) -> bytes | None:
    """Return the bytes of an object around a body: that of VCR, or else JSON that was parsed."""
    if "base64_string" in value:
        return _content(value["base64_string"], is_base64=True)
    if "string" in value and set(value) <= {"string", "encoding"}:
        return _content(value["string"], is_base64=False)
    return json.dumps(value).encode()


def _decompressed(content: bytes, encoding: str) -> bytes:
    """Return the content without its compression.

    Raises:
        NotImplementedError: Nothing here reads that compression, and the content is not plain.

    """
    for name in reversed([each.strip().lower() for each in encoding.split(",") if each.strip()]):
        content = _READERS.get(name, _plain_or_unknown)(content)
    return content


def _gunzip(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(MAGIC) else content


def _inflate(content: bytes) -> bytes:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return zlib.decompress(content, window)
        except zlib.error:
            continue
    return content


def _plain_or_unknown(content: bytes) -> bytes:
    """Return the content itself if it is text already, as after most recorders."""
    try:
        content.decode()
    except UnicodeDecodeError:
        raise NotImplementedError("only gzip and deflate are read") from None
    return content


_READERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "identity": bytes,
}
