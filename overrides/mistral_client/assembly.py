"""The whole answer out of the events of a stream: content, thinking, tool calls, usage.

A completion comes in chunks; each adds text, pieces of content and parts of tool calls to one of
its choices. A reply in a conversation comes in events; each begins one of its entries, or adds to
one. `piece_of` is the text that one event adds, `assemble` what all of them come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attr

from mistral_generated.additions import text_of
from mistral_generated.base import Model
from mistral_generated.models import (
    ChatCompletionResponse,
    CompletionChunk,
    ConversationResponse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_Object = dict[str, Any]

_CONVERSATIONS = "beta.conversations."

# What an event tells of itself alone: not of the entry that it belongs to.
_OF_EVENTS = frozenset({"type", "output_index", "content_index", "p"})

# Entries that have arguments.
_CALLING = frozenset({"function.call", "tool.execution"})


def piece_of(data: object) -> str:
    """Return the text that an event adds to the first choice, or to the reply of a conversation."""
    if isinstance(data, CompletionChunk):
        choices = cast("object", data.choices)
        for choice in cast("list[object]", choices) if isinstance(choices, list) else []:
            if not getattr(choice, "index", 0):
                return text_of(getattr(getattr(choice, "delta", None), "content", None))
        return ""
    if getattr(data, "type", None) == "message.output.delta":
        return text_of(getattr(data, "content", None))
    return ""


def assemble(
    events: Iterable[object], operation: str
) -> ChatCompletionResponse | ConversationResponse:
    """Return the answer that the data of all events of a stream come to.

    Raises:
        TypeError: The stream is neither a completion nor a reply in a conversation.

    """
    said = list(events)
    told = [data.to_dict() for data in said if isinstance(data, Model)]
    if operation.startswith(_CONVERSATIONS):
        return _reply(told)
    if not all(isinstance(data, CompletionChunk) for data in said):
        raise TypeError(f"{operation}() streams no completion: read its events one by one")
    return _completion(told)


def _completion(chunks: Iterable[_Object]) -> ChatCompletionResponse:
    """Return the completion that its chunks come to."""
    whole: _Object = {"object": "chat.completion", "choices": []}
    choices: dict[int, _Choice] = {}
    for chunk in chunks:
        whole.update({name: chunk[name] for name in ("id", "model", "created") if name in chunk})
        if chunk.get("usage") is not None:
            whole["usage"] = chunk["usage"]
        for choice in _objects(chunk.get("choices")):
            index = choice.get("index")
            place = index if isinstance(index, int) else 0
            choices.setdefault(place, _Choice(place)).add(choice)
    whole["choices"] = [choices[index].whole() for index in sorted(choices)]
    return ChatCompletionResponse.from_dict(whole)


def _reply(events: Iterable[_Object]) -> ConversationResponse:
    """Return the reply that the events of a conversation come to.

    The `type` of an event is that of its entry, and what happens to it: `function.call.delta`.
    """
    whole: _Object = {"object": "conversation.response"}
    entries: dict[tuple[str, ...], _Entry] = {}
    for event in events:
        kind, _, what = str(event.get("type", "")).rpartition(".")
        if kind == "conversation.response":
            names = ("conversation_id", "usage", "guardrails")
            whole.update({name: event[name] for name in names if name in event})
        elif kind and what != "error":
            place = (kind, str(event.get("output_index")), str(event.get("id")))
            entries.setdefault(place, _Entry(kind)).add(event)
    whole["outputs"] = [entry.whole() for entry in entries.values()]
    return ConversationResponse.from_dict(whole)


@attr.define
class _Entry:
    """One entry of a conversation as far as it has come."""

    kind: str
    fields: _Object = attr.field(factory=_Object)
    content: list[_Object] = attr.field(factory=list[_Object])
    arguments: str = ""

    def add(self, event: _Object) -> None:
        """Take what an event tells of it; the first one that tells a field is right about it."""
        for name, value in event.items():
            if name == "content":
                _add_content(self.content, value)
            elif name == "arguments" and isinstance(value, str):
                self.arguments += value
            elif name not in _OF_EVENTS:
                self.fields.setdefault(name, value)

    def whole(self) -> _Object:
        """Return the entry."""
        entry: _Object = {"object": "entry", "type": self.kind, **self.fields}
        if self.kind == "message.output":
            entry["content"] = _plain(self.content)
        elif self.kind in _CALLING:
            entry.setdefault("arguments", self.arguments)
        return entry


@attr.define
class _Choice:
    """One choice as far as it has come."""

    index: int
    content: list[_Object] = attr.field(factory=list[_Object])
    calls: list[_Object] = attr.field(factory=list[_Object])
    finish_reason: object = None

    def add(self, choice: _Object) -> None:
        """Take what a chunk adds."""
        delta = _object(choice.get("delta"))
        _add_content(self.content, delta.get("content"))
        for call in _objects(delta.get("tool_calls")):
            self._add_call(call)
        self.finish_reason = choice.get("finish_reason") or self.finish_reason

    def _add_call(self, call: _Object) -> None:
        """Add to the call with the same index, or begin a new one.

        Some servers count no calls: another id is another call.
        """
        name, function = _named(call.get("id")), _object(call.get("function"))
        for known in reversed(self.calls):
            is_same = known.get("index") == call.get("index")
            if is_same and name in (None, _named(known.get("id"))):
                _extend(known["function"], function)
                return
        self.calls.append({**call, "function": dict(function)})

    def whole(self) -> _Object:
        """Return the choice of the whole answer."""
        message: _Object = {
            "role": "assistant",
            "content": _plain(self.content),
            "tool_calls": self.calls or None,
        }
        return {"index": self.index, "message": message, "finish_reason": self.finish_reason}


def _add_content(pieces: list[_Object], content: object) -> None:
    """Add a content: a text, a chunk or several."""
    for piece in cast("list[object]", content) if isinstance(content, list) else [content]:
        _append(pieces, {"type": "text", "text": piece} if isinstance(piece, str) else piece)


def _plain(pieces: list[_Object]) -> object:
    """Return a content as text where it is nothing else, its pieces otherwise."""
    is_text = all(piece.get("type") == "text" for piece in pieces)
    return "".join(_text(piece) for piece in pieces) if is_text else pieces


def _named(call_id: object) -> object:
    """Return the id of a call, or None for a part without one; servers send `null` as text too."""
    return None if call_id in (None, "", "null") else call_id


def _extend(known: _Object, more: _Object) -> None:
    """Add what comes of a function to what is known of it: arguments come in parts, names whole."""
    arguments = more.get("arguments")
    if isinstance(arguments, str) and isinstance(known.get("arguments"), str):
        known["arguments"] += arguments
    elif arguments:
        known["arguments"] = arguments
    known["name"] = known.get("name") or more.get("name")


def _append(pieces: list[_Object], piece: object) -> None:
    """Add a piece of content; text and thinking go on where the last piece is of their kind."""
    if not isinstance(piece, dict):
        return
    new = cast("_Object", piece)
    last = pieces[-1] if pieces else {}
    if last.get("type") == new.get("type") == "text":
        last["text"] = _text(last) + _text(new)
    elif last.get("type") == new.get("type") == "thinking" and _both_list(last, new, "thinking"):
        for each in new["thinking"]:
            _append(last["thinking"], each)
    elif new.get("type") == "thinking" and _is_list(new.get("thinking")):
        begun: _Object = {**new, "thinking": []}
        for each in new["thinking"]:
            _append(begun["thinking"], each)
        pieces.append(begun)
    else:
        pieces.append(dict(new))


def _both_list(one: _Object, other: _Object, name: str) -> bool:
    return _is_list(one.get(name)) and _is_list(other.get(name))


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _text(piece: _Object) -> str:
    """Return the text of a piece, empty where it is none."""
    text: object = piece.get("text")
    return text if isinstance(text, str) else ""


def _object(value: object) -> _Object:
    """Return an object, an empty one for anything else: odd servers send what nobody expects."""
    return cast("_Object", value) if isinstance(value, dict) else {}


def _objects(value: object) -> list[_Object]:
    """Return the objects in a list, none for anything else."""
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("_Object", each) for each in listed if isinstance(each, dict)]
