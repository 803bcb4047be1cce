"""For each rule a server that breaks it, told as the named defect that does is described."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def load_breaches() -> dict[str, str]:
    """For each rule, by its id, a server that breaks it."""
    text = files("mistral_conformance.rules").joinpath("breaches.toml").read_text("utf-8")
    return tomllib.loads(text)
