from __future__ import annotations

import asyncio
import io
import mimetypes
import mmap
import os
import threading
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from tests.unit.client.harness import DOCUMENT, Server, answer

from mistral_client import ConnectionFailed, File, RateLimited
from mistral_client.files import ASYNC_PIECE, Multipart, Source, open_file
from mistral_generated.types import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.client.harness import Both

CREATED = answer(201, DOCUMENT)


class OneWay(io.BytesIO):
    """A stream that cannot seek, like a pipe."""

    name = "/some/where/pipe.bin"

    def seek(self, *_args: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def parts(request: httpx.Request) -> dict[str, tuple[str | None, str, bytes]]:
    """Return the parts of a form: file name, media type, content."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.content, policy=HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_filename(),
            part.get_content_type(),
            cast("bytes", part.get_payload(decode=True)),
        )
        for part in message.iter_parts()
    }


def upload(both: Both, file: Any, script: list[Any] | None = None, **options: Any) -> Server:
    server = Server(script or [CREATED])
    both.run(
        server, lambda client: client.beta.libraries.documents.upload("l", file=file, **options)
    )
    return server


def sent(both: Both, file: Any) -> tuple[str | None, str, bytes]:
    (request,) = upload(both, file).requests
    return parts(request)["file"]


def test_path_is_sent_under_its_name(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"hello")
    assert sent(both, path) == ("notes.txt", "text/plain", b"hello")
    assert sent(both, str(path)) == ("notes.txt", "text/plain", b"hello")


def test_bytes_are_sent(both: Both) -> None:
    assert sent(both, b"hello") == ("upload", "application/octet-stream", b"hello")


def test_stream_is_sent_under_its_name(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    with path.open("rb") as stream:
        assert sent(both, stream) == ("a.pdf", "application/pdf", b"%PDF")
        assert not stream.closed


def test_stream_is_sent_from_where_it_stands(both: Both) -> None:
    stream = io.BytesIO(b"0123456789")
    stream.seek(4)
    assert sent(both, File(fileName="x.bin", content=stream))[2] == b"456789"


def test_file_in_the_official_spelling_is_sent(both: Both) -> None:
    assert sent(both, File(fileName="a.txt", content=b"x"))[0] == "a.txt"
    assert sent(both, {"file_name": "a.txt", "content": b"x"})[0] == "a.txt"
    assert sent(both, {"fileName": "a.txt", "content": io.BytesIO(b"x")})[2] == b"x"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tickets.jsonl", "application/jsonl"),
        ("Prices.CSV", "text/csv"),  # Windows says application/vnd.ms-excel where Excel is
        ("letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("meeting.m4a", "audio/mp4"),
        ("page.svg", "image/svg+xml"),
        ("pdf", "application/octet-stream"),
        ("archive.unheard-of", "application/octet-stream"),
    ],
)
def test_media_type_follows_the_name_on_every_machine(
    both: Both, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    slim = mimetypes.MimeTypes()
    slim.types_map[True].pop(".docx", None)
    slim.types_map[True][".csv"] = "application/vnd.ms-excel"
    monkeypatch.setattr(mimetypes, "guess_type", slim.guess_type)
    assert sent(both, File(name, b"x"))[1] == kind


def test_given_media_type_wins(both: Both) -> None:
    assert sent(both, File("a.txt", b"x", "text/markdown"))[1] == "text/markdown"


def test_name_with_quotes_and_line_ends_stays_one_header(both: Both) -> None:
    (request,) = upload(both, File('a"\r\nX: y.txt', b"x")).requests
    assert b'filename="a%22%0D%0AX: y.txt"' in request.content


def test_name_beyond_ascii_is_sent_as_utf8(both: Both) -> None:
    (request,) = upload(both, File("é.txt", b"x")).requests
    assert 'filename="é.txt"'.encode() in request.content


def test_fields_are_sent_beside_the_file(both: Both) -> None:
    server = Server([answer(200, {"id": "f"})])
    both.run(server, lambda client: client.files.upload(file=File("a", b"x"), purpose="ocr"))
    assert parts(server.requests[0])["purpose"][2] == b"ocr"


def test_length_is_announced(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 700_000)
    (request,) = upload(both, path).requests
    assert int(request.headers["content-length"]) == len(request.content)
    assert "transfer-encoding" not in request.headers


def test_stream_of_unknown_length_goes_in_chunks(both: Both) -> None:
    (request,) = upload(both, OneWay(b"abc")).requests
    assert request.headers["transfer-encoding"] == "chunked"
    assert parts(request)["file"] == ("pipe.bin", "application/octet-stream", b"abc")


def test_upload_is_sent_again_from_the_start(both: Both) -> None:
    server = upload(both, File("a", io.BytesIO(b"abc")), [answer(503), CREATED])
    assert server.requests[0].content == server.requests[1].content


def test_stream_that_cannot_seek_is_sent_once(both: Both) -> None:
    with pytest.raises(RateLimited) as caught:
        upload(both, OneWay(b"abc"), [answer(429), CREATED])
    assert caught.value.attempts == 1


def test_stream_that_cannot_seek_goes_again_while_it_is_unread(both: Both) -> None:
    class Refusing(httpx.MockTransport):
        """Refuses the first connection, before it reads the body."""

        refused = False

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            self.refuse_once()
            return super().handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.refuse_once()
            return await super().handle_async_request(request)

        def refuse_once(self) -> None:
            if not self.refused:
                self.refused = True
                raise httpx.ConnectError("refused")

    client = both.client([CREATED])
    client = type(client)("k", transport=Refusing(Server([CREATED])), timing=both.clock.timing)
    done = both.use(client, lambda c: c.beta.libraries.documents.upload("l", file=OneWay(b"abc")))
    assert done.name == "a.txt"


def test_missing_file_is_reported_without_a_request(both: Both) -> None:
    server = Server([CREATED])
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        both.run(server, lambda c: c.beta.libraries.documents.upload("l", file="nowhere.txt"))
    assert server.requests == []


def test_folder_is_refused(both: Both, tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        upload(both, tmp_path)


@pytest.mark.parametrize("file", [io.StringIO("text"), File("a", io.StringIO("text"))])  # type: ignore[arg-type]
def test_text_stream_is_refused(both: Both, file: Any) -> None:
    with pytest.raises(TypeError, match="'rb'"):
        upload(both, file)


def test_text_as_the_content_of_a_file_is_refused(both: Both) -> None:
    with pytest.raises(TypeError, match="bytes or a binary stream, not text: encode it"):
        upload(both, File("a", "text"))  # type: ignore[arg-type]


@pytest.mark.parametrize("file", [3, ["a"], File("a", 3)])  # type: ignore[arg-type]
def test_other_things_are_refused(both: Both, file: Any) -> None:
    with pytest.raises(TypeError, match="path, bytes, a binary stream"):
        upload(both, file)


def test_media_type_that_breaks_a_header_is_refused(both: Both) -> None:
    with pytest.raises(ValueError, match="media type"):
        upload(both, File("a", b"x", "text/plain\r\nX: y"))


class Changing(io.BytesIO):
    """A stream that gives other content than its size promised."""

    def __init__(self, promised: int, given: bytes) -> None:
        super().__init__(given)
        self.promised = promised

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self.promised if whence == 2 else super().seek(offset, whence)


def test_file_that_grows_while_it_is_sent_is_sent_as_long_as_it_was(both: Both) -> None:
    assert sent(both, File("a", Changing(3, b"abcdef")))[2] == b"abc"


def test_file_that_shrinks_while_it_is_sent_is_an_error(both: Both) -> None:
    with pytest.raises(OSError, match="2 bytes shorter"):
        upload(both, File("a", Changing(5, b"abc")))


def test_name_that_is_not_unicode_is_sent_with_replacements(both: Both, tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.txt"))
    path.write_bytes(b"x")
    (request,) = upload(both, path).requests
    assert b'filename="?.txt"' in request.content


def test_own_file_is_closed_after_a_failure(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    with pytest.raises(ConnectionFailed):  # an open file would warn, and warnings are errors
        upload(both, path, [httpx.ReadError("reset")])


def _pieces_of(content: Multipart) -> bytes:
    async def collect() -> bytes:
        return b"".join([piece async for piece in content])

    return asyncio.run(collect())


@pytest.mark.parametrize("is_cached", [True, False])
def test_file_is_the_same_from_memory_and_from_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_cached: bool
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(data := os.urandom(3 * ASYNC_PIECE + 5))
    monkeypatch.setattr(Source, "is_in_memory", lambda _: is_cached)
    content = Multipart(Form(files=(("file", path),)))
    assert data in _pieces_of(content)
    content.close()


def test_what_waits_for_a_disk_is_read_in_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(b"x" * 3 * ASYNC_PIECE)
    readers: list[int] = []
    read = Source.pieces

    def watched(source: Source, most: int) -> Iterator[bytes]:
        for piece in read(source, most):
            readers.append(threading.get_ident())
            yield piece

    monkeypatch.setattr(Source, "pieces", watched)
    monkeypatch.setattr(os, "preadv", _would_block, raising=False)
    content = Multipart(Form(files=(("file", path),)))
    _pieces_of(content)
    content.close()
    assert len(readers) == 3
    assert threading.get_ident() not in readers


def _would_block(*_: object) -> int:
    raise BlockingIOError


def test_stream_of_the_caller_is_always_read_in_a_thread(tmp_path: Path) -> None:
    path = tmp_path / "small.bin"
    path.write_bytes(b"x")
    with path.open("rb") as stream:
        source = open_file(stream).content
        assert isinstance(source, Source)
        assert not source.is_in_memory()


def test_memory_map_is_sent(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"mapped")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sent(both, mapped)[2] == b"mapped"


def test_answer_of_httpx_is_no_file(both: Both) -> None:
    refuse(both, httpx.Response(200, content=b"x"), "give what its read")


def test_stream_that_has_to_be_awaited_is_refused(both: Both) -> None:
    class Awaited:
        async def read(self) -> bytes:
            return b""

    refuse(both, Awaited(), "has to be awaited")


def refuse(both: Both, file: Any, words: str) -> None:
    server = Server([answer(200, {"id": "f"})])
    with pytest.raises(TypeError, match=words):
        both.run(server, lambda client: client.files.upload(file=file, purpose="ocr"))
    assert server.requests == []
