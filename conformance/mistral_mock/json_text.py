"""JSON text from outside: in bodies, in parameters, in files, in payloads.

Only what an answer can repeat counts as JSON: finite numbers, text that UTF-8 can encode, and no
more levels than DEEPEST.
"""

from __future__ import annotations

import json
import math
from typing import NoReturn

EXACT = 2.0**53
"""Below this a float holds every integer."""
DEEPEST = 100
"""Levels of arrays and objects that a value may have."""


def read(content: bytes) -> object:
    """The value of JSON text.

    Raises:
        ValueError: It is no JSON; a JSONDecodeError tells the position.

    """
    try:
        value: object = json.loads(content, parse_constant=_refuse, parse_float=_read_number)
        if b"\\u" in content:
            json.dumps(value, ensure_ascii=False).encode()  # lone surrogates have no encoding
        if content.count(b"[") + content.count(b"{") > DEEPEST:
            check_depth(value)
    except RecursionError as error:
        raise ValueError(str(error)) from error
    return value


def check_depth(value: object) -> None:
    """Lets through what is nested no deeper than DEEPEST.

    Raises:
        ValueError: It is deeper.

    """
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        parts = [one.values() if isinstance(one, dict) else one for one in level]
        level = [part for inner in parts for part in inner if isinstance(part, dict | list)]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} levels deep")


def _read_number(text: str) -> float:
    """The number; `2.0` is the integer 2, in JSON Schema and here."""
    number = float(text)
    if not math.isfinite(number):
        _refuse(text)
    return int(number) if number.is_integer() and abs(number) < EXACT else number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
