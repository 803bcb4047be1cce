from __future__ import annotations

import io
import os
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import Both, Chunks, Server, answer, text_answer

from mistral_client import ConnectionFailed, NotFound, downloads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE = "0197a000-0000-4000-8000-000000000001"


def body(*pieces: bytes | Exception) -> Any:
    def make(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Chunks(*pieces))

    return make


def download(both: Both, script: Any, destination: Any) -> Any:
    return both.run(script, lambda client: client.files.download_to(FILE, destination))


def test_download_gives_the_bytes(both: Both) -> None:
    assert both.run(body(b"ab", b"c"), lambda client: client.files.download(FILE)) == b"abc"


def test_download_goes_to_a_path(both: Both, tmp_path: Path) -> None:
    assert download(both, body(b"ab", b"c"), tmp_path / "f") == 3
    assert (tmp_path / "f").read_bytes() == b"abc"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_download_goes_to_a_stream_that_stays_open(both: Both) -> None:
    stream = io.BytesIO()
    assert download(both, body(b"ab", b"c"), stream) == 3
    assert stream.getvalue() == b"abc"


def test_large_download_arrives_whole(both: Both, tmp_path: Path) -> None:
    pieces = [bytes([number]) * 100_000 for number in range(30)]
    assert download(both, body(*pieces), tmp_path / "f") == 3_000_000
    assert (tmp_path / "f").read_bytes() == b"".join(pieces)


class Watched(io.BytesIO):
    """A stream that notes which threads write to it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def write(self, piece: Any) -> int:
        self.threads.add(threading.get_ident())
        return super().write(piece)


@pytest.fixture
def part_file(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """What stands for the file on disk that a download to a path writes."""
    file = Watched()

    def write(sink: downloads.PathSink, pieces: Sequence[bytes]) -> None:
        file.threads.add(threading.get_ident())
        write_to_disk(sink, pieces)

    write_to_disk = downloads.PathSink.write
    monkeypatch.setattr(downloads.PathSink, "write", write)
    return file


def test_asynchronous_download_waits_for_a_stream_in_a_thread() -> None:
    stream = Watched()
    assert download(Both(is_async=True), body(b"ab", b"c"), stream) == 3
    assert threading.get_ident() not in stream.threads


def test_asynchronous_download_writes_a_quick_file_itself(
    part_file: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "QUICK_S", 3600)
    download(Both(is_async=True), body(b"a" * 300_000, b"b" * 300_000, b"c"), tmp_path / "f")
    assert part_file.threads == {threading.get_ident()}


def test_asynchronous_download_waits_for_a_slow_file_in_a_thread(
    part_file: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "QUICK_S", 0)
    pieces = [b"a" * 300_000, b"b" * 300_000, b"c"]
    download(Both(is_async=True), body(*pieces), tmp_path / "f")
    assert len(part_file.threads) > 1
    assert (tmp_path / "f").read_bytes() == b"".join(pieces)


def test_broken_download_starts_again(both: Both, tmp_path: Path) -> None:
    broken = body(b"xxxx", httpx.ReadError("reset"))
    assert download(both, [broken, body(b"ab")], tmp_path / "f") == 2
    assert (tmp_path / "f").read_bytes() == b"ab"


def test_download_that_fails_leaves_the_earlier_file(both: Both, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    with pytest.raises(ConnectionFailed):
        download(both, [body(b"x", httpx.ReadError("reset"))], tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_error_status_leaves_nothing(both: Both, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        download(both, answer(404), tmp_path / "f")
    assert list(tmp_path.iterdir()) == []


def test_stream_that_was_written_to_is_not_started_again() -> None:
    both = Both(is_async=False)
    server = Server([body(b"x", httpx.ReadError("reset"))])
    with pytest.raises(ConnectionFailed):
        download(both, server, io.BytesIO())
    assert len(server.requests) == 1


def test_folder_is_refused_without_a_request(both: Both, tmp_path: Path) -> None:
    server = Server([body(b"x")])
    with pytest.raises(IsADirectoryError):
        download(both, server, tmp_path)
    assert server.requests == []


def test_link_stays_and_its_target_is_written(both: Both, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    download(both, body(b"new"), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_permissions_of_an_earlier_file_stay(both: Both, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o600)
    download(both, body(b"new"), tmp_path / "f")
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


def test_special_file_is_written_through(both: Both, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert download(both, body(b"ab", b"c"), pipe) == 3
        assert os.read(reader, 10) == b"abc"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_name_of_any_legal_length_can_be_written(both: Both, tmp_path: Path) -> None:
    assert download(both, body(b"x"), tmp_path / ("n" * 255)) == 1


def test_closed_client_leaves_nothing(both: Both, tmp_path: Path) -> None:
    client = both.client(body(b"x"))
    both.use(client, lambda c: c.aclose() if both.is_async else c.close())
    with pytest.raises(RuntimeError, match="closed"):
        both.use(client, lambda c: c.files.download_to(FILE, tmp_path / "f"))
    assert list(tmp_path.iterdir()) == []


def test_download_asks_for_an_uncompressed_body(both: Both) -> None:
    server = Server([body(b"x")])
    both.run(server, lambda client: client.files.download(FILE))
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_missing_folder_is_reported_without_a_request(both: Both, tmp_path: Path) -> None:
    server = Server([body(b"x")])
    with pytest.raises(FileNotFoundError):
        download(both, server, tmp_path / "no" / "f")
    assert server.requests == []


def test_other_things_are_refused(both: Both) -> None:
    with pytest.raises(TypeError, match="path or a binary stream"):
        download(both, body(b"x"), 3)


def test_text_stream_is_refused_without_a_request(both: Both) -> None:
    server = Server([text_answer(200, b"x")])
    with pytest.raises(TypeError, match="open the file with 'wb'"):
        both.run(server, lambda client: client.files.download_to("f", io.StringIO()))
    assert server.requests == []
