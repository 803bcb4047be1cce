"""What is wrong with an argument that cannot travel: where it stands, what it is, what to write.

Loaded only when something could not be written, so that good arguments cost nothing.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from .types import UNSET

_BYTES: Final = (bytes, bytearray, memoryview)
_DEEPEST: Final = 100

# What to write in place of an object, by what it has; the first that fits counts.
_ADVICE: Final = {
    "__await__": "await it first",
    "__aiter__": "give a list: [item async for item in value]",
    "model_dump": "give value.model_dump(mode='json')",
    "__dataclass_fields__": "give dataclasses.asdict(value)",
    "__attrs_attrs__": "give attrs.asdict(value)",
    "tolist": "give value.tolist()",
    "__iter__": "give a list: list(value)",
    "read": "give what it holds: value.read()",
}

# How lists begin of which people give the text of the first item alone.
_LISTS: Final = {
    "inputs": '[{"role": "user", "content": "..."}]',
    "messages": '[{"role": "user", "content": "..."}]',
}

# What else helps, for arguments that people take for something else.
_HINTS: Final = {
    "response_format": "an answer in the form of a class comes from parse(response_format=...)"
}


def explain(
    value: object, path: str, reason: Exception, names: Sequence[tuple[str, str]] = ()
) -> TypeError | ValueError:
    """Return the error for a value that could not be written: its first fault, with its path.

    `reason` is what writing it raised, for a fault that nothing here knows. `names` are fields of
    a body that have another name as arguments.
    """
    if names and isinstance(value, Mapping):
        renamed = dict(names)
        value = {renamed.get(name, name): item for name, item in value.items()}
    for fault in _faults(value, path, ()):
        return fault
    kind = ValueError if isinstance(reason, ValueError) else TypeError
    return kind(f"{path or 'an argument'} cannot be sent: {reason}")


def one_alone(name: str, value: object) -> TypeError:
    """Return the error for one thing where a list of such things is due."""
    article, kind = _named(value)
    form = _LISTS.get(name, "[...]") if isinstance(value, str) else "[...]"
    return TypeError(f"{name} is {article}{kind}, but takes a list: give {form}")


def check(value: object, path: str) -> None:
    """Accept a value that can travel.

    Raises:
        TypeError: A value in it is of a type that cannot.
        ValueError: A value in it cannot.

    """
    for fault in _faults(value, path, ()):
        raise fault


def _faults(value: object, path: str, around: tuple[int, ...]) -> Iterator[TypeError | ValueError]:
    """Yield what is wrong with a value or inside it; `around` are the ids of what holds it."""
    if isinstance(value, type):
        yield TypeError(_about_class(value, path))
    elif isinstance(value, str):
        yield from _in_text(value, path)
    elif value is None or value is UNSET or isinstance(value, (bool, int)):
        return
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield ValueError(f"{path} is {value}, which JSON has no form for: give a number")
    elif isinstance(value, (date, datetime)):
        if isinstance(value, datetime):
            yield from _in_time(value, path)
    elif id(value) in around or len(around) > _DEEPEST:
        yield ValueError(f"{path} holds itself or is nested too deeply")
    else:
        yield from _inside(value, path, (*around, id(value)))


def _inside(value: object, path: str, around: tuple[int, ...]) -> Iterator[TypeError | ValueError]:
    """Yield what is wrong with an object or a list; anything else is wrong itself."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                yield TypeError(f"{path or 'an argument'} has the key {key!r}: keys must be text")
            yield from _in_text(str(key), f"a key of {path or 'the body'}")
            yield from _faults(item, f"{path}.{key}" if path else str(key), around)
    elif hasattr(value, "missing_fields"):
        for name, item in vars(value).items():
            yield from _faults(item, f"{path}.{name}", around)
    elif isinstance(value, Sequence) and not isinstance(value, _BYTES):
        for index, item in enumerate(value):
            yield from _faults(item, f"{path}[{index}]", around)
    else:
        article, name = _named(value)
        yield TypeError(f"{path} is {article}{name}, which cannot be sent: {_instead(value)}")


def _in_time(value: datetime, path: str) -> Iterator[ValueError]:
    try:
        offset = value.utcoffset()
    except ValueError:  # a missing time of pandas
        yield ValueError(f"{path} is {value!r}, which is no time: give one, or leave it out")
        return
    if offset is None:
        yield ValueError(
            f"{path} is a time without a zone: give it one, for example "
            "value.replace(tzinfo=datetime.timezone.utc)"
        )


def _in_text(text: str, path: str) -> Iterator[ValueError]:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        yield ValueError(
            f"{path} holds half a character ({text[error.start]!r} at {error.start}), which "
            "cannot be sent: read it with the right encoding, or use "
            "text.encode('utf-8', 'replace').decode()"
        )


def _about_class(kind: type, path: str) -> str:
    hint = _HINTS.get(path)
    return (
        f"{path} is the class {kind.__name__}: give an object of it, or a dict"
        f"{f'; {hint}' if hint else ''}"
    )


def _named(value: object) -> tuple[str, str]:
    name = type(value).__name__
    return ("" if name == "bytes" else "an " if name[0] in "aeiouAEIOU" else "a "), name


def _instead(value: Any) -> str:
    """Return what to write in place of a value that has no form in JSON."""
    if isinstance(value, (set, frozenset)):
        return "give a list"
    if isinstance(value, _BYTES):
        return "give text, such as value.decode() or base64.b64encode(value).decode()"
    if isinstance(value, enum.Enum):
        return "give its .value"
    for name, advice in _ADVICE.items():
        if hasattr(value, name):
            return advice
    if callable(value):
        return "call it and give what it returns"
    return "give text or a number, for example str(value)"
