"""Who reaches the mock, and under which name: hosts, pages of browsers, other machines."""

from __future__ import annotations

import socket
from base64 import b64encode
from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_mock.app import make_request
from mistral_mock.errors import APIError
from mistral_mock.hosts import parse_host
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

LIST = "/v1/libraries"
RESET = "/_mock/reset"
KEY = "Authorization: Bearer mock-key"
TOKEN = "let-me-in"


def ask(url: str, method: str, path: str, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, url + path, headers=names, trust_env=False)


def send_raw(server: RunningServer, *lines: str) -> tuple[int, str]:
    """The status and the whole text of the answer to a request without a body."""
    port = int(server.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))
        found = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(found.split(b" ", 2)[1]), found.decode("latin-1")


@pytest.mark.parametrize(
    "host",
    [
        "[::1",
        "x:99999",
        "x:-1",
        "x:y",
        "x:" + "9" * 5000,
        "user@x",
        "user:password@127.0.0.1",
        "[x]:80",
        "[::1]x",
        "::1",
        "[fe80::1%25eth0]",
        "a b",
        "a/b",
        "caf\u00e9",
        "a,b",
    ],
)
@pytest.mark.parametrize("path", [LIST, "/_mock/health", "/_signed/a/b", "/x"])
def test_a_host_that_is_none_is_a_bad_request(town: RunningServer, host: str, path: str) -> None:
    status, text = send_raw(town, f"GET {path} HTTP/1.1", f"Host: {host}", KEY)
    assert status == 400
    assert host not in text


@pytest.mark.parametrize("hosts", [[], ["Host:"], ["Host: a", "Host: b"]])
def test_a_request_has_one_host(town: RunningServer, hosts: list[str]) -> None:
    assert send_raw(town, f"GET {LIST} HTTP/1.1", *hosts, KEY)[0] == 400


@pytest.mark.parametrize("hosts", [(), (b"",), (b"a", b"b"), (b"a", b"a")])
def test_a_request_has_one_host_under_any_server(hosts: tuple[bytes, ...]) -> None:
    scope = {"headers": [(b"host", host) for host in hosts], "path": "/", "http_version": "1.1"}
    with pytest.raises(APIError) as caught:
        make_request(scope, Settings(), "id")
    assert caught.value.status == 400


def test_http_1_0_needs_no_host(town: RunningServer) -> None:
    assert send_raw(town, f"GET {LIST} HTTP/1.0", KEY)[0] == 200


def test_a_target_may_name_its_host_which_then_counts(town: RunningServer) -> None:
    own = town.base_url
    assert send_raw(town, f"GET {own}{LIST} HTTP/1.1", "Host: evil.example", KEY)[0] == 200
    found = [
        send_raw(town, f"POST {origin}{RESET} HTTP/1.1", f"Host: {host}")[0]
        for origin, host in ((own, "evil.example"), ("http://evil.example", own[7:]))
    ]
    assert found == [204, 403]


@pytest.mark.parametrize(
    ("text", "name", "port"),
    [
        ("A.b", "a.b", None),
        ("a_b:0", "a_b", 0),
        ("a:", "a", None),
        ("[0:0::1]:65535", "::1", 65535),
        ("127.0.0.1:80", "127.0.0.1", 80),
    ],
)
def test_a_host_has_a_name_and_perhaps_a_port(text: str, name: str, port: int | None) -> None:
    host = parse_host(text)
    assert (host.name, host.port) == (name, port)


