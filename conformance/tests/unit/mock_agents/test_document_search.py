"""Agents and libraries: what the search finds, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define

from mistral_mock.resources.conversations import passages
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.server import RunningServer

    Make = Callable[..., dict[str, Any]]

MODEL = "mistral-medium-2505"
TEXT = (
    "Pixtral has a vision encoder.\n\nBananas are yellow.\n\nThe encoder is trained from scratch."
)
QUESTION = "How does the vision encoder work?"


@define
class Library:
    """A library and short ways to change it."""

    api: httpx.Client
    town: RunningServer
    id: str

    @property
    def path(self) -> str:
        """Its path."""
        return f"/v1/libraries/{self.id}"

    @property
    def tool(self) -> dict[str, Any]:
        """The tool that searches it."""
        return {"type": "document_library", "library_ids": [self.id]}

    def add(self, text: str = TEXT, name: str = "pixtral.txt", *, wait: bool = True) -> str:
        """Uploads a document; gives its id."""
        upload = {"file": (name, text.encode(), "text/plain")}
        made: dict[str, Any] = self.api.post(f"{self.path}/documents", files=upload).json()
        if wait:
            self.town.clock.advance(5)
        return str(made["id"])

    def share(self, api: httpx.Client | None = None, kind: str = "Org") -> None:
        """Shares it with the organisation, or the caller's workspace."""
        owner = self.town.world.settings.identities[0]
        uuid = owner.organisation_id if kind == "Org" else owner.workspace_id
        body = {"share_with_type": kind, "share_with_uuid": uuid, "level": "Viewer"}
        assert (api or self.api).put(f"{self.path}/share", json=body).status_code == 200


@pytest.fixture
def library(api: httpx.Client, town: RunningServer) -> Library:
    """An empty library that is not shared yet."""
    return Library(api, town, api.post("/v1/libraries", json={"name": "Papers"}).json()["id"])


def titles(answer: dict[str, Any]) -> list[str]:
    """The documents that an answer refers to."""
    content = answer["outputs"][-1]["content"]
    return [each["title"] for each in content if each["type"] == "tool_reference"]


def test_answer_quotes_what_was_found_and_points_at_it(library: Library, start: Make) -> None:
    document = library.add()
    library.share()
    answer = start(QUESTION, tools=[library.tool])
    run, message = answer["outputs"]
    assert (run["name"], run["info"]) == ("document_library", {"results": 2})
    quoted, reference = message["content"][:2]
    assert quoted["text"] == "“Pixtral has a vision encoder.”"
    assert reference["title"] == "pixtral.txt"
    assert reference["url"].endswith(f"{library.path}/documents/{document}")
    assert library.api.get(reference["url"]).json()["id"] == document
    assert answer["usage"]["connectors"] == {"document_library": 1}


@pytest.mark.parametrize("stay", ["in_progress", "deleted", "reprocessed", "unshared"])
def test_nothing_is_found(library: Library, start: Make, stay: str) -> None:
    document = library.add(wait=stay != "in_progress")
    if stay != "unshared":
        library.share()
    if stay == "deleted":
        start(QUESTION, tools=[library.tool])
        library.api.delete(f"{library.path}/documents/{document}")
    if stay == "reprocessed":
        library.api.post(f"{library.path}/documents/{document}/reprocess")
    answer = start(QUESTION, tools=[library.tool])
    assert titles(answer) == []
    assert answer["usage"]["connector_tokens"] == 0
    assert answer["usage"]["connectors"] == {"document_library": 1}


def test_document_is_found_when_it_is_finished(library: Library, start: Make) -> None:
    library.add(wait=False)
    library.share()
    assert titles(start(QUESTION, tools=[library.tool])) == []
    library.town.clock.advance(5)
    assert set(titles(start(QUESTION, tools=[library.tool]))) == {"pixtral.txt"}


def test_reprocessed_document_is_found_again(library: Library, start: Make) -> None:
    document = library.add()
    library.share()
    start(QUESTION, tools=[library.tool])
    library.api.post(f"{library.path}/documents/{document}/reprocess")
    library.town.clock.advance(5)
    assert set(titles(start(QUESTION, tools=[library.tool]))) == {"pixtral.txt"}


