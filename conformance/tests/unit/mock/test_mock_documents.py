"""Documents, as the entries `documents` of the register of evidence tell it."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer

PDF = "application/pdf"


def upload(
    api: httpx.Client, folder: str, name: str, content: bytes = b"", type_: str | None = None
) -> httpx.Response:
    part = (name, content or name.encode())
    return api.post(folder, files={"file": (*part, type_) if type_ else part})


def test_a_new_library_has_no_documents(api: httpx.Client, folder: str) -> None:
    answer = api.get(folder).json()
    block = {"total_items": 0, "total_pages": 0, "current_page": 0, "page_size": 100}
    assert answer == {"pagination": {**block, "has_more": False}, "data": []}


def test_a_new_document_has_the_documented_start_values(
    api: httpx.Client, folder: str, library: dict[str, Any], town: RunningServer
) -> None:
    answer = upload(api, folder, "some.report.PDF", b"not really", PDF)
    made = answer.json()
    assert answer.status_code == 201
    assert UUID(made.pop("id")).version == 4
    assert made.pop("created_at") > library["created_at"]
    assert made == {
        "library_id": library["id"],
        "hash": md5(b"not really", usedforsecurity=False).hexdigest(),
        "mime_type": PDF,
        "extension": "PDF",
        "size": 10,
        "name": "some.report.PDF",
        "process_status": "todo",
        "processing_status": "Running",
        "uploaded_by_id": town.world.settings.identities[0].workspace_id,
        "uploaded_by_type": "Workspace",
        "tokens_processing_total": 0,
        "summary": None,
        "last_processed_at": None,
        "number_of_pages": None,
        "tokens_processing_main_content": None,
        "tokens_processing_summary": None,
        "url": None,
        "attributes": None,
        "expires_at": None,
    }


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.tar.gz", "gz"), ("README", None), (".env", None), ("dot.", None), ("é.txt", "txt")],
)
def test_the_extension_is_the_last_suffix(
    api: httpx.Client, folder: str, name: str, extension: str | None
) -> None:
    made = upload(api, folder, name, b"x", "text/plain").json()
    assert (made["name"], made["extension"]) == (name, extension)


def test_a_part_without_a_type_gets_the_one_of_its_extension(
    api: httpx.Client, folder: str
) -> None:
    frame = (
        b'--line\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\n'
        b"# Title\r\n--line--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=line"}
    assert api.post(folder, content=frame, headers=headers).json()["mime_type"] == "text/markdown"


def test_an_uploader_to_a_private_library_is_the_user(
    person: Callable[[str], httpx.Client], town: RunningServer
) -> None:
    private = person("private")
    made = private.post("/v1/libraries", json={"name": "n", "owner_type": "User"}).json()
    document = upload(private, f"/v1/libraries/{made['id']}/documents", "a.txt").json()
    user = town.world.settings.identities[1].user_id
    assert (document["uploaded_by_type"], document["uploaded_by_id"]) == ("User", user)


@pytest.mark.parametrize(
    "files", [{"other": ("a.txt", b"a")}, {"file": (None, b"a")}, {"file": ("", b"a")}]
)
def test_an_upload_without_a_file_part_is_refused(
    api: httpx.Client, folder: str, files: Any
) -> None:
    answer = api.post(folder, files=files)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "file"]


def test_a_file_without_a_name_is_refused(api: httpx.Client, folder: str) -> None:
    frame = (
        b'--line\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--line--'
    )
    headers = {"content-type": "multipart/form-data; boundary=line"}
    assert api.post(folder, content=frame, headers=headers).status_code == 422


def test_known_content_answers_200_with_the_document_that_has_it(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    content = b"Owls hunt at night. They see well in the dark."
    answer = upload(api, folder, "other name.pdf", content, PDF)
    assert (answer.status_code, answer.json()) == (200, document)
    assert api.get(folder).json()["pagination"]["total_items"] == 1


@pytest.mark.usefixtures("document")
def test_the_same_content_in_another_library_is_new(api: httpx.Client) -> None:
    other = api.post("/v1/libraries", json={"name": "other"}).json()
    content = b"Owls hunt at night. They see well in the dark."
    answer = upload(api, f"/v1/libraries/{other['id']}/documents", "owls.txt", content)
    assert (answer.status_code, answer.json()["library_id"]) == (201, other["id"])


def test_content_that_was_deleted_is_new_again(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    api.delete(f"{folder}/{document['id']}")
    content = b"Owls hunt at night. They see well in the dark."
    answer = upload(api, folder, "owls.txt", content)
    assert answer.status_code == 201
    assert answer.json()["id"] != document["id"]


def test_counts_and_size_follow_uploads_and_deletions(
    api: httpx.Client, folder: str, library: dict[str, Any], document: dict[str, Any]
) -> None:
    path = f"/v1/libraries/{library['id']}"
    second = upload(api, folder, "b.txt", b"1234567").json()
    full = api.get(path).json()
    assert (full["nb_documents"], full["total_size"]) == (2, document["size"] + 7)
    api.delete(f"{folder}/{second['id']}")
    less = api.get(path).json()
    assert (less["nb_documents"], less["total_size"]) == (1, document["size"])
    assert less["updated_at"] > full["updated_at"] > library["updated_at"]


def test_a_document_is_read_back_as_it_was_made(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    assert api.get(f"{folder}/{document['id']}").json() == document
    assert api.get(folder).json()["data"] == [document]


def test_an_unknown_document_is_not_found(api: httpx.Client, folder: str) -> None:
    answer = api.get(f"{folder}/{uuid4()}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Document not found"})


PATHS = [("GET", ""), ("GET", "/status"), ("GET", "/text_content"), ("GET", "/signed-url")]
PATHS += [("GET", "/extracted-text-signed-url"), ("PATCH", ""), ("PUT", ""), ("DELETE", "")]
PATHS += [("POST", "/reprocess")]


@pytest.mark.parametrize(("method", "end"), PATHS)
def test_a_document_of_another_library_is_not_found(
    api: httpx.Client, document: dict[str, Any], method: str, end: str, town: RunningServer
) -> None:
    town.clock.advance(2)
    other = api.post("/v1/libraries", json={"name": "other"}).json()
    path = f"/v1/libraries/{other['id']}/documents/{document['id']}{end}"
    body = {"json": {"name": "x"}} if method in {"PUT", "PATCH"} else {}
    assert api.request(method, path, **body).status_code == 404  # type: ignore[arg-type] # JSON
    assert api.get(path.replace(other["id"], document["library_id"])).status_code != 404


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_changes_what_is_sent_and_keeps_the_rest(
    api: httpx.Client, folder: str, document: dict[str, Any], method: str
) -> None:
    path = f"{folder}/{document['id']}"
    answer = api.request(method, path, json={"name": "hoots.txt"})
    assert (answer.status_code, answer.json()) == (200, {**document, "name": "hoots.txt"})
    assert api.get(path).json()["name"] == "hoots.txt"
    assert api.request(method, path, json={}).json()["name"] == "hoots.txt"


def test_attributes_are_replaced_as_a_whole(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    path = f"{folder}/{document['id']}"
    api.patch(path, json={"attributes": {"a": 1, "b": [True]}})
    assert api.patch(path, json={"attributes": {"c": "d"}}).json()["attributes"] == {"c": "d"}
    assert api.patch(path, json={"name": "x"}).json()["attributes"] == {"c": "d"}
    assert api.patch(path, json={"attributes": None}).json()["attributes"] is None


@pytest.mark.parametrize(
    "body", [{"name": None}, {"attributes": {"a": {}}}, {"expires_at": "soon"}, {"expires_at": 5}]
)
def test_wrong_updates_are_refused(
    api: httpx.Client, folder: str, document: dict[str, Any], body: dict[str, object]
) -> None:
    answer = api.patch(f"{folder}/{document['id']}", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["body", next(iter(body))]


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00.000000Z"),
        ("2026-02-01T01:00:00.25+01:00", "2026-02-01T00:00:00.250000Z"),
        ("2026-02-01t00:00:00z", "2026-02-01T00:00:00.000000Z"),
    ],
)
def test_expiry_is_spelled_in_utc(
    api: httpx.Client, folder: str, document: dict[str, Any], text: str, spelled: str
) -> None:
    answer = api.patch(f"{folder}/{document['id']}", json={"expires_at": text})
    assert answer.json()["expires_at"] == spelled


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00"])
def test_an_expiry_outside_the_calendar_is_refused(
    api: httpx.Client, folder: str, document: dict[str, Any], text: str
) -> None:
    answer = api.patch(f"{folder}/{document['id']}", json={"expires_at": text})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "expires_at"]


def test_an_expired_document_is_gone(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    path = f"{folder}/{document['id']}"
    api.patch(path, json={"expires_at": "2026-01-01T00:01:00Z"})
    town.clock.advance(59)
    assert api.get(path).status_code == 200
    town.clock.advance(1)
    assert api.get(path).status_code == 404
    library = api.get(folder.removesuffix("/documents")).json()
    assert (library["nb_documents"], library["total_size"]) == (0, 0)


def test_a_library_changes_when_its_document_expires_not_when_somebody_looks(
    api: httpx.Client, folder: str, document: dict[str, Any], town: RunningServer
) -> None:
    api.patch(f"{folder}/{document['id']}", json={"expires_at": "2026-01-01T00:01:00Z"})
    town.clock.advance(600)
    library = api.get(folder.removesuffix("/documents")).json()
    assert library["updated_at"] == "2026-01-01T00:01:00.000000Z"


def test_a_deletion_answers_204_and_takes_effect_at_once(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    answer = api.delete(f"{folder}/{document['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-type", "content-length"} & set(answer.headers)
    assert api.get(f"{folder}/{document['id']}").status_code == 404
    assert api.delete(f"{folder}/{document['id']}").status_code == 404


@pytest.fixture
def three(api: httpx.Client, folder: str) -> list[str]:
    """The names of three documents in the order of their age."""
    for name, size in (("b.txt", 30), ("C.txt", 10), ("a.txt", 20)):
        upload(api, folder, name, name.encode() * size)
    return ["b.txt", "C.txt", "a.txt"]


def names(answer: httpx.Response) -> list[str]:
    return [document["name"] for document in answer.json()["data"]]


def test_the_newest_document_comes_first(api: httpx.Client, folder: str, three: list[str]) -> None:
    assert names(api.get(folder)) == three[::-1]


@pytest.mark.parametrize(
    ("sort_by", "order", "expected"),
    [
        ("size", "asc", ["C.txt", "a.txt", "b.txt"]),
        ("size", "desc", ["b.txt", "a.txt", "C.txt"]),
        ("name", "asc", ["C.txt", "a.txt", "b.txt"]),
        ("created_at", "asc", ["b.txt", "C.txt", "a.txt"]),
        ("extension", "asc", ["b.txt", "C.txt", "a.txt"]),
        ("summary", "desc", ["a.txt", "C.txt", "b.txt"]),
    ],
)
@pytest.mark.usefixtures("three")
def test_documents_are_sorted_as_asked(
    api: httpx.Client, folder: str, sort_by: str, order: str, expected: list[str]
) -> None:
    query = {"sort_by": sort_by, "sort_order": order}
    assert names(api.get(folder, params=query)) == expected


@pytest.mark.parametrize(
    "query", [{"sort_by": "colour"}, {"sort_by": "attributes"}, {"sort_order": "up"}]
)
def test_unknown_orders_are_refused(api: httpx.Client, folder: str, query: dict[str, str]) -> None:
    answer = api.get(folder, params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", next(iter(query))]


@pytest.mark.usefixtures("three")
def test_pages_of_documents_count_from_0(api: httpx.Client, folder: str) -> None:
    first = api.get(folder, params={"page_size": 2})
    last = api.get(folder, params={"page_size": 2, "page": 1})
    assert names(first) + names(last) == ["a.txt", "C.txt", "b.txt"]
    assert first.json()["pagination"]["has_more"] is True
    assert last.json()["pagination"]["has_more"] is False
    assert last.json()["pagination"]["total_pages"] == 2


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('{"team": "red"}', ["a.txt"]),
        ('{"team": "red", "size": 2}', []),
        ('{"size": 1}', ["a.txt"]),
        ('{"size": true}', []),
        ("red", ["a.txt", "C.txt", "b.txt"]),
    ],
)
def test_documents_are_found_by_attributes(
    api: httpx.Client, folder: str, asked: str, found: list[str]
) -> None:
    newest = api.get(folder).json()["data"][0]["id"]
    api.patch(f"{folder}/{newest}", json={"attributes": {"team": "red", "size": 1}})
    assert names(api.get(folder, params={"filters_attributes": asked})) == found


@pytest.mark.usefixtures("three")
def test_document_search_ignores_case(api: httpx.Client, folder: str) -> None:
    answer = api.get(folder, params={"search": "c.T"})
    assert names(answer) == ["C.txt"]
    assert answer.json()["pagination"]["total_items"] == 1


def test_a_file_over_the_limit_is_refused(start: Callable[..., httpx.Client]) -> None:
    api = start(max_upload=10)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    folder = f"/v1/libraries/{made['id']}/documents"
    assert upload(api, folder, "a.txt", b"0123456789").status_code == 201
    answer = upload(api, folder, "a.txt", b"0123456789X")
    assert (answer.status_code, type(answer.json()["detail"])) == (413, str)
    assert upload(api, folder, "a.txt", b"x" * 3_000_000).status_code == 413
    assert api.get(folder).json()["pagination"]["total_items"] == 1


def test_files_have_a_limit_of_their_own(start: Callable[..., httpx.Client]) -> None:
    api = start(max_upload=5, max_file=10)
    assert upload(api, "/v1/files", "a.txt", b"0123456789").status_code == 200
    answer = upload(api, "/v1/files", "a.txt", b"0123456789X")
    assert (answer.status_code, "limit is 10 bytes" in answer.text) == (413, True)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    folder = f"/v1/libraries/{made['id']}/documents"
    assert upload(api, folder, "a.txt", b"0123456789").status_code == 413
