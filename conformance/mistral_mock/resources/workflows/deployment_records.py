"""Deployments of workflows and their workers, from the section `deployments` of a fixture world.

    deployments:
      - name: accounting               # the rest is optional
        is_hardened: false
        managed: {github_url: ..., revision: main, entrypoint: worker:main, commit: {sha: ...}}
        workers:
          - name: accounting-1
            location: {location_type: k8s, k8s_cluster: ..., k8s_namespace: ...}
            heartbeat_s: 30            # between two signs of life, in seconds of the clock
            lives_s: 3600              # then it gives none any more; 0: never; without: for ever
            workflows: [check_invoices]  # what it serves; without: all of the deployment

A worker is live until MISSED of its signs of life are missing (our choice).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.fixtures import FixtureError
from mistral_mock.ownership import Owned
from mistral_mock.registry import section
from mistral_mock.resources.workflows.records import record_id
from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.fixtures import Seeding

HEARTBEAT_S = 30
MISSED = 3
LOCAL = {"location_type": "local", "k8s_cluster": None, "k8s_namespace": None}
TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1, "maxLength": 256}
SECONDS = {"type": "number", "minimum": 1, "maximum": 366 * 24 * 3600}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["location_type"],
    "properties": {
        "location_type": {"enum": ["local", "k8s", "managed"]},
        "k8s_cluster": TEXT,
        "k8s_namespace": TEXT,
    },
}
WORKER = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": NAME,
        "location": LOCATION,
        "heartbeat_s": SECONDS,
        "lives_s": {**SECONDS, "minimum": 0},
        "workflows": {"type": "array", "items": NAME},
    },
}
COMMIT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sha"],
    "properties": {"sha": TEXT, "message": TEXT, "html_url": TEXT},
}
MANAGED = {
    "type": "object",
    "additionalProperties": False,
    "required": ["github_url"],
    "properties": {
        "github_url": TEXT,
        "revision": TEXT,
        "entrypoint": TEXT,
        "working_dir": TEXT,
        "commit": COMMIT,
        "replicas": {"type": "integer", "minimum": 0},
    },
}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": NAME,
            "is_hardened": {"type": "boolean"},
            "managed": MANAGED,
            "workers": {"type": "array", "items": WORKER},
        },
    },
}


@frozen(kw_only=True)
class Deployment(Owned):
    """A deployment; its id is unique in its workspace by its name."""

    called = "workflow deployment"

    deployment_id: str
    name: str
    is_hardened: bool
    managed: dict[str, Any] | None
    """As the fixture world writes it; None for one that the service does not run."""
    created_at: datetime


@frozen(kw_only=True)
class Worker(Record):
    """A worker of a deployment."""

    called = "worker"

    deployment: str
    """The `id` of the deployment's record."""
    name: str
    created_at: datetime
    location: dict[str, Any]
    heartbeat_s: float
    lives_s: float | None
    workflows: tuple[str, ...] | None
    """The names of the workflows that it serves; None for all."""

    @property
    def parent_id(self) -> str:
        """The deployment."""
        return self.deployment

    def last_sign(self, now: datetime) -> datetime:
        """Return when it last gave a sign of life."""
        age = now - self.created_at
        if self.lives_s is not None:
            age = min(age, timedelta(seconds=self.lives_s))
        beat = timedelta(seconds=self.heartbeat_s)
        return self.created_at + max(age, timedelta()) // beat * beat

    def is_live(self, now: datetime) -> bool:
        """Say whether it has given a sign of life lately."""
        silent = self.lives_s == 0
        return not silent and now - self.last_sign(now) < timedelta(
            seconds=self.heartbeat_s * MISSED
        )

    def serves(self, workflow_name: str | None) -> bool:
        """Say whether it serves the workflow; every worker serves None."""
        return workflow_name is None or self.workflows is None or workflow_name in self.workflows


@section("deployments", schema=SCHEMA)
def load_deployments(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put the deployments and their workers into the world.

    Raises:
        FixtureError: Two deployments, or two workers of one, have the same name.

    """
    check_names([each["name"] for each in data], "deployments")
    for each in data:
        workspace_id, name = seeding.owner.workspace_id, each["name"]
        deployment = Deployment(
            id=record_id(workspace_id, name),
            workspace_id=workspace_id,
            deployment_id=seeding.uuid("deployment", name),
            name=name,
            is_hardened=each.get("is_hardened", False),
            managed=each.get("managed"),
            created_at=seeding.stamp(),
        )
        seeding.table(Deployment).put(deployment)
        workers = each.get("workers", [])
        check_names([worker["name"] for worker in workers], f"deployments: {name}: workers")
        for worker in workers:
            load_worker(seeding, deployment, worker)


def load_worker(seeding: Seeding, deployment: Deployment, data: dict[str, Any]) -> None:
    """Put a worker into the world."""
    workflows = data.get("workflows")
    seeding.table(Worker).put(
        Worker(
            id=f"{deployment.id} {data['name']}",
            deployment=deployment.id,
            name=data["name"],
            created_at=seeding.stamp(),
            location={**LOCAL, **data.get("location", {})},
            heartbeat_s=data.get("heartbeat_s", HEARTBEAT_S),
            lives_s=data.get("lives_s"),
            workflows=None if workflows is None else tuple(workflows),
        )
    )


def check_names(names: list[str], place: str) -> None:
    """Refuses a name that comes twice.

    Raises:
        FixtureError: One does.

    """
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise FixtureError(f"{place}: there are two named {twice!r}")
