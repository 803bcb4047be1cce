"""What is written beside the laws: the evidence that each judges, and a server that breaks it."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries_of(law: str, subject: str) -> Iterator[str]:
    """Yield the ids of the entries of the register that a law judges by a subject."""
    for entry, laws in load_judged().items():
        if any(fnmatchcase(subject, each) for each in laws.get(law, ())):
            yield entry


def load_judged() -> dict[str, dict[str, list[str]]]:
    """By entry of the register and law, the patterns of the subjects that it is judged by."""
    return _read("evidence.toml")


def load_breaches() -> dict[str, str]:
    """For each law, by its id, a server that breaks it."""
    return _read("breaches.toml")


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("mistral_conformance.laws").joinpath(name).read_text("utf-8"))
