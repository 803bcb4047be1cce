"""Conditions on what was typed, and on what a message brings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mistral_mock.resources import references

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from tests.unit.mock_replies.conftest import Scripted

    from mistral_mock.context import Context, Upload

MODEL = "mistral-small-latest"
INVOICE = {"type": "document_url", "document_url": "data:text/plain,Invoice INV-77 of 120 EUR"}
CONTRACT = {"type": "document_url", "document_url": "data:text/plain,The contract of Marie"}


def ask(scripted: Scripted, *chunks: dict[str, Any], **fields: Any) -> str:
    text = {"type": "text", "text": "What is it?"}
    return str(scripted.say(messages=[{"role": "user", "content": [text, *chunks]}], **fields))


def test_text_of_the_user_is_what_was_typed_whatever_comes_with_it(scripted: Scripted) -> None:
    scripted.mock.reply("Typed.", user={"equals": "What is it?"}, any=re.compile("it[?]$"))
    assert ask(scripted, INVOICE) == "Typed."


def test_document_is_what_a_document_says(scripted: Scripted) -> None:
    scripted.mock.reply("Number ${match.1}.", document=re.compile(r"INV-(\d+)"))
    scripted.mock.reply("A contract.", document="contract")
    scripted.mock.reply("Nothing.")
    assert ask(scripted, INVOICE) == "Number 77."
    assert ask(scripted, CONTRACT) == "A contract."
    assert ask(scripted, CONTRACT, INVOICE) == "Number 77."
    assert ask(scripted) == "Nothing."


def test_document_of_a_file_is_read_for_agents_and_lines_of_a_batch(scripted: Scripted) -> None:
    scripted.mock.reply("Read.", document="INV-77")
    api = scripted.api
    sent = {"file": ("a.txt", b"Invoice INV-77")}
    file = api.post("/v1/files", files=sent, data={"purpose": "ocr"}).json()
    messages = [{"role": "user", "content": [{"type": "file", "file_id": file["id"]}]}]
    agent = api.post("/v1/agents", json={"model": MODEL, "name": "Reader"}).json()
    asked = {"agent_id": agent["id"], "messages": messages}
    answer = api.post("/v1/agents/completions", json=asked).json()
    assert answer["choices"][0]["message"]["content"] == "Read."
    lines = [{"custom_id": "1", "body": {"messages": messages}}]
    job = {"model": MODEL, "endpoint": "/v1/chat/completions", "requests": lines}
    made = api.post("/v1/batch/jobs", json=job).json()
    scripted.mock.clock.advance(3600)
    done = api.get(f"/v1/batch/jobs/{made['id']}").json()
    assert "Read." in api.get(f"/v1/files/{done['output_file']}/content").text


def test_document_of_an_earlier_turn_is_known_in_a_conversation(scripted: Scripted) -> None:
    scripted.mock.reply("The invoice.", document="INV-77")
    inputs = [{"role": "user", "content": [INVOICE, {"type": "text", "text": "What is it?"}]}]
    path = "/v1/conversations"
    for body in ({"model": MODEL, "inputs": inputs}, {"inputs": "And now?"}):
        said = scripted.api.post(path, json=body).json()
        assert said["outputs"][0]["content"] == "The invoice."
        path = f"/v1/conversations/{said['conversation_id']}"


def test_what_a_condition_has_read_is_not_read_again(
    scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    usual = references.fetch

    def fetch(ctx: Context, url: str, name: str = "") -> Upload:
        read.append(url)
        return usual(ctx, url, name)

    monkeypatch.setattr(references, "fetch", fetch)
    scripted.mock.reply("Never.", document="no such text")
    scripted.mock.reply("Never.", document="nor this")
    assert "120 EUR" in ask(scripted, INVOICE, INVOICE)
    assert read == [INVOICE["document_url"]]


def test_document_that_cannot_be_had_meets_no_condition_and_is_refused(scripted: Scripted) -> None:
    scripted.mock.reply("Never.", document="")
    gone = {"type": "document_url", "document_url": "https://papers.invalid/a.pdf"}
    messages = [{"role": "user", "content": [gone]}]
    answer = scripted.chat(messages=messages)
    assert (answer.status_code, "host is unknown" in answer.text) == (400, True)


def test_strict_replies_tell_that_no_document_fits(start: Callable[..., Scripted]) -> None:
    scripted = start(strict_replies=True)
    scripted.mock.reply("Never.", document="contract")
    answer = scripted.chat(messages=[{"role": "user", "content": [INVOICE]}])
    assert "any document has to contain 'contract', none of 1 does" in answer.json()["message"]
