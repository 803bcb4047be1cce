"""Models of every age: those that are gone, those that think, those that nobody knows."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.completion.catalogue import BY_NAME, MODELS, find_able_model
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE = Path(__file__).resolve().parents[5] / "shared" / "facts" / "models.csv"
CHAT = "/v1/chat/completions"
GONE, LEAVING, UNKNOWN = "open-mistral-7b", "mistral-small-2506", "mistral-tomorrow-2999"


@pytest.fixture
def start() -> Iterator[Callable[..., httpx.Client]]:
    """Starts mocks whose clock says 1 January 2026, each with a client."""
    with ExitStack() as stack:

        def start(**settings: Any) -> httpx.Client:
            mock = stack.enter_context(running(Settings(clock="manual", **settings)))
            headers = {"authorization": "Bearer mock-key"}
            client = httpx.Client(base_url=mock.base_url, headers=headers, trust_env=False)
            return stack.enter_context(client)

        yield start


def chat(api: httpx.Client, model: str, **fields: Any) -> httpx.Response:
    messages = [{"role": "user", "content": "What is a shelf?"}]
    return api.post(CHAT, json={"model": model, "messages": messages, **fields})


@pytest.mark.skipif(not SOURCE.exists(), reason="the model overview is not here")
def test_every_name_of_the_overview_is_known() -> None:
    with SOURCE.open(newline="") as file:
        names = {name for row in csv.DictReader(file) for name in row["api_names"].split()}
    assert names <= BY_NAME.keys()


def test_every_model_that_chats_answers(api: httpx.Client) -> None:
    chatting = [name for name, one in BY_NAME.items() if "completion_chat" in one.capabilities]
    assert {chat(api, name).status_code for name in chatting} == {200}


def test_replacements_are_models_of_the_list() -> None:
    assert {one.replacement for one in MODELS if one.replacement} <= BY_NAME.keys()


def test_alias_of_two_models_is_that_of_the_newer_one() -> None:
    assert BY_NAME["voxtral-mini-latest"].id == "voxtral-mini-2602"


@pytest.mark.parametrize(
    ("ability", "model"),
    [("completion_chat", "voxtral-mini-2507"), ("audio_transcription", "voxtral-mini-2602")],
)
def test_alias_of_two_models_does_what_either_can(ability: str, model: str) -> None:
    found = find_able_model("voxtral-mini-latest", ability)
    assert found is not None
    assert found.id == model


@pytest.mark.parametrize(
    ("model", "fields", "thinks"),
    [
        ("magistral-medium-latest", {}, True),
        ("magistral-small-2509", {}, True),
        ("magistral-small-latest", {}, False),
        ("magistral-medium-latest", {"reasoning_effort": "none"}, False),
        ("mistral-small-latest", {}, False),
        ("mistral-small-latest", {"reasoning_effort": "high"}, True),
    ],
)
def test_reasoning_models_think(
    api: httpx.Client, model: str, fields: dict[str, Any], *, thinks: bool
) -> None:
    content = chat(api, model, **fields).json()["choices"][0]["message"]["content"]
    assert (not isinstance(content, str) and content[0]["type"] == "thinking") == thinks


def test_model_whose_day_has_come_answers(start: Callable[..., httpx.Client]) -> None:
    api = start()
    assert chat(api, GONE).status_code == 200
    assert api.get(f"/v1/models/{GONE}").status_code == 200


def test_model_whose_day_has_come_is_refused_when_asked_for(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(retired="refuse")
    refusal = chat(api, GONE)
    assert (refusal.status_code, refusal.json()["type"]) == (400, "invalid_model")
    assert api.get(f"/v1/models/{GONE}").status_code == 404
    assert GONE not in {card["id"] for card in api.get("/v1/models").json()["data"]}


def test_agent_cannot_be_made_of_a_refused_model(start: Callable[..., httpx.Client]) -> None:
    api = start(retired="refuse")
    assert api.post("/v1/agents", json={"name": "Ada", "model": GONE}).status_code == 422


def test_model_is_refused_from_its_day_on(start: Callable[..., httpx.Client]) -> None:
    api = start(retired="refuse")
    assert chat(api, LEAVING).status_code == 200
    api.post("/_mock/clock", json={"advance_s": 365 * 24 * 3600})
    assert chat(api, LEAVING).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"messages": [{"role": "user", "content": "Hello"}]}),
        ("/v1/fim/completions", {"prompt": "def f():"}),
        ("/v1/embeddings", {"input": "Hello"}),
        ("/v1/moderations", {"input": "Hello"}),
        ("/v1/conversations", {"inputs": "Hello"}),
    ],
)
def test_unknown_model_answers_only_when_asked_for(
    start: Callable[..., httpx.Client], path: str, body: dict[str, Any]
) -> None:
    request = {"model": UNKNOWN, **body}
    assert start().post(path, json=request).status_code in {400, 422}
    assert start(unknown_models="accept").post(path, json=request).status_code == 200
