"""A registry: rules or laws by id, each with an id of the right form, a source and a sentence."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

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
    def source(self) -> str: ...  # noqa: D102 - see the class
    @property
    def sentence(self) -> str: ...  # noqa: D102 - see the class


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
            ValueError: its id is malformed or taken, or it has no source or sentence.

        """
        if not ENTRY_ID.fullmatch(entry.id):
            raise ValueError(f"{self._kind} id {entry.id!r} is not of the form family.kebab-name")
        if entry.id in self._entries:
            raise ValueError(f"{self._kind} id {entry.id!r} is taken")
        if not entry.source or not entry.sentence:
            raise ValueError(f"{self._kind} {entry.id} needs a source and a docstring")
        self._entries[entry.id] = entry
