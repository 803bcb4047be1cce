"""Agents and conversations as rules need them: made, asked, read back, heard as a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from mistral_conformance.probing.hearing import hold_framing
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.chats import chat_model
from mistral_conformance.rules.common.steps import expect_equal, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mistral_conformance.record.events import Event
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

    Entry = dict[str, Any]

LIST_CONVERSATIONS = "beta.conversations.list"
CREATE_AGENT = "beta.agents.create"
START = "beta.conversations.start"
APPEND = "beta.conversations.append"
RESTART = "beta.conversations.restart"
GET_CONVERSATION = "beta.conversations.get"


DELETE_CONVERSATION = "beta.conversations.delete"
HISTORY = "beta.conversations.get_history"
MESSAGES = "beta.conversations.get_messages"

ASK_WEATHER = "What is the weather in Lyon for 2 days, in celsius? Use the weather function."
ASK_WEB = "Search the web: who won the last football cup?"
SHORT = {"max_tokens": 60, "temperature": 0.0}
"""Completion arguments that keep answers short."""


def make_agent(ctx: Context, api: Api | None = None, **fields: object) -> Exchange:
    """Return a new agent, deleted after the rule; its name gets the marker."""
    named = {"name": ctx.marker.name(str(fields.pop("name", "agent")))}
    body = {"model": chat_model(ctx), "completion_args": SHORT, **fields, **named}
    return ctx.need((api or ctx.api).call(CREATE_AGENT, json=body))


def make_team(ctx: Context) -> tuple[str, str]:
    """Return an agent that hands over, and the one that it hands volcanoes over to."""
    expert = make_agent(ctx, name="expert", description="Knows all about volcanoes.")["id"]
    told = "Hand questions about volcanoes over."
    return make_agent(ctx, name="desk", instructions=told, handoffs=[expert])["id"], expert


def start(ctx: Context, api: Api | None = None, **fields: object) -> Exchange:
    """Return the answer of a new conversation, which has to come, see `try_start`."""
    return ctx.expect_status(try_start(ctx, api, **fields), 200)


def try_start(ctx: Context, api: Api | None = None, **fields: object) -> Exchange:
    """Return what a new conversation answers, deleted after the rule.

    With a model unless told else.
    """
    actor = {} if "agent_id" in fields else {"model": chat_model(ctx), "completion_args": SHORT}
    named = {"name": ctx.marker.name("conversation")}
    body = {**actor, "inputs": "Say hello.", **named, **fields}
    return (api or ctx.api).call(START, json=body)


def go_on(ctx: Context, conversation_id: str, **fields: object) -> Exchange:
    """Return the answer to something appended."""
    return ctx.answer(APPEND, conversation_id=conversation_id, json=fields)


def read_history(ctx: Context, conversation_id: str) -> list[Entry]:
    """Return all entries of a conversation."""
    answer = ctx.answer(HISTORY, conversation_id=conversation_id)
    entries = answer["entries"]
    ctx.expect(isinstance(entries, list), "the entries are no list", answer)
    return picked(entries)


def repeats_words(ctx: Context) -> bool:
    """Say whether the model tells a word that it was told to repeat: some read nothing."""
    asked = word(ctx)
    answer = start(ctx, inputs=f"Repeat this word and add nothing: {asked}")
    return asked in text_of(last_message(ctx, answer))


def of_kind(entries: Iterable[Mapping[str, Any]], kind: str) -> list[Any]:
    """Return the entries of one type."""
    return picked(each for each in entries if each["type"] == kind)


def kinds(entries: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the types of entries, in order."""
    return [each["type"] for each in entries]


def ids(entries: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the ids of entries, in order."""
    return [each["id"] for each in entries]


def skip_if_it_calls(ctx: Context, answer: Exchange) -> None:
    """Skip where an answer ends with a call: a model may want another one, whatever it was told."""
    outputs = answer["outputs"]
    if isinstance(outputs, list) and outputs and outputs[-1]["type"] == "function.call":
        ctx.skip("the model wants another call")


def last_message(ctx: Context, answer: Exchange) -> Entry:
    """Return the message that ends an answer."""
    outputs = answer["outputs"]
    said = isinstance(outputs, list) and outputs and outputs[-1]["type"] == "message.output"
    ctx.expect(said, "the answer does not end with a message", answer)
    message: Entry = outputs[-1]
    return message


def chunks_of(message: Mapping[str, Any]) -> list[Entry]:
    """Return the chunks of a message; a plain text is one chunk."""
    content = message["content"]
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return picked(each for each in content or () if isinstance(each, dict))


def text_of(message: Mapping[str, Any]) -> str:
    """Return all text of a message."""
    return "".join(each.get("text") or "" for each in chunks_of(message))


def hear(ctx: Context, answer: Exchange) -> list[Entry]:
    """Return the data of a stream of named events, each with the type that its event line names."""
    ctx.expect_status(answer, 200)
    expect_equal(ctx, answer.media_type, EVENT_STREAM, "the type of a stream", answer)
    ctx.expect(answer.events, "the stream is empty", answer)
    hold_framing(answer, whole=False)
    return [read_event(ctx, each, answer) for each in answer.events]


def read_event(ctx: Context, event: Event, answer: Exchange) -> Entry:
    """Return one event's data, which repeat the event's name as their type."""
    found: Any = event.json()
    ctx.expect(isinstance(found, dict), f"the data {event.data[:60]!r} are no JSON object", answer)
    expect_equal(ctx, found["type"], event.name, "the type in the data of an event", answer)
    return cast("Entry", found)


def assemble(events: Sequence[Entry]) -> list[Entry]:
    """Return what the events say about each entry of the answer, in the order of the entries."""
    found: dict[Any, Entry] = {}
    for event in events:
        kind = event["type"]
        if not kind.startswith("conversation.response."):
            base = kind.rpartition(".")[0]
            empty = {"id": event.get("id"), "type": base, "pieces": {}}
            add(found.setdefault(event.get("output_index", 0), empty), event)
    return [found[place] for place in sorted(found)]


def bare_piece(content: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the text of a text, and of a thought in a frame; both may come in parts."""
    kind = content.get("type") if isinstance(content, dict) else ""
    if kind == "text":
        return content.get("text")
    if kind == "thinking" and isinstance(content.get("thinking"), list):
        return {"thinking": "".join(each.get("text") or "" for each in content["thinking"])}
    return content


def _joined(before: Any, content: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a piece with what a further event adds to it: to a text or a thought."""
    if isinstance(before, str) and isinstance(content, str):
        return before + content
    if not isinstance(before, dict) or not isinstance(content, dict):
        return content
    both = before.keys() == content.keys() == {"thinking"}
    return {"thinking": before["thinking"] + content["thinking"]} if both else content


def add(entry: Entry, event: Entry) -> None:
    """Add what one event says to its entry."""
    pieces: dict[Any, Any] = entry["pieces"]
    content = bare_piece(event.get("content", event.get("arguments")))
    place = event.get("content_index", 0)
    if content is not None:
        pieces[place] = _joined(pieces.get(place), content)
    names = ("name", "tool_call_id", "next_agent_id", "previous_agent_id", "model", "agent_id")
    entry |= {name: event[name] for name in names if name in event}


def pieces_of(entry: Entry) -> list[Any]:
    """Return what an entry of a whole answer would be streamed as, piece by piece."""
    if entry["type"] == "message.output":
        return [bare_piece(each) for each in chunks_of(entry)]
    arguments = entry.get("arguments")
    return [] if arguments is None else [as_text(arguments)]


def as_text(arguments: object) -> str:
    """Return the arguments of a call as JSON text."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments)
