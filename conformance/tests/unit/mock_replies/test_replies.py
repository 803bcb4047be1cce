"""What replies answer, and to which requests."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock.replies.parsing import parse_reply
from mistral_mock.replies.problem import ReplyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_replies.conftest import Scripted

MODEL = "mistral-small-latest"
TOOL = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}},
}
CALLS = [{"id": "abcdefghi", "function": {"name": "look_up", "arguments": "{}"}}]
RESULT = [
    {"role": "user", "content": "Look it up"},
    {"role": "assistant", "content": "", "tool_calls": CALLS},
    {"role": "tool", "tool_call_id": "abcdefghi", "content": "18 degrees"},
]


def read_events(text: str) -> list[dict[str, Any]]:
    lines = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
    return [json.loads(line) for line in lines]


def test_first_reply_that_fits_counts(scripted: Scripted) -> None:
    scripted.mock.reply("It rains.", user="weather")
    scripted.mock.reply("Nobody knows.")
    assert [scripted.say("The weather?"), scripted.say("The time?")] == [
        "It rains.",
        "Nobody knows.",
    ]


def test_without_a_reply_that_fits_the_engine_answers(scripted: Scripted) -> None:
    usual = scripted.say("The time?")
    scripted.mock.reply("It rains.", user="weather")
    assert scripted.say("The time?") == usual


@pytest.mark.parametrize(
    ("conditions", "fields"),
    [
        ({"operation": "chat.*"}, {}),
        ({"model": "mistral-small-*"}, {}),
        ({"user": "Hel"}, {}),
        ({"user": {"equals": "Hello"}}, {}),
        ({"user": re.compile("^H.l+o$")}, {}),
        ({"user": lambda text: text.islower() is False}, {}),
        ({"user": {"pattern": "^Hello$"}}, {}),
        ({"any": "degrees"}, {"messages": RESULT}),
        ({"tool_result": "18"}, {"messages": RESULT}),
        ({"tool_call_id": "abcdefghi"}, {"messages": RESULT}),
        ({"tool": "look_up"}, {"tools": [TOOL], "tool_choice": "none"}),
        ({"turn": 1}, {}),
        ({"response_format": "json_object"}, {"response_format": {"type": "json_object"}}),
        ({"key": "mock-key"}, {}),
        ({"header": {"Accept": "*/*"}}, {}),
        ({"function": lambda asked: asked.model == MODEL}, {}),
        (
            {"system": "polite"},
            {
                "messages": [
                    {"role": "system", "content": "Be polite."},
                    {"role": "user", "content": "Hello"},
                ]
            },
        ),
    ],
)
def test_condition_that_is_met(
    scripted: Scripted, conditions: dict[str, Any], fields: dict[str, Any]
) -> None:
    scripted.mock.reply("Scripted.", **conditions)
    assert scripted.say(**fields) == "Scripted."


@pytest.mark.parametrize(
    "conditions",
    [
        {"operation": "fim.*"},
        {"model": "mistral-large-*"},
        {"user": "hello"},
        {"user": {"equals": "Hell"}},
        {"user": re.compile("^h")},
        {"user": str.islower},
        {"any": "degrees"},
        {"system": "polite"},
        {"tool": "look_up"},
        {"tool_result": "18"},
        {"tool_call_id": "abcdefghi"},
        {"turn": 2},
        {"response_format": "json_object"},
        {"key": "another"},
        {"header": {"X-Test": "1"}},
        {"function": lambda _: False},
    ],
)
def test_condition_that_is_not_met(scripted: Scripted, conditions: dict[str, Any]) -> None:
    scripted.mock.reply("Scripted.", **conditions)
    assert scripted.say() != "Scripted."


def test_reply_counts_so_many_times(scripted: Scripted) -> None:
    reply = scripted.mock.reply("Twice.", times=2)
    said = [scripted.say() for _ in range(3)]
    assert [one == "Twice." for one in said] == [True, True, False]
    assert reply.calls == 2


def test_sequence_answers_one_after_the_other_and_ends(scripted: Scripted) -> None:
    scripted.mock.reply(["One.", {"error": {"status": 503}}, "Three."])
    scripted.mock.reply("The end.")
    answers = [scripted.chat() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 503, 200, 200]
    assert answers[3].json()["choices"][0]["message"]["content"] == "The end."


def test_sequence_may_stay_at_its_last_answer(scripted: Scripted) -> None:
    scripted.mock.reply(["One.", "Two."], times=None)
    assert [scripted.say() for _ in range(3)] == ["One.", "Two.", "Two."]


def test_counts_may_be_those_of_a_conversation(scripted: Scripted) -> None:
    scripted.mock.reply(["One.", "Two."], scope="conversation")
    assert [scripted.say(text) for text in ("a", "a", "b", "b")] == ["One.", "Two."] * 2


def test_counts_go_on_in_a_conversation_and_in_what_branches_off_it(scripted: Scripted) -> None:
    reply = scripted.mock.reply(["One.", "Two.", "Three."], scope="conversation")

    def say(path: str = "", **fields: Any) -> tuple[str, str]:
        model = {} if path else {"model": "mistral-small-latest"}
        answer = scripted.api.post(
            f"/v1/conversations{path}", json={"inputs": "Hi", **model, **fields}
        ).json()
        return answer["conversation_id"], answer["outputs"][-1]["content"]

    first, said = say()
    other, said_there = say()
    assert (said, said_there) == ("One.", "One.")
    assert [say(f"/{one}")[1] for one in (first, other)] == ["Two.", "Two."]
    entries = scripted.api.get(f"/v1/conversations/{first}/history").json()["entries"]
    branch, said = say(f"/{first}/restart", from_entry_id=entries[-1]["id"])
    assert (branch != first, said, say(f"/{first}")[1]) == (True, "Three.", "Three.")
    assert reply.calls == 6


def test_stream_says_the_same(scripted: Scripted) -> None:
    scripted.mock.reply("It rains, and then it snows.", thinking="Clouds.")
    whole = scripted.say()
    events = read_events(scripted.chat(stream=True).text)
    parts = [one["choices"][0]["delta"]["content"] for one in events]
    text = "".join(part for part in parts if isinstance(part, str))
    thought = "".join(part[0]["thinking"][0]["text"] for part in parts if isinstance(part, list))
    assert (thought, text) == ("Clouds.", "It rains, and then it snows.")
    assert [chunk["type"] for chunk in whole] == ["thinking", "text"]


def test_tools_are_called(scripted: Scripted) -> None:
    scripted.mock.reply(tool_calls=[{"name": "look_up", "arguments": {"city": "Paris"}}])
    choice = scripted.chat(tools=[TOOL]).json()["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}
    assert re.fullmatch("[a-zA-Z0-9]{9}", call["id"])


def test_choices_json_reason_and_usage(scripted: Scripted) -> None:
    scripted.mock.reply(
        choices=["One", {"json": {"a": 1}, "finish_reason": "length"}],
        usage={"prompt_tokens": 3, "completion_tokens": 4},
    )
    found = scripted.chat(n=2).json()
    assert [one["message"]["content"] for one in found["choices"]] == ["One", '{"a": 1}']
    assert [one["finish_reason"] for one in found["choices"]] == ["stop", "length"]
    assert found["usage"]["total_tokens"] == 7


def test_places_are_filled_from_the_request(scripted: Scripted) -> None:
    scripted.mock.reply(
        "Order ${match.1} of ${body.messages.0.role}, ${call}, ${model}",
        user=re.compile(r"order (\d+)"),
    )
    assert scripted.say("order 77") == f"Order 77 of user, 1, {MODEL}"


def test_function_of_a_tester_answers(scripted: Scripted) -> None:
    scripted.mock.reply(lambda asked: asked.user.upper())
    assert scripted.say("hello") == "HELLO"


def test_function_that_lies_is_told(scripted: Scripted) -> None:
    scripted.mock.reply(lambda _: {"tool_calls": [{"name": ""}]})
    answer = scripted.chat()
    assert (answer.status_code, "tool_calls[0].name" in answer.text) == (400, True)


def fail(_: object) -> str:
    raise ValueError("mine")


@pytest.mark.parametrize("fields", [{"user": fail}, {"function": fail}, {"header": {"host": fail}}])
def test_condition_that_fails_is_told(scripted: Scripted, fields: dict[str, Any]) -> None:
    scripted.mock.reply("Never.", **fields)
    answer = scripted.chat()
    assert answer.status_code == 400
    assert "the function fail raised ValueError('mine')" in answer.json()["message"]


def test_answer_that_fails_is_told(scripted: Scripted) -> None:
    scripted.mock.reply(fail, name="broken")
    answer = scripted.chat()
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("broken cannot answer this request to chat.complete")


def test_one_reply_serves_agents_conversations_and_fim(scripted: Scripted) -> None:
    scripted.mock.reply("Scripted.")
    api = scripted.api
    agent = {"name": "Ada", "model": MODEL, "instructions": "Be polite."}
    agent_id = api.post("/v1/agents", json=agent).json()["id"]
    messages = [{"role": "user", "content": "Hello"}]
    by_agent = api.post(
        "/v1/agents/completions", json={"agent_id": agent_id, "messages": messages}
    ).json()
    talk = api.post("/v1/conversations", json={"agent_id": agent_id, "inputs": "Hello"}).json()
    more = api.post(f"/v1/conversations/{talk['conversation_id']}", json={"inputs": "More"}).json()
    gap = api.post("/v1/fim/completions", json={"model": "codestral-latest", "prompt": "a ="})
    streamed = api.post("/v1/conversations", json={"model": MODEL, "inputs": "a", "stream": True})
    assert by_agent["choices"][0]["message"]["content"] == "Scripted."
    assert [talk["outputs"][0]["content"], more["outputs"][0]["content"]] == ["Scripted."] * 2
    assert gap.json()["choices"][0]["message"]["content"] == "Scripted."
    said = [one["content"] for one in read_events(streamed.text) if "content" in one]
    assert "".join(said) == "Scripted."


def test_reply_serves_lines_of_a_batch(scripted: Scripted) -> None:
    scripted.mock.reply("Scripted ${user}.", operation="chat.complete")
    body = {"messages": [{"role": "user", "content": "line"}]}
    job = scripted.api.post(
        "/v1/batch/jobs",
        json={
            "endpoint": "/v1/chat/completions",
            "model": MODEL,
            "requests": [{"custom_id": "1", "body": body}],
        },
    ).json()
    scripted.mock.clock.advance(60)
    done = scripted.api.get(f"/v1/batch/jobs/{job['id']}").json()
    content = scripted.api.get(f"/v1/files/{done['output_file']}/content").json()
    assert "Scripted line." in json.dumps(content)


def test_conditions_of_a_conversation_see_its_history(scripted: Scripted) -> None:
    scripted.mock.reply("Third.", turn=3, any="First")
    start = scripted.api.post("/v1/conversations", json={"model": MODEL, "inputs": "First"})
    path = f"/v1/conversations/{start.json()['conversation_id']}"
    answers = [scripted.api.post(path, json={"inputs": text}).json() for text in ("b", "c")]
    assert [one["outputs"][-1]["content"] == "Third." for one in answers] == [False, True]


def test_entries_of_a_conversation(scripted: Scripted) -> None:
    scripted.mock.reply(
        entries=[
            {"type": "tool.execution", "name": "web_search", "arguments": {"query": "x"}},
            {"type": "message.output", "content": "Found."},
            {"type": "function.call", "name": "look_up", "arguments": {}},
        ]
    )
    found = scripted.api.post("/v1/conversations", json={"model": MODEL, "inputs": "x"}).json()
    kinds = [one["type"] for one in found["outputs"]]
    assert kinds == ["tool.execution", "message.output", "function.call"]


def test_vectors_pages_transcripts_and_scores(scripted: Scripted) -> None:
    mock, api = scripted.mock, scripted.api
    mock.reply(vectors=[[1.0, 0.0], [0.0, 1.0]])
    mock.reply(pages=["# One", "# Two"])
    mock.reply(transcript={"text": "Guten Tag", "language": "de"})
    mock.reply(scores={"pii": 0.9})
    vectors = api.post("/v1/embeddings", json={"model": "mistral-embed", "input": ["a", "b"]})
    document = {"type": "document_url", "document_url": "https://papers.example/a.pdf"}
    pages = api.post("/v1/ocr", json={"model": "mistral-ocr-latest", "document": document})
    sound = {"model": "voxtral-mini-latest", "file_url": "https://sounds.example/a.mp3"}
    heard = api.post("/v1/audio/transcriptions", data=sound).json()
    judged = api.post(
        "/v1/moderations", json={"model": "mistral-moderation-latest", "input": "x"}
    ).json()
    assert [one["embedding"] for one in vectors.json()["data"]] == [[1.0, 0.0], [0.0, 1.0]]
    assert [one["markdown"] for one in pages.json()["pages"]] == ["# One", "# Two"]
    assert (heard["text"], heard["language"]) == ("Guten Tag", "de")
    assert judged["results"][0]["categories"]["pii"] is True


def test_vectors_come_as_base64_too(scripted: Scripted) -> None:
    scripted.mock.reply(vectors=[1.0, 0.0])
    body = {"model": "mistral-embed", "input": "a", "encoding_format": "base64"}
    (item,) = scripted.api.post("/v1/embeddings", json=body).json()["data"]
    assert len(b64decode(item["embedding"])) == 8


def test_any_operation_answers_its_plain_body(scripted: Scripted) -> None:
    card = {"id": "mine", "object": "model", "type": "base", "capabilities": {}}
    scripted.mock.reply(body={"object": "list", "data": [card]}, operation="models.list")
    assert scripted.api.get("/v1/models").json()["data"] == [card]


def test_operation_that_the_mock_does_not_hold_answers_too(scripted: Scripted) -> None:
    path = "/v1/rag/ingestion_pipeline_configurations"
    assert scripted.api.get(path).status_code == 501
    scripted.mock.reply(raw={"body": []}, operation="beta.rag.*")
    assert scripted.api.get(path).json() == []


@pytest.mark.parametrize(
    ("path", "operation", "body"),
    [
        ("/v1/models", "models.list", {"detail": "Slow."}),
        ("/v1/libraries", "beta.libraries.list", {"detail": "Slow."}),
    ],
)
def test_errors_have_the_shape_of_the_api(
    scripted: Scripted, path: str, operation: str, body: dict[str, Any]
) -> None:
    error = {"status": 429, "message": "Slow."}
    scripted.mock.reply(error=error, headers={"retry-after": "3"}, operation=operation)
    answer = scripted.api.get(path)
    assert (answer.status_code, answer.json()) == (429, body)
    assert answer.headers["retry-after"] == "3"


def test_error_of_inference_has_its_own_shape(scripted: Scripted) -> None:
    scripted.mock.reply(error={"status": 429, "message": "Slow.", "code": "1300"})
    found = scripted.chat().json()
    assert (found["object"], found["type"], found["code"]) == ("error", "rate_limited", "1300")


def test_raw_answer_may_be_anything(scripted: Scripted) -> None:
    page = {"body": "<h1>Bad</h1>", "media_type": "text/html", "status": 502}
    scripted.mock.reply(raw=page)
    answer = scripted.chat()
    assert (answer.status_code, answer.text) == (502, "<h1>Bad</h1>")
    assert answer.headers["content-type"] == "text/html"


def test_reply_does_not_take_what_the_api_refuses(scripted: Scripted) -> None:
    scripted.mock.reply("Scripted.")
    assert scripted.chat(model="no-such-model").status_code == 400
    assert scripted.chat(temperature="hot").status_code == 422
    assert (
        scripted.api.post("/v1/chat/completions", headers={"authorization": ""}).status_code == 401
    )


def test_strict_replies_show_the_nearest_one(start: Callable[..., Scripted]) -> None:
    scripted = start(strict_replies=True)
    scripted.mock.reply("A", operation="fim.complete", name="gap")
    scripted.mock.reply("B", model="mistral-*", user="weather", name="weather")
    refusal = scripted.chat("The time?")
    told = refusal.json()["message"]
    assert refusal.status_code == 400
    assert "weather: the last user message has to contain 'weather', it is 'The time?'" in told
    assert scripted.api.get("/v1/models").status_code == 200


def test_replies_of_a_block_end_with_it(scripted: Scripted) -> None:
    scripted.mock.reply("Outside.")
    with scripted.mock.replies({"user": "Hello", "text": "Inside."}, "Otherwise."):
        scripted.mock.reply("Too late.")
        assert [scripted.say(), scripted.say("Bye")] == ["Inside.", "Otherwise."]
    assert scripted.say() == "Outside."


def test_reset_takes_replies_away(scripted: Scripted) -> None:
    usual = scripted.say()
    scripted.mock.reply("Scripted.")
    scripted.api.post("/_mock/reset")
    assert scripted.say() == usual


def test_control_route_adds_shows_and_clears(scripted: Scripted) -> None:
    entry = {"when": {"user": "Hello", "key": "mock-key"}, "answer": "Scripted."}
    assert scripted.api.post("/_mock/replies", json=entry).status_code == 200
    assert scripted.say() == "Scripted."
    (shown,) = scripted.api.get("/_mock/replies").json()
    assert (shown["calls"], shown["when"]) == (1, {"user": "Hello", "key": "***"})
    assert scripted.api.delete("/_mock/replies").status_code == 204
    assert scripted.say() != "Scripted."


def test_control_route_says_what_lies(scripted: Scripted) -> None:
    entry = {"answer": {"finish_reason": "tool_calls", "text": "x"}}
    refusal = scripted.api.post("/_mock/replies", json=[entry])
    (problem,) = refusal.json()["detail"]
    assert (refusal.status_code, problem["loc"]) == (422, ["body", 0, "answer", "finish_reason"])


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"user": "Hi", "answer": "a"}, "user: it is unknown here; write it under when"),
        ({"when": {}, "text": "a"}, "text: it is unknown here; write it under answer"),
        (
            {"when": {"times": 2}, "answer": "a"},
            "when.times: it is unknown here; write it beside when",
        ),
        ({"answr": "a"}, "answr: it is unknown here; do you mean answer?"),
    ],
)
def test_misplaced_name_is_told_its_place(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(ReplyError, match=re.escape(told)):
        parse_reply(entry)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "an answer is a text or a mapping"),
        ({"txt": "a"}, "do you mean text?"),
        ({"text": "a", "vectors": [1]}, "do not go together"),
        ({"text": "a", "operation": "files.list"}, "cannot answer so"),
        ({"text": "a", "operation": "no.such"}, "matches no operation"),
        ({"text": "a", "finish_reason": "tool_calls"}, "there are no tool_calls"),
        ({"text": "a", "finish_reason": "done"}, "it is one of"),
        ({"text": "${who}"}, "leads nowhere"),
        ({"text": "a", "turn": 0}, "from 1"),
        ({"text": "a", "user": {"pattern": "("}}, "not a pattern"),
        ({"text": "a", "times": 0}, "from 1"),
        ({"text": "a", "pace": {"per_second": 0}}, "makes no sense"),
        ({"tool_calls": [{"name": "f", "id": "x"}]}, "9 letters"),
        ({"tool_calls": [{"name": "f", "arguments": "[1]"}]}, "are an object"),
        ({"tool_calls": [{"name": "f"}], "finish_reason": "stop"}, "says tool_calls"),
        ({"text": "a", "usage": {"prompt_tokens": -1}}, "from 0"),
        ({"json": {"a": float("nan")}}, "JSON cannot hold it"),
        ({"text": "\ud800"}, "JSON cannot hold it"),
        ({"vectors": [[1, 2], [1]]}, "same length"),
        ({"scores": {"pii": 2}}, "from 0 to 1"),
        ({"entries": [{"type": "message.output"}]}, "lacks content"),
        ({"error": {"status": 200}}, "from 400"),
        ({"body": {"object": "list"}}, "one operation"),
        ({"body": {"data": [{}]}, "operation": "models.list"}, "say raw"),
        (
            {"body": {"data": [], "objct": "list"}, "operation": "models.list"},
            "do you mean object?",
        ),
        ({"body": {}, "status": 418, "operation": "models.list"}, "say error or raw"),
        ({"text": "a", "status": 200}, "only body, error and raw go with status"),
        ({"content": "a"}, "do you mean text?"),
        ({"embedding": [1]}, "do you mean vectors?"),
    ],
)
def test_reply_cannot_lie(scripted: Scripted, fields: dict[str, Any], told: str) -> None:
    with pytest.raises(ReplyError, match=re.escape(told)):
        scripted.mock.reply(**fields)


FILE = """\
- when: {user: weather}
  answer: It rains.
