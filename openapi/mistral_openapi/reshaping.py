"""An operation of the curated document, reshaped to what it was in an era."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_openapi.eras import Era

Json = dict[str, Any]
UNIONS = ("anyOf", "oneOf")
LIMITS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "default"),
    *("minLength", "maxLength", "minItems", "maxItems"),
)
TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array"})
EVENTS = "text/event-stream"
BOTH = frozenset({"page", "token"})
"""Of the style that pages by either."""
ADVANCING = BOTH | {"offset", "before", "after"}
"""What of paging leads to the next page."""
PARAMETERS = ADVANCING | {"size"}
PLACES = frozenset({"items", "next_token", "has_more", "total"})
ANY = "*"


class Branch:
    """What the calendar tells of a place, and of the places in it."""

    __slots__ = ("entry", "inner")

    def __init__(self) -> None:
        self.entry: Json = {}
        self.inner: dict[str, Branch] = {}

    def find(self, *names: str) -> Branch:
        """Return the branch of a place in it; an empty one where nothing is told."""
        found = self
        for name in names:
            found = found.inner.get(name, NOTHING)
        return found

    @property
    def is_silent(self) -> bool:
        """Nothing is told of the place or of what is in it."""
        return not self.entry and not self.inner


NOTHING = Branch()


def grow(places: Json) -> Branch:
    """Return the places as a tree."""
    root = Branch()
    for at, entry in places.items():
        branch = root
        for part in at.split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            branch = branch.inner.setdefault(name, Branch())
        branch.entry = entry
    return root


class Reshaper:
    """Reshapes operations of a document to an era."""

    def __init__(
        self, era: Era, document: Json, *, tolerant: bool = False, lasting: bool = False
    ) -> None:
        self._era = era
        self._document = document
        self._tolerant = tolerant
        self._lasting = lasting
        self._loosens = True
        """Whether constraints of the era may let more fit than today's."""
        self._tightens = True
        """Whether they may let less fit."""
        self._takes_gone = False
        """Whether closed objects take the fields that an earlier document had."""

    def operation(self, one: mistral_openapi.Operation, places: Json) -> Json:
        """Return the operation object of the era, by what the calendar tells of its places."""
        root = grow(places)
        shaped: Json = dict(one.object)
        self._loosens, self._tightens = not self._tolerant, True
        if "parameters" in shaped:
            shaped["parameters"] = list(self._parameters(shaped["parameters"], root))
        if "requestBody" in shaped:
            body = self._resolve(shaped["requestBody"])
            self._takes_gone = self._lasting
            shaped["requestBody"] = self._content(body, lambda _: root.find("body"))
            self._takes_gone = False
        self._loosens, self._tightens = True, not self._tolerant
        shaped["responses"] = dict(self._answers(shaped["responses"], root))
        if "x-mistral-paging" in shaped:
            self._page(one.id, shaped)
        return shaped

    def _page(self, id_: str, shaped: Json) -> None:
        """Say how to page with the parameters and fields that there are."""
        there = {one.get("name") for one in shaped.get("parameters", ())}
        paging = {
            key: value
            for key, value in shaped.pop("x-mistral-paging").items()
            if (key not in PARAMETERS or value in there)
            and (key not in PLACES or self._era.has(id_, f"answer/200/{_place(value)}"))
        }
        if paging["style"] == "page-from-0-or-token" and not paging.keys() >= BOTH:
            paging["style"] = "token" if "token" in paging else "page-from-0"
        if paging["style"] == "time" or paging.keys() & ADVANCING:
            shaped["x-mistral-paging"] = paging

    def _parameters(self, parameters: list[Json], root: Branch) -> Iterator[Json]:
        for parameter in parameters:
            found = self._resolve(parameter)
            branch = root.find(found["in"], found["name"])
            if branch.is_silent:
                yield parameter
            elif self._era.lasts(branch.entry):
                needed = self._needs(branch, today=found.get("required", False))
                shaped = {**found, "required": needed}
                if "schema" in found:
                    shaped["schema"] = self.schema(found["schema"], branch) or {}
                yield shaped

    def _answers(self, answers: Json, root: Branch) -> Iterator[tuple[str, Json]]:
        for status, answer in answers.items():
            branch = root.find("answer", status)
            comes = self._tolerant and branch.entry.keys() == {"since"}
            if comes or self._era.lasts(branch.entry):
                found = self._resolve(answer)
                yield (
                    status,
                    self._content(
                        found,
                        lambda media, branch=branch: (
                            root.find("events") if media == EVENTS else branch
                        ),
                    ),
                )

    def _content(self, holder: Json, branch_of: Any) -> Json:  # noqa: ANN401 - a function
        if "content" not in holder:
            return holder
        content = {
            media: {**one, "schema": self.schema(one["schema"], branch_of(media)) or {}}
            if "schema" in one
            else one
            for media, one in holder["content"].items()
        }
        return {**holder, "content": content}

    def schema(self, node: Json, branch: Branch, *, is_member: bool = False) -> Json | None:
        """Return the schema of the era; None where no value fits it.

        Constraints of a place hold for the whole of a union, not for each of its members.
        """
        if branch.is_silent:
            return node
        shaped = dict(self._resolve(node))
        for union in (*UNIONS, "allOf"):
            if union in shaped:
                members = [self.schema(one, branch, is_member=True) for one in shaped[union]]
                shaped[union] = [one for one in members if one is not None]
                if not shaped[union] or (union == "allOf" and None in members):
                    return None
        if not self._list_values(shaped, branch.entry) or not self._fields(shaped, branch):
            return None
        for key in ("items", "additionalProperties", "contentSchema"):
            inner = branch if key == "contentSchema" else branch.find(ANY)
            if isinstance(shaped.get(key), dict):
                shaped[key] = self.schema(shaped[key], inner) or {"not": {}}
        if not is_member:
            self._constrain(shaped, self._era.said(branch.entry))
        return shaped

    def _needs(self, branch: Branch, *, today: bool) -> bool:
        """Say whether something has to be there."""
        said: bool = self._era.said(branch.entry).get("required", today)
        return said if (self._tightens if said else self._loosens) else today

    def _list_values(self, shaped: Json, entry: Json) -> bool:
        """Take away the values that are not there; False where none is left."""
        missing = self._era.values(entry) if self._tightens else frozenset[str]()
        if "const" in shaped:
            return str(shaped["const"]) not in missing
        if missing and "enum" in shaped:
            shaped["enum"] = [one for one in shaped["enum"] if str(one) not in missing]
            return bool(shaped["enum"])
        return True

    def _fields(self, shaped: Json, branch: Branch) -> bool:
        """Shape the fields of an object; False where one that has to be there cannot."""
        if "properties" not in shaped:
            return True
        fields: Json = {}
        required = list(shaped.get("required", ()))
        for name, node in shaped["properties"].items():
            inner = branch.find(name)
            field = self.schema(node, inner) if self._era.lasts(inner.entry) else None
            if field is None:
                if self._era.lasts(inner.entry) and (name in required or _is_tag(node)):
                    return False
                required = [one for one in required if one != name]
                continue
            fields[name] = field
            needed = self._needs(inner, today=name in required)
            required = [one for one in required if one != name] + ([name] if needed else [])
        takes_gone = self._takes_gone and shaped.get("additionalProperties") is False
        for name, inner in branch.inner.items():
            went = "until" in inner.entry and name not in fields
            if went and (takes_gone or self._era.lasts(inner.entry)):
                fields[name] = _plain(inner.entry["was"])
        for name, node in shaped["properties"].items():
            states = node.get("x-mistral-states", {})
            if name not in fields and states.get("said_by") in fields:
                field = fields[states["said_by"]]
                fields[states["said_by"]] = {**field, "x-mistral-states": _reworded(states)}
        shaped["properties"] = fields
        if required or "required" in shaped:
            shaped["required"] = [one for one in fields if one in required]
        return True

    def _constrain(self, shaped: Json, said: Json) -> None:
        """Put the constraints of the era in place of today's."""
        if "type" in said:
            _retype(shaped, set(said["type"]), loosen=self._loosens, tighten=self._tightens)
        real = [one for one in _members(shaped) if one.get("type") != "null"]
        holder = shaped
        if len(real) == 1 and real[0] is not shaped:
            holder = dict(self._resolve(real[0]))
            _replace(shaped, real[0], holder)
        elif len(real) > 1:
            holder = {}
        for key in LIMITS:
            if key in said and (self._loosens if said[key] is None else self._tightens):
                place = shaped if key == "default" else holder
                place.pop(key, None)
                if said[key] is not None:
                    place[key] = said[key]
        closes = said.get("closed") is True
        allowed = self._tightens if closes else self._loosens
        if "closed" in said and "properties" in holder and allowed:
            holder["additionalProperties"] = not closes
        if (
            self._tightens
            and "values" in said
            and said["values"] is not None
            and "enum" not in holder
        ):
            holder["enum"] = list(said["values"])

    def _resolve(self, node: Json) -> Json:
        if "$ref" not in node:
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**mistral_openapi.resolve(node, self._document), **beside}


