"""Answers as objects of a class: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.unit.client.harness import Server, answer

from mistral_client import StructuredOutputError

if TYPE_CHECKING:
    from tests.unit.client.harness import Both


@attrs.frozen
class Book:
    title: str
    year: int


def completion(content: Any, reason: str = "stop", **message: Any) -> Any:
    whole = {"role": "assistant", "content": content, "tool_calls": None, **message}
    choice = {"index": 0, "finish_reason": reason, "message": whole}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    body = {"id": "c", "object": "chat.completion", "model": "m", "created": 1, "usage": usage}
    return answer(200, {**body, "choices": [choice]})


def ask(client: Any) -> Any:
    messages = [{"role": "user", "content": "A book?"}]
    return client.chat.parse(model="m", messages=messages, response_format=Book)


def test_answer_is_an_object_of_the_class(both: Both) -> None:
    assert both.run(completion('{"title": "Emma", "year": 1815}'), ask) == Book("Emma", 1815)


def test_text_chunks_are_read_together_and_thoughts_left_out(both: Both) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    texts = [{"type": "text", "text": '{"title": "Emma",'}, {"type": "text", "text": '"year": 1}'}]
    assert both.run(completion([thought, *texts]), ask) == Book("Emma", 1)


def test_schema_of_the_class_is_asked_for(both: Both) -> None:
    server = Server([completion('{"title": "Emma", "year": 1815}')])
    both.run(server, ask)
    sent = json.loads(server.requests[0].content)
    form = sent["response_format"]
    assert form["type"] == "json_schema"
    assert (form["json_schema"]["name"], form["json_schema"]["strict"]) == ("Book", True)
    assert set(form["json_schema"]["schema"]["properties"]) == {"title", "year"}


def test_agents_answer_in_a_form_too(both: Both) -> None:
    found = both.run(
        completion('{"title": "Emma", "year": 1815}'),
        lambda client: client.agents.parse(agent_id="ag", messages=[], response_format=Book),
    )
    assert found == Book("Emma", 1815)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (completion('{"title": "Emma"}'), "the answer is no Book: Book: year is missing"),
        (completion('{"title": "Em', "length"), "cut off; allow more max_tokens"),
        (
            completion(
                "", "tool_calls", tool_calls=[{"function": {"name": "f", "arguments": "{}"}}]
            ),
            "called a tool instead",
        ),
        (completion(None), "the answer is empty"),
    ],
)
def test_answer_that_is_no_such_object_is_an_error(both: Both, given: Any, words: str) -> None:
    with pytest.raises(StructuredOutputError, match=words):
        both.run(given, ask)


def test_error_keeps_what_the_model_said_and_pickles(both: Both) -> None:
    with pytest.raises(StructuredOutputError) as caught:
        both.run(completion("I cannot say."), ask)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (error.content, error.finish_reason) == ("I cannot say.", "stop")
    assert error.operation == "chat.complete"


def test_answer_without_a_choice_is_an_error(both: Both) -> None:
    with pytest.raises(StructuredOutputError, match="no message"):
        both.run(answer(200, {"id": "c", "choices": []}), ask)


def test_class_without_a_form_is_refused_before_anything_is_sent(both: Both) -> None:
    server = Server([completion("{}")])
    with pytest.raises(TypeError, match="class 'int'>, which has no form in JSON"):
        both.run(
            server,
            lambda client: client.chat.parse(model="m", messages=[], response_format=int),
        )
    assert server.requests == []


@pytest.mark.parametrize("choices", [5, "x", {"a": 1}, [None], [5], [[]], [{"message": 5}]])
def test_answer_with_odd_choices_has_no_message(both: Both, choices: Any) -> None:
    body = {"id": "c", "object": "o", "model": "m", "created": 1, "usage": {}, "choices": choices}
    with pytest.raises(StructuredOutputError, match="no message"):
        both.run(answer(200, body), ask)


EMMA = '{"title": "Emma ```", "year": 1815}'


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{EMMA}\n```",
        f"```\n{EMMA}\n```\n",
        f"```json {EMMA}```",
        f"Here it is:\n\n```JSON\n{EMMA}\n```\nAnything else?",
        f"\ufeff  {EMMA}\n",
        f"```json\n{EMMA}",
    ],
)
def test_object_is_found_within_markdown(both: Both, text: str) -> None:
    assert both.run(completion(text), ask) == Book("Emma ```", 1815)


def test_class_that_reads_json_itself_gets_it_without_markdown(both: Both) -> None:
    pydantic = pytest.importorskip("pydantic")
    kind = pydantic.create_model("Paper", title=(str, ...))
    found = both.run(
        completion('```json\n{"title": "Emma"}\n```'),
        lambda client: client.chat.parse(model="m", messages=[], response_format=kind),
    )
    assert found.title == "Emma"


def test_words_around_an_object_are_no_object(both: Both) -> None:
    with pytest.raises(StructuredOutputError, match="the answer is no Book"):
        both.run(completion(f"Sure! {EMMA}"), ask)


@pytest.mark.parametrize("content", ["", " \n", None])
def test_empty_answer_is_told_as_such(both: Both, content: str | None) -> None:
    with pytest.raises(StructuredOutputError, match="the answer is empty"):
        both.run(completion(content), ask)
