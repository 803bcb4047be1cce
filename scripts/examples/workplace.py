"""What every runner works with: where to, with what, and in which surroundings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from examples.example import Example
    from examples.process import Finished
    from examples.table import Table


@attrs.frozen
class Settings:
    """Where examples are run against and with what."""

    base_url: str
    api_key: str
    table: Table
    project: Path
    node_modules: Path
    timeout_s: float


@attrs.frozen
class Prepared:
    """An example with the code that really runs."""

    example: Example
    code: str


def environment(folder: Path, settings: Settings) -> dict[str, str]:
    """Return what an example sees: the target, the project's commands, a home of its own."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {
        **kept,
        "PATH": path,
        "HOME": str(folder),
        "CURL_HOME": str(folder),
        "MISTRAL_API_KEY": settings.api_key,
        "MISTRAL_BASE_URL": settings.base_url,
    }


def ended_early(done: Finished) -> str:
    """Return why a process did not reach an example's end."""
    return "time limit reached" if done.timed_out else f"ended early with exit code {done.code}"
