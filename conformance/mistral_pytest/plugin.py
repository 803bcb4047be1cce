"""What pytest loads: the fixtures, the markers and the ini options."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_client import AsyncMistral, Mistral
    from mistral_mock.server import RunningServer
    from mistral_pytest.serving import Servers

REPLIES, WORLD, STRICT = "mistral_replies", "mistral_world", "mistral_strict_replies"
SETTINGS = "mistral_settings"
MARKERS = (
    f"{REPLIES}(*replies, strict=False): what the mock answers: texts, mappings, files",
    f"{WORLD}(file): the fixture world that the test begins with",
    f"{SETTINGS}(**settings): settings of the mock for this test, those of mistral_mock.Settings",
)
KEY = "mock-key"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds what an ini file may say; the command line stays as it is."""
    parser.addini(REPLIES, "files of replies for every test, or folders of them", "paths", [])
    parser.addini(WORLD, "the fixture world that every test begins with", "paths", [])
    parser.addini(STRICT, "refuse what a model answers when no reply fits", "bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Makes the markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def _mistral_servers() -> Iterator[Servers]:
    """The mocks of a session: one for each combination of settings that tests ask for."""
    with load("serving").Servers() as servers:
        yield servers


@pytest.fixture
def mistral_server(
    request: pytest.FixtureRequest,
    _mistral_servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RunningServer]:
    """A mock with a fresh state, fresh replies and a fresh journal.

    `MISTRAL_API_KEY` and `MISTRAL_BASE_URL` lead clients that read them to it.
    """
    mock = _mistral_servers.find(read_settings(request))
    mock.reset()
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    monkeypatch.setenv("MISTRAL_BASE_URL", mock.base_url)
    with mock.replies(*read_replies(request)):
        yield mock


@pytest.fixture
def mistral(mistral_server: RunningServer) -> Iterator[Mistral]:
    """A client of the mock."""
    with load("serving").connect(mistral_server.base_url, KEY) as client:
        yield client


@pytest.fixture
def async_mistral(mistral_server: RunningServer) -> AsyncMistral:
    """An async client of the mock, for any event loop; it keeps no connection open."""
    client: AsyncMistral = load("serving").connect_async(mistral_server.base_url, KEY)
    return client


@pytest.fixture
def mistral_hosts(mistral_server: RunningServer) -> Iterator[RunningServer]:
    """Leads what httpx sends to the vendor's hosts to the mock, and refuses all else to them.

    For clients that read no variable, such as the official SDK and frameworks on top of it.
    """
    with load("routing").routing(mistral_server.base_url, KEY):
        yield mistral_server


def read_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The settings that ini file and markers ask for.

    Raises:
        UsageError: A marker is written wrongly.

    """
    config = request.config
    found: dict[str, Any] = {"replies": tuple(config.getini(REPLIES))}
    found["strict_replies"] = config.getini(STRICT)
    worlds = list(config.getini(WORLD))
    for marker in reversed(list(request.node.iter_markers(SETTINGS))):
        found.update(marker.kwargs)
    for marker in request.node.iter_markers(REPLIES):
        found["strict_replies"] = found["strict_replies"] or marker.kwargs.get("strict", False)
    marked = request.node.get_closest_marker(WORLD)
    if marked is not None:
        if len(marked.args) != 1:
            raise pytest.UsageError(f"{WORLD} takes one file")
        worlds = [find_path(request, marked.args[0])]
    if len(worlds) > 1:
        raise pytest.UsageError(f"{WORLD} names more than one file")
    return {**found, "world_file": worlds[0]} if worlds else found


def read_replies(request: pytest.FixtureRequest) -> list[object]:
    """The replies that markers ask for, the closest first; a path is a file beside the test."""
    return [
        find_path(request, one) if isinstance(one, Path) else one
        for marker in request.node.iter_markers(REPLIES)
        for one in marker.args
    ]


def find_path(request: pytest.FixtureRequest, name: str | Path) -> Path:
    """A file beside the test, or from the root of the project."""
    beside: Path = request.path.parent / name
    return beside if beside.exists() else request.config.rootpath / name


def load(name: str) -> Any:  # noqa: ANN401 - a module
    """A module of this package, imported when it is needed.

    Raises:
        UsageError: The mock is not installed.

    """
    try:
        return importlib.import_module(f"mistral_pytest.{name}")
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"{error.name} is not installed; in a checkout: pip install '.[mock]'"
        ) from error
