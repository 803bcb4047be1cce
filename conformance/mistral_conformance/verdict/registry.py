"""A registry: rules or laws by id, each with an id of the right form, a source and a sentence."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY_ID = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")


def import_modules(package: str) -> None:
    """Import each module of a package, in the order of their names: that registers its entries."""
    path = importlib.import_module(package).__path__
    for module in sorted(each.name for each in pkgutil.iter_modules(path)):
        importlib.import_module(f"{package}.{module}")


class Entry(Protocol):
    """What can be registered."""

    @property
    def id(self) -> str: ...  # noqa: D102 - see the class
    @property
    def level(self) -> Level: ...  # noqa: D102 - see the class
    @property
    def source(self) -> str: ...  # noqa: D102 - see the class
    @property
    def sentence(self) -> str: ...  # noqa: D102 - see the class
    @property
    def needs(self) -> tuple[str, ...]: ...  # noqa: D102 - see the class


class WrongEntry(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A rule or law that cannot be registered; the message says why."""


E = TypeVar("E", bound=Entry)


class Registry(Generic[E]):
    """Entries by id, in order of registration; `kind` says what they are."""

    def __init__(self, kind: str = "rule") -> None:
        self._kind = kind
        self._entries: dict[str, E] = {}

    def __iter__(self) -> Iterator[E]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, entry_id: str) -> E:
        return self._entries[entry_id]

    def add(self, entry: E) -> None:
        """Add one entry.

        Raises:
            WrongEntry: its id is malformed or taken, it has no source or sentence, or its level,
                its source or its needs are of another type.

        """
        if not ENTRY_ID.fullmatch(entry.id):
            raise WrongEntry(f"{self._kind} id {entry.id!r} is not of the form family.kebab-name")
        if entry.id in self._entries:
            raise WrongEntry(f"{self._kind} id {entry.id!r} is taken")
        self._check(entry)
        self._entries[entry.id] = entry

    def _check(self, entry: E) -> None:
        said = f"{self._kind} {entry.id}"
        given: Any = entry  # modules of others need not keep to the types
        if not isinstance(given.level, Level):
            due = "write MUST, SHOULD or MAY without quotes, and import the name"
            raise WrongEntry(f"{said}: {given.level!r} is no level: {due}")
        if not given.source or not given.sentence:
            raise WrongEntry(f"{said} needs a source and a docstring")
        if not isinstance(given.source, str):
            raise WrongEntry(f"{said}: the source {given.source!r} is no text")
        if isinstance(given.needs, str):
            raise WrongEntry(f"{said}: needs={given.needs!r} is one text, a tuple is due")
