"""Conversations that go on: start, append, restart; each as one body or as events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_mock import clock, rates
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.completion.messages import brings_something
from mistral_mock.errors import APIError, Problem, invalid, not_found
from mistral_mock.registry import operation, reads
from mistral_mock.replies.asked import read_plain
from mistral_mock.replies.reply import CONVERSATION
from mistral_mock.resources import attachments
from mistral_mock.resources.agents.records import find_agent
from mistral_mock.resources.conversations import (
    actors,
    confirmations,
    entries,
    guardrails,
    libraries,
    messages,
    records,
    streams,
    turns,
)
from mistral_mock.resources.conversations.records import Conversation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.records import Entry

SETTINGS = (
    "instructions",
    "tools",
    "completion_args",
    "guardrails",
    "name",
    "description",
    "metadata",
)


@frozen(kw_only=True)
class Step:
    """What a request makes of a conversation."""

    conversation: Conversation
    kept: list[Entry] = field(factory=list)
    """The entries that are there already, with what the request says about them."""


@operation("beta.conversations.start", answers=CONVERSATION)
def start(ctx: Context) -> Answer | EventStream:
    """Return the answer to the first inputs of a new conversation."""
    conversation = make_conversation(ctx)
    actor = actors.find_actor(ctx, conversation, (), None)
    libraries.check_open(ctx, actor.tools)
    return go_on(ctx, Step(conversation=conversation))


@operation("beta.conversations.append", answers=CONVERSATION)
def append(ctx: Context) -> Answer | EventStream:
    """Return the answer to further inputs, or to decisions about calls."""
    conversation = records.find_conversation(ctx)
    known = records.recall_entries(ctx, conversation.id)
    kept = confirmations.decide(known, ctx.body.get("tool_confirmations"))
    return go_on(ctx, Step(conversation=conversation, kept=kept))


@operation("beta.conversations.restart", answers=CONVERSATION)
def restart(ctx: Context) -> Answer | EventStream:
    """Return the answer to inputs after an earlier entry, in a new conversation.

    The entry itself is kept (our choice), and the old conversation stays as it is. 400 where a call
    waits for a decision at that entry, which this request cannot bring.
    """
    source = records.find_conversation(ctx)
    kept = cut(records.recall_entries(ctx, source.id), ctx.body["from_entry_id"])
    confirmations.check_decided(kept)
    return go_on(ctx, Step(conversation=branch(ctx, source), kept=kept))


@reads("beta.conversations.start", "beta.conversations.append", "beta.conversations.restart")
def show(ctx: Context) -> Mapping[str, Any]:
    """Return the request as a chat: what was said before, the instructions and tools among it."""
    try:
        return show_known(ctx)
    except APIError:
        return read_plain(ctx)


def show_known(ctx: Context) -> Mapping[str, Any]:
    """Return the same for a conversation and an agent that are there.

    Raises:
        APIError: One is not.

    """
    if "conversation_id" in ctx.path:
        conversation = records.find_conversation(ctx)
        known = records.recall_entries(ctx, conversation.id)
        if ctx.body.get("from_entry_id") is not None:
            known = cut(known, ctx.body["from_entry_id"])
    else:
        conversation, known = make_conversation(ctx), []
    actor = actors.find_actor(ctx, conversation, known, ctx.body.get("completion_args"))
    sent = ctx.body.get("inputs")
    said = entries.read_inputs(ctx, sent) if sent else []
    chat = turns.make_body(actor, [*known, *said], ())
    return {**chat, "tools": [*(actor.tools or ()), *(chat.get("tools") or ())]}


def go_on(ctx: Context, step: Step) -> Answer | EventStream:
    """Return the answer to the request in the form that it asks for.

    What it adds is kept unless not.
    """
    conversation, body = step.conversation, ctx.body
    sent = [take_in(ctx, one) for one in entries.read_inputs(ctx, body.get("inputs"))]
    checks = guardrails.find_checks(ctx, conversation)
    judged = guardrails.judge(ctx, checks, "input", read_all(sent)) if sent else []
    turn = turns.Turn(
        ctx=ctx,
        conversation=conversation,
        known=[*step.kept, *sent],
        asked=body.get("completion_args"),
        hands_over=body.get("handoff_execution") != "client",
    )
    moment = clock.spell(ctx.clock.stamp())
    turns.answer(turn)
    try:
        judged += guardrails.judge(ctx, checks, "output", read_all(turn.outputs))
    except APIError as error:
        return refuse(ctx, conversation, moment, error)
    if ctx.given is not None and ctx.path.get("conversation_id") != conversation.id:
        ctx.given.carry_over(conversation.id)
    if body.get("store") is not False:
        keep(ctx, conversation, turn.all)
    return tell(ctx, turn, moment, judged)


def take_in(ctx: Context, entry: Entry) -> Entry:
    """Return a request entry; what a user's message brings is read now, for all later turns.

    Raises:
        APIError: 400, something cannot be had, or is not what it should be.

    """
    if not (entries.is_question(entry) and brings_something(entry["content"])):
        return entry
    return {**entry, records.READ: attachments.read_content(ctx, entry["content"])}


def tell(
    ctx: Context, turn: turns.Turn, moment: str, judged: list[dict[str, Any]]
) -> Answer | EventStream:
    """Return the answer as one body, or as events."""
    id_, usage = turn.conversation.id, turn.usage.as_json()
    spent = ctx.spend(rates.TOKENS, turn.usage.total_tokens)
    if ctx.body.get("stream"):
        return EventStream(streams.spell(streams.tell(id_, moment, turn.outputs, usage)))
    found = {"conversation_id": id_, "outputs": turn.outputs, "usage": usage}
    body = {"object": "conversation.response", **found, "guardrails": judged or None}
    return json_answer(body, headers=spent)


def refuse(ctx: Context, conversation: Conversation, moment: str, error: APIError) -> EventStream:
    """Return an answer that may not be given: an event where there are events.

    Raises:
        APIError: The error itself, where the answer is one body.

    """
    if not ctx.body.get("stream"):
        raise error
    message = str(error.answer().body, "utf-8")
    return EventStream(streams.spell(streams.fail(conversation.id, moment, message, error.status)))


def make_conversation(ctx: Context) -> Conversation:
    """Return the conversation that a request starts; it is not kept yet.

    Raises:
        APIError: 422, the body names no model and no agent, or both, or an agent or a version
            that is not there (our choice).

    """
    model, agent_id = ctx.body.get("model"), ctx.body.get("agent_id")
    if (model is None) == (agent_id is None):
        message = "Name either a model or an agent"
        raise invalid(Problem(("body",), message, input={"model": model, "agent_id": agent_id}))
    if agent_id is not None:
        check_agent(ctx, agent_id, ctx.body.get("agent_version"))
    moment = ctx.clock.stamp()
    return Conversation(
        id=ctx.ids.prefixed("conv_", moment),
        workspace_id=ctx.caller.workspace_id,
        created_at=moment,
        updated_at=moment,
        model=model,
        agent_id=agent_id,
        agent_version=None if agent_id is None else ctx.body.get("agent_version"),
        **{name: ctx.body.get(name) for name in SETTINGS},
    )


def check_agent(ctx: Context, agent_id: str, version: int | str | None) -> None:
    """Pass when a conversation can be held with the agent in this version.

    Raises:
        APIError: 422, the agent or its version is not there.

    """
    try:
        find_agent(ctx, agent_id, version)
    except APIError as error:
        named = {"agent_id": agent_id, "agent_version": version}
        problem = Problem(("body", "agent_id"), "Agent or version not found", input=named)
        raise invalid(problem) from error


def branch(ctx: Context, source: Conversation) -> Conversation:
    """Return a new conversation like another one, with what the request says instead."""
    moment = ctx.clock.stamp()
    said = {name: ctx.body.get(name) for name in ("guardrails", "metadata", "agent_version")}
    if source.agent_id is None:
        said["agent_version"] = None
    changes = {name: value for name, value in said.items() if value is not None}
    id_ = ctx.ids.prefixed("conv_", moment)
    return evolve(source, id=id_, created_at=moment, updated_at=moment, **changes)


def cut(known: list[Entry], entry_id: str) -> list[Entry]:
    """Return the entries up to one of them, that one included.

    Raises:
        APIError: 404, the conversation has no such entry (our choice).

    """
    for place, entry in enumerate(known):
        if entry["id"] == entry_id:
            return known[: place + 1]
    raise not_found("Entry not found")


def keep(ctx: Context, conversation: Conversation, known: list[Entry]) -> None:
    """Store the conversation with all its entries."""
    updated = evolve(conversation, updated_at=ctx.clock.stamp())
    ctx.table(Conversation).put(updated)
    records.keep_entries(ctx, conversation.id, known)


def read_all(said: list[Entry]) -> str:
    """Return the text of all messages, for the guardrails."""
    return "\n".join(
        messages.read_text(entry) for entry in said if entry["type"] in entries.MESSAGES
    )
