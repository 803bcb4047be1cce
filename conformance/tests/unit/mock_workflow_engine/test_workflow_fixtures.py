"""What a fixture world may say about workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mistral_mock.fixtures import FixtureError
from mistral_mock.resources.workflows.records import Workflow
from mistral_mock.settings import Settings
from mistral_mock.world import World

if TYPE_CHECKING:
    from pathlib import Path


def load(path: Path, *workflows: dict[str, Any]) -> World:
    file = path / "world.yaml"
    file.write_text(yaml.safe_dump({"workflows": list(workflows)}), "utf-8")
    return World(Settings(world_file=file))


def test_world_of_ones_own_is_loaded(tmp_path: Path) -> None:
    world = load(tmp_path, {"name": "mine", "steps": [{"sleep_s": 1}], "tags": ["t"]})
    assert [(one.name, one.tags) for one in world.store.table(Workflow)] == [("mine", ("t",))]


def test_shipped_world_can_be_loaded_again_and_again() -> None:
    world = World(Settings())
    known = list(world.store.table(Workflow))
    world.reset()
    assert list(world.store.table(Workflow)) == known


@pytest.mark.parametrize(
    ("workflow", "reason"),
    [
        ({"name": "a"}, '"steps" is a required property'),
        ({"name": "a", "steps": [], "stpes": 1}, "stpes"),
        ({"name": "a", "steps": [{"sleep_s": -1}]}, "workflows.0.steps.0.sleep_s"),
        ({"name": "a", "steps": [{"takes_s": 1}]}, "a: steps: step 1: it has to be one of"),
        ({"name": "a", "steps": [{"sleep_s": 1, "fail": "x"}]}, "sleep_s and fail"),
        ({"name": "a", "steps": [{"wait_for": "x"}]}, "there is no signal 'x'"),
        ({"name": "a", "steps": [{"run": "x"}]}, "there is no workflow 'x'"),
        ({"name": "a", "steps": [{"run": "a"}]}, "over and over"),
        ({"name": "a", "steps": [], "input_schema": {"type": "x"}}, "a schema of it is none"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, workflow: Any, reason: str) -> None:
    with pytest.raises(FixtureError) as caught:
        load(tmp_path, workflow)
    assert reason in str(caught.value)


def test_two_workflows_need_two_names(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="another workflow has the same name"):
        load(tmp_path, {"name": "a", "steps": []}, {"name": "a", "steps": []})


def test_circle_of_workflows_is_found(tmp_path: Path) -> None:
    first = {"name": "a", "steps": [{"run": "b"}]}
    with pytest.raises(FixtureError, match="over and over"):
        load(tmp_path, first, {"name": "b", "steps": [{"run": "a"}]})
