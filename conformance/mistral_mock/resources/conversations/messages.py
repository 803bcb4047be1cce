"""A conversation as the messages of a chat, for the engine that answers chats."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mistral_mock.completion.messages import CALL_ID, flatten
from mistral_mock.resources.conversations import entries
from mistral_mock.resources.conversations.records import READ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.resources.conversations.actors import Actor
    from mistral_mock.resources.conversations.records import Entry

    Message = dict[str, Any]

NOTHING = "…"
"""What stands for an answer that was cut before its first token."""


def make_messages(actor: Actor, known: Sequence[Entry]) -> list[Message]:
    """Return the instructions, and what was said, called and answered."""
    made: list[Message] = []
    if actor.instructions:
        made.append({"role": "system", "content": actor.instructions})
    for entry in known:
        add(made, entry)
    return made


def add(made: list[Message], entry: Entry) -> None:
    """Add an entry; runs of tools, handovers and confirmed calls are not messages."""
    kind = entry["type"]
    if kind in entries.MESSAGES:
        made.append(read_message(entry))
    elif kind == entries.RESULT:
        id_ = short_id(entry["tool_call_id"])
        made.append({"role": "tool", "tool_call_id": id_, "content": entry["result"]})
    elif kind == entries.CALL and not entries.needs_decision(entry):
        if not (made and made[-1].get("tool_calls")):
            made.append({"role": "assistant", "content": "", "tool_calls": []})
        made[-1]["tool_calls"].append(read_call(entry))


def read_message(entry: Entry) -> Message:
    """Return a message to the model or from it."""
    if entry["type"] == entries.INPUT and entry["role"] != "assistant":
        return {"role": "user", "content": entry.get(READ, entry["content"])}
    text, prefix = read_text(entry), entry.get("prefix", False)
    return {"role": "assistant", "content": text or NOTHING, "prefix": prefix}


def read_text(entry: Entry) -> str:
    """Return the text of a message; references have none, and other chunks stand as their type."""
    content = entry["content"]
    if isinstance(content, str):
        return content
    said = [chunk for chunk in content if chunk["type"] not in {"tool_reference", "tool_file"}]
    return flatten(said)


def read_call(entry: Entry) -> Message:
    """Return a call of a function."""
    arguments = entry["arguments"]
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": entry["name"], "arguments": text}
    return {"id": short_id(entry["tool_call_id"]), "type": "function", "function": function}


def short_id(id_: str) -> str:
    """Return the id of a call as chats have it; any other id gets one that follows from it."""
    if CALL_ID.fullmatch(id_):
        return id_
    return blake2b(id_.encode()).hexdigest()[:9]
