"""However much a server sends, and however small it was when compressed: memory is bounded."""

from __future__ import annotations

import gzip
import io
import itertools
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import KEY, Chunks, Server, answer, text_answer

from mistral_client import (
    AnswerTooLarge,
    DecodeError,
    EventTooLarge,
    NotFound,
    ServerError,
    StreamError,
)
from mistral_client.errors import AnswerError
from mistral_client.event_reader import KEPT_DATA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tests.unit.client.harness import Both

FILE = "0197a000-0000-4000-8000-000000000001"
LIMIT = 1_000_000
MB = 1024 * 1024
EVENT = b'data: {"id":"c","choices":[]}\n\n'


class Endless(Chunks):
    """A body that does not end."""

    def __iter__(self) -> Iterator[bytes]:
        for piece in itertools.cycle(self.pieces):
            self.taken += 1
            assert isinstance(piece, bytes)
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def body(chunks: Chunks, status: int = 200, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _request: httpx.Response(status, headers=named, stream=chunks)


def models(client: Any, **options: Any) -> Any:
    return client.models.list(**options)


def chat(client: Any, **options: Any) -> Any:
    return client.chat.stream(model="m", messages=[], **options)


def events_of(chunks: Chunks, **headers: Any) -> Any:
    return body(chunks, content_type="text/event-stream", **headers)


def zeros(window_bits: int) -> bytes:
    """Return 128 MiB of zeros, compressed by zlib."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    return b"".join(packer.compress(bytes(MB)) for _ in range(128)) + packer.flush()


def brotli(data: bytes) -> bytes:
    return bytes(pytest.importorskip("brotli").compress(data))


def zstd(data: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(data))


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda data: zlib.compress(data, wbits=-zlib.MAX_WBITS),
    "gzip, deflate": lambda data: zlib.compress(gzip.compress(data)),
    "identity": bytes,
    "identity, gzip": gzip.compress,
    "br": brotli,
    "zstd": zstd,
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: zeros(zlib.MAX_WBITS | 16),
    "deflate": lambda: zeros(zlib.MAX_WBITS),
    "Deflate": lambda: zeros(-zlib.MAX_WBITS),
    "gzip, gzip": lambda: gzip.compress(zeros(zlib.MAX_WBITS | 16)),
    "br": lambda: brotli(bytes(128 * MB)),
    "zstd": lambda: zstd(bytes(128 * MB)),
}


def test_answer_over_the_limit_says_what_to_do(both: Both) -> None:
    chunks = Endless(b"x" * 10_000)
    server = Server([body(chunks, x_request_id="r1")])
    with pytest.raises(
        AnswerTooLarge, match=r"1000000 bytes; allow more with max_answer"
    ) as caught:
        both.run(server, models, max_answer_bytes=LIMIT)
    assert (caught.value.status, caught.value.request_id) == (200, "r1")
    assert caught.value.body == "x" * LIMIT
    assert len(server.requests) == 1
    assert chunks.taken == 101
    assert chunks.is_closed


def test_answer_of_just_the_limit_is_read(both: Both) -> None:
    text = b'{"data":[]}'
    assert both.run(body(Chunks(text)), models, max_answer_bytes=len(text)).data == []
    with pytest.raises(AnswerTooLarge):
        both.run(body(Chunks(text)), models, max_answer_bytes=len(text) - 1)


def test_answer_that_a_hook_has_read_is_judged_too(both: Both) -> None:
    with pytest.raises(AnswerTooLarge):
        both.run(answer(200, {"data": []}), models, max_answer_bytes=3)


def test_limit_of_a_call_wins_over_that_of_the_client(both: Both) -> None:
    text = body(Chunks(b'{"data":[]}'))
    assert both.run(text, lambda c: models(c, max_answer_bytes=99), max_answer_bytes=3).data == []
    assert both.run(text, lambda c: models(c, max_answer_bytes=None), max_answer_bytes=3).data == []
    with pytest.raises(AnswerTooLarge):
        both.run(text, lambda c: models(c, max_answer_bytes=3))
    with pytest.raises(AnswerTooLarge):
        both.run(text, lambda c: models(c.with_options(max_answer_bytes=3)))


@pytest.mark.parametrize(("value", "kind"), [(0, ValueError), (-1, ValueError)])
def test_limit_that_makes_no_sense_is_refused(both: Both, value: Any, kind: Any) -> None:
    with pytest.raises(kind, match="max_answer_bytes"):
        both.client([answer()], max_answer_bytes=value)
    with pytest.raises(kind, match="max_answer_bytes"):
        both.run([answer()], lambda client: models(client, max_answer_bytes=value))


@pytest.mark.parametrize("value", ["1", 1.5, True])
def test_limit_of_a_wrong_type_is_refused(both: Both, value: Any) -> None:
    with pytest.raises(TypeError, match="max_answer_bytes"):
        both.client([answer()], max_answer_bytes=value)


@pytest.mark.parametrize("coding", BOMBS)
@pytest.mark.parametrize("status", [200, 500])
def test_little_that_becomes_much_fills_no_memory(both: Both, coding: str, status: int) -> None:
    bomb = BOMBS[coding]()
    pieces = [bomb[start : start + 65536] for start in range(0, len(bomb), 65536)]
    script = body(Chunks(*pieces), status, content_encoding=coding.lower())
    tracemalloc.start()
    with pytest.raises(AnswerTooLarge if status == 200 else ServerError):
        both.run(script, models, max_answer_bytes=LIMIT, retries=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (100 if coding == "br" else 30) * MB


@pytest.mark.parametrize("coding", PACK)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_compressed_answer_is_read_however_it_is_cut(both: Both, coding: str, size: int) -> None:
    text = b'{"data":[],"x":"' + bytes(range(48, 58)) * 1000 + b'"}'
    packed = PACK[coding](text)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    script = body(Chunks(*pieces), content_encoding=coding.lower())
    assert both.run(script, lambda client: client.files.download(FILE)) == text


def test_what_follows_the_end_of_the_compressed_answer_is_ignored(both: Both) -> None:
    packed = gzip.compress(b'{"data":[]}')
    script = body(Chunks(packed + b"rest", b"more"), content_encoding="gzip")
    assert both.run(script, models).data == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip, gzip, gzip, gzip"])
def test_answer_that_is_not_what_its_coding_says_cannot_be_read(both: Both, coding: str) -> None:
    with pytest.raises(DecodeError, match="is not the"):
        both.run(body(Chunks(b"\xff plain"), content_encoding=coding), models)


def test_error_without_end_is_still_the_error(both: Both) -> None:
    chunks = Endless(b"x" * 10_000)
    with pytest.raises(NotFound) as caught:
        both.run(body(chunks, 404), models)
    assert len(caught.value.body) == MB
    assert chunks.taken < 200


@pytest.mark.parametrize("size", [5, len(KEY) - 1, len(KEY)])
@pytest.mark.parametrize("status", [200, 404])
def test_secret_at_the_end_of_what_is_kept_is_redacted(both: Both, status: int, size: int) -> None:
    chunks = Chunks(f"{'x' * 99} {KEY} more".encode())
    with pytest.raises(AnswerError) as caught:
        both.run(body(chunks, status, x_echo=KEY), models, max_answer_bytes=100 + size)
    assert caught.value.body == "x" * 99 + " [redacted]"
    assert KEY[:5] not in repr(vars(caught.value))


def test_error_of_an_event_over_the_limit_holds_no_secret(both: Both) -> None:
    chunks = Chunks(f"data: {KEY}{'x' * 99}\n\n".encode())
    with pytest.raises(EventTooLarge) as caught:
        both.events(events_of(chunks, x_echo=KEY), chat, max_answer_bytes=50)
    assert KEY[:5] not in f"{caught.value} {vars(caught.value)}"


def test_page_without_end_in_place_of_a_stream_is_read_to_its_limit(both: Both) -> None:
    chunks = Endless(b"x" * 10_000)
    with pytest.raises(StreamError, match="text/html") as caught:
        both.events(body(chunks, content_type="text/html"), chat)
    assert len(caught.value.body) == MB
    assert len(str(caught.value)) < 500
    assert chunks.taken < 200
    assert chunks.is_closed


def test_page_in_place_of_a_stream_has_the_limit_of_the_call(both: Both) -> None:
    chunks = Chunks(f"{'x' * 99} {KEY}".encode())
    with pytest.raises(StreamError, match="text/html") as caught:
        both.events(body(chunks, content_type="text/html"), lambda c: chat(c, max_answer_bytes=110))
    assert caught.value.body == "x" * 99 + " [redacted]"


@pytest.mark.parametrize("coding", BOMBS)
def test_bomb_in_place_of_a_stream_fills_no_memory(both: Both, coding: str) -> None:
    bomb = BOMBS[coding]()
    tracemalloc.start()
    with pytest.raises(StreamError, match="text/html"):
        both.events(
            body(Chunks(bomb), content_type="text/html", content_encoding=coding.lower()), chat
        )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (100 if coding == "br" else 30) * MB


def test_event_without_end_is_refused(both: Both) -> None:
    chunks = Chunks(EVENT + b"data: ", *[b"x" * 10_000] * 1000)
    with pytest.raises(EventTooLarge, match=r"1000000 bytes; allow more with max_ans") as caught:
        both.events(events_of(chunks), chat, max_answer_bytes=LIMIT)
    assert isinstance(caught.value, StreamError)
    assert len(caught.value.events) == 1
    assert chunks.taken < 110
    assert chunks.is_closed


def test_whole_event_over_the_limit_is_refused(both: Both) -> None:
    with pytest.raises(EventTooLarge):
        both.events(events_of(Chunks(EVENT)), lambda c: chat(c, max_answer_bytes=10))


def test_long_stream_of_small_events_is_no_large_answer(both: Both) -> None:
    chunks = Chunks(*[EVENT] * 100, b"data: [DONE]\n\n")
    assert len(both.events(events_of(chunks), chat, max_answer_bytes=len(EVENT))) == 100


def test_compressed_stream_is_read_in_pieces(both: Both) -> None:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    pieces = [packer.compress(EVENT) + packer.flush(zlib.Z_SYNC_FLUSH) for _ in range(3)]
    chunks = Chunks(*pieces, packer.compress(b"data: [DONE]\n\n") + packer.flush())
    assert len(both.events(events_of(chunks, content_encoding="gzip"), chat)) == 3


def test_bomb_in_a_stream_fills_no_memory(both: Both) -> None:
    bomb = zeros(zlib.MAX_WBITS | 16)
    tracemalloc.start()
    with pytest.raises(EventTooLarge):
        both.events(events_of(Chunks(bomb), content_encoding="gzip"), chat, max_answer_bytes=LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * MB


def test_error_of_a_long_stream_carries_a_bounded_part_of_it(both: Both) -> None:
    large = b'data: {"id":"' + b"c" * MB + b'","choices":[]}\n\n'
    with pytest.raises(StreamError) as caught:
        both.events(events_of(Chunks(*[large] * 20)), chat)
    assert len(caught.value.events) == KEPT_DATA // MB - 1


def test_download_into_memory_is_limited(both: Both) -> None:
    with pytest.raises(AnswerTooLarge, match="max_answer_bytes"):
        both.run(
            body(Endless(b"x" * 1000)),
            lambda client: client.files.download(FILE),
            max_answer_bytes=LIMIT,
        )


def test_download_to_a_file_fills_no_memory_and_has_no_limit(both: Both, tmp_path: Path) -> None:
    size = both.run(
        body(Chunks(*[b"x" * 1000] * 9)),
        lambda client: client.files.download_to(FILE, tmp_path / "f"),
        max_answer_bytes=10,
    )
    assert size == (tmp_path / "f").stat().st_size == 9000


def test_download_to_a_file_has_the_limit_that_it_is_given(both: Both, tmp_path: Path) -> None:
    chunks = Endless(b"x" * 1000)
    with pytest.raises(AnswerTooLarge):
        both.run(
            body(chunks),
            lambda client: client.files.download_to(FILE, tmp_path / "f", max_answer_bytes=9999),
        )
    assert list(tmp_path.iterdir()) == []
    assert chunks.taken < 15


def test_download_to_a_stream_stops_at_its_limit(both: Both) -> None:
    stream = io.BytesIO()
    with pytest.raises(AnswerTooLarge):
        both.run(
            body(Endless(b"x" * 1000)),
            lambda client: client.files.download_to(FILE, stream, max_answer_bytes=9999),
        )
    assert len(stream.getvalue()) <= 9999


def test_small_answers_of_errors_are_kept_whole(both: Both) -> None:
    with pytest.raises(NotFound) as caught:
        both.run(text_answer(404, b'{"detail":"gone"}'), models)
    assert caught.value.body == '{"detail":"gone"}'
