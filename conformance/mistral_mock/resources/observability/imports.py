"""Imports into datasets: from files, other datasets, recorded chats, campaigns, conversations.

Each answers 202 with a task that is at work (`tasks.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.registry import operation
from mistral_mock.resources.observability import sources, tasks

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context


@operation("beta.observability.datasets.import_from_file")
def import_file(ctx: Context) -> Answer:
    """The import of an uploaded file; the task tells when there is none (our choice)."""
    return tasks.begin(ctx, sources.read_file(ctx, ctx.body["file_id"]))


@operation("beta.observability.datasets.import_from_dataset_records")
def import_records(ctx: Context) -> Answer:
    """The import of copies of records."""
    return tasks.begin(ctx, sources.read_records(ctx, ctx.body["dataset_record_ids"]))
