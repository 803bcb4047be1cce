"""What goes wrong before an operation runs, and in which order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest

from mistral_mock import bodies
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

LIST = "/v1/libraries"
UNAUTHORIZED = {"detail": "Unauthorized"}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    "header", [None, "", "mock-key", "Bearer", "Bearer wrong", "Basic mock-key", "Beaver mock-key"]
)
def test_a_missing_or_wrong_key_is_unauthorized(
    person: Callable[[str], httpx.Client], header: str | None
) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = person("").get(LIST, headers=headers)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_the_scheme_is_read_in_any_case(person: Callable[[str], httpx.Client]) -> None:
    answer = person("").get(LIST, headers={"authorization": "bEARER mock-key"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nothing", "/v1/libraries/", "/v1//libraries", "/v2/libraries", "//"]
)
def test_an_unknown_path_is_the_gateways_404(
    person: Callable[[str], httpx.Client], path: str
) -> None:
    answer = person("").get(person("").base_url.copy_with(raw_path=path.encode()))
    body = answer.json()
    assert answer.status_code == 404
    assert body["message"] == "no Route matched with those values"
    assert body["request_id"] == answer.headers["x-kong-request-id"]
    assert len(body["request_id"]) == 32


@pytest.mark.parametrize(("method", "allowed"), [("DELETE", "GET, POST"), ("PUT", "GET, POST")])
def test_a_method_that_the_path_lacks_is_not_allowed(
    api: httpx.Client, method: str, allowed: str
) -> None:
    answer = api.request(method, LIST)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json() == {"detail": "Method Not Allowed"}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE"])
def test_methods_outside_the_document_are_not_allowed(api: httpx.Client, method: str) -> None:
    assert api.request(method, LIST).status_code == 405


def test_every_answer_has_a_request_id_of_its_own(api: httpx.Client) -> None:
    ids = {api.get(path).headers["x-kong-request-id"] for path in (LIST, "/v1/nothing", "/x")}
    assert len(ids) == 3


@pytest.mark.parametrize("text", ["x", "123", "{id}", "0197f425-5e85-7353-b8e7", "%C3%A9", "%00"])
def test_an_id_that_is_no_uuid_is_refused(api: httpx.Client, text: str) -> None:
    answer = api.get(f"{LIST}/{text}")
    problem = answer.json()["detail"][0]
    assert answer.status_code == 422
    assert problem["loc"] == ["path", "library_id"]
    assert problem["type"] == "uuid_parsing"


def test_a_key_is_asked_for_before_anything_is_read(person: Callable[[str], httpx.Client]) -> None:
    nobody = person("")
    assert nobody.post(LIST, content=b"{", headers=JSON).status_code == 401
    assert nobody.get(f"{LIST}/x").status_code == 401
    assert nobody.post(LIST, content=b"x" * 12_000_000).status_code == 401


def test_a_wrong_route_is_told_before_a_missing_key(person: Callable[[str], httpx.Client]) -> None:
    assert person("").delete(LIST).status_code == 405


def test_wrong_ids_and_bodies_are_told_together(api: httpx.Client) -> None:
    answer = api.patch(f"{LIST}/x/documents/y", json={"name": 1})
    locs = [problem["loc"] for problem in answer.json()["detail"]]
    assert locs == [["path", "library_id"], ["path", "document_id"], ["body", "name"]]


def test_a_wrong_body_is_told_before_an_unknown_id(api: httpx.Client) -> None:
    assert api.patch(f"{LIST}/{uuid4()}", json={"name": 1}).status_code == 422
    assert api.patch(f"{LIST}/{uuid4()}", json={"name": "n"}).status_code == 404


@pytest.mark.parametrize("type_", ["text/plain", "multipart/form-data; boundary=x", "x"])
def test_a_json_operation_reads_only_json(api: httpx.Client, type_: str) -> None:
    answer = api.post(LIST, content=b'{"name": "n"}', headers={"content-type": type_})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    "type_", ["application/json", "Application/JSON; charset=utf-8", "application/x+json"]
)
def test_json_goes_by_several_names(api: httpx.Client, type_: str) -> None:
    answer = api.post(LIST, content=b'{"name": "n"}', headers={"content-type": type_})
    assert answer.status_code == 201


def test_a_json_body_without_a_type_is_read(api: httpx.Client) -> None:
    assert api.post(LIST, content=b'{"name": "n"}').status_code == 201


def test_a_form_operation_reads_only_forms(api: httpx.Client, folder: str) -> None:
    assert api.post(folder, json={"file": "x"}).status_code == 415
    assert api.post(folder, data={"file": "x"}).status_code == 422


def test_an_empty_body_is_missing(api: httpx.Client) -> None:
    problem = {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}
    answer = api.post(LIST, headers=JSON)
    assert (answer.status_code, answer.json()) == (422, {"detail": [problem]})


BROKEN = [
    b"{",
    b'{"name": "a",}',
    b"\xff\xfe",
    b'{"name": NaN}',
    b'{"name": 1e999}',
    b'{"name": "\\ud800"}',
    b'{"name": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"name": ' + b"[" * 300 + b"]" * 300 + b"}",
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_body_that_is_no_json_is_refused(api: httpx.Client, content: bytes) -> None:
    answer = api.post(LIST, content=content, headers=JSON)
    problem = answer.json()["detail"][0]
    assert answer.status_code == 422
    assert (problem["type"], problem["loc"][0]) == ("json_invalid", "body")
    assert problem["ctx"]["error"]


@pytest.mark.parametrize("value", [[], "name", 1, None, True])
def test_a_body_that_is_no_object_is_refused(api: httpx.Client, value: Any) -> None:
    answer = api.post(LIST, json=value)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body"]


def test_no_more_of_a_body_is_kept_than_the_limit() -> None:
    pieces = [{"type": "http.request", "body": b"x" * 10, "more_body": n < 9} for n in range(10)]
    kept = []

    async def receive() -> dict[str, Any]:
        return pieces.pop(0)

    async def read() -> None:
        async for piece in bodies.stream(receive, 25):
            kept.append(piece)  # noqa: PERF401 - the error must not lose what came before it

    with pytest.raises(APIError, match="413"):
        asyncio.run(read())
    assert (len(b"".join(kept)), pieces) == (20, [])


def test_an_oversize_body_is_refused(start: Callable[..., httpx.Client]) -> None:
    api = start(max_body=1000)
    answer = api.post(LIST, json={"name": "n" * 1000})
    assert (answer.status_code, type(answer.json()["detail"])) == (413, str)
    assert api.post(LIST, content=b" " * 5_000_000, headers=JSON).status_code == 413
    assert api.post(LIST, json={"name": "n" * 900}).status_code == 201


@pytest.mark.parametrize("content", [b"", b"--line", b"--line\r\n\r\n", b"nonsense"])
def test_a_broken_form_is_refused(api: httpx.Client, folder: str, content: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=line"}
    answer = api.post(folder, content=content, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_a_form_without_a_boundary_is_refused(api: httpx.Client, folder: str) -> None:
    headers = {"content-type": "multipart/form-data"}
    assert api.post(folder, content=b"x", headers=headers).status_code == 422


def test_unknown_fields_and_parameters_do_no_harm(api: httpx.Client) -> None:
    assert api.post(LIST, params={"x": "y"}, json={"name": "n", "x": 1}).status_code == 201


@pytest.mark.parametrize(
    ("query", "type_"),
    [
        ("page=x", "int_parsing"),
        ("page=1.5", "int_parsing"),
        ("page=", "int_parsing"),
        ("page=-1", "greater_than_equal"),
        ("page_size=101", "less_than_equal"),
        ("filter_owned_by_me=maybe", "bool_parsing"),
    ],
)
def test_query_texts_are_read_by_type(api: httpx.Client, query: str, type_: str) -> None:
    answer = api.get(f"{LIST}?{query}")
    problem = answer.json()["detail"][0]
    assert answer.status_code == 422
    assert (problem["type"], problem["loc"]) == (type_, ["query", query.partition("=")[0]])


@pytest.mark.parametrize("text", ["true", "True", "1", "yes", "on", "false", "0", "", "null"])
def test_booleans_are_spelled_in_many_ways(api: httpx.Client, text: str) -> None:
    assert api.get(f"{LIST}?filter_owned_by_me={text}").status_code == 200


def test_the_last_of_several_values_counts(api: httpx.Client) -> None:
    answer = api.get(f"{LIST}?page=7&page=0")
    assert answer.json()["pagination"]["current_page"] == 0


def test_a_page_number_has_no_upper_bound(api: httpx.Client) -> None:
    assert api.get(f"{LIST}?page={10**30}").json()["data"] == []


@pytest.mark.parametrize(
    ("text", "read"), [("2.0", 2), ("2.5", 2.5), ("1e3", 1000), ("1e300", 1e300)]
)
def test_an_integral_number_is_an_integer_however_it_is_written(text: str, read: float) -> None:
    value = bodies.parse_json(f'{{"n": {text}}}'.encode())
    assert value == {"n": read}
    assert [type(n) for n in cast("dict[str, float]", value).values()] == [type(read)]
