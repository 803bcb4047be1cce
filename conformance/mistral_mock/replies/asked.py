"""A request as the conditions of replies see it, whichever operation it is for."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock import registry
from mistral_mock.completion.messages import flatten_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mistral_mock.context import Context


@frozen(slots=False)
class Asked:
    """What was asked; functions of a tester get it too."""

    operation: str
    body: Mapping[str, Any]
    """The body as JSON, or a form's text fields."""
    chat: Mapping[str, Any]
    """The same as a chat: `model`, `messages`, `tools`, `response_format`."""
    path: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    """By name in lower case."""
    key: str
    files: tuple[str, ...] = ()
    """The names of a form's files."""
    open: Callable[[Sequence[Mapping[str, Any]]], tuple[str, ...]] = field(
        default=lambda _: (), eq=False, repr=False
    )
    """Reads what messages bring."""

    @property
    def model(self) -> str:
        """The name of the model; empty where there is none."""
        return str(self.chat.get("model") or "")

    @cached_property
    def messages(self) -> tuple[Mapping[str, Any], ...]:
        """What was said, the earliest first."""
        return tuple(self.chat.get("messages") or ())

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts of all messages, without what else they bring."""
        return tuple(flatten_words(one.get("content")) for one in self.messages)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """What documents, pictures, recordings and files say that the messages bring."""
        return self.open(self.messages)

    @cached_property
    def user(self) -> str:
        """The last message of the user."""
        return self._last("user")

    @cached_property
    def system(self) -> str:
        """What the system messages say, the agent's instructions among them."""
        return "\n".join(self._said("system"))

    @cached_property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that are offered; those of the service by their types."""
        offered = self.chat.get("tools") or ()
        return tuple(
            str((one.get("function") or {}).get("name") or one.get("type", "")) for one in offered
        )

    @cached_property
    def tool_result(self) -> str:
        """The last message when it is the result of a tool; empty otherwise."""
        last = self.messages[-1] if self.messages else {}
        return flatten_words(last.get("content")) if last.get("role") == "tool" else ""

    @cached_property
    def tool_call_ids(self) -> tuple[str, ...]:
        """The ids of the calls whose results stand at the end."""
        found: list[str] = []
        for one in reversed(self.messages):
            if one.get("role") != "tool":
                break
            found.append(str(one.get("tool_call_id")))
        return tuple(found)

    @cached_property
    def turn(self) -> int:
        """How many messages of the user there are."""
        return len(self._said("user"))

    @property
    def response_format(self) -> str:
        """`text`, `json_object` or `json_schema`."""
        return str((self.chat.get("response_format") or {}).get("type") or "text")

    def _said(self, role: str) -> list[str]:
        said = zip(self.messages, self.texts, strict=True)
        return [text for one, text in said if one.get("role") == role]

    def _last(self, role: str) -> str:
        said = self._said(role)
        return said[-1] if said else ""


def read(ctx: Context) -> Asked:
    """Return the request of a context."""
    body = ctx.body if isinstance(ctx.body, dict) else {}
    make_chat = registry.reader(ctx.operation_id) or read_plain
    return Asked(
        operation=ctx.operation_id,
        body=body,
        chat=make_chat(ctx),
        path=ctx.path,
        query=ctx.query,
        headers=ctx.headers,
        key=ctx.caller.key,
        files=tuple(one.name for one in ctx.files.values()),
        open=partial(registry.open_messages, ctx),
    )


def read_plain(ctx: Context) -> Mapping[str, Any]:
    """Return a body as a chat: a prompt, an input or an address is what the user says."""
    body = ctx.body if isinstance(ctx.body, dict) else {}
    if isinstance(body.get("messages"), list):
        return body
    return {**body, "messages": read_input(body, [one.name for one in ctx.files.values()])}


def read_input(body: Mapping[str, Any], files: Sequence[str]) -> list[dict[str, Any]]:
    """Return what stands in the place of messages."""
    document = body.get("document")
    found = [body.get(name) for name in ("prompt", "input", "inputs", "file_url", "file_id")]
    found += list(document.values()) if isinstance(document, dict) else []
    said = [one for given in found for one in (given if isinstance(given, list) else [given])]
    made: list[dict[str, Any]] = []
    for one in [*said, *files]:
        if isinstance(one, str):
            made.append({"role": "user", "content": one})
        elif isinstance(one, dict) and isinstance(one.get("messages"), list):
            made += one["messages"]
        elif isinstance(one, dict) and "content" in one:
            made.append(one)
        elif isinstance(one, dict) and isinstance(one.get("url"), str):
            made.append({"role": "user", "content": one["url"]})
        elif isinstance(one, list):
            made += [each for each in one if isinstance(each, dict) and "content" in each]
    return made
