"""What the programs of all frameworks share: the questions, and how they tell what has worked.

A program is run as `python FRAMEWORK.py http://127.0.0.1:PORT`, with nothing installed but the
framework. It writes a JSON object from the name of what was tried to why it failed, or null.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "mock-key"
MODEL = "mistral-small-latest"
EMBEDDING_MODEL = "mistral-embed"
DIMENSIONS = 1024
PLAIN = "What do shelves carry?"
WEATHER = "What is the weather in Paris?"
WANTED = "Name a book."
WANTED_JSON = "Name a book. Answer in JSON with the keys title (text) and year (integer)."
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = {"name": "get_weather", "description": "The weather of a city.", "parameters": CITY}
TOOL = {"type": "function", "function": FUNCTION}


class Book(BaseModel):
    """A book."""

    title: str
    year: int


def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"It rains in {city}."


def check(holds: object, told: object = "") -> None:
    """Passes when something holds.

    Raises:
        ValueError: It does not; unlike an assertion it stays under `python -O`.

    """
    if not holds:
        raise ValueError(f"not as expected: {told!r}")


def check_book(found: object) -> None:
    """Passes for a book."""
    check(isinstance(found, Book), found)


def main(make_tries: Callable[[str], dict[str, Callable[[], Any]]]) -> None:
    """Tries all that a framework is to do against the mock whose address stands in the command."""
    stay_offline()
    told: dict[str, str | None] = {}
    for name, attempt in make_tries(sys.argv[1]).items():
        try:
            attempt()
        except Exception as error:  # noqa: BLE001 - whatever a framework raises is what is told
            told[name] = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        else:
            told[name] = None
    sys.stdout.write(json.dumps(told) + "\n")


def stay_offline() -> None:
    """Lets nothing be sent but to the mock: neither traces nor requests for prices."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "LANGSMITH_TRACING": "false"}
    os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "HAYSTACK_TELEMETRY_ENABLED": "False"}
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] != "127.0.0.1":
            raise ConnectionRefusedError(f"the mock alone is talked to, not {address}")
        connect(self, address)

    setattr(socket.socket, "connect", guarded)  # noqa: B010 - no checker takes the assignment
