"""The record of a generation: which bytes went in, which tools ran, which bytes came out."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAME: Final = "manifest.json"
TOOLS: Final = ("openapi-python-client", "ruff")  # those that pyproject.toml pins exactly
Digests: TypeAlias = dict[str, str]


class ToolMissingError(DocumentProblem):
    """A tool that writes generated code is not installed; the message says how to get it."""


@attrs.frozen
class Manifest:
    """Digests of inputs and outputs by path, and the versions of the tools."""

    inputs: Digests
    tools: dict[str, str]
    outputs: Digests

    def text(self) -> str:
        """Return the manifest as it is stored."""
        return json.dumps(attrs.asdict(self), indent=2, sort_keys=True) + "\n"


def read(folder: Path) -> Manifest | None:
    """Return the stored manifest of a generated folder, or None when there is no usable one."""
    try:
        stored = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Manifest(stored["inputs"], stored["tools"], stored["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def take(root: Path, inputs: Iterable[Path], folder: Path) -> Manifest:
    """Return the manifest of what is there now."""
    return Manifest(
        inputs={path.relative_to(root).as_posix(): digest(path) for path in inputs},
        tools={tool: _version(tool) for tool in TOOLS},
        outputs={path.relative_to(folder).as_posix(): digest(path) for path in files(folder)},
    )


def _version(tool: str) -> str:
    try:
        return version(tool)
    except PackageNotFoundError as error:
        raise ToolMissingError(f"{tool} is not installed; run: make setup") from error


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of a generated folder, its manifest and byte code excepted."""
    for path in sorted(folder.rglob("*")):
        is_extra = "__pycache__" in path.parts or path == folder / NAME
        if path.is_file() and not is_extra:
            yield path


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
