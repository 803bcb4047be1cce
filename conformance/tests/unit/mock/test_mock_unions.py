"""Wrong members of unions: the 422 names the member, the field and the fault (seen live, 2026)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

MODEL = "mistral-small-latest"
ROLES = "'system', 'user', 'assistant', 'tool'"
CHUNKS = (
    "list[tagged-union[TextChunk,ImageURLChunk,DocumentURLChunk,ReferenceChunk,FileChunk,"
    "ThinkChunk,AudioChunk]]"
)
USER = {"role": "user", "content": "Hello."}


def refuse(api: httpx.Client, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The problems of a body."""
    answer = api.post(path, json={"model": MODEL, **body})
    assert answer.status_code == 422, answer.text
    found: list[dict[str, Any]] = answer.json()["detail"]
    return found


def ask(api: httpx.Client, *messages: object, **fields: Any) -> list[dict[str, Any]]:
    """The problems of a chat."""
    return refuse(api, "/v1/chat/completions", {"messages": list(messages), **fields})


def test_a_field_that_a_message_lacks_is_named_under_its_role(api: httpx.Client) -> None:
    assert ask(api, {"role": "system", "content": "Be kind.", "name": "Ada"}, USER) == [
        {
            "type": "extra_forbidden",
            "loc": ["body", "messages", 0, "system", "name"],
            "msg": "Extra inputs are not permitted",
            "input": "Ada",
        }
    ]


def test_an_unknown_role_is_told_all_roles(api: httpx.Client) -> None:
    message = {"role": "developer", "content": "Be kind."}
    (problem,) = ask(api, USER, message)
    assert problem == {
        "type": "union_tag_invalid",
        "loc": ["body", "messages", 1],
        "msg": "Input tag 'developer' found using 'role' does not match any of the expected tags: "
        + ROLES,
        "input": message,
        "ctx": {"discriminator": "'role'", "tag": "developer", "expected_tags": ROLES},
    }


def test_a_message_without_a_role_is_told_so(api: httpx.Client) -> None:
    (problem,) = ask(api, {"content": "Hello."})
    assert (problem["type"], problem["loc"]) == ("union_tag_not_found", ["body", "messages", 0])
    assert problem["msg"] == "Unable to extract tag using discriminator 'role'"


@pytest.mark.parametrize("message", ["Hello.", 1, None, [USER]])
def test_a_message_that_is_no_object_is_told_so(api: httpx.Client, message: object) -> None:
    (problem,) = ask(api, message)
    assert problem["type"] == "model_attributes_type"
    assert (problem["loc"], problem["input"]) == (["body", "messages", 0], message)


def test_every_member_of_a_content_is_told(api: httpx.Client) -> None:
    content = [{"type": "text"}, {"colour": "red"}]
    told = [(each["type"], each["loc"]) for each in ask(api, {"role": "user", "content": content})]
    place = ["body", "messages", 0, "user", "content"]
    assert told == [
        ("string_type", [*place, "str"]),
        ("missing", [*place, CHUNKS, 0, "text", "text"]),
        ("union_tag_not_found", [*place, CHUNKS, 1]),
    ]


def test_a_wrong_function_is_told_with_and_without_the_type_of_its_tool(api: httpx.Client) -> None:
    tool = {"function": {"name": 1, "parameters": {}}}
    told = [ask(api, USER, tools=[each]) for each in (tool, {**tool, "type": "function"})]
    assert [each["loc"] for each in told[0]] == [
        ["body", "tools", 0, "function", "function", "name"]
    ]
    assert told[0] == told[1]


def test_an_unknown_kind_of_tool_is_told_all_kinds(api: httpx.Client) -> None:
    (problem,) = ask(api, USER, tools=[{"type": "telephone"}])
    assert problem["loc"] == ["body", "tools", 0]
    assert problem["ctx"]["expected_tags"].startswith("'function', 'web_search', ")


