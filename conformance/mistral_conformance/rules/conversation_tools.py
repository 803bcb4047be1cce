"""Tools in conversations: functions, the service's own tools, decisions, handovers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_conformance.rules.common.chats import TIME, WEATHER, WEATHER_PARAMETERS
from mistral_conformance.rules.common.names import DELETE_FILE, DOWNLOAD_FILE
from mistral_conformance.rules.common.readings import read_text
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, word
from mistral_conformance.rules.common.talks import (
    APPEND,
    ASK_WEATHER,
    ASK_WEB,
    MESSAGES,
    START,
    as_text,
    chunks_of,
    go_on,
    kinds,
    last_message,
    make_team,
    of_kind,
    read_history,
    repeats_words,
    skip_if_it_calls,
    start,
    text_of,
)
from mistral_conformance.rules.common.uploads import expect_made
from mistral_conformance.rules.conversations import expect_run
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

UPDATE_AGENT = "beta.agents.update"
PNG = b"\x89PNG\r\n\x1a\n"


@rule(
    MUST,
    "document: FunctionCallEntry; document: FunctionResultEntry",
    (START, APPEND, MESSAGES),
)
def function_is_left_to_the_caller(ctx: Context) -> None:
    """A call has arguments that fit, its result goes on, and neither is among the messages."""
    answer, call = _call_weather(ctx)
    arguments = read_text(as_text(call["arguments"]), "the arguments", answer)
    fits = jsonschema_rs.is_valid(WEATHER_PARAMETERS, arguments)
    ctx.expect(fits, f"the arguments {arguments!r} do not fit", answer)
    id_, secret = answer["conversation_id"], word(ctx)
    told = f"{secret} — é 🙂" + " and so on" * 60
    result = {"type": "function.result", "tool_call_id": call["tool_call_id"], "result": told}
    later = go_on(ctx, id_, inputs=[result])
    entries = read_history(ctx, id_)
    first, then = kinds(answer["outputs"]), kinds(later["outputs"])
    wanted = ["message.input", *first, "function.result", *then]
    expect_equal(ctx, kinds(entries), wanted, "the history", later)
    kept = of_kind(entries, "function.result")[0]
    expect_equal(ctx, kept["result"], told, "the result in the history", later)
    messages = [each for each in entries if each["type"].startswith("message.")]
    listed = ctx.answer(MESSAGES, conversation_id=id_)
    expect_equal(ctx, listed["messages"], messages, "the messages", listed)
    skip_if_it_calls(ctx, later)
    said = text_of(last_message(ctx, later))
    if secret not in said and not repeats_words(ctx):
        ctx.skip("the model does not repeat what it is told")
    ctx.expect(secret in said, "the message does not use the result", answer, later)


@rule(SHOULD, "errors.message-order (invalid_request_message_order)", (APPEND,))
def calls_need_their_results(ctx: Context) -> None:
    """A result that answers no call is refused, and nothing of it is kept."""
    answer, _ = _call_weather(ctx)
    id_ = answer["conversation_id"]
    before = read_history(ctx, id_)
    stray = {"type": "function.result", "tool_call_id": "abcdefghi", "result": "1"}
    refused = ctx.api.call(APPEND, conversation_id=id_, json={"inputs": [stray]})
    expect_refused(ctx, refused, "the result of no call")
    expect_equal(ctx, read_history(ctx, id_), before, "the history", refused)


@rule(
    SHOULD,
    (
        "conversations.tool-before-message; conversations.connector-usage; "
        "conversations.times-in-order; document: ToolExecutionEntry"
    ),
    (START,),
)
def own_tool_runs_first(ctx: Context) -> None:
    """A tool of the service runs before the message, in its time, and is counted in the usage."""
    answer = start(ctx, inputs=ASK_WEB, tools=[{"type": "web_search"}])
    runs = of_kind(answer["outputs"], "tool.execution")
    if not runs:
        ctx.skip("the model answered without the tool")
    expect_run(ctx, answer, "web_search")
    read_text(as_text(runs[0]["arguments"]), "the arguments", answer)


@rule(MUST, "document: CompletionArgs.tool_choice", (START,))
def tool_choice_none_runs_nothing(ctx: Context) -> None:
    """With `tool_choice` none, tools neither run nor are called."""
    arguments = {"tool_choice": "none", "max_tokens": 60}
    tools = [{"type": "web_search"}, WEATHER]
    answer = start(ctx, inputs=ASK_WEATHER, tools=tools, completion_args=arguments)
    expect_equal(ctx, {*kinds(answer["outputs"])}, {"message.output"}, "the outputs", answer)
    expect_equal(ctx, answer["usage"].get("connectors") or {}, {}, "connectors", answer)


@rule(MUST, "document: ToolConfiguration.exclude", (START,))
def excluded_tool_stays_out(ctx: Context) -> None:
    """A tool that runs by itself neither runs nor waits where its functions are excluded."""
    free = start(ctx, inputs=ASK_WEB, tools=[{"type": "web_search"}])
    names = {each["name"] for each in of_kind(free["outputs"], "tool.execution")}
    if not names:
        ctx.skip("the model answered without the tool")
    limits = {"exclude": ["web_search", *sorted(names - {"web_search"})]}
    tools = [{"type": "web_search", "tool_configuration": limits}]
    answer = start(ctx, inputs=ASK_WEB, tools=tools)
    for kind in ("tool.execution", "function.call"):
        done = [each["name"] for each in of_kind(answer["outputs"], kind)]
        ctx.expect(not names & {*done}, f"{done} is used in spite of {limits}", free, answer)


@rule(
    MUST,
    "document: ToolConfiguration.requires_confirmation; document: ToolCallConfirmation",
    (START, APPEND),
)
def confirmed_tool_waits(ctx: Context) -> None:
    """A tool that needs confirmation waits for it, runs once allowed, and not when denied."""
    limits = {"requires_confirmation": ["web_search"]}
    tools = [{"type": "web_search", "tool_configuration": limits}]
    for word_, status, runs in (("allow", "allowed", 1), ("deny", "denied", 0)):
        answer = start(ctx, inputs="Search the web for football.", tools=tools)
        early = of_kind(answer["outputs"], "tool.execution")
        ctx.expect(not early, "the tool ran before it was allowed to", answer)
        calls = of_kind(answer["outputs"], "function.call")
        if not calls:
            ctx.skip("the model answered without the tool")
        expect_equal(ctx, calls[0]["confirmation_status"], "pending", "its status", answer)
        decision = {"tool_call_id": calls[0]["tool_call_id"], "confirmation": word_}
        id_ = answer["conversation_id"]
        later = go_on(ctx, id_, tool_confirmations=[decision])
        ran = len(of_kind(later["outputs"], "tool.execution"))
        expect_equal(ctx, ran, runs, f"the number of runs after {word_}", later)
        kept = of_kind(read_history(ctx, id_), "function.call")[0]
        expect_equal(ctx, kept["confirmation_status"], status, "its status later")
        skip_if_it_calls(ctx, later)
        last_message(ctx, later)
        again = go_on(ctx, id_, inputs="Search the web for football.")
        early = of_kind(again["outputs"], "tool.execution")
        ctx.expect(not early, f"after one {word_} the next call waits for nobody", later, again)


@rule(
    MUST, "document: ToolCallConfirmation.tool_call_id; harm: what was denied runs", (START, APPEND)
)
def each_decision_is_about_its_call(ctx: Context) -> None:
    """Of two calls that wait, the one that is allowed runs and the one that is denied does not.

    Decisions name their calls, and come in any order.
    """
    names = ("web_search", "code_interpreter")
    tools = [
        {"type": name, "tool_configuration": {"requires_confirmation": [name]}} for name in names
    ]
    words = "Search the web for football, and compute 2 to the 50 with the interpreter."
    for order in (1, -1):
        answer = start(ctx, inputs=words, tools=tools)
        calls = of_kind(answer["outputs"], "function.call")
        if {each["name"] for each in calls} != set(names):
            ctx.skip("the model did not call both tools")
        decisions = [
            {"tool_call_id": each["tool_call_id"], "confirmation": word_}
            for each, word_ in zip(calls, ("allow", "deny"), strict=False)
        ]
        sent = decisions[:2][::order]
        later = go_on(ctx, answer["conversation_id"], tool_confirmations=sent)
        ran = {each["name"] for each in of_kind(later["outputs"], "tool.execution")}
        expect_equal(ctx, ran, {calls[0]["name"]}, "what runs", later)


@rule(SHOULD, "choices.conversation-tools-decisions-name-a-call", (APPEND,))
def decisions_name_a_call(ctx: Context) -> None:
    """A decision about a call that does not wait for one is refused."""
    id_ = start(ctx)["conversation_id"]
    decision = {"tool_call_id": "abcdefghi", "confirmation": "allow"}
    body = {"tool_confirmations": [decision]}
    answer = ctx.api.call(APPEND, conversation_id=id_, json=body)
    expect_refused(ctx, answer, "a decision about nothing")


@rule(SHOULD, "document: ConversationAppendRequest.tool_confirmations", (START, APPEND))
def decided_is_decided(ctx: Context) -> None:
    """A call that was denied waits no more: a second decision about it lets nothing run."""
    limits = {"requires_confirmation": ["web_search"]}
    tools = [{"type": "web_search", "tool_configuration": limits}]
    answer = start(ctx, inputs="Search the web for football.", tools=tools)
    calls = of_kind(answer["outputs"], "function.call")
    if not calls:
        ctx.skip("the model answered without the tool")
    denied, allowed = (
        {"tool_confirmations": [{"tool_call_id": calls[0]["tool_call_id"], "confirmation": each}]}
        for each in ("deny", "allow")
    )
    id_ = answer["conversation_id"]
    go_on(ctx, id_, **denied)
    before = read_history(ctx, id_)
    again = ctx.api.call(APPEND, conversation_id=id_, json=allowed)
    expect_refused(ctx, again, "a second decision about a call")
    expect_equal(ctx, read_history(ctx, id_), before, "the history", again)


@rule(MUST, "document: ToolFileChunk (file_id); document: Source; shapes.bytes", (START,))
def image_is_a_file(ctx: Context) -> None:
    """A picture that was generated is named in the message, and is a file that nobody uploaded."""
    answer = start(ctx, inputs="Draw an orange cat.", tools=[{"type": "image_generation"}])
    files = of_kind(chunks_of(last_message(ctx, answer)), "tool_file")
    if not files:
        ctx.skip("the model drew nothing")
    expect_equal(ctx, files[0]["tool"], "image_generation", "the tool", answer)
    served = ctx.answer(DOWNLOAD_FILE, file_id=files[0]["file_id"])
    content = served.content
    if files[0]["file_type"] == "png":
        ctx.expect(content.startswith(PNG), "the file is no PNG", answer, served)
    expect_made(ctx, str(files[0]["file_id"]))
    ctx.prepare(DELETE_FILE, file_id=files[0]["file_id"])


@rule(MUST, "document: AgentHandoffEntry; document: HandoffExecution", (START,))
def handover_goes_on_with_the_next(ctx: Context) -> None:
    """The next agent answers at once; with `handoff_execution` client nobody does."""
    desk, expert = make_team(ctx)
    asked: dict[str, Any] = {"agent_id": desk, "inputs": "Tell me about volcanoes."}
    answer, left = start(ctx, **asked), start(ctx, **asked, handoff_execution="client")
    for each in (answer, left):
        handovers = of_kind(each["outputs"], "agent.handoff")
        if not handovers:
            ctx.skip("the agent did not hand over")
        expect_equal(ctx, handovers[0]["previous_agent_id"], desk, "who hands over", each)
        expect_equal(ctx, handovers[0]["next_agent_id"], expert, "who takes over", each)
    expect_equal(ctx, kinds(left["outputs"])[-1:], ["agent.handoff"], "what is left to do", left)
    speaker = last_message(ctx, answer)["agent_id"]
    expect_equal(ctx, speaker, expert, "who answers", answer)


@rule(MAY, "choices.conversations-handover-lasts", (START, APPEND))
def handover_lasts(ctx: Context) -> None:
    """The agent that took over answers later turns, too."""
    desk, expert = make_team(ctx)
    answer = start(ctx, agent_id=desk, inputs="Tell me about volcanoes.")
    if not of_kind(answer["outputs"], "agent.handoff"):
        ctx.skip("the agent did not hand over")
    later = go_on(ctx, answer["conversation_id"], inputs="And then?")
    speaker = last_message(ctx, later)["agent_id"]
    expect_equal(ctx, speaker, expert, "who answers later", answer, later)


@rule(
    MUST,
    "harm: who asks agents that hand over to each other is never answered",
    (START, UPDATE_AGENT),
)
def handovers_come_to_an_end(ctx: Context) -> None:
    """Agents that hand over to each other answer all the same.

    A server may refuse such a circle.
    """
    desk, expert = make_team(ctx)
    back = {"handoffs": [desk], "instructions": "Hand questions about desks over."}
    circle = ctx.api.call(UPDATE_AGENT, agent_id=expert, json=back)
    told = {"description": "Knows volcanoes, and all that is about desks."}
    if not circle.ok or not ctx.api.call(UPDATE_AGENT, agent_id=desk, json=told).ok:
        ctx.skip("agents cannot hand over to each other")
    answer = start(ctx, agent_id=desk, inputs="Tell me all about volcanoes and desks.")
    skip_if_it_calls(ctx, answer)
    last_message(ctx, answer)


def _call_weather(ctx: Context) -> tuple[Exchange, dict[str, Any]]:
    """Return an answer that calls the weather function, and the call.

    Skips where the model does not.
    """
    answer = start(ctx, inputs=ASK_WEATHER, tools=[WEATHER, TIME])
    calls = of_kind(answer["outputs"], "function.call")
    if [each["name"] for each in calls] != ["get_weather"]:
        ctx.skip("the model did not call the weather function, and it alone")
    expect_equal(ctx, answer["outputs"][-1]["type"], "function.call", "the end", answer)
    return answer, calls[0]
