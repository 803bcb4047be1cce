"""A method that got another name: the old one works for a release, and warns."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from .generated_fakes import AsyncRecordingSend, RecordingSend

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .conftest import Project

RENAMED = """\
- {old: things.fetch, new: things.list, after: 0.3.1}
- {old: bygone.list, new: things.list, after: 0.3.1}
- {old: things.deep.look, new: things.deep.watch, after: 0.3.1}
"""


@pytest.fixture
def resources(project: Project, imported: Callable[[str], ModuleType]) -> ModuleType:
    (project.root / "openapi/renamed.yaml").write_text(RENAMED)
    return imported("resources")


def _find(root: object, dotted: str) -> Any:
    for step in dotted.split("."):
        root = getattr(root, step)
    return root


def test_the_old_name_makes_the_same_call_and_says_the_new_name(resources: ModuleType) -> None:
    client = resources.Resources(RecordingSend())
    sent = [client.things.list(token="t")]
    for old in ("things.fetch", "bygone.list"):
        with pytest.warns(DeprecationWarning, match=rf"client\.{old} .*`client\.things\.list`"):
            sent.append(_find(client, old)(token="t"))
    calls = [(one.way, one.call.url, one.call.operation) for one in sent]
    assert calls == [calls[0]] * 3


def test_the_old_name_is_awaited_as_the_new_one(resources: ModuleType) -> None:
    client = resources.AsyncResources(AsyncRecordingSend())
    with pytest.warns(DeprecationWarning, match="things\\.fetch"):
        sent = asyncio.run(client.things.fetch())
    assert sent.call.url == "/things"


def test_all_forms_of_a_method_have_their_old_names(resources: ModuleType) -> None:
    client = resources.Resources(RecordingSend())
    assert callable(client.things.fetch_all)
    assert callable(client.things.deep.look)


def test_a_new_name_that_is_no_operation_is_refused(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.root / "openapi/renamed.yaml").write_text("- {old: a.b, new: a.c, after: none}\n")
    assert project.run() == 1
    assert "openapi/renamed.yaml names a.c, which is no operation" in capsys.readouterr().err


def test_an_old_name_that_is_still_there_is_refused(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "- {old: things.draw, new: things.list, after: none}\n"
    (project.root / "openapi/renamed.yaml").write_text(text)
    assert project.run() == 1
    assert "openapi/renamed.yaml names things.draw" in capsys.readouterr().err


def test_rows_about_schemas_that_are_gone_are_stale(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project.root / "overrides/generator.toml"
    text = settings.read_text()
    settings.write_text(text + '\n[names]\n"Gone.place" = "Place"\n')
    assert project.run() == 1
    assert "Gone.place" in capsys.readouterr().err
    settings.write_text(text + '\n[generator.class_overrides.Gone]\nmodule_name = "away"\n')
    assert project.run() == 1
    assert "stale: Gone are no components" in capsys.readouterr().err
