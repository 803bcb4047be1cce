"""Bodies of answers as rules read them: what is absent or wrong ends the rule with a sentence.

A rule indexes an answer as it would any JSON. Where the document gives the answer a form, a value
that departs from it fails the rule which reads it, and no other; a documented field that may be
absent, and is, gives the rule nothing to judge: a skip. Whoever asks with `get` or `in` has thought
of its absence.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, overload

from attrs import field, frozen

from mistral_conformance.verdict.outcome import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, Mapping, ValuesView

    from mistral_conformance.model.forms import Form
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.reading import Place


@frozen
class Reader:
    """Knows where a body came from, its documented form if it has one, and what departs from it."""

    exchange: Exchange | None = field(repr=False)
    form: Form | None = None
    misfits: Mapping[Place, str] = field(factory=dict)

    def wrap(self, value: Any, place: Place = ()) -> Any:  # noqa: ANN401 - JSON
        """The value with every object and list in it watched."""
        if isinstance(value, dict):
            inner = {key: self.wrap(each, (*place, key)) for key, each in value.items()}
            return Fields(inner, self, place)
        if isinstance(value, list):
            return Items([self.wrap(v, (*place, i)) for i, v in enumerate(value)], self, place)
        return value

    def check(self, place: Place) -> None:
        """Nothing, where the value at a place has its documented form.

        Raises:
            Failed: it has another.

        """
        if place in self.misfits:
            raise Failed(f"{_spell(place)} {self.misfits[place]}", *self._evidence)

    def miss(self, place: Place) -> NoReturn:
        """End a rule that reads what is absent.

        Raises:
            Failed: it is required, or nothing says that it may be absent.
            Skipped: the document lists it without requiring it.

        """
        self.check(place)
        if self.form and self.form.knows(place):
            raise Skipped(f"{_spell(place)} is left out, which is allowed", *self._evidence)
        raise Failed(f"{_spell(place)} is missing", *self._evidence)

    def run_out(self, place: Place, count: int) -> NoReturn:
        """End a rule that reads an item which a list does not have.

        Raises:
            Failed: always.

        """
        raise Failed(f"{_spell(place)} has {count} items, too few to judge", *self._evidence)

    @property
    def _evidence(self) -> tuple[Exchange, ...]:
        return (self.exchange,) if self.exchange else ()


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
        """The field, or the default where it may be absent."""
        self._reader.check((*self._place, key))
        return super().get(key, default)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """The values, all of their documented form."""
        self._check_all()
        return super().values()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """The fields, all of their documented form."""
        self._check_all()
        return super().items()

    @property
    def known(self) -> frozenset[str] | None:
        """The names that the document lists here; None where they are for somebody to choose."""
        form = self._reader.form
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


def read_body(text: str | bytes, exchange: Exchange | None, event: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON text that an exchange brought, watched; `event` names the text's event.

    Raises:
        Failed: it is no JSON, or nested too deeply, or its form is wrong as a whole.

    """
    form = exchange.form if exchange else None
    seen = (exchange,) if exchange else ()
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be sent on
        reader = Reader(exchange, form, form.misfits(value, event) if form else {})
        body = reader.wrap(value)
    except ValueError as error:
        raise Failed(f"the answer is not JSON: {error}", *seen) from error
    except RecursionError as error:
        raise Failed("the answer is not JSON: it is nested too deeply", *seen) from error
    reader.check(())
    return body


def _finite(digits: str) -> float:
    """The number, which has to be one that others can hold too."""
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _spell(place: Place) -> str:
    return f"`{'.'.join(map(str, place))}` of the answer" if place else "the answer"
