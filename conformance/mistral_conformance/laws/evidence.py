"""Which entries of the register of evidence a law judges, by its subjects."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def entries_of(law: str, subject: str) -> Iterator[str]:
    """The ids of the entries that a law judges by a subject."""
    for entry, laws in load_judged().items():
        if any(fnmatchcase(subject, each) for each in laws.get(law, ())):
            yield entry


@cache
def load_judged() -> dict[str, dict[str, list[str]]]:
    """By entry and law, the patterns of the subjects that the entry is judged by."""
    text = files("mistral_conformance.laws").joinpath("evidence.toml").read_text("utf-8")
    return tomllib.loads(text)
