"""Any number of files, for libraries and for the workspace."""

from __future__ import annotations

import pickle
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.client.harness import DOCUMENT, Server, answer

from mistral_client import AuthenticationFailed, File, UploadFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import httpx
    from tests.unit.client.harness import Both

NAME = re.compile(rb'filename="([^"]*)"')


class Store:
    """Takes files, but for those whose content is `bad`; keeps their names as they came."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.content
        found = NAME.search(body)
        assert found is not None
        name = found[1].decode()
        with self._lock:
            self.names.append(name)
        if b"\r\nbad\r\n" in body:
            return answer(422, {"detail": "no such form"})
        return answer(200, {**DOCUMENT, "id": f"id-{name}", "name": name})


def folder(path: Path, *names: str) -> Iterator[Path]:
    """Write files, each when it is asked for; those named `bad...` are refused by the store."""
    for name in names:
        file = path / name
        file.write_text("bad" if name.startswith("bad") else name)
        yield file


def in_library(client: Any, paths: Any, **options: Any) -> Any:
    return client.beta.libraries.documents.upload_all("l", paths, **options)


def in_workspace(client: Any, paths: Any, **options: Any) -> Any:
    return client.files.upload_all(paths, purpose="ocr", **options)


PLACES = pytest.mark.parametrize("place", [in_library, in_workspace])


def upload(
    both: Both, place: Callable[..., Any], paths: Iterable[Any], server: Any = None, **options: Any
) -> list[str]:
    """Return the ids of what was uploaded, in the order in which they came."""
    found = both.items(server or Store(), lambda client: place(client, paths, **options))
    return [one.id for one in found]


@PLACES
@pytest.mark.parametrize("workers", [1, 3])
def test_files_come_in_order(both: Both, place: Any, workers: int, tmp_path: Path) -> None:
    names = [f"{number}.txt" for number in range(7)]
    server = Store()
    found = upload(both, place, folder(tmp_path, *names), server, workers=workers)
    assert found == [f"id-{name}" for name in names]
    assert sorted(server.names) == names


@PLACES
def test_files_that_fail_hold_up_no_other(both: Both, place: Any, tmp_path: Path) -> None:
    seen: list[str] = []
    paths = [*folder(tmp_path, "a", "bad1", "b"), tmp_path / "none", *folder(tmp_path, "c")]

    def use(client: Any) -> None:
        for one in place(client, paths):
            seen.append(one.id)  # noqa: PERF401 - what came before the error counts

    async def use_async(client: Any) -> None:
        async for one in place(client, paths):
            seen.append(one.id)  # noqa: PERF401 - as above

    with pytest.raises(UploadFailed) as caught:
        both.run(Store(), use_async if both.is_async else use)
    assert seen == ["id-a", "id-b", "id-c"]
    error = caught.value
    assert [name for name, _ in error.failures] == [str(tmp_path / "bad1"), str(tmp_path / "none")]
    assert [type(fault).__name__ for _, fault in error.failures] == [
        "ValidationFailed",
        "FileNotFoundError",
    ]
    assert error.uploaded == tuple((str(tmp_path / name), f"id-{name}") for name in "abc")
    assert f"2 of 5 files failed; {tmp_path / 'bad1'}: files.upload" in str(error) or (
        f"2 of 5 files failed; {tmp_path / 'bad1'}: beta.libraries.documents.upload" in str(error)
    )


def test_error_of_many_uploads_pickles(both: Both, tmp_path: Path) -> None:
    with pytest.raises(UploadFailed) as caught:
        upload(both, in_workspace, folder(tmp_path, "bad", "a"))
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert str(error) == str(caught.value)
    assert (error.failures[0][0], error.uploaded[0][1]) == (str(tmp_path / "bad"), "id-a")


def test_message_names_only_some_of_many_failures(both: Both) -> None:
    with pytest.raises(UploadFailed, match="and 4 more, in `failures`") as caught:
        upload(both, in_library, [f"none{number}" for number in range(9)])
    assert len(caught.value.failures) == 9


@PLACES
def test_progress_counts_files_that_are_done(both: Both, place: Any, tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.raises(UploadFailed):
        upload(both, place, folder(tmp_path, "a", "bad", "b"), on_progress=seen.append)
    assert seen == [1, 2, 3]


def test_files_are_taken_as_they_are_needed(both: Both, tmp_path: Path) -> None:
    taken: list[str] = []

    def paths() -> Iterator[Path]:
        for path in folder(tmp_path, *"abcdefgh"):
            taken.append(path.name)
            yield path

    def first(client: Any) -> None:
        next(in_workspace(client, paths(), workers=2))

    async def first_async(client: Any) -> None:
        await anext(in_workspace(client, paths(), workers=2))

    both.run(Store(), first_async if both.is_async else first)
    assert taken in (["a"], ["a", "b"])


def test_whatever_an_upload_takes_may_stand_among_many(both: Both) -> None:
    files = [File("a", b"x"), {"file_name": "b", "content": b"y"}, b"z"]
    assert upload(both, in_library, files) == ["id-a", "id-b", "id-upload"]


@pytest.mark.parametrize("single", ["a.txt", b"x", File("a", b"x"), {"file_name": "a"}])
def test_single_file_is_refused_before_anything_is_sent(both: Both, single: Any) -> None:
    server = Server([answer(200)])
    with pytest.raises(TypeError, match=r"several files; upload\(\.\.\.\) takes a single one"):
        upload(both, in_library, single, server)
    assert server.requests == []


@pytest.mark.parametrize(
    ("options", "kind"), [({"workers": 0}, ValueError), ({"on_progress": 1}, TypeError)]
)
def test_odd_options_of_many_uploads_are_refused(both: Both, options: Any, kind: Any) -> None:
    with pytest.raises(kind, match=next(iter(options))):
        upload(both, in_library, [], **options)


def test_options_go_to_every_upload(both: Both, tmp_path: Path) -> None:
    server = Server([answer(401)])
    with pytest.raises(UploadFailed) as caught:
        upload(both, in_library, folder(tmp_path, "a", "b"), server, headers={"x-a": "1"})
    assert {type(error) for _, error in caught.value.failures} == {AuthenticationFailed}
    assert [request.headers["x-a"] for request in server.requests] == ["1", "1"]
