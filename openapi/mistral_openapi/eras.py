"""The API as it was on a day, as it is, and as it is announced to be.

`eras.json` says since and until when each operation, parameter, field, value, answer and constraint
is there. An era is the curated document with that taken into account: `Era.document` is a document
like the one that `mistral_openapi.load` gives, `Era.has` tells whether a part of it is there.

Places are written `query/page`, `body/tools/*/type`, `answer/200/data/*/name`, `events/data`: names
of fields, `*` for the items of a list and the values of a map; `~0` and `~1` as in a JSON pointer.
"""

from __future__ import annotations

import json
from functools import cache, cached_property
from operator import is_not
from pathlib import Path
from typing import Any, NamedTuple

import mistral_openapi
from mistral_openapi.reshaping import Reshaper

__all__ = [
    "ANNOUNCED",
    "CALENDAR",
    "NEWER",
    "TODAY",
    "Announcement",
    "Era",
    "announcements",
    "find_era",
    "names",
]

CALENDAR = Path(__file__).with_name("eras.json")
"""The file that holds since and until when as JSON."""
TODAY = "today"
ANNOUNCED = "announced"
NEWER = "x-mistral-newer"
"""On fields of requests that no document of the vendor has yet: which of its clients sends them."""


class Announcement(NamedTuple):
    """A part of the API that will be taken away."""

    id: str
    operation: str
    at: str
    """The place; empty where the operation goes."""
    instead: str
    """A place, an operation or a field; empty where nothing takes its place."""
    evidence: str
    """The entry of the register that says so."""


@cache
def load_calendar() -> dict[str, Any]:
    """Return the whole file; every call returns the same object: read it, don't change it."""
    calendar: dict[str, Any] = json.loads(CALENDAR.read_bytes())
    return calendar


def names() -> tuple[str, ...]:
    """Return the eras that can be asked for: the days of documents, `today` and `announced`."""
    days = load_calendar()["days"]
    return (*days[:-1], TODAY, ANNOUNCED)


def announcements() -> tuple[Announcement, ...]:
    """Return all that is announced to go."""
    return tuple(
        Announcement(
            one["id"],
            one["operation"],
            one.get("at", ""),
            one.get("instead", ""),
            one["evidence"],
        )
        for one in load_calendar()["announced"]
    )


