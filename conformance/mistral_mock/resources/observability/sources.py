"""Where imports take records from; everything is read when the import begins.

An entry of a source is a JSON object: `payload`, `properties` and `source` of a record to be, or
the `problem` for which there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock import json_lines
from mistral_mock.ownership import may_see
from mistral_mock.resources import files
from mistral_mock.resources.conversations import messages
from mistral_mock.resources.conversations.records import Conversation, find_entries
from mistral_mock.resources.observability import campaigns, lines, recordings
from mistral_mock.resources.observability.dataset_state import (
    EXPLORER,
    PLAYGROUND,
    UPLOADED_FILE,
    DatasetRecord,
)
from mistral_mock.resources.observability.recordings import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.context import Context

    Entry = dict[str, Any]


@frozen(kw_only=True)
class Source:
    """What an import found."""

    entries: Sequence[Entry] = field(default=())
    fault: str | None = None
    """Why nothing could be read."""


def read_file(ctx: Context, file_id: str) -> Source:
    """Return a record for each line of an uploaded file.

    Lines that are wrong are named by number.
    """
    file = files.look_up(ctx, file_id)
    if file is None:
        return Source(fault=f"There is no file with the id {file_id}")
    numbered = json_lines.split(files.read_content(ctx, file))
    entries = [read_line(number, line) for number, line in numbered]
    if not entries:
        return Source(fault=f"The file {file.filename} is empty")
    return Source(entries=entries)


def read_line(number: int, line: bytes) -> Entry:
    """Return the entry of a line."""
    try:
        payload, properties = lines.read_line(line)
    except json_lines.LineError as error:
        return {"problem": f"line {number}: {error}"}
    return {"payload": payload, "properties": properties, "source": UPLOADED_FILE}


def read_records(ctx: Context, ids: Sequence[str]) -> Source:
    """Return a copy of each record; it keeps the word where it came from at first (our choice)."""
    return Source(entries=[read_record(ctx, id_) for id_ in ids])


def read_record(ctx: Context, id_: str) -> Entry:
    """Return the entry of a record that another dataset holds."""
    record = ctx.table(DatasetRecord).get(id_.lower())
    if record is None or not may_see(ctx, record):
        return {"problem": f"there is no dataset record with the id {id_}"}
    return {
        "payload": record.payload,
        "properties": record.properties,
        "source": record.source,
    }


def read_events(ctx: Context, ids: Sequence[str]) -> Source:
    """Return a conversation for each recorded chat completion."""
    return Source(entries=[read_event(ctx, id_) for id_ in ids])


def read_event(ctx: Context, id_: str) -> Entry:
    """Return the entry of a recorded chat: what was sent and what came back.

    Its properties name the event and the model (our choice).
    """
    event = ctx.table(StoredEvent).get(id_.lower())
    if event is None or not may_see(ctx, event):
        return {"problem": f"there is no recorded chat completion with the id {id_}"}
    reading = recordings.read(event)
    return {
        "payload": {"messages": reading.messages},
        "properties": {"event_id": event.id, "model_name": reading.request.get("model")},
        "source": EXPLORER,
    }


def read_campaign(ctx: Context, campaign_id: str) -> Source:
    """Return a conversation for each event that a campaign selected, with any verdict so far.

    Raises:
        APIError: 404 `CAMPAIGN_NOT_FOUND`.

    """
    campaign = campaigns.find(ctx, campaign_id.lower())
    selected = campaigns.list_selected(ctx, campaign.id)
    shown = [campaigns.view_selected(ctx, each) for each in selected]
    return Source(entries=[read_selected(ctx, each) for each in shown])


def read_selected(ctx: Context, event: Mapping[str, Any]) -> Entry:
    """Return the entry of an event that a campaign selected."""
    entry = read_event(ctx, event["event_id"])
    if "problem" not in entry:
        entry["properties"] |= event["extra_fields"]
    return entry


def read_conversations(ctx: Context, ids: Sequence[str]) -> Source:
    """Return the messages of each conversation."""
    return Source(entries=[read_conversation(ctx, id_) for id_ in ids])


def read_conversation(ctx: Context, id_: str) -> Entry:
    """Return a conversation's entry: its instructions and what was said, as messages of a chat.

    Its properties name the conversation (our choice).
    """
    conversation = ctx.table(Conversation).get(id_)
    if conversation is None or not may_see(ctx, conversation):
        return {"problem": f"there is no conversation with the id {id_}"}
    made: list[dict[str, Any]] = []
    for entry in find_entries(ctx, id_):
        messages.add(made, entry)
    if not made:
        return {"problem": f"the conversation {id_} has no messages"}
    if conversation.instructions:
        made.insert(0, {"role": "system", "content": conversation.instructions})
    return {
        "payload": {"messages": made},
        "properties": {"conversation_id": id_},
        "source": PLAYGROUND,
    }
