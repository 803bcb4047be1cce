"""Imports into datasets: from files, other datasets, recorded chats, campaigns, conversations.

Each answers 202 with a task that is at work (`tasks.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.registry import operation
from mistral_mock.resources.observability import sources, tasks
from mistral_mock.resources.observability.dataset_state import find_dataset

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.observability.datasets.import_from_file")
def import_file(ctx: Context) -> Answer:
    """Return the import of an uploaded file; the task tells when there is none (our choice)."""
    return tasks.begin(ctx, sources.read_file(ctx, ctx.body["file_id"]))


@operation("beta.observability.datasets.import_from_dataset_records")
def import_records(ctx: Context) -> Answer:
    """Return the import of copies of records."""
    return tasks.begin(ctx, sources.read_records(ctx, ctx.body["dataset_record_ids"]))


@operation("beta.observability.datasets.import_from_explorer")
def import_events(ctx: Context) -> Answer:
    """Return the import of recorded chat completions."""
    return tasks.begin(ctx, sources.read_events(ctx, ctx.body["completion_event_ids"]))


@operation("beta.observability.datasets.import_from_campaign")
def import_campaign(ctx: Context) -> Answer:
    """Return the import of what a campaign selected; 404 when there is no such campaign."""
    find_dataset(ctx)
    return tasks.begin(ctx, sources.read_campaign(ctx, ctx.body["campaign_id"]))


@operation("beta.observability.datasets.import_from_playground")
def import_conversations(ctx: Context) -> Answer:
    """Return the import of conversations."""
    return tasks.begin(ctx, sources.read_conversations(ctx, ctx.body["conversation_ids"]))
