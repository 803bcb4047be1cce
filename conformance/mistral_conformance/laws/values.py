"""Values for fields, by their schema: no two alike, so that each can be told where it shows."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mistral_conformance.model.schemas import (
    facet,
    is_object,
    items_of,
    members,
    properties,
    types,
)

if TYPE_CHECKING:
    from random import Random

    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.session.markers import Marker

NAMES = frozenset({"name", "filename", "title"})
FAR_DAYS = 300
"""How far off a made-up time is, so that nothing ends while it is looked at."""
DEEPEST = 4
"""So many objects and arrays inside one another are made up."""
SEVERAL = 2
"""So many items has an array that is made up inside of an object."""
PROSE = frozenset({"description", "content", "text", "instructions", "comment", "note"})
"""What people read: inside of objects it has letters beyond ASCII, as in any field of its own."""
OTHER_LETTERS = "Größe  「東京」 🙂 e\u0301 "


class Values:
    """Makes values; the same seed makes the same ones, but for times."""

    def __init__(self, document: Document, random: Random, marker: Marker) -> None:
        self._document = document
        self._random = random
        self._marker = marker

    def word(self) -> str:
        """Return a word that nothing else on the server has."""
        return f"w{self._random.getrandbits(40):010x}"

    def uuid(self) -> str:
        """Return a UUID that no object has."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def name(self, suffix: str = "") -> str:
        """Return a name with the run's marker, by which what the run made can be found again."""
        return self._marker.name(f"{self.word()}{suffix}")

    def make(self, name: str, schema: Json, deepest: int = DEEPEST) -> Any | None:  # noqa: ANN401 - JSON
        """Return a value that fits, None where the schema is of a kind that is not made up."""
        kinds = types(self._document, schema)
        if known := schema.get("x-mistral-field", {}).get("values"):
            return self._random.choice(known)
        if "string" in kinds or not kinds & {"array", "object"}:
            inner = deepest < DEEPEST and name in PROSE
            return self._plain(name, schema, kinds, OTHER_LETTERS if inner else "")
        if not deepest:
            return None
        if "array" in kinds:
            return self._array(name, schema, deepest - 1)
        node = next(each for each in members(self._document, schema) if is_object(each))
        return self._object(node, deepest - 1)

    def _array(self, name: str, schema: Json, deepest: int) -> list[Any] | None:
        """Return two items inside an object, one in a field of its own, or where one is taken."""
        most = facet(self._document, schema, "maxItems")
        several = SEVERAL if deepest < DEEPEST - 1 else 1
        count = several if most is None else min(several, int(most))
        inner = items_of(self._document, schema)
        made = [self.make(name, inner, deepest) for _ in range(count)]
        apart = [each for number, each in enumerate(made) if each not in made[:number]]
        return None if None in apart else apart

    def _plain(self, name: str, schema: Json, kinds: set[str], before: str) -> Any | None:  # noqa: ANN401 - JSON
        """Return a text, number or boolean; one that is listed where the schema lists any."""
        constant = facet(self._document, schema, "const")
        choices = [constant] if constant else facet(self._document, schema, "enum")
        if choices:
            return self._random.choice([each for each in choices if each is not None])
        if "string" in kinds:
            text = self._text(name, facet(self._document, schema, "format"))
            text = text and before + text
            longest = facet(self._document, schema, "maxLength")
            least = facet(self._document, schema, "minLength") or 0
            while text is not None and len(text) < least:
                text += self.word()
            return text if text is None or longest is None else text[-longest:].strip()
        if kinds & {"integer", "number"}:
            return self._number(schema)
        return self._random.random() < 0.5 if "boolean" in kinds else None

    def _object(self, node: Json, deepest: int) -> Json | None:
        """Return an object with what it requires, and with what is optional and prose, or no text.

        A map of anything gets entries of its own; what no schema describes further is not made up.
        """
        found = properties(self._document, node)
        if not found:
            return self._map(node.get("additionalProperties"), deepest)
        made: Json = {}
        for each in found.values():
            plain = types(self._document, each.schema) & {"integer", "number", "boolean"}
            if each.required or plain or each.name in PROSE:
                made[each.name] = self.make(each.name, each.schema, deepest)
        needed = [made[each.name] for each in found.values() if each.required]
        return None if None in needed else {n: each for n, each in made.items() if each is not None}

    def _map(self, inner: Any, deepest: int) -> Json | None:  # noqa: ANN401 - JSON
        """Return a map of two entries: of anything, or of what fits its schema; None for no map."""
        if not inner:
            return None
        if not isinstance(inner, dict):
            return {"colour": self.word(), "Rank": self._random.randint(1, 9)}
        made = {name: self.make(name, inner, deepest) for name in ("colour", "Rank")}
        return None if None in made.values() else made

    def _text(self, name: str, form: str | None) -> str | None:
        if form == "date-time":
            return self.time(FAR_DAYS + self._random.randint(1, 50))
        if form:
            return None
        return self.name() if name in NAMES else f"Text {self.word()}."

    def time(self, days: float) -> str:
        """Return a time so many days from now, in whole seconds."""
        moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
        return moment.isoformat().replace("+00:00", "Z")

    def _number(self, schema: Json) -> float:
        """Return a whole number that the schema allows, or what is between where there is none."""
        low, above = (facet(self._document, schema, e) for e in ("minimum", "exclusiveMinimum"))
        high, below = (facet(self._document, schema, e) for e in ("maximum", "exclusiveMaximum"))
        least = math.ceil(low) if low is not None else 1 if above is None else math.floor(above) + 1
        most = math.floor(high) if high is not None else least + 50
        most = most if below is None else min(most, math.ceil(below) - 1)
        if least <= most:
            return self._random.randint(least, most)
        ends = [each for each in (low, above, high, below) if each is not None]
        return float(sum(ends)) / len(ends)
