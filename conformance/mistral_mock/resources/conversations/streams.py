"""An answer as events: the same entries, piece by piece, with the usage at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import events
from mistral_mock.completion import tokens
from mistral_mock.resources.conversations import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_mock.resources.conversations.records import Entry

    Event = dict[str, Any]

STARTED, DONE = "conversation.response.started", "conversation.response.done"
ERROR = "conversation.response.error"


def spell(found: Iterable[Event]) -> Iterator[bytes]:
    """Yield the bytes of each event; its name stands in the event line and in the data."""
    for event in found:
        yield events.json_event(event, name=event["type"])


def tell(
    conversation_id: str, moment: str, outputs: Sequence[Entry], usage: object
) -> Iterator[Event]:
    """Yield the events of a whole answer that began at the moment."""
    yield start(conversation_id, moment)
    for place, entry in enumerate(outputs):
        yield from tell_entry(entry, place)
    last = outputs[-1]["completed_at"] or outputs[-1]["created_at"] if outputs else moment
    yield {"type": DONE, "created_at": last, "usage": usage}


def fail(conversation_id: str, moment: str, message: str, code: int) -> Iterator[Event]:
    """Yield the events of an answer that ends in an error; the code is that of the HTTP status."""
    yield start(conversation_id, moment)
    yield {"type": ERROR, "created_at": moment, "message": message, "code": code}


def start(conversation_id: str, moment: str) -> Event:
    """Return the first event."""
    return {"type": STARTED, "created_at": moment, "conversation_id": conversation_id}


def tell_entry(entry: Entry, place: int) -> Iterator[Event]:
    """Yield the events of one entry, which is the answer's with this index."""
    head = {"output_index": place, "id": entry["id"]}
    kind = entry["type"]
    if kind == entries.OUTPUT:
        yield from tell_message(entry, head)
    elif kind == entries.CALL:
        yield from tell_call(entry, head)
    elif kind == entries.EXECUTION:
        yield from tell_execution(entry, head)
    else:
        yield from tell_handoff(entry, head)


def tell_message(entry: Entry, head: Event) -> Iterator[Event]:
    """Yield the pieces of a message: text token by token, other chunks whole."""
    by = {name: entry[name] for name in ("created_at", "model", "agent_id", "role")}
    event = {"type": "message.output.delta", **head, **by}
    content = entry["content"]
    chunks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for index, chunk in enumerate(chunks):
        pieces = tokens.split(chunk["text"]) or [""] if chunk["type"] == "text" else [chunk]
        for piece in pieces:
            yield {**event, "content_index": index, "content": piece}


def tell_call(entry: Entry, head: Event) -> Iterator[Event]:
    """Yield the pieces of a call's arguments."""
    names = ("created_at", "model", "agent_id", "name", "tool_call_id", "confirmation_status")
    event = {"type": "function.call.delta", **head, **{name: entry[name] for name in names}}
    for piece in tokens.split(entry["arguments"]) or [""]:
        yield {**event, "arguments": piece}


def tell_execution(entry: Entry, head: Event) -> Iterator[Event]:
    """Yield the events of a run: it begins, its arguments come in one piece, it is done."""
    head = {**head, "name": entry["name"], "created_at": entry["created_at"]}
    by = {"model": entry["model"], "agent_id": entry["agent_id"]}
    yield {"type": "tool.execution.started", **head, **by, "arguments": ""}
    yield {"type": "tool.execution.delta", **head, "arguments": entry["arguments"]}
    ended = {"created_at": entry["completed_at"], "info": entry["info"]}
    yield {"type": "tool.execution.done", **head, **ended}


def tell_handoff(entry: Entry, head: Event) -> Iterator[Event]:
    """Yield the events of a handover: an agent hands over, another one takes over."""
    ended = entry["completed_at"] or entry["created_at"]
    previous = {name: entry[name] for name in ("previous_agent_id", "previous_agent_name")}
    yield {
        "type": "agent.handoff.started",
        **head,
        "created_at": entry["created_at"],
        **previous,
    }
    following = {name: entry[name] for name in ("next_agent_id", "next_agent_name")}
    yield {"type": "agent.handoff.done", **head, "created_at": ended, **following}
