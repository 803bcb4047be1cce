from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_mock.server import RunningServer

LINES = b'{"a": 1}\n{"b": 2}\n\n'
HOUR_S = 3600
ABSENT = "00000000-0000-4000-8000-000000000000"


def upload(
    api: httpx.Client,
    name: str = "a.jsonl",
    content: bytes = LINES,
    mime_type: str | None = None,
    **fields: Any,
) -> dict[str, Any]:
    part = (name, content, mime_type) if mime_type else (name, content)
    response = api.post("/v1/files", files={"file": part}, data=fields)
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def connect(server: RunningServer) -> httpx.Client:
    headers = {"authorization": "Bearer mock-key"}
    return httpx.Client(base_url=server.base_url, headers=headers, trust_env=False)


def names(api: httpx.Client, **query: Any) -> list[str]:
    response = api.get("/v1/files", params=query)
    assert response.status_code == 200, response.text
    return [file["filename"] for file in response.json()["data"]]


def test_upload_gives_the_file(api: httpx.Client) -> None:
    file = upload(api)
    assert UUID(file.pop("id")).version == 4
    assert len(bytes.fromhex(file.pop("signature"))) == 8
    assert file == {
        "object": "file",
        "bytes": len(LINES),
        "created_at": 1767225600,
        "filename": "a.jsonl",
        "purpose": "fine-tune",
        "sample_type": "instruct",
        "num_lines": 2,
        "mimetype": "application/jsonl",
        "source": "upload",
        "expires_at": None,
        "visibility": "workspace",
    }


def test_upload_keeps_what_it_is_told(api: httpx.Client) -> None:
    file = upload(api, mime_type="text/x-lines", purpose="batch", expiry="2", visibility="user")
    assert (file["purpose"], file["sample_type"]) == ("batch", "batch_request")
    assert file["expires_at"] == file["created_at"] + 2 * HOUR_S
    assert file["visibility"] == "user"
    assert file["mimetype"] == "text/x-lines"


def test_file_without_lines_of_json_has_no_number_of_lines(api: httpx.Client) -> None:
    assert upload(api, name="a.txt", purpose="ocr")["num_lines"] is None


def test_upload_without_a_file_is_refused(api: httpx.Client) -> None:
    response = api.post("/v1/files", data={"purpose": "ocr"}, files={"other": ("a", b"x")})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["body", "file"]


def test_refused_type_is_told_in_a_text(api: httpx.Client) -> None:
    response = api.post("/v1/files", files={"file": ("a.pdf", b"%PDF-", "application/pdf")})
    assert response.status_code == 422
    assert response.json() == {
        "detail": "Invalid file format.",
        "message": "Received file with mimetype application/pdf",
    }


def test_retrieve_gives_the_uploaded_file_and_that_it_is_there(api: httpx.Client) -> None:
    file = upload(api)
    assert api.get(f"/v1/files/{file['id']}").json() == {**file, "deleted": False}


def test_download_gives_the_bytes(api: httpx.Client) -> None:
    response = api.get(f"/v1/files/{upload(api)['id']}/content")
    assert response.content == LINES
    assert response.headers["content-type"] == "application/octet-stream"


def test_deleted_file_is_gone(api: httpx.Client) -> None:
    file = upload(api)
    path = f"/v1/files/{file['id']}"
    link = api.get(f"{path}/url").json()["url"]
    assert api.delete(path).json() == {"id": file["id"], "object": "file", "deleted": True}
    for gone in (path, f"{path}/content", f"{path}/url", link):
        assert api.get(gone).status_code == 404
    assert api.delete(path).status_code == 404
    assert names(api) == []


@pytest.mark.parametrize("below", ["", "/content", "/url"])
def test_unknown_file_is_not_found(api: httpx.Client, below: str) -> None:
    assert api.get(f"/v1/files/{ABSENT}{below}").status_code == 404


@pytest.mark.parametrize("below", ["", "/content", "/url"])
def test_id_that_is_no_uuid_is_refused(api: httpx.Client, below: str) -> None:
    response = api.get(f"/v1/files/file-1{below}")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["path", "file_id"]


def test_deleted_file_leaves_no_bytes_behind(server: RunningServer, api: httpx.Client) -> None:
    file = upload(api)
    assert server.store.table(Blob).get(file["id"]) is not None
    api.delete(f"/v1/files/{file['id']}")
    assert server.store.table(Blob).get(file["id"]) is None


def test_list_has_the_newest_first(api: httpx.Client) -> None:
    for name in ("1.txt", "2.txt", "3.txt"):
        upload(api, name=name)
    assert names(api) == ["3.txt", "2.txt", "1.txt"]


def test_list_goes_page_by_page_from_zero(api: httpx.Client) -> None:
    for name in ("1.txt", "2.txt", "3.txt"):
        upload(api, name=name)
    assert [names(api, page=page, page_size=2) for page in range(3)] == [
        ["3.txt", "2.txt"],
        ["1.txt"],
        [],
    ]


