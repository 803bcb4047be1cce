"""What people are used to from other clients of such APIs."""

from __future__ import annotations

import copy
import importlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import attrs
import httpx
import pytest
from tests.unit.client.harness import LIBRARY, Chunks, Server, answer

import mistral_client
from mistral_client import NotFound, StreamError, TimedOut, ValidationFailed
from mistral_client.forms import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.client.harness import Both

CHAT = {
    "id": "1",
    "object": "chat.completion",
    "model": "m",
    "created": 1,
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}
    ],
}


def chunk(content: str, reason: str | None = None, index: int = 0) -> bytes:
    choice = {"index": index, "delta": {"content": content}, "finish_reason": reason}
    return b"data: %s\n\n" % json.dumps({"id": "1", "model": "m", "choices": [choice]}).encode()


def stream(*pieces: bytes | Exception) -> httpx.Response:
    headers = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=headers, stream=Chunks(*pieces))


def ask(client: Any) -> Any:
    return client.chat.stream(model="m", messages=[])


def said(events: list[Any]) -> str:
    return "".join(event.data.choices[0].delta.content for event in events)


def sent(server: Server) -> Any:
    return json.loads(server.requests[0].content)


def test_extra_body_adds_to_the_fields_and_goes_over_them(both: Both) -> None:
    server = Server([answer(200, CHAT)])
    extra = {"top_k": 3, "temperature": 0.5}
    both.run(
        server,
        lambda client: client.chat.complete(
            model="m", messages=[], temperature=0.1, extra_body=extra
        ),
    )
    assert sent(server) == {"model": "m", "messages": [], "temperature": 0.5, "top_k": 3}


def test_extra_query_adds_to_the_parameters_and_goes_over_them(both: Both) -> None:
    server = Server([answer(200, {"data": [LIBRARY]})])
    extra = {"page_size": 7, "tags": ["a", "b"], "odd": None}
    both.run(
        server,
        lambda client: client.beta.libraries.list(search="x", page_size=2, extra_query=extra),
    )
    pairs = server.requests[0].url.params.multi_items()
    assert pairs == [("search", "x"), ("page_size", "7"), ("tags", "a"), ("tags", "b")]


def test_extra_body_of_a_form_is_one_more_field(both: Both) -> None:
    server = Server([answer(200, {"id": "f"})])
    both.run(
        server,
        lambda client: client.files.upload(file=b"x", purpose="ocr", extra_body={"expiry": 3}),
    )
    assert b'name="expiry"\r\n\r\n3' in server.requests[0].read()


@pytest.mark.parametrize("name", ["extra_body", "extra_query"])
@pytest.mark.parametrize("wrong", [3, "x", {1: 2}])
def test_extras_that_are_no_mapping_of_names_are_refused(both: Both, name: str, wrong: Any) -> None:
    server = Server([answer(200, CHAT)])
    with pytest.raises(TypeError, match=f"{name} must map names to values"):
        both.run(
            server, lambda client: client.chat.complete(model="m", messages=[], **{name: wrong})
        )
    assert server.requests == []


@pytest.mark.parametrize("status", [520, 521, 522, 523, 524])
def test_failures_of_a_proxy_are_sent_again(both: Both, status: int) -> None:
    server = Server([answer(status), answer(200, CHAT)])
    both.run(server, lambda client: client.chat.complete(model="m", messages=[]))
    assert len(server.requests) == 2


def test_event_without_data_is_none(both: Both) -> None:
    pieces = (b"data:\n\n", chunk("a"), b"event: ping\ndata: \n\n", chunk("b", "stop"))
    assert said(both.events(stream(*pieces, b"data: [DONE]\n\n"), ask)) == "ab"


def test_stream_that_ends_cleanly_after_its_reason_needs_no_marker(both: Both) -> None:
    assert said(both.events(stream(chunk("a"), chunk("b", "length")), ask)) == "ab"


@pytest.mark.parametrize("end", [b"data: [DONE] \n\n", b"data:  [DONE]\n\n", b"data: [DONE] "])
def test_space_around_the_end_marker_is_ignored(both: Both, end: bytes) -> None:
    assert said(both.events(stream(chunk("a"), end), ask)) == "a"


