"""Builds one value from a schema, choice by choice."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mistral_mock.completion.values.checking import compile_schema
from mistral_mock.completion.values.merging import Schema, list_types, merge
from mistral_mock.completion.values.numbers import count, make_integer, make_number
from mistral_mock.completion.values.outcome import UnsatisfiableError
from mistral_mock.completion.values.strings import make_string

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.vocabulary import Vocabulary

DEEP = 4
"""Below this depth only what must be there is made."""
DEEPEST = 40
MANY = 1_000
"""After this many parts only what must be there is made."""
TOO_MANY = 10_000
MORE_ITEMS = 2
MOST_ITEMS = 1_000
ALL_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
SIMPLEST_FIRST = {type_: place for place, type_ in enumerate(("null", *ALL_TYPES[:-1]))}
TYPES_OF_WORDS = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "propertyNames"),
    "array": ("items", "prefixItems", "minItems", "contains", "uniqueItems"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format"),
}

LIMITS = frozenset({"pattern", "format", "minLength", "maxLength"})
"""What schemas say about texts."""
TELLING_FORMATS = frozenset(
    {"date", "date-time", "duration", "email", "ipv4", "ipv6", "time", "uri", "uuid"}
)
"""Formats of texts that cannot be mistaken for common words."""
FORMATS_BY_NAME = {
    "date": re.compile(r"(^|_)date$"),
    "email": re.compile(r"(^|_)e?mail(_address)?$"),
    "uri": re.compile(r"(^|_)(url|uri|link|website)$"),
}


class Maker:
    """Makes one value; `modest` leaves out all that need not be there."""

    def __init__(self, root: Schema | bool, dice: Dice, words: Vocabulary, *, modest: bool) -> None:
        self._root = root
        self._dice = dice
        self._words = words
        self._modest = modest
        self._made = 0
        self._numbers = [] if modest else list(words.numbers)
        self._pieces = [] if modest else list(words.pieces)

    def make(self, schema: Schema | bool, depth: int = 0, name: str = "") -> Any:  # noqa: ANN401 - JSON
        """Return a value for the schema; `name` is that of the property that holds it.

        Raises:
            UnsatisfiableError: None was found.

        """
        self._made += 1
        if schema is False or depth > DEEPEST or self._made > TOO_MANY:
            raise UnsatisfiableError("the schema accepts no value that this server can make")
        flat = self._flatten({} if schema is True else schema)
        if "const" in flat:
            return flat["const"]
        if "enum" in flat:
            return self._pick_member(flat)
        for union in ("anyOf", "oneOf"):
            if union in flat:
                return self._make_member(flat, union, depth, name)
        return self._make_typed(flat, depth, name)

    def _is_modest(self, depth: int) -> bool:
        return self._modest or depth > DEEP or self._made > MANY

    def _flatten(self, schema: Schema) -> Schema:
        """Return the schema without references, `allOf` and conditions."""
        flat, hops = dict(schema), 0
        while flat.keys() & {"$ref", "allOf", "if"}:
            hops += 1
            if hops > DEEPEST:
                raise UnsatisfiableError("the schema refers to itself without end")
            merged: Schema | bool = flat
            for part in self._take_parts(flat):
                merged = merge(merged, part)
            if isinstance(merged, bool):
                raise UnsatisfiableError("the schema accepts no value")
            flat = merged
        return flat

    def _take_parts(self, flat: Schema) -> list[Schema | bool]:
        """Return what references, `allOf` and conditions add; they are taken out of the schema."""
        parts: list[Schema | bool] = list(flat.pop("allOf", []))
        if "$ref" in flat:
            parts.append(self._resolve(flat.pop("$ref")))
        if "if" in flat:
            condition = flat.pop("if")
            met, unmet = flat.pop("then", True), flat.pop("else", True)
            parts.extend([condition, met] if self._dice.below(2) else [unmet])
        return parts

    def _resolve(self, reference: str) -> Schema | bool:
        """Return what a reference inside of the schema stands for."""
        place: Any = self._root
        if not reference.startswith("#"):
            raise UnsatisfiableError(f"{reference} is beyond this server")
        for part in unquote(reference[1:]).split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            try:
                place = place[int(key)] if isinstance(place, list) else place[key]
            except (LookupError, TypeError, ValueError) as error:
                raise UnsatisfiableError(f"{reference} is nowhere in the schema") from error
        if not isinstance(place, dict | bool):
            raise UnsatisfiableError(f"{reference} is not a schema")
        return place

    def _pick_member(self, flat: Schema) -> Any:  # noqa: ANN401 - JSON
        """Return one of the values of an enum; one that the request mentions comes first."""
        types = list_types(flat.get("type", list(ALL_TYPES)))
        options = [value for value in flat["enum"] if is_of(value, types)]
        if not options:
            raise UnsatisfiableError("no value of the enum has the right type")
        mentioned = [value for value in options if self._words.mentions(value)]
        real = [value for value in options if value is not None]
        return self._dice.pick(mentioned or real or options)

    def _make_member(self, flat: Schema, union: str, depth: int, name: str) -> Any:  # noqa: ANN401 - JSON
        """Return a value for the first member of a union that has one."""
        rest = {word: value for word, value in flat.items() if word != union}
        problem = UnsatisfiableError("the union is empty")
        for member in self._order(flat[union], depth):
            try:
                return self.make(merge(rest, member), depth + 1, name)
            except UnsatisfiableError as error:
                problem = error
        raise problem

    def _order(self, members: list[Schema | bool], depth: int) -> list[Schema | bool]:
        """Return the members in the order of trying: null last, or the simplest first deep down."""
        if self._is_modest(depth):
            return sorted(members, key=weigh)
        nulls = [member for member in members if weigh(member) == 0]
        return [*self._dice.rotate([one for one in members if one not in nulls]), *nulls]

    def _make_typed(self, flat: Schema, depth: int, name: str) -> Any:  # noqa: ANN401 - JSON
        types = list_types(flat["type"]) if "type" in flat else guess_types(flat)
        if not types:
            raise UnsatisfiableError("the schema accepts no type")
        real = [type_ for type_ in types if type_ != "null"] or types
        simplest = min(types, key=SIMPLEST_FIRST.__getitem__)
        type_ = simplest if self._is_modest(depth) else self._dice.pick(real)
        if type_ == "array":
            return self._make_array(flat, depth)
        if type_ == "object":
            return self._make_object(flat, depth)
        return self._make_scalar(type_, flat, name)

    def _make_scalar(self, type_: str, flat: Schema, name: str) -> Any:  # noqa: ANN401 - JSON
        if type_ in {"integer", "number"} and (said := self._take_number(type_, flat)) is not None:
            return said
        if type_ == "string":
            return self._take_piece(flat, name) or self._take_word(flat, name)
        if type_ == "integer":
            return make_integer(flat, self._dice)
        if type_ == "number":
            return make_number(flat, self._dice)
        return None if type_ == "null" else bool(self._dice.below(2))

    def _take_number(self, type_: str, flat: Schema) -> float | None:
        """Return the next number of the request, when it fits; None when there is none."""
        if not self._numbers:
            return None
        said = self._numbers[0]
        if not (is_of(said, [type_]) and is_within(said, flat)):
            return None
        del self._numbers[0]
        return said

    def _take_word(self, flat: Schema, name: str) -> str:
        """Return a text made of a word of the request, whose turn comes again after all others."""
        made = make_string(flat, self._dice, self._words, name)
        self._words = self._words.put_last(made)
        return made

    def _take_piece(self, flat: Schema, name: str) -> str | None:
        """Return the next piece of the request that has the format or pattern asked for.

        None for none.
        """
        wanted = {word: flat[word] for word in LIMITS & flat.keys()}
        if not wanted.keys() & {"pattern", "format"}:
            wanted["format"] = guess_format(name)
        if "pattern" not in wanted and wanted["format"] not in TELLING_FORMATS:
            return None
        fits = compile_schema(wanted).is_valid
        said = next(filter(fits, self._pieces), None)
        if said is not None:
            self._pieces.remove(said)
        return said

    def _make_array(self, flat: Schema, depth: int) -> list[Any]:
        items: list[Any] = []
        least = count(flat, "minItems", 0)
        wanted = self._count_items(flat, depth)
        for place in range(wanted):
            try:
                self._add_item(items, self._item_schema(flat, place), flat, depth)
            except UnsatisfiableError:
                if place < least:
                    raise
                break
            if place >= least and isinstance(items[-1], str) and items[-1] in items[:-1]:
                return items[:-1]  # the words have no more to say
        return items

    def _count_items(self, flat: Schema, depth: int) -> int:
        contained = count(flat, "minContains", 1) if "contains" in flat else 0
        least = max(count(flat, "minItems", 0), contained)
        most = count(flat, "maxItems", MOST_ITEMS)
        if least > min(most, MOST_ITEMS):
            raise UnsatisfiableError("no array has that many items")
        if self._is_modest(depth):
            return least
        prefix = len(flat.get("prefixItems", ()))
        return self._dice.between(
            max(least, min(1, most)), min(most, max(least, prefix) + MORE_ITEMS)
        )

    def _item_schema(self, flat: Schema, place: int) -> Schema | bool:
        """Return what the item at a place has to be; the first ones are those to be contained."""
        items = flat.get("items", True)
        prefix = [*flat.get("prefixItems", ()), *(items if isinstance(items, list) else ())]
        rest = flat.get("additionalItems", True) if isinstance(items, list) else items
        item: Schema | bool = prefix[place] if place < len(prefix) else rest
        first = len(prefix) if place >= len(prefix) else 0
        if "contains" in flat and place - first < count(flat, "minContains", 1):
            return merge(item, flat["contains"])
        return item

    def _add_item(self, items: list[Any], schema: Schema | bool, flat: Schema, depth: int) -> None:
        known = {spell(item) for item in items} if flat.get("uniqueItems") else set()
        for _ in range(20):
            item = self.make(schema, depth + 1)
            if spell(item) not in known:
                items.append(item)
                return
        raise UnsatisfiableError("no further item differs from the others")

    def _make_object(self, flat: Schema, depth: int) -> dict[str, Any]:
        required = flat.get("required", [])
        made = {name: self._make_property(flat, name, depth) for name in required}
        least = count(flat, "minProperties", 0)
        most = count(flat, "maxProperties", MOST_ITEMS)
        for name in flat.get("properties", {}):
            needed = not self._is_modest(depth) or len(made) < least
            if name not in made and needed and len(made) < most:
                self._add_optional(made, flat, name, depth)
        for number in range(MOST_ITEMS):
            if len(made) >= least:
                return made
            name = self._make_name(flat, made, number)
            made[name] = self._make_property(flat, name, depth)
        raise UnsatisfiableError("no object has that many properties")

    def _add_optional(self, made: dict[str, Any], flat: Schema, name: str, depth: int) -> None:
        """Add a property that need not be there, unless nothing fits it."""
        try:
            made[name] = self._make_property(flat, name, depth)
        except UnsatisfiableError:
            made.pop(name, None)

    def _make_property(self, flat: Schema, name: str, depth: int) -> Any:  # noqa: ANN401 - JSON
        return self.make(property_schema(flat, name), depth + 1, name)

    def _make_name(self, flat: Schema, made: dict[str, Any], number: int) -> str:
        """Return the name of a property that the schema does not name, a new one if it is easy."""
        named = flat.get("propertyNames", True)
        patterns = ({"pattern": pattern} for pattern in flat.get("patternProperties", {}))
        wanted = merge(named, next(patterns, True))
        if wanted is True:
            return f"extra_{number}"
        name = str(self.make(merge({"type": "string"}, wanted)))
        return f"{name}{number}" if name in made else name


def guess_format(name: str) -> str:
    """Return the format of what a text property of this name holds.

    Empty when the name does not tell.
    """
    return next((form for form, named in FORMATS_BY_NAME.items() if named.search(name)), "")


def is_within(value: float, flat: Schema) -> bool:
    """Say whether a number keeps the bounds of a schema."""
    least, most = flat.get("minimum", value), flat.get("maximum", value)
    above, below = flat.get("exclusiveMinimum"), flat.get("exclusiveMaximum")
    kept = least <= value <= most and "multipleOf" not in flat
    return kept and (above is None or value > above) and (below is None or value < below)


def property_schema(flat: Schema, name: str) -> Schema | bool:
    """Return what the value of a property has to be."""
    parts = [
        schema
        for pattern, schema in flat.get("patternProperties", {}).items()
        if found(pattern, name)
    ]
    if name in flat.get("properties", {}):
        parts.append(flat["properties"][name])
    merged: Schema | bool = parts[0] if parts else flat.get("additionalProperties", True)
    for part in parts[1:]:
        merged = merge(merged, part)
    return merged


def found(pattern: str, name: str) -> bool:
    """Say whether a pattern occurs in a name; one that Python does not read does not."""
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return False


def guess_types(flat: Schema) -> list[str]:
    """Return the types that a schema without `type` is about; text when it says nothing."""
    for type_, words in TYPES_OF_WORDS.items():
        if any(word in flat for word in words):
            return [type_]
    return ["string"]


def weigh(schema: Schema | bool) -> int:
    """Return how much a member of a union costs to make; 0 for null."""
    if isinstance(schema, bool):
        return 1
    if "const" in schema or "enum" in schema:
        return int(schema.get("const", ...) is not None)
    if "$ref" in schema or "allOf" in schema:
        return len(SIMPLEST_FIRST) + 1
    return min((SIMPLEST_FIRST[one] for one in list_types(schema.get("type", "object"))), default=9)


def is_of(value: object, types: list[str]) -> bool:
    """Say whether a JSON value is of one of the types."""
    if isinstance(value, bool):
        return "boolean" in types
    if isinstance(value, int | float):
        return "number" in types or ("integer" in types and value == int(value))
    names = {str: "string", list: "array", dict: "object", type(None): "null"}
    return names[type(value)] in types


def spell(value: object) -> str:
    """Return the value as text, the same for equal values."""
    return json.dumps(value, sort_keys=True)
