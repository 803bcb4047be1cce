"""Where rules stand: the file and line that an author looks up."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any


def line_of(function: Callable[..., Any]) -> str:
    """Return the file and the line that a function begins at; empty where it has no code."""
    code = getattr(function, "__code__", None)
    return _told(code.co_filename, code.co_firstlineno) if code else ""


def line_of_error(error: BaseException, passed_over: Container[str] = ()) -> str:
    """Return the last line of the file that broke: the first one called, of those not passed over.

    What it called may have raised the error far away, where its author knows nothing.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = next((each.filename for each in frames if each.filename not in passed_over), "")
    found = [each for each in frames if each.filename == own] or frames
    return _told(found[-1].filename, found[-1].lineno or 0) if found else ""


def _told(filename: str, line: int) -> str:
    return f"{Path(filename).name}, line {line}"
