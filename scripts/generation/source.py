"""What the generator reads: the curated document, reshaped so that nothing in it needs guessing.

Every object and every union of objects gets a name of its own, error answers and what only they
use go away, and formats that Python has no type for are dropped. The shape of the API stays.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

from document.events import EVENTS
from document.problems import DocumentProblem
from document.tree import operations

from generation.naming import pascal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]
SCHEMA_PREFIX: Final = "#/components/schemas/"
KEPT_FORMATS: Final = ("date-time", "date", "binary")
DROPPED_KEYS: Final = ("title", "example", "examples", "discriminator")


class DocumentError(DocumentProblem):
    """The curated document asks for something that cannot be generated; says what and where."""


def derive(document: Json, names: Mapping[str, str], types: Mapping[str, Json]) -> Json:
    """Return the document that the generator and the templates read.

    `names` maps places of unnamed schemas (`Owner.property`, `[]` for items, `{}` for values) to
    the names that they get, `types` properties to the schemas that people who use the client see.

    Raises:
        DocumentError: A construct has no rule.

    """
    derived = copy.deepcopy(document)
    schemas: Json = derived["components"]["schemas"]
    for place, schema in types.items():
        _replace(schemas, place, schema)
    for name in list(schemas):
        schemas[name] = merge_all_of(schemas[name], schemas, name)
    hoister = Hoister(schemas, names)
    for name in list(schemas):
        schemas[name] = hoister.component(schemas[name], name)
    for path, _, operation in operations(derived):
        _keep_success(operation, derived)
        _inherit_parameters(operation, derived, path)
        _hoist_operation(operation, hoister)
    for item in derived["paths"].values():
        item.pop("parameters", None)
    if stale := sorted(names.keys() - hoister.used):
        raise DocumentError(
            f"[names] in overrides/generator.toml is stale: {', '.join(stale)} are no schemas "
            "without a name; delete these rows or correct their places"
        )
    derived["components"] = {"schemas": _reachable(derived)}
    return derived


def _replace(schemas: Json, place: str, schema: Json) -> None:
    """Give a property, written `Owner.property`, another schema under its own description."""
    owner, _, name = place.partition(".")
    properties = schemas.get(owner, {}).get("properties", {})
    if name not in properties:
        raise DocumentError(f"[types] in generator.toml names {place}, which is no property")
    properties[name] = {"description": properties[name]["description"], **schema}


def merge_all_of(schema: Json, schemas: Json, place: str) -> Json:
    """Return an object schema with the parts of its `allOf` merged into one."""
    parts = schema.get("allOf")
    if not parts or (len(parts) == 1 and "$ref" in parts[0]):
        return schema
    merged: Json = {key: value for key, value in schema.items() if key != "allOf"}
    merged.setdefault("type", "object")
    for raw in parts:
        part = merge_all_of(_target(raw, schemas), schemas, place)
        if "properties" not in part and "required" not in part:
            raise DocumentError(f"{place}: allOf merges only objects")
        merged["properties"] = {**merged.get("properties", {}), **part.get("properties", {})}
        merged["required"] = [*merged.get("required", []), *part.get("required", [])]
    merged["required"] = list(dict.fromkeys(merged["required"]))
    return merged


def _target(schema: Json, schemas: Json) -> Json:
    reference = schema.get("$ref")
    return referred(reference, schemas) if reference else schema


def referred(reference: str, schemas: Json) -> Json:
    """Return the component that a reference names.

    Raises:
        DocumentError: There is none.

    """
    found = schemas.get(reference.removeprefix(SCHEMA_PREFIX))
    if not isinstance(found, dict):
        raise DocumentError(f"the document refers to {reference}, which it does not define")
    return found


class Hoister:
    """Gives names to the unnamed objects and unions inside schemas."""

    def __init__(self, schemas: Json, names: Mapping[str, str]) -> None:
        self._schemas = schemas
        self._names = names
        self.used: set[str] = set()
        """The places of what needed a name."""
        self._known: dict[str, str] = {}

    def component(self, schema: Json, name: str) -> Json:
        """Return a named schema whose inside holds only names and plain types."""
        if "properties" in schema:
            return self._object(schema, name)
        members = self._members(schema)
        if members is not None:
            return self._named_union(schema, members, name)
        return self.inline(schema, name)

    def _named_union(self, schema: Json, members: list[Json], name: str) -> Json:
        """Return a named union; objects among other values get a name of their own inside it."""
        inlined = [self.inline(member, name) for member in members]
        objects = [member for member in inlined if self.is_object(member)]
        rest = {
            key: value for key, value in _clean(schema).items() if key not in ("anyOf", "oneOf")
        }
        if len(objects) == len(inlined):
            self._known.setdefault(_signature(inlined), name)
            return _with_tags({**rest, "anyOf": inlined, "x-mistral-union": True}, schema)
        if len(objects) > 1 or (objects and any(_is_map(member) for member in inlined)):
            others = [member for member in inlined if not self.is_object(member)]
            union = {"anyOf": objects, "x-mistral-union": True}
            objects = [self._add(f"{name}.object", _with_tags(union, schema))]
            return {**rest, "anyOf": [*objects, *others]}
        return {**rest, "anyOf": inlined}

    def inline(self, schema: Json, place: str) -> Json:
        """Return a schema as it may stand inside another one."""
        if "$ref" in schema:
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            reference = {"$ref": schema["$ref"]}
            return {**_clean(rest), "allOf": [reference]} if rest else reference
        if len(schema.get("allOf", ())) == 1:
            inner = self.inline(schema["allOf"][0], place)
            return {**inner, **_clean({k: v for k, v in schema.items() if k != "allOf"})}
        schema = merge_all_of(schema, self._schemas, place)
        if "properties" in schema:
            return self._add(place, self._object(schema, self._name(place)))
        members = self._members(schema)
        if members is not None:
            return self._union(schema, members, place)
        result = _clean(schema)
        if isinstance(result.get("items"), dict):
            result["items"] = self.inline(result["items"], f"{place}[]")
        if isinstance(result.get("additionalProperties"), dict):
            values = self.inline(result["additionalProperties"], f"{place}{{}}")
            result["additionalProperties"] = values
        return result

    def _object(self, schema: Json, name: str) -> Json:
        """Return an object; fields that only some of its alternatives have become optional."""
        result = {k: v for k, v in _clean(schema).items() if k not in ("anyOf", "oneOf")}
        properties = dict(schema["properties"])
        for alternative in self._members(schema) or ():
            properties.update(_target(alternative, self._schemas).get("properties", {}))
        result["type"] = "object"
        result["properties"] = {
            key: self.inline(value, f"{name}.{key}") for key, value in properties.items()
        }
        required = schema.get("required", [])
        result["required"] = [key for key in required if key in result["properties"]]
        return result

    def _union(self, schema: Json, members: list[Json], place: str) -> Json:
        """Name the objects of a union; what is not an object stays beside the name."""
        inlined = [self.inline(member, place) for member in members]
        objects = [member for member in inlined if self.is_object(member)]
        rest = {
            key: value for key, value in _clean(schema).items() if key not in ("anyOf", "oneOf")
        }
        has_map = any(_is_map(member) for member in inlined)
        if not objects or (len(objects) == 1 and not has_map):
            return {**rest, "anyOf": inlined}
        union = {"anyOf": objects, "x-mistral-union": True}
        named = self._add(place, _with_tags(union, schema))
        others = [member for member in inlined if not self.is_object(member)]
        return {**rest, "anyOf": [named, *others]} if others else {**rest, "allOf": [named]}

    def is_object(self, schema: Json) -> bool:
        """Say whether a schema that went through `inline` names an object or a union of objects."""
        reference = schema.get("$ref") or schema.get("allOf", [{}])[0].get("$ref")
        if reference is None:
            return False
        target = referred(reference, self._schemas)
        members = self._members(target)
        if members is not None:
            return all("$ref" in member and self.is_object(member) for member in members)
        return "properties" in target or "allOf" in target

    @staticmethod
    def _members(schema: Json) -> list[Json] | None:
        found = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        return found or None

    def _name(self, place: str) -> str:
        self.used.add(place)
        return self._names.get(place) or pascal(
            place.replace("[]", ".item").replace("{}", ".value")
        )

    def _add(self, place: str, schema: Json) -> Json:
        signature = _signature(schema)
        if "anyOf" in schema:
            signature = _signature(schema["anyOf"])
        known = self._known.get(signature)
        if known is None:
            known = self._name(place)
            if known in self._schemas:
                known += "Union" if "anyOf" in schema else "Object"
            if known in self._schemas:
                raise DocumentError(
                    f"{place}: the name {known} is taken; add a row to [names] in generator.toml"
                )
            self._schemas[known] = schema
            self._known[signature] = known
        return {"$ref": SCHEMA_PREFIX + known}


def _is_map(schema: Json) -> bool:
    return schema.get("type") == "object" and "properties" not in schema


def _signature(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _with_tags(result: Json, schema: Json) -> Json:
    """Keep a union's discriminator where generators do not look for it."""
    discriminator = schema.get("discriminator")
    return {**_clean(result), "x-mistral-tag": discriminator} if discriminator else _clean(result)


