"""Text from outside that no answer could repeat is refused, wherever it comes in."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock import fixtures, json_lines, json_text
from mistral_mock.faults import FaultScriptError, read_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer

LIST = "/v1/libraries"
JSON = {"content-type": "application/json"}
NAMED = json.dumps({"name": "caf\u00e9"}, ensure_ascii=False)


def problems(answer: httpx.Response) -> list[dict[str, Any]]:
    """The problems of a 422."""
    assert answer.status_code == 422, answer.text
    found: list[dict[str, Any]] = answer.json()["detail"]
    return found


BODIES = [
    b'{"name":"\xed\xa0\x80"}',
    b'{"\xed\xa0\x80":"n"}',
    b'{"name":"\xff"}',
    b'{"name":"\xc0\xaf"}',
    b'{"name":"\xf4\x90\x80\x80"}',
    *(NAMED.encode(charset) for charset in ("utf-16", "utf-16-le", "utf-16-be", "latin-1")),
    *(NAMED.encode(charset) for charset in ("utf-32", "utf-32-le", "utf-32-be")),
    '{"name":"\ud800"}'.encode("utf-16-le", "surrogatepass"),
    b"\xef\xbb\xbf\xef\xbb\xbf" + NAMED.encode(),
    b'{"name":"\\ud800"}',
    b'{"name":"\\udc00\\ud800"}',
    b'{"\\uDFFF":"n"}',
    b'{"name":"n","x":{"y":["\\ud800"]}}',
    b'{"name":"n","x":NaN}',
    b'{"name":"n","x":-Infinity}',
    b'{"name":"n","x":1e400}',
    b'{"name":"n","x":1' + b"0" * 400 + b"}",
    b'{"name":"n","x":-1' + b"0" * 400 + b"}",
    b'{"name":"n","x":1' + b"0" * 5000 + b"}",
    b'{"name":"n","x":' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"name":"n","x":' + b'{"y":' * 200 + b"1" + b"}" * 200 + b"}",
]


@pytest.mark.parametrize("content", BODIES, ids=range(len(BODIES)))
def test_a_body_that_no_answer_could_repeat_is_refused_and_leaves_nothing(
    api: httpx.Client, content: bytes
) -> None:
    (problem,) = problems(api.post(LIST, content=content, headers=JSON))
    assert (problem["type"], problem["loc"][0]) == ("json_invalid", "body")
    assert api.get(LIST).json()["data"] == []


@pytest.mark.parametrize("content", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["/_mock/clock", "/_mock/faults"])
def test_control_routes_refuse_it_too(api: httpx.Client, path: str, content: bytes) -> None:
    assert problems(api.post(path, content=content, headers=JSON))[0]["type"] == "json_invalid"


@pytest.mark.parametrize(
    "content",
    [
        NAMED.encode(),
        b"\xef\xbb\xbf" + NAMED.encode(),
        b'{"name":"caf\\u00e9"}',
        b'{"name":"x","name":"caf\\u00e9"}',
    ],
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=utf-16", "; charset=x"])
def test_json_is_utf_8_whatever_its_charset_parameter_says(
    api: httpx.Client, content: bytes, charset: str
) -> None:
    headers = {"content-type": f"application/json{charset}"}
    assert api.post(LIST, content=content, headers=headers).json()["name"] == "caf\u00e9"


def test_all_that_an_answer_can_repeat_is_taken(api: httpx.Client) -> None:
    name = "\0\x01\x7f\ufffe\uffff\U0001f989 \u202e\\\"'\n"
    made = api.post(LIST, json={"name": name})
    assert (made.status_code, made.json()["name"]) == (201, name)
    assert api.get(LIST).json()["data"][0]["name"] == name


def test_a_number_that_a_double_holds_is_taken() -> None:
    digits = b"1" + b"0" * 308
    assert json_text.read(b"[%s]" % digits) == [10**308]
    assert json_text.read(b'["%s"]' % (b"1" * 400)) == ["1" * 400]


BROKEN = ["%ED%A0%80", "%FF", "%C3", "a%C0%AFb"]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("name", ["search", "unknown"])
def test_a_query_that_is_no_utf_8_is_refused(api: httpx.Client, name: str, text: str) -> None:
    (problem,) = problems(api.get(f"{LIST}?{name}={text}"))
    assert (problem["type"], problem["loc"]) == ("string_unicode", ["query", name])


def test_a_name_in_a_query_that_is_no_utf_8_is_refused(api: httpx.Client) -> None:
    (problem,) = problems(api.get(f"{LIST}?%ED%A0%80=1"))
    assert problem["loc"] == ["query", "\ufffd\ufffd\ufffd"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_path_that_is_no_utf_8_is_refused(api: httpx.Client, text: str) -> None:
    for path in (f"/v1/models/{text}", f"{LIST}/{text}", f"/v1/workflows/{text}"):
        found = problems(api.get(api.base_url.copy_with(raw_path=path.encode())))
        assert [(one["type"], one["loc"][0]) for one in found] == [("string_unicode", "path")]


@pytest.mark.parametrize("text", ["1" * 309, "9" * 4300, "1e999", "-1e999", "1" * 5000 + ".0"])
@pytest.mark.parametrize("path", [f"{LIST}?page_size=", "/v1/observability/datasets?page_size="])
def test_a_number_in_a_query_is_finite(api: httpx.Client, path: str, text: str) -> None:
    assert api.get(path + text).status_code == 422


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9" * 400 + ".5", "nan", "inf"])
def test_a_number_in_a_form_is_finite(api: httpx.Client, text: str) -> None:
    form = {"model": "voxtral-mini-latest", "temperature": text}
    (problem,) = problems(api.post("/v1/audio/transcriptions", data=form))
    assert (problem["loc"], problem["input"]) == (["body", "temperature"], text)


def send_raw(server: RunningServer, content: bytes, *, leave: bool = False) -> bytes:
    """What a server answers to the bytes of a request, after which the client may leave."""
    port = int(server.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(content)
        if leave:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


HEAD = b"Host: x\r\nAuthorization: Bearer mock-key\r\nConnection: close\r\n"
POST = b"POST /v1/libraries HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    "content",
    [
        b"GET /v1/libraries?search=\xed\xa0\x80 HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET /v1/models/\xff HTTP/1.1\r\n" + HEAD + b"\r\n",
        POST + b'Content-Length: 5\r\n\r\n{"name":"n"}',
        POST + b'Content-Length: -1\r\n\r\n{"name":"n"}',
        POST + b'Content-Length: 12\r\nContent-Length: 5\r\n\r\n{"name":"n"}',
        POST + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n{"name":"n"}\r\n0\r\n\r\n',
        POST + b'Transfer-Encoding: chunked\r\n\r\n11\r\n{"name":"\xed\xa0\x80"}\r\n0\r\n\r\n',
        POST + b'Transfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n2\r\n"n\r\n0\r\n\r\n',
    ],
    ids=range(8),
)
def test_a_request_that_lies_about_itself_is_the_clients_fault(
    town: RunningServer, api: httpx.Client, content: bytes
) -> None:
    answer = send_raw(town, content)
    assert answer.split(b" ", 2)[1] in {b"400", b"422"}
    assert api.get(LIST).json()["data"] == []


def test_a_body_that_ends_early_leaves_nothing(town: RunningServer, api: httpx.Client) -> None:
    content = POST + b'Content-Length: 99\r\n\r\n{"name":"n"}'
    assert send_raw(town, content, leave=True) == b""
    assert api.get(LIST).json()["data"] == []


def part(name: bytes, content: bytes, more: bytes = b"") -> bytes:
    """One part of a form with the boundary `x`."""
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + more
    return head + b"\r\n\r\n" + content + b"\r\n"


FILE = part(b"file", b"T", b'; filename="a.txt"')
FORMS = [
    part(b"file", b"T", b'; filename="\xed\xa0\x80.txt"'),
    part(b"file", b"T", b'; filename="\xff.txt"'),
    FILE + part(b"name", b"\xed\xa0\x80"),
    FILE + part(b"\xff", b"x"),
    part(b"file", b"T", b"; filename*=utf-8''a.txt"),
    part(b"file", b"T", b'; filename=""'),
    part(b"file", b"T", b'; filename="' + b"a" * 1_000_000 + b'"'),
    b"--x\r\n\r\nT\r\n",
    b"--x\r\nContent-Disposition: form-data\r\n\r\nT\r\n",
    b"--x\r\nContent-Disposition: attachment; filename=a\r\n\r\nT\r\n",
    b"--x\r\n: \r\n\r\nT\r\n",
    b"--y\r\n",
    b"",
]


@pytest.mark.parametrize("content", FORMS, ids=range(len(FORMS)))
def test_a_broken_form_is_refused_and_leaves_nothing(
    api: httpx.Client, folder: str, content: bytes
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = api.post(folder, content=content + b"--x--\r\n", headers=headers)
    assert problems(answer)[0]["loc"][0] == "body"
    assert api.get(folder).json()["data"] == []


@pytest.mark.parametrize("end", [b"", b"--x", b"--x-", b"--y--"])
def test_a_form_that_does_not_end_is_refused_and_leaves_nothing(
    api: httpx.Client, folder: str, end: bytes
) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    whole = part(b"file", b"T", b'; filename="a.txt"')
    answer = api.post(folder, content=whole + end, headers=headers)
    assert "boundary that ends it" in problems(answer)[0]["msg"]
    assert api.get(folder).json()["data"] == []
    assert api.post(folder, content=whole + b"--x--", headers=headers).status_code == 201


@pytest.mark.parametrize(
    "more",
    ["", "; boundary=", '; boundary="x', "; boundary=" + "x" * 999, "; boundary=\u00e9", "; x=y"],
)
def test_a_form_without_a_boundary_is_refused(api: httpx.Client, folder: str, more: str) -> None:
    headers = {b"content-type": f"multipart/form-data{more}".encode()}
    assert problems(api.post(folder, content=FILE + b"--x--\r\n", headers=headers))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "raw_unicode_escape", "utf-7", "rot13"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "x-www-form-urlencoded"])
def test_a_form_is_utf_8(api: httpx.Client, folder: str, kind: str, charset: str) -> None:
    kind = kind if "/" in kind else f"application/{kind}"
    headers = {"content-type": f"{kind}; charset={charset}"}
    answer = api.post(folder, content=FILE + b"--x--\r\n", headers=headers)
    assert answer.status_code == 415
    assert "UTF-8" in answer.json()["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\tb.txt",
        "a;b.txt",
        "caf\u00e9.txt",
        "\U0001f989",
        "CON",
        ".",
        "%00",
        "a'b",
    ],
)
def test_any_other_file_name_is_told_again(api: httpx.Client, folder: str, name: str) -> None:
    content = part(b"file", b"T", b'; filename="' + name.encode() + b'"') + b"--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x; charset=UTF-8"}
    made = api.post(folder, content=content, headers=headers)
    assert (made.status_code, made.json()["name"]) == (201, name)
    assert api.get(folder).json()["data"][0]["name"] == name


@pytest.mark.parametrize("text", BROKEN)
def test_an_urlencoded_form_that_is_no_utf_8_is_refused(api: httpx.Client, text: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    content = f"model=voxtral-mini-latest&file_url={text}"
    (problem,) = problems(api.post("/v1/audio/transcriptions", content=content, headers=headers))
    assert (problem["type"], problem["loc"]) == ("string_unicode", ["body", "file_url"])


@pytest.mark.parametrize("content", BODIES[:9] + BODIES[12:], ids=range(len(BODIES) - 3))
def test_a_line_of_a_file_that_no_answer_could_repeat_is_no_json(content: bytes) -> None:
    with pytest.raises(json_lines.LineError, match="not JSON"):
        json_lines.read(content)


@pytest.mark.parametrize(
    "value",
    [r'"\ud800"', r'{"\udfff": 1}', ".nan", "-.inf", "!!binary AA==", "!!set {a}", "1" * 400],
)
def test_a_world_that_no_answer_could_repeat_is_refused(tmp_path: Path, value: str) -> None:
    file = tmp_path / "world.yaml"
    file.write_text(f"libraries: [{{name: {value}}}]\n", "utf-8")
    with pytest.raises(fixtures.FixtureError, match=r"world\.yaml: "):
        fixtures.read_fixtures(file)


@pytest.mark.parametrize("body", ["NaN", r'"\ud800"', "1e999", "[" * 200 + "]" * 200])
def test_a_fault_script_that_no_answer_could_repeat_is_refused(tmp_path: Path, body: str) -> None:
    file = tmp_path / "faults.json"
    file.write_text(f'[{{"status": 500, "body": {body}}}]')
    with pytest.raises(FaultScriptError, match="is not JSON"):
        read_script(file)


@pytest.mark.parametrize("key", ["mock-k\u00e9y", "\ud800", "\xff"])
def test_a_header_that_is_no_key_is_unauthorized(
    person: Callable[[str], httpx.Client], key: str
) -> None:
    headers = {b"authorization": b"Bearer " + key.encode("utf-8", "surrogatepass")}
    assert person("").get(LIST, headers=headers).status_code == 401
