"""What a published SDK sends beyond the document is taken and told; what nobody sends is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_mock import undocumented
from mistral_mock.operations import find_operation

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

CHAT = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "What is a shelf?"}],
}
HEADER = "mistral-mock-undocumented"


@pytest.mark.parametrize("operation", ["chat.complete", "agents.complete"])
def test_fields_of_a_newer_sdk_are_taken_and_told(
    start: Callable[..., httpx.Client], operation: str
) -> None:
    api = start()
    path, body = "/v1/chat/completions", dict(CHAT)
    if operation == "agents.complete":
        made = api.post("/v1/agents", json={"model": CHAT["model"], "name": "A"}).json()
        path, body = "/v1/agents/completions", {**CHAT, "agent_id": made["id"]}
        del body["model"]
    answer = api.post(path, json={**body, "top_k": 5, "logprobs": True})
    assert answer.status_code == 200
    assert set(answer.headers[HEADER].split(", ")) == {"top_k", "logprobs"}
    (request,) = api.server.requests(operation=operation)  # type: ignore[attr-defined]
    assert set(request.undocumented) == {"top_k", "logprobs"}
    assert request.body["top_k"] == 5
    assert HEADER not in api.post(path, json=body).headers


@pytest.mark.parametrize(
    ("field", "kind"), [({"top_k": "many"}, "int_type"), ({"invented": 1}, "extra_forbidden")]
)
def test_their_values_are_checked_and_other_fields_refused(
    start: Callable[..., httpx.Client], field: dict[str, Any], kind: str
) -> None:
    answer = start().post("/v1/chat/completions", json={**CHAT, **field})
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (["body", *field], kind)


def test_a_newer_value_is_taken_kept_and_told(start: Callable[..., httpx.Client]) -> None:
    api = start()
    args = {"reasoning_effort": "max"}
    answer = api.post("/v1/chat/completions", json={**CHAT, **args})
    assert (answer.status_code, answer.headers[HEADER]) == (200, "reasoning_effort")
    (request,) = api.server.requests(operation="chat.complete")  # type: ignore[attr-defined]
    assert request.body["reasoning_effort"] == "max"
    agent = {"model": CHAT["model"], "name": "A", "completion_args": args}
    made = api.post("/v1/agents", json=agent)
    assert made.headers[HEADER] == "completion_args.reasoning_effort"
    assert made.json()["completion_args"]["reasoning_effort"] == "max"
    begun = api.post("/v1/conversations", json={"agent_id": made.json()["id"], "inputs": "Hi"})
    assert begun.status_code == 200


def test_an_earlier_state_of_the_api_refuses_a_newer_value(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(era="2026-06-16")
    assert api.post("/v1/chat/completions", json={**CHAT, "reasoning_effort": "max"}).is_error


def test_an_earlier_state_of_the_api_refuses_them(start: Callable[..., httpx.Client]) -> None:
    api = start(era="2026-06-16")
    assert api.post("/v1/chat/completions", json={**CHAT, "top_k": 5}).status_code == 422


def test_parameters_of_the_query_are_told(start: Callable[..., httpx.Client]) -> None:
    answer = start().get("/v1/workflows/deployments", params={"owner": "me", "invented": "1"})
    assert (answer.status_code, answer.headers[HEADER]) == (200, "owner")


def test_lines_of_a_batch_may_have_them(start: Callable[..., httpx.Client]) -> None:
    api = start()
    line = {"custom_id": "1", "body": {"messages": CHAT["messages"], "top_k": 5}}
    job = {"endpoint": "/v1/chat/completions", "model": CHAT["model"], "requests": [line]}
    made = api.post("/v1/batch/jobs", json=job).json()
    api.server.clock.advance(3600)  # type: ignore[attr-defined]
    done = api.get(f"/v1/batch/jobs/{made['id']}").json()
    assert (done["succeeded_requests"], done["failed_requests"]) == (1, 0)


@pytest.mark.parametrize(("operation", "place"), sorted(undocumented.load()))
def test_the_document_has_none_of_them(operation: str, place: str) -> None:
    found = find_operation(operation)
    known = {one.name for one in found.query_parameters}
    if place == "body":
        known = {name for schema in found.bodies.values() for name in schema.properties}
    assert known.isdisjoint(undocumented.load()[operation, place])
