"""The sections `agents` and `libraries` of fixture worlds, and agents in a state file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_mock.fixtures import FixtureError
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

WORLD = """
libraries:
  - name: Handbook
    shared: true
    documents:
      - {name: holidays.txt, text: Everybody has thirty days of holidays.}
agents:
  - name: Helper
    model: mistral-medium-latest
    tools: [{type: document_library, library_ids: [Handbook]}]
    handoffs: [Expert]
    aliases: [stable]
    source: playground
  - {name: Expert, model: mistral-small-latest, description: Knows volcanoes.}
"""
KEY = {"authorization": "Bearer mock-key"}


def test_agent_of_a_world_searches_its_library(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(WORLD, "utf-8")
    with running(Settings(clock="manual", world_file=world)) as server:
        [helper, expert] = httpx.get(f"{server.base_url}/v1/agents", headers=KEY).json()
        body = {"agent_id": helper["id"], "agent_version": "stable", "inputs": "My holidays?"}
        url = f"{server.base_url}/v1/conversations"
        answer = httpx.post(url, headers=KEY, json=body).json()
    assert helper["handoffs"] == [expert["id"]]
    assert helper["source"] == "playground"
    assert "thirty days" in answer["outputs"][-1]["content"][0]["text"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("agents: [{name: Ada}]", "agents.0"),
        ("agents: [{name: Ada, model: m, tools: [{type: nope}]}]", "agents.0.tools.0"),
        ("agents: [{name: Ada, model: m, colour: red}]", "agents.0"),
        ("agents: [{name: Ada, model: m, aliases: [Up]}]", "agents.0.aliases.0"),
        ("libraries: [{name: Papers, documents: [{name: a.txt}]}]", "libraries.0.documents.0"),
    ],
)
def test_wrong_section_says_where(tmp_path: Path, text: str, place: str) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(text, "utf-8")
    with pytest.raises(FixtureError, match=place), running(Settings(world_file=world)):
        pass


def test_agents_and_conversations_outlive_the_process(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state.sqlite")
    with running(settings) as server:
        body = {"model": "mistral-small-latest", "name": "Ada"}
        agent = httpx.post(f"{server.base_url}/v1/agents", headers=KEY, json=body).json()
        asked = {"agent_id": agent["id"], "inputs": "Hello."}
        url = f"{server.base_url}/v1/conversations"
        id_ = httpx.post(url, headers=KEY, json=asked).json()["conversation_id"]
        path = f"/v1/conversations/{id_}/history"
        before = httpx.get(server.base_url + path, headers=KEY).json()
    with running(settings) as server:
        assert httpx.get(server.base_url + path, headers=KEY).json() == before
        read = httpx.get(f"{server.base_url}/v1/agents/{agent['id']}", headers=KEY).json()
    assert read == agent