@pytest.mark.parametrize("pieces", [(chunk("a"),), (chunk("a", "stop"), chunk("b", index=1))])
def test_stream_that_ends_before_its_reason_was_cut_off(both: Both, pieces: Any) -> None:
    with pytest.raises(StreamError, match="cut off"):
        both.events(stream(*pieces), ask)


@pytest.mark.parametrize("choices", [3, [None], [{"index": [1]}], {"index": 0}])
def test_stream_whose_choices_are_odd_has_no_reason_to_end(both: Both, choices: Any) -> None:
    odd = b"data: %s\n\n" % json.dumps({"choices": choices}).encode()
    with pytest.raises(StreamError, match="cut off"):
        both.events(stream(odd), ask)


def test_stream_that_breaks_before_its_first_event_is_asked_for_again(both: Both) -> None:
    broken = stream(b": here\n\n", httpx.ReadError("gone"))
    whole = stream(chunk("a", "stop"), b"data: [DONE]\n\n")
    server = Server([broken, whole])
    assert said(both.events(server, ask)) == "a"
    assert len(server.requests) == 2


@pytest.mark.parametrize("pieces", [(), (b": here\n\n",), (b"data:\n\n",), (b"data: {",)])
def test_stream_that_ends_before_its_first_event_is_asked_for_again(
    both: Both, pieces: tuple[bytes, ...]
) -> None:
    server = Server([stream(*pieces), stream(chunk("a", "stop"), b"data: [DONE]\n\n")])
    assert said(both.events(server, ask)) == "a"
    assert len(server.requests) == 2


def test_stream_that_ends_before_its_first_event_is_given_up_in_the_end(both: Both) -> None:
    server = Server([lambda _: stream(b": here\n\n")])
    with pytest.raises(StreamError, match="cut off: it ended without"):
        both.events(server, lambda client: client.chat.stream(model="m", messages=[], retries=2))
    assert len(server.requests) == 3


@pytest.mark.parametrize("missing", [1, 2])
def test_last_event_needs_no_blank_line(both: Both, missing: int) -> None:
    last = chunk("b", "stop")[:-missing]
    assert said(both.events(stream(chunk("a"), last), ask)) == "ab"


def test_last_event_of_a_conversation_needs_no_blank_line(both: Both) -> None:
    done = b'event: conversation.response.done\ndata: {"type": "conversation.response.done"}'
    events = both.events(
        stream(done), lambda client: client.beta.conversations.start_stream(model="m", inputs="x")
    )
    assert [event.event for event in events] == ["conversation.response.done"]


def test_stream_that_breaks_after_its_first_event_is_not_asked_for_again(both: Both) -> None:
    server = Server([stream(chunk("a"), httpx.ReadError("gone"))])
    with pytest.raises(StreamError):
        both.events(server, ask)
    assert len(server.requests) == 1


def test_stream_is_asked_for_as_often_as_calls_are_sent(both: Both) -> None:
    server = Server([lambda _: stream(httpx.ReadError("gone"))])
    with pytest.raises(StreamError):
        both.events(server, lambda client: client.chat.stream(model="m", messages=[], retries=2))
    assert len(server.requests) == 3


def test_stream_of_an_operation_that_may_do_harm_twice_is_not_asked_for_again(both: Both) -> None:
    server = Server([lambda _: stream(httpx.ReadError("gone"))])
    with pytest.raises(StreamError):
        both.events(
            server, lambda client: client.beta.conversations.start_stream(model="m", inputs="x")
        )
    assert len(server.requests) == 1


@attrs.frozen
class Received:
    """What a web framework makes of an upload."""

    filename: str | None
    file: io.BytesIO
    content_type: str | None = "text/plain"


def test_upload_that_a_web_framework_received_can_be_passed_on(both: Both) -> None:
    server = Server([answer(200, {"id": "f"})])
    received = Received("note.txt", io.BytesIO(b"Shelves"))
    both.run(server, lambda client: client.files.upload(file=received, purpose="ocr"))
    body = server.requests[0].read()
    assert b'filename="note.txt"\r\nContent-Type: text/plain\r\n\r\nShelves' in body


@pytest.mark.parametrize(
    ("parts", "head"),
    [
        (("note.md", b"Shelves"), b"note.md"),
        (("note.md", bytearray(b"Shelves")), b"note.md"),
        (("note", b"Shelves", "text/markdown"), b"note"),
    ],
)
def test_tuple_of_name_and_content_is_a_file(both: Both, parts: Any, head: bytes) -> None:
    server = Server([answer(200, {"id": "f"})])
    both.run(server, lambda client: client.files.upload(file=parts, purpose="ocr"))
    body = server.requests[0].read()
    expected = b'filename="%s"\r\nContent-Type: text/markdown\r\n\r\nShelves' % head
    assert expected in body


