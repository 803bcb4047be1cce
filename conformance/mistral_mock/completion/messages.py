"""The messages of a request: their text, and the order in which they may stand.

Public reports attest these rules and their codes (errors.message-order): who may speak last, who
after whom, as many tool messages as there were calls, ids of 9 letters and digits. A user may
speak after a tool: reports until 2026 tell of a refusal, but the live server was recorded to take
it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")
NO_ID = "null"
"""The document's default for the id of a call; any result answers such a call."""
WRONG_PAIRS = frozenset({("user", "tool"), ("system", "tool")})
"""Roles that cannot follow each other, the later one second."""


@frozen
class Attachment:
    """What a message brings beside words, as it was read."""

    kind: str
    """`document`, `picture` or `recording`."""
    name: str
    """Of a file; of a picture without words, what it is."""
    text: str
    """What it says; empty when nothing can be read in it."""
    tokens: int
    seconds: int = 0
    """How long a recording lasts."""


@frozen
class Message:
    """One message, its content as plain text."""

    role: str
    text: str
    call_ids: tuple[str, ...] = ()
    """The ids of the calls of an assistant message."""
    call_names: tuple[str, ...] = ()
    answers: str | None = None
    """The id of the call that a tool message answers."""
    name: str | None = None
    prefix: bool = False
    brings: bool = False
    """It brings an image, a document or the like."""
    attachments: tuple[Attachment, ...] = ()
    """What it brings, where that was read."""
    spoken: bool = False
    """Its text is what its recordings say."""


def read_message(raw: Mapping[str, Any]) -> Message:
    """Return a message of the request."""
    calls, content = raw.get("tool_calls") or [], raw.get("content")
    attachments = read_attachments(content)
    text = flatten(content)
    spoken = bool(attachments) and not text.strip()
    return Message(
        role=raw["role"],
        text=say(attachments) if spoken else text,
        call_ids=tuple(call.get("id", NO_ID) for call in calls),
        call_names=tuple(call["function"]["name"] for call in calls),
        answers=raw.get("tool_call_id"),
        name=raw.get("name"),
        prefix=raw.get("prefix", False),
        brings=brings_something(content),
        attachments=attachments,
        spoken=spoken,
    )


def read_attachments(content: str | Sequence[Mapping[str, Any]] | None) -> tuple[Attachment, ...]:
    """Return what the content brings, where that was read."""
    if content is None or isinstance(content, str):
        return ()
    return tuple(Attachment(**chunk["brought"]) for chunk in content if "brought" in chunk)


def say(attachments: Sequence[Attachment]) -> str:
    """Return what somebody says who sends recordings instead of words."""
    return " ".join(one.text for one in attachments if one.kind == "recording")


def brings_something(content: str | Sequence[Mapping[str, Any]] | None) -> bool:
    """Say whether the content holds more than words."""
    if content is None or isinstance(content, str):
        return False
    return any("text" not in chunk and "thinking" not in chunk for chunk in content)


def flatten(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    """Return the content's text; what was not read is shown as its type in brackets."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(flatten_chunk(chunk) for chunk in content)


def flatten_words(content: str | Sequence[Mapping[str, Any]] | None) -> str:
    """Return the content's text alone, without a trace of what else it brings."""
    if content is None or isinstance(content, str):
        return content or ""
    return flatten([chunk for chunk in content if not brings_something([chunk])])


def join(raws: Sequence[Mapping[str, Any]]) -> str:
    """Return what all messages of a request say, one after the other."""
    return "\n".join(flatten(raw.get("content")) for raw in raws)


def flatten_chunk(chunk: Mapping[str, Any]) -> str:
    """Return the text of one chunk."""
    if "text" in chunk:
        return str(chunk["text"])
    if "thinking" in chunk:
        return flatten(chunk["thinking"])
    if "reference_ids" in chunk:
        return f"[{', '.join(map(str, chunk['reference_ids']))}]"
    if "brought" in chunk:
        return ""
    kinds = ("image_url", "document_url", "input_audio", "file_id")
    return f"[{next((kind for kind in kinds if kind in chunk), 'chunk')}]"


def check_order(messages: Sequence[Message]) -> None:
    """Pass when the messages stand in an order that a model can answer.

    Raises:
        APIError: 400, with the code of the rule that is broken.

    """
    check_last(messages)
    for earlier, later in pairwise(messages):
        check_pair(earlier, later)
    for message in messages:
        check_message(message)
    check_answers(messages)


def check_last(messages: Sequence[Message]) -> None:
    """Pass where the last message is the user's, a tool's, or the beginning of the answer."""
    role = messages[-1].role if messages else "nobody"
    if role in {"user", "tool"} or (role == "assistant" and messages[-1].prefix):
        return
    expected = "Expected last role User or Tool (or Assistant with prefix True) for serving"
    raise refusal.wrong_order(f"{expected} but got {role}")


def check_pair(earlier: Message, later: Message) -> None:
    """Tool messages follow calls and other tool messages."""
    calls_nothing = later.role == "tool" and earlier.role == "assistant" and not earlier.call_ids
    if (earlier.role, later.role) in WRONG_PAIRS or calls_nothing:
        raise refusal.wrong_order(f"Unexpected role '{later.role}' after role '{earlier.role}'")


def check_message(message: Message) -> None:
    """Assistants say or call something, and calls have ids such as the API gives."""
    says = message.text or message.call_ids or message.prefix or message.brings
    if message.role == "assistant" and not says:
        raise refusal.empty_assistant()
    if message.role == "tool" and message.answers is None:
        raise refusal.missing_call_id()
    given = [id_ for id_ in message.call_ids if id_ != NO_ID]
    for id_ in (*given, *([] if message.answers is None else [message.answers])):
        if not CALL_ID.fullmatch(id_):
            raise refusal.wrong_call_id(id_)


def check_answers(messages: Sequence[Message]) -> None:
    """Check that every call is answered once, by its id, before anybody else speaks."""
    for place, message in enumerate(messages):
        if message.role != "assistant" or not message.call_ids:
            continue
        answers = take_answers(messages[place + 1 :])
        if len(answers) != len(message.call_ids):
            raise refusal.wrong_order("Not the same number of function calls and responses")
        unanswered = list(message.call_ids)
        for id_ in answers:
            call = id_ if id_ in unanswered else NO_ID
            if call not in unanswered:
                again = "Duplicate" if id_ in message.call_ids else "Unexpected"
                raise refusal.wrong_order(f"{again} tool call id {id_} in tool results")
            unanswered.remove(call)


def take_answers(messages: Sequence[Message]) -> list[str | None]:
    """Return the ids that the tool messages at the beginning answer."""
    answers: list[str | None] = []
    for message in messages:
        if message.role != "tool":
            break
        answers.append(message.answers)
    return answers


def last_text(messages: Sequence[Message], role: str) -> str:
    """Return the text of the last message of a role; empty when there is none."""
    return next((message.text for message in reversed(messages) if message.role == role), "")
