from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral, MistralError, NotFound
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from tests.unit.client.harness import Both

UNKNOWN = "00000000-0000-7000-8000-000000000000"


class Wire:
    """A mock with some routes left out, a library on it, and the methods that requests used."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.methods: list[str] = []
        with Mistral("mock-key", base_url=base_url) as client:
            self.library = client.beta.libraries.create(name="before").id

    def talk(self, both: Both, *cases: Any) -> list[Any]:
        self.methods.clear()
        return both.talk(self.base_url, *cases, on_request=self.note)

    def note(self, request: httpx.Request) -> None:
        self.methods.append(request.method)

    def rename(self, name: str, library: str | None = None) -> Any:
        known = library or self.library
        return lambda client: client.beta.libraries.update(library_id=known, name=name)


@pytest.fixture(params=["today", "without PATCH", "without PUT"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Wire]]:
    settings = Settings(
        clock="manual",
        without_patch=request.param == "without PATCH",
        without_put=request.param == "without PUT",
    )
    with running(settings) as mock:
        yield request.param, Wire(mock.base_url)


def test_update_works_on_every_server(both: Both, server: tuple[str, Wire]) -> None:
    state, wire = server
    one, two = wire.talk(both, wire.rename("one"), wire.rename("two"))
    assert (one.name, two.name) == ("one", "two")
    assert wire.methods == (
        ["PATCH", "PUT", "PUT"] if state == "without PATCH" else ["PATCH", "PATCH"]
    )


def test_unknown_library_is_not_found_and_not_remembered(
    both: Both, server: tuple[str, Wire]
) -> None:
    state, wire = server
    with pytest.raises(NotFound):
        wire.talk(both, wire.rename("x", UNKNOWN))
    assert wire.methods == (["PATCH", "PUT"] if state == "without PATCH" else ["PATCH"])


def test_documents_are_updated_the_same_way(both: Both, server: tuple[str, Wire]) -> None:
    state, wire = server
    with Mistral("mock-key", base_url=wire.base_url) as client:
        document = client.beta.libraries.documents.upload(wire.library, file=b"text").id
    (renamed,) = wire.talk(
        both,
        lambda c: c.beta.libraries.documents.update(wire.library, document, name="new"),
    )
    assert renamed.name == "new"
    assert wire.methods == (["PATCH", "PUT"] if state == "without PATCH" else ["PATCH"])


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_deprecated_put_stays_reachable_by_name(both: Both, server: tuple[str, Wire]) -> None:
    state, wire = server

    def put(client: Any) -> Any:
        return client.beta.libraries.update_with_put(library_id=wire.library, name="put")

    if state == "without PUT":
        with pytest.raises(MistralError):
            wire.talk(both, put)
    else:
        assert wire.talk(both, put)[0].name == "put"
    assert wire.methods == ["PUT"]
