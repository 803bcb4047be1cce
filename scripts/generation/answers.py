"""What comes back: how an answer, a page and an event are read, and of which type they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from document.events import EVENTS

from generation.annotations import Imports, wire_argument
from generation.naming import argument_name, snake
from generation.reading import expression, reading_of, statements
from generation.shapes import (
    ANY,
    NULL,
    ListOf,
    Named,
    Scalar,
    Shape,
    Shapes,
    members_of,
    one_of,
)
from generation.source import SCHEMA_PREFIX, DocumentError, Json

if TYPE_CHECKING:
    from generation.annotations import Annotator
    from generation.reading import Resolver

WALKED_STYLES: Final = (
    *("page-from-0", "page-from-0-or-token", "page-from-1", "token", "offset", "time"),
)
# What paging asks with, by argument; those that callers of a walk set themselves.
ASKED: Final = ("page", "offset", "size", "token", "order", "before", "after")
KEPT: Final = ("size", "order", "before", "after")


@attrs.frozen
class PagingView:
    """How a list pages, with names in Python."""

    values: dict[str, str]
    default_size: int | None
    item: str
    skipped: frozenset[str]


@attrs.frozen
class StreamView:
    """The event stream of an operation."""

    method: str
    fixed: dict[str, Any]
    answer: str
    reader: str
    named: dict[str, str]
    end: str | None
    end_events: tuple[str, ...]
    resume: tuple[str, str] | None
    imports: list[str]

    @property
    def module(self) -> str:
        """The module of the call that asks for events."""
        return snake(self.method)


class Answers:
    """Builds what templates are told about answers."""

    def __init__(self, schemas: Json, annotator: Annotator, shapes: Shapes) -> None:
        self._schemas = schemas
        self._annotator = annotator
        self._shapes = shapes

    def answer(self, data: Json, imports: Imports) -> tuple[bool, str, list[str]]:
        """Return whether the answer is bytes, its annotation, and the lines that parse it."""
        shapes: list[Shape] = []
        empty = False
        for answer in data["responses"].values():
            content = {k: v for k, v in (answer.get("content") or {}).items() if k != EVENTS}
            if not content:
                empty = True
            elif "application/json" not in content:
                return True, "bytes", ["return response.content"]
            else:
                shapes.append(self._shapes.of(content["application/json"].get("schema", {})))
        if not shapes:
            return False, "None", ["return None"]
        shape = one_of(shapes)
        annotation = self._annotator.text(
            one_of([shape, NULL]) if empty else shape, "answer", imports, "..."
        )
        lines = ["if not response.content:", "    return None"] if empty else []
        return False, annotation, [*lines, *self._parse(shape, data, annotation, imports)]

    def _parse(self, shape: Shape, data: Json, annotation: str, imports: Imports) -> list[str]:
        """Return the lines that parse a JSON body of a shape."""
        reading = reading_of(shape, self._resolve(imports), data["operationId"])
        if isinstance(shape, Named) and shape.kind != "enum":
            return [f"return {reading.thing}({self._reader('read_object', imports)})"]
        if isinstance(shape, ListOf):
            body = self._reader("read_array", imports)
            inner = expression(reading.items, "item") if reading.items else ""
            return [f"return [{inner} for item in {body}]" if inner else f"return {body}"]
        if shape == Scalar("str"):
            return [f"return {self._reader('read_text', imports)}"]
        body = self._reader("read_json", imports)
        if shape == ANY:
            return [f"return {body}"]
        imports.runtime.add(("typing", "Any"))
        return [
            f"value: Any = {body}",
            *statements("value", reading),
            f"answer: {annotation} = value",
            "return answer",
        ]

    @staticmethod
    def _reader(name: str, imports: Imports) -> str:
        imports.runtime.add(("...wire", name))
        return f"{name}(response.content)"

    def _resolve(self, imports: Imports) -> Resolver:
        def resolve(part: Named) -> str:
            module = self._annotator.places[part.name][1]
            imports.runtime.add((f"...models.{module}", f"read_{module}"))
            return f"read_{module}"

        return resolve

    def paging(self, data: Json, arguments: set[str], imports: Imports) -> PagingView | None:
        """Return how an operation pages, or None.

        Raises:
            DocumentError: There is no rule for it, or it names what is not there.

        """
        paging = data.get("x-mistral-paging")
        if paging is None:
            return None
        if paging["style"] not in WALKED_STYLES:
            raise DocumentError(f"{data['operationId']}: no rule for paging {paging['style']!r}")
        values = {"style": paging["style"], "items": ""}
        named = {key: argument_name(paging[key]) for key in ASKED if key in paging}
        values.update(named)
        for key in ("items", "next_token", "has_more", "total", "time", "id"):
            if key in paging:
                values[key] = wire_argument(paging[key])
        if "descending" in paging:
            values["descending"] = paging["descending"]
        shape = self._items(data, paging.get("items", ""))
        item = self._annotator.text(shape, "answer", imports, "...")
        unknown = set(named.values()) - arguments
        if unknown:
            raise DocumentError(f"{data['operationId']}: paging names {sorted(unknown)}: no such")
        return PagingView(
            values=values,
            default_size=_default_size(data, paging.get("size")),
            item=item,
            skipped=frozenset(named[key] for key in named if key not in KEPT),
        )

    def _items(self, data: Json, path: str) -> Shape:
        """Return the shape of one item of a page."""
        answer = next(iter(data["responses"].values()))
        shape = self._shapes.of(answer["content"]["application/json"]["schema"])
        for step in path.split(".") if path else ():
            named = next((m for m in members_of(shape) if isinstance(m, Named)), None)
            if named is None or step not in self._schemas[named.name].get("properties", {}):
                raise DocumentError(f"{data['operationId']}: paging finds no {path} in the answer")
            shape = self._shapes.of(self._schemas[named.name]["properties"][step])
        found = next((m for m in members_of(shape) if isinstance(m, ListOf)), None)
        if found is None:
            raise DocumentError(f"{data['operationId']}: paging finds no list at {path or '.'}")
        return found.item

    def stream(self, data: Json, imports: Imports) -> StreamView | None:
        """Return an operation's event stream, or None.

        Raises:
            DocumentError: Its data are bare.

        """
        stream = data.get("x-mistral-stream")
        if stream is None:
            return None
        shape = self._event_shape(data, stream["data"])
        own = Imports()
        resolve = self._resolve(own)
        named = {
            name: resolve(self._event_shape(data, reference))
            for name, reference in stream.get("events", {}).items()
        }
        return StreamView(
            method=stream["method"],
            fixed=stream.get("when", {}),
            answer=self._annotator.text(shape, "answer", imports, "..."),
            reader=resolve(shape),
            named=named,
            end=stream.get("end"),
            end_events=tuple(stream.get("end_events", ())),
            resume=next(iter(stream.get("resumable", {}).items()), None),
            imports=own.lines("runtime"),
        )

    def _event_shape(self, data: Json, reference: str) -> Named:
        """Return what an event holds.

        Raises:
            DocumentError: It is no object.

        """
        shape = self._shapes.of_component(reference.removeprefix(SCHEMA_PREFIX))
        if not isinstance(shape, Named) or shape.kind == "enum":
            raise DocumentError(f"{data['operationId']}: the data of its events are no object")
        return shape


def _default_size(data: Json, name: str | None) -> int | None:
    """Return how many items the server puts on a page when it is not told."""
    stated: list[Json] = [one for one in data["parameters"] if one["name"] == name]
    size = stated[0].get("schema", {}).get("x-mistral-default") if stated else None
    return size if isinstance(size, int) else None
