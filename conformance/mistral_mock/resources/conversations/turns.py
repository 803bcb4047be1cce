"""One answer of a conversation: handovers, runs of tools, calls of functions, the message.

The whole answer is made at once; an event stream (`streams.py`) tells the same, piece by piece.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import define, field

from mistral_mock.completion.request import read_request
from mistral_mock.completion.tools import calls_by_itself
from mistral_mock.completion.usage import count_prompt
from mistral_mock.resources import scripted, tuned_models
from mistral_mock.resources.conversations import (
    actors,
    contents,
    entries,
    handoffs,
    messages,
    tools,
)
from mistral_mock.resources.conversations.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.completion.engine import Choice
    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.actors import Actor
    from mistral_mock.resources.conversations.findings import Finding
    from mistral_mock.resources.conversations.records import Conversation, Entry
    from mistral_mock.resources.conversations.tools import Run


@define(kw_only=True)
class Turn:
    """An answer in the making."""

    ctx: Context
    conversation: Conversation
    known: Sequence[Entry]
    """What the conversation holds, the request's own entries included."""
    asked: Mapping[str, Any] | None = None
    """Completion arguments of the request alone."""
    hands_over: bool = True
    """Handovers are carried out by the service."""
    outputs: list[Entry] = field(factory=list)
    usage: Usage = field(factory=Usage)

    @property
    def all(self) -> list[Entry]:
        """What was known, and what is new."""
        return [*self.known, *self.outputs]


def answer(turn: Turn) -> None:
    """Fill in the outputs and the usage.

    Raises:
        APIError: 400, there is nothing to answer, the model is unknown, or a function lacks its
            result; 404, the agent is not there.

    """
    actor = actors.find_actor(turn.ctx, turn.conversation, turn.known, turn.asked)
    if turn.ctx.given is not None:
        recite(turn, actor, turn.ctx.given.answer)
        return
    place = entries.find_question(turn.known, through_results=True)
    question = "" if place is None else messages.read_text(turn.known[place])
    while place is not None and not entries.needs_decision(turn.all[-1]):
        if calls_own_function(turn, actor):
            break
        successor = handoffs.choose(turn.ctx, actor, question, turn.all[place:])
        if successor is None:
            break
        turn.outputs.append(handoffs.record(turn.ctx, actor, successor, complete=turn.hands_over))
        if not turn.hands_over:
            return
        actor = actors.find_actor(turn.ctx, turn.conversation, turn.all, turn.asked)
    fresh = turn.outputs or entries.find_question(turn.known) is not None
    due = tools.find_due(actor, question) if fresh else []
    speak(turn, actor, due, messages_of=place)


def calls_own_function(turn: Turn, actor: Actor) -> bool:
    """Say whether the actor has a function for the question: it is called before any takeover."""
    if not (actor.handoffs and tools.find_functions(actor)):
        return False
    model = tuned_models.demand_chat_model(turn.ctx, actor.model)
    return calls_by_itself(read_request(make_body(actor, turn.known, ()), model))


def recite(turn: Turn, actor: Actor, answer: Mapping[str, Any]) -> None:
    """Fill in what a reply says: entries, or calls or a message of the model."""
    model = tuned_models.demand_chat_model(turn.ctx, actor.model)
    body = make_body(actor, turn.known, ())
    if "entries" in answer:
        turn.usage.prompt_tokens += count_prompt(read_request(body, model))
        for said in answer["entries"]:
            recite_entry(turn, actor, said)
        return
    completion = scripted.complete(turn.ctx, body, model)
    choice, spent = completion.choices[0], turn.usage.completion_tokens
    turn.usage.prompt_tokens += completion.prompt_tokens
    if choice.content or choice.thinking or not choice.calls:
        say(turn, actor, choice, ())
    if choice.calls:
        call_functions(turn, actor, choice)
    turn.usage.completion_tokens = spent + completion.completion_tokens


def recite_entry(turn: Turn, actor: Actor, said: Mapping[str, Any]) -> None:
    """Add an entry that a reply says, and what it costs."""
    fields = {name: one for name, one in said.items() if name != "type"}
    if said["type"] == entries.OUTPUT:
        turn.usage.completion_tokens += contents.count(fields["content"])
        entry = entries.begin(turn.ctx, entries.OUTPUT, actor, role="assistant", **fields)
        turn.outputs.append(entries.end(turn.ctx, entry))
        return
    fields = spell_arguments(fields)
    turn.usage.completion_tokens += contents.count(fields["arguments"])
    if said["type"] == entries.CALL:
        add_call(turn, actor, id_=turn.ctx.ids.call_id(), **fields)
        return
    turn.usage.count_run(fields["name"], contents.count(json.dumps(fields.get("info", {}))))
    entry = entries.begin(turn.ctx, entries.EXECUTION, actor, **fields)
    turn.outputs.append(entries.end(turn.ctx, entry))


