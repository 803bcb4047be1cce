"""Defects of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import talks as op
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError
from mistral_mock.resources.conversations import entries, records
from mistral_mock.resources.conversations.records import StoredEntry
from mistral_mock.resources.files import UPLOADED

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

TALKS = "resources.conversations.talks"
CRUD = "resources.conversations.crud"
RECORDS = "resources.conversations.records"
TURNS = "resources.conversations.turns"
UPDATE_AGENT = "beta.agents.update"
MOST_HANDOVERS = 10


@mutant(
    "conversations.answers-say-nothing", op.START, place="resources.conversations.contents:compose"
)
def answers_say_nothing(_compose: Part) -> Part:
    """Messages of the model are empty."""
    return lambda _said, _findings, _arguments: ""


@mutant("conversations.inputs-are-not-kept", op.START, op.HISTORY, place=f"{RECORDS}:keep_entries")
def inputs_are_not_kept(keep_entries: Part) -> Part:
    """The history has the outputs alone."""

    def defect(ctx: Part, conversation_id: str, known: Part) -> None:
        outputs = [each for each in known if each["type"] != "message.input"]
        keep_entries(ctx, conversation_id, outputs)

    return defect


@mutant("conversations.late-entries-are-in-another-order", op.HISTORY, place=f"{CRUD}:get_history")
def late_entries_are_in_another_order(get_history: Part) -> Part:
    """The entries of the history are sorted by their numbers, which are texts: 1, 10, 2."""

    def change(found: Part) -> Part:
        entries = found["entries"]
        order = sorted(range(len(entries)), key=lambda number: str(number + 1))
        return {**found, "entries": [entries[number] for number in order]}

    return edited(get_history, change)


@mutant("conversations.messages-are-all", op.MESSAGES, place=f"{CRUD}:get_messages")
def messages_are_all(get_messages: Part) -> Part:
    """The list of messages ends before the last one."""
    return edited(get_messages, lambda found: {**found, "messages": found["messages"][:-1]})


@mutant("conversations.append-starts-anew", op.APPEND, place=f"{RECORDS}:recall_entries")
def append_starts_anew(recall_entries: Part) -> Part:
    """Appending forgets what was there."""

    def defect(ctx: Part, conversation_id: str) -> Part:
        return [] if ctx.operation_id == op.APPEND else recall_entries(ctx, conversation_id)

    return defect


@mutant("conversations.pages-count-from-one", op.LIST_CONVERSATIONS, place="pages:slice_page")
def pages_count_from_one(slice_page: Part) -> Part:
    """Pages count from 1."""
    return lambda found, page, size: slice_page(found, max(page - 1, 0), size)


@mutant(
    "conversations.version-is-ignored", op.START, place="resources.conversations.actors:find_agent"
)
def version_is_ignored(find_agent: Part) -> Part:
    """An agent answers in its current version, whichever is asked for."""
    return lambda ctx, agent_id, _version=None: find_agent(ctx, agent_id)


@mutant(
    "conversations.version-holds-for-one-turn",
    op.APPEND,
    place="resources.conversations.actors:find_agent",
)
def version_holds_for_one_turn(find_agent: Part) -> Part:
    """A conversation goes on with the current version of its agent, whichever it began with."""

    def defect(ctx: Part, agent_id: str, version: Part = None) -> Part:
        return find_agent(ctx, agent_id, None if "conversation_id" in ctx.path else version)

    return defect


@mutant("conversations.restart-keeps-all", op.RESTART, op.HISTORY, place=f"{TALKS}:cut")
def restart_keeps_all(cut: Part) -> Part:
    """A restart keeps all entries of the old conversation."""

    def defect(known: Part, entry_id: str) -> Part:
        cut(known, entry_id)
        return known

    return defect


@mutant("conversations.unknown-entries-are-the-last", op.RESTART, place=f"{TALKS}:cut")
def unknown_entries_are_the_last(cut: Part) -> Part:
    """A restart from an entry that is not there begins after the last one."""

    def defect(known: Part, entry_id: str) -> Part:
        return cut(known, entry_id if entry_id in {e["id"] for e in known} else known[-1]["id"])

    return defect


@mutant("conversations.restart-goes-on", op.RESTART, op.HISTORY, place=f"{TALKS}:branch")
def restart_goes_on(_branch: Part) -> Part:
    """A restart changes the old conversation."""
    return lambda _ctx, source: source


@mutant(
    "conversations.first-arguments-win",
    op.START,
    op.APPEND,
    op.RESTART,
    place="resources.conversations.actors:find_actor",
)
def first_arguments_win(find_actor: Part) -> Part:
    """The arguments that a conversation began with win over those of a turn or a restart."""

    def defect(ctx: Part, conversation: Part, known: Part, asked: Part) -> Part:
        begun = conversation.completion_args
        return find_actor(ctx, conversation, known, {**(asked or {}), **begun} if begun else asked)

    return defect


@mutant("conversations.restart-fills-up-notes", op.RESTART, place=f"{TALKS}:branch")
def restart_fills_up_notes(branch: Part) -> Part:
    """A restart keeps those notes of the old conversation that its own request does not name."""

    def defect(ctx: Part, source: Part) -> Part:
        made = branch(ctx, source)
        return evolve(made, metadata={**(source.metadata or {}), **(made.metadata or {})} or None)

    return defect


@mutant("conversations.everything-is-stored", op.START, op.APPEND, place=f"{TALKS}:go_on")
def everything_is_stored(go_on: Part) -> Part:
    """`store: false` is ignored."""
    return lambda ctx, step: go_on(evolve(ctx, body={**ctx.body, "store": True}), step)


@mutant("conversations.ghost-agents-are-fine", op.START, place=f"{TALKS}:start")
def ghost_agents_are_fine(start: Part) -> Part:
    """A conversation that cannot start seems to."""

    def defect(ctx: Part) -> Part:
        try:
            return start(ctx)
        except APIError:
            return json_answer({})

    return defect


@mutant("conversation-tools.arguments-are-empty", op.START, place=f"{TURNS}:add_call")
def arguments_are_empty(add_call: Part) -> Part:
    """Functions are called without arguments."""
    return lambda turn, actor, **call: add_call(turn, actor, **{**call, "arguments": "{}"})


@mutant(
    "conversation-tools.results-are-forgotten",
    op.APPEND,
    place="resources.conversations.messages:make_messages",
)
def results_are_forgotten(make_messages: Part) -> Part:
    """The model does not see what functions returned."""

    def defect(actor: Part, known: Part) -> Part:
        said = make_messages(actor, known)
        return [{**each, "content": ""} if each["role"] == "tool" else each for each in said]

    return defect


@mutant("conversation-tools.stray-results-are-fine", op.APPEND, place=f"{TALKS}:append")
def stray_results_are_fine(append: Part) -> Part:
    """What cannot be appended seems to be."""

    def defect(ctx: Part) -> Part:
        try:
            return append(ctx)
        except APIError as error:
            if error.status != 400:
                raise
            return json_answer({})

    return defect


@mutant("conversation-tools.refused-input-is-kept", op.APPEND, place=f"{TURNS}:answer")
def refused_input_is_kept(answer: Part) -> Part:
    """What a refused request sent stands in the history."""

    def defect(turn: Part) -> None:
        ctx, id_ = turn.ctx, turn.conversation.id
        for place, body in enumerate(turn.known):
            stored = StoredEntry(id=f"{id_}:{place}", conversation_id=id_, body=body)
            ctx.table(StoredEntry).put(stored)
        answer(turn)

    return defect


@mutant(
    "conversation-tools.runs-are-not-counted",
    op.START,
    place="resources.conversations.usage:Usage.count_run",
)
def runs_are_not_counted(_count_run: Part) -> Part:
    """The usage does not count runs of tools."""
    return lambda _usage, _name, _tokens: None


@mutant(
    "conversation-tools.tools-run-anyway",
    op.START,
    place="resources.conversations.tools:find_due",
)
def tools_run_anyway(find_due: Part) -> Part:
    """Tools run whatever `tool_choice` says."""
    return lambda actor, question: find_due(evolve(actor, arguments={}), question)


@mutant(
    "conversation-tools.nobody-is-asked",
    op.START,
    place="resources.conversations.tools:Run.waits",
)
def nobody_is_asked(_waits: Part) -> Part:
    """A tool that needs confirmation runs without."""
    return property(lambda _run: False)


@mutant(
    "conversation-tools.excluded-tool-runs",
    op.START,
    place="resources.conversations.tools:is_offered",
)
def excluded_tool_runs(is_offered: Part) -> Part:
    """A tool runs though its configuration excludes its functions."""

    def defect(tool: Part) -> Part:
        limits = {**(tool.get("tool_configuration") or {}), "exclude": None}
        return is_offered({**tool, "tool_configuration": limits})

    return defect


@mutant("conversation-tools.denied-tool-runs", op.APPEND, place=f"{TURNS}:match_decisions")
def denied_tool_runs(match_decisions: Part) -> Part:
    """A tool that was denied runs all the same."""
    return lambda due, known: [
        (run, None if may_run is None else True) for run, may_run in match_decisions(due, known)
    ]


@mutant(
    "conversation-tools.decisions-about-nothing",
    op.APPEND,
    place="resources.conversations.confirmations:decide",
)
def decisions_about_nothing(decide: Part) -> Part:
    """Decisions about calls that do not wait are ignored; the last question is answered again."""

    def defect(known: Part, sent: Part) -> Part:
        waiting = {each.get("tool_call_id") for each in known}
        real = [each for each in sent or () if each["tool_call_id"] in waiting]
        kept = decide(known, real)
        return kept[:1] if len(real) < len(sent or ()) else kept

    return defect


@mutant("conversation-tools.image-looks-uploaded", op.START, place="resources.files:MADE")
def image_looks_uploaded(_made: Part) -> Part:
    """What the service draws is told to have been uploaded."""
    return UPLOADED


@mutant(
    "conversation-tools.image-is-empty", op.START, place="resources.conversations.images:make_png"
)
def image_is_empty(_make_png: Part) -> Part:
    """A picture has no bytes."""
    return lambda _prompt: b""


@mutant(
    "conversation-tools.heir-is-forgotten",
    *(op.START, op.APPEND),
    place="resources.conversations.actors:find_heir",
)
def heir_is_forgotten(find_heir: Part) -> Part:
    """Who took over answers once only."""

    def defect(known: Part) -> Part:
        return None if known[-1]["type"] == "message.input" else find_heir(known)

    return defect


@mutant(
    "conversation-tools.question-goes-in-circles",
    *(op.START, UPDATE_AGENT),
    place="resources.conversations.handoffs:choose",
)
def question_goes_in_circles(choose: Part) -> Part:
    """A question comes back to who has handed it over, until the service has had enough."""

    def defect(ctx: Part, actor: Part, question: str, passed: Part) -> Part:
        if len(passed) > MOST_HANDOVERS:
            raise APIError(500, {"object": "error", "message": "Too many handovers"})
        return choose(ctx, actor, question, ())

    return defect


@mutant(
    "conversation-tools.service-always-hands-over",
    op.START,
    place=f"{TURNS}:answer",
)
def service_always_hands_over(answer: Part) -> Part:
    """The service carries out handovers that are left to the client."""

    def defect(turn: Part) -> None:
        turn.hands_over = True
        answer(turn)

    return defect


@mutant("conversations.arguments-stick", op.APPEND, place=f"{TALKS}:keep")
def arguments_stick(keep: Part) -> Part:
    """What one turn says about its answer holds for all turns after it."""

    def defect(ctx: Part, conversation: Part, known: Part) -> None:
        own = {**(conversation.completion_args or {}), **(ctx.body.get("completion_args") or {})}
        keep(ctx, evolve(conversation, completion_args=own or None), known)

    return defect


@mutant("conversations.refused-turn-is-kept", op.APPEND, op.HISTORY, place=f"{TALKS}:go_on")
def refused_turn_is_kept(go_on: Part) -> Part:
    """What nobody answered stands in the history."""

    def defect(ctx: Part, step: Part) -> Part:
        try:
            return go_on(ctx, step)
        except APIError as refusal:
            said = entries.read_inputs(ctx, ctx.body.get("inputs"))
            records.keep_entries(ctx, step.conversation.id, [*step.kept, *said])
            return refusal.answer()

    return defect


@mutant(
    "conversations.chunks-are-flattened", op.START, place="resources.conversations.entries:complete"
)
def chunks_are_flattened(complete: Part) -> Part:
    """Pictures are left out of messages."""

    def defect(ctx: Part, sent: Part) -> Part:
        content = sent.get("content")
        if isinstance(content, list):
            sent = {**sent, "content": [each for each in content if "text" in each]}
        return complete(ctx, sent)

    return defect


@mutant(
    "conversations.agents-guardrails-are-ignored",
    op.START,
    place="resources.conversations.guardrails:find_checks",
)
def agents_guardrails_are_ignored(find_checks: Part) -> Part:
    """The guardrails of agents check nothing."""
    return lambda ctx, talk: [] if talk.agent_id else find_checks(ctx, talk)


@mutant(
    "conversations.guardrails-check-the-first-turn",
    op.APPEND,
    place="resources.conversations.guardrails:find_checks",
)
def guardrails_check_the_first_turn(find_checks: Part) -> Part:
    """What is appended is checked by no guardrail."""
    return lambda ctx, talk: [] if ctx.operation_id == op.APPEND else find_checks(ctx, talk)


@mutant(
    "conversations.branches-are-not-checked",
    op.RESTART,
    place="resources.conversations.talks:branch",
)
def branches_are_not_checked(branch: Part) -> Part:
    """A branch has no guardrails but those of its request."""
    return lambda ctx, talk: branch(ctx, evolve(talk, guardrails=None))


@mutant(
    "conversations.branches-forget-their-tools",
    op.RESTART,
    place="resources.conversations.talks:branch",
)
def branches_forget_their_tools(branch: Part) -> Part:
    """A branch has no tools of its own, and not those of the conversation."""
    return lambda ctx, talk: branch(ctx, evolve(talk, tools=()))


@mutant(
    "conversation-tools.first-decision-is-for-all",
    op.APPEND,
    place="resources.conversations.confirmations:settle",
)
def first_decision_is_for_all(settle: Part) -> Part:
    """The first decision is taken for all calls."""

    def defect(entry: Part, decisions: Part) -> Part:
        return settle(entry, dict.fromkeys(decisions, next(iter(decisions.values()), None)))

    return defect


@mutant(
    "conversations.blocks-let-pass",
    op.START,
    place="resources.conversations.guardrails:Check.exceeds",
)
def blocks_let_pass(_exceeds: Part) -> Part:
    """No text is above a threshold."""
    return lambda _check, _category: False


@mutant(
    "conversations.instructions-are-unread",
    op.START,
    place="resources.conversations.messages:make_messages",
)
def instructions_are_unread(make_messages: Part) -> Part:
    """The model does not get the instructions."""
    return lambda actor, known: [
        each for each in make_messages(actor, known) if each["role"] != "system"
    ]


@mutant("conversations.blocked-questions-are-kept", op.APPEND, place=f"{TALKS}:go_on")
def blocked_questions_are_kept(go_on: Part) -> Part:
    """A question that a guardrail blocks is in the history all the same."""

    def defect(ctx: Part, step: Part) -> Part:
        try:
            return go_on(ctx, step)
        except APIError:
            known = records.find_entries(ctx, step.conversation.id)
            records.keep_entries(ctx, step.conversation.id, [*known, dict(known[0])])
            raise

    return defect


@mutant("conversations.permission-counts-again", op.APPEND, place=f"{TURNS}:match_decisions")
def permission_counts_again(match_decisions: Part) -> Part:
    """What was decided about a call counts for later calls that are alike."""
    decided: list[Part] = []

    def defect(due: Part, known: Part) -> Part:
        decided.extend(each for each in known if entries.needs_decision(each))
        return match_decisions(due, [*known, *decided])

    return defect


@mutant("conversations.ids-lead-to-the-first-that-has-them", op.RESTART, place=f"{TALKS}:cut")
def ids_lead_to_the_first_that_has_them(cut: Part) -> Part:
    """A restart from an entry takes the first conversation that was restarted from its id."""
    firsts: dict[str, Part] = {}
    return lambda known, entry_id: cut(firsts.setdefault(entry_id, known), entry_id)


@mutant(
    "conversation-tools.decisions-count-by-their-place",
    op.APPEND,
    place="resources.conversations.confirmations:decide",
)
def decisions_count_by_their_place(decide: Part) -> Part:
    """The first decision is about the first call, whichever it names."""

    def defect(known: Part, sent: Part) -> Part:
        waiting = [entry["tool_call_id"] for entry in entries.find_pending(known)]
        named = {each["tool_call_id"] for each in sent or ()}
        pairs = zip(sent or (), waiting, strict=False)
        placed = [{**each, "tool_call_id": id_} for each, id_ in pairs]
        return decide(known, placed if named == set(waiting) else sent)

    return defect