def _clean(schema: Json) -> Json:
    """Return a schema without what generation has no use for; defaults move aside."""
    result = {key: value for key, value in schema.items() if key not in DROPPED_KEYS}
    if "default" in result:
        result["x-mistral-default"] = result.pop("default")
    if result.get("format") not in KEPT_FORMATS:
        result.pop("format", None)
    return result


def _keep_success(operation: Json, document: Json) -> None:
    """Leave the 2xx answers of an operation; keep the statuses of the others as a list."""
    answers = operation["responses"]
    operation["x-mistral-errors"] = sorted(status for status in answers if status[0] != "2")
    kept = {status: answers[status] for status in sorted(answers) if status[0] == "2"}
    for status, answer in kept.items():
        if "$ref" in answer:
            kept[status] = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[-1]]
    if not kept:
        raise DocumentError(f"{operation['operationId']}: no 2xx answer")
    operation["responses"] = {
        status: copy.deepcopy({key: value for key, value in answer.items() if key != "headers"})
        for status, answer in kept.items()
    }


def _inherit_parameters(operation: Json, document: Json, path: str) -> None:
    """Resolve an operation's parameters and add those of its path."""
    shared = document["components"].get("parameters", {})
    listed = [*operation.get("parameters", ()), *document["paths"][path].get("parameters", ())]
    found: dict[tuple[str, str], Json] = {}
    for parameter in listed:
        name = parameter.get("$ref", "").rsplit("/", 1)[-1]
        resolved = copy.deepcopy(shared[name] if name else parameter)
        found.setdefault((resolved["in"], resolved["name"]), resolved)
    operation["parameters"] = list(found.values())


