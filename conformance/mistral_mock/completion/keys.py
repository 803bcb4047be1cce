"""The JSON object that a prompt describes: by a schema, a sketch of it, a list of keys, in words.

{"properties": {"name": {"type": "string"}}} a schema; the last counts, examples stand before it
{"name": "...", "tags": ["..."]}            a sketch, perhaps with empty places
with the keys `name` and `price`            a list after keys, fields, properties or the like
Return the name and the ingredients in JSON what is asked for
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from mistral_mock.completion import choices, values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READ_WITHIN = 8000
SCHEMA_WITHIN = 100_000
MOST_BRACES = 200
"""Braces at which a schema is looked for."""
MOST_KEYS = 30
MOST_NAMES, MOST_LOOKS = 60, 2
"""So many names are looked at where one may be a key, and each so often."""
KEY = re.compile(r"[\"'“`]([A-Za-z_][\w -]{0,40})[\"'”`]\s*:\s*(?=(.{0,12}))", re.DOTALL)
SKETCH = re.compile(r"[{,]\s*([A-Za-z_]\w{0,40})\s*:\s*(?=(.{0,12}))", re.DOTALL)
LIST = re.compile(
    r"\b(?:keys?|fields?|properties|property|attributes?)\b[^.:\n`\"']{0,40}?:?\s*"
    r"((?:(?:[`\"'][\w -]{1,40}[`\"']|\w{1,40})(?:\s*\([^)\n]{0,80}\))?"
    r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*$|(?=[.;\n])"
    r"|(?=\s+(?:for|of|from|about|in|to|as|that|which|with|describing)\b)))+)",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"\b(?:return|extract|give|provide|output|list)\b(?:\s+me)?\s+(.{3,200}?)\s+"
    r"(?:in|as|into|using)\s+(?:\w+\s+){0,3}?json",
    re.IGNORECASE | re.DOTALL,
)
WORD = re.compile(r"(?:[`\"']([\w -]{1,40})[`\"']|(\w{2,40}))\s*(?:\(([^)\n]{0,80})\))?")
ARTICLES = re.compile(r"^(?:the|a|an|its|their|his|her|your|my|all|only|just)\s+", re.IGNORECASE)
SEPARATORS = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")
HINT_WITHIN = 200
HINTED = re.compile(
    r"(?<![\w/])[`\"']?([A-Za-z_]\w{0,40})[`\"']?(?=\s*[:(\u2013-]|\s+being\s|\s+(?:must|should|can)\s+be\s)"
)
TYPE_LEAD = re.compile(r"^[`\"']?\s*[:(\u2013-]\s*(?:an?\s+)?")
TYPED = re.compile(r"[`\"']?\s*[:(\u2013-]\s*(?:a\s+)?(?:string|str|text)\b")
BESIDE = re.compile(r"\bjson\b[^.:\n]{0,20}?\bwith\s+(.{3,120}?)\s*(?:[.:;\n]|$)", re.IGNORECASE)
PARENTHESES = re.compile(r"\s?\([^)\n]{0,80}\)")
HEADS = frozenset({"key", "keys", "field", "fields", "property", "properties", "format", "schema"})
"""Words before keys, which are none themselves."""
OTHERS = frozenset({"and", "or", "the", "with", "following", "are", "is", "object", "json"})


def find_schema(texts: Sequence[str]) -> dict[str, Any] | None:
    """Return the schema that the texts spell, or one with the keys that the first to do so names.

    None when none does. All keys are required; what a sketch shows decides about their types, a
    text stands for the rest.
    """
    spelled = find_spelled(texts)
    if spelled is not None:
        return spelled
    for text in texts:
        found = find_keys(text[:READ_WITHIN])
        if found:
            keys = dict(list(found.items())[:MOST_KEYS])
            return {"type": "object", "properties": keys, "required": list(keys)}
    return None


def find_spelled(texts: Sequence[str]) -> dict[str, Any] | None:
    """Return the last JSON schema of an object in the first of the texts to have one, or None."""
    for text in texts:
        read = text[:SCHEMA_WITHIN]
        for spelled in (read, undouble(read)):
            found = [each for each in find_objects(spelled) if is_schema(each)]
            if found:
                return found[-1]
    return None


def undouble(text: str) -> str:
    """Return the text with single braces for double ones, which templates not filled in have."""
    return text.replace("{{", "{").replace("}}", "}") if "{{" in text else ""


def find_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that stand in a text, outer ones alone."""
    place, read = text.find("{"), json.JSONDecoder().raw_decode
    for _ in range(MOST_BRACES):
        if place < 0:
            return
        try:
            value, end = read(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield value
        place = text.find("{", end)


def is_schema(value: dict[str, Any]) -> bool:
    """Say whether the object is a schema of objects."""
    if not isinstance(value.get("properties"), dict) or value.get("type", "object") != "object":
        return False
    try:
        values.compile_schema(value)
    except values.InvalidSchemaError:
        return False
    return True


def find_keys(text: str) -> dict[str, dict[str, Any]]:
    """Return the keys that a text names, each with the schema of its value."""
    if "{" in text:
        sketch = text[text.index("{") :]
        found = KEY.findall(sketch) or SKETCH.findall(sketch)
        if found:
            return {name.strip(): guess_in(text, name, value) for name, value in few(found)}
    listed = LIST.search(text)
    if listed is not None:
        words = [
            ((quoted or plain).strip(), hint) for quoted, plain, hint in WORD.findall(listed[1])
        ]
        known = [(word, hint) for word, hint in words if word.lower() not in OTHERS]
        if known:
            return {word: guess_in(text, word, hint, by_name=True) for word, hint in few(known)}
    asked = ASKED.search(text)
    if asked is not None:
        names = read_phrases(asked[1])
        return {name: narrow(text, name, schema) for name, schema in names.items()}
    return find_hinted(text)


def few(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return so many keys as are read, each with the last of its values."""
    return list(dict(found).items())[:MOST_KEYS]


def find_hinted(text: str) -> dict[str, dict[str, Any]]:
    """Return keys that stand before their choices or types, as `mood: one of happy, sad`."""
    found: dict[str, dict[str, Any]] = {}
    looked_at: Counter[str] = Counter()
    for match in HINTED.finditer(text):
        name, hint = match[1], text[match.end() : match.end() + HINT_WITHIN]
        if name.lower() in OTHERS | HEADS or name in found or looked_at[name] >= MOST_LOOKS:
            continue
        looked_at[name] += 1
        if len(looked_at) > MOST_NAMES:
            break
        schema = narrow(text, name, guess(TYPE_LEAD.sub("", hint)))
        if "enum" in schema or schema["type"] != "string" or TYPED.match(hint):
            found[name] = schema
    beside = BESIDE.search(PARENTHESES.sub("", text)) if found else None
    chosen = {one for schema in found.values() for one in schema.get("enum", ())}
    for one in SEPARATORS.split(beside[1]) if beside else ():
        name = ARTICLES.sub("", one).strip("`\"'")
        if name.isidentifier() and name not in chosen | found.keys() | OTHERS | HEADS:
            found[name] = guess_by_name(name)
    return found


def guess_in(text: str, name: str, hint: str, *, by_name: bool = False) -> dict[str, Any]:
    """Return the schema of a value from its hint, its key and the choices the text names for it."""
    return narrow(text, name.strip(), guess_by_name(name, hint) if by_name else guess(hint))


def narrow(text: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with the choices for the key instead, where the text has some."""
    chosen = choices.find_choices(text, name.replace("_", " ")) or choices.find_choices(text, name)
    return {"enum": chosen} if chosen else schema


def read_phrases(text: str) -> dict[str, dict[str, Any]]:
    """Return keys made of what is asked for, such as `the name and the main ingredients`."""
    parts = (ARTICLES.sub("", part.strip()) for part in SEPARATORS.split(text))
    names = ("_".join(re.findall(r"\w+", part.lower())[:3]) for part in parts)
    return {name: guess_by_name(name) for name in names if name and name not in OTHERS}


def guess(value: str) -> dict[str, Any]:
    """Return the schema of a value from how a sketch of it begins."""
    start = value.strip().lower().lstrip("<\"'")
    if value.strip().startswith("["):
        return {"type": "array", "items": {"type": "string"}, "minItems": 1}
    if value.strip().startswith("{"):
        return {"type": "object"}
    if re.match(r"float|-?\d+\.\d", start):
        return {"type": "number", "minimum": 0, "maximum": 1}
    if start.startswith(("int", "number")) or re.match(r"-?\d", value.strip()):
        return {"type": "integer", "minimum": 0, "maximum": 100}
    if start.startswith(("bool", "true", "false")):
        return {"type": "boolean"}
    return {"type": "string"}


def guess_by_name(name: str, hint: str = "") -> dict[str, Any]:
    """Return the schema of a value from its key, and what stands in brackets after it.

    A list where the key is a plural, unless the hint says what it is.
    """
    hinted = guess(hint)
    if hinted["type"] != "string":
        return hinted
    plural = name.endswith("s") and not name.endswith(("ss", "us", "is"))
    return {"type": "array", "items": {"type": "string"}, "minItems": 1} if plural else guess("")