FOREIGN_PAGES = [
    {"origin": "http://evil.example"},
    {"origin": "http://evil.example", "content-type": "text/plain"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1"},
    {"origin": "http://localhost:3000"},
    {"origin": "file://"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"host": "evil.example"},
    {"host": "evil.example", "origin": "http://evil.example"},
    {"host": "127.0.0.1.evil.example"},
    {"host": "203.0.113.7"},
]
ROUTES = [
    ("POST", RESET),
    ("POST", "/_mock/clock"),
    ("GET", "/_mock/clock"),
    ("POST", "/_mock/faults"),
    ("GET", "/_mock/faults"),
    ("DELETE", "/_mock/faults"),
    ("GET", "/_mock/health"),
    ("GET", "/_mock/x"),
]


@pytest.mark.parametrize("headers", FOREIGN_PAGES)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_foreign_page_reaches_no_control_route(
    api: httpx.Client, method: str, path: str, headers: dict[str, str]
) -> None:
    api.post(LIST, json={"name": "kept"})
    answer = api.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert len(api.get(LIST).json()["data"]) == 1


def test_no_control_route_lets_a_page_ask_first(api: httpx.Client) -> None:
    answer = api.options(RESET, headers={"access-control-request-method": "POST"})
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin"},
        {"content-type": "application/json"},
        {"host": "localhost:1"},
        {"host": "[::1]:1"},
        {"host": "0.0.0.0:1"},
        {"host": "localhost:1", "origin": "http://localhost:1"},
    ],
)
def test_a_terminal_and_the_mocks_own_pages_reach_them(
    api: httpx.Client, headers: dict[str, str]
) -> None:
    assert api.post(RESET, headers=headers).status_code == 204


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "", None])
@pytest.mark.parametrize("path", ["/_mock/clock", "/_mock/faults"])
def test_a_body_says_that_it_is_json(api: httpx.Client, path: str, type_: str | None) -> None:
    headers = {} if type_ is None else {"content-type": type_}
    answer = api.post(path, content=b'{"advance_s": 1, "status": 500}', headers=headers)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_a_reset_takes_no_simple_body(api: httpx.Client) -> None:
    answer = api.post(RESET, content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_an_allowed_host_reaches_them(start: Callable[..., httpx.Client]) -> None:
    api = start(allowed_hosts=("mock",))
    assert api.post(RESET, headers={"host": "Mock:8000"}).status_code == 204
    assert api.post(RESET, headers={"host": "mocks:8000"}).status_code == 403


@pytest.mark.parametrize("name", ["", "a b", "Mock", "mock:80", "http://mock", "[::1]"])
def test_an_allowed_host_is_a_name_alone(name: str) -> None:
    with pytest.raises(ValueError, match="just the name of a host"):
        Settings(allowed_hosts=(name,))


BASIC = b64encode(f"x:{TOKEN}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ("Bearer let-me-out", 401),
        ("Bearer \u00e9", 401),
        ("Basic \u00e9", 401),
        (f"Basic {b64encode(b'x').decode()}", 401),
        (f"Bearer {TOKEN}", 204),
        (f"basic {BASIC}", 204),
    ],
)
def test_a_control_token_is_asked_for(
    start: Callable[..., httpx.Client], header: str, status: int
) -> None:
    api = start(control_token=TOKEN)
    answer = api.post(RESET, headers={b"authorization": header.encode()})
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) is (status == 401)


def test_a_token_is_in_no_repr() -> None:
    assert TOKEN not in repr(Settings(control_token=TOKEN))


@pytest.mark.parametrize("token", ["", "se cret", "secr\u00e9t", "secret\n"])
def test_a_token_that_no_header_can_carry_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        Settings(control_token=token)
    assert "secr" not in str(caught.value)


@pytest.mark.parametrize(("token", "status"), [(None, 403), (TOKEN, 401)])
def test_beyond_this_machine_control_routes_want_a_token(token: str | None, status: int) -> None:
    with running(Settings(clock="manual", control_token=token), host="0.0.0.0") as server:  # noqa: S104 - what is tested
        url = f"http://127.0.0.1:{server.base_url.rpartition(':')[2]}"
        assert ask(url, "GET", "/_mock/clock").status_code == status
        assert ask(url, "POST", RESET).status_code == status
        assert ask(url, "GET", "/_mock/health").status_code == 200
        assert ask(url, "GET", LIST, authorization="Bearer mock-key").status_code == 200
        if token:
            assert ask(url, "POST", RESET, authorization=f"Bearer {token}").status_code == 204
