"""The synchronous modules of the client that are made from asynchronous ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from document.problems import DocumentProblem
from generation import twins
from generation.pipeline import Places, difference, regenerate

if TYPE_CHECKING:
    from .conftest import Project

ROOT = Path(__file__).resolve().parents[4]


def twin(folder: Path, text: str) -> str:
    """Return the twin of a module, untidied and without its first line."""
    source = folder / "async_things.py"
    source.write_text(text)
    return twins.write(source, lambda text, _: text).partition("\n")[2]


@pytest.mark.parametrize(
    ("asynchronous", "synchronous"),
    [
        ("async def f() -> None:\n    await g()\n", "def f() -> None:\n    g()\n"),
        ("x = [a async for a in b]\n", "x = [a for a in b]\n"),
        ("async with a as b:\n    await b.aclose()\n", "with a as b:\n    b.close()\n"),
        ("from c.async_d import e_async\n", "from c.d import e\n"),
        ("class AsyncA(_AsyncB, httpx.AsyncClient): ...\n", "class A(_B, httpx.Client): ...\n"),
        ("f: Callable[[int], Awaitable[list[str]]]\n", "f: Callable[[int], list[str]]\n"),
        ("f: Awaitable[A] | Awaitable[B[C]]\n", "f: A | B[C]\n"),
        ('"""Use `await a.aclose()` of `AsyncA`."""\n', '"""Use `a.close()` of `A`."""\n'),
        ("# as in `poll_async`\n", "# as in `poll`\n"),
        ("async_name = awaited = Async\n", "name = awaited = Async\n"),
        ("asynchronous = 'asyncio'\n", "asynchronous = 'asyncio'\n"),
        ("a = (\n    await b(\n        c,\n    )\n)\n", "a = (\n    b(\n        c,\n    )\n)\n"),
    ],
)
def test_twin_differs_by_await_and_names(
    tmp_path: Path, asynchronous: str, synchronous: str
) -> None:
    assert twin(tmp_path, asynchronous) == synchronous


def test_module_that_is_no_python_has_no_twin(tmp_path: Path) -> None:
    with pytest.raises(DocumentProblem, match="async_things.py is no Python"):
        twin(tmp_path, "a = (\n")


def test_every_asynchronous_module_of_the_client_has_a_twin() -> None:
    found = twins.sources(ROOT / "overrides" / "mistral_client")
    assert len(found) > 8
    for source in found:
        text = twins.twin_of(source).read_text()
        assert text.startswith(f"# generated from {source.name} by scripts/generate.py"), source
        assert not {"async", "await"} & set(text.split()), source


def test_edited_twin_is_found_and_written_anew(made: Project) -> None:
    places = Places(made.root, curated=False)
    places.client.mkdir(parents=True, exist_ok=True)
    source = places.client / "async_one.py"
    source.write_text("async def one() -> None:\n    await two()\n")
    regenerate(places)
    target = places.client / "one.py"
    assert target.read_text().splitlines()[1:] == ["def one() -> None:", "    two()"]
    assert difference(places) == []
    target.write_text(target.read_text().replace("two", "three"))
    assert "+    three()" in difference(places)
    target.unlink()
    assert "-    two()" in difference(places)