def _place(dotted: str) -> str:
    return dotted.replace(".", "/")


def _reworded(states: Json) -> Json:
    """Return what is declared of states, in the words of the field that tells them too."""
    words = states["words"]
    told: Json = {key: states[key] for key in ("reason", "evidence") if key in states}
    told["ends"] = sorted({words[one] for one in states["ends"]})
    for key in ("actions", "stops"):
        if key in states:
            told[key] = {
                operation: sorted({words[one] for one in several})
                for operation, several in states[key].items()
            }
    return told


def _is_tag(node: Json) -> bool:
    """Say whether a field has one value alone: it tells what kind of object it is in."""
    return "const" in node or len(node.get("enum", ())) == 1


def _members(schema: Json) -> list[Json]:
    return next((schema[union] for union in UNIONS if union in schema), [schema])


def _replace(schema: Json, member: Json, new: Json) -> None:
    for union in UNIONS:
        if union in schema:
            schema[union] = [new if one is member else one for one in schema[union]]


def _retype(schema: Json, types: set[str], *, loosen: bool, tighten: bool) -> None:
    """Leave the types that were there, and null where it was one of them; none are all types."""
    if not types:
        return
    nullable = _is_nullable(schema)
    if not tighten:
        types = types | TYPES | ({"null"} if nullable else set())
    if not loosen and not nullable:
        types = types - {"null"}
    union = next((one for one in UNIONS if one in schema), None)
    if union is not None:
        kept = [one for one in schema[union] if _fits(one, types)]
        if "null" in types and not any(one.get("type") == "null" for one in kept):
            kept.append({"type": "null"})
        schema[union] = kept or schema[union]
    elif "type" in schema:
        own = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kept_types = [one for one in own if one in types] + [
            "null" for _ in range("null" in types and "null" not in own)
        ]
        schema["type"] = kept_types[0] if len(kept_types) == 1 else kept_types or own


def _is_nullable(schema: Json) -> bool:
    own = schema.get("type", [])
    members = [one.get("type") for union in UNIONS for one in schema.get(union, ())]
    return "null" in (own if isinstance(own, list) else [own]) or "null" in members


def _fits(member: Json, types: set[str]) -> bool:
    type_ = mistral_openapi.resolve(member).get("type")
    if not isinstance(type_, str):
        return True
    return type_ in types or (type_ == "integer" and "number" in types)


def _plain(was: Json) -> Json:
    """Return a schema for a field that today's document does not have."""
    types = was.get("type") or []
    return {"type": types} if types else {}
