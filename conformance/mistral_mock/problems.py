"""Turns a validator's finding into the problems that the API would list (errors.validation).

The API speaks the dialect of its validation library: types such as `missing` or `int_type`,
and one sentence for each. A union with a tag is judged by the member that the tag names, whose
name then stands in the location; one without is judged by all its members, each by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

import mistral_openapi
from mistral_mock import unions
from mistral_mock.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import jsonschema_rs

    from mistral_mock.excerpts import Excerpt
    from mistral_mock.unions import Union

    Branch = Sequence[jsonschema_rs.ValidationError]

Location = tuple[str | int, ...]

OBJECT = (
    "model_attributes_type",
    "Input should be a valid dictionary or object to extract fields from",
)
TYPES = {
    "string": ("string_type", "Input should be a valid string"),
    "integer": ("int_type", "Input should be a valid integer"),
    "number": ("float_type", "Input should be a valid number"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "array": ("list_type", "Input should be a valid list"),
    "object": ("dict_type", "Input should be a valid dictionary"),
    "null": ("none_required", "Input should be None"),
}
FORMATS = {
    "uuid": ("uuid_parsing", "Input should be a valid UUID"),
    "date-time": ("datetime_parsing", "Input should be a valid datetime"),
    "date": ("date_parsing", "Input should be a valid date"),
    "duration": ("time_delta_parsing", "Input should be a valid timedelta"),
    "uri": ("url_parsing", "Input should be a valid URL"),
}
BOUNDS = {
    "minimum": ("greater_than_equal", "Input should be greater than or equal to {}", "ge"),
    "maximum": ("less_than_equal", "Input should be less than or equal to {}", "le"),
    "exclusiveMinimum": ("greater_than", "Input should be greater than {}", "gt"),
    "exclusiveMaximum": ("less_than", "Input should be less than {}", "lt"),
    "minLength": ("string_too_short", "String should have at least {} characters", "min_length"),
    "maxLength": ("string_too_long", "String should have at most {} characters", "max_length"),
    "minItems": ("too_short", "List should have at least {} items", "min_length"),
    "maxItems": ("too_long", "List should have at most {} items", "max_length"),
}


@frozen
class Place:
    """A place in a value: how it is told, and how much of the validator's path that covers."""

    loc: Location
    depth: int = 0

    def follow(self, path: Location, *names: str) -> Place:
        """Return the place at a path of the value, below this one.

        Names of union members come after.
        """
        return Place((*self.loc, *path[self.depth :], *names), len(path))


@frozen
class Explainer:
    """Explains findings of one validator in an excerpt of a value.

    `root` is the schema that the validator was compiled from.
    """

    root: Mapping[str, Any]
    excerpt: Excerpt

    def explain(self, error: jsonschema_rs.ValidationError, above: Place) -> Iterator[Problem]:
        """Yield the problems behind one finding."""
        path, value = self.excerpt.locate(error.instance_path, error.instance)
        loc = above.follow(path).loc
        kind, facts = error.kind.name, error.kind.as_dict()
        if kind in unions.KEYWORDS:
            yield from self._explain_union(error, above)
        elif kind == "required":
            yield Problem((*loc, facts["property"]), "Field required", "missing", value)
        elif kind == "additionalProperties":
            for name in facts["unexpected"]:
                message = "Extra inputs are not permitted"
                yield Problem((*loc, name), message, "extra_forbidden", _member(value, name))
        elif kind == "propertyNames":
            name = facts["error"]
            place = (*loc, name.instance, "[key]")
            yield _explain_value(name.kind.name, name.kind.as_dict(), place, name.instance)
        elif kind == "type" and "object" in facts["types"] and self._has_fields(error):
            type_, message = OBJECT
            yield Problem(loc, message, type_, value)
        else:
            yield _explain_value(kind, facts, loc, value)

    def _explain_union(
        self, error: jsonschema_rs.ValidationError, above: Place
    ) -> Iterator[Problem]:
        union = unions.read_union(self._find_schema(error))
        if union is None:
            raise LookupError(f"no union stands at {error.schema_path}")
        context = error.kind.as_dict()["context"]
        branches = [context[place] for place in union.places]
        if union.tag is None:
            yield from self._explain_all(union, branches, error, above)
        else:
            yield from self._explain_tagged(union, branches, error, above)

    def _explain_all(
        self,
        union: Union,
        branches: Sequence[Branch],
        error: jsonschema_rs.ValidationError,
        above: Place,
    ) -> Iterator[Problem]:
        """Yield the problems of all members; one that may be null does not count as a union."""
        alone = len(branches) == 1
        for member, branch in zip(union.members, branches, strict=True):
            names = () if alone else (unions.name_member(member),)
            here = self._follow(error, above, *names)
            for each in branch:
                yield from self.explain(each, here)
        if not any(branches):
            listed = " or ".join(map(unions.name_member, union.members))
            message = f"Value error, Input should be one of {listed}, not several"
            yield Problem(self._follow(error, above).loc, message, input=error.instance)

    def _explain_tagged(
        self,
        union: Union,
        branches: Sequence[Branch],
        error: jsonschema_rs.ValidationError,
        above: Place,
    ) -> Iterator[Problem]:
        """Yield the problems of the member that the value names, or what is wrong with its name."""
        loc, value, tag = self._follow(error, above).loc, error.instance, union.tag or ""
        if not isinstance(value, dict):
            yield Problem(loc, OBJECT[1], OBJECT[0], value)
            return
        meant = _find_meant(union, value)
        if meant is not None:
            named = next(str(one) for one, place in union.tags.items() if place == meant)
            here = self._follow(error, above, str(value.get(tag, named)))
            for each in branches[meant]:
                yield from self.explain(each, here)
        elif tag in value:
            yield _refuse_tag(union, loc, value)
        else:
            message = f"Unable to extract tag using discriminator {tag!r}"
            yield Problem(loc, message, "union_tag_not_found", value, {"discriminator": repr(tag)})

    def _follow(self, error: jsonschema_rs.ValidationError, above: Place, *names: str) -> Place:
        """Return the place of a finding in the whole value, below another one."""
        path, _ = self.excerpt.locate(error.instance_path, error.instance)
        return above.follow(path, *names)

    def _has_fields(self, error: jsonschema_rs.ValidationError) -> bool:
        """Say whether the object that is missing has fields of its own."""
        return "properties" in self._find_schema(error)

    def _find_schema(self, error: jsonschema_rs.ValidationError) -> dict[str, Any]:
        """Return the schema whose keyword a value breaks."""
        found: Any = self.root
        for step in error.schema_path[:-1]:
            found = found[step]
        return mistral_openapi.resolve(found)


