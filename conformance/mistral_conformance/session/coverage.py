"""What a run tried of each operation: answers seen, parameters varied, streams heard.

Collected from every exchange that names an operation, whoever sent it. A parameter is varied when
it was sent with two values, or sent at one time and left out at another. Of a body only the fields
at the top count.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.session.sending import sent_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.wire import Message

STREAM = "x-mistral-stream"
BODIES = {"application/json": "body", "multipart/form-data": "form"}
ALTERNATIVES = ("anyOf", "oneOf", "allOf")


@frozen
class Parameter:
    """A parameter of an operation: where it goes (`path`, `query`, `body`, ...) and its name."""

    place: str
    name: str


@frozen
class Tried:
    """A parameter of an operation, or a field at the top of its body, and whether it was varied."""

    place: str = field(metadata={"json": "in"})
    name: str
    varied: bool


@frozen
class Row:
    """What was tried of one operation: how often each status was seen, `undocumented` ones apart.

    `streamed` is None where no stream is documented; `rules` are those of its own that were judged.
    """

    operation: str
    requests: int
    succeeded: int
    statuses: dict[str, int]
    undocumented: dict[str, int]
    parameters: tuple[Tried, ...]
    streamed: bool | None
    rules: tuple[str, ...] = ()


@define
class Sight:
    """How often a parameter was sent, and whether with two values."""

    first: int
    times: int = 0
    differs: bool = False

    def see(self, value: int) -> None:
        """Note one value, given as its hash."""
        self.times += 1
        self.differs = self.differs or value != self.first


@define
class Record:
    """What was tried of one operation."""

    requests: int = 0
    statuses: Counter[int] = field(factory=Counter)
    streamed: bool = False
    sights: dict[Parameter, Sight] = field(factory=dict)

    def varied(self, parameter: Parameter) -> bool:
        """Say whether a parameter was varied."""
        sight = self.sights.get(parameter)
        return sight is not None and (sight.differs or sight.times < self.requests)


class Coverage:
    """What was tried of all operations so far."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._records: dict[str, Record] = {}

    def see(self, message: Message, exchange: Exchange) -> None:
        """Note one exchange; what got no answer or belongs to no operation shows nothing."""
        operation = self._document.operations.get(exchange.operation)
        if operation is None or exchange.failure:
            return
        record = self._records.setdefault(operation.id, Record())
        record.requests += 1
        record.statuses[exchange.status] += 1
        record.streamed |= exchange.ok and exchange.media_type == EVENT_STREAM
        for place, name, value in sent_values(operation, message, exchange):
            seen = hash(value)
            record.sights.setdefault(Parameter(place, name), Sight(seen)).see(seen)

    @property
    def requests(self) -> int:
        """How many requests to operations were answered."""
        return sum(each.requests for each in self._records.values())

    def table(self, operations: Sequence[str]) -> list[Row]:
        """Return one row per operation."""
        return [self._row(self._document.operations[each]) for each in operations]

    def _row(self, operation: Operation) -> Row:
        record = self._records.get(operation.id, Record())
        documented = dict.fromkeys(operation.item["responses"], 0)
        others: dict[str, int] = {}
        for status, count in sorted(record.statuses.items()):
            names = (str(status), f"{status // 100}XX")
            key = next((each for each in names if each in documented), "")
            tally = documented if key else others
            tally[key or names[0]] = tally.get(key or names[0], 0) + count
        return Row(
            operation.id,
            record.requests,
            sum(count for status, count in record.statuses.items() if status // 100 == 2),
            documented,
            others,
            tuple(
                Tried(each.place, each.name, record.varied(each))
                for each in parameters_of(self._document, operation)
            ),
            record.streamed if STREAM in operation.item else None,
        )


def parameters_of(document: Document, operation: Operation) -> list[Parameter]:
    """Return all parameters of an operation and the top fields of its body, each once."""
    found = [Parameter(each["in"], each["name"]) for each in operation.parameters]
    for media_type, place in BODIES.items():
        schema = operation.body_schema(media_type)
        if schema is not None:
            found += [Parameter(place, name) for name in _fields(document, schema)]
    return list(dict.fromkeys(found))


def _fields(document: Document, schema: Json) -> Iterator[str]:
    node: dict[str, Any] = document.resolve(schema)
    yield from node.get("properties", {})
    for keyword in ALTERNATIVES:
        for each in node.get(keyword, []):
            yield from _fields(document, each)
