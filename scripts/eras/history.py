"""What became of each place of an operation from one document to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from document.tree import Tree

    from eras.flattening import Facts, Places

Life = tuple[str | None, str | None]
"""Since and until when; None where that is as long as what it is a part of."""


@attrs.frozen
class History:
    """One operation in all documents that have it: its places by the day of the document."""

    all_days: tuple[str, ...]
    states: Mapping[str, Places]

    @property
    def life(self) -> Life:
        """Since and until when there is the operation."""
        return life_of(self.all_days, self.states)

    def places(self) -> Tree:
        """Return the places that were not always as they are now, and what was different."""
        found: Tree = {}
        lives: dict[str, Life] = {}
        for at in sorted({at for places in self.states.values() for at in places}):
            lives[at] = life = self._life(at, lives)
            parent = at.rpartition("/")[0]
            entry = _entry(life if life != lives.get(parent) else (None, None))
            if life[1] is not None:
                if "until" in entry:
                    entry["was"] = self._last(at).constraints()
            else:
                entry |= self._changes(at)
            if entry:
                found[at] = entry
        return found

    def _life(self, at: str, lives: Mapping[str, Life]) -> Life:
        """Return its own life, or that of what it is part of where the whole came and went too."""
        days = [day for day in self.states if self._tells(day, at)]
        since, until = life_of(days, [day for day in days if at in self.states[day]])
        above = lives.get(at.rpartition("/")[0], (None, None))
        return since or above[0], until or above[1]

    def _tells(self, day: str, at: str) -> bool:
        """Say whether the document of a day says whether there is such a place.

        It does not below a repetition, and not below what was not there itself.
        """
        places = self.states[day]
        above = [
            place for place in _above(at) if place not in {"body", "query", "answer", "header"}
        ]
        return all(place in places and not places[place].is_cut for place in above)

    def _last(self, at: str) -> Facts:
        return next(
            self.states[day][at] for day in reversed(list(self.states)) if at in self.states[day]
        )

    def _changes(self, at: str) -> Tree:
        """Return what its values and constraints were before."""
        states = {day: places[at] for day, places in self.states.items() if at in places}
        now = list(states.values())[-1]
        found: Tree = {}
        if values := dict(_values(states)):
            found["values"] = values
        if before := list(_before(states, now)):
            found["before"] = before
        return found


def _above(at: str) -> Iterator[str]:
    parts = at.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def life_of(days: Iterable[str], present: Iterable[Hashable]) -> Life:
    """Since which of the days something is there, and the first without it."""
    days, there = list(days), set(present)
    if not there:
        return None, None
    first = min(at for at, day in enumerate(days) if day in there)
    last = max(at for at, day in enumerate(days) if day in there)
    until = days[last + 1] if last + 1 < len(days) else None
    return (days[first] if first else None), until


def _entry(life: Life) -> Tree:
    pairs = zip(("since", "until"), life, strict=True)
    return {key: day for key, day in pairs if day is not None}


def _values(states: Mapping[str, Facts]) -> Iterator[tuple[str, Tree]]:
    """Yield the listed values that were not always listed."""
    listed = {day: facts.values for day, facts in states.items() if facts.values is not None}
    if len(listed) < len(states):
        return
    for value in sorted({one for values in listed.values() for one in values}, key=str):
        life = life_of(listed, [day for day, values in listed.items() if value in values])
        if entry := _entry(life):
            yield str(value), entry


def _before(states: Mapping[str, Facts], now: Facts) -> Iterator[list[Any]]:
    """Yield what was said until when, where that differs from what is said now.

    The oldest first.
    """
    days = list(states)
    for at, day in enumerate(days[:-1]):
        difference = _difference(states[day], now)
        following = _difference(states[days[at + 1]], now)
        if difference and difference != following:
            yield [days[at + 1], difference]
        elif not difference and following:
            yield [days[at + 1], {}]


def _difference(old: Facts, now: Facts) -> Tree:
    """Return what the old state says otherwise; null for what it does not say."""
    one, other = old.constraints(), now.constraints()
    found = {
        key: one.get(key)
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    }
    if (old.values is None) != (now.values is None):
        found["values"] = None if old.values is None else sorted(old.values, key=str)
    return found
