"""Answers in the form of a class: what to ask for, and the object out of the answer's text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from mistral_client.errors import StructuredOutputError
from mistral_client.forms import name_of, read_form, schema_of
from mistral_generated.base import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mistral_client.adapters import AnyCall

T = TypeVar("T")
C = TypeVar("C", bound="AnyCall")


class Structure(Generic[C, T]):
    """One call that asks for an object of a class; `call` is what to send."""

    def __init__(
        self,
        kind: type[T],
        prepare: Callable[..., C],
        arguments: Mapping[str, object],
        redact: Callable[[str], str],
    ) -> None:
        """Write the schema.

        `redact` takes secrets out of what errors say.

        Raises:
            TypeError: `kind` is no class, or one without a form in JSON.

        """
        schema = schema_of(kind)
        self._kind = kind
        self._redact = redact
        wanted = {"name": name_of(kind), "schema": schema, "strict": True}
        form = {"type": "json_schema", "json_schema": wanted}
        self.call = prepare(**arguments, response_format=form)

    def read(self, answer: object) -> T:
        """Return the object that a chat completion holds.

        Raises:
            StructuredOutputError: It holds none.

        """
        choices: object = cast("Any", answer).choices
        choice: object = choices[0] if isinstance(choices, list) and choices else None
        message: object = getattr(choice, "message", None)
        reason: object = getattr(choice, "finish_reason", None)
        if not isinstance(message, Model):
            raise self._error("the answer has no message", "", None)
        text = _text_of(getattr(message, "content", None))
        if reason in ("length", "model_length"):
            raise self._error("the answer was cut off; allow more max_tokens", text, reason)
        if not text and getattr(message, "tool_calls", None):
            raise self._error("the model called a tool instead of answering", text, reason)
        if not text.strip():
            raise self._error("the answer is empty", text, reason)
        try:
            return read_form(self._kind, text)
        except ValueError as error:
            fault = f"the answer is no {name_of(self._kind)}: {error}"
            raise self._error(fault, text, reason) from error

    def _error(self, message: str, content: str, reason: object) -> StructuredOutputError:
        error = StructuredOutputError(self._redact(message), operation=self.call.operation.id)
        error.content = content
        error.finish_reason = str(reason) if reason else ""
        return error


def _text_of(content: object) -> str:
    """Return the text of a message: the whole, or that of its text chunks."""
    if isinstance(content, str):
        return content
    chunks = cast("list[object]", content) if isinstance(content, list) else []
    return "".join(text for each in chunks if isinstance(text := getattr(each, "text", None), str))
