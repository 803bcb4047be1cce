"""Compares the JSON answer that a page shows with the one that came, by keys only."""

from __future__ import annotations

from typing import Any


def missing_keys(shown: Any, came: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any JSON
    """Return the paths of the keys that the page shows and the answer lacks.

    Values are not compared: pages show made-up ones. Of a list only the first items are, when
    both have one.
    """
    if isinstance(shown, dict) and isinstance(came, dict):
        missing: list[str] = []
        for key, value in shown.items():
            name = f"{path}.{key}" if path else key
            missing += missing_keys(value, came[key], name) if key in came else [name]
        return missing
    if isinstance(shown, list) and isinstance(came, list) and shown and came:
        return missing_keys(shown[0], came[0], f"{path}[0]")
    return []