def test_content_of_a_file_may_be_a_path(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"Shelves")
    server = Server([answer(200, {"id": "f"})])
    parts = ("note.md", path)
    both.run(server, lambda client: client.files.upload(file=parts, purpose="ocr"))
    body = server.requests[0].read()
    assert b'filename="note.md"\r\nContent-Type: text/markdown\r\n\r\nShelves' in body


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ((b"Shelves",), "a tuple for a file is"),
        (("note.md", "Shelves"), "is bytes or a binary stream, not text"),
        ((1, b""), "file_name must be text"),
    ],
)
def test_tuple_that_is_no_file_is_refused(both: Both, parts: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        both.run(answer(200), lambda client: client.files.upload(file=parts, purpose="ocr"))


def test_stream_as_an_argument_is_answered_with_the_method(both: Both) -> None:
    with pytest.raises(TypeError, match=r"a method of its own, such as chat\.stream"):
        both.run(
            answer(200), lambda client: client.chat.complete(model="m", messages=[], stream=True)
        )


@dataclass
class Book:
    title: str
    """Its title,
    as printed."""
    year: Annotated[int, "When it came out."]
    pages: int = 0
    isbn: Annotated[str, object(), "Its number."] = ""
    """Not this."""


@attrs.define
class Shelf:
    books: list[Book]
    """What stands on it."""


def test_texts_of_fields_reach_the_schema() -> None:
    properties = schema_of(Book)["properties"]
    assert {name: each.get("description") for name, each in properties.items()} == {
        "title": "Its title,\nas printed.",
        "year": "When it came out.",
        "pages": None,
        "isbn": "Its number.",
    }


def test_texts_of_fields_stand_beside_references() -> None:
    schema = schema_of(Shelf)
    assert schema["properties"]["books"]["description"] == "What stands on it."
    assert schema["$defs"]["Book"]["properties"]["year"]["description"] == "When it came out."


def test_call_is_not_sent_again_after_its_deadline(both: Both) -> None:
    server = Server([httpx.ConnectError("no")])
    with pytest.raises(Exception, match="cannot connect"):
        both.run(server, lambda client: client.models.list(deadline=0.4, retries=9))
    assert both.clock.slept == []


def test_timeouts_of_a_call_end_with_its_deadline(both: Both) -> None:
    server = Server([answer(503), answer(200, {"data": []})])
    both.run(server, lambda client: client.models.list(deadline=2.0, timeout=None))
    reads = [request.extensions["timeout"]["read"] for request in server.requests]
    assert reads == [2.0, 1.5]


def test_answer_that_never_ends_is_given_up_at_the_deadline(both: Both) -> None:
    def drip(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Dripping(both))

    with pytest.raises(TimedOut, match="within its deadline of 3 s"):
        both.run(Server([drip]), lambda client: client.models.list(deadline=3.0))
    assert both.clock.now_s < Dripping.patience_s


class Dripping(Chunks):
    """A body of which a byte comes every second, by the clock of the test."""

    patience_s = 1_767_225_600.0 + 60

    def __init__(self, both: Both) -> None:
        super().__init__(*[b" "] * 1000)
        self._clock = both.clock

    def __iter__(self) -> Any:
        for piece in super().__iter__():
            self._clock.now_s += 1
            yield piece


@pytest.mark.parametrize("value", ["Hello", b"Hello", {"role": "user", "content": "Hello"}])
def test_one_thing_in_place_of_a_list_is_refused(both: Both, value: object) -> None:
    with pytest.raises(TypeError, match=r"^messages is .*, but takes a list: give \["):
        both.run(answer(200), lambda client: client.chat.complete(model="m", messages=value))


def test_text_in_place_of_messages_is_answered_with_a_message(both: Both) -> None:
    with pytest.raises(TypeError, match=r'give \[\{"role": "user", "content": "\.\.\."\}\]'):
        both.run(answer(200), lambda client: client.chat.complete(model="m", messages="Hello"))


@pytest.mark.parametrize("value", [(), [], None])
def test_lists_of_other_kinds_are_sent(both: Both, value: Any) -> None:
    server = Server([answer(200, CHAT)])
    both.run(server, lambda client: client.chat.complete(model="m", messages=[], tools=value))
    assert not sent(server).get("tools")


def test_unknown_argument_is_answered_with_where_it_goes(both: Both) -> None:
    with pytest.raises(TypeError, match=r"'beams'; what this client does not know goes into extra"):
        both.run(answer(200), lambda client: client.chat.complete(model="m", messages=[], beams=3))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("model_dump", r"to_dict\(\)"),
        ("model_dump_json", r"json\.dumps"),
        ("parsed", r"what parse\(\.\.\.\) itself returns"),
    ],
)
def test_name_of_the_official_models_is_answered_with_ours(
    both: Both, name: str, ours: str
) -> None:
    found = both.run(answer(200, CHAT), lambda client: client.chat.complete(model="m", messages=[]))
    with pytest.raises(AttributeError, match=f"here it is {ours}"):
        getattr(found, name)


