"""The section `agents` of fixture worlds: agents as requests make them, with aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.answers import JSON
from mistral_mock.fixtures import FixtureError
from mistral_mock.registry import section
from mistral_mock.resources.agents.crud import complete_content
from mistral_mock.resources.agents.records import Agent, AgentAlias, AgentVersion, child_id

if TYPE_CHECKING:
    from mistral_mock.fixtures import Seeding

TEXT = {"type": "string", "minLength": 1}
OWN = ("deployment_chat", "source", "aliases")
"""What a fixture has beside the fields of a request."""
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "model"],
        "properties": {
            "name": TEXT,
            "model": TEXT,
            "deployment_chat": {"type": "boolean"},
            "source": TEXT,
            "aliases": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[a-z]([a-z0-9_-]*[a-z0-9])?$"},
            },
            "handoffs": {"type": "array", "items": TEXT, "minItems": 1},
        },
    },
}
"""The rest is that of `POST /v1/agents`, with names of agents and libraries in place of ids."""


@section("agents", SECTION_SCHEMA)
def load_agents(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put agents of the first key's workspace into the world, each in its version 0.

    Raises:
        FixtureError: An agent is none that a request could make.

    """
    for place, each in enumerate(data):
        body = read_body(seeding, each)
        check(seeding, place, body)
        put_agent(seeding, each, body)


def read_body(seeding: Seeding, data: dict[str, Any]) -> dict[str, Any]:
    """Return the request that would make the agent."""
    body = {name: value for name, value in data.items() if name not in OWN}
    if "handoffs" in body:
        body["handoffs"] = [make_id(seeding, name) for name in body["handoffs"]]
    if isinstance(body.get("tools"), list):
        body["tools"] = [read_tool(seeding, tool) for tool in body["tools"]]
    return body


def read_tool(seeding: Seeding, tool: Any) -> Any:  # noqa: ANN401 - checked with the whole request
    """Return a tool with the ids of the libraries that it names."""
    if not isinstance(tool, dict) or not isinstance(tool.get("library_ids"), list):
        return tool
    return {**tool, "library_ids": [seeding.uuid("library", str(x)) for x in tool["library_ids"]]}


def check(seeding: Seeding, place: int, body: dict[str, Any]) -> None:
    """Pass when a request with this body could make the agent.

    Raises:
        FixtureError: The document refuses it; the message says where and why.

    """
    operation, _ = seeding.world.router.find("POST", "/v1/agents", "")
    for problem in operation.bodies[JSON].problems(body, ()):
        where = ".".join(map(str, ("agents", place, *problem.loc)))
        raise FixtureError(f"{where}: {problem.msg}")


def put_agent(seeding: Seeding, data: dict[str, Any], body: dict[str, Any]) -> None:
    """Put the agent, its one version and its aliases; its id follows from its name."""
    moment, id_ = seeding.stamp(), make_id(seeding, data["name"])
    seeding.table(Agent).put(
        Agent(
            id=id_,
            workspace_id=seeding.owner.workspace_id,
            created_at=moment,
            updated_at=moment,
            current=0,
            deployment_chat=data.get("deployment_chat", False),
            source=data.get("source", "api"),
        )
    )
    content = complete_content(body)
    version = AgentVersion(id=child_id(id_, 0), agent_id=id_, version=0, made_at=moment, **content)
    seeding.table(AgentVersion).put(version)
    for alias in data.get("aliases", ()):
        put_alias(seeding, id_, alias)


def put_alias(seeding: Seeding, agent_id: str, alias: str) -> None:
    """Put an alias of version 0."""
    moment = seeding.stamp()
    made = AgentAlias(
        id=child_id(agent_id, alias),
        agent_id=agent_id,
        alias=alias,
        version=0,
        created_at=moment,
        updated_at=moment,
    )
    seeding.table(AgentAlias).put(made)


def make_id(seeding: Seeding, name: str) -> str:
    """Return the id of the agent with this name; an id stays as it is."""
    if name.startswith("ag_"):
        return name
    return f"ag_{seeding.uuid('agent', name).replace('-', '')}"
