"""The whole answer out of the events of a stream: content, thinking, tool calls, usage.

A completion comes in chunks; each adds text, pieces of content and parts of tool calls to one of
its choices. `pieces_of` is the text that one event adds, `Assembly` what all of them come to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attr

from mistral_generated.additions import text_of
from mistral_generated.models import ChatCompletionResponse, CompletionChunk

if TYPE_CHECKING:
    from collections.abc import Iterable

_Object = dict[str, Any]


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


def assemble(events: Iterable[object], operation: str) -> ChatCompletionResponse:
    """Return the answer that the data of all events of a stream come to.

    Raises TypeError for the events of a stream that is no completion.
    """
    whole: _Object = {"object": "chat.completion", "choices": []}
    choices: dict[int, _Choice] = {}
    for data in events:
        if not isinstance(data, CompletionChunk):
            raise TypeError(f"{operation}() streams no completion: read its events one by one")
        chunk = data.to_dict()
        whole.update({name: chunk[name] for name in ("id", "model", "created") if name in chunk})
        if chunk.get("usage") is not None:
            whole["usage"] = chunk["usage"]
        for choice in chunk.get("choices") or ():
            index = choice.get("index") or 0
            choices.setdefault(index, _Choice(index)).add(choice)
    whole["choices"] = [choices[index].whole() for index in sorted(choices)]
    return ChatCompletionResponse.from_dict(whole)


@attr.define
class _Choice:
    """One choice as far as it has come."""

    index: int
    content: list[_Object] = attr.field(factory=list[_Object])
    calls: list[_Object] = attr.field(factory=list[_Object])
    finish_reason: object = None

    def add(self, choice: _Object) -> None:
        """Take what a chunk adds."""
        delta: _Object = choice.get("delta") or {}
        content = delta.get("content")
        for piece in content if isinstance(content, list) else [content]:
            _append(self.content, {"type": "text", "text": piece} if _is_text(piece) else piece)
        for call in delta.get("tool_calls") or ():
            self._add_call(call)
        self.finish_reason = choice.get("finish_reason") or self.finish_reason

    def _add_call(self, call: _Object) -> None:
        """Add to the call with the same index, or begin a new one.

        Some servers count no calls: another id is another call.
        """
        name = _named(call.get("id"))
        for known in reversed(self.calls):
            is_same = known.get("index") == call.get("index")
            if is_same and name in {None, _named(known.get("id"))}:
                _extend(known["function"], call.get("function") or {})
                return
        function = call.get("function") or {}
        self.calls.append({**call, "function": dict(function)})

    def whole(self) -> _Object:
        """Return the choice of the whole answer."""
        texts = [piece["text"] for piece in self.content if piece.get("type") == "text"]
        is_plain = len(texts) == len(self.content)
        message: _Object = {
            "role": "assistant",
            "content": "".join(texts) if is_plain else self.content,
            "tool_calls": self.calls or None,
        }
        return {"index": self.index, "message": message, "finish_reason": self.finish_reason}


def _is_text(piece: object) -> bool:
    return isinstance(piece, str)


def _named(call_id: object) -> object:
    """Return the id of a call, or None for a part without one; servers send `null` as text too."""
    return None if call_id in {None, "", "null"} else call_id


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
        last["text"] = str(last.get("text", "")) + str(new.get("text", ""))
    elif last.get("type") == new.get("type") == "thinking" and _is_list(new.get("thinking")):
        for each in new["thinking"]:
            _append(last["thinking"], each)
    elif new.get("type") == "thinking" and _is_list(new.get("thinking")):
        begun: _Object = {**new, "thinking": []}
        for each in new["thinking"]:
            _append(begun["thinking"], each)
        pieces.append(begun)
    else:
        pieces.append(dict(new))


def _is_list(value: object) -> bool:
    return isinstance(value, list)
