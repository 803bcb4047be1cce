"""YAML as recordings have it: texts of several lines as blocks, dates as texts."""

from __future__ import annotations

from typing import Any

import yaml

Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WIDTH = 100
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class RecordingDumper(Dumper):  # type: ignore[misc] # with libyaml or without
    """Writes every value in full: nothing is an alias of another."""

    def ignore_aliases(self, _: object) -> bool:
        """Always."""
        return True


class RecordingLoader(Loader):  # type: ignore[misc] # with libyaml or without
    """Reads what looks like a date as the text that it is in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the base class has it
        first: [(tag, pattern) for tag, pattern in found if tag != TIMESTAMP]
        for first, found in Loader.yaml_implicit_resolvers.items()
    }


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


def read(content: bytes) -> object:
    """The value of YAML.

    Raises:
        YAMLError: It is none.

    """
    found: object = yaml.load(content, Loader=RecordingLoader)  # noqa: S506 - a safe loader's child
    return found
