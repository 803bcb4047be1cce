"""Signed URLs: what they open, for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

TEXT = b"Owls hunt at night. They see well in the dark."
KINDS = ("signed-url", "extracted-text-signed-url")


@pytest.fixture
def path(folder: str, document: dict[str, Any], town: RunningServer) -> str:
    """The path of a processed document."""
    town.clock.advance(1)
    return f"{folder}/{document['id']}"


def fetch(url: str, method: str = "GET") -> httpx.Response:
    return httpx.request(method, url, trust_env=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_url_serves_without_a_key(api: httpx.Client, path: str, kind: str) -> None:
    answer = fetch(api.get(f"{path}/{kind}").json())
    assert (answer.status_code, answer.content) == (200, TEXT)
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_bytes_come_with_type_and_name(api: httpx.Client, folder: str) -> None:
    files = {"file": ("été à.bin", b"\x00\xff", "application/x-thing")}
    made = api.post(folder, files=files).json()
    answer = fetch(api.get(f"{folder}/{made['id']}/signed-url").json())
    assert answer.content == b"\x00\xff"
    assert answer.headers["content-type"] == "application/x-thing"
    assert "%C3%A9t%C3%A9" in answer.headers["content-disposition"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signed_url_works_for_thirty_minutes(
    api: httpx.Client, path: str, kind: str, town: RunningServer
) -> None:
    url = api.get(f"{path}/{kind}").json()
    town.clock.advance(30 * 60 - 1)
    assert fetch(url).status_code == 200
    town.clock.advance(1)
    answer = fetch(url)
    assert (answer.status_code, answer.json()) == (403, {"detail": "The signed URL has expired"})


@pytest.mark.parametrize(
    ("old", "new"),
    [("expires=1", "expires=2"), ("signature=", "signature=0"), ("document/", "text/")],
)
def test_a_changed_url_is_refused(api: httpx.Client, path: str, old: str, new: str) -> None:
    url = api.get(f"{path}/signed-url").json()
    assert fetch(url.replace(old, new)).status_code == 403


@pytest.mark.parametrize("query", ["", "?expires=x&signature=y", "?signature=%C3%A9"])
def test_a_url_without_a_signature_is_refused(api: httpx.Client, path: str, query: str) -> None:
    url = api.get(f"{path}/signed-url").json()
    assert fetch(url.partition("?")[0] + query).status_code == 403


def test_a_url_of_a_deleted_document_is_not_found(api: httpx.Client, path: str) -> None:
    urls = [api.get(f"{path}/{kind}").json() for kind in KINDS]
    api.delete(path)
    assert [fetch(url).status_code for url in urls] == [404, 404]


def test_a_signed_url_is_only_for_reading(api: httpx.Client, path: str) -> None:
    assert fetch(api.get(f"{path}/signed-url").json(), "DELETE").status_code == 404


def test_the_text_of_an_unprocessed_document_has_no_url(
    api: httpx.Client, folder: str, document: dict[str, Any]
) -> None:
    answer = api.get(f"{folder}/{document['id']}/extracted-text-signed-url")
    assert answer.status_code == 404


@pytest.mark.parametrize("name", ["localhost", "LocalHost.", "x.localhost", "127.9.9.9", "[::1]"])
def test_the_url_names_the_address_that_the_caller_used(
    api: httpx.Client, path: str, name: str
) -> None:
    url = api.get(f"{path}/signed-url", headers={"host": f"{name}:80"}).json()
    assert url.startswith(f"http://{name.lower()}:80/_signed/")


FOREIGN = [
    {"host": "evil.example"},
    {"host": "localhost.evil.example"},
    {"host": "203.0.113.7:80"},
    {"host": "[2001:db8::1]:80"},
    {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"},
    {"x-forwarded-proto": "https", "x-forwarded-port": "1"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_host_gets_into_no_url(
    api: httpx.Client, path: str, town: RunningServer, headers: dict[str, str]
) -> None:
    answer = api.get(f"{path}/signed-url", headers=headers)
    assert answer.json().startswith(f"{town.base_url}/_signed/")
    assert fetch(answer.json()).content == TEXT


def test_an_allowed_host_gets_into_urls(start: Callable[..., httpx.Client]) -> None:
    api = start(allowed_hosts=("mock.test",), processing_delay_s=0)
    library = api.post("/v1/libraries", json={"name": "n"}).json()["id"]
    folder = f"/v1/libraries/{library}/documents"
    document = api.post(folder, files={"file": ("a.txt", TEXT)}).json()["id"]
    found = api.get(f"{folder}/{document}/signed-url", headers={"host": "Mock.Test:8000"}).json()
    assert found.startswith("http://mock.test:8000/_signed/")


@pytest.mark.parametrize("type_", ["text/plain\u00e9", "x", "a/b; " + "c" * 900, "a/b c"])
def test_a_type_that_no_header_can_carry_is_none(
    api: httpx.Client, folder: str, type_: str
) -> None:
    head = f'content-disposition: form-data; name="file"; filename="a.txt"\r\ncontent-type: {type_}'
    part = f"--x\r\n{head}\r\n\r\nT\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    made = api.post(folder, content=part.encode(), headers=headers).json()
    answer = fetch(api.get(f"{folder}/{made['id']}/signed-url").json())
    assert (answer.content, answer.headers["content-type"]) == (b"T", "text/plain")


def test_a_very_long_name_still_has_a_url_that_works(api: httpx.Client, folder: str) -> None:
    made = api.post(folder, files={"file": ("a.txt", TEXT)}).json()
    api.patch(f"{folder}/{made['id']}", json={"name": "\u00e9" * 100_000 + ".txt"})
    answer = fetch(api.get(f"{folder}/{made['id']}/signed-url").json())
    assert answer.content == TEXT
    assert answer.headers["content-disposition"].endswith(".txt")
