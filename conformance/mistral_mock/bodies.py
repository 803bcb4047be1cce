"""Reads request bodies: bounded in size, JSON or multipart forms."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

from attrs import field, frozen
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from mistral_mock import json_text
from mistral_mock.context import Upload
from mistral_mock.errors import Problem, invalid, too_large
from mistral_mock.threads import aside

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping

    from starlette.datastructures import Headers

    from mistral_mock.errors import InvalidError

    T = TypeVar("T")
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FRAME = 64 * 1024
"""What a form may add to the file that it carries, in bytes."""
SMALL = 32 * 1024
"""Bodies up to this length, in bytes, are read without a thread."""


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
    """The body's pieces; what goes beyond the limit is read and thrown away first.

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
    """The whole body.

    Raises:
        APIError: 413 as in `stream`.

    """
    return b"".join([piece async for piece in stream(receive, limit)])


async def aside_if_large(content: bytes, work: Callable[[], T]) -> T:
    """What the work with the content gives; when that is long, others go on meanwhile."""
    return await aside(work) if len(content) > SMALL else work()


def parse_json(content: bytes) -> object:
    """The JSON value of a body.

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
    """The parts of a multipart form.

    Raises:
        APIError: 413 as in `stream` or for a file over the limit, 422 for a broken form.

    """
    parser = MultiPartParser(headers, stream(receive, limit + FRAME), max_part_size=limit)
    try:
        data = await parser.parse()
    except MultiPartException as error:
        raise invalid(Problem(("body",), f"The form cannot be read: {error.message}")) from error
    form = Form()
    for name, part in data.multi_items():
        if isinstance(part, UploadFile):
            content = await part.read()
            form.files[name] = Upload(part.filename or "", part.content_type, content)
        else:
            form.texts.setdefault(name, []).append(part)
    await data.close()
    if any(len(upload.content) > limit for upload in form.files.values()):
        raise too_large(limit)
    return form


async def read_texts(receive: Receive, limit: int) -> Form:
    """The fields of an urlencoded form, which carries no files.

    Raises:
        APIError: 413 as in `stream`.

    """
    content = await read(receive, limit)
    return await aside_if_large(
        content,
        lambda: Form(parse_qs(content.decode("utf-8", "replace"), keep_blank_values=True)),
    )


def _malformed(position: int, reason: str) -> InvalidError:
    problem = Problem(
        ("body", position), "JSON decode error", "json_invalid", {}, {"error": reason}
    )
    return invalid(problem)
