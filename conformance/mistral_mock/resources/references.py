"""The bytes behind an address in a request.

`data:` URLs hold them, the mock's own signed URLs and those of the world lead to them. What any
other address stands for is made up, refused or fetched, as the setting `urls` says (our choice).
"""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from mistral_mock import registry, signing
from mistral_mock.completion.refusal import bad_request
from mistral_mock.context import Upload
from mistral_mock.errors import APIError
from mistral_mock.resources import addresses, downloads, files, invention

if TYPE_CHECKING:
    from mistral_mock.context import Context
    from mistral_mock.resources.invention import Kind

NOBODYS = ".invalid"
"""Hosts that exist nowhere (RFC 2606): what stands there is not even made up."""
WEB = ("http", "https")
ADDRESSES = ("http://", "https://", "data:")
DATA = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),(.*)", re.DOTALL | re.IGNORECASE)
SENDABLE = "send a data: URL, a file or a signed URL of it"


def fetch(ctx: Context, url: str, name: str = "", kind: Kind = "document") -> Upload:
    """Return what an address stands for; the name is the caller's own for it, if any.

    Raises:
        APIError: 400, nothing can be had from the address, or the mock does not visit it.

    """
    if url[:5].lower() == "data:":
        return read_data(url, name)
    if url.startswith(ctx.base_url + signing.PREFIX):
        return read_signed(ctx, url, name)
    host = find_host(url)
    title = name or invention.find_title(url)
    found = addresses.look_up(ctx, url, title)
    if found is not None:
        return found
    if ctx.settings.urls == "refuse":
        told = f"{SENDABLE}, or start the mock with --urls invent"
        raise bad_request(f"The URL cannot be read, {told}")
    if ctx.settings.urls == "fetch":
        return downloads.download(url, title, ctx.settings.max_upload)
    if host.endswith(NOBODYS):
        raise bad_request("The URL cannot be fetched: its host is unknown")
    return invention.invent(kind, url, title)


def open_recording(ctx: Context, given: str) -> Upload:
    """Return a recording in a request: what stands at its address, or its bytes as base64.

    Raises:
        APIError: 400, it is not to be had, or is not base64.

    """
    if given[:8].lower().startswith(ADDRESSES):
        return fetch(ctx, given, kind="recording")
    return Upload("", None, decode(given))


def find_host(url: str) -> str:
    """Return the host of a web address.

    Raises:
        APIError: 400, it is none.

    """
    try:
        parts = invention.split_address(url)
        host = parts.hostname
    except ValueError:
        parts, host = None, None
    if parts is None or not host or parts.scheme not in WEB:
        raise bad_request(f"The URL cannot be read, it is no web address: {SENDABLE}")
    return host


def read_signed(ctx: Context, url: str, name: str) -> Upload:
    """Return what a signed URL of the mock serves.

    Raises:
        APIError: 400, nothing.

    """
    path, _, query = url.removeprefix(ctx.base_url).partition("?")
    try:
        kind, key = ctx.world.signer.read(path, query)
        serve = registry.server(kind)
        answer = None if serve is None else serve(ctx, key)
    except APIError as error:
        raise bad_request(f"The URL answers {error.status}") from error
    if answer is None:
        raise bad_request("The URL answers 404")
    return Upload(name, answer.media_type, answer.body)


def read_data(url: str, name: str = "") -> Upload:
    """Return what a `data:` URL holds.

    Raises:
        APIError: 400, it is not written like one.

    """
    match = DATA.fullmatch(url)
    if match is None:
        raise bad_request("The data: URL is not written like data:TYPE;base64,CONTENT")
    mime_type, options, text = match.groups()
    if "base64" in options.lower().split(";"):
        return Upload(name, mime_type or None, decode(text))
    return Upload(name, mime_type or None, unquote_to_bytes(text))


def decode(text: str) -> bytes:
    """Return the bytes of base64 text.

    Raises:
        APIError: 400, it is not base64.

    """
    try:
        return unpack(text)
    except ValueError as error:
        raise bad_request(f"The content is not base64: {error}") from error


def unpack(text: str) -> bytes:
    """Return the bytes of base64 text, in either alphabet; whitespace and missing padding are fine.

    Raises:
        ValueError: It is not base64.

    """
    packed = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    return b64decode(packed + "=" * (-len(packed) % 4), validate=True)


def open_file(ctx: Context, file_id: str) -> Upload:
    """Return the bytes of an uploaded file.

    Raises:
        APIError: 400, there is none that the caller sees.

    """
    file = files.look_up(ctx, file_id)
    if file is None:
        raise bad_request(f"File {file_id} not found")
    return Upload(file.filename, file.mime_type, files.read_content(ctx, file))
