"""Fills the templates of scripts: JSON in which `${path}` stands for a value.

A text that is nothing but one `${path}` becomes the value itself; inside a longer text the value is
written out. A path is names and list positions with dots between them; one that leads nowhere
stands for null, which inside a longer text is nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = re.compile(r"\$\{([^{}]*)\}")


def fill(template: object, scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the template with values from the scope in it."""
    if isinstance(template, str):
        whole = PLACE.fullmatch(template)
        if whole:
            return look_up(whole[1], scope)
        return PLACE.sub(lambda place: spell(look_up(place[1], scope)), template)
    if isinstance(template, list):
        return [fill(item, scope) for item in template]
    if isinstance(template, dict):
        return {name: fill(value, scope) for name, value in template.items()}
    return template


def look_up(path: str, scope: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value at a path; None when it leads nowhere."""
    found: Any = scope
    for step in path.strip().split("."):
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict):
            found = found.get(step)
        else:
            return None
    return found


def spell(value: object) -> str:
    """Return a value inside a text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
