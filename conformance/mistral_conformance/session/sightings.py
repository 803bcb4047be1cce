"""What all answers of a run have shown of each operation, whoever asked and for whatever reason.

A rule judges what it has asked for. Much else is answered on the way: by objects in states that one
law alone leads to, or by actions that another one only prepares. Here the first answer of each
operation is kept whose body departs from its form, tells an impossible time, counts more in parts
than in total, has parts that go back in time or events in no order, or costs something else than
its headers say, and the first error that tells a secret.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from contextlib import suppress
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.model.fields import unit_of
from mistral_conformance.model.schemas import body_schema, properties, types
from mistral_conformance.model.wording import place_of
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.record.exchange import Misread
from mistral_conformance.record.moments import read_moment
from mistral_conformance.record.reading import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mistral_conformance.model.document import Document
    from mistral_conformance.model.forms import Form
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.reading import Form as RecordedForm
    from mistral_conformance.record.reading import Place

JSON = "application/json"
UNITS = {
    "seconds since 1970": 1,
    "milliseconds since 1970": 1000,
    "nanoseconds since 1970": 1_000_000_000,
}
"""Units of times, each with how many make a second."""
TOTAL = "total"
PARTS = (("prompt", "completion", "connector"), ("succeeded", "failed"), ("completed",))
"""Words before a noun that name parts of the total of the same noun, which are no more than it."""
PLAUSIBLE_S = (946_684_800, 16_725_225_600)
"""The beginnings of the years 2000 and 2500, in seconds since 1970: an expiry may be far away."""

COST = "x-ratelimit-{}-query-cost"
COSTS = {
    "tokens": ("usage", "total_tokens"),
    "ocr-pages": ("usage_info", "pages_processed"),
    "audio-seconds": ("usage", "prompt_audio_seconds"),
}
"""What a header tells that a request has cost, by its unit, and where its answer tells the same."""
SPAN = ("start", "end", "text")
"""What a part of a recording tells of itself; times are in seconds from its beginning."""
LENGTH, SLACK_S = "prompt_audio_seconds", 1
"""How long the recording is, in whole seconds."""
LOGS = ("events", "entries", "messages")
"""Arrays of what has happened, one after the other or the other way round."""
MOMENTS = ("event_timestamp", "eventTime", "timestamp_unix_nano", "created_at", "timestamp")
"""When each of it happened: seconds since 1970 or smaller parts of them, or a text."""
THIS_CENTURY_S = 10_000_000_000
EXECUTION = "workflow_exec_id"
"""What an event of several executions belongs to."""
JITTER_S = 0.1
"""So much may what several machines tell be out of order."""
FAILURES = {"error", "detail"}
"""What an event has that tells of a failure, whatever else it has."""
LEAST_ERROR = 400
SHORTEST_KEY = 8
"""A shorter one, such as a law sends on purpose, may stand in an error by chance."""
STACK = re.compile(
    r"Traceback \(most recent|File \\?\"[^\"]+\", line \d|\bat [\w.$<>]+ ?\([\w./]+:\d+"
)
"""A line of a stack of calls, as Python, Java and JavaScript tell it."""


@frozen
class Sighting:
    """An answer that is not as it should be, and why."""

    exchange: Exchange
    reason: str


@define
class Sightings:
    """What was seen so far: how many answers, and the first wrong ones, by operation.

    `judged` holds, for each kind of mistake, the operations whose answers had what can be wrong so.
    """

    document: Document
    served: bool = False
    """Whether any request succeeded."""
    answers: dict[str, int] = field(factory=dict)
    empty: set[str] = field(factory=set)
    """The operations that have answered with nothing, which is a success too."""
    judged: dict[str, set[str]] = field(factory=lambda: defaultdict(set))
    misfits: dict[str, Sighting] = field(factory=dict)
    untimely: dict[str, Sighting] = field(factory=dict)
    uneven: dict[str, Sighting] = field(factory=dict)
    astray: dict[str, Sighting] = field(factory=dict)
    jumbled: dict[str, Sighting] = field(factory=dict)
    mispriced: dict[str, Sighting] = field(factory=dict)
    errors: dict[str, int] = field(factory=dict)
    indiscreet: dict[str, Sighting] = field(factory=dict)
    revealing: dict[str, Sighting] = field(factory=dict)

    def see(self, exchange: Exchange) -> None:
        """Look at one answer."""
        self.served |= exchange.ok
        if exchange.status >= LEAST_ERROR:
            self._see_error(exchange)
        else:
            self._see_success(exchange)

    def _see_error(self, exchange: Exchange) -> None:
        operation = exchange.operation
        self.errors[operation] = self.errors.get(operation, 0) + 1
        told = exchange.text + exchange.plain_text + str(exchange.headers.multi_items())
        key = _key_of(exchange)
        if len(key) >= SHORTEST_KEY and key in told:
            self.indiscreet.setdefault(operation, Sighting(exchange, "the error repeats the key"))
        if STACK.search(told):
            self.revealing.setdefault(
                operation, Sighting(exchange, "the error shows a stack of calls")
            )

    def _see_success(self, exchange: Exchange) -> None:
        form, operation = exchange.form, exchange.operation
        if exchange.ok and not exchange.content:
            self.empty.add(operation)
        if not exchange.ok or form is None:
            return
        body = _read(exchange)
        for kind, judge in (("uneven", _excesses), ("astray", _strays), ("jumbled", _jumbles)):
            self._note(kind, exchange, _told(body, judge))
        self._note("misfits", exchange, _event_misfits(form, exchange))
        if exchange.media_type != JSON:
            return
        self._note("mispriced", exchange, _told(body, partial(_prices, exchange)))
        self.answers[operation] = self.answers.get(operation, 0) + 1
        self._note("misfits", exchange, [_misfit(form, exchange)])
        self._note("untimely", exchange, _told(body, partial(self._impossible, form)))

    def _note(self, kind: str, exchange: Exchange, told: list[str]) -> None:
        """Note what a judge told of an answer: a text for each thing, empty where it is right."""
        wrong: dict[str, Sighting] = getattr(self, kind)
        if told:
            self.judged[kind].add(exchange.operation)
        if reason := next(filter(None, told), ""):
            wrong.setdefault(exchange.operation, Sighting(exchange, reason))

    def _impossible(self, form: RecordedForm, value: Any, place: Place) -> Iterator[str]:  # noqa: ANN401 - JSON
        """Yield, for each time that a body tells as a number, what makes it impossible."""
        sent = sent_names(self.document)
        for where, number, unit in _times(form, value, place):
            if where[-1] not in sent and number:
                fits = _is_plausible(number / UNITS[unit])
                yield "" if fits else f"{place_of(where)} is {number}, no time in {unit}"


def _key_of(exchange: Exchange) -> str:
    """Return the key of a request, empty where it has none."""
    headers = {name.lower(): value for name, value in exchange.request_headers}
    return headers.get("authorization", "").rpartition(" ")[2]


def _is_plausible(value: float) -> bool:
    return PLAUSIBLE_S[0] < value < PLAUSIBLE_S[1]


def _misfit(form: RecordedForm, exchange: Exchange) -> str:
    try:
        wrong = form.misfits(exchange.json())
    except (Misread, ValueError) as error:
        return str(error)
    return next((f"{place_of(place)} {words}" for place, words in wrong.items()), "")


def _event_misfits(form: RecordedForm, exchange: Exchange) -> list[str]:
    """Return, for each event of a stream that is a JSON object, what is wrong with it or nothing.

    How a stream without names of events tells that it fails half-way is nowhere documented.
    """
    found = []
    for event in exchange.events if exchange.media_type == EVENT_STREAM else ():
        with suppress(ValueError, RecursionError):  # such as the terminator
            told = parse(event.data)
            if isinstance(told, dict) and (form.names or not _is_failure(told)):
                wrong = form.misfits(told, event.name)
                words = (f"{place_of(place)} of an event {each}" for place, each in wrong.items())
                found.append(next(words, ""))
    return found


def _is_failure(told: Mapping[str, Any]) -> bool:
    return bool(told.keys() & FAILURES) or told.get("object") == "error"


def _read(exchange: Exchange) -> Any:  # noqa: ANN401 - JSON
    """Return what an answer, or the events of a stream together, hold; None where it is no JSON.

    The reading is not watched: one wrong field hides no other.
    """
    with suppress(Misread, ValueError, RecursionError):
        if exchange.media_type == JSON:
            return parse(exchange.text)
        if exchange.media_type == EVENT_STREAM:
            return [parse(each.data) for each in exchange.events if each.data[:1] == "{"]
    return None


def _told(body: Any, judge: Callable[[Any, Place], Iterator[str]]) -> list[str]:  # noqa: ANN401 - JSON
    """Return what a judge tells of a body: a text for each thing that could be wrong.

    The text says what is wrong, and is empty where nothing is.
    """
    with suppress(Misread, ValueError, RecursionError):
        return list(judge(body, ()))
    return []


def _strays(value: Any, place: Place, length: float = math.inf) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield, for each part of a recording, where it goes back in time, or on after its end."""
    if isinstance(value, dict):
        usage = value.get("usage")
        told = usage.get(LENGTH) if isinstance(usage, dict) else None
        length = told + SLACK_S if isinstance(told, int) else length
        for name, each in value.items():
            yield from _strays(each, (*place, name), length)
    heard = 0.0
    for number, each in enumerate(value if isinstance(value, list) else ()):
        yield from _strays(each, (*place, number), length)
        start, end = _span(each)
        if start is not None and end is not None:
            where = place_of((*place, number))
            words = f"{where} is from {start} to {end} s, after {heard} s and before {length} s"
            yield "" if heard <= start <= end <= length else words
            heard = start


