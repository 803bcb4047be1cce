"""Ids of tool calls, for programs that write conversations themselves."""

from __future__ import annotations

import secrets
import string
from typing import Final

_MARKS: Final = string.ascii_letters + string.digits

# What the API takes: nine letters or digits.
_LENGTH: Final = 9


def new_tool_call_id() -> str:
    """Return a new id for a tool call, as the API takes it: nine letters or digits, by chance."""
    return "".join(secrets.choice(_MARKS) for _ in range(_LENGTH))
