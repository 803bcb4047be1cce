from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from mistral_client import DecodeError, ValidationFailed
from mistral_mock.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from tests.unit.client.harness import Both

    from mistral_mock.server import RunningServer

MODEL = "mistral-embed"
REFUSED: dict[str, Any] = {
    "detail": [
        {
            "type": "extra_forbidden",
            "loc": ["body", "encoding_format"],
            "msg": "Extra inputs are not permitted",
            "input": "base64",
        }
    ]
}


def embed(*texts: str, **options: Any) -> Callable[[Any], Any]:
    return lambda client: client.embeddings.create(model=MODEL, inputs=list(texts), **options)


def talk(both: Both, mock: RunningServer, *cases: Callable[[Any], Any]) -> tuple[list[Any], Any]:
    """Return the results, and what each request and answer said."""
    sent: list[dict[str, Any]] = []
    came: list[dict[str, Any]] = []

    def note(response: httpx.Response) -> None:
        came.append(response.json())

    def keep(request: httpx.Request) -> None:
        sent.append(json.loads(b"".join(cast("httpx.ByteStream", request.stream))))

    return both.talk(mock.base_url, *cases, on_request=keep, on_response=note), (sent, came)


def test_floats_travel_as_base64_and_arrive_as_floats(both: Both, mock: RunningServer) -> None:
    cases = (embed("a cat", "a dog"), embed("a cat", "a dog", encoding_format="float"))
    (packed, plain), (sent, came) = talk(both, mock, *cases)
    assert sent[0]["encoding_format"] == "base64"
    assert isinstance(came[0]["data"][0]["embedding"], str)
    for index in (0, 1):
        numbers = packed.data[index].embedding
        assert numbers == pytest.approx(plain.data[index].embedding, abs=1e-6)
        assert type(numbers[0]) is float


def test_form_that_the_caller_names_is_left_alone(both: Both, mock: RunningServer) -> None:
    cases = (embed("a", encoding_format="float"), embed("a", encoding_format="base64"))
    (plain, packed), (sent, _) = talk(both, mock, *cases)
    assert [each["encoding_format"] for each in sent] == ["float", "base64"]
    assert isinstance(plain.data[0].embedding, list)
    assert isinstance(packed.data[0].embedding, str)


def test_server_that_answers_with_numbers_is_read_too(both: Both, mock: RunningServer) -> None:
    def unpack(response: httpx.Response) -> None:
        body = json.loads(response.content)
        for item in body["data"]:
            item["embedding"] = [0.5, 1]
        response._content = json.dumps(body).encode()

    (found,) = both.talk(mock.base_url, embed("a"), on_response=unpack)
    assert found.data[0].embedding == [0.5, 1]


def test_server_that_refuses_the_field_is_asked_once_without_it(
    both: Both, mock: RunningServer
) -> None:
    mock.world.faults.add(
        (Fault(operation="embeddings.create", status=422, body=REFUSED, times=1),)
    )
    (first, second), (sent, _) = talk(both, mock, embed("a"), embed("b"))
    assert [each.get("encoding_format") for each in sent] == ["base64", None, None]
    assert isinstance(first.data[0].embedding, list)
    assert isinstance(second.data[0].embedding, list)


def test_any_other_refusal_is_the_callers(both: Both, mock: RunningServer) -> None:
    wrong = {"detail": [{**REFUSED["detail"][0], "loc": ["body", "input"]}]}
    mock.world.faults.add((Fault(operation="embeddings.create", status=422, body=wrong, times=1),))
    with pytest.raises(ValidationFailed):
        talk(both, mock, embed("a"))


def test_text_that_is_no_base64_of_floats_cannot_be_read(both: Both, mock: RunningServer) -> None:
    def spoil(response: httpx.Response) -> None:
        body = json.loads(response.content)
        body["data"][0]["embedding"] = "AAAAA"
        response._content = json.dumps(body).encode()

    with pytest.raises(DecodeError, match="32-bit floats"):
        both.talk(mock.base_url, embed("a"), on_response=spoil)
