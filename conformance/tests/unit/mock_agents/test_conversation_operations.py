"""Conversations: entries, appending, restarting, storing, tools, handovers, decisions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.resources.conversations import guardrails

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    Make = Callable[..., dict[str, Any]]
    Read = Callable[[dict[str, Any]], list[dict[str, Any]]]

MODEL = "mistral-medium-2505"
UUID7 = r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
ASK_WEATHER = "What is the weather in Paris?"


def types(entries: list[dict[str, Any]]) -> list[str]:
    """The types of entries."""
    return [each["type"] for each in entries]


def test_entries_of_all_types_are_taken(start: Make, history: Read) -> None:
    sent: list[dict[str, Any]] = [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}], "id": "msg_mine"},
        {"type": "tool.execution", "name": "web_search", "arguments": "{}"},
        {"type": "function.call", "tool_call_id": "long-id-1", "name": "f", "arguments": {"a": 1}},
        {"type": "function.result", "tool_call_id": "long-id-1", "result": "sun"},
        {"type": "message.output", "content": "Sun."},
        {"role": "user", "content": "Thanks."},
    ]
    entries = history(start(sent))
    assert types(entries)[:-1] == [
        "message.input",
        *(each["type"] for each in sent[1:5]),
        "message.input",
    ]
    assert entries[0]["id"] == "msg_mine"
    assert entries[2]["arguments"] == {"a": 1}


def test_ids_sort_by_the_order_in_which_things_were_made(
    start: Make, go_on: Callable[..., dict[str, Any]], history: Read, make_agent: Make
) -> None:
    agents = [make_agent()["id"] for _ in range(3)]
    conversations = [start("Hello.", agent_id=id_) for id_ in agents]
    for _ in range(3):
        go_on(conversations[0], "And now?")
    ids = [each["conversation_id"] for each in conversations]
    entries = [each["id"] for each in history(conversations[0])]
    for made, prefix in ((agents, "ag_"), (ids, "conv_"), (entries, "msg_")):
        assert made == sorted(set(made))
        assert all(re.fullmatch(prefix + UUID7, each) for each in made)


def test_usage_adds_up(start: Make) -> None:
    usage = start(tools=[{"type": "code_interpreter"}, {"type": "web_search"}])["usage"]
    parts = (usage["prompt_tokens"], usage["completion_tokens"], usage["connector_tokens"])
    assert sum(parts) == usage["total_tokens"]
    assert usage["connectors"] == {"code_interpreter": 1, "web_search": 1}


def test_usage_without_tools_is_null(start: Make) -> None:
    usage = start()["usage"]
    assert (usage["connector_tokens"], usage["connectors"]) == (None, None)


@pytest.mark.parametrize(
    "body", [{}, {"model": MODEL, "agent_id": "ag_1"}, {"agent_id": "ag_1"}], ids=str
)
def test_conversation_with_nobody_is_refused(api: httpx.Client, body: dict[str, Any]) -> None:
    answer = api.post("/v1/conversations", json={"inputs": "Hello?", **body})
    assert answer.status_code == 422


@pytest.mark.parametrize("inputs", [[], [{"role": "assistant", "content": "I said."}]], ids=str)
def test_nothing_to_answer_is_refused(api: httpx.Client, inputs: list[Any]) -> None:
    answer = api.post("/v1/conversations", json={"model": MODEL, "inputs": inputs})
    assert answer.json()["type"] == "invalid_request_message_order"
    assert api.get("/v1/conversations").json() == []


def test_completion_arguments_of_a_request_count_once(start: Make, go_on: Make) -> None:
    conversation = start(completion_args={"max_tokens": 3})
    longer = go_on(conversation, "More.", completion_args={"max_tokens": 9})
    again = go_on(conversation, "More.")
    spent = [each["usage"]["completion_tokens"] for each in (conversation, longer, again)]
    assert spent == [3, 9, 3]


def test_limits_hold_for_what_tools_found(start: Make) -> None:
    answer = start(tools=[{"type": "web_search"}], completion_args={"max_tokens": 2})
    assert answer["outputs"][-1]["content"] == [{"type": "text", "text": "No search"}]


def test_an_answer_that_was_cut_to_nothing_can_be_continued(start: Make, go_on: Make) -> None:
    conversation = start(completion_args={"max_tokens": 0})
    assert conversation["outputs"][-1]["content"] == ""
    assert go_on(conversation, "And?", completion_args={"max_tokens": 5})["outputs"]


def test_json_stays_json_beside_a_tool(start: Make) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}}
    answer = start(tools=[{"type": "web_search"}], completion_args={"response_format": wanted})
    assert types(answer["outputs"]) == ["tool.execution", "message.output"]
    assert isinstance(json.loads(answer["outputs"][-1]["content"])["n"], int)


def test_restart_keeps_the_entry_and_what_was_before(
    api: httpx.Client, start: Make, go_on: Make, history: Read
) -> None:
    first = start("One.", metadata={"a": 1})
    go_on(first, "Two.")
    entry = first["outputs"][0]["id"]
    body = {"from_entry_id": entry, "inputs": "Three.", "metadata": {"b": 2}}
    path = f"/v1/conversations/{first['conversation_id']}"
    second = api.post(f"{path}/restart", json=body).json()
    said = [each["content"] for each in history(second) if each["type"] == "message.input"]
    assert said == ["One.", "Three."]
    shown = api.get(f"/v1/conversations/{second['conversation_id']}").json()
    assert (shown["metadata"], shown["model"]) == ({"b": 2}, MODEL)


def test_restart_from_a_question_answers_it_again(
    api: httpx.Client, start: Make, history: Read
) -> None:
    first = start("One.")
    body = {"from_entry_id": history(first)[0]["id"]}
    again = api.post(f"/v1/conversations/{first['conversation_id']}/restart", json=body).json()
    assert again["outputs"][0]["content"] == first["outputs"][0]["content"]


def test_appended_but_not_stored(start: Make, go_on: Make, history: Read) -> None:
    conversation = start()
    go_on(conversation, "Forget this.", store=False)
    assert types(history(conversation)) == ["message.input", "message.output"]


def test_conversation_moves_when_something_is_added(
    api: httpx.Client, start: Make, go_on: Make
) -> None:
    conversation = start()
    path = f"/v1/conversations/{conversation['conversation_id']}"
    before = api.get(path).json()
    go_on(conversation, "More.")
    after = api.get(path).json()
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]


def test_pages_that_cannot_be_are_empty(api: httpx.Client, start: Make) -> None:
    start()
    for query in ({"page": -2, "page_size": 1}, {"page_size": 0}, {"page_size": -3}, {"page": 9}):
        assert api.get("/v1/conversations", params=query).json() == []


def test_several_functions_wait_for_all_their_results(
    api: httpx.Client, start: Make, go_on: Make
) -> None:
    time = {"name": "get_time", "description": "Time of a city.", "parameters": {}}
    tools = [WEATHER, {"type": "function", "function": time}]
    answer = start("Weather and time in Paris?", tools=tools)
    results = [
        {"type": "function.result", "tool_call_id": each["tool_call_id"], "result": "fine"}
        for each in answer["outputs"]
    ]
    path = f"/v1/conversations/{answer['conversation_id']}"
    assert api.post(path, json={"inputs": results[:1]}).status_code == 400
    assert api.post(path, json={"inputs": "Never mind."}).status_code == 400
    assert types(go_on(answer, results)["outputs"]) == ["message.output"]


def test_function_that_is_called_holds_the_tools_back(start: Make) -> None:
    answer = start(ASK_WEATHER, tools=[{"type": "web_search"}, WEATHER])
    assert types(answer["outputs"]) == ["function.call"]


@pytest.mark.parametrize(
    "limits", [{"exclude": ["web_search"]}, {"include": ["news"]}, {"include": []}], ids=str
)
def test_tool_that_is_excluded_does_not_run(start: Make, limits: dict[str, Any]) -> None:
    answer = start(tools=[{"type": "web_search", "tool_configuration": limits}])
    assert types(answer["outputs"]) == ["message.output"]


def test_connectors_offer_nothing(start: Make) -> None:
    answer = start(tools=[{"type": "connector", "connector_id": "mail"}])
    assert types(answer["outputs"]) == ["message.output"]


def test_program_has_the_output_that_is_told(start: Make) -> None:
    answer = start("Count 'these' \"four\" words", tools=[{"type": "code_interpreter"}])
    run = answer["outputs"][0]
    assert eval(run["info"]["code"].removeprefix("print(")[:-1]) == int(run["info"]["code_output"])  # noqa: S307 - the mock's own program
    assert json.loads(run["arguments"])["code"] == run["info"]["code"]


def test_same_words_draw_the_same_picture(api: httpx.Client, start: Make) -> None:
    pictures = []
    for words in ("A cat.", "A cat.", "A dog."):
        chunk = start(words, tools=[{"type": "image_generation"}])["outputs"][-1]["content"][-1]
        pictures.append(api.get(f"/v1/files/{chunk['file_id']}/content").content)
    assert pictures[0].startswith(b"\x89PNG")
    assert pictures[0] == pictures[1] != pictures[2]


def confirm(conversation: dict[str, Any], **decisions: str) -> list[dict[str, str]]:
    """Decisions about calls, by the name of the tool."""
    return [
        {"tool_call_id": each["tool_call_id"], "confirmation": decisions[each["name"]]}
        for each in conversation["outputs"]
        if each["name"] in decisions
    ]


def ask_twice(start: Make) -> dict[str, Any]:
    """A conversation in which two tools wait."""
    names = ("web_search", "code_interpreter")
    tools = [
        {"type": each, "tool_configuration": {"requires_confirmation": [each]}} for each in names
    ]
    return start(tools=[*tools, {"type": "image_generation"}])


def test_decisions_settle_all_calls(start: Make, go_on: Make, history: Read) -> None:
    answer = ask_twice(start)
    assert [each["confirmation_status"] for each in answer["outputs"]] == ["pending", "pending"]
    decisions = confirm(answer, web_search="deny", code_interpreter="allow")
    later = go_on(answer, tool_confirmations=decisions)
    assert [each.get("name") for each in later["outputs"]] == [
        "code_interpreter",
        "image_generation",
        None,
    ]
    found = [each for each in history(answer) if each["type"] == "function.call"]
    assert [each["confirmation_status"] for each in found] == ["denied", "allowed"]


def test_restart_begins_where_no_call_waits_for_a_decision(
    api: httpx.Client, start: Make, go_on: Make, history: Read
) -> None:
    waiting = ask_twice(start)
    question, first, last = history(waiting)
    path = f"/v1/conversations/{waiting['conversation_id']}/restart"

    def restart(entry: dict[str, Any]) -> httpx.Response:
        return api.post(path, json={"inputs": "Hello", "from_entry_id": entry["id"]})

    refused = restart(last)
    assert (refused.status_code, first["tool_call_id"] in refused.text) == (400, True)
    assert restart(question).status_code == 200
    go_on(waiting, tool_confirmations=confirm(waiting, web_search="deny", code_interpreter="allow"))
    assert restart(history(waiting)[2]).status_code == 200


@pytest.mark.parametrize("answers", [("deny", "allow"), ("allow", "deny")])
def test_each_call_of_two_tools_alike_has_its_own_decision(
    api: httpx.Client, start: Make, go_on: Make, answers: tuple[str, str]
) -> None:
    libraries = [api.post("/v1/libraries", json={"name": name}).json()["id"] for name in "ab"]
    limits = {"requires_confirmation": ["document_library"]}
    shape = {"type": "document_library", "tool_configuration": limits}
    asked = start(tools=[{**shape, "library_ids": [id_]} for id_ in libraries])
    decisions = [
        {"tool_call_id": call["tool_call_id"], "confirmation": answer}
        for call, answer in zip(asked["outputs"], answers, strict=True)
    ]
    later = go_on(asked, tool_confirmations=decisions)
    runs = [each for each in later["outputs"] if each["type"] == "tool.execution"]
    allowed = libraries[answers.index("allow")]
    assert [json.loads(run["arguments"])["library_ids"] for run in runs] == [[allowed]]


def test_undecided_calls_hold_everything_up(api: httpx.Client, start: Make) -> None:
    answer = ask_twice(start)
    path = f"/v1/conversations/{answer['conversation_id']}"
    decided = confirm(answer, web_search="allow", code_interpreter="allow")
    for body in (
        {"inputs": "Go on."},
        {"tool_confirmations": confirm(answer, web_search="allow")},
        {"tool_confirmations": [{"tool_call_id": "abc", "confirmation": "allow"}]},
        {"tool_confirmations": [*decided, {**decided[0], "confirmation": "deny"}]},
    ):
        assert api.post(path, json=body).status_code == 400


def test_next_question_asks_again(start: Make, go_on: Make) -> None:
    answer = ask_twice(start)
    allowed = confirm(answer, web_search="allow", code_interpreter="allow")
    go_on(answer, tool_confirmations=allowed)
    assert types(go_on(answer, "And now?")["outputs"]) == ["function.call", "function.call"]


def make_team(make_agent: Make) -> tuple[str, str]:
    """A desk that hands stocks over to an expert, who hands desks over to the desk."""
    expert = make_agent(name="Expert", description="Knows stocks.")["id"]
    return make_agent(name="Desk", handoffs=[expert])["id"], expert


def test_handover_is_not_repeated_for_one_question(
    api: httpx.Client, make_agent: Make, start: Make
) -> None:
    desk, expert = make_team(make_agent)
    api.patch(f"/v1/agents/{expert}", json={"handoffs": [desk]})
    answer = start("Which desk sells stocks?", agent_id=desk)
    assert types(answer["outputs"]) == ["agent.handoff", "message.output"]


def test_agent_calls_its_function_before_it_hands_over(
    make_agent: Make, start: Make, go_on: Make
) -> None:
    painter = make_agent(
        name="Painter", description="Draws curves.", tools=[{"type": "code_interpreter"}]
    )["id"]
    function = {"name": "get_rate", "description": "The rate of a bank.", "parameters": {}}
    tool = {"type": "function", "function": function}
    bank = make_agent(name="Bank", tools=[tool], handoffs=[painter])["id"]
    answer = start("Draw the curves of the rate.", agent_id=bank)
    assert types(answer["outputs"]) == ["function.call"]
    call = answer["outputs"][0]["tool_call_id"]
    result = {"type": "function.result", "tool_call_id": call, "result": "2.5"}
    later = go_on(answer, [result])["outputs"]
    assert types(later) == ["agent.handoff", "tool.execution", "message.output"]
    assert later[-1]["agent_id"] == painter


def test_client_carries_the_handover_out(make_agent: Make, start: Make, go_on: Make) -> None:
    desk, expert = make_team(make_agent)
    answer = start("Any stocks?", agent_id=desk, handoff_execution="client")
    assert types(answer["outputs"]) == ["agent.handoff"]
    later = go_on(answer, answer["outputs"])
    assert later["outputs"][-1]["agent_id"] == expert


def test_handover_to_nobody_cannot_be_continued(api: httpx.Client, make_agent: Make) -> None:
    names = ("previous_agent_id", "previous_agent_name", "next_agent_id", "next_agent_name")
    handover = {"type": "agent.handoff", **dict.fromkeys(names, "nobody")}
    inputs = [{"role": "user", "content": "Hello?"}, handover]
    body = {"agent_id": make_agent()["id"], "inputs": inputs}
    assert api.post("/v1/conversations", json=body).status_code == 400


def test_handover_to_a_deleted_agent_is_left_out(
    api: httpx.Client, make_agent: Make, start: Make
) -> None:
    desk, expert = make_team(make_agent)
    api.delete(f"/v1/agents/{expert}")
    assert types(start("Any stocks?", agent_id=desk)["outputs"]) == ["message.output"]


def test_conversation_of_a_deleted_agent_cannot_go_on(
    api: httpx.Client, make_agent: Make, start: Make
) -> None:
    id_ = make_agent()["id"]
    conversation = start(agent_id=id_)["conversation_id"]
    api.delete(f"/v1/agents/{id_}")
    answer = api.post(f"/v1/conversations/{conversation}", json={"inputs": "Still there?"})
    assert answer.status_code == 404


def test_conversation_follows_its_alias(
    api: httpx.Client, make_agent: Make, start: Make, go_on: Make
) -> None:
    id_ = make_agent()["id"]
    api.put(f"/v1/agents/{id_}/aliases", params={"alias": "live", "version": 0})
    conversation = start(agent_id=id_, agent_version="live")
    api.patch(f"/v1/agents/{id_}", json={"model": "mistral-small-latest"})
    assert go_on(conversation, "Who?")["outputs"][-1]["model"] == MODEL
    api.put(f"/v1/agents/{id_}/aliases", params={"alias": "live", "version": 1})
    assert go_on(conversation, "Who?")["outputs"][-1]["model"] == "mistral-small-latest"


def test_guardrails_tell_what_they_find(start: Make) -> None:
    answer = start(guardrails=[{"moderation_llm_v2": {"action": "none"}}])
    assert [each["target"] for each in answer["guardrails"]] == ["input", "output"]
    assert all(each["error"] is None for each in answer["guardrails"])


@pytest.mark.parametrize(
    "check",
    [
        {"moderation_llm_v1": {"action": "block"}},
        {"moderation_llm_v2": {"action": "block"}},
        {
            "moderation_llm_v2": {
                "action": "block",
                "custom_category_thresholds": {"violence_and_threats": 0.0},
                "ignore_other_categories": True,
            }
        },
        {"moderation_llm_v2": {"action": "block", "custom_category_thresholds": {"criminal": 0}}},
    ],
    ids=str,
)
def test_harm_is_blocked(api: httpx.Client, check: dict[str, Any]) -> None:
    body = {"model": MODEL, "inputs": "I will kill you with a knife.", "guardrails": [check]}
    assert api.post("/v1/conversations", json=body).status_code == 403
    assert api.get("/v1/conversations").json() == []


def test_guardrail_that_cannot_run_blocks_when_it_must(api: httpx.Client) -> None:
    check = {"moderation_llm_v1": {"model_name": "no-such-model"}}
    body = {"model": MODEL, "inputs": "Hello."}
    for must, status in ((False, 200), (True, 403)):
        guardrail = {**check, "block_on_error": must}
        answer = api.post("/v1/conversations", json={**body, "guardrails": [guardrail]})
        assert answer.status_code == status


def test_agents_guardrail_blocks_its_conversations(
    api: httpx.Client, make_agent: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = [{"name": "pii", "flagged": False, "score": 0.4}]
    monkeypatch.setattr(guardrails, "moderate", lambda *_: judged)
    thresholds = {"pii": 0.3}
    check = {"action": "block", "custom_category_thresholds": thresholds}
    id_ = make_agent(guardrails=[{"moderation_llm_v2": check}])["id"]
    answer = api.post("/v1/conversations", json={"agent_id": id_, "inputs": "Hello."})
    assert (answer.status_code, "pii" in answer.json()["detail"]) == (403, True)


def test_conversations_are_those_of_a_workspace(
    person: Callable[[str], httpx.Client], start: Make
) -> None:
    path = f"/v1/conversations/{start()['conversation_id']}"
    assert person("colleague").get(path).status_code == 200
    assert person("neighbour").get(path).status_code == 404
    assert person("neighbour").get("/v1/conversations").json() == []
