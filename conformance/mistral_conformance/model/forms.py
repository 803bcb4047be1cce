"""The form that the document gives an answer: where a value departs from it, what may be absent.

As lenient as the rules over schemas: unknown fields and unknown values of open enums are fine.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.document import Document
from mistral_conformance.model.views import answer_view
from mistral_conformance.model.wording import explain, place_of
from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import jsonschema_rs

    from mistral_conformance.model.document import Json
    from mistral_conformance.record.reading import Place

    Read = Callable[[Iterable[Json], object], object]

JSON = "application/json"
UNIONS = ("allOf", "anyOf", "oneOf")


@frozen(eq=False)
class Form:
    """The documented form of one body, or of the events of one stream."""

    document: Document = field(repr=False)
    schema: Json = field(repr=False)
    prefix: Place = ()
    """Where the value stands in what the schema describes: an event's data below `data`."""
    names: frozenset[str] | None = None
    """The names that events of the stream have; None where the document leaves them open."""

    def misfits(self, value: object, name: str | None = None) -> dict[Place, str]:
        """Return what is wrong, by place; a required field that is absent stands at its own place.

        `name` is that of the event which carried the value.

        Raises:
            ValueError: the value holds what no JSON can, such as half a character.

        """
        return self._blamed(self._errors(value, name))

    def hindrances(self, value: object, name: str | None = None) -> dict[Place, str]:
        """Return what of `misfits` keeps a reader from reading on.

        An id of another form is an id, whatever rules over schemas say of it.

        Raises:
            ValueError: see `misfits`.

        """
        return self._blamed(each for each in self._errors(value, name) if not _is_id(each))

    def _errors(self, value: object, name: str | None) -> Iterator[jsonschema_rs.ValidationError]:
        whole = self._framed(value, name)
        return compile_schema(self.document, self.schema).iter_errors(whole)

    def _blamed(self, errors: Iterable[jsonschema_rs.ValidationError]) -> dict[Place, str]:
        found: dict[Place, str] = {}
        for place, words in (each for error in errors for each in _blame(error)):
            if place[: len(self.prefix)] == self.prefix:
                found.setdefault(place[len(self.prefix) :], words)
        return found

    def knows(self, place: Place) -> bool:
        """Say whether the document lists the field at a place, in any member of a union."""
        if not place:
            return True
        fields = self.fields(place[:-1])
        return fields is not None and place[-1] in fields

    def fields(self, place: Place) -> frozenset[str] | None:
        """Return the names that the document lists for the object at a place.

        None where any will do.
        """
        found = self.schemas(place)
        if not found or any(_is_map(each) for each in found):
            return None
        return frozenset(name for each in found for name in each.get("properties", {}))

    def listed(self, value: object, read: Read, place: Place = ()) -> object:
        """Return the part of a value at a place that the document lists, in any member of a union.

        `read` gets each text with all that the document says about it.
        """
        if isinstance(value, list):
            return [self.listed(each, read, (*place, number)) for number, each in enumerate(value)]
        if isinstance(value, dict):
            names = self.fields(place)
            told = {name: each for name, each in value.items() if names is None or name in names}
            return {name: self.listed(each, read, (*place, name)) for name, each in told.items()}
        return read(self.schemas(place), value) if isinstance(value, str) else value

    def schemas(self, place: Place) -> list[Json]:
        """Return all that the document says about a value: every member of every union."""
        found = [self.schema]
        for key in (*self.prefix, *place):
            found = list(self.below(found, key))
        return [node for each in found for node in members(self.document, each)]

    def below(self, schemas: Iterable[Json], key: str | int) -> Iterator[Json]:
        """Yield the schemas of what stands under a key: a name or the index of an item."""
        for each in schemas:
            for node in members(self.document, each):
                if isinstance(key, int) and "items" in node:
                    yield node["items"]
                elif key in node.get("properties", {}):
                    yield node["properties"][key]

    def _framed(self, value: object, name: str | None) -> object:
        if not self.prefix:
            return value
        return {"data": value} if name is None else {"event": name, "data": value}


