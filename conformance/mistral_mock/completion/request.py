"""A chat request as the engine reads it."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import catalogue, messages, refusal
from mistral_mock.completion.messages import Message, read_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.completion.catalogue import Model
    from mistral_mock.completion.messages import Attachment

NO_EFFORT = "none"
MOST_CHOICES = 128
"""Our choice: the document has no upper bound for `n`."""
DECIDING = ("model", "messages", "random_seed", "tools", "tool_choice", "response_format")
"""The fields that an answer depends on. Limits are not among them: they only cut."""
IMPLIED = {"tool_choice": "auto"}
"""What a request means that leaves one of them out."""


@frozen
class Function:
    """A function that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


@frozen(kw_only=True)
class ChatRequest:
    """What decides about the answer to a request."""

    model: Model
    model_name: str
    """The name or alias by which the request calls the model."""
    messages: tuple[Message, ...]
    functions: tuple[Function, ...]
    tool_choice: str
    """`auto`, `none`, `any`, or `function` with a name in `chosen`."""
    chosen: str | None
    parallel: bool
    format: str
    """`text`, `json_object` or `json_schema`."""
    schema: dict[str, Any] | None
    max_tokens: int | None
    stop: tuple[str, ...]
    n: int
    thinks: bool
    """The model thinks before it answers."""
    seed: bytes

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """All that the messages bring."""
        return tuple(each for one in self.messages for each in one.attachments)

    @property
    def prefix(self) -> str:
        """The text that the answer has to begin with."""
        return self.messages[-1].text if self.messages[-1].role == "assistant" else ""


def read_request(body: Mapping[str, Any], model: Model | None = None) -> ChatRequest:
    """Return the request in a body that holds what the document asks for.

    The model is looked up in the catalogue unless it is given.

    Raises:
        APIError: 400 for an unknown model, 400 for messages in a wrong order, 422 for a schema
            that is missing or too many choices.

    """
    model = model or catalogue.find_chat_model(body["model"])
    if model is None:
        raise refusal.unknown_model(body["model"])
    said = tuple(read_message(raw) for raw in body["messages"])
    messages.check_order(said)
    tool_choice, chosen = read_tool_choice(body.get("tool_choice"))
    format_, schema = read_format(body.get("response_format"))
    return ChatRequest(
        model=model,
        model_name=body["model"],
        messages=said,
        functions=read_functions(body.get("tools")),
        tool_choice=tool_choice,
        chosen=chosen,
        parallel=body.get("parallel_tool_calls", True),
        format=format_,
        schema=schema,
        max_tokens=body.get("max_tokens"),
        stop=read_stop(body.get("stop")),
        n=read_count(body.get("n")),
        thinks=read_thinking(model, body),
        seed=make_seed(body),
    )


def read_functions(tools: list[Mapping[str, Any]] | None) -> tuple[Function, ...]:
    """Return the functions among the tools; the service's own tools do nothing here."""
    raw = [tool["function"] for tool in tools or [] if "function" in tool]
    return tuple(Function(f["name"], f.get("description", ""), f["parameters"]) for f in raw)


def read_tool_choice(choice: str | Mapping[str, Any] | None) -> tuple[str, str | None]:
    """Return the mode, and the name of the function when one is named."""
    if choice is None:
        return "auto", None
    if isinstance(choice, str):
        return ("any" if choice == "required" else choice), None
    return "function", str(choice["function"]["name"])


def read_format(raw: Mapping[str, Any] | None) -> tuple[str, dict[str, Any] | None]:
    """Return the format of the answer, and its schema when it has one.

    Raises:
        APIError: 422, the format needs a schema and there is none.

    """
    format_ = (raw or {}).get("type", "text")
    named = (raw or {}).get("json_schema")
    if format_ != "json_schema":
        return format_, None
    if named is None:
        raise refusal.missing("response_format", "json_schema", given=raw)
    return format_, named["schema"]


def read_stop(stop: str | list[str] | None) -> tuple[str, ...]:
    """Return the texts that end an answer; empty ones end nothing."""
    texts = [stop] if isinstance(stop, str) else stop or []
    return tuple(text for text in texts if text)


def read_count(n: int | None) -> int:
    """Return how many choices the answer has.

    Raises:
        APIError: 422, more than MOST_CHOICES.

    """
    count = 1 if n is None else n
    if count > MOST_CHOICES:
        raise refusal.too_many_choices(count, MOST_CHOICES)
    return count


def read_thinking(model: Model, body: Mapping[str, Any]) -> bool:
    """Say whether the model thinks: as the effort says, else in its own way."""
    effort = body.get("reasoning_effort")
    by_itself = model.thinks and body["model"] not in model.silent
    wanted = by_itself if effort is None else effort != NO_EFFORT
    return wanted and "reasoning" in model.capabilities


def make_seed(body: Mapping[str, Any]) -> bytes:
    """Return the seed of all choices: the same for requests that ask the same."""
    deciding = {
        name: body[name] for name in DECIDING if body.get(name) not in (None, IMPLIED.get(name))
    }
    return blake2b(json.dumps(deciding, sort_keys=True).encode()).digest()
