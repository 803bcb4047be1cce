"""Records as lines of a file: each a JSON object with `messages`, and `properties` if it has any.

That is the form of the example file in the API's cookbook. What else a line holds becomes part of
the payload. A record that such a line cannot hold is written with its `payload` as a whole; both
forms are read (our choice).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_mock import json_lines
from mistral_mock.json_lines import LineError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_mock.resources.observability.dataset_state import DatasetRecord

WHOLE, MESSAGES, PROPERTIES = "payload", "messages", "properties"


def read_line(line: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the payload and the properties of a line.

    Raises:
        LineError: The line is none of ours.

    """
    found = json_lines.read(line)
    properties = found.pop(PROPERTIES, None)
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        raise LineError("`properties` is not an object")
    if set(found) == {WHOLE} and isinstance(found[WHOLE], dict):
        return found[WHOLE], properties
    check_messages(found.get(MESSAGES))
    return found, properties


def check_messages(messages: object) -> None:
    """Lets a conversation through.

    Raises:
        LineError: It is not a list of messages, or one of them has no role.

    """
    if not isinstance(messages, list) or not messages:
        raise LineError("`messages` is not a list with at least one message")
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise LineError(f"message {place} is not an object with a role")


def write_lines(records: Iterable[DatasetRecord]) -> bytes:
    """Return the records as a file, one line for each."""
    return b"".join(json.dumps(spell(each)).encode() + b"\n" for each in records)


def spell(record: DatasetRecord) -> dict[str, Any]:
    """Return the record as the object of a line."""
    body = record.payload if is_conversation(record.payload) else {WHOLE: record.payload}
    return {**body, PROPERTIES: record.properties}


def is_conversation(payload: dict[str, Any]) -> bool:
    """Say whether a line that is the payload itself is read as this payload."""
    try:
        check_messages(payload.get(MESSAGES))
    except LineError:
        return False
    return not payload.keys() & {WHOLE, PROPERTIES}
