"""A mock with several callers, and short ways to talk to it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.callers import PEOPLE, STRANGER, connect, inhabited, meeting

from mistral_mock.identities import make_identity
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer

PRIVATE = make_identity("private-key", "alice", "lab", "acme", ("private",))


@contextmanager
def talking(server: RunningServer, key: str = "mock-key") -> Iterator[httpx.Client]:
    """A client, closed at the end."""
    with connect(server, key) as client:
        yield client


@pytest.fixture
def start() -> Iterator[Callable[..., httpx.Client]]:
    """Starts a mock with the given settings; gives a client of its default caller.

    The running server is the client's `server` attribute.
    """
    with ExitStack() as stack:

        def run(**settings: Any) -> httpx.Client:
            server = stack.enter_context(
                running(Settings(clock="manual", **{"processing_delay_s": 1.0, **settings}))
            )
            client = stack.enter_context(connect(server))
            client.server = server  # type: ignore[attr-defined] # tests need both
            return client

        yield run


@pytest.fixture
def town() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE."""
    people = (PEOPLE[0], PRIVATE, *PEOPLE[1:], STRANGER)
    with inhabited(identities=people, processing_delay_s=1.0) as server:
        yield server


@pytest.fixture
def person(town: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each of PEOPLE, by the first part of the key; '' has no key."""
    with meeting(town) as get:
        yield get


@pytest.fixture
def api(town: RunningServer) -> Iterator[httpx.Client]:
    """The default caller of the town."""
    with connect(town) as client:
        yield client


@pytest.fixture
def library(api: httpx.Client) -> dict[str, Any]:
    """A library of the default caller's workspace."""
    made: dict[str, Any] = api.post("/v1/libraries", json={"name": "Birds"}).json()
    return made


@pytest.fixture
def folder(library: dict[str, Any]) -> str:
    """The path of the library's documents."""
    return f"/v1/libraries/{library['id']}/documents"


@pytest.fixture
def document(api: httpx.Client, folder: str) -> dict[str, Any]:
    """A text document, just uploaded."""
    upload = {"file": ("owls.txt", b"Owls hunt at night. They see well in the dark.", "text/plain")}
    made: dict[str, Any] = api.post(folder, files=upload).json()
    return made
