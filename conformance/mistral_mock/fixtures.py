"""Fixture worlds: what is there before the first request, from a YAML file.

A file is a mapping from section to data; sections load in the order of the file. The module of
`resources/` that owns a section says what its data may be, with a JSON schema, and loads them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import yaml
from attrs import frozen

from mistral_mock import json_text, registry, resources, yaml_text
from mistral_mock.identities import stable_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from mistral_mock.identities import Identity
    from mistral_mock.store import R, Table
    from mistral_mock.world import World

LARGEST = 10 * 1024 * 1024
"""The largest fixture world, in bytes."""
SAMPLE = "default.yaml"
SHIPPED = {"default": SAMPLE, "demo": "demo.yaml"}
"""Worlds that come with the mock, by the names that stand for their files."""


class FixtureError(Exception):
    """A fixture world cannot be used; the message says where and why."""


@frozen
class Seeding:
    """What a section's loader works with."""

    world: World

    @property
    def owner(self) -> Identity:
        """Whose the fixtures are, where something must be somebody's: the first key's."""
        return self.world.settings.identities[0]

    def table(self, cls: type[R]) -> Table[R]:
        """Return the table of a record class."""
        return self.world.store.table(cls)

    def stamp(self) -> datetime:
        """Return a moment for a fixture, later than that of every fixture before."""
        return self.world.clock.stamp()

    def uuid(self, kind: str, name: str) -> str:
        """Return the same UUID for the same name in every run.

        A name that is a UUID stays as it is.
        """
        return stable_id(kind, name)


def read_fixtures(path: Path | None) -> Mapping[str, Any]:
    """Return the sections of a file, checked; those of the world that ships when no file is named.

    Raises:
        FixtureError: The file cannot be read, or it does not hold what its sections ask for.

    """
    name = SAMPLE if path is None else SHIPPED.get(str(path))
    return _check(_read_file(path), str(path)) if path and name is None else _read_sample(name)


def load(fixtures: Mapping[str, Any], world: World) -> None:
    """Put all sections into a world.

    Raises:
        FixtureError: A section names something that is not there.

    """
    seeding = Seeding(world)
    for name, data in fixtures.items():
        registry.sections()[name].load(seeding, data)


@cache
def _read_sample(name: str | None) -> Mapping[str, Any]:
    text = files("mistral_mock.worlds").joinpath(name or SAMPLE).read_text("utf-8")
    return _check(_parse(text, name or SAMPLE), name or SAMPLE)


def _read_file(path: Path) -> object:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FixtureError(f"{path}: {size} bytes are more than the {LARGEST} of a world")
        text = path.read_text("utf-8")
    except OSError as error:
        raise FixtureError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise FixtureError(f"{path}: it is not UTF-8 text: {error}") from error
    return _parse(text, str(path))


def _parse(text: str, name: str) -> object:
    try:
        _refuse_aliases(text)
        found = yaml_text.read(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split()) or "it is nested too deeply"
        raise FixtureError(f"{name}: it is not the YAML of a world: {reason}") from error
    return {} if found is None else found


def _refuse_aliases(text: str) -> None:
    """Lets through what has no aliases, which can stand for themselves.

    Raises:
        YAMLError: There is one, or it is not YAML.

    """
    for event in yaml.parse(text, Loader=yaml_text.PlainLoader):
        if isinstance(event, yaml.AliasEvent):
            mark: Any = event.start_mark  # of libyaml, or of PyYAML itself
            raise yaml.MarkedYAMLError(None, None, "aliases have no place in a world", mark)


def _check(found: object, name: str) -> Mapping[str, Any]:
    resources.load()
    sections = registry.sections()
    if not isinstance(found, dict):
        raise FixtureError(f"{name}: a world is a mapping from section to data")
    for section, data in found.items():
        if section not in sections:
            known = ", ".join(sorted(sections))
            raise FixtureError(f"{name}: there is no section {section!r}; there are {known}")
        try:
            json_text.check(data)  # what JSON does not have, such as sets, and lone surrogates
            validator = jsonschema_rs.Draft202012Validator(dict(sections[section].schema))
            error = next(validator.iter_errors(data), None)
        except ValueError as failure:
            raise FixtureError(f"{name}: {section}: {failure}") from failure
        if error is not None:
            place = ".".join(map(str, [section, *error.instance_path]))
            raise FixtureError(f"{name}: {place}: {error.message}")
    return found
