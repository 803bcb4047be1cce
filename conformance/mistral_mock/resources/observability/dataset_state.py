"""What the mock knows about datasets: the datasets, their records and their import tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.ownership import Owned
from mistral_mock.resources.observability import lookups
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.context import Context

EXPLORER, UPLOADED_FILE, DIRECT_INPUT, PLAYGROUND = (
    "EXPLORER",
    "UPLOADED_FILE",
    "DIRECT_INPUT",
    "PLAYGROUND",
)
"""Where a record came from."""
RUNNING, COMPLETED, FAILED = "RUNNING", "COMPLETED", "FAILED"
"""The states of an import that occur here."""


@frozen(kw_only=True)
class Dataset(Owned):
    """A dataset, apart from its records."""

    called = "dataset"

    name: str
    description: str
    owner_id: str
    created_at: datetime
    updated_at: datetime
    """Moves with the name and the description, not with the records (our choice)."""


@frozen(kw_only=True)
class DatasetRecord(Owned):
    """One record of a dataset."""

    called = "dataset record"

    dataset_id: str
    payload: dict[str, Any]
    properties: dict[str, Any]
    source: str
    created_at: datetime
    updated_at: datetime

    @property
    def parent_id(self) -> str:
        """The dataset that holds it."""
        return self.dataset_id


@frozen(kw_only=True)
class ImportTask(Owned):
    """An import into a dataset: how many entries it has, and how far it has come."""

    called = "task"

    dataset_id: str
    creator_id: str
    created_at: datetime
    updated_at: datetime
    total: int
    """How many entries there are to look at."""
    done: int = 0
    """How many of them are dealt with, whether added or left out."""
    status: str = RUNNING
    message: str | None = None

    @property
    def parent_id(self) -> str:
        """The dataset that is filled."""
        return self.dataset_id


@frozen(kw_only=True)
class Entries(Record):
    """What a running import holds, as `sources.py` read it; its id is the task's."""

    called = "content of a task"

    entries: tuple[dict[str, Any], ...]
    fault: str | None = None
    """Why there are no entries at all, when the source cannot be read."""


def find_dataset(ctx: Context) -> Dataset:
    """Return the dataset that the path names.

    Raises:
        APIError: 404 `DATASET_NOT_FOUND`.

    """
    id_ = ctx.path["dataset_id"]
    return lookups.find(ctx, Dataset, id_, "dataset", "DATASET_NOT_FOUND")


def find_record(ctx: Context, id_: str) -> DatasetRecord:
    """Return the record with the id, whichever dataset holds it.

    Raises:
        APIError: 404 `DATASET_RECORD_NOT_FOUND`.

    """
    return lookups.find(ctx, DatasetRecord, id_, "dataset record", "DATASET_RECORD_NOT_FOUND")


def find_task(ctx: Context) -> ImportTask:
    """Return the import that the path names, of the dataset that it names.

    Raises:
        APIError: 404 `DATASET_NOT_FOUND` or `DATASET_TASK_NOT_FOUND`.

    """
    dataset = find_dataset(ctx)
    code = "DATASET_TASK_NOT_FOUND"
    task = lookups.find(ctx, ImportTask, ctx.path["task_id"], "import task", code)
    if task.dataset_id != dataset.id:
        raise lookups.missing("import task", code)
    return task


def list_records(ctx: Context, dataset_id: str) -> list[DatasetRecord]:
    """Return the records of a dataset in the order in which they were added (our choice)."""
    found = ctx.table(DatasetRecord).children(dataset_id)
    return sorted(found, key=lambda record: record.created_at)
