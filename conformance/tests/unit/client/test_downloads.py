from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import Chunks, Server, answer

from mistral_client import ConnectionFailed, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.client.harness import Both

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
    from tests.unit.client.harness import Both as Harness  # noqa: PLC0415 - the class, at run time

    both = Harness(is_async=False)
    server = Server([body(b"x", httpx.ReadError("reset"))])
    with pytest.raises(ConnectionFailed):
        download(both, server, io.BytesIO())
    assert len(server.requests) == 1


def test_folder_is_refused_without_a_request(both: Both, tmp_path: Path) -> None:
    server = Server([body(b"x")])
    with pytest.raises(IsADirectoryError):
        download(both, server, tmp_path)
    assert server.requests == []


def test_missing_folder_is_reported_without_a_request(both: Both, tmp_path: Path) -> None:
    server = Server([body(b"x")])
    with pytest.raises(FileNotFoundError):
        download(both, server, tmp_path / "no" / "f")
    assert server.requests == []


def test_other_things_are_refused(both: Both) -> None:
    with pytest.raises(TypeError, match="path or a binary stream"):
        download(both, body(b"x"), 3)