def test_misspelt_attribute_carries_what_python_suggests_from(both: Both) -> None:
    found = both.run(answer(200, CHAT), lambda client: client.chat.complete(model="m", messages=[]))
    with pytest.raises(AttributeError) as caught:
        _ = found.choces
    assert (caught.value.name, caught.value.obj) == ("choces", found)


def test_public_names_are_listed_before_they_are_loaded() -> None:
    assert set(mistral_client.__all__) <= set(dir(mistral_client))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("seed", "random_seed="),
        ("max_completion_tokens", "max_tokens="),
        ("stop_sequences", "stop="),
    ],
)
def test_argument_of_other_clients_is_answered_with_ours(both: Both, name: str, ours: str) -> None:
    with pytest.raises(TypeError, match=f"here it is {ours}"):
        both.run(
            answer(200), lambda client: client.chat.complete(model="m", messages=[], **{name: 3})
        )


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("CompletionTrainingParametersIn", "CompletionTrainingParametersRequest"),
        ("ClassifierTargetIn", "ClassifierTargetRequest"),
        ("DocumentOut", "Document"),
        ("SDKError", "APIStatusError of mistral_client"),
    ],
)
def test_class_of_the_official_sdk_is_answered_with_ours(name: str, ours: str) -> None:
    with pytest.raises(ImportError, match=f"cannot import name '{name}' .*; here it is {ours}$"):
        exec(f"from mistral_client.models import {name}")  # noqa: S102 - as people write it


@pytest.mark.parametrize("module", ["mistral_client", "mistral_client.errors"])
@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("SDKError", "APIStatusError of mistral_client"),
        ("RetryConfig", "Retries of mistral_client"),
        ("RateLimitError", "RateLimited of mistral_client"),
        ("MistralClient", "Mistral of mistral_client"),
        ("UserMessage", "UserMessage of mistral_client.models"),
    ],
)
def test_classes_of_other_clients_are_named_wherever_they_are_looked_for(
    module: str, name: str, ours: str
) -> None:
    with pytest.raises(ImportError, match=f"cannot import name '{name}' .*; here it is {ours}$"):
        getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", ["mistral_client.errors", "mistral_client.models"])
@pytest.mark.parametrize("name", ["Shelf", "_shelf", "__path__", "__wrapped__"])
def test_modules_have_no_names_but_their_own(module: str, name: str) -> None:
    assert not hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("name", ["errors", "models"])
def test_modules_can_be_reached_from_the_root(name: str) -> None:
    told = f"import mistral_client; print(mistral_client.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == f"mistral_client.{name}\n"


def test_star_brings_all_models() -> None:
    told = "from mistral_client.models import *; print(UserMessage.__name__, UNSET)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "UserMessage UNSET\n"


def test_root_has_no_names_but_its_own() -> None:
    assert not hasattr(mistral_client, "Shelf")
    assert not hasattr(mistral_client, "__wrapped__")


def test_class_that_nobody_has_is_missing() -> None:
    assert not hasattr(mistral_client.models, "NoSuchThingOut")


