"""The core of the suite judges any resource: it knows none of them by name."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

import mistral_conformance
from mistral_conformance.model.document import load_document

ROOT = Path(mistral_conformance.__file__).parent
CORE = ("record", "verdict", "model", "session", "probing", "running")
MODULES = [each for name in CORE for each in sorted((ROOT / name).rglob("*.py"))]
LIBRARIES = "librar"
"""The first resource of the suite, which the core used to know."""
OWN = {"run_id"}
"""The suite has runs of its own."""


def names() -> set[str]:
    """What stands for a resource in the document: its operations and its path parameters."""
    operations = load_document().operations.values()
    parameters = {name for each in operations for name in each.path_ids if "_" in name}
    return {each.id for each in operations} | parameters - OWN


def words(source: str) -> set[str]:
    """Every name and text of a module, apart from docstrings and comments."""
    docstrings = {
        node.value.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found = {each.string for each in tokens if each.type == tokenize.NAME}
    texts = {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return found | {each for each in texts if each not in docstrings}


@pytest.mark.parametrize("module", MODULES, ids=lambda each: str(each.relative_to(ROOT)))
def test_no_module_of_the_core_knows_a_resource_by_name(module: Path) -> None:
    said = words(module.read_text("utf-8"))
    assert not said & names()
    assert not [each for each in said if LIBRARIES in each.lower()]
