"""The fields of recorded chat completions: what filters can name, with types and operators.

The API does not publish its fields; of these, `model_name`, `nb_input_tokens` and
`nb_output_tokens` are attested by examples, the others are our choice.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import clock
from mistral_mock.resources.observability import texts
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mistral_mock.resources.observability.recordings import Reading

URLS = {"chat.complete": "/v1/chat/completions", "agents.complete": "/v1/agents/completions"}
"""How the field `endpoint` names the operations."""
COMPARING = ("eq", "neq", "lt", "lte", "gt", "gte", "isnull")
CHOOSING = ("eq", "neq", "includes", "excludes", "isnull")
READING = (
    *("eq", "neq", "startswith", "istartswith", "endswith", "iendswith"),
    *("contains", "icontains", "notcontains", "inotcontains", "matches", "isnull"),
)
OPERATORS = {
    "ENUM": CHOOSING,
    "TEXT": READING,
    "INT": COMPARING,
    "FLOAT": COMPARING,
    "BOOL": ("eq", "neq", "isnull"),
    "TIMESTAMP": COMPARING,
    "ARRAY": ("includes", "excludes", "len_eq", "isnull"),
    "MAP": ("includes", "excludes", "len_eq", "isnull"),
}
LISTED = frozenset({"ENUM", "ARRAY", "MAP"})
"""The types whose fields offer the values that occur."""
GROUPS = {
    "event": "Event",
    "request": "Request",
    "response": "Response",
    "usage": "Usage",
    "tools": "Tools",
}


@frozen
class Field:
    """A field: how people and filters name it, and what it is for an event."""

    name: str
    label: str
    type: str
    group: str
    compute: Callable[[Reading], Any]
    """A text, number, truth, moment, list of texts or mapping of texts; None for nothing."""

    @property
    def operators(self) -> tuple[str, ...]:
        """What a filter can do with it."""
        return OPERATORS[self.type]


def _ask(name: str) -> Callable[[Reading], Any]:
    return lambda reading: reading.request.get(name)


def _find_format(reading: Reading) -> str:
    wanted = reading.request.get("response_format") or {}
    return wanted.get("type") or "text"


def _find_reason(reading: Reading) -> str | None:
    choices = reading.response.get("choices") or [{}]
    reason: str | None = choices[0].get("finish_reason")
    return reason


def _list_enabled(reading: Reading) -> list[str]:
    tools: list[dict[str, Any]] = reading.request.get("tools") or []
    return [(tool.get("function") or {}).get("name") or tool.get("type", "") for tool in tools]


def _list_called(reading: Reading) -> list[str]:
    calls = (call for each in reading.response_messages for call in each.get("tool_calls") or [])
    return [call["function"]["name"] for call in calls]


def _read_metadata(reading: Reading) -> dict[str, str] | None:
    metadata = reading.request.get("metadata")
    return metadata and {name: spell(value) for name, value in metadata.items()}


FIELDS = (
    Field("event_id", "Event id", "TEXT", "event", lambda found: found.event.id),
    Field("correlation_id", "Correlation id", "TEXT", "event", lambda f: f.event.correlation_id),
    Field("created_at", "Created at", "TIMESTAMP", "event", lambda found: found.event.created_at),
    Field("user_id", "User id", "ENUM", "event", lambda found: found.event.user_id),
    Field(
        *("endpoint", "Endpoint", "ENUM", "event"),
        lambda found: URLS.get(found.event.operation_id, found.event.operation_id),
    ),
    Field("model_name", "Model", "ENUM", "request", lambda found: found.response.get("model")),
    Field("agent_id", "Agent id", "ENUM", "request", _ask("agent_id")),
    Field("streamed", "Streamed", "BOOL", "request", lambda f: bool(f.request.get("stream"))),
    Field("temperature", "Temperature", "FLOAT", "request", _ask("temperature")),
    Field("max_tokens", "Most output tokens", "INT", "request", _ask("max_tokens")),
    Field("response_format", "Response format", "ENUM", "request", _find_format),
    Field("metadata", "Metadata", "MAP", "request", _read_metadata),
    Field(
        *("system_prompt", "System prompt", "TEXT", "request"),
        lambda found: texts.read_last(found.request_messages, "system"),
    ),
    Field(
        *("last_user_message", "Last user message", "TEXT", "request"),
        lambda found: texts.read_last(found.request_messages, "user"),
    ),
    Field(
        *("assistant_message", "Assistant message", "TEXT", "response"),
        lambda found: texts.read_messages(found.response_messages),
    ),
    Field("finish_reason", "Finish reason", "ENUM", "response", _find_reason),
    Field("nb_messages", "Messages", "INT", "usage", lambda found: len(found.messages)),
    Field("nb_input_tokens", "Input tokens", "INT", "usage", lambda f: f.event.nb_input_tokens),
    Field("nb_output_tokens", "Output tokens", "INT", "usage", lambda f: f.event.nb_output_tokens),
    Field("enabled_tools", "Enabled tools", "ARRAY", "tools", _list_enabled),
    Field("called_tools", "Called tools", "ARRAY", "tools", _list_called),
)
BY_NAME = {each.name: each for each in FIELDS}


def show(reading: Reading, names: Iterable[str]) -> dict[str, Any]:
    """Return the `extra_fields` of an event.

    Raises:
        APIError: 400 `FIELDS_BAD_REQUEST`, a name is none of a field.

    """
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        message = f"There is no field {', '.join(unknown)}"
        raise observability_error(400, message, "FIELDS_BAD_REQUEST")
    return {name: _show(BY_NAME[name].compute(reading)) for name in names}


def _show(value: object) -> object:
    return clock.spell(value) if isinstance(value, datetime) else value


def spell(value: object) -> str:
    """Return the value as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return clock.spell(value) if isinstance(value, datetime) else str(value)