def members(document: Document, schema: Json) -> Iterator[Json]:
    """Yield the schema without its references, with all members of its unions."""
    node = document.resolve(schema)
    yield node
    for union in UNIONS:
        for each in node.get(union, ()):
            yield from members(document, each)


def _is_map(schema: Json) -> bool:
    """Say whether the names in an object are for whoever fills it to choose."""
    more = schema.get("additionalProperties")
    bare = schema.get("type") == "object" and not schema.keys() & {"properties", *UNIONS}
    return isinstance(more, dict) or more is True or bare or not schema.keys() - {"description"}


class Forms:
    """The forms of all answers of a document."""

    def __init__(self, document: Document) -> None:
        self._raw = document.raw
        self._found: dict[tuple[str, int, str], Form | None] = {}

    @cached_property
    def document(self) -> Document:
        """The document as answers are judged by it."""
        return Document(answer_view(self._raw, open_enums=True, with_events=True))

    def find(self, operation: str, status: int, media_type: str) -> Form | None:
        """Return the form of an answer, None where the document gives none."""
        key = (operation, status, media_type)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, operation: str, status: int, media_type: str) -> Form | None:
        known = self.document.operations.get(operation)
        if known is None or media_type not in {JSON, EVENT_STREAM}:
            return None
        responses: Mapping[str, Json] = known.item["responses"]
        wanted = (str(status), f"{status // 100}XX", "default")
        response = next((responses[each] for each in wanted if each in responses), None)
        if response is None:
            return None
        content = self.document.resolve(response).get("content", {})
        if "schema" not in content.get(media_type, {}):
            return None
        schema = content[media_type]["schema"]
        if media_type != EVENT_STREAM:
            return Form(self.document, schema)
        return Form(self.document, schema, ("data",), self._names(schema))

    def _names(self, schema: Json) -> frozenset[str] | None:
        """Return the names of a stream's events as the document lists them.

        None where they have none.
        """
        strict = Document(self._raw)
        listed = Form(strict, schema).schemas(("event",))
        values = [
            each["enum"] if "enum" in each else [each["const"]]
            for each in listed
            if each.keys() & {"enum", "const"}
        ]
        return (
            None if listed and not values else frozenset(name for each in values for name in each)
        )


@lru_cache(4)
def forms_of(document: Document) -> Forms:
    """Return the forms of a document, shared by all runs of this process."""
    return Forms(document)


def _is_id(error: jsonschema_rs.ValidationError) -> bool:
    """Say whether all that is wrong is that a text is no UUID, in a union too."""
    kind: Any = error.kind
    if kind.name == "format":
        return bool(kind.format == "uuid")
    inner = [each for member in getattr(kind, "context", ()) for each in member]
    texts = [each for each in inner if each.kind.name != "type"]
    return bool(texts) and all(_is_id(each) for each in texts)


def _blame(error: jsonschema_rs.ValidationError) -> Iterator[tuple[Place, str]]:
    """Yield the places an error is about: in a union, those of the one member that was meant."""
    place = tuple(error.instance_path)
    kind: Any = error.kind
    if kind.name == "required":
        yield (*place, kind.property), "is missing"
        return
    meant = [each for each in getattr(kind, "context", ()) if each and not _denies(each, place)]
    if len(meant) == 1:
        for inner in meant[0]:
            yield from _blame(inner)
        return
    yield place, explain([error]).removeprefix(f"{place_of(place)} ")


def _denies(errors: list[jsonschema_rs.ValidationError], place: Place) -> bool:
    """Say whether the errors say that another member of the union was meant."""
    return any(
        each.kind.name in {"const", "constant", "enum"}
        or (each.kind.name == "type" and tuple(each.instance_path) == place)
        for each in errors
    )
