"""Defects of chats by agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

COMPLETE = "agents.complete"

REQUEST = "resources.agents_completions:make_request"
HANDLER = "resources.agents_completions:complete"


@mutant("agents-completions.object-is-agent", COMPLETE, place="completion.bodies:make_body")
def object_is_agent(make_body: Part) -> Part:
    """A completion calls itself an agent."""
    return lambda *given: {**make_body(*given), "object": "agent"}


@mutant("agents-completions.model-is-the-first", COMPLETE, place=REQUEST)
def model_is_the_first(make_request: Part) -> Part:
    """Another model than the agent's answers."""
    return lambda agent, body: {**make_request(agent, body), "model": "mistral-large-latest"}


@mutant(
    "agents-completions.instructions-are-unread",
    COMPLETE,
    place="resources.agents_completions:make_instructions",
)
def instructions_are_unread(_make_instructions: Part) -> Part:
    """The agent's instructions are left out."""
    return lambda _agent: []


@mutant(
    "agents-completions.version-is-the-first",
    COMPLETE,
    place="resources.agents_completions:find_agent",
)
def version_is_the_first(find_agent: Part) -> Part:
    """The agent answers as it was made, whatever was changed since."""
    return lambda ctx, agent_id: find_agent(ctx, agent_id, 0)


@mutant("agents-completions.tools-are-left-out", COMPLETE, place=REQUEST)
def tools_are_left_out(make_request: Part) -> Part:
    """The agent's own tools are left out."""

    def defect(agent: Part, body: Part) -> Part:
        asked = make_request(agent, body)
        return {**asked, "tools": [], "tool_choice": "none"}

    return defect


@mutant("agents-completions.agent-knows-better", COMPLETE, place=REQUEST)
def agent_knows_better(make_request: Part) -> Part:
    """What the request says about lengths is ignored."""
    return lambda agent, body: {**make_request(agent, body), "max_tokens": 50}


@mutant("agents-completions.stream-is-another-answer", COMPLETE, place=REQUEST)
def stream_is_another_answer(make_request: Part) -> Part:
    """A stream answers another seed than the one that was asked for."""

    def defect(agent: Part, body: Part) -> Part:
        seed = 12 if body.get("stream") else body.get("random_seed")
        return {**make_request(agent, body), "random_seed": seed}

    return defect


@mutant("agents-completions.absent-agent-answers", COMPLETE, place=HANDLER)
def absent_agent_answers(complete: Part) -> Part:
    """An agent that is not there answers nothing, with 200."""

    def defect(ctx: Part) -> Part:
        try:
            return complete(evolve(ctx))
        except APIError:
            return json_answer({"object": "chat.completion", "choices": []})

    return defect


@mutant(
    "agents.newest-version-completes", COMPLETE, place="resources.agents_completions:find_agent"
)
def newest_version_completes(find_agent: Part) -> Part:
    """Completions are of the version that was made last, not of the current one."""

    def defect(ctx: Part, agent_id: Part) -> Part:
        current = find_agent(ctx, agent_id)
        return ctx.table(type(current)).children(current.parent_id)[-1]

    return defect
