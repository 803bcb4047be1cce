from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import answer, text_answer

from mistral_client import (
    APIStatusError,
    AuthenticationFailed,
    BadRequest,
    Conflict,
    ConnectionFailed,
    DecodeError,
    Detail,
    MistralError,
    NotFound,
    NotSupported,
    PermissionDenied,
    RateLimited,
    RequestTooLarge,
    ServerError,
    TimedOut,
    ValidationFailed,
)
from mistral_client.problems import Problem, read_problem, read_problem_object

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

# Every shape that public reports show (errors.odd-bodies), with the message that it carries.
SHAPES: list[tuple[int, str, str]] = [
    (401, '{"detail":"Unauthorized"}', "Unauthorized"),
    (401, '{"message":"Unauthorized","request_id":"0af1"}', "Unauthorized"),
    (404, '{"message":"no Route matched with those values","request_id":"0af1"}', "no Route"),
    (404, '{"detail":"Not Found"}', "Not Found"),
    (
        400,
        (
            '{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,'
            '"code":"1500","raw_status_code":400}'
        ),
        "Invalid model: x",
    ),
    (
        422,
        '{"detail":[{"type":"missing","loc":["body","name"],"msg":"Field required","input":{}}]}',
        "body.name: Field required",
    ),
    (
        422,
        (
            '{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","x"],'
            '"msg":"Extra inputs"}]},"type":"invalid_request_error","param":null,"code":null}'
        ),
        "body.x: Extra inputs",
    ),
    (
        422,
        (
            '{"object":"error","message":"{\\"detail\\":[{\\"loc\\":[\\"body\\"],\\"msg\\":\\"bad\\"}]}"'
            ',"type":"internal_error_proxy","code":"1000"}'
        ),
        "body: bad",
    ),
    (
        422,
        '{"detail":"Invalid file format.","message":"Received file with mimetype x"}',
        "Invalid file format. Received file with mimetype x",
    ),
    (429, '{"message":"Requests rate limit exceeded"}', "Requests rate limit exceeded"),
    (
        429,
        (
            '{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,'
            '"code":"1300","raw_status_code":429}'
        ),
        "Rate limit exceeded",
    ),
    (500, '{"object":"Error","message":"m","type":"invalid_request_error","code":3000}', "m"),
    (409, '{"detail":{"message":"in use","error_code":"CONFLICT"}}', "in use"),
    (400, '{"error":{"message":"nested","type":"t","code":"c"}}', "nested"),
    (400, '"plain text"', "plain text"),
    (400, '["odd", 1]', "odd; 1"),
    (502, "<html>Bad Gateway</html>", "Bad Gateway"),
    (504, "", "504 Gateway Timeout"),
]


def libraries(client: Any) -> Any:
    return client.beta.libraries.list(retries=0)


@pytest.mark.parametrize(("status", "body", "message"), SHAPES)
def test_every_known_error_body_gives_its_message(
    both: Both, status: int, body: str, message: str
) -> None:
    with pytest.raises(APIStatusError, match=r"beta\.libraries\.list") as caught:
        both.run(text_answer(status, body), libraries)
    assert message in str(caught.value)
    assert caught.value.status == status
    assert caught.value.body == body


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, AuthenticationFailed),
        (403, PermissionDenied),
        (404, NotFound),
        (409, Conflict),
        (413, RequestTooLarge),
        (418, APIStatusError),
        (422, ValidationFailed),
        (429, RateLimited),
        (500, ServerError),
        (501, NotSupported),
        (599, ServerError),
    ],
)
def test_status_decides_the_class(both: Both, status: int, kind: type[Exception]) -> None:
    with pytest.raises(APIStatusError) as caught:
        both.run(answer(status), libraries)
    assert type(caught.value) is kind


def test_error_says_what_to_do(both: Both) -> None:
    with pytest.raises(AuthenticationFailed, match="MISTRAL_API_KEY"):
        both.run(text_answer(401, '{"detail":"Unauthorized"}'), libraries)


def test_an_operation_that_the_server_lacks_is_not_to_be_tried_again(both: Both) -> None:
    with pytest.raises(ServerError, match="501 Not Implemented: no such thing") as caught:
        both.run(text_answer(501, '{"detail":"no such thing"}'), libraries)
    assert "later" not in str(caught.value)
    assert str(caught.value).endswith("Use a server that has this operation: check the base URL.")


def test_validation_details_are_listed() -> None:
    problem = read_problem(SHAPES[5][1].encode())
    assert problem.details == (Detail("body.name", "Field required", "missing"),)


def test_code_type_and_param_are_kept() -> None:
    problem = read_problem(
        b'{"object":"error","message":"m","type":"t","param":"temperature","code":3000}'
    )
    assert problem == Problem("m", code="3000", type="t", param="temperature")


