"""Annotations at run time: the names in them, imported when somebody asks.

Modules of the client import most names for type checkers alone, so that programs start fast. What
they import for them stands in their source.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def complete(namespace: dict[str, Any], annotations: Iterable[object]) -> None:
    """Import into a module's namespace what annotations name and only type checkers know there.

    What cannot be found stays as it is: whoever reads the annotations is told its name.
    """
    texts = (getattr(each, "__forward_arg__", each) for each in annotations)
    missing = {
        name
        for text in texts
        if isinstance(text, str)
        for name in compile(text, "<annotation>", "eval").co_names
        if name not in namespace and not hasattr(builtins, name)
    }
    imports = _imports(namespace["__name__"]) if missing else {}
    for name in missing & imports.keys():
        try:
            exec(imports[name], namespace)  # noqa: S102 - a line of our own source
        except ImportError:
            continue


@cache
def _imports(module: str) -> dict[str, str]:
    """Return the statements by which a module imports names for type checkers, by name."""
    try:
        source = inspect.getsource(sys.modules[module])
    except OSError:  # installed without its source
        return {}
    return {
        alias.asname or alias.name: ast.unparse(_with_names(statement, alias))
        for block in ast.parse(source).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for statement in block.body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names
    }


def _with_names(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """Return the statement with this name alone."""
    if isinstance(statement, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(statement.module, [alias], statement.level)
