"""Errors that come with a success status, whole or in a stream, and answers that only look so."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import DOCUMENT, KEY, LIBRARY, Chunks, answer, text_answer

from mistral_client import DecodeError, StreamError
from mistral_client.reported_errors import find_problem

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

# Every shape that public reports show, and what the error has to say.
SHAPES: list[tuple[Any, str]] = [
    ({"object": "error", "message": "no capacity"}, "no capacity"),
    ({"object": "Error", "message": "no capacity", "type": "t", "code": 3000}, "no capacity"),
    ({"object": "error", "message": {"detail": [{"loc": ["body"], "msg": "bad"}]}}, "body: bad"),
    ({"object": "error", "message": '{"detail":[{"loc":["b"],"msg":"bad"}]}'}, "b: bad"),
    ({"object": "error", "type": "service_unavailable", "message": None}, "service_unavailable"),
    ({"detail": "Unauthorized"}, "Unauthorized"),
    ({"detail": [{"type": "missing", "loc": ["body", "x"], "msg": "needed"}]}, "body.x: needed"),
    ({"detail": {"message": "in use", "error_code": "CONFLICT"}}, "in use"),
    ({"detail": "Invalid file", "message": "mimetype x"}, "Invalid file mimetype x"),
    ({"message": "no Route matched", "request_id": "0af1"}, "no Route matched"),
    ({"error": {"message": "nested", "type": "t"}}, "nested"),
    ({"error": "plain"}, "plain"),
]

CALLS: list[Any] = [
    lambda client: client.chat.complete(model="m", messages=[]),
    lambda client: client.models.list(),
    lambda client: client.embeddings.create(model="m", inputs="x"),
    lambda client: client.beta.libraries.list(),
    lambda client: client.beta.conversations.get(conversation_id="c"),
    lambda client: client.beta.conversations.list(),
    lambda client: client.batch.jobs.list(),
    lambda client: client.files.get_signed_url(file_id="f"),
    lambda client: client.beta.libraries.documents.get_signed_url(
        library_id=LIBRARY["id"], document_id=DOCUMENT["id"]
    ),
]


def chat(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[])


def stream(*pieces: bytes | Exception, kind: str = "text/event-stream") -> httpx.Response:
    return httpx.Response(200, headers={"content-type": kind}, stream=Chunks(*pieces))


def chunk(text: str) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return {"id": "c", "model": "m", "choices": [choice]}


def data(value: Any) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("body", "words"), SHAPES)
def test_error_with_a_success_status_is_raised(
    both: Both, call: Any, body: Any, words: str
) -> None:
    with pytest.raises(DecodeError, match="the server reported an error") as caught:
        both.run(answer(200, body), call)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert words in str(error)
    assert words in (error.problem.message or error.problem.type)
    assert (error.status, json.loads(error.body)) == (200, body)


def test_error_in_place_of_nothing_is_raised(both: Both) -> None:
    with pytest.raises(DecodeError, match="no capacity"):
        both.run(
            answer(200, {"object": "error", "message": "no capacity"}),
            lambda client: client.beta.conversations.delete(conversation_id="c"),
        )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html>Bad Gateway</html>", "begins with: <html>Bad Gateway</html>"),
        ("upstream failed", "begins with: upstream failed"),
        ('"Internal error"', 'not a JSON object but a string; it begins with: "Internal error"'),
        ("[1, 2]", r"not a JSON object but an array; it begins with: \[1, 2\]"),
        ("42", "not a JSON object but a number"),
        ("null", "not a JSON object but null"),
        ('{"object":', "is not JSON"),
        ("", "is not JSON: it is empty"),
    ],
)
def test_answer_that_is_no_object_shows_how_it_begins(both: Both, body: str, words: str) -> None:
    with pytest.raises(DecodeError, match=words) as caught:
        both.run(text_answer(200, body), CALLS[0])
    assert caught.value.body == body
    assert caught.value.problem.message == ""


@pytest.mark.parametrize(("body", "words"), SHAPES)
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_error_in_place_of_a_stream_is_raised(both: Both, body: Any, words: str, kind: str) -> None:
    with pytest.raises(StreamError) as caught:
        both.events(stream(json.dumps(body, indent=1).encode(), kind=kind), chat)
    assert words in str(caught.value)
    assert json.loads(caught.value.body) == body


@pytest.mark.parametrize(("body", "words"), SHAPES)
@pytest.mark.parametrize("end", [b"", b"data: [DONE]\n\n"])
def test_error_inside_a_stream_is_raised_with_what_had_arrived(
    both: Both, body: Any, words: str, end: bytes
) -> None:
    pieces = stream(data(chunk("a")), data(chunk("b")), data(body), end)
    with pytest.raises(StreamError, match="the server reported an error") as caught:
        both.events(pieces, chat)
    assert words in str(caught.value)
    assert [event.data.choices[0].delta.content for event in caught.value.events] == ["a", "b"]


def test_error_without_its_blank_line_is_raised(both: Both) -> None:
    with pytest.raises(StreamError, match="no capacity"):
        both.events(
            stream(data(chunk("a")), b'data: {"object":"error","message":"no capacity"}'), chat
        )


def test_error_that_is_no_event_is_raised_at_the_end(both: Both) -> None:
    with pytest.raises(StreamError, match="no capacity"):
        both.events(
            stream(data(chunk("a")), b'{"object":"error","message":"no capacity"}\n\n'), chat
        )


@pytest.mark.parametrize(("body", "words"), SHAPES)
def test_error_inside_a_conversation_is_raised(both: Both, body: Any, words: str) -> None:
    started = {"type": "conversation.response.started", "conversation_id": "c"}
    with pytest.raises(StreamError) as caught:
        both.events(
            stream(data(started), data(body)),
            lambda client: client.beta.conversations.start_stream(inputs="x", model="m"),
        )
    assert words in str(caught.value)


def test_page_in_place_of_a_stream_shows_how_it_begins(both: Both) -> None:
    page = stream(f"<html>{KEY} is out".encode(), kind="text/html")
    with pytest.raises(StreamError, match=r"text/html.*<html>\[redacted\] is out"):
        both.events(page, chat)


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/event-stream"])
def test_cut_of_a_body_that_is_no_stream_is_an_error(both: Both, kind: str) -> None:
    cut = stream(b"<html>", httpx.ReadError("cut"), kind=kind)
    with pytest.raises(StreamError, match="<html>"):
        both.events(cut, chat)


@pytest.mark.parametrize(
    ("body", "call"),
    [
        (
            {"message": "Connector deleted"},
            lambda c: c.beta.connectors.delete(connector_id_or_name="c"),
        ),
        ({"data": [], "message": "all is well"}, CALLS[1]),
        ({"data": [], "object": "list", "error": {"message": "a line failed"}}, CALLS[1]),
        ({**LIBRARY, "detail": "new field"}, lambda c: c.beta.libraries.get(library_id="l")),
        (
            {"message": "ok"},
            lambda c: c.beta.rag.search_indexes.unregister_deployment(deployment_id="d"),
        ),
        ({"events": [], "error": "kept"}, lambda c: c.workflows.runs.get_run_history(run_id="r")),
    ],
)
def test_answer_that_only_mentions_an_error_is_an_answer(both: Both, body: Any, call: Any) -> None:
    assert both.run(answer(200, body), call) is not None


def test_file_that_holds_an_error_is_a_file(both: Both) -> None:
    body = '{"object":"error","message":"m"}'
    found = both.run(text_answer(200, body), lambda client: client.files.download(file_id="f"))
    assert found == body.encode()


def test_strict_client_gives_the_words_of_an_error_first(both: Both) -> None:
    with pytest.raises(DecodeError, match="Unauthorized"):
        both.run(answer(200, {"detail": "Unauthorized"}), CALLS[0], strict=True)


def test_event_of_an_unknown_kind_is_no_error(both: Both) -> None:
    odd = {"type": "conversation.new", "message": "hello"}
    done = {"type": "conversation.response.done", "usage": {}}
    events = both.events(
        stream(data(odd), data(done)),
        lambda client: client.beta.conversations.start_stream(inputs="x", model="m"),
    )
    assert events[0].data == odd


def test_nested_body_of_any_depth_is_no_problem() -> None:
    assert find_problem({}, "[" * 100_000) is None