def _hoist_operation(operation: Json, hoister: Hoister) -> None:
    base = pascal(operation["operationId"])
    for parameter in operation["parameters"]:
        place = f"{base}.{parameter['name']}"
        if "schema" in parameter:
            parameter["schema"] = hoister.inline(parameter["schema"], place)
    for media in operation.get("requestBody", {}).get("content", {}).values():
        media["schema"] = hoister.inline(media["schema"], f"{base}.request")
        media.pop("example", None)
        media.pop("examples", None)
    stream = operation.get("x-mistral-stream")
    for answer in operation["responses"].values():
        for kind, media in answer.get("content", {}).items():
            media.pop("example", None)
            media.pop("examples", None)
            if kind == EVENTS and stream:
                media["schema"] = {"$ref": stream["data"]}
            elif "schema" in media:
                media["schema"] = hoister.inline(media["schema"], f"{base}.response")


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(SCHEMA_PREFIX)
        for key, value in node.items():
            if key != "x-mistral-tag":
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _reachable(document: Json) -> Json:
    """Return the schemas that paths lead to, in the order of their names."""
    schemas: Json = document["components"]["schemas"]
    found: set[str] = set()
    waiting = set(_references(document["paths"]))
    while waiting:
        name = waiting.pop()
        if name not in schemas:
            raise DocumentError(f"the document refers to {name}, which it does not define")
        found.add(name)
        waiting |= set(_references(schemas[name])) - found
    return {name: schemas[name] for name in sorted(found)}
