"""Chat by an agent: its model, instructions and tools answer, in one piece and as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import chat_model, first_choice, text_of
from mistral_conformance.rules.common.readings import within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.talks import make_agent
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

COMPLETE = "agents.complete"
UPDATE = "beta.agents.update"
DELETE = "beta.agents.delete"
QUESTION = "Write one short sentence about the river Seine."


@rule(
    id="agents-completions.agent-answers",
    level=MUST,
    source="document: agents.complete (ChatCompletionResponse)",
    operations=(COMPLETE,),
)
def agent_answers(ctx: Context) -> None:
    """An agent answers one choice: a text by the assistant, with usage that adds up."""
    answer = _ask(ctx, make_agent(ctx)["id"])
    expect_equal(ctx, answer["object"], "chat.completion", "object", answer)
    choice = first_choice(ctx, answer)
    expect_equal(ctx, within(choice, "message", "role"), "assistant", "the role", answer)
    ctx.expect(text_of(choice), "the answer has no text", answer)
    used = answer["usage"]
    total = used["prompt_tokens"] + used["completion_tokens"]
    expect_equal(ctx, used["total_tokens"], total, "total_tokens", answer)


@rule(
    id="agents-completions.model-is-the-agents",
    level=SHOULD,
    source="choices.agents-completions-model-is-the-agents",
    operations=(COMPLETE,),
)
def model_is_the_agents(ctx: Context) -> None:
    """The answer names the agent's model."""
    answer = _ask(ctx, make_agent(ctx)["id"])
    expect_equal(ctx, answer["model"], chat_model(ctx), "model", answer)


@rule(
    id="agents-completions.instructions-are-read",
    level=SHOULD,
    source=("document: Agent.instructions; choices.agents-completions-instructions-are-read"),
    operations=(COMPLETE, UPDATE),
)
def instructions_are_read(ctx: Context) -> None:
    """Instructions cost tokens of the prompt, from the update that brings them on."""
    agent = make_agent(ctx)["id"]
    before = _ask(ctx, agent)
    told = {"instructions": "Answer in the words of a captain who knows every bridge of Paris."}
    ctx.need(ctx.api.call(UPDATE, agent_id=agent, json=told), 200)
    after = _ask(ctx, agent)
    costs = [each.at("usage.prompt_tokens") for each in (before, after)]
    ctx.expect(costs[1] > costs[0], f"prompts cost {costs}", before, after)


@rule(
    id="agents-completions.absent-agents-are-refused",
    level=MUST,
    source="errors.not-found; choices.agents-completions-absent-agents-are-refused",
    operations=(COMPLETE, DELETE),
)
def absent_agents_are_refused(ctx: Context) -> None:
    """An agent that never was answers nothing, nor does one that was deleted."""
    never = _send(ctx, ctx.marker.name("no-such-agent"))
    expect_refused(ctx, never, "an unknown agent")
    agent = make_agent(ctx)["id"]
    ctx.need(ctx.api.call(DELETE, agent_id=agent), 200, 204)
    expect_refused(ctx, _send(ctx, agent), "a deleted agent")


def _ask(ctx: Context, agent_id: str, words: str = QUESTION, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """The agent's answer; anything but 200 breaks the rule that asks."""
    return ctx.expect_status(_send(ctx, agent_id, words, **fields), 200)


def _send(ctx: Context, agent_id: str, words: str = QUESTION, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """The answer to a message for the agent, whatever it is."""
    sent = {
        "agent_id": agent_id,
        "messages": [{"role": "user", "content": words}],
        "random_seed": 11,
        **fields,
    }
    return ctx.api.call(COMPLETE, json=sent)
