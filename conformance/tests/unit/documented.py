"""What the document says about an answer, for tests that hold the mock to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

import mistral_openapi
from mistral_mock.errors import APIError
from mistral_mock.operations import load_operations
from mistral_mock.router import Router

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

JSON = "application/json"


@cache
def make_router() -> Router:
    """Finds the operation of a request."""
    return Router(load_operations())


@cache
def find_contents(operation_id: str, status: int) -> Mapping[str, Any]:
    """The documented media types of an answer with their schemas; none for one without a body."""
    found = next(each for each in mistral_openapi.operations() if each.id == operation_id)
    responses = found.object["responses"]
    answer = responses.get(str(status)) or responses.get(f"{status // 100}XX")
    assert answer is not None, f"{operation_id} documents no {status}"
    contents: Mapping[str, Any] = mistral_openapi.resolve(answer).get("content", {})
    return contents


@cache
def make_answer_validator(operation_id: str, status: int) -> jsonschema_rs.Draft202012Validator:
    """Accepts the documented JSON of an answer."""
    return make_validator(find_contents(operation_id, status)[JSON]["schema"])


@cache
def make_component_validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """Accepts what has the schema of this name."""
    return make_validator({"$ref": f"#/components/schemas/{name}"})


def make_validator(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Accepts what has a schema that refers to the document's components.

    Texts that hold JSON, as the data of events do, have to be read before.
    """
    components = {"schemas": _read_schemas()}
    return jsonschema_rs.Draft202012Validator({**schema, "components": components})


@cache
def _read_schemas() -> Any:
    """The document's schemas, with what a text holds in the place of the text."""
    return _with_contents(mistral_openapi.load()["components"]["schemas"])


def _with_contents(node: Any) -> Any:
    if isinstance(node, dict):
        node = node.get("contentSchema", node)
        return {name: _with_contents(each) for name, each in node.items()}
    return [_with_contents(each) for each in node] if isinstance(node, list) else node


def hold(response: httpx.Response) -> None:
    """Fails for an answer that the document does not describe for its operation and status.

    Of an event stream it looks at the media type alone and leaves the events to be read.
    """
    request = response.request
    path = request.url.raw_path.decode().partition("?")[0]
    try:
        operation, _ = make_router().find(request.method, path, "")
    except APIError:  # no operation of the document, such as a signed URL
        return
    contents = find_contents(operation.id, response.status_code)
    media_type = response.headers.get("content-type", "").partition(";")[0]
    said = f"{operation.id} answers {response.status_code} as {media_type or 'nothing'}"
    assert media_type in (contents or {""}), said
    if media_type == JSON:
        response.read()
        make_answer_validator(operation.id, response.status_code).validate(response.json())
    elif not contents:
        assert not response.read(), said
