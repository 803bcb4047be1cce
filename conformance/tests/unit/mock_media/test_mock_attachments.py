"""Chats read what messages bring: documents, pictures, recordings, files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_media.sounds_made import make_png, make_wav, spell

from mistral_mock.completion.tokens import count_tokens
from mistral_mock.resources import references

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.context import Context, Upload
    from mistral_mock.resources.invention import Kind

    Person = Callable[[str], httpx.Client]
    Start = Callable[..., tuple[Any, httpx.Client]]

MODEL = "mistral-small-latest"
URL = "https://papers.example/2026/shelves.pdf"
SOUND = "https://sounds.example/morning.mp3"
ABSENT = "00000000-0000-4000-8000-000000000000"
INVOICE = (
    "Shelves are made of oak.\nThey stand in every hall.\nDelivery takes a week.\n"
    "Nothing is glued.\nThe colour is chosen later.\nScrews are part of it.\n"
    "The invoice has the number INV-2031.\nIt is paid in Paris."
)


def document(text: str) -> dict[str, Any]:
    return {
        "type": "document_url",
        "document_url": f"data:text/plain;base64,{spell(text.encode())}",
    }


def ask(api: httpx.Client, *chunks: dict[str, Any] | str, **fields: Any) -> httpx.Response:
    """A chat whose one message has these chunks."""
    content = [{"type": "text", "text": one} if isinstance(one, str) else one for one in chunks]
    messages = [{"role": "user", "content": content}]
    body = {"model": MODEL, "messages": messages, **fields}
    return api.post("/v1/chat/completions", json=body)


def said(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


def keep(api: httpx.Client, name: str, content: bytes) -> str:
    made = api.post("/v1/files", files={"file": (name, content)}, data={"purpose": "ocr"})
    id_: str = made.json()["id"]
    return id_


def test_answer_has_the_part_of_the_document_that_the_question_is_about(api: httpx.Client) -> None:
    found = said(ask(api, "Which number does the invoice have?", document(INVOICE)))
    assert "The document says: “The invoice has the number INV-2031. It is paid in Paris.”" in found
    assert "oak" not in found


def test_question_about_nothing_in_it_gets_the_beginning(api: httpx.Client) -> None:
    found = said(ask(api, "What is in there?", document(INVOICE)))
    assert "says: “Shelves are made of oak. They stand in every hall." in found


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "document_url", "document_url": URL},
        {"type": "image_url", "image_url": URL},
        {"type": "image_url", "image_url": {"url": URL, "detail": "high"}},
    ],
)
def test_address_says_in_a_chat_what_ocr_reads_there(
    api: httpx.Client, chunk: dict[str, Any]
) -> None:
    asked = {"model": "mistral-ocr-latest", "document": chunk}
    (page,) = api.post("/v1/ocr", json=asked).json()["pages"]
    line = f"This page stands for {URL}"
    assert line in page["markdown"]
    assert line in said(ask(api, "What is this?", chunk))


def test_recording_says_in_a_chat_what_a_transcription_hears(api: httpx.Client) -> None:
    asked = {"model": "voxtral-mini-latest", "file_url": SOUND}
    heard = api.post("/v1/audio/transcriptions", data=asked).json()
    answer = ask(api, "What is said?", {"type": "input_audio", "input_audio": SOUND})
    assert f"says: “{heard['text']}”" in said(answer)
    seconds = heard["usage"]["prompt_audio_seconds"]
    assert answer.json()["usage"]["prompt_audio_seconds"] == seconds


def test_bytes_of_a_recording_are_heard(api: httpx.Client) -> None:
    text = spell(make_wav(8))
    given = (text, {"data": text, "format": "wav"}, f"data:audio/wav;base64,{text}")
    answers = [ask(api, "?", {"type": "input_audio", "input_audio": one}) for one in given]
    assert {one.json()["usage"]["prompt_audio_seconds"] for one in answers} == {8}
    assert len({said(one) for one in answers}) == 1
    assert "The recording says: “" in said(answers[0])


def test_recording_alone_is_what_the_user_says(api: httpx.Client) -> None:
    chunk = {"type": "input_audio", "input_audio": SOUND}
    assert f"“This recording stands for {SOUND}”" in said(ask(api, chunk)).splitlines()[0]


def test_picture_is_told_by_its_type_and_size(api: httpx.Client) -> None:
    url = f"data:image/png;base64,{spell(make_png(300, 200))}"
    answer = ask(api, "What is it?", {"type": "image_url", "image_url": url})
    assert "The picture (png, 300 by 200 pixels) has no words that I can read." in said(answer)
    plain = ask(api, "What is it?").json()["usage"]["prompt_tokens"]
    more = answer.json()["usage"]["prompt_tokens"] - plain
    assert 11 * 8 <= more <= 11 * 8 + 1  # patches of 28 pixels, and a line end


def test_text_of_documents_counts_in_usage(api: httpx.Client) -> None:
    used = [
        ask(api, *chunks).json()["usage"] for chunks in (("Hello",), ("Hello", document(INVOICE)))
    ]
    more = used[1]["prompt_tokens"] - used[0]["prompt_tokens"]
    assert count_tokens(INVOICE) <= more <= count_tokens(INVOICE) + 1
    assert used[1]["total_tokens"] == used[1]["prompt_tokens"] + used[1]["completion_tokens"]


def test_uploaded_files_are_read(api: httpx.Client) -> None:
    text, sound = keep(api, "a.txt", INVOICE.encode()), keep(api, "a.wav", make_wav(2))
    chunks = [{"type": "file", "file_id": one} for one in (text, sound)]
    found = said(ask(api, "Which invoice?", *chunks))
    assert "The document “a.txt” says: “The invoice has the number INV-2031." in found
    assert "The recording “a.wav” says: “" in found


def test_signed_address_of_a_file_is_read(api: httpx.Client) -> None:
    file_id = keep(api, "a.txt", INVOICE.encode())
    url = api.get(f"/v1/files/{file_id}/url").json()["url"]
    assert "oak" in said(ask(api, "?", {"type": "document_url", "document_url": url}))


def test_json_is_filled_from_the_document(api: httpx.Client) -> None:
    schema = {
        "type": "object",
        "properties": {"invoice_number": {"type": "string"}},
        "required": ["invoice_number"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "invoice", "schema": schema}}
    answer = ask(api, "Fill in the form 77", document(INVOICE), response_format=form)
    assert json.loads(said(answer)) == {"invoice_number": "INV-2031"}


def test_numbers_of_json_are_those_that_were_said(api: httpx.Client) -> None:
    fields = {"name": {"type": "string"}, "age": {"type": "integer"}, "height": {"type": "number"}}
    schema = {"type": "object", "properties": fields, "required": ["name", "age", "height"]}
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    answer = ask(api, "Our guest Marie is 31 years old and 1.72 m tall", response_format=form)
    assert json.loads(said(answer)) == {"name": "Marie", "age": 31, "height": 1.72}


@pytest.mark.parametrize(("times", "length"), [(1, 200), (3, 240)])
def test_summary_in_json_is_how_the_document_begins(
    api: httpx.Client, times: int, length: int
) -> None:
    fields = {"summary": {"type": "string"}}
    schema = {"type": "object", "properties": fields, "required": ["summary"]}
    form = {"type": "json_schema", "json_schema": {"name": "invoice", "schema": schema}}
    answer = ask(api, "Sum it up", document("\n".join([INVOICE] * times)), response_format=form)
    summary = json.loads(said(answer))["summary"]
    assert summary[:199] == " ".join(INVOICE.split())[:199]
    assert len(summary) == length


def test_tool_gets_what_stands_in_the_document(api: httpx.Client) -> None:
    parameters = {
        "type": "object",
        "properties": {"invoice_number": {"type": "string"}},
        "required": ["invoice_number"],
    }
    pay = {"type": "function", "function": {"name": "pay_invoice", "parameters": parameters}}
    answer = ask(api, "Please pay this invoice", document(INVOICE), tools=[pay])
    (call,) = answer.json()["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"invoice_number": "INV-2031"}


def test_later_question_about_an_earlier_document_is_answered_from_it(api: httpx.Client) -> None:
    def go_on(question: str) -> str:
        first = {"role": "user", "content": [document(INVOICE)]}
        messages = [first, {"role": "assistant", "content": "Yes?"}]
        messages.append({"role": "user", "content": question})
        body = {"model": MODEL, "messages": messages}
        return said(api.post("/v1/chat/completions", json=body))

    assert "INV-2031" in go_on("And the invoice?")
    assert "The document" not in go_on("Thanks, goodbye")


def test_stream_says_the_same(api: httpx.Client) -> None:
    chunks = ("Which invoice?", document(INVOICE), {"type": "input_audio", "input_audio": SOUND})
    whole = ask(api, *chunks)
    lines = ask(api, *chunks, stream=True).text.split("\n\n")
    data = [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]
    assert "".join(one["choices"][0]["delta"]["content"] for one in data) == said(whole)
    assert data[-1]["usage"] == whole.json()["usage"]


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [
        ({"type": "file", "file_id": ABSENT}, "not found"),
        ({"type": "document_url", "document_url": "https://a.invalid/a.pdf"}, "host is unknown"),
        ({"type": "document_url", "document_url": "data:text/plain;base64,%%"}, "not base64"),
        ({"type": "document_url", "document_url": "data:text/plain,"}, "empty"),
        (
            {"type": "document_url", "document_url": f"data:audio/wav;base64,{spell(make_wav(1))}"},
            "",
        ),
        ({"type": "image_url", "image_url": "data:image/png;base64,%%"}, "not base64"),
        ({"type": "image_url", "image_url": "data:text/plain,Hello"}, "no PNG"),
        ({"type": "input_audio", "input_audio": "%%"}, "not base64"),
        ({"type": "input_audio", "input_audio": spell(b"Hello")}, "formats"),
        ({"type": "input_audio", "input_audio": {"data": spell(b"Hello")}}, "formats"),
    ],
)
def test_what_cannot_be_read_is_refused(
    api: httpx.Client, chunk: dict[str, Any], reason: str
) -> None:
    answer = ask(api, "What is this?", chunk)
    assert (answer.status_code, answer.json()["type"]) == (400, "invalid_request_error")
    assert reason in answer.json()["message"]


def test_file_of_another_workspace_is_unknown(api: httpx.Client, person: Person) -> None:
    chunk = {"type": "file", "file_id": keep(api, "a.txt", b"Secret")}
    answer = ask(person("neighbour"), "What is this?", chunk)
    assert (answer.status_code, "not found" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "document_url", "document_url": URL},
        {"type": "image_url", "image_url": URL},
        {"type": "input_audio", "input_audio": SOUND},
    ],
)
def test_addresses_are_refused_when_asked_for(start: Start, chunk: dict[str, Any]) -> None:
    _, api = start(urls="refuse")
    answer = ask(api, "What is this?", chunk)
    assert (answer.status_code, "--urls" in answer.json()["message"]) == (400, True)


def test_agent_reads_what_messages_bring(api: httpx.Client) -> None:
    agent = api.post("/v1/agents", json={"model": MODEL, "name": "Reader"}).json()["id"]
    messages = [{"role": "user", "content": [document(INVOICE)]}]
    answer = api.post("/v1/agents/completions", json={"agent_id": agent, "messages": messages})
    assert "oak" in said(answer)


def test_line_of_a_batch_reads_what_messages_bring(api: httpx.Client) -> None:
    messages = [{"role": "user", "content": [document(INVOICE)]}]
    job = {
        "model": MODEL,
        "endpoint": "/v1/chat/completions",
        "requests": [{"custom_id": "1", "body": {"messages": messages}}],
    }
    made = api.post("/v1/batch/jobs", json=job).json()
    api.post("/_mock/clock", json={"advance_s": 3600})
    done = api.get(f"/v1/batch/jobs/{made['id']}").json()
    assert "oak" in api.get(f"/v1/files/{done['output_file']}/content").text


def test_conversation_reads_what_a_message_brings_once(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def fetch(ctx: Context, url: str, name: str = "", kind: Kind = "document") -> Upload:
        read.append(url)
        return references_fetch(ctx, url, name, kind)

    references_fetch = references.fetch
    monkeypatch.setattr(references, "fetch", fetch)
    chunks = [
        {"type": "document_url", "document_url": URL},
        {"type": "image_url", "image_url": f"{URL}#2"},
    ]
    path = "/v1/conversations"
    for turn in range(3):
        content = [*chunks, {"type": "text", "text": f"Which page stands for it, {turn}?"}]
        inputs = [{"role": "user", "content": content}]
        named = {} if turn else {"model": MODEL}
        said_now = api.post(path, json={"inputs": inputs, **named}).json()
        assert f"stands for {URL}" in said_now["outputs"][0]["content"]
        path = f"/v1/conversations/{said_now['conversation_id']}"
    assert read == [URL, f"{URL}#2"] * 3
    history = api.get(f"{path}/history").json()["entries"]
    assert [one["content"][:2] for one in history[::2]] == [chunks] * 3
    begin = {"inputs": "And the page?", "from_entry_id": history[1]["id"]}
    again = api.post(f"{path}/restart", json=begin).json()
    assert f"stands for {URL}" in again["outputs"][0]["content"]
    assert len(read) == 6


def test_conversation_goes_on_about_a_file_that_is_gone(api: httpx.Client) -> None:
    file_id = keep(api, "a.txt", INVOICE.encode())
    url = api.get(f"/v1/files/{file_id}/url").json()["url"]
    chunk = {"type": "document_url", "document_url": url}
    inputs = [{"role": "user", "content": [{"type": "text", "text": "Which invoice?"}, chunk]}]
    begun = api.post("/v1/conversations", json={"inputs": inputs, "model": MODEL}).json()
    assert "INV-2031" in begun["outputs"][0]["content"]
    api.delete(f"/v1/files/{file_id}")
    path = f"/v1/conversations/{begun['conversation_id']}"
    after = api.post(path, json={"inputs": "And the shelves?"}).json()
    assert "oak" in after["outputs"][0]["content"]
    again = api.post("/v1/conversations", json={"inputs": inputs, "model": MODEL})
    assert again.status_code == 400


def test_world_says_what_stands_at_an_address(start: Start) -> None:
    _, api = start(world=f"urls:\n  - {{url: '{URL}', text: 'Shelves are flat.'}}\n")
    chunk = {"type": "document_url", "document_url": URL}
    assert "says: “Shelves are flat.”" in said(ask(api, "What is this?", chunk))