@pytest.mark.parametrize(
    ("path", "body", "loc", "type_"),
    [
        (
            "/v1/agents",
            {"name": "Ada", "tools": [{"type": "document_library"}]},
            ["tools", 0, "document_library", "library_ids"],
            "missing",
        ),
        (
            "/v1/agents",
            {"name": "Ada", "tools": [{"library_ids": "all"}]},
            ["tools", 0, "document_library", "library_ids"],
            "list_type",
        ),
        (
            "/v1/ocr",
            {"model": "mistral-ocr-latest", "document": {"type": "file"}},
            ["document", "file", "file_id"],
            "missing",
        ),
        (
            "/v1/ocr",
            {"model": "mistral-ocr-latest", "document": {"type": "book"}},
            ["document"],
            "union_tag_invalid",
        ),
        (
            "/v1/agents",
            {"name": "Ada", "guardrails": [{"moderation_llm_v1": {"action": "shout"}}]},
            ["guardrails", 0, "moderation_llm_v1", "action"],
            "literal_error",
        ),
    ],
)
def test_unions_are_looked_into_wherever_they_stand(
    api: httpx.Client, path: str, body: dict[str, Any], loc: list[str | int], type_: str
) -> None:
    (problem,) = refuse(api, path, body)
    assert (problem["loc"], problem["type"]) == (["body", *loc], type_)


def test_entries_of_conversations_are_told_by_their_type(api: httpx.Client) -> None:
    told = refuse(
        api, "/v1/conversations", {"inputs": [{"type": "function.result"}, {"type": "?"}]}
    )
    entries = told[1]["loc"][2]
    assert entries.startswith("list[tagged-union[MessageInputEntry,")
    assert {(each["type"], *each["loc"][1:]) for each in told} == {
        ("string_type", "inputs", "str"),
        ("missing", "inputs", entries, 0, "function.result", "tool_call_id"),
        ("missing", "inputs", entries, 0, "function.result", "result"),
        ("union_tag_invalid", "inputs", entries, 1),
    }


def test_members_without_their_tag_are_taken_for_what_they_are(api: httpx.Client) -> None:
    entry = {"tool_call_id": "abcdefghi", "result": "1"}
    call = {"tool_call_id": "abcdefghi", "name": "add", "arguments": "{}"}
    sent = [{"role": "user", "content": [{"text": "Add."}]}, call, entry]
    answer = api.post("/v1/conversations", json={"model": MODEL, "inputs": sent})
    assert answer.status_code == 200, answer.text
    path = f"/v1/conversations/{answer.json()['conversation_id']}/history"
    kinds = [each["type"] for each in api.get(path).json()["entries"]]
    assert kinds == ["message.input", "function.call", "function.result", "message.output"]


@pytest.mark.parametrize("key", ["0", "007", "12", "+5"])
def test_what_stands_under_a_key_of_digits_is_told(api: httpx.Client, key: str) -> None:
    library = api.post("/v1/libraries", json={"name": "digits"}).json()["id"]
    document = api.post(
        f"/v1/libraries/{library}/documents", files={"file": ("a.txt", b"a")}
    ).json()["id"]
    body: dict[str, Any] = {"attributes": {key: {"deep": [{}]}}}
    answer = api.patch(f"/v1/libraries/{library}/documents/{document}", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:3] == ["body", "attributes", key]


def test_what_is_wrong_below_an_empty_key_is_told(api: httpx.Client) -> None:
    library = api.post("/v1/libraries", json={"name": "empty"}).json()["id"]
    document = api.post(
        f"/v1/libraries/{library}/documents", files={"file": ("a.txt", b"a")}
    ).json()["id"]
    wrong: list[Any] = [[[], []], {"deep": [{}]}, {"": [[]]}]
    for value in wrong:
        body: dict[str, Any] = {"attributes": {"": value, "k": value}}
        answer = api.patch(f"/v1/libraries/{library}/documents/{document}", json=body)
        assert answer.status_code == 422
        places = [each["loc"][:3] for each in answer.json()["detail"]]
        assert ["body", "attributes", "k"] in places
