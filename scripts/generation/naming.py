"""Names in Python for names in the document."""

from __future__ import annotations

import keyword
import re
from typing import Final

# A field of one of these names would hide a method of every model.
MODEL_NAMES: Final = frozenset(
    {"additional_properties", "from_dict", "missing_fields", "to_dict", "self", "cls"}
)
# An argument of one of these names would hide an option of every call.
CALL_NAMES: Final = frozenset(
    {
        "timeout",
        "retries",
        "headers",
        "resumes",
        "max_answer_bytes",
        "self",
        "options",
        "destination",
    }
)


def words(text: str) -> list[str]:
    """Split a name at case changes, digits excepted, and at everything that is no letter."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return re.findall(r"[A-Za-z0-9]+", spaced)


def pascal(text: str) -> str:
    """`beta.libraries.get` → `BetaLibrariesGet`."""
    return "".join(word[:1].upper() + word[1:] for word in words(text))


def snake(text: str) -> str:
    """`fileName` → `file_name`; `$schema` → `schema`."""
    return "_".join(words(text)).lower()


def identifier(text: str, reserved: frozenset[str]) -> str:
    """Return a Python name for a wire name; a reserved one gets an underscore at its end."""
    name = snake(text) or "field"
    if name[0].isdigit():
        name = f"field_{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in reserved else name


def field_name(wire: str) -> str:
    """Return a model's attribute name for a wire name."""
    return identifier(wire, MODEL_NAMES)


def argument_name(wire: str) -> str:
    """Return an argument's name for a wire name."""
    return identifier(wire, CALL_NAMES)