def test_list_counts_all_pages_unless_told_not_to(api: httpx.Client) -> None:
    for name in ("1.txt", "2.txt"):
        upload(api, name=name)
    assert api.get("/v1/files", params={"page_size": 1}).json()["total"] == 2
    assert api.get("/v1/files", params={"include_total": False}).json()["total"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"purpose": "batch"}, ["Batch.JSONL"]),
        ({"search": "batch"}, ["Batch.JSONL"]),
        ({"search": "."}, ["page.txt", "Batch.JSONL"]),
        ({"sample_type": "batch_request"}, ["Batch.JSONL"]),
        ({"sample_type": "ocr_input"}, ["page.txt"]),
        ({"sample_type": ["batch_request", "ocr_input"]}, ["page.txt", "Batch.JSONL"]),
        ({"source": "mistral"}, []),
        ({"source": ["mistral", "upload"]}, ["page.txt", "Batch.JSONL"]),
        ({"mimetypes": "text/plain"}, ["page.txt"]),
        ({"mimetypes": ["text/plain"], "purpose": "batch"}, []),
    ],
)
def test_list_is_narrowed(api: httpx.Client, query: dict[str, Any], found: list[str]) -> None:
    upload(api, name="Batch.JSONL", purpose="batch")
    upload(api, name="page.txt", purpose="ocr")
    assert names(api, **query) == found
    assert api.get("/v1/files", params=query).json()["total"] == len(found)


def test_file_is_seen_in_its_workspace_alone(person: Callable[[str], httpx.Client]) -> None:
    path = f"/v1/files/{upload(person('mock'))['id']}"
    assert person("colleague").get(path).status_code == 200
    assert names(person("colleague")) == ["a.jsonl"]
    assert person("neighbour").get(path).status_code == 404
    assert names(person("neighbour")) == []
    assert person("neighbour").delete(path).status_code == 404


def test_private_file_is_seen_by_its_owner_alone(person: Callable[[str], httpx.Client]) -> None:
    path = f"/v1/files/{upload(person('mock'), visibility='user')['id']}"
    assert person("mock").get(path).status_code == 200
    assert person("colleague").get(path).status_code == 404
    assert names(person("colleague")) == []


def test_file_goes_away_when_its_time_is_over(server: RunningServer, api: httpx.Client) -> None:
    path = f"/v1/files/{upload(api, expiry='1')['id']}"
    link = api.get(f"{path}/url").json()["url"]
    server.clock.advance(HOUR_S - 1)
    assert api.get(path).status_code == 200
    server.clock.advance(1.001)
    assert api.get(path).status_code == 404
    assert api.get(link).status_code == 404
    assert names(api) == []


@pytest.mark.parametrize("expiry", ["0", "-5"])
def test_file_without_any_time_is_gone_at_once(
    server: RunningServer, api: httpx.Client, expiry: str
) -> None:
    path = f"/v1/files/{upload(api, expiry=expiry)['id']}"
    server.clock.advance(1)
    assert api.get(path).status_code == 404


def test_endless_expiry_is_cut(api: httpx.Client) -> None:
    assert upload(api, expiry="9" * 30)["expires_at"] > 1767225600


def test_link_serves_the_file_without_a_key(
    api: httpx.Client, person: Callable[[str], httpx.Client]
) -> None:
    file = upload(api, mime_type="text/plain")
    answer = person("").get(api.get(f"/v1/files/{file['id']}/url").json()["url"])
    assert answer.content == LINES
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(("query", "hours"), [({}, 24), ({"expiry": 1}, 1), ({"expiry": 168}, 168)])
def test_link_stops_when_its_time_is_over(
    server: RunningServer, api: httpx.Client, query: dict[str, int], hours: int
) -> None:
    link = api.get(f"/v1/files/{upload(api)['id']}/url", params=query).json()["url"]
    server.clock.advance(hours * HOUR_S - 1)
    assert api.get(link).status_code == 200
    server.clock.advance(1)
    assert api.get(link).status_code == 403


@pytest.mark.parametrize("hours", [0, 169, "soon"])
def test_link_lives_from_an_hour_to_a_week(api: httpx.Client, hours: object) -> None:
    response = api.get(f"/v1/files/{upload(api)['id']}/url", params={"expiry": str(hours)})
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["query", "expiry"]


def test_files_need_a_key(person: Callable[[str], httpx.Client]) -> None:
    assert person("").get("/v1/files").status_code == 401


def test_file_survives_a_restart(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with running(settings) as first, connect(first) as api:
        file = upload(api, expiry="5")
    with running(settings) as second, connect(second) as api:
        assert api.get(f"/v1/files/{file['id']}").json() == {**file, "deleted": False}
        assert api.get(f"/v1/files/{file['id']}/content").content == LINES
