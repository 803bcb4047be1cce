"""A mock with two workspaces, whose every JSON answer is held to the document."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from tests.unit.callers import connect, inhabited, meeting
from tests.unit.documented import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from mistral_mock.server import RunningServer


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A mock whose callers are PEOPLE."""
    with inhabited() as started:
        yield started


@pytest.fixture
def person(server: RunningServer) -> Iterator[Callable[[str], httpx.Client]]:
    """A client for each caller, by the first part of the key."""
    with meeting(server, hold) as get:
        yield get


@pytest.fixture
def api(person: Callable[[str], httpx.Client]) -> httpx.Client:
    """The default caller."""
    return person("mock")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., tuple[RunningServer, httpx.Client]]]:
    """Starts a further mock with some settings; a text for `world` is its fixture world."""
    with ExitStack() as stack:

        def run(world: str | None = None, **settings: object) -> tuple[RunningServer, httpx.Client]:
            if world is not None:
                settings["world_file"] = tmp_path / "world.yaml"
                (tmp_path / "world.yaml").write_text(world, "utf-8")
            server = stack.enter_context(inhabited(**settings))
            return server, stack.enter_context(connect(server, check=hold))

        yield run
