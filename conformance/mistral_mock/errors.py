"""The API's error answers, in the shapes that `errors` of the register attest.

A handler raises what these functions return: `raise not_found("Library not found")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_mock.answers import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.answers import Answer

REQUEST_ID = "x-kong-request-id"


class APIError(Exception):
    """An answer that ends the handling of a request."""

    def __init__(
        self, status: int, body: object, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers

    def answer(self) -> Answer:
        """Return the error as an answer."""
        return json_answer(self.body, self.status, self.headers)


@frozen
class Problem:
    """One thing that is wrong with the input; `loc` starts with path, query, header or body."""

    loc: tuple[str | int, ...]
    msg: str
    type: str = "value_error"
    input: object = None
    ctx: Mapping[str, object] = field(factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the problem as the API writes it."""
        context = {"ctx": dict(self.ctx)} if self.ctx else {}
        found: dict[str, object] = {"type": self.type, "loc": list(self.loc), "msg": self.msg}
        return {**found, "input": self.input, **context}


class InvalidError(APIError):
    """422 with a list of problems; some groups write them otherwise, see `inputs.refuse`."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(422, {"detail": [problem.as_json() for problem in problems]})
        self.problems = problems


def invalid(*problems: Problem) -> InvalidError:
    """Return 422 with a list of problems."""
    return InvalidError(*problems)


def invalid_field(field: str, message: str, given: object = None) -> InvalidError:
    """Return 422 for one field of the body."""
    return invalid(Problem(("body", field), message, input=given))


def not_found(detail: str = "Not Found") -> APIError:
    """404 with a text (libraries.unknown-404)."""
    return APIError(404, {"detail": detail})


def forbidden(detail: str) -> APIError:
    """403 with a text (accesses.refused-403)."""
    return APIError(403, {"detail": detail})


def unauthorized() -> APIError:
    """401 of the application layer."""
    return APIError(401, {"detail": "Unauthorized"})


def no_route(request_id: str) -> APIError:
    """404 of the gateway, for a path that is nobody's."""
    name = request_id.replace("-", "")  # so the gateway names requests (errors.no-route)
    body = {"message": "no Route matched with those values", "request_id": name}
    return APIError(404, body, ((REQUEST_ID, name),))


def method_not_allowed(allowed: Sequence[str]) -> APIError:
    """405 with the methods that the path has."""
    return APIError(405, {"detail": "Method Not Allowed"}, (("allow", ", ".join(allowed)),))


def unsupported_media_type(expected: Sequence[str]) -> APIError:
    """415 that names what the operation reads."""
    return APIError(415, {"detail": f"Unsupported Media Type: send {' or '.join(expected)}"})


def too_large(limit: int) -> APIError:
    """413 that names the limit, in bytes."""
    return APIError(413, {"detail": f"Request Entity Too Large: the limit is {limit} bytes"})


def not_implemented(operation: str) -> APIError:
    """501 for an operation of the document that the mock does not have."""
    return APIError(501, {"detail": f"The mock does not implement {operation}"})


def failed() -> APIError:
    """500 for what the mock did not expect; its log tells more (errors.odd-bodies)."""
    body = {"object": "Error", "message": "Internal server error", "type": "internal_server_error"}
    return APIError(500, {**body, "code": 3000})


def bad_host(reason: str, request_id: str) -> APIError:
    """Return 400 of the gateway for a Host that leads nowhere (our choice of words)."""
    return APIError(400, {"message": f"Bad Request: {reason}", "request_id": request_id})


def not_saved() -> APIError:
    """500 for a change that is in memory, but not in the state file."""
    return APIError(500, {"detail": "The mock's state file cannot be written"})


def inference_error(
    status: int, message: object, type_: str, code: str | None = None, param: str | None = None
) -> APIError:
    """Return the `object: error` shape of the inference layer, such as 400 `invalid_model`."""
    body = {"object": "error", "message": message, "type": type_, "param": param, "code": code}
    return APIError(status, {**body, "raw_status_code": status})


def invalid_file_format(mime_type: str) -> APIError:
    """Return 422 whose detail is a string, as reported for refused uploads."""
    message = f"Received file with mimetype {mime_type}"
    return APIError(422, {"detail": "Invalid file format.", "message": message})


def rate_limited(shape: str, headers: tuple[tuple[str, str], ...]) -> APIError:
    """429 in one of the two attested shapes, `gateway` or `api`."""
    if shape == "gateway":
        return APIError(429, {"message": "Requests rate limit exceeded"}, headers)
    error = inference_error(429, "Rate limit exceeded", "rate_limited", "1300")
    return APIError(429, error.body, headers)
