"""What messages of a chat bring beside words: documents, pictures, recordings and files.

Each is read as OCR or a transcription reads it, and stands in the message as an `Attachment`.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import asdict

from mistral_mock.completion.messages import Attachment, brings_something
from mistral_mock.completion.refusal import bad_request
from mistral_mock.completion.tokens import count_tokens
from mistral_mock.errors import APIError
from mistral_mock.extraction.pictures import read_picture
from mistral_mock.registry import opens
from mistral_mock.resources import readings, references
from mistral_mock.resources.invention import Invented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mistral_mock.context import Context, Upload
    from mistral_mock.extraction.pictures import Picture

    Chunk = Mapping[str, Any]
    Content = str | Sequence[Chunk] | None

SOUND = ("audio/", "video/")
PATCH, LONGEST_SIDE = 28, 1540
"""Pixels of what one token of a picture shows, and of a picture's side as a model sees it."""


def read(ctx: Context, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body of a chat with all that its messages bring; itself when they are words alone.

    Raises:
        APIError: 400, something cannot be had, or is not what it should be.

    """
    said = body["messages"]
    if not any(brings_something(one.get("content")) for one in said):
        return body
    found = [{**one, "content": read_content(ctx, one.get("content"))} for one in said]
    return {**body, "messages": found}


def read_content(ctx: Context, content: Content) -> Content:
    """Return the content of a message with all that it brings.

    Raises:
        APIError: 400, as in `read`.

    """
    if content is None or isinstance(content, str):
        return content
    return [read_chunk(ctx, chunk) for chunk in content]


def read_chunk(ctx: Context, chunk: Chunk) -> Chunk:
    """Return a chunk as it was read; itself when it holds all that it says."""
    name = next((name for name in OPENERS if name in chunk), None)
    if name is None:
        return chunk
    key = tuple(map(str, (name, chunk[name], chunk.get("document_name"))))
    if key not in ctx.readings:
        ctx.readings[key] = asdict(OPENERS[name](ctx, chunk))
    return {"brought": ctx.readings[key]}


@opens
def list_texts(ctx: Context, messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what all that the messages bring says; what cannot be had says nothing."""
    for message in messages:
        content = message.get("content")
        for chunk in content if isinstance(content, list) else ():
            with suppress(APIError):
                found = read_chunk(ctx, chunk)
                if "brought" in found:
                    yield found["brought"]["text"]


def open_picture(ctx: Context, chunk: Chunk) -> Attachment:
    """Return a picture; one that is made up is a page.

    Raises:
        APIError: 400, it cannot be had, or is no picture.

    """
    given = chunk["image_url"]
    source = references.fetch(ctx, given if isinstance(given, str) else given["url"])
    picture = read_picture(source.content)
    if picture is not None:
        return show_picture(picture)
    if not isinstance(source, Invented):
        raise bad_request("The image cannot be read: it is no PNG, JPEG, GIF, BMP or WebP")
    return read_document(source, "picture")


def open_document(ctx: Context, chunk: Chunk) -> Attachment:
    """Return a document, which may be a picture of one."""
    name = chunk.get("document_name") or ""
    source = references.fetch(ctx, chunk["document_url"], name)
    return read_document(source, "document")


def open_recording(ctx: Context, chunk: Chunk) -> Attachment:
    """Return a recording: its address, or its bytes as base64, bare or with its format."""
    given = chunk["input_audio"]
    text = given if isinstance(given, str) else given["data"]
    return hear(references.open_recording(ctx, text))


def open_file(ctx: Context, chunk: Chunk) -> Attachment:
    """Return a file that was uploaded: a recording when its type says so, else a document."""
    source = references.open_file(ctx, chunk["file_id"])
    if (source.mime_type or "").startswith(SOUND):
        return hear(source)
    return read_document(source, "document")


OPENERS: dict[str, Callable[[Context, Chunk], Attachment]] = {
    "image_url": open_picture,
    "document_url": open_document,
    "input_audio": open_recording,
    "file_id": open_file,
}
"""By the field that tells what a chunk brings; references to sources bring nothing."""


def read_document(source: Upload, kind: str) -> Attachment:
    """Return a document's text.

    Raises:
        APIError: 400, it has none that can be read.

    """
    picture = read_picture(source.content)
    if picture is not None:
        return show_picture(picture)
    text = readings.read_text(source)
    return Attachment(kind, source.name, text, count_tokens(text))


def show_picture(picture: Picture) -> Attachment:
    """Return a picture without words, by its type and size."""
    shown = f"{picture.extension}, {picture.width} by {picture.height} pixels"
    scale = min(1, LONGEST_SIDE / max(picture.width, picture.height, 1))
    sides = (math.ceil(side * scale / PATCH) for side in (picture.width, picture.height))
    return Attachment("picture", shown, "", math.prod(sides))


def hear(source: Upload) -> Attachment:
    """Return what a recording says.

    Raises:
        APIError: 400, it is no recording.

    """
    found = readings.transcribe(source, None)
    heard = math.ceil(found.seconds * readings.TOKENS_A_SECOND)
    return Attachment("recording", source.name, found.text, heard, math.ceil(found.seconds))
