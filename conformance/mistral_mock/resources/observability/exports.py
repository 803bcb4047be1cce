"""Exports of datasets to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.answers import json_answer
from mistral_mock.context import Upload
from mistral_mock.registry import operation
from mistral_mock.resources import files
from mistral_mock.resources.observability import lines
from mistral_mock.resources.observability.dataset_state import find_dataset, list_records
from mistral_mock.resources.observability.datasets import make_slug

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

MEDIA_TYPE = "application/jsonl"
LIFETIME_S = 24 * 3600
"""How long the link works, in seconds (our choice)."""


@operation("beta.observability.datasets.export_to_jsonl")
def export(ctx: Context) -> Answer:
    """Return a link to a new file of the caller's workspace with all records, one in each line."""
    dataset = find_dataset(ctx)
    content = lines.write_lines(list_records(ctx, dataset.id))
    part = Upload(f"{make_slug(dataset)}.jsonl", MEDIA_TYPE, content)
    file = files.keep(ctx, part, files.DEFAULT_PURPOSE, source=files.MADE)
    return json_answer({"file_url": ctx.signed_url("file", file.id, LIFETIME_S)})