def test_share_of_no_administrator_opens_nothing(
    library: Library, person: Callable[[str], httpx.Client], start: Make
) -> None:
    library.add()
    library.share(person("colleague"))
    assert titles(start(QUESTION, tools=[library.tool])) == []
    library.share()
    library.share(person("colleague"))
    assert set(titles(start(QUESTION, tools=[library.tool]))) == {"pixtral.txt"}


def test_answer_says_why_a_library_is_not_searched(library: Library, start: Make) -> None:
    library.add()
    told = str(start(QUESTION, tools=[library.tool])["outputs"][-1]["content"])
    assert "no organisation admin has shared them" in told
    library.share()
    told = str(start("volcano", tools=[library.tool])["outputs"][-1]["content"])
    assert "Nothing about this stands in the documents" in told


def test_share_with_a_workspace_opens_nothing(
    library: Library, person: Callable[[str], httpx.Client], start: Make
) -> None:
    library.add()
    office = library.town.world.settings.identities[2].workspace_id
    body = {"share_with_type": "Workspace", "share_with_uuid": office, "level": "Viewer"}
    library.api.put(f"{library.path}/share", json=body)
    asked = {"model": MODEL, "inputs": QUESTION, "tools": [library.tool]}
    answer = person("neighbour").post("/v1/conversations", json=asked).json()
    assert titles(answer) == titles(start(QUESTION, tools=[library.tool])) == []


def test_whole_organisation_finds_and_no_other(
    library: Library, person: Callable[[str], httpx.Client]
) -> None:
    library.add()
    library.share()
    body = {"model": MODEL, "inputs": QUESTION, "tools": [library.tool]}
    found = {
        name: bool(titles(person(name).post("/v1/conversations", json=body).json()))
        for name in ("colleague", "neighbour", "stranger")
    }
    assert found == {"colleague": True, "neighbour": True, "stranger": False}


def test_closed_libraries_are_refused_where_the_mock_is_told_so() -> None:
    key = {"authorization": "Bearer mock-key"}
    with (
        running(Settings(clock="manual", closed_libraries="refused")) as town,
        httpx.Client(base_url=town.base_url, headers=key) as api,
    ):
        library = Library(api, town, api.post("/v1/libraries", json={"name": "P"}).json()["id"])
        body = {"model": MODEL, "inputs": QUESTION, "tools": [library.tool]}
        before = api.post("/v1/conversations", json=body)
        library.share()
        after = api.post("/v1/conversations", json=body)
    assert (before.status_code, after.status_code) == (403, 200)
    assert library.id in before.json()["detail"]


@pytest.mark.parametrize("question", ["", "?!", '" OR * NEAR(', "of the", "volcano 'quoted\" (x"])
def test_any_question_can_be_asked(library: Library, start: Make, question: str) -> None:
    library.add()
    library.share()
    assert start(question, tools=[library.tool])["outputs"][-1]["type"] == "message.output"


def test_unknown_libraries_are_empty(library: Library, start: Make) -> None:
    library.add()
    library.share()
    tool = {"type": "document_library", "library_ids": ["none", library.id.upper()]}
    assert set(titles(start(QUESTION, tools=[tool]))) == {"pixtral.txt"}


def test_best_passage_comes_first(library: Library, start: Make) -> None:
    library.add("Encoders are common.\n\n" + "Filler words here.\n\n" * 30, "common.txt")
    library.add("The vision encoder works on patches.", "best.txt")
    library.share()
    assert titles(start(QUESTION, tools=[library.tool]))[0] == "best.txt"


def test_passages_hold_the_whole_text() -> None:
    text = "One. Two! Three?\n\n" + "word " * 400 + "\n\n" + "x" * 1500
    found = list(passages.split(text))
    assert max(map(len, found)) <= passages.LONGEST
    assert "".join("".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How does the vision encoder work?", ["vision", "encoder", "work"]),
        ("the of", ["the", "of"]),
        ("", []),
        ("Encoder ENCODER", ["encoder"]),
    ],
)
def test_telling_words(question: str, words: list[str]) -> None:
    assert passages.find_words(question) == words
