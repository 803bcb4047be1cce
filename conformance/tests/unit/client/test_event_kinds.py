"""Streams whose events have names: typed by name or tag, and ended by the last of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import Chunks

from mistral_client import StreamError
from mistral_generated.models import (
    DeploymentLogRecord,
    MessageOutputEvent,
    ResponseDoneEvent,
    ResponseErrorEvent,
)

if TYPE_CHECKING:
    from tests.unit.client.harness import Both


def frame(name: str, *, named: bool = True, **data: Any) -> bytes:
    line = f"event: {name}\n" if named else ""
    return f"{line}data: {json.dumps({'type': name, **data})}\n\n".encode()


def stream(*pieces: bytes) -> Any:
    def make(_request: httpx.Request) -> httpx.Response:
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, stream=Chunks(*pieces))

    return make


def start(client: Any) -> Any:
    return client.beta.conversations.start_stream(inputs="hi", model="m")


def logs(client: Any) -> Any:
    return client.workflows.deployments.stream_deployment_logs("d")


USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
DELTA = frame("message.output.delta", id="m", content="a")
DONE = frame("conversation.response.done", usage=USAGE)


def test_events_are_typed_by_their_tag(both: Both) -> None:
    events = both.events(stream(DELTA, DONE), start)
    assert [type(event.data) for event in events] == [MessageOutputEvent, ResponseDoneEvent]
    assert [event.event for event in events] == [
        "message.output.delta",
        "conversation.response.done",
    ]


def test_event_of_an_unknown_kind_is_kept_as_it_came(both: Both) -> None:
    events = both.events(stream(frame("tool.new", x=1), DONE), start)
    assert events[0].data == {"type": "tool.new", "x": 1}


def test_nothing_after_the_last_event_is_read(both: Both) -> None:
    assert len(both.events(stream(DELTA + DONE + DELTA), start)) == 2


def test_last_event_is_known_by_its_tag_when_frames_have_no_names(both: Both) -> None:
    done = frame("conversation.response.done", named=False, usage=USAGE)
    assert len(both.events(stream(done + DELTA), start)) == 1


def test_error_of_a_conversation_is_its_last_event(both: Both) -> None:
    failed = frame("conversation.response.error", message="no", code=3000)
    events = both.events(stream(failed), start)
    assert isinstance(events[0].data, ResponseErrorEvent)


def test_stream_without_its_last_event_was_cut_off(both: Both) -> None:
    with pytest.raises(StreamError, match=r"ended without conversation\.response\.done") as caught:
        both.events(stream(DELTA), start)
    assert len(caught.value.events) == 1


def test_data_without_a_tag_are_typed_by_the_name_of_their_frame(both: Both) -> None:
    events = both.events(stream(b'event: log\nid: 7\ndata: {"x": 1}\n\n'), logs)
    assert isinstance(events[0].data, DeploymentLogRecord)
    assert events[0].id == "7"


def test_frame_named_error_is_an_error(both: Both) -> None:
    with pytest.raises(StreamError, match="gone"):
        both.events(stream(b'event: error\ndata: {"error": "gone", "reason": "r"}\n\n'), logs)


def test_stream_can_be_taken_up_after_an_event(both: Both) -> None:
    heard: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        answer: httpx.Response = stream(b"")(request)
        return answer

    both.events(
        serve,
        lambda client: client.workflows.deployments.stream_deployment_logs("d", last_event_id="7"),
    )
    assert heard[0].headers["last-event-id"] == "7"