def _prices(exchange: Exchange, value: Any, _place: Place) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield, for each cost that a header tells, where the usage of the answer is another."""
    for unit, (outer, inner) in COSTS.items():
        cost = exchange.headers.get(COST.format(unit), "")
        usage = value.get(outer) if isinstance(value, dict) else None
        used = usage.get(inner) if isinstance(usage, dict) else None
        if cost.isdigit() and type(used) is int:
            said = f"the header of {unit} tells a cost of {cost}, `{outer}.{inner}` is {used}"
            yield said if int(cost) != used else ""


def _span(value: object) -> tuple[float | None, float | None]:
    """Return when a part of a recording begins and ends; None for what is no such part."""
    told = value if isinstance(value, dict) and value.keys() >= {*SPAN} else {}
    start, end = (told.get(each) for each in SPAN[:2])
    known = isinstance(start, int | float) and isinstance(end, int | float)
    return (start, end) if known else (None, None)


def _jumbles(value: Any, _place: Place) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield, for each log, where it is told neither from first to last nor the other way."""
    for name in LOGS if isinstance(value, dict) else ():
        items = value.get(name)
        for moments in _courses(items) if isinstance(items, list) else ():
            pairs = list(pairwise(moments))
            back = [one for one, other in pairs if other < one - JITTER_S]
            if back and any(other > one + JITTER_S for one, other in pairs):
                yield f"{name} go on in time, and back after {back[0]:.3f} s since 1970"
            elif pairs:
                yield ""


