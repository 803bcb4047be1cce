"""YAML of plain values: dates are texts; written, texts of several lines are blocks."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import yaml
from yaml import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Callable

    Emit = Callable[[yaml.Event], None]

WIDTH = 100
SHORT = 64
"""Characters of a text that is worth remembering."""
TIMESTAMP = "tag:yaml.org,2002:timestamp"
RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
"""By its first character, what a text without quotes may be taken for."""
REPRESENTER = yaml.representer.SafeRepresenter()


def derive(base: str, **attributes: object) -> Any:  # noqa: ANN401 - a class of yaml
    """Return a class of PyYAML with other attributes; with libyaml below it where that is there."""
    found = getattr(yaml, f"C{base}", getattr(yaml, base))
    return type(base, (found,), attributes)


Dumper = derive("SafeDumper")
PlainLoader = derive(
    "SafeLoader",
    yaml_implicit_resolvers={
        first: [(tag, pattern) for tag, pattern in found if tag != TIMESTAMP]
        for first, found in RESOLVERS.items()
    },
)
"""Reads what looks like a date as the text that it is in JSON."""


def spell(value: object) -> bytes:
    """Return a JSON value as YAML, in UTF-8.

    Its events are written as they come: a tree of nodes takes three times as long.
    """
    stream = BytesIO()
    dumper = Dumper(stream, allow_unicode=True, width=WIDTH, encoding="utf-8")
    emit: Emit = dumper.emit
    try:
        emit(StreamStartEvent(encoding="utf-8"))
        emit(DocumentStartEvent(explicit=False))
        emit_value(emit, value)
        emit(DocumentEndEvent(explicit=False))
        emit(StreamEndEvent())
    finally:
        dumper.dispose()
    return stream.getvalue()


def emit_value(emit: Emit, value: object) -> None:
    """Emit the events of a JSON value."""
    if isinstance(value, str):
        block = "|" if "\n" in value.rstrip("\n") else None
        emit(ScalarEvent(None, None, (is_text(value), True), value, style=block))
    elif isinstance(value, dict):
        emit(MappingStartEvent(None, None, implicit=True, flow_style=False))
        for name, one in value.items():
            emit_value(emit, name)
            emit_value(emit, one)
        emit(MappingEndEvent())
    elif isinstance(value, list | tuple):
        emit(SequenceStartEvent(None, None, implicit=True, flow_style=False))
        for one in value:
            emit_value(emit, one)
        emit(SequenceEndEvent())
    else:
        emit(ScalarEvent(None, None, (True, True), spell_scalar(value)))


def spell_scalar(value: object) -> str:
    """Return a number, a truth value or None."""
    text: str = REPRESENTER.represent_data(value).value
    return text


@cache_short(4096, SHORT)  # names and short values come again and again
def is_text(text: str) -> bool:
    """Say whether no reader takes the text for a number, a date or the like."""
    found = (*RESOLVERS.get(text[:1], ()), *RESOLVERS.get(None, ()))
    return not any(pattern.match(text) for _, pattern in found)


def read(content: bytes | str) -> object:
    """Return the value of YAML.

    Raises:
        YAMLError: It is none.

    """
    found: object = yaml.load(content, Loader=PlainLoader)  # noqa: S506 - a safe loader's child
    return found