def spell_arguments(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a call, its arguments as text."""
    arguments = fields["arguments"]
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {**fields, "arguments": text}


def speak(turn: Turn, actor: Actor, due: Sequence[Run], messages_of: int | None) -> None:
    """Do the actor's part: calls of functions, or the runs that are due and the message."""
    model = tuned_models.demand_chat_model(turn.ctx, actor.model)
    completion = scripted.complete(turn.ctx, make_body(actor, turn.known, due), model)
    choice = completion.choices[0]
    turn.usage.prompt_tokens += completion.prompt_tokens
    if choice.calls:
        call_functions(turn, actor, choice)
        return
    decided = match_decisions(due, turn.known[messages_of or 0 :])
    waiting = [run for run, may_run in decided if may_run is None]
    if waiting:
        ask_for_decisions(turn, actor, waiting)
        return
    findings = [run_tool(turn, actor, run) for run, may_run in decided if may_run]
    say(turn, actor, choice, findings)


def make_body(actor: Actor, known: Sequence[Entry], due: Sequence[Run]) -> dict[str, Any]:
    """Return the chat request that stands for the actor's part."""
    functions = tools.find_functions(actor)
    arguments = {name: value for name, value in actor.arguments.items() if value is not None}
    if due and not functions:
        arguments.pop("tool_choice", None)  # the service's own tools satisfy any demand
    said = messages.make_messages(actor, known)
    return {**arguments, "model": actor.model, "messages": said, "tools": functions}


def call_functions(turn: Turn, actor: Actor, choice: Choice) -> None:
    """Call that are left to the caller."""
    turn.usage.completion_tokens += choice.generated
    for call in choice.calls:
        add_call(turn, actor, name=call.name, arguments=call.arguments, id_=call.id)


def add_call(
    turn: Turn, actor: Actor, *, name: str, arguments: str, id_: str, status: str | None = None
) -> None:
    """Add the entry of a call."""
    entry = entries.begin(
        turn.ctx,
        entries.CALL,
        actor,
        tool_call_id=id_,
        name=name,
        arguments=arguments,
        confirmation_status=status,
    )
    turn.outputs.append(entries.end(turn.ctx, entry))


def match_decisions(due: Sequence[Run], known: Sequence[Entry]) -> list[tuple[Run, bool | None]]:
    """Return the runs, each with the decision about its own call since the question.

    None says that a person has to decide first. Runs alike take their calls in order.
    """
    calls = [entry for entry in known if entries.needs_decision(entry)]
    decided: list[tuple[Run, bool | None]] = []
    for run in due:
        asked = {"name": run.name, "arguments": run.arguments}
        call = next((each for each in calls if asked.items() <= each.items()), None)
        if call is None:
            decided.append((run, None if run.waits else True))
            continue
        calls.remove(call)
        decided.append((run, call["confirmation_status"] == entries.ALLOWED))
    return decided


def ask_for_decisions(turn: Turn, actor: Actor, waiting: Sequence[Run]) -> None:
    """Call of tools that a person has to allow first."""
    for run in waiting:
        id_, said = turn.ctx.ids.call_id(), run.arguments
        add_call(turn, actor, name=run.name, arguments=said, id_=id_, status=entries.PENDING)
        turn.usage.completion_tokens += contents.count(said)


def run_tool(turn: Turn, actor: Actor, run: Run) -> Finding:
    """Run a tool and add its entry (conversations.tool-before-message)."""
    entry = entries.begin(
        turn.ctx, entries.EXECUTION, actor, name=run.name, arguments=run.arguments
    )
    finding = tools.perform(turn.ctx, run)
    turn.usage.count_run(run.name, finding.tokens)
    turn.outputs.append(entries.end(turn.ctx, entry, info=dict(finding.info)))
    return finding


def say(turn: Turn, actor: Actor, choice: Choice, findings: Sequence[Finding]) -> None:
    """Add the message; JSON stays as the engine made it."""
    used = findings if actor.format == "text" else ()
    content = contents.compose(choice, used, actor.arguments)
    turn.usage.completion_tokens += contents.count(content) if used else choice.generated
    entry = entries.begin(turn.ctx, entries.OUTPUT, actor, role="assistant", content=content)
    turn.outputs.append(entries.end(turn.ctx, entry))
