"""An update that is cut short, anywhere: the tree is as it was, and no file is left."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import update
from generation import project as generator
from updates import staging, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.unit.updates.conftest import Project

PLACES: dict[str, tuple[Any, str]] = {
    "reading": (steps, "read_upstream"),
    "guard": (steps, "refuse_removals"),
    "facts": (steps, "merge_facts"),
    "kept facts": (steps, "read_kept"),
    "drift": (steps, "compare"),
    "report": (steps, "as_markdown"),
    "version": (steps, "next_version"),
    "document": (steps, "survey"),
    "composing": (steps, "composed"),
    "client": (steps, "regenerate"),
    "inside the client": (generator, "build"),
    "check": (steps, "is_current"),
    "another program": (subprocess, "run"),
    "exchange": (staging, "replace_folder"),
}
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
"""How a run ends after each signal."""
WRITES = (0, 1, 2, 4, 6)
"""Which of the files that are put in place is the one at which a signal comes."""


@pytest.fixture
def document(project: Project, newer: Callable[..., dict[str, Any]]) -> Path:
    """A newer document that could be taken."""

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Wood"]["enum"] = ["oak"]

    return project.write(newer(change), "2026-06-01")


@pytest.fixture
def polite() -> Iterator[None]:
    """Signals end as they do in the command, also where a shell ignores SIGINT; then as before."""
    handlers: dict[signal.Signals, Any] = {
        signal.SIGTERM: update._terminate,
        signal.SIGINT: signal.default_int_handler,
    }
    before = {number: signal.signal(number, each) for number, each in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _sends(
    number: signal.Signals, function: Callable[..., Any], *, after: bool, at: int = 0
) -> Callable[..., Any]:
    """The function, which sends this process a signal before or after one of its calls."""
    calls = iter(range(10_000))

    def sending(*arguments: Any, **named: Any) -> Any:
        if (is_the_one := next(calls) == at) and not after:
            os.kill(os.getpid(), number)
        result = function(*arguments, **named)
        if is_the_one and after:
            os.kill(os.getpid(), number)
        return result

    return sending


def _ends(project: Project, document: Path) -> int:
    """The exit code of a run, however it ends."""
    try:
        return project.update(document)
    except SystemExit as end:
        return int(str(end.code))


@pytest.mark.usefixtures("polite")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("place", [name for name in PLACES if name != "exchange"])
def test_a_signal_in_any_step_leaves_the_tree_as_it_was(
    project: Project,
    document: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    place: str,
    number: signal.Signals,
    after: bool,
) -> None:
    before = project.contents()
    module, name = PLACES[place]
    monkeypatch.setattr(module, name, _sends(number, getattr(module, name), after=after))
    assert _ends(project, document) == CODES[number]
    assert project.contents() == before


@pytest.mark.usefixtures("polite")
@pytest.mark.parametrize("at", WRITES)
@pytest.mark.parametrize("number", CODES)
def test_a_signal_while_files_are_put_in_place_puts_them_back(
    project: Project,
    document: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    at: int,
    number: signal.Signals,
) -> None:
    before = project.contents()
    in_place = staging.Stage.put_in_place

    def put(stage: staging.Stage) -> list[Path]:
        monkeypatch.setattr(os, "replace", _sends(number, os.replace, after=True, at=at))
        return in_place(stage)

    monkeypatch.setattr(staging.Stage, "put_in_place", put)
    assert _ends(project, document) == CODES[number]
    monkeypatch.undo()
    assert project.contents() == before


@pytest.mark.parametrize("place", PLACES)
def test_a_failure_in_any_step_leaves_the_tree_as_it_was(
    project: Project, document: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before = project.contents()

    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device", "somewhere")

    module, name = PLACES[place]
    monkeypatch.setattr(module, name, fail)
    assert project.update(document) == 1
    assert project.contents() == before