def test_field_that_the_server_refuses_is_answered_with_ours(both: Both) -> None:
    place = ["body", "response_format", "json_schema", "schema_definition"]
    detail = {"type": "extra_forbidden", "loc": place, "msg": "Extra inputs are not permitted"}
    missing = {"type": "missing", "loc": ["body", "seed"], "msg": "Field required"}
    with pytest.raises(ValidationFailed) as caught:
        both.run(
            answer(422, {"detail": [detail, missing]}),
            lambda client: client.chat.complete(model="m", messages=[]),
        )
    assert "(schema_definition; here it is schema)" in str(caught.value)
    assert "random_seed" not in str(caught.value)


@pytest.mark.parametrize(
    ("case", "ours"),
    [
        (lambda client: client.chat.completions, r"complete\(\.\.\.\)$"),
        (lambda client: client.files.create, r"upload\(\.\.\.\)$"),
        (lambda client: client.files.content, r"download\(\.\.\.\)$"),
        (lambda client: client.beta.libraries.retrieve, r"get\(\.\.\.\)$"),
        (lambda client: client.models.get, r"retrieve\(\.\.\.\)$"),
        (lambda client: client.beta.conversations.create, r"start\(\.\.\.\)$"),
        (
            lambda client: client.workflows.execute_workflow_and_wait,
            r"execute_workflow\(\.\.\., wait_for_result=True\)$",
        ),
        (lambda client: client.libraries, r"beta\.libraries$"),
        (lambda client: client.agents.create, r"beta\.agents\.create\(\.\.\.\)$"),
        (lambda client: client.batch.create, r"jobs\.create\(\.\.\.\)$"),
        (lambda client: client.workflows.list, r"get_workflows\(\.\.\.\)$"),
        (lambda client: client.beta.conversations.history, r"get_history\(\.\.\.\)$"),
        (lambda client: client.beta.conversations.run_async, r"start\(\.\.\.\), and append"),
        (lambda client: client.messages, r"chat\.complete\(\.\.\.\)$"),
        (lambda client: client.copy, r"with_options\(\.\.\.\)$"),
    ],
)
def test_attribute_of_other_clients_is_answered_with_ours(
    both: Both, case: Callable[[Any], Any], ours: str
) -> None:
    with pytest.raises(AttributeError, match=f"; here it is {ours}"):
        case(both.client(answer(200)))


def test_attribute_that_nobody_has_is_answered_without_advice(both: Both) -> None:
    client = both.client(answer(200))
    holders: list[Any] = [client, client.chat, NotFound("no such thing")]
    for holder in holders:
        with pytest.raises(AttributeError, match=r"has no attribute 'nothing'$") as caught:
            _ = holder.nothing
        assert caught.value.obj is holder


@pytest.mark.parametrize(
    ("name", "ours"), [("status_code", "status"), ("response", "status, headers and body")]
)
def test_attribute_of_the_errors_of_other_clients_is_answered_with_ours(
    name: str, ours: str
) -> None:
    with pytest.raises(AttributeError, match=f"; here it is {ours}$"):
        getattr(NotFound("no such thing"), name)


@pytest.mark.parametrize(
    ("name", "ours"),
    [("text_stream", r"text\(\)"), ("get_final_message", r"final\(\)"), ("headers", "response")],
)
def test_attribute_of_the_streams_of_other_clients_is_answered_with_ours(
    both: Both, name: str, ours: str
) -> None:
    client = both.client(stream(chunk("a", "stop")))
    with pytest.raises(AttributeError, match=f"{name}'; here it is {ours}"):
        getattr(ask(client), name)


def test_event_tells_that_its_data_have_what_it_lacks(both: Both) -> None:
    event = both.events(stream(chunk("a", "stop")), ask)[0]
    with pytest.raises(AttributeError, match=r"event\.data\.choices"):
        _ = event.choices
    with pytest.raises(AttributeError, match=r"no attribute 'none_such'$"):
        _ = event.none_such
    assert copy.deepcopy(event) == event


def test_page_that_is_asked_for_the_next_one_names_the_method_of_all(both: Both) -> None:
    page = both.run([answer(200, {"data": [LIBRARY]})], lambda client: client.beta.libraries.list())
    with pytest.raises(AttributeError, match="list_all"):
        page.get_next_page()


@pytest.mark.parametrize(("kind", "name"), [("Mistral", "aclose"), ("AsyncMistral", "close")])
def test_end_of_the_other_client_is_answered_with_that_of_this_one(kind: str, name: str) -> None:
    with pytest.raises(AttributeError, match=r"here it is a?close"):
        getattr(getattr(mistral_client, kind)("key-0123456789"), name)
