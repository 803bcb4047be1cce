"""Operations have the names of the official SDK wherever it has one.

Its classes are read, not imported: their methods, the URLs of these, and how classes are nested.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import curate
import pytest

from mistral_openapi import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = Path(curate.__file__).parent.parent / "openapi" / "names.md"
Request = tuple[str, str]


@pytest.fixture(scope="module")
def official() -> dict[Request, set[str]]:
    """The dotted calls of the official SDK by method and URL."""
    found = importlib.util.find_spec("mistralai")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the official SDK (mistralai) is not installed")
    folder = Path(next(iter(found.submodule_search_locations))) / "client"
    classes = {
        node.name: node
        for path in folder.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    calls: dict[Request, set[str]] = {}
    for name, request in _calls(classes, "Mistral", ""):
        calls.setdefault(request, set()).add(name)
    return calls


def _calls(
    classes: dict[str, ast.ClassDef], name: str, prefix: str
) -> Iterator[tuple[str, Request]]:
    """The calls of a class and of the classes that it offers as attributes."""
    for node in classes[name].body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            below = ast.unparse(node.annotation).strip("'\"").rpartition(".")[2]
            if below in classes and node.target.id != "sdk_configuration":
                yield from _calls(classes, below, f"{prefix}{node.target.id}.")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            for request in _requests(node):
                yield prefix + node.name, request


def _requests(method: ast.FunctionDef) -> Iterator[Request]:
    """Method and URL of the requests that a method builds."""
    for node in ast.walk(method):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._build_request":
            given = {one.arg: one.value for one in node.keywords}
            yield ast.literal_eval(given["method"]), _shape(ast.literal_eval(given["path"]))


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.partition("#")[0])


def test_every_operation_that_the_sdk_has_is_called_as_there(
    official: dict[Request, set[str]],
) -> None:
    listed = set(
        re.findall(r"^\| `([a-z_.]+)` \|", NAMES.read_text(encoding="utf-8"), re.MULTILINE)
    )
    others = {
        one.id: sorted(official.get((one.method, _shape(one.path)), ()))
        for one in operations()
        if one.id not in listed
        and one.id not in official.get((one.method, _shape(one.path)), set())
    }
    assert others == {}


def test_only_the_put_twins_have_another_name_than_the_sdk_gives_them(
    official: dict[Request, set[str]],
) -> None:
    renamed = {
        one.id
        for one in operations()
        if (names := official.get((one.method, _shape(one.path)))) and one.id not in names
    }
    assert renamed == {"beta.libraries.update_with_put", "beta.libraries.documents.update_with_put"}


def test_streams_are_called_as_in_the_sdk(official: dict[Request, set[str]]) -> None:
    wrong = {
        one.id: stream["method"]
        for one in operations()
        if (stream := one.extension("stream"))
        and one.id != "audio.speech.complete"  # which the SDK streams by an argument
        and f"{one.tag}.{stream['method']}" not in official[one.method, _shape(one.path)]
    }
    assert wrong == {}
