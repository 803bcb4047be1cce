"""The example of a fixture world in the documentation: it loads, and does what is said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mistral_client import Mistral
from mistral_mock import registry, resources
from mistral_mock.resources.workflows import deployment_records, player
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

DOCS = Path(__file__).parents[4] / "docs"
WORLD = DOCS / "examples" / "world.yaml"
PAGE = (DOCS / "worlds.md").read_text("utf-8")

resources.load()
SECTIONS = sorted(registry.sections())


@pytest.fixture(scope="module")
def office() -> Iterator[RunningServer]:
    with running(Settings(clock="manual", world_file=WORLD)) as server:
        yield server


@pytest.fixture
def client(office: RunningServer) -> Iterator[Mistral]:
    with Mistral("mock-key", base_url=office.base_url) as client:
        yield client


def find_agent(client: Mistral, name: str) -> str:
    found = [one for one in client.beta.agents.list_pages_all() if one.name == name]
    return str(found[0].id)


def find_fields(schema: dict[str, Any]) -> Iterator[str]:
    """The names of all properties that a schema knows, whatever their depth."""
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from find_fields(inner)
    for inner in [*filter(None, [schema.get("items")]), *schema.get("oneOf", ())]:
        yield from find_fields(inner)


def read_section(name: str) -> str:
    """What the page says about a section."""
    return PAGE.partition(f"\n## `{name}`\n")[2].partition("\n## ")[0]


def test_example_has_every_section() -> None:
    assert sorted(yaml.safe_load(WORLD.read_text("utf-8"))) == SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_page_tells_every_field_of_a_section(name: str) -> None:
    told = set(re.findall(r"\w+", " ".join(re.findall("`([^`]+)`", read_section(name)))))
    assert set(find_fields(dict(registry.sections()[name].schema))) <= told


def test_page_tells_of_no_section_that_is_not_there() -> None:
    headings = [line for line in PAGE.splitlines() if line.startswith("## `")]
    assert sorted(line.strip("#` ") for line in headings) == SECTIONS


def test_page_tells_the_times_that_hold_where_a_world_says_nothing() -> None:
    assert player.DEFAULT_TIMEOUT_S == 24 * 3600
    assert "a day" in read_section("workflows")
    assert (deployment_records.HEARTBEAT_S, deployment_records.MISSED) == (30, 3)
    assert "| 30 |" in read_section("deployments")
    assert "until it has missed three heartbeats" in " ".join(read_section("deployments").split())


def test_agent_answers_from_the_library(client: Mistral) -> None:
    answer = client.beta.conversations.start(
        agent_id=find_agent(client, "Librarian"),
        agent_version="stable",
        inputs="How many holidays do I have?",
    )
    content: Any = answer.outputs[-1].to_dict()["content"]
    assert "thirty days" in content[0]["text"]
    assert content[1]["title"] == "holidays.txt"


def test_agent_hands_over_to_the_one_that_is_named(client: Mistral) -> None:
    answer = client.beta.conversations.start(
        agent_id=find_agent(client, "Receptionist"), inputs="Ask the Librarian about holidays."
    )
    kinds = [one.to_dict()["type"] for one in answer.outputs]
    assert kinds == ["agent.handoff", "tool.execution", "message.output"]


def test_voice_model_chat_judge_and_dataset_are_there(client: Mistral) -> None:
    observability = client.beta.observability
    chats: Any = observability.chat_completion_events.search(search_params={"filters": None})
    assert [one.name for one in client.audio.voices.list_all()] == ["Ada"]
    assert client.models.retrieve("ft:classifier:tickets").to_dict()["root"]
    assert len(chats.completion_events.results) == 1
    assert [one.name for one in observability.judges.list_all()] == ["Politeness"]
    (dataset,) = observability.datasets.list_all()
    assert len(list(observability.datasets.list_records_all(dataset.id))) == 1


def test_workflow_waits_for_the_decision(client: Mistral, office: RunningServer) -> None:
    executions = client.workflows.executions
    leave: Any = client.workflows.execute_workflow("approve_leave", input={"who": "A", "days": 3})
    asked: Any = executions.query_workflow_execution(leave.execution_id, name="days")
    executions.signal_workflow_execution(leave.execution_id, name="decide", input={"approved": 1})
    office.clock.advance(4)
    before = executions.get_workflow_execution(leave.execution_id)
    office.clock.advance(1)
    after = executions.get_workflow_execution(leave.execution_id)
    assert asked.result == 3
    assert (before.status, after.status, after.result) == ("RUNNING", "COMPLETED", {"approved": 1})


def test_leave_that_nobody_decides_is_refused(client: Mistral, office: RunningServer) -> None:
    leave: Any = client.workflows.execute_workflow("approve_leave", input={"who": "A", "days": 3})
    office.clock.advance(86400 + 5)
    found = client.workflows.executions.get_workflow_execution(leave.execution_id)
    assert (found.status, found.result) == ("COMPLETED", {"approved": False})


def test_deployment_has_a_live_worker(client: Mistral) -> None:
    (found,) = client.workflows.deployments.list_deployments().deployments
    assert (found.name, found.is_active) == ("office", True)
