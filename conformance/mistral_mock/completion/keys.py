"""The keys of a JSON object that a prompt describes: by a sketch of it, by a list, or in words.

{"name": "...", "tags": ["..."]}            a sketch, perhaps with empty places
with the keys `name` and `price`            a list after keys, fields, properties or the like
Return the name and the ingredients in JSON what is asked for
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

READ_WITHIN = 8000
MOST_KEYS = 30
KEY = re.compile(r"[\"'“`]([A-Za-z_][\w -]{0,40})[\"'”`]\s*:\s*(?=(.{0,12}))", re.DOTALL)
SKETCH = re.compile(r"[{,]\s*([A-Za-z_]\w{0,40})\s*:\s*(?=(.{0,12}))", re.DOTALL)
LIST = re.compile(
    r"\b(?:keys?|fields?|properties|property|attributes?)\b[^.:\n`\"']{0,40}?:?\s*"
    r"((?:(?:[`\"'][\w -]{1,40}[`\"']|\w{1,40})(?:\s*\([^)\n]{0,80}\))?"
    r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*$|(?=[.;\n])))+)",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"\b(?:return|extract|give|provide|output|list)\b(?:\s+me)?\s+(.{3,200}?)\s+"
    r"(?:in|as|into|using)\s+(?:\w+\s+){0,3}?json",
    re.IGNORECASE | re.DOTALL,
)
WORD = re.compile(r"[`\"']([\w -]{1,40})[`\"']|(\w{2,40})")
ARTICLES = re.compile(r"^(?:the|a|an|its|their|his|her|your|my|all|only|just)\s+", re.IGNORECASE)
SEPARATORS = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")
OTHERS = frozenset({"and", "or", "the", "with", "following", "are", "is", "object", "json"})


def find_schema(texts: Sequence[str]) -> dict[str, Any] | None:
    """A schema with the keys that the first of the texts to name some names; None when none does.

    All are required; what a sketch shows decides about their types, a text stands for the rest.
    """
    for text in texts:
        found = find_keys(text[:READ_WITHIN])
        if found:
            keys = dict(list(found.items())[:MOST_KEYS])
            return {"type": "object", "properties": keys, "required": list(keys)}
    return None


def find_keys(text: str) -> dict[str, dict[str, Any]]:
    """The keys that a text names, each with the schema of its value."""
    if "{" in text:
        sketch = text[text.index("{") :]
        found = KEY.findall(sketch) or SKETCH.findall(sketch)
        if found:
            return {name.strip(): guess(value) for name, value in found}
    listed = LIST.search(text)
    if listed is not None:
        words = [quoted or plain for quoted, plain in WORD.findall(strip_hints(listed[1]))]
        names = [word.strip() for word in words if word.lower() not in OTHERS]
        return {name: guess_by_name(name) for name in names}
    asked = ASKED.search(text)
    return {} if asked is None else read_phrases(asked[1])


def strip_hints(text: str) -> str:
    """A list of keys without what stands in brackets after them."""
    return re.sub(r"\([^)]*\)", "", text)


def read_phrases(text: str) -> dict[str, dict[str, Any]]:
    """Keys made of what is asked for, such as `the name and the main ingredients`."""
    parts = (ARTICLES.sub("", part.strip()) for part in SEPARATORS.split(text))
    names = ("_".join(re.findall(r"\w+", part.lower())[:3]) for part in parts)
    return {name: guess_by_name(name) for name in names if name and name not in OTHERS}


def guess(value: str) -> dict[str, Any]:
    """The schema of a value from how a sketch of it begins."""
    start = value.strip().lower().lstrip("<\"'")
    if value.strip().startswith("["):
        return {"type": "array", "items": {"type": "string"}, "minItems": 1}
    if value.strip().startswith("{"):
        return {"type": "object"}
    if start.startswith(("int", "number", "float")) or re.match(r"-?\d", value.strip()):
        return {"type": "integer", "minimum": 0, "maximum": 100}
    if start.startswith(("bool", "true", "false")):
        return {"type": "boolean"}
    return {"type": "string"}


def guess_by_name(name: str) -> dict[str, Any]:
    """The schema of a value from its key alone: a list where the key is a plural."""
    plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    return {"type": "array", "items": {"type": "string"}, "minItems": 1} if plural else guess("")