def _find_meant(union: Union, value: Mapping[str, Any]) -> int | None:
    """Return the place of the member that a value names, or that alone is like a nameless one."""
    tag = union.tag or ""
    if tag in value:
        named = value[tag]
        return union.tags.get(named) if isinstance(named, str) else None
    like = [place for place in range(len(union.members)) if _is_like(union, place, value)]
    return like[0] if len(like) == 1 else None


def _is_like(union: Union, place: int, value: Mapping[str, Any]) -> bool:
    """Say whether a value without a tag has a field that the member must have."""
    required = mistral_openapi.resolve(dict(union.members[place])).get("required", ())
    return not union.needs_tag(place) and not value.keys().isdisjoint(required)


def _refuse_tag(union: Union, loc: Location, value: Mapping[str, Any]) -> Problem:
    """Return the problem of a tag that no member has; the message lists those that there are."""
    tag, expected = union.tag or "", ", ".join(map(repr, union.tags))
    told = f"Input tag '{value[tag]}' found using {tag!r}"
    return Problem(
        loc,
        f"{told} does not match any of the expected tags: {expected}",
        "union_tag_invalid",
        value,
        {"discriminator": repr(tag), "tag": str(value[tag]), "expected_tags": expected},
    )


def _explain_value(kind: str, facts: dict[str, Any], loc: Location, value: object) -> Problem:
    if kind == "type":
        return _explain_type(facts["types"], loc, value)
    if kind == "format" and facts["format"] in FORMATS:
        type_, message = FORMATS[facts["format"]]
        return Problem(loc, message, type_, value)
    if kind in BOUNDS:
        type_, message, word = BOUNDS[kind]
        limit = facts["limit"]
        return Problem(loc, message.format(limit), type_, value, {word: limit})
    if kind in {"enum", "const"}:
        options = facts["options"] if kind == "enum" else [facts["expected_value"]]
        wanted = unions.spell_options(options)
        return Problem(
            loc, f"Input should be {wanted}", "literal_error", value, {"expected": wanted}
        )
    if kind == "pattern":
        pattern = facts["pattern"]
        message = f"String should match pattern '{pattern}'"
        return Problem(loc, message, "string_pattern_mismatch", value, {"pattern": pattern})
    return Problem(loc, f"Value error, {kind} does not hold", "value_error", value)


def _explain_type(types: Sequence[str], loc: Location, value: object) -> Problem:
    name = next((each for each in types if each != "null"), "null")
    if name == "integer" and isinstance(value, float):
        message = "Input should be a valid integer, got a number with a fractional part"
        return Problem(loc, message, "int_from_float", value)
    type_, message = TYPES[name]
    return Problem(loc, message, type_, value)


def _member(value: object, name: str) -> object:
    return value[name] if isinstance(value, dict) else None
