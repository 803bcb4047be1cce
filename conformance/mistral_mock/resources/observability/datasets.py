"""Datasets: create, list, read, change, delete with all that they hold; fixtures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import ownership
from mistral_mock.answers import json_answer, no_content
from mistral_mock.clock import spell
from mistral_mock.fixtures import FixtureError
from mistral_mock.registry import operation, section
from mistral_mock.resources.observability import lookups
from mistral_mock.resources.observability.dataset_state import (
    DIRECT_INPUT,
    Dataset,
    DatasetRecord,
    Entries,
    ImportTask,
    find_dataset,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding

LIST_PATH = "/v1/observability/datasets"
FIXTURES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 5, "maxLength": 50},
            "description": {"type": "string", "maxLength": 200},
            "records": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["payload"],
                    "additionalProperties": False,
                    "properties": {
                        "payload": {"type": "object"},
                        "properties": {"type": "object"},
                    },
                },
            },
        },
    },
}
"""Fixtures of the section `datasets`; they belong to the workspace of the first key."""


@operation("beta.observability.datasets.list")
def list_datasets(ctx: Context) -> Answer:
    """Return a page of the workspace's datasets, newest first; `q` looks at name and description.

    Order and filter are our choice.
    """
    found = [
        dataset
        for dataset in reversed(ownership.visible(ctx, Dataset))
        if lookups.matches(ctx.query["q"], dataset.name, dataset.description)
    ]
    return json_answer({"datasets": lookups.page(ctx, LIST_PATH, found, view)})


@operation("beta.observability.datasets.create")
def create(ctx: Context) -> Answer:
    """Return 201 with the new dataset, without records; names may repeat (our choice)."""
    moment = ctx.clock.stamp()
    dataset = Dataset(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        owner_id=ctx.caller.user_id,
        name=ctx.body["name"],
        description=ctx.body["description"],
        created_at=moment,
        updated_at=moment,
    )
    return json_answer(view(ctx.table(Dataset).put(dataset)), 201)


@operation("beta.observability.datasets.fetch")
def fetch(ctx: Context) -> Answer:
    """Return the dataset without its records."""
    return json_answer(view(find_dataset(ctx)))


@operation("beta.observability.datasets.update")
def update(ctx: Context) -> Answer:
    """Return the dataset with another name or description.

    Null leaves them as they are (our choice).
    """
    dataset = find_dataset(ctx)
    changes = pick_changes(ctx.body)
    if changes:
        changed = evolve(dataset, **changes, updated_at=ctx.clock.stamp())
        dataset = ctx.table(Dataset).put(changed)
    return json_answer(view(dataset))


@operation("beta.observability.datasets.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the dataset is gone, with its records and its imports."""
    dataset = find_dataset(ctx)
    for record in ctx.table(DatasetRecord).children(dataset.id):
        ctx.table(DatasetRecord).remove(record.id)
    for task in ctx.table(ImportTask).children(dataset.id):
        ctx.table(Entries).remove(task.id)
        ctx.table(ImportTask).remove(task.id)
    ctx.table(Dataset).remove(dataset.id)
    return no_content()


@section("datasets", schema=FIXTURES)
def load_datasets(seeding: Seeding, data: Sequence[Mapping[str, Any]]) -> None:
    """Put datasets with their records into the world.

    Raises:
        FixtureError: Two datasets have the same name.

    """
    for found in data:
        dataset_id = seeding.uuid("dataset", found["name"])
        if seeding.table(Dataset).get(dataset_id) is not None:
            raise FixtureError(f"datasets: there are two named {found['name']!r}")
        moment = seeding.stamp()
        seeding.table(Dataset).put(
            Dataset(
                id=dataset_id,
                workspace_id=seeding.owner.workspace_id,
                owner_id=seeding.owner.user_id,
                name=found["name"],
                description=found.get("description", ""),
                created_at=moment,
                updated_at=moment,
            )
        )
        for place, record in enumerate(found.get("records", ())):
            load_record(seeding, dataset_id, place, record)


def load_record(
    seeding: Seeding, dataset_id: str, place: int, data: Mapping[str, Any]
) -> DatasetRecord:
    """Return the record of a fixture, as if a call had added it."""
    moment = seeding.stamp()
    return seeding.table(DatasetRecord).put(
        DatasetRecord(
            id=seeding.uuid("dataset record", f"{dataset_id} {place}"),
            workspace_id=seeding.owner.workspace_id,
            dataset_id=dataset_id,
            payload=data["payload"],
            properties=data.get("properties", {}),
            source=DIRECT_INPUT,
            created_at=moment,
            updated_at=moment,
        )
    )


def pick_changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an update changes."""
    names = ("name", "description")
    return {name: body[name] for name in names if body.get(name) is not None}


def make_slug(dataset: Dataset) -> str:
    """Return the name as a word for links.

    Newer servers have it, and the official SDK asks for it.
    """
    words = re.findall(r"\w+", dataset.name.lower())
    return "-".join([*words, dataset.id[:8]])


def view(dataset: Dataset) -> dict[str, object]:
    """Return the dataset as the API writes it."""
    return {
        "id": dataset.id,
        "created_at": spell(dataset.created_at),
        "updated_at": spell(dataset.updated_at),
        "deleted_at": None,
        "name": dataset.name,
        "slug": make_slug(dataset),
        "description": dataset.description,
        "owner_id": dataset.owner_id,
        "workspace_id": dataset.workspace_id,
    }
