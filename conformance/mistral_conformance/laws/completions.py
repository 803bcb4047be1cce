"""What a completion says, plain or put together from the pieces of a stream, in one form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.laws.reading import kind, read_items, read_object
from mistral_conformance.probing.values import parsed
from mistral_conformance.record.reading import parse
from mistral_conformance.verdict.outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

NO_TEXTS = ("", "null")
"""What stands for nothing: the document gives the id of a tool call `null` as its default."""


@define
class Choice:
    """One choice: its text, its tool calls by index as name and arguments, why it ended."""

    text: str = ""
    thoughts: str = ""
    calls: dict[int, tuple[str, str]] = field(factory=dict)
    ids: list[str] = field(factory=list)
    finish: list[str] = field(factory=list)
    nameless: int = 0
    """How many calls have an id that names nothing; one may leave it out."""
    late: bool = False
    """Whether something came after it had ended."""

    @property
    def called(self) -> list[tuple[str, Any]]:
        """The tool calls in order, arguments as JSON where they are JSON."""
        return [(name, parsed(text)) for _, (name, text) in sorted(self.calls.items())]


@frozen(eq=False)
class Completion:
    """A whole answer. `usage` are those that were told, `ids` all ids that the pieces have.

    `models` are the names that the answer or its pieces say they are from.
    """

    exchange: Exchange = field(repr=False)
    choices: dict[int, Choice]
    usage: tuple[Json, ...]
    ids: frozenset[str]
    usage_last: bool = True
    ended: bool = True
    models: frozenset[str] = frozenset()

    @property
    def told(self) -> list[tuple[int, str, Any]]:
        """What each choice says: its text and its calls."""
        return [(index, each.text, each.called) for index, each in sorted(self.choices.items())]

    @property
    def first(self) -> Choice:
        """The choice with index 0, which every answer must have."""
        if 0 not in self.choices:
            raise Failed("the answer has no choice with the index 0", self.exchange)
        return self.choices[0]


def read_plain(exchange: Exchange) -> Completion:
    """Return the answer to a request that asks for no stream."""
    body = read_object(exchange)
    choices: dict[int, Choice] = {0: _turn(exchange)} if "outputs" in body else {}
    for each in read_items(exchange, "choices") if not choices else ():
        message = each.get("message")
        if not isinstance(message, dict):
            raise Failed(f"`choices.message` is {kind(message)} where an object is due", exchange)
        choice = _choice(choices, each, exchange)
        _add(choice, message, each)
    usage = body.get("usage")
    told = (usage,) if isinstance(usage, dict) else ()
    ids, models = (frozenset(_texts([body.get(name)])) for name in ("id", "model"))
    return Completion(exchange, choices, told, ids, models=models)


def read_pieces(exchange: Exchange, end: str) -> Completion:
    """Return the answer that the pieces of a stream make."""
    choices: dict[int, Choice] = {}
    usage, ids, models = [], [], []
    events = [each for each in exchange.events if each.data]
    ended = bool(events) and events[-1].data.strip() == end
    pieces = [_piece(each.data, exchange) for each in events if each.data.strip() != end]
    for piece in pieces:
        usage += [piece["usage"]] if isinstance(piece.get("usage"), dict) else []
        ids.append(piece.get("id"))
        models.append(piece.get("model"))
        for each in _items(piece.get("choices")):
            delta = each.get("delta") if isinstance(each, dict) else None
            if not isinstance(delta, dict):
                raise Failed(f"a `delta` is {kind(delta)} where an object is due", exchange)
            _add(_choice(choices, each, exchange), delta, each)
    last = bool(pieces) and isinstance(pieces[-1].get("usage"), dict)
    told, names = (frozenset(_texts(each)) for each in (ids, models))
    return Completion(exchange, choices, tuple(usage), told, last, ended, names)


def _turn(exchange: Exchange) -> Choice:
    """Return what the entries of a conversation's answer say; none tells why it ends."""
    turn = Choice()
    for each in read_items(exchange, "outputs"):
        if each.get("type") == "message.output":
            _add(turn, {"content": each.get("content")}, {})
        if each.get("type") == "function.call":
            call = {"id": each.get("tool_call_id"), "index": len(turn.calls), "function": each}
            _add(turn, {"tool_calls": [call]}, {})
    return turn


def _piece(data: str, exchange: Exchange) -> Json:
    try:
        found = parse(data)
    except ValueError:
        raise Failed("an event of the stream is no JSON", exchange) from None
    if not isinstance(found, dict):
        raise Failed(f"an event of the stream is {kind(found)}, no object", exchange)
    return found


def _choice(choices: dict[int, Choice], each: Json, exchange: Exchange) -> Choice:
    index = each.get("index")
    if not isinstance(index, int):
        raise Failed(f"the `index` of a choice is {kind(index)}", exchange)
    return choices.setdefault(index, Choice())


def _add(choice: Choice, said: Json, around: Json) -> None:
    """Add one message, or one piece of it, to a choice."""
    words = "".join(_words(said.get("content")))
    choice.late |= bool(choice.finish and (words or said.get("tool_calls")))
    choice.text += words
    for each in _items(said.get("content")):
        if isinstance(each, dict) and each.get("type") == "thinking":
            choice.thoughts += "".join(_words(each.get("thinking")))
    for at, call in enumerate(_items(said.get("tool_calls"))):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict):
            told = call.get("index")
            index = told if isinstance(told, int) and told else at
            name, text = choice.calls.get(index, ("", ""))
            more = function.get("arguments") or ""
            spelled = more if isinstance(more, str) else json.dumps(more)
            if index not in choice.calls:
                choice.ids += _texts([call.get("id")])
                choice.nameless += "id" in call and not _texts([call["id"]])
            choice.calls[index] = (name or str(function.get("name") or ""), text + spelled)
    choice.finish += _texts([around.get("finish_reason")])


def _words(content: object) -> Iterator[str]:
    """Yield the text of a content: a string, or chunks of which those of text have one."""
    if isinstance(content, str):
        yield content
    for each in content if isinstance(content, list) else ():
        if isinstance(each, dict) and isinstance(each.get("text"), str):
            yield each["text"]


def _items(value: object) -> list[Any]:
    """Return the items of an array, none of what is no array."""
    return value if isinstance(value, list) else []


def _texts(values: list[object]) -> list[str]:
    return [each for each in values if isinstance(each, str) and each not in NO_TEXTS]
