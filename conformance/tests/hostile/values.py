"""Values for requests: such as the document asks for, and then spoiled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

DEEPEST = 6
MOMENTS = ("2026-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00", "2099-12-31T23:59:59Z")
SPOILS: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    2**63,
    -(10**30),
    1e308,
    0.1,
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e\u0000\uffff",
    "é" * 300,
    "x" * 5_000,
    "../../etc/passwd",
    "${a.b}",
    "{{7*7}}",
    "<script>x</script>",
    "data:;base64,AAAA",
    "data:application/pdf;base64,JVBERi0=",
    "file:///etc/passwd",
    "http://127.0.0.1:1/",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "not-a-uuid",
    "(a+)+$",
    [],
    {},
    [[]],
    {"": {"": [None]}},
    {"$ref": "#"},
    {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}},
    [None] * 200,
)
MODELS = (
    "mistral-small-latest",
    "mistral-ocr-latest",
    "mistral-embed",
    "codestral-latest",
    "no-model",
)
TEXTS = ("Hello", "Paris", "What is in it?", "mistral-small-latest", "a", "user", "1", "name")
CUT_TAILS = (b"", b"]", b"}", b"\xff\xfe", b" {}", b"\x00")


class Values:
    """Makes values by dice; `known` are ids that the mock has given out."""

    def __init__(self, dice: Random, known: Sequence[str]) -> None:
        self._dice = dice
        self._known = known

    def make(self, schema: Mapping[str, Any], depth: int = 0) -> Any:
        """A value that mostly holds what the schema asks for."""
        dice, schema = self._dice, mistral_openapi.resolve(dict(schema))
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return dice.choice(schema["enum"])
        for union in ("oneOf", "anyOf"):
            if union in schema:
                return self.make(dice.choice(schema[union]), depth)
        if "allOf" in schema and "properties" not in schema:
            made = [self.make(each, depth) for each in schema["allOf"]]
            objects = [each for each in made if isinstance(each, dict)]
            return {k: v for each in objects for k, v in each.items()} if objects else made[0]
        return self._make_typed(schema, depth)

    def _make_typed(self, schema: Mapping[str, Any], depth: int) -> Any:
        dice, type_ = self._dice, schema.get("type", "object" if "properties" in schema else None)
        if isinstance(type_, list):
            type_ = dice.choice(type_)
        if type_ == "object":
            return self._make_object(schema, depth)
        if type_ == "array":
            most = 0 if depth > DEEPEST else 3
            items = schema.get("items", {})
            return [self.make(items, depth + 1) for _ in range(dice.randint(min(1, most), most))]
        if type_ in {"integer", "number"}:
            low, high = schema.get("minimum", 0), schema.get("maximum", 20)
            return dice.randint(int(low), max(int(low), min(int(high), int(low) + 20)))
        if type_ == "boolean":
            return dice.random() < 0.5
        if schema.get("format") == "date-time":
            return self._dice.choice(MOMENTS)
        return None if type_ == "null" else self.text()

    def _make_object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = set(schema.get("required", ()))
        share = 0.3 if depth < DEEPEST else 0.0
        return {
            name: self._dice.choice(MODELS) if name == "model" else self.make(each, depth + 1)
            for name, each in schema.get("properties", {}).items()
            if name in required or self._dice.random() < share
        }

    def text(self) -> str:
        """A word, or an id that exists or has existed."""
        if self._known and self._dice.random() < 0.5:
            return self._dice.choice(self._known)
        return self._dice.choice(TEXTS)

    def spoil(self, value: Any) -> Any:
        """The value with something wrong in one place."""
        dice = self._dice
        if isinstance(value, dict) and value and dice.random() < 0.8:
            name = dice.choice(list(value))
            way = dice.random()
            if way < 0.2:
                return {key: each for key, each in value.items() if key != name}
            if way < 0.3:
                return {**value, str(dice.choice(TEXTS)): dice.choice(SPOILS)}
            return {**value, name: self.spoil(value[name])}
        if isinstance(value, list) and value and dice.random() < 0.8:
            place = dice.randrange(len(value))
            return [*value[:place], self.spoil(value[place]), *value[place + 1 :]]
        return dice.choice(SPOILS)

    def spell(self, value: Any) -> bytes:
        """The value as JSON, now and then as something that only begins like it."""
        dice, content = self._dice, json.dumps(value).encode()
        way = dice.random()
        if way < 0.85:
            return content
        if way < 0.9:
            return content[: dice.randrange(len(content) + 1)] + dice.choice(CUT_TAILS)
        if way < 0.93:
            return content.replace(b"true", b"NaN").replace(b"0", b"1e999", 1)
        if way < 0.96:
            return b"[" * dice.choice((10, 2_000)) + content
        return bytes(dice.randrange(256) for _ in range(dice.randrange(64)))