- when: {user: {pattern: "order (\\\\d+)"}}
  answer:
    text: Order ${match.1}.
"""


def test_file_of_replies_is_read_again_when_it_changes(
    start: Callable[..., Scripted], tmp_path: Path
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE)
    scripted = start(replies=(tmp_path,))
    assert [scripted.say("weather"), scripted.say("order 5")] == ["It rains.", "Order 5."]
    file.write_text("replies:\n  - answer: Changed.\n")
    assert scripted.say("weather") == "Changed."
    (tmp_path / "b.yaml").write_text("- {answer: x, when: {user: bye}}")
    file.unlink()
    assert scripted.say("bye") == "x"


def test_change_that_lies_leaves_the_replies_as_they_were(
    start: Callable[..., Scripted], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE)
    scripted = start(replies=(file,))
    file.write_text("- answer: {text: 1}\n")
    assert scripted.say("weather") == "It rains."
    assert f"{file}:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (FILE + "- when: {user: x}\n  answer:\n    vectors: [1]\n    text: a\n", 7, "together"),
        (FILE + "- answer: {text: a}\n  times: many\n", 7, "whole number"),
        ("- answer: a\n  wehn: {}\n", 2, "do you mean when?"),
        ("- {answer: a\n", 2, "not YAML"),
        ("answer: a\n", 1, "list"),
    ],
)
def test_file_that_lies_ends_the_start_with_file_and_line(
    start: Callable[..., Scripted], tmp_path: Path, text: str, line: int, told: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    with pytest.raises(ReplyError, match=re.escape(f"{file}:{line}")) as caught:
        start(replies=(file,))
    assert told in str(caught.value)


def test_replies_of_a_path_for_a_block(scripted: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FILE)
    with scripted.mock.replies(file):
        assert scripted.say("weather") == "It rains."


def test_pace_of_a_reply_is_that_of_its_pieces() -> None:
    from mistral_mock.pace import Pace  # noqa: PLC0415 - beside its only use

    pauses = Pace(first_s=2, per_second=4, jitter=0.5, seed=7).pauses()
    first, *rest = [next(pauses) for _ in range(50)]
    again = Pace(first_s=2, per_second=4, jitter=0.5, seed=7).pauses()
    assert [first, *rest] == [next(again) for _ in range(50)]
    assert 1 <= first <= 3
    assert all(0.125 <= pause <= 0.375 for pause in rest)
    assert len(set(rest)) > 10