class Era:
    """The API in one era.

    Raises:
        ValueError: There is no such era; the message names those that there are.

    """

    def __init__(self, name: str = TODAY, *, without_deprecated: bool = False) -> None:
        if name not in names():
            raise ValueError(f"there is no era {name!r}; choose from {', '.join(names())}")
        self.name = name
        self.without_deprecated = without_deprecated

    @property
    def announced(self) -> tuple[Announcement, ...]:
        """What is announced, where the era is after it."""
        return announcements() if self.name == ANNOUNCED or self.without_deprecated else ()

    @property
    def is_today(self) -> bool:
        """Nothing is different from the curated document."""
        return self.name == TODAY and not self.without_deprecated

    def has(self, operation: str, at: str = "") -> bool:
        """Say whether there is the operation, and the place in it.

        What the calendar does not tell of was always there.
        """
        entry = self._entry(operation)
        if not self.lasts(entry):
            return False
        places = entry.get("places", {})
        parts = at.split("/") if at else []
        above = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        return all(self.lasts(places.get(one, {})) for one in above)

    def holds(self, operation: str, at: str, constraint: str = "") -> bool:
        """Say whether the place is there, and what today's document says of it holds.

        A constraint is a keyword, such as `minimum`, or `values`: which ones are listed.
        """
        entry = self.places(operation).get(at, {})
        return self.has(operation, at) and (not constraint or constraint not in self.said(entry))

    def lasts(self, entry: dict[str, Any]) -> bool:
        """Say whether something is there, by what the calendar says of it."""
        goes = bool(entry.get("announced"))
        if self.without_deprecated and (goes or entry.get("deprecated")):
            return False
        if self.name == ANNOUNCED:
            return not goes and "until" not in entry
        if self.name == TODAY:
            return "until" not in entry
        since: str = entry.get("since", "")
        until: str = entry.get("until", ANNOUNCED)
        return since <= self.name < until  # words sort behind days

    def said(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Return the constraints of a place that are not today's.

        Null for those that did not hold.
        """
        if self.name in {TODAY, ANNOUNCED}:
            return {}
        found = (said for until, said in entry.get("before", ()) if self.name < until)
        return next(found, {})

    def values(self, entry: dict[str, Any]) -> frozenset[str]:
        """Return the listed values of a place that are not there, as text."""
        listed = entry.get("values", {})
        return frozenset(value for value, life in listed.items() if not self.lasts(life))

    def places(self, operation: str) -> dict[str, Any]:
        """Return what the calendar tells of the places of an operation."""
        found: dict[str, Any] = self._entry(operation).get("places", {})
        return found

    @cached_property
    def judging(self) -> dict[str, Any]:
        """The document to judge servers by that have all of the era, and perhaps more.

        What it lets requests hold was legal then and is today; what it lets answers hold was
        answered then or is today. What only the vendor's own client sends is no part of it.
        """
        known: dict[str, Any] = without_newer(self._reshape(tolerant=True))
        return known

    @cached_property
    def document(self) -> dict[str, Any]:
        """The curated document of the era; read it, don't change it.

        It has the components of today's; where something below a reference is different, the
        schema stands in its place.
        """
        return mistral_openapi.load() if self.is_today else self._reshape()

    @cached_property
    def serving(self) -> dict[str, Any]:
        """The document to check requests by: that of the era, with the fields that went before.

        A document that no longer tells of a field does not say that servers refuse it, and
        programs that were written by an earlier one still send it.
        """
        return self._reshape(lasting=True)

    def _reshape(self, *, tolerant: bool = False, lasting: bool = False) -> dict[str, Any]:
        today = mistral_openapi.load()
        paths: dict[str, Any] = {}
        for one in mistral_openapi.operations(today):
            if self.has(one.id):
                item = paths.setdefault(one.path, _shared(today["paths"][one.path]))
                item[one.method.lower()] = self._operation(one, tolerant=tolerant, lasting=lasting)
        found = {**today, "paths": paths}
        if self.name in {TODAY, ANNOUNCED}:
            return found
        before: dict[str, Any] = without_newer(found)
        return before

    def _operation(
        self, one: mistral_openapi.Operation, *, tolerant: bool, lasting: bool
    ) -> dict[str, Any]:
        """Return the operation object of the era; today's own where nothing is different."""
        places = self.places(one.id)
        if self.is_today:
            places = _gone_fields(places) if lasting else {}
        if not places:
            return one.object
        shaper = Reshaper(self, mistral_openapi.load(), tolerant=tolerant, lasting=lasting)
        return shaper.operation(one, places)

    def _entry(self, operation: str) -> dict[str, Any]:
        entry: dict[str, Any] = load_calendar()["operations"].get(operation, {})
        return entry


def without_newer(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the part of a document without the fields that no document of the vendor has yet.

    What has none of them inside is the same object.
    """
    if isinstance(node, list):
        items = [without_newer(each) for each in node]
        return items if any(map(is_not, items, node)) else node
    if not isinstance(node, dict):
        return node
    kept = {
        name: without_newer(each)
        for name, each in node.items()
        if not (isinstance(each, dict) and NEWER in each)
    }
    same = len(kept) == len(node) and not any(kept[name] is not node[name] for name in kept)
    return node if same else kept


@cache
def find_era(name: str = TODAY, *, without_deprecated: bool = False) -> Era:
    """Return the era of a name; every call returns the same object.

    Raises:
        ValueError: There is no such era.

    """
    return Era(name, without_deprecated=without_deprecated)


def _gone_fields(places: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of bodies that an earlier document had."""
    return {at: said for at, said in places.items() if at.startswith("body/") and "until" in said}


def _shared(item: dict[str, Any]) -> dict[str, Any]:
    """Return a path item without its operations."""
    return {key: value for key, value in item.items() if key not in mistral_openapi.METHODS}