def test_error_code_of_a_nested_detail_is_kept() -> None:
    assert read_problem(SHAPES[12][1].encode()).code == "CONFLICT"


@pytest.mark.parametrize(
    "body",
    [b"{", b"[1", b"nul", b'{"error":' * 900 + b"1" + b"}" * 900, b"[" * 5000, b"\xff\xfe", b"{}"],
)
def test_any_body_can_be_read(body: bytes) -> None:
    assert isinstance(read_problem(body), Problem)


def test_error_object_of_any_depth_can_be_read() -> None:
    body: dict[str, object] = {"message": "deep"}
    for _ in range(5000):
        body = {"error": body}
    assert read_problem_object(body).message == ""


@pytest.mark.parametrize(
    "header", ["mistral-correlation-id", "x-request-id", "x-kong-request-id", "request-id"]
)
def test_request_id_comes_from_a_header(both: Both, header: str) -> None:
    with pytest.raises(NotFound, match="request id abc") as caught:
        both.run(answer(404, **{header.replace("-", "_"): "abc"}), libraries)
    assert caught.value.request_id == "abc"


def test_correlation_id_of_the_api_goes_before_those_of_gateways(both: Both) -> None:
    names = ("x_request_id", "x_kong_request_id", "cf_ray", "mistral_correlation_id")
    headers = {name: name for name in names}
    with pytest.raises(APIStatusError, match=r"request id mistral_correlation_id") as caught:
        both.run(answer(400, {"request_id": "body"}, **headers), libraries)
    assert caught.value.request_id == "mistral_correlation_id"
    raw = both.run(
        answer(200, {"data": []}, **headers), lambda client: client.raw(client.models.list)
    )
    assert raw.request_id == "mistral_correlation_id"


def test_request_id_comes_from_the_body(both: Both) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        both.run(text_answer(401, SHAPES[1][1]), libraries)
    assert caught.value.request_id == "0af1"


def test_headers_are_kept_with_secrets_removed(both: Both) -> None:
    with pytest.raises(NotFound) as caught:
        both.run(answer(404, x_ratelimit_limit_req_minute="60", set_cookie="s=1"), libraries)
    assert caught.value.headers["x-ratelimit-limit-req-minute"] == "60"
    assert caught.value.headers["set-cookie"] == "[redacted]"


def test_redirect_names_its_target(both: Both) -> None:
    with pytest.raises(APIStatusError, match=r"redirected to http://other\.test/v1"):
        both.run(text_answer(307, location="http://other.test/v1"), libraries)


@pytest.mark.parametrize("body", ["", "nonsense", "[]", '"text"', "null", "[" * 5000])
def test_unreadable_success_keeps_status_and_body(both: Both, body: str) -> None:
    with pytest.raises(DecodeError, match=r"beta\.libraries\.list") as caught:
        both.run(text_answer(200, body, x_request_id="r1"), libraries)
    assert (caught.value.status, caught.value.body) == (200, body)
    assert caught.value.request_id == "r1"


def test_body_that_is_not_the_gzip_it_claims_keeps_its_status(both: Both) -> None:
    def lie(_request: httpx.Request) -> httpx.Response:
        from tests.unit.client.harness import Chunks  # noqa: PLC0415 - streams are single use

        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Chunks(b"no"))

    with pytest.raises(DecodeError, match="gzip") as caught:
        both.run(lie, libraries)
    assert caught.value.status == 200


@pytest.mark.parametrize(
    ("failure", "kind", "sent", "words"),
    [
        (httpx.ConnectError("refused"), ConnectionFailed, False, "cannot connect"),
        (httpx.ConnectTimeout("t"), TimedOut, False, "no connection .* within 10 s"),
        (httpx.PoolTimeout("t"), TimedOut, False, "no free connection"),
        (httpx.ReadTimeout("t"), TimedOut, True, "no answer .* within 120 s"),
        (httpx.WriteTimeout("t"), TimedOut, True, "not taken"),
        (httpx.ReadError("reset"), ConnectionFailed, True, "broke"),
        (httpx.RemoteProtocolError("gone"), ConnectionFailed, True, "gone"),
    ],
)
def test_no_answer_has_its_own_error(
    both: Both, failure: httpx.HTTPError, kind: type[Any], sent: bool, words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        both.run([failure], libraries)
    assert caught.value.sent is sent
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize(
    "script",
    [text_answer(422, SHAPES[5][1], x_request_id="r"), httpx.ReadTimeout("t"), answer(200, [])],
)
def test_errors_pickle_with_all_they_carry(both: Both, script: Any) -> None:
    with pytest.raises(MistralError) as caught:
        both.run([script], libraries)
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert type(copy) is type(caught.value)
    assert str(copy) == str(caught.value)
    assert copy.__dict__ == caught.value.__dict__
