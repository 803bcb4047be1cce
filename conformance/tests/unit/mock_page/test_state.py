"""The state on the page: records under the names that the API gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from mistral_conformance.model.reading import load_model
from mistral_mock.app import create_app
from mistral_mock.page.state import show_rest
from mistral_mock.store import record_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer
    from mistral_mock.store import Record

OWN = {
    *("address", "content_of_a_file", "content_of_a_task", "content_of_training_files"),
    *("text_of_a_document", "agent_alias", "batch_request", "conversation_entry"),
    *("event_of_a_campaign", "worker"),
}
"""What the mock keeps beside resources, and parts of them that are not resources themselves."""
HEADERS = {"authorization": "Bearer mock-key"}


def find_classes() -> Iterator[type[Record]]:
    """The classes of records of the mock, without those of tests."""
    return (each for each in record_classes() if each.__module__.startswith("mistral_mock."))


def test_every_kind_of_record_has_a_name_of_its_own() -> None:
    create_app()
    names = [cls.called for cls in find_classes()]
    assert len(names) > 30
    assert sorted(names) == sorted(set(names))


def test_resources_have_the_names_of_the_document() -> None:
    create_app()
    names = {cls.called.replace(" ", "_").replace("-", "_") for cls in find_classes()}
    assert names - set(load_model().resources) == OWN


def test_state_is_listed_under_these_names(mock: RunningServer) -> None:
    httpx.post(f"{mock.base_url}/v1/libraries", headers=HEADERS, json={"name": "Shelf"})
    files = {"file": ("a.jsonl", b"{}\n")}
    httpx.post(f"{mock.base_url}/v1/files", headers=HEADERS, files=files, data={"purpose": "batch"})
    kinds = {one["kind"]: one["count"] for one in show_rest(mock.world)["state"]}
    assert {"content of a file", "file", "library", "workflow deployment"} <= set(kinds)
    assert kinds["file"] == kinds["library"] == 1
