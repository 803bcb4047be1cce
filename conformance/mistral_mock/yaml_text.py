"""YAML of plain values: dates are texts; written, texts of several lines are blocks."""

from __future__ import annotations

from typing import Any

import yaml

WIDTH = 100
TIMESTAMP = "tag:yaml.org,2002:timestamp"


def derive(base: str, **attributes: object) -> Any:  # noqa: ANN401 - a class of yaml
    """A class of PyYAML with other attributes; with libyaml below it where that is there."""
    found = getattr(yaml, f"C{base}", getattr(yaml, base))
    return type(base, (found,), attributes)


RecordingDumper = derive("SafeDumper", ignore_aliases=lambda *_: True)
"""Writes every value in full: nothing is an alias of another."""
PlainLoader = derive(
    "SafeLoader",
    yaml_implicit_resolvers={
        first: [(tag, pattern) for tag, pattern in found if tag != TIMESTAMP]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    },
)
"""Reads what looks like a date as the text that it is in JSON."""


def represent_text(dumper: Any, text: str) -> Any:  # noqa: ANN401 - yaml's own
    """A text: as a block when it has several lines."""
    style = "|" if "\n" in text.rstrip("\n") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


RecordingDumper.add_representer(str, represent_text)


def spell(value: object) -> bytes:
    """A value as YAML, in UTF-8."""
    text: bytes = yaml.dump(
        value,
        Dumper=RecordingDumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDTH,
        encoding="utf-8",
    )
    return text


def read(content: bytes | str) -> object:
    """The value of YAML.

    Raises:
        YAMLError: It is none.

    """
    found: object = yaml.load(content, Loader=PlainLoader)  # noqa: S506 - a safe loader's child
    return found
