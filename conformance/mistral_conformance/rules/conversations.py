"""Conversations: what they are told, answered, kept, continued, branched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mistral_conformance.probing.uploads import picture_url
from mistral_conformance.rules.common.chats import (
    WEATHER,
    chat_model,
    expect_model,
    other_chat_model,
)
from mistral_conformance.rules.common.readings import expect_sum
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.talks import (
    APPEND,
    ASK_WEATHER,
    ASK_WEB,
    GET_CONVERSATION,
    HISTORY,
    MESSAGES,
    RESTART,
    START,
    chunks_of,
    go_on,
    hear,
    ids,
    kinds,
    last_message,
    make_agent,
    of_kind,
    read_history,
    start,
    text_of,
    try_start,
)
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

UPDATE_AGENT = "beta.agents.update"
NAME_VERSION = "beta.agents.create_version_alias"
LONG = "Tell the story of a river from its source to the sea, in five sentences."
CUT, WIDE = {"max_tokens": 3}, {"max_tokens": 30}
TIMES = ("created_at", "completed_at")
THREAT = "I will kill you and murder your family, I attack and stab them tonight."


@rule(MUST, "document: beta.conversations.get_history", (START, APPEND, HISTORY, MESSAGES))
def history_holds_all_entries(ctx: Context) -> None:
    """The history holds every input and output in order, and the messages are those among them."""
    texts = [f"Repeat {word(ctx)} 🙂 é.", f"Repeat {word(ctx)}.", "Once?", "No, twice."]
    roles = ("user", "user", "assistant", "user")
    typed = {"type": "message.input"}  # without it, what the assistant says could be an output, too
    said_by = zip(roles, texts, strict=True)
    sent = [{**typed, "role": each, "content": text} for each, text in said_by]
    answer = start(ctx, inputs=sent[:2])
    id_ = answer["conversation_id"]
    later = go_on(ctx, id_, inputs=sent[2:])
    expect_equal(ctx, later["conversation_id"], id_, "the id of the continued one", later)
    entries = read_history(ctx, id_)
    inputs = of_kind(entries, "message.input")
    said = [text_of(each) for each in inputs]
    expect_equal(ctx, said, texts, "the inputs", later)
    known = set(ids(inputs))
    outputs = [each for each in entries if each["id"] not in known]
    expect_equal(ctx, outputs, [*answer["outputs"], *later["outputs"]], "the outputs")
    places = [entries.index(each) for each in inputs]
    second = 2 + len(answer["outputs"])
    expect_equal(ctx, places, [0, 1, second, second + 1], "the places of the inputs")
    shown = ctx.answer(MESSAGES, conversation_id=id_)["messages"]
    wanted = [each for each in entries if str(each["type"]).startswith("message.")]
    expect_equal(ctx, shown, wanted, "the list of messages")


@rule(
    MUST,
    "document: ConversationRequest.agent_version; conversations.tool-before-message",
    (START, APPEND),
)
def agent_answers_in_its_version(ctx: Context) -> None:
    """The agent is named, and answers with the model of the version asked for, later on too."""
    made, other = make_agent(ctx), other_chat_model(ctx)
    agent, first = made["id"], made["version"]
    changed = ctx.prepare(UPDATE_AGENT, agent_id=agent, json={"model": other})
    second = changed["version"]
    for version, model in ((first, chat_model(ctx)), (second, other), (None, other)):
        answer = start(ctx, agent_id=agent, agent_version=version)
        message = last_message(ctx, answer)
        expect_equal(ctx, message["agent_id"], agent, "the agent", answer)
        expect_model(ctx, message["model"], model, "the model", changed, answer)
        if version == first:
            later = go_on(ctx, answer["conversation_id"], inputs="And again.")
            shown = last_message(ctx, later)["model"]
            expect_model(ctx, shown, model, "the model of a later turn", changed, later)


@rule(SHOULD, "document: MessageInputEntry.id (made when it is left out)", (START, APPEND))
def given_ids_are_kept(ctx: Context) -> None:
    """An entry that comes with an id keeps it, at the start of a conversation and later."""
    first, later = (f"msg_{uuid4().hex}" for _ in range(2))
    said = {"type": "message.input", "role": "user"}
    entries = [{**said, "id": first, "content": "Once?"}]
    id_ = start(ctx, inputs=entries)["conversation_id"]
    go_on(ctx, id_, inputs=[{**said, "id": later, "content": "Twice?"}])
    kept = ids(of_kind(read_history(ctx, id_), "message.input"))
    expect_equal(ctx, kept, [first, later], "the ids of the inputs")


@rule(
    MUST,
    "document: beta.conversations.restart; harm: another conversation is shown",
    (START, RESTART),
)
def given_ids_are_of_one_conversation(ctx: Context) -> None:
    """A restart from an entry whose id another conversation has, too, begins as its own did."""
    said = {"type": "message.input", "role": "user", "id": f"msg_{uuid4().hex}", "content": "So?"}
    words = [word(ctx) for _ in range(2)]
    started = [start(ctx, inputs=each) for each in words]
    for conversation in started:
        go_on(ctx, conversation["conversation_id"], inputs=[said])
    for content, conversation in zip(words, started, strict=True):
        id_ = conversation["conversation_id"]
        if said["id"] not in ids(read_history(ctx, id_)):
            ctx.skip("the server gives entries ids of its own")
        body = {"from_entry_id": said["id"], "inputs": "Again."}
        again = ctx.answer(RESTART, conversation_id=id_, json=body)
        first = read_history(ctx, again["conversation_id"])[0]
        expect_equal(ctx, text_of(first), content, "what the restart begins with", again)


@rule(
    MUST,
    "document: ConversationRequest.agent_version; document: ConversationRestartRequest",
    (START, RESTART),
)
def named_version_answers(ctx: Context) -> None:
    """An alias names the version that answers, and a restart may name another one."""
    made, other = make_agent(ctx), other_chat_model(ctx)
    agent = made["id"]
    second = ctx.prepare(UPDATE_AGENT, agent_id=agent, json={"model": other})
    query = {"alias": "stable", "version": made["version"]}
    ctx.prepare(NAME_VERSION, agent_id=agent, query=query)
    answer = start(ctx, agent_id=agent, agent_version="stable")
    speaker = last_message(ctx, answer)["model"]
    expect_model(ctx, speaker, chat_model(ctx), "the model of the alias", answer)
    entry = read_history(ctx, answer["conversation_id"])[-1]["id"]
    body = {"from_entry_id": entry, "inputs": "Again.", "agent_version": second["version"]}
    later = ctx.answer(RESTART, conversation_id=answer["conversation_id"], json=body)
    speaker = last_message(ctx, later)["model"]
    expect_model(ctx, speaker, other, "the model of the version of the restart", answer, later)


@rule(MUST, "document: beta.conversations.get_messages", (START, HISTORY, MESSAGES))
def messages_are_all_that_was_said(ctx: Context) -> None:
    """The list of messages leaves out what is none: calls of functions and runs of tools."""
    for tools, inputs in (([{"type": "web_search"}], ASK_WEB), ([WEATHER], ASK_WEATHER)):
        id_ = start(ctx, inputs=inputs, tools=tools)["conversation_id"]
        wanted = [e for e in read_history(ctx, id_) if str(e["type"]).startswith("message.")]
        answer = ctx.answer(MESSAGES, conversation_id=id_)
        expect_equal(ctx, ids(answer["messages"]), ids(wanted), "the list of messages", answer)


@rule(MUST, "document: beta.conversations.restart", (RESTART, HISTORY))
def restart_branches(ctx: Context) -> None:
    """A restart makes a conversation like the one it began with, which stays as it was.

    What the request of the restart says is in place of what the old one had, not beside it.
    """
    settings: dict[str, Any] = {"instructions": "Answer in English."}
    notes = {"turn": "1", "begun": "yes"}
    answer = start(ctx, inputs="One.", metadata=notes, completion_args=CUT, **settings)
    old = answer["conversation_id"]
    go_on(ctx, old, inputs="Two.")
    before, card = read_history(ctx, old), ctx.answer(GET_CONVERSATION, conversation_id=old)
    told = {"metadata": {"turn": "2"}}
    body = {"from_entry_id": answer["outputs"][-1]["id"], "inputs": LONG, **told}
    body["completion_args"] = WIDE
    branched = ctx.answer(RESTART, conversation_id=old, json=body)
    new = branched["conversation_id"]
    ctx.expect(new != old, "the conversation is not a new one", branched)
    expect_equal(ctx, read_history(ctx, old), before, "the old history")
    kept = ctx.answer(GET_CONVERSATION, conversation_id=old)
    for name in ("updated_at", "metadata"):
        due = card.json().get(name)
        expect_equal(ctx, kept.json().get(name), due, f"{name} of the old one", branched, kept)
    entries = read_history(ctx, new)
    said = [text_of(each) for each in of_kind(entries, "message.input")]
    expect_equal(ctx, said, ["One.", LONG], "the inputs of the new one")
    spent = branched.at("usage.completion_tokens")
    reads = f"with {WIDE} in place of {CUT} the restart writes {spent} tokens"
    if _is_talkative(start(ctx, inputs=LONG, completion_args=WIDE)):
        ctx.expect(spent > CUT["max_tokens"], reads, branched)
    expect_equal(ctx, entries[-1], branched["outputs"][-1], "the last entry of the new one")
    read = ctx.answer(GET_CONVERSATION, conversation_id=new)
    for field, value in {**settings, **told}.items():
        expect_equal(ctx, read[field], value, f"{field} of the new one", branched, read)


@rule(
    MUST,
    "document: beta.conversations.restart (a new conversation)",
    (RESTART, APPEND, HISTORY, GET_CONVERSATION),
)
def branches_grow_apart(ctx: Context) -> None:
    """A branch from the last entry and the conversation it came from each keep what is theirs.

    How to answer, where the request of the restart leaves it out, is that of the conversation; its
    name and notes may stay behind.
    """
    names = {
        "name": f"About {word(ctx)}",
        "description": "A branch is cut off.",
        "metadata": {"a": 1},
    }
    more = {"instructions": "Be brief.", "completion_args": CUT, "tools": [WEATHER]}
    settings: dict[str, Any] = {**names, **more}
    answer = start(ctx, inputs="One.", **settings)
    old = answer["conversation_id"]
    last = read_history(ctx, old)[-1]["id"]
    branched = ctx.answer(
        RESTART, conversation_id=old, json={"from_entry_id": last, "inputs": "Two."}
    )
    given, kept = (
        ctx.answer(GET_CONVERSATION, conversation_id=each["conversation_id"])
        for each in (answer, branched)
    )
    for field in (*more, *(each for each in names if kept.get(each))):
        expect_equal(ctx, kept.get(field), given.get(field), f"{field} of the branch", given, kept)
    new = branched["conversation_id"]
    for id_, text in ((new, "Three."), (old, "Four.")):
        go_on(ctx, id_, inputs=text)
    for id_, due in ((old, ["One.", "Four."]), (new, ["One.", "Two.", "Three."])):
        said = [text_of(each) for each in of_kind(read_history(ctx, id_), "message.input")]
        expect_equal(ctx, said, due, "the inputs", answer, branched)


@rule(SHOULD, "choices.conversations-restart-needs-an-entry", (RESTART,))
def restart_needs_an_entry(ctx: Context) -> None:
    """A restart from an entry that the conversation does not have is refused."""
    id_ = start(ctx)["conversation_id"]
    body = {"from_entry_id": "msg_" + 32 * "0", "inputs": "Again."}
    refused = ctx.api.call(RESTART, conversation_id=id_, json=body)
    expect_refused(ctx, refused, "an entry that is not there")


@rule(
    MUST,
    "document: ConversationRequest.store; document: ConversationAppendRequest.store",
    (START, APPEND, GET_CONVERSATION),
)
def what_is_not_stored_is_gone(ctx: Context) -> None:
    """With `store: false` a conversation is answered but not kept, nor is what is appended."""
    lost = start(ctx, store=False)
    last_message(ctx, lost)
    for operation in (GET_CONVERSATION, HISTORY):
        again = ctx.api.call(operation, conversation_id=lost["conversation_id"])
        ctx.expect_status(again, 404)
    id_ = start(ctx)["conversation_id"]
    before = read_history(ctx, id_)
    last_message(ctx, go_on(ctx, id_, inputs="Forget this.", store=False))
    expect_equal(ctx, read_history(ctx, id_), before, "the history")
    body = {"model": chat_model(ctx), "inputs": "Hello?", "store": False, "stream": True}
    streamed = hear(ctx, ctx.api.call(START, json=body))
    again = ctx.api.call(GET_CONVERSATION, conversation_id=str(streamed[0]["conversation_id"]))
    ctx.expect_status(again, 404)


@rule(MUST, "document: ConversationAppendRequest.completion_args", (START, APPEND))
def turn_has_its_own_arguments(ctx: Context) -> None:
    """The `completion_args` of a start hold for all turns, those of a turn for that turn alone."""
    unbound = start(ctx, inputs=LONG)
    if not _is_talkative(unbound):
        ctx.skip("the model says no more than the limit lets it")
    free = unbound["conversation_id"]
    bound = start(ctx, inputs=LONG, completion_args=CUT)
    id_ = bound["conversation_id"]
    turns = (
        (bound, True),
        (go_on(ctx, id_, inputs=LONG), True),
        (go_on(ctx, id_, inputs=LONG, completion_args=WIDE), False),
        (go_on(ctx, free, inputs=LONG, completion_args=CUT), True),
        (go_on(ctx, free, inputs=LONG), False),
    )
    for answer, cut in turns:
        spent = answer.at("usage.completion_tokens")
        allowed = "at most" if cut else "more than"
        said = f"a turn wrote {spent} tokens, {allowed} {CUT['max_tokens']} are due"
        ctx.expect((spent <= CUT["max_tokens"]) is cut, said, answer)
    costs = [answer.at("usage.prompt_tokens") for answer, _ in turns[:2]]
    reads = "the prompt of a second turn counts {1} tokens, that of the first {0}".format(*costs)
    ctx.expect(costs[1] > costs[0], reads, turns[1][0])


@rule(
    MUST,
    "document: MessageInputEntry.content; harm: what was said is lost from the history",
    (START, HISTORY),
)
def chunks_are_kept(ctx: Context) -> None:
    """Texts and pictures of a message are in the history in their order, letter by letter."""
    said = _say_chunks(ctx, picture_url())
    said = said or _say_chunks(ctx)  # the model reads no pictures
    sent, kept, answer = said or ctx.skip("messages of chunks are refused")
    whole = chunks_of(kept)
    texts = "".join(each.get("text") or "" for each in whole)
    lost = [each["text"] for each in sent if each.get("text") and each["text"] not in texts]
    ctx.expect(not lost, f"the history lacks {lost}", answer)
    pictures = [each["type"] == "image_url" for each in whole if each["type"] != "text"]
    due = sum(each["type"] == "image_url" for each in sent)
    ctx.expect(sum(pictures) == due, f"of {due} pictures {sum(pictures)} are there", answer)


@rule(MUST, "document: Agent.guardrails; document: ConversationResponse.guardrails", (START,))
def agents_guardrails_hold(ctx: Context) -> None:
    """The guardrails of an agent check its conversations as those of a request do."""
    checks = [{"block_on_error": False, "moderation_llm_v1": {"action": "none"}}]
    by_request = start(ctx, guardrails=checks)
    if not by_request.get("guardrails"):
        ctx.skip("answers do not tell what guardrails find")
    answer = start(ctx, agent_id=make_agent(ctx, guardrails=checks)["id"])
    told = answer.get("guardrails")
    ctx.expect(told, "nothing is told of the agent's guardrails", by_request, answer)


@rule(MUST, "document: ModerationLLMAction (`block` refuses the request)", (START, APPEND, RESTART))
def blocked_text_is_refused(ctx: Context) -> None:
    """A text above the threshold of a guardrail that blocks is refused, when it comes later too.

    Nothing of it is kept.
    """
    limits = {"custom_category_thresholds": {"violence_and_threats": 0.01}}
    mild, strict = (
        [{"moderation_llm_v1": {**limits, "action": action}}] for action in ("none", "block")
    )
    if not try_start(ctx, inputs=THREAT, guardrails=mild, store=False).ok:
        ctx.skip("guardrails are refused")
    refused = try_start(ctx, inputs=THREAT, guardrails=strict, store=False)
    expect_refused(ctx, refused, "a threat that a guardrail blocks")
    for actor in ({"guardrails": strict}, {"agent_id": make_agent(ctx, guardrails=strict)["id"]}):
        begun = try_start(ctx, **actor)
        if begun.ok:
            id_ = str(begun["conversation_id"])
            before = read_history(ctx, id_)
            refused = ctx.api.call(APPEND, conversation_id=id_, json={"inputs": THREAT})
            expect_refused(ctx, refused, "a threat later that a guardrail blocks")
            streamed = {"inputs": THREAT, "stream": True}
            ctx.api.call(APPEND, conversation_id=id_, json=streamed)
            expect_equal(ctx, read_history(ctx, id_), before, "the history of a refusal", refused)
            for last in before[-1:]:
                branch = {"inputs": THREAT, "from_entry_id": last["id"]}
                refused = ctx.api.call(RESTART, conversation_id=id_, json=branch)
                expect_refused(ctx, refused, "a threat in a branch that a guardrail blocks")


def expect_run(ctx: Context, answer: Exchange, tool: str) -> None:
    """Hold an answer to tell a tool, then a message, in their times, and to count both.

    The usage adds up, the tokens of tools included (conversations.connector-usage).
    """
    told = kinds(answer["outputs"])
    ctx.expect("tool.execution" in told[:-1], f"no tool is told before a message: {told}", answer)
    expect_equal(ctx, told[-1], "message.output", "the last of the outputs", answer)
    runs, message = of_kind(answer["outputs"], "tool.execution"), last_message(ctx, answer)
    expect_equal(ctx, runs[0]["name"], tool, "the tool", answer)
    times = [read_time(str(each[name])) for each in (runs[-1], message) for name in TIMES]
    said = "the times do not follow each other"
    ctx.expect(times == sorted(times), said, answer)
    usage = answer["usage"]
    expect_equal(ctx, usage["connectors"], {tool: len(runs)}, "connectors", answer)
    expect_sum(ctx, usage, ("prompt_tokens", "completion_tokens", "connector_tokens"), answer)
    ctx.expect((usage["prompt_tokens"] or 0) > 0, "nothing was read", answer)


def _is_talkative(answer: Exchange) -> bool:
    """Say whether a model that may say more than one that is cut does so."""
    return bool(answer.at("usage.completion_tokens") > CUT["max_tokens"])


def _say_chunks(ctx: Context, *pictures: str) -> tuple[list[dict[str, Any]], Any, Exchange] | None:
    """Return the chunks that were sent, the entry of the history, the answer.

    None where refused.
    """
    texts = (f"Look at this {word(ctx)} 🙂:", f"What is it? {word(ctx)}")
    first, last = ({"type": "text", "text": each} for each in texts)
    sent = [first, *({"type": "image_url", "image_url": each} for each in pictures), last]
    inputs = [{"role": "user", "content": sent}]
    body = {"model": chat_model(ctx), "inputs": inputs, "name": ctx.marker.name("chunks")}
    answer = ctx.api.call(START, json=body)
    if not answer.ok:
        return None
    history = read_history(ctx, str(answer["conversation_id"]))
    return sent, of_kind(history, "message.input")[0], answer
