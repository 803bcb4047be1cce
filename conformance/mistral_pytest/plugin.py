"""What pytest loads: the fixtures, the markers and the ini options."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_client import AsyncMistral, Mistral
    from mistral_mock.server import RunningServer
    from mistral_pytest.serving import Servers

REPLIES, WORLD, STRICT = "mistral_replies", "mistral_world", "mistral_strict_replies"
SETTINGS, ERA = "mistral_settings", "mistral_era"
RECORDED, RECORDING = "mistral_recorded", "mistral_recording"
RECORDINGS, UPSTREAM = "mistral_recordings", "mistral_upstream"
RECORD, LIVE = "--mistral-record", "--mistral-record-live"
DRIFT = "mistral_drift"
VENDOR = "https://api.mistral.ai"
MARKERS = (
    f"{REPLIES}(*replies, strict=False): what the mock answers: texts, mappings, files",
    f"{WORLD}(file): the fixture world that the test begins with; demo has some of everything",
    f"{ERA}(name): the era of the API that the mock serves, such as announced",
    f"{RECORDED}(folder=None, upstream=None, missing='refuse'): recorded once, then replayed",
    f"{SETTINGS}(**settings): settings of the mock for this test, those of mistral_mock.Settings",
)
KEY = "mock-key"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what an ini file may say, and two options about recordings."""
    group = parser.getgroup("mistral", "Mistral AI API: a mock in tests, conformance of a server")
    group.addoption(
        RECORD, action="store_true", help="record anew what tests ask that have recordings"
    )
    group.addoption(
        LIVE, action="store_true", help="the same from the vendor's own servers: costs money"
    )
    parser.addini(
        RECORDINGS, "the folder of all recordings; default recordings beside a test", None
    )
    parser.addini(UPSTREAM, "the server that tests are recorded from", "string", VENDOR)
    parser.addini(REPLIES, "files of replies for every test, or folders of them", "paths", [])
    parser.addini(WORLD, "the fixture world that every test begins with", "linelist", [])
    parser.addini(STRICT, "refuse what a model answers when no reply fits", "bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


@pytest.fixture(scope="session")
def _mistral_servers() -> Iterator[Servers]:
    """Yield the mocks of a session: one for each combination of settings that tests ask for."""
    with load("serving").Servers() as servers:
        yield servers


@pytest.fixture
def mistral_server(
    request: pytest.FixtureRequest,
    _mistral_servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RunningServer]:
    """Yield a mock with a fresh state, fresh replies and a fresh journal.

    `MISTRAL_API_KEY` and `MISTRAL_BASE_URL` lead clients that read them to it, and
    `MISTRAL_OTLP_TRACES_ENDPOINT` the spans of the official SDK.
    """
    scope = find_scope(request)
    mock = _mistral_servers.find(read_settings(request, scope))
    mock.reset()
    mock.begin_scope(scope)
    monkeypatch.setenv("MISTRAL_API_KEY", find_key(mock))
    monkeypatch.setenv("MISTRAL_BASE_URL", mock.base_url)
    monkeypatch.setenv("MISTRAL_OTLP_TRACES_ENDPOINT", f"{mock.base_url}/telemetry/v1/traces")
    with mock.replies(*read_replies(request)):
        yield mock
    tell_drift(request, mock)


@pytest.fixture
def mistral_recording(mistral_server: RunningServer) -> RunningServer:
    """Return the mock that answers from the recordings of this test, or makes them.

    As the marker does.
    """
    return mistral_server


@pytest.fixture
def mistral(mistral_server: RunningServer) -> Iterator[Mistral]:
    """Yield a client of the mock."""
    with load("serving").connect(mistral_server.base_url, find_key(mistral_server)) as client:
        yield client


@pytest.fixture
def async_mistral(mistral_server: RunningServer) -> AsyncMistral:
    """Return an async client of the mock, for any event loop; it keeps no connection open."""
    key = find_key(mistral_server)
    client: AsyncMistral = load("serving").connect_async(mistral_server.base_url, key)
    return client


@pytest.fixture
def mistral_hosts(mistral_server: RunningServer) -> Iterator[RunningServer]:
    """Leads what httpx sends to the vendor's hosts to the mock, and refuses all else to them.

    For clients that read no variable, such as the official SDK and frameworks on top of it.
    """
    key, settings = find_key(mistral_server), mistral_server.world.settings
    with load("routing").routing(mistral_server.base_url, key, closed=not settings.yes_live):
        yield mistral_server


def find_key(mock: RunningServer) -> str:
    """Return the key of this test: the mock's own, or that of the server which is recorded."""
    if load("recording").is_recording(mock.world.settings):
        return os.environ.get("MISTRAL_API_KEY") or KEY
    return KEY


def find_scope(request: pytest.FixtureRequest) -> str | None:
    """Return what the recordings of a test are called; None for a test that has none."""
    marked = request.node.get_closest_marker(RECORDED) is not None
    if not marked and RECORDING not in request.fixturenames:
        return None
    place, _, name = request.node.nodeid.partition("::")
    if not request.config.getini(RECORDINGS):
        place = Path(place).stem
    return f"{place}.{name.replace('::', '.')}"


def read_recorded(request: pytest.FixtureRequest, scope: str) -> dict[str, Any]:
    """Return the settings of a test with recordings.

    Raises:
        UsageError: The marker is written wrongly, or the server may not be recorded.

    """
    config, marker = request.config, request.node.get_closest_marker(RECORDED)
    said = {"folder": None, "upstream": None, "missing": "refuse"}
    if marker is not None:
        if marker.args or marker.kwargs.keys() - said:
            raise pytest.UsageError(f"{RECORDED} takes {', '.join(said)}, each by its name")
        said.update(marker.kwargs)
    given = said["folder"] or config.getini(RECORDINGS)
    base = config.rootpath if config.getini(RECORDINGS) and not said["folder"] else None
    folder = (base or request.path.parent) / (given or "recordings")
    recording = load("recording")
    try:
        found: dict[str, Any] = recording.choose_settings(
            folder,
            scope,
            upstream=said["upstream"] or config.getini(UPSTREAM),
            refresh=config.getoption(RECORD) or config.getoption(LIVE),
            yes_live=config.getoption(LIVE),
            missing=said["missing"],
        )
    except recording.NoRecordingsError as error:
        pytest.fail(f"{error}\nRun it with {LIVE}, or set {UPSTREAM}", pytrace=False)
    except ValueError as error:
        raise pytest.UsageError(str(error).replace("--yes-live", LIVE)) from error
    return found


def tell_drift(request: pytest.FixtureRequest, mock: RunningServer) -> None:
    """Note which recordings of a test the document no longer knows so."""
    for one in mock.recordings():
        for reason in one["drift"] or () if one["uses"] else ():
            request.node.user_properties.append((DRIFT, f"{one['name']}: {reason}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells which recordings have drifted from the document."""
    told = {
        value: None
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == DRIFT
    }
    if told:
        terminalreporter.section("recordings that have drifted from the document")
        for line in told:
            terminalreporter.write_line(str(line))


def read_settings(request: pytest.FixtureRequest, scope: str | None) -> dict[str, Any]:
    """Return the settings that ini file and markers ask for.

    Raises:
        UsageError: A marker is written wrongly.

    """
    config = request.config
    found: dict[str, Any] = {"replies": tuple(config.getini(REPLIES))}
    found["strict_replies"] = config.getini(STRICT)
    if scope is not None:
        found.update(read_recorded(request, scope))
    worlds = [find_world(request, one) for one in config.getini(WORLD)]
    for marker in reversed(list(request.node.iter_markers(SETTINGS))):
        found.update(marker.kwargs)
    era = read_single(request, ERA, "the name of an era")
    if era is not None:
        found["era"] = era
    for marker in request.node.iter_markers(REPLIES):
        found["strict_replies"] = found["strict_replies"] or marker.kwargs.get("strict", False)
    world = read_single(request, WORLD, "one file")
    if world is not None:
        worlds = [find_world(request, world)]
    if len(worlds) > 1:
        raise pytest.UsageError(f"{WORLD} names more than one file")
    return {**found, "world_file": worlds[0]} if worlds else found


def read_single(request: pytest.FixtureRequest, name: str, what: str) -> Any:  # noqa: ANN401 - of any marker
    """Return the argument of the closest marker of a name, or None.

    Raises:
        UsageError: The marker has not exactly one.

    """
    marked = request.node.get_closest_marker(name)
    if marked is None:
        return None
    if len(marked.args) != 1 or marked.kwargs:
        raise pytest.UsageError(f"{name} takes {what}")
    return marked.args[0]


def read_replies(request: pytest.FixtureRequest) -> list[object]:
    """Return the replies that markers ask for, the closest first.

    A path is a file beside the test.
    """
    return [
        find_path(request, one) if isinstance(one, Path) else one
        for marker in request.node.iter_markers(REPLIES)
        for one in marker.args
    ]


def find_path(request: pytest.FixtureRequest, name: str | Path) -> Path:
    """Return a file beside the test, or from the root of the project."""
    beside: Path = request.path.parent / name
    return beside if beside.exists() else request.config.rootpath / name


def find_world(request: pytest.FixtureRequest, name: str | Path) -> Path:
    """Return the file of a fixture world.

    The name of one that comes with the mock stands for it.
    """
    shipped = importlib.import_module("mistral_mock.fixtures").SHIPPED
    return Path(name) if str(name) in shipped else find_path(request, name)


def load(name: str) -> Any:  # noqa: ANN401 - a module
    """Return a module of this package, imported when it is needed.

    Raises:
        UsageError: The mock is not installed.

    """
    try:
        return importlib.import_module(f"mistral_pytest.{name}")
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"{error.name} is not installed; in a checkout: pip install '.[mock]'"
        ) from error
