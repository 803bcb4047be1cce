"""What a conforming server may do otherwise: answers rewritten in all that is left free.

A seed makes one server. What a server decides once is the same in all its answers: which optional
fields an operation leaves out, how it refuses, how it spells times. What may change from answer to
answer does: unknown fields and events, the order of keys, blanks and escapes, null or nothing.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen
from tests.proxies.framing import Framing
from tests.proxies.places import pattern_of, schemas_at
from tests.proxies.refusals import Refusals

from mistral_conformance.model.compiled import references
from mistral_conformance.model.forms import JSON, Form, forms_of
from mistral_conformance.model.reading import model_of
from mistral_conformance.model.schemas import facet
from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.record.reading import Place

LEFT_OUT = 0.15
"""The share of optional fields that a server leaves out."""
OFTEN = 0.5
OPEN = "x-mistral-open"
ANOTHER_STATE = "held_back"
"""A state on the way to an end that the document does not list."""


@frozen
class Answer:
    """One answer as it goes over the wire; `content` of a stream is one event."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = field(default=b"", repr=False)

    @property
    def media_type(self) -> str:
        """The media type without parameters."""
        found = next((v for k, v in self.headers if k.lower() == "content-type"), "")
        return found.partition(";")[0].strip().lower()


class Variations:
    """One server's liberties."""

    def __init__(self, document: Document, seed: int) -> None:
        self.document = document
        self._seed = seed
        self._forms = forms_of(document)
        self._random = random.Random(seed)  # noqa: S311 - test data, no secret
        self._sent = _sent_components(document)
        self._asked = {(each.operation, each.at) for each in model_of(document).options}
        self._ends = _open_states(document)
        self.framing = Framing(self._random, crlf=self._decides("line ends", OFTEN))
        self._refusals = Refusals(document, self._decides)

    def vary(self, operation: Operation, answer: Answer, *, own: bool) -> Answer:
        """An answer in one piece; `own` says that the caller whose server it is has asked."""
        answer = self._refusals.vary(operation, answer, own=own)
        form = self._forms.find(operation.id, answer.status, answer.media_type)
        if form is None or answer.media_type != JSON or not answer.content:
            return answer
        body = self._vary_value(operation, form, json.loads(answer.content))
        return evolve(answer, content=self.framing.spell(body))

    def vary_event(self, operation: Operation, event: bytes) -> bytes:
        """One event of a stream with its blank line, perhaps with others around it."""
        form = self._forms.find(operation.id, 200, EVENT_STREAM)
        lines = event.decode().rstrip("\n").split("\n")
        varied = [self._vary_line(operation, form, each) for each in lines]
        return self.framing.frame(varied, others=form is not None and form.names is not None)

    def _vary_line(self, operation: Operation, form: Form | None, line: str) -> str:
        """A line of a stream: its data lose no field but null, for an absent piece is another."""
        name, _, data = line.partition(": ")
        if form is None or name != "data" or not data.startswith("{"):
            return line
        body = self._vary_value(operation, form, json.loads(data), whole=True)
        return f"data: {self.framing.spell(body, lines=False).decode()}"

    def _vary_value(
        self, operation: Operation, form: Form, body: Any, *, whole: bool = False
    ) -> Any:
        before = form.misfits(body).keys()
        varied = self._vary_at(_Setting(operation, form, whole), body, ())
        if form.misfits(varied).keys() != before:
            raise AssertionError(f"{operation.id}: the variation does not conform: {varied}")
        return varied

    def _vary_at(self, setting: _Setting, value: Any, place: Place) -> Any:
        if isinstance(value, list):
            return [self._vary_at(setting, v, (*place, i)) for i, v in enumerate(value)]
        if isinstance(value, dict):
            return self._vary_object(setting, value, place)
        if isinstance(value, str) and any(value in known for known in self._ends):
            return self._name_state(setting, value, place)
        return self._spell_time(setting, value, place)

    def _name_state(self, setting: _Setting, value: str, place: Place) -> str:
        """A state on the way, by another word on a server that has more of them."""
        enums = {tuple(each.get("enum", ())) for each in schemas_at(setting.form, place)}
        on_the_way = any(value not in ends for known, ends in self._ends.items() if known in enums)
        return ANOTHER_STATE if on_the_way and self._decides(f"is {value}", OFTEN) else value

    def _spell_time(self, setting: _Setting, value: Any, place: Place) -> Any:
        """A time with its zone as an offset, on a server that writes all of them so."""
        is_text = isinstance(value, str) and value.endswith("Z")
        if not is_text or not self._decides("offsets", OFTEN):
            return value
        timed = any(each.get("format") == "date-time" for each in schemas_at(setting.form, place))
        return f"{value[:-1]}+00:00" if timed else value

    def _vary_object(self, setting: _Setting, value: Json, place: Place) -> Json:
        schemas = schemas_at(setting.form, place)
        known: dict[str, Any] = {}
        for each in schemas:
            known |= each.get("properties", {})
        varied = {key: self._vary_at(setting, each, (*place, key)) for key, each in value.items()}
        if not known or any(_is_map(each) for each in schemas):
            return varied
        required = {name for each in schemas for name in each.get("required", ())}
        for key in known.keys() - required:
            self._vary_optional(setting, varied, (*place, key))
        if self._random.random() < OFTEN:
            varied[f"x_{self._random.getrandbits(32):08x}"] = self._random.getrandbits(16)
        keys = list(varied)
        self._random.shuffle(keys)
        return {key: varied[key] for key in keys}

    def _vary_optional(self, setting: _Setting, varied: Json, place: Place) -> None:
        """Leave an optional field out; or put nothing for null and null for nothing."""
        key = str(place[-1])
        if varied.get(key) is None:
            if key in varied and self._random.random() < OFTEN:
                del varied[key]
            elif (
                key not in varied
                and self._random.random() < OFTEN
                and _may_be_null(setting.form, place)
            ):
                varied[key] = None
        elif not setting.whole and self._leaves_out(setting, place):
            del varied[key]

    def _leaves_out(self, setting: _Setting, place: Place) -> bool:
        """Whether the server never sends a field in this operation's answers.

        Fields that carry a list's pages stay, as the document declares them; so do the fields of
        what the caller has sent, which are the caller's, and those that an option asks for.
        """
        if ".".join(map(str, place)) in _paging(setting.operation) or self._is_sent(setting, place):
            return False
        if (setting.operation.id, ".".join(map(str, pattern_of(place)))) in self._asked:
            return False
        return self._decides(f"{setting.operation.id}/{pattern_of(place)}", LEFT_OUT)

    def _is_sent(self, setting: _Setting, place: Place) -> bool:
        found = [setting.form.schema]
        for key in (*setting.form.prefix, *place):
            if any(name in self._sent for each in found for name in _names(each)):
                return True
            found = list(setting.form.below(found, key))
        return False

    def _decides(self, question: str, share: float) -> bool:
        """What this server has decided once and for all."""
        return random.Random(f"{self._seed}/{question}").random() < share  # noqa: S311 - no secret


