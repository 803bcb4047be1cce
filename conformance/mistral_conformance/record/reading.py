"""Bodies of answers as rules read them: what is absent or wrong ends the rule with a sentence.

A rule indexes an answer as it would any JSON. Where the answer has a documented form, a value that
departs from it is misread by whoever reads it, and by nobody else; a documented field that may be
absent, and is, is left out. Whoever asks with `get` or `in` has thought of its absence.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, SupportsIndex, overload

from attrs import field, frozen

from mistral_conformance.record.counting import counted

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_values
    from collections.abc import Iterator, Mapping

Place = tuple[str | int, ...]
"""Where a value stands in a body, key by key; empty for the whole."""
EXACT = 2**53
"""Below this, every whole number is held exactly as JSON's numbers usually are."""


class Form(Protocol):
    """The documented form of a body, or of the events of a stream."""

    @property
    def names(self) -> frozenset[str] | None:
        """The names that events of the stream have; None where these are open."""
        ...

    def misfits(self, value: object, name: str | None = None) -> Mapping[Place, str]:
        """Return what is wrong with a value, by place; `name` is that of the event carrying it.

        Raises:
            ValueError: the value holds what no JSON can, such as half a character.

        """
        ...

    def hindrances(self, value: object, name: str | None = None) -> Mapping[Place, str]:
        """Return what of `misfits` nobody can read on from; `name` is that of the event as above.

        Raises:
            ValueError: the value holds what no JSON can, such as half a character.

        """
        ...

    def knows(self, place: Place) -> bool:
        """Say whether the form lists the field at a place."""
        ...

    def fields(self, place: Place) -> frozenset[str] | None:
        """Return the names that the form lists for the object at a place.

        None where any will do.
        """
        ...


class Source(Protocol):
    """Where a body came from, which says so when the body cannot be read."""

    @property
    def form(self) -> Form | None:
        """The documented form of the body, None where there is none."""
        ...

    def misread(self, reason: str) -> NoReturn:
        """End whoever reads what is not as it should be."""
        ...

    def leave_out(self, reason: str) -> NoReturn:
        """End whoever reads what may be absent, and is."""
        ...


@frozen
class Loose:
    """The source of a text that no exchange brought."""

    form: Form | None = None

    def misread(self, reason: str) -> NoReturn:
        """Refuse the text.

        Raises:
            ValueError: always.

        """
        raise ValueError(reason)

    leave_out = misread


@frozen
class Reader:
    """Knows where a body came from, and what departs from its documented form if it has one."""

    source: Source = field(repr=False)
    misfits: Mapping[Place, str] = field(factory=dict)

    def wrap(self, value: Any, place: Place = ()) -> Any:  # noqa: ANN401 - JSON
        """Return the value with every object and list in it watched."""
        if isinstance(value, dict):
            inner = {key: self.wrap(each, (*place, key)) for key, each in value.items()}
            return Fields(inner, self, place)
        if isinstance(value, list):
            return Items([self.wrap(v, (*place, i)) for i, v in enumerate(value)], self, place)
        return value

    def check(self, place: Place) -> None:
        """Pass where the value at a place has its documented form.

        Raises:
            Misread: it has another.

        """
        if place in self.misfits:
            self.source.misread(f"{_spell(place)} {self.misfits[place]}")

    def miss(self, place: Place) -> NoReturn:
        """End whoever reads what is absent.

        Raises:
            Misread: it is required, or nothing says that it may be absent.
            LeftOut: the document lists it without requiring it.

        """
        self.check(place)
        form = self.source.form
        if form and form.knows(place):
            self.source.leave_out(f"{_spell(place)} is left out, which is allowed")
        self.source.misread(f"{_spell(place)} is missing")

    def run_out(self, place: Place, count: int) -> NoReturn:
        """End whoever reads an item that a list does not have.

        Raises:
            Misread: always.

        """
        self.source.misread(f"{_spell(place)} has {counted(count, 'item')}, too few to judge")


class Fields(dict[str, Any]):
    """An object of an answer."""

    __slots__ = ("_place", "_reader")

    def __init__(self, fields: dict[str, Any], reader: Reader, place: Place) -> None:
        super().__init__(fields)
        self._reader = reader
        self._place = place

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - JSON
        if key not in self:
            self._reader.miss((*self._place, key))
        self._reader.check((*self._place, key))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        """Return the field, or the default where it may be absent."""
        self._reader.check((*self._place, key))
        return super().get(key, default)

    def values(self) -> dict_values[str, Any]:
        """Return the values, all of their documented form."""
        self._check_all()
        return super().values()

    def items(self) -> dict_items[str, Any]:
        """Return the fields, all of their documented form."""
        self._check_all()
        return super().items()

    @property
    def known(self) -> frozenset[str] | None:
        """The names that the document lists here; None where they are for somebody to choose."""
        form = self._reader.source.form
        return form.fields(self._place) if form else None

    def _check_all(self) -> None:
        for key in self:
            self._reader.check((*self._place, key))


class Items(list[Any]):
    """A list of an answer."""

    __slots__ = ("_place", "_reader")

    def __init__(self, items: list[Any], reader: Reader, place: Place) -> None:
        super().__init__(items)
        self._reader = reader
        self._place = place

    def __iter__(self) -> Iterator[Any]:
        for index, each in enumerate(super().__iter__()):
            self._reader.check((*self._place, index))
            yield each

    @overload
    def __getitem__(self, key: SupportsIndex) -> Any: ...  # noqa: ANN401 - JSON
    @overload
    def __getitem__(self, key: slice) -> list[Any]: ...
    def __getitem__(self, key: SupportsIndex | slice) -> Any:
        indices = range(len(self))
        if isinstance(key, slice):
            return [self[each] for each in indices[key]]
        index = int(key)
        if not -len(self) <= index < len(self):
            self._reader.run_out(self._place, len(self))
        self._reader.check((*self._place, indices[index]))
        return super().__getitem__(index)


def read_body(text: str | bytes, source: Source, event: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON text's value, watched for its source; `event` names the event that carried it.

    Raises:
        Misread: it is no JSON, or nested too deeply, or its form is wrong as a whole.

    """
    form = source.form
    try:
        value = parse(text)
        json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be sent on
        reader = Reader(source, form.hindrances(value, event) if form else {})
        body = reader.wrap(value)
    except ValueError as error:
        source.misread(f"the answer is not JSON: {error}")
    except RecursionError:
        source.misread("the answer is not JSON: it is nested too deeply")
    reader.check(())
    return body


def parse(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON text's value; a number is whole however it is written: 5.0 is 5.

    Raises:
        ValueError: it is no JSON, or has a number that others cannot hold.

    """
    return json.loads(text, parse_constant=_refuse, parse_float=_number)


def _number(digits: str) -> float:
    """Return the number, which has to be one that others can hold too."""
    number = float(digits)
    if not math.isfinite(number):
        _refuse(digits)
    return int(number) if number.is_integer() and abs(number) < EXACT else number


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _spell(place: Place) -> str:
    return f"`{'.'.join(map(str, place))}` of the answer" if place else "the answer"
