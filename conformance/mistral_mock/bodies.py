"""Reads request bodies: bounded in size, JSON or multipart forms."""

from __future__ import annotations

import logging
import re
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from mistral_mock import json_text, texts
from mistral_mock.context import Upload
from mistral_mock.errors import Problem, invalid, too_large
from mistral_mock.threads import aside

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping

    from mistral_mock.errors import InvalidError

    T = TypeVar("T")
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FRAME = 64 * 1024
"""What a form may add to the file that it carries, in bytes."""
BOUNDARY = re.compile(r"""[!#-\[\]-~]([ !#-\[\]-~]{0,254}[!#-\[\]-~])?""")
"""More than the 70 characters of RFC 2046, as some clients send more."""
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}(\s*;[\t -~]{0,255})?", re.ASCII)
"""What a file may say about its type: all that a header of a later answer can carry."""
LIST = "[]"
"""What the official SDK 1.x and some programs add to the name of a field that is a list."""
SMALL = 32 * 1024
"""Bodies up to this length, in bytes, are read without a thread."""


# The parser logs each form that is broken, which is the sender's business and is answered 422:
# without a handler of its own, that would end up on the terminal of whoever embeds the mock.
logging.getLogger("python_multipart").addHandler(logging.NullHandler())


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


@frozen
class Form:
    """A form: texts by field name, in order, and files."""

    texts: dict[str, list[str]] = field(factory=dict)
    files: dict[str, Upload] = field(factory=dict)

    @property
    def size(self) -> int:
        """How long all parts are together: texts in characters, files in bytes."""
        texts = sum(len(text) for each in self.texts.values() for text in each)
        return texts + sum(len(upload.content) for upload in self.files.values())


async def stream(receive: Receive, limit: int) -> AsyncGenerator[bytes, None]:
    """Yield the body's pieces; what goes beyond the limit is read and thrown away first.

    Raises:
        APIError: 413, the body is longer than the limit, in bytes.
        ClientGoneError: The client left.

    """
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        piece: bytes = message.get("body", b"")
        length += len(piece)
        if piece and length <= limit:
            yield piece
        more = message.get("more_body", False)
    if length > limit:
        raise too_large(limit)


async def read(receive: Receive, limit: int) -> bytes:
    """Return the whole body.

    Raises:
        APIError: 413 as in `stream`.

    """
    return b"".join([piece async for piece in stream(receive, limit)])


async def aside_if_large(content: bytes, work: Callable[[], T]) -> T:
    """Return what the work with the content gives; when that is long, others go on meanwhile."""
    return await aside(work) if len(content) > SMALL else work()


def parse_json(content: bytes) -> object:
    """Return the JSON value of a body.

    Raises:
        APIError: 422, with the position in the text.

    """
    try:
        return json_text.read(content)
    except JSONDecodeError as error:
        raise _malformed(error.pos, error.msg) from error
    except ValueError as error:
        raise _malformed(0, str(error)) from error


async def read_form(headers: Headers, receive: Receive, limit: int) -> Form:
    """Return the parts of a multipart form.

    Raises:
        APIError: 413 as in `stream` or for a file over the limit, 422 for a broken form.

    """
    boundary = _boundary(headers)
    whole = _until_end(stream(receive, limit + FRAME), boundary)
    parser = MultiPartParser(_as_bytes(boundary), whole, max_part_size=limit)
    try:
        data = await parser.parse()
    except MultiPartException as error:
        raise invalid(Problem(("body",), f"The form cannot be read: {error.message}")) from error
    form = Form()
    try:
        for raw_name, part in data.multi_items():
            name = _read_text("body", raw_name)
            if isinstance(part, UploadFile):
                form.files[name] = await _read_file(name, part)
            else:
                form.texts.setdefault(name.removesuffix(LIST), []).append(_read_text(name, part))
    finally:
        await data.close()
    if any(len(upload.content) > limit for upload in form.files.values()):
        raise too_large(limit)
    return form


async def _until_end(pieces: AsyncIterator[bytes], boundary: str) -> AsyncGenerator[bytes, None]:
    """Yield the pieces of a form, which has to have its end: the parser takes a part without one.

    Raises:
        MultiPartException: What ends a form does not come.

    """
    end, tail, ended = f"--{boundary}--".encode("latin-1"), b"", False
    async for piece in pieces:
        ended = ended or end in tail + piece
        tail = (tail + piece)[-len(end) :]
        yield piece
    if not ended:
        raise MultiPartException("The boundary that ends it is missing.")


async def read_texts(receive: Receive, limit: int) -> Form:
    """Return the fields of an urlencoded form, which carries no files.

    Raises:
        APIError: 413 as in `stream`, 422 for text that is not UTF-8.

    """
    content = await read(receive, limit)
    return await aside_if_large(content, lambda: _read_fields(content))


def _read_fields(content: bytes) -> Form:
    """Return the fields of an urlencoded form.

    Raises:
        APIError: 422, they are not UTF-8.

    """
    fields, problems = texts.check_fields("body", texts.decode_fields(texts.decode(content)))
    if problems:
        raise invalid(*problems)
    form = Form()
    for name, found in fields.items():
        form.texts.setdefault(name.removesuffix(LIST), []).extend(found)
    return form


def _boundary(headers: Headers) -> str:
    """Return what parts the form.

    Raises:
        APIError: 422, no boundary is named, or one that no form can have.

    """
    _, parameters = parse_options_header(headers.get("content-type", ""))
    boundary = parameters.get(b"boundary", b"").decode("latin-1")
    if not BOUNDARY.fullmatch(boundary):
        raise invalid(Problem(("body",), "The form cannot be read: its boundary is missing"))
    return boundary


def _as_bytes(boundary: str) -> Headers:
    """Return the headers under which the form parser takes every byte of a text for a character.

    Otherwise it would take text that is not UTF-8 for Latin-1, and no one could tell any more.
    """
    return Headers({"content-type": f'multipart/form-data; charset=latin-1; boundary="{boundary}"'})


def _read_text(field_name: str, characters: str) -> str:
    """Return a text of a form, whose characters stand for bytes.

    Raises:
        APIError: 422, they are not UTF-8.

    """
    text = texts.decode(characters.encode("latin-1"))
    problems = texts.check(("body", field_name), [text])
    if problems:
        raise invalid(*problems)
    return text


async def _read_file(name: str, part: UploadFile) -> Upload:
    """Return a file of a form; a media type that no header could carry says nothing."""
    media_type = (part.content_type or "").strip()
    return Upload(
        _read_text(name, part.filename or ""),
        media_type if MEDIA_TYPE.fullmatch(media_type) else None,
        await part.read(),
    )


def _malformed(position: int, reason: str) -> InvalidError:
    problem = Problem(
        ("body", position), "JSON decode error", "json_invalid", {}, {"error": reason}
    )
    return invalid(problem)
