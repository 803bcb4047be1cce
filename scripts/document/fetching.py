"""The bytes of a document, from a file or a URL, within bounds of size and time."""

from __future__ import annotations

import zlib
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

import anyio
import httpx

from document.problems import DocumentProblem

FETCH_S = 60.0
"""How long fetching a URL may take as a whole, in seconds, however slowly it drips."""
LARGEST = 32 * 1024 * 1024
"""The greatest document, in bytes, unpacked; the vendor's has one megabyte."""
_GZIP = b"\x1f\x8b"


def read_source(source: str) -> bytes:
    """Return the content behind a file path or URL, unpacked when gzip packed it.

    Raises:
        DocumentProblem: It cannot be read, is too large or takes too long.

    """
    packed = _fetch(source) if (parts := _url(source)) and parts.scheme else _read(source)
    return _unpacked(packed, name_of(source)) if packed.startswith(_GZIP) else packed


def name_of(source: str) -> str:
    """Return what a source is called where it is written down: no folder, no password, no query."""
    parts = _url(source)
    if parts is None or not parts.scheme:
        return Path(source).name
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(SplitResult(parts.scheme, host, parts.path, "", ""))


def _url(source: str) -> SplitResult | None:
    """Return the parts of a URL; empty parts for a file.

    Raises:
        DocumentProblem: It begins as a URL does but is none.

    """
    if not source.startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(source)
        complete = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        httpx.URL(source)
    except (ValueError, httpx.InvalidURL) as error:
        raise DocumentProblem(f"{source} is no URL ({error}); check the address") from error
    if not complete:
        raise DocumentProblem(f"{source} is no URL, it names no host; check the address")
    return parts


def _read(source: str) -> bytes:
    try:
        path = Path(source)
        if path.is_file() and path.stat().st_size > LARGEST:
            raise _too_large(path.name)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DocumentProblem(
            f"{source} cannot be read ({reason}); give an existing OpenAPI file or a URL"
        ) from error


def _too_large(name: str) -> DocumentProblem:
    return DocumentProblem(
        f"{name} is larger than {LARGEST // 1024**2} MB, which no OpenAPI document of this API is; "
        "is it the right file?"
    )


def _fetch(url: str) -> bytes:
    name = name_of(url)
    try:
        return anyio.run(_download, url, name)
    except TimeoutError as error:
        raise DocumentProblem(
            f"{name} did not come within {FETCH_S:g} s; try again, or download it and give the file"
        ) from error
    except (httpx.HTTPError, OSError) as error:
        raise DocumentProblem(
            f"{name} cannot be fetched ({_reason(error)}); check the address, "
            "or download it and give the file"
        ) from error


def _reason(error: Exception) -> str:
    """Return why a fetch failed, without the address, which may hold a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"the server answers {error.response.status_code}"
    return type(error).__name__ if "://" in str(error) else str(error) or type(error).__name__


async def _download(url: str, name: str) -> bytes:
    """Return the body of the answer.

    A deadline holds for all of it, headers and redirects included.
    """
    body = bytearray()
    with anyio.fail_after(FETCH_S):
        async with (
            httpx.AsyncClient(follow_redirects=True, timeout=FETCH_S) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise _too_large(name)
    return bytes(body)


def _unpacked(packed: bytes, name: str) -> bytes:
    """Return what gzip packed; never more than a document may have, however small the packet is."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(packed, LARGEST + 1)
    except zlib.error as error:
        raise DocumentProblem(f"{name} is damaged (gzip: {error}); fetch it again") from error
    if len(content) > LARGEST:
        raise _too_large(name)
    if not unpacker.eof:
        raise DocumentProblem(f"{name} is cut short (gzip); fetch it again")
    return content