def _courses(items: list[Any]) -> Iterable[list[float]]:
    """Return the times of what has happened to each execution: no order is due among several."""
    courses: dict[str, list[float]] = {}
    for each in items:
        moment = _moment(each)
        if moment is not None:
            courses.setdefault(str(each.get(EXECUTION)), []).append(moment)
    return courses.values()


def _moment(item: object) -> float | None:
    """Return when something happened, in seconds since 1970; None where it does not tell."""
    told = item if isinstance(item, dict) else {}
    value = next((told[each] for each in MOMENTS if each in told), None)
    if isinstance(value, str):
        with suppress(ValueError):
            return read_moment(value).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    while value > THIS_CENTURY_S:
        value /= 1000
    return float(value)


def _excesses(value: Any, place: Place) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield, for each total with parts beside it, where these are more than it."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _excesses(each, (*place, number))
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        yield from _excesses(each, (*place, name))
        if type(each) is int:
            for parts in _parts(name):
                told = [value[part] for part in parts if type(value.get(part)) is int]
                words = f"{place_of((*place, name))} is {each}, its parts are {told}"
                if told:
                    yield words if sum(told) > each else ""


def parts_of(name: str) -> tuple[str, ...]:
    """Return the names of what may be parts of a total, none where the name is of no total."""
    return tuple(part for parts in _parts(name) for part in parts)


def _parts(name: str) -> Iterator[list[str]]:
    """Yield the names of what is together no more than a total, one list for each way to part."""
    kind, _, what = name.partition("_")
    for parts in PARTS if kind == TOTAL else ():
        yield [f"{part}_{what}" for part in parts]


def _times(form: Any, value: Any, place: Place) -> Iterator[tuple[Place, float, str]]:  # noqa: ANN401 - JSON
    """Yield the times of a body that are told as numbers, with their places and units."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _times(form, each, (*place, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _times(form, each, (*place, number))
    elif isinstance(value, int) and not isinstance(value, bool) and place:
        plain = tuple(0 if isinstance(each, int) else each for each in place)
        if unit := _unit_told(form, plain):
            yield place, value, unit


@cache
def _unit_told(form: Form, place: Place) -> str:
    """Return the unit of the time that the form says stands at a place, empty for no time."""
    name = str(place[-1])
    told = (unit_of(form.document, name, each) for each in form.schemas(place))
    return next((each for each in told if each in UNITS), "")


@cache
def sent_names(document: Document) -> frozenset[str]:
    """Return the names of all numbers that requests can give: such a time is a client's claim."""
    found: set[str] = set()
    for operation in document.operations.values():
        _, schema = body_schema(operation)
        for each in properties(document, schema).values() if schema else ():
            if types(document, each.schema) & {"integer", "number", "object", "array"}:
                found.add(each.name)
    return frozenset(found)
