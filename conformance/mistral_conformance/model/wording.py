"""What is wrong with a value, in words that name the field, what it is and what is due."""

from __future__ import annotations

import json
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.record.counting import counted
from mistral_conformance.record.kinds import TYPES, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jsonschema_rs import ValidationError

LONGEST = 300
LONGEST_VALUE = 60
FORMATS = {"uuid": "a UUID", "date-time": "a time of RFC 3339", "uri": "a URL"}
BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "a text of at least {}",
    "maxLength": "a text of at most {}",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "minProperties": "at least {}",
    "maxProperties": "at most {}",
}
COUNTED = {"Length": "character", "Items": "item", "Properties": "field"}
"""What a bound counts, by the end of its keyword."""
TAGGED = {"const", "enum"}


@frozen
class Fault:
    """What an answer breaks: a place of the document, the field there, and what to say of it."""

    place: str
    field: str
    words: str

    @classmethod
    def of(cls, error: ValidationError) -> Fault:
        """Return the fault that an error tells."""
        missing = error.kind.name == "required"
        path = [each for each in error.instance_path if isinstance(each, str)]
        field = str(error.kind.value) if missing else path[-1] if path else ""
        place = "/".join(map(str, error.schema_path)) + (f"/{field}" if missing else "")
        return cls(place, field, explain([error]))


def explain(errors: Iterable[ValidationError]) -> str:
    """Return the first of the errors in words, empty when there is none."""
    error = next(iter(errors), None)
    return shorten(_words(error), LONGEST, placeholder=" ...") if error else ""


def place_of(path: Sequence[str | int]) -> str:
    """Return where in an answer, such as `data.0.id` in code marks.

    The answer itself at its top.
    """
    return f"`{'.'.join(map(str, path))}`" if path else "the answer"


def _words(error: ValidationError) -> str:
    if error.kind.name in {"anyOf", "oneOf"}:
        return _union_words(error)
    place, value = place_of(error.instance_path), error.instance
    say: Callable[[str, Any, str, Any], str] = SAYING.get(error.kind.name, _bound_words)
    return say(place, value, error.kind.name, error.kind.value) or f"{place}: {error.message}"


def _type_words(place: str, value: object, _: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    return f"{place} is {kind_of(value)}, {_or(TYPES[each] for each in due)} is due"


def _missing_words(place: str, _value: object, _: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    whole = "" if place == "the answer" else place.strip("`") + "."
    return f"`{whole}{due}` is missing"


def _value_words(place: str, value: object, keyword: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    wanted = due if keyword == "enum" else [due]
    return f"{place} is {_shown(value)}, {_or(_shown(each) for each in wanted)} is due"


def _format_words(place: str, value: object, _: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    return f"{place} is {_shown(value)}, {FORMATS.get(due, f'the format {due}')} is due"


def _pattern_words(place: str, value: object, _: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    return f"{place} is {_shown(value)}, a text of the pattern {due} is due"


def _surplus_words(place: str, _value: object, _: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    return f"{place} has fields that are not documented: {', '.join(map(str, due))}"


def _bound_words(place: str, value: object, keyword: str, due: Any) -> str:  # noqa: ANN401 - a keyword's value
    if keyword not in BOUNDS:
        return ""
    several = isinstance(value, list | dict) and due != 1
    shown = f"has {len(value)}" if isinstance(value, list | dict) else f"is {_shown(value)}"
    noun = COUNTED.get(keyword[3:])
    words = BOUNDS[keyword].format(counted(due, noun) if noun else due)
    return f"{place} {shown}, {words} {'are' if several else 'is'} due"


SAYING: dict[str, Callable[[str, Any, str, Any], str]] = {
    "type": _type_words,
    "required": _missing_words,
    "enum": _value_words,
    "const": _value_words,
    "format": _format_words,
    "pattern": _pattern_words,
    "additionalProperties": _surplus_words,
    "unevaluatedProperties": _surplus_words,
}


def _union_words(error: ValidationError) -> str:
    """Return what is wrong with the member of a union that the value means to be.

    A member whose tag fits is meant; else one that fails deeper than at the value itself; where
    none is, the tags that would fit are listed.
    """
    place, depth = place_of(error.instance_path), len(error.instance_path)
    context: list[list[ValidationError]] = error.kind.as_dict()["context"]
    branches = [each for each in context if each]
    meant = [each for each in branches if not _is_another(each, depth)]
    if meant:
        return _words(min(meant, key=len)[0])
    tags = [(each.instance_path, due) for each in _tags(branches, depth) for due in _listed(each)]
    if tags:
        at = tags[0][0]
        wanted = dict.fromkeys(_shown(due) for path, due in tags if path == at)
        found = error.instance.get(str(at[-1])) if isinstance(error.instance, dict) else None
        return f"{place_of(at)} is {_shown(found)}, {_or(wanted)} is due"
    types = dict.fromkeys(one for each in branches for one in _types(each, depth))
    if types:
        return f"{place} is {kind_of(error.instance)}, {_or(types)} is due"
    return f"{place} has none of the {len(branches)} documented forms"


def _is_another(errors: list[ValidationError], depth: int) -> bool:
    """Say whether the errors tell that the value is no attempt at this member of the union."""
    return any(
        (each.kind.name == "type" and len(each.instance_path) == depth)
        or (each.kind.name in TAGGED and len(each.instance_path) <= depth + 1)
        for each in errors
    )


def _tags(branches: list[list[ValidationError]], depth: int) -> list[ValidationError]:
    return [
        each
        for errors in branches
        for each in errors
        if each.kind.name in TAGGED and len(each.instance_path) == depth + 1
    ]


def _listed(error: ValidationError) -> list[Any]:
    value = error.kind.value
    return list(value) if error.kind.name == "enum" else [value]


def _types(errors: list[ValidationError], depth: int) -> list[str]:
    return [
        TYPES[one]
        for each in errors
        if each.kind.name == "type" and len(each.instance_path) == depth
        for one in each.kind.value
    ]


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