@frozen
class _Setting:
    """Where a value is varied; `whole` says that no field may be left out."""

    operation: Operation
    form: Form
    whole: bool


def _paging(operation: Operation) -> set[str]:
    return {
        each
        for each in operation.item.get("x-mistral-paging", {}).values()
        if isinstance(each, str)
    }


def _is_map(schema: Json) -> bool:
    """Whether an object's keys are the caller's own."""
    more = schema.get("additionalProperties")
    free = schema.get("type") == "object" and "properties" not in schema
    return isinstance(more, dict) or more is True or (free and "required" not in schema)


def _may_be_null(form: Form, place: Place) -> bool:
    return any(
        each.get("type") == "null" or "null" in (each.get("type") or ())
        for each in schemas_at(form, place)
        if isinstance(each.get("type"), str | list)
    )


def _names(schema: Json) -> list[str]:
    """The components that a schema, or a member of its unions, names."""
    found = [each for key in ("allOf", "anyOf", "oneOf") for each in schema.get(key, ())]
    return [each["$ref"].rpartition("/")[2] for each in (schema, *found) if "$ref" in each]


def _open_states(document: Document) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The values of each open enum of states, and its ends, where a second field tells of them."""
    model = model_of(document)
    return {
        each.values: each.ends
        for each in model.states
        if each.said_by
        and facet(document, model.resources[each.resource].fields[each.field].schema, OPEN)
    }


def _sent_components(document: Document) -> set[str]:
    """The names of the schemas that requests are made of."""
    waiting = [name for each in document.operations.values() for _, name in references(each.body)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [each for _, each in references(document.raw["components"]["schemas"][name])]
    return found
