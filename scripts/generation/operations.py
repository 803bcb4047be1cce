"""What the templates are told about operations, their groups and the tree of groups."""

from __future__ import annotations

from typing import Final, Literal

import attrs
from document.events import EVENTS

from generation.annotations import Annotator, Imports, python_literal
from generation.answers import Answers, PagingView, StreamView
from generation.models import deprecation_of, description_of
from generation.naming import argument_name, pascal, snake
from generation.shapes import (
    ANY,
    NULL,
    Named,
    Scalar,
    Shape,
    Shapes,
    members_of,
)
from generation.source import DocumentError, Json

IDEMPOTENT: Final = ("get", "head", "put", "delete", "options", "trace")
STATED: Final = ("description", "x-mistral-name", "deprecated", "x-mistral-deprecated")
"""What a parameter says of itself beside its schema."""
Location = Literal["path", "query", "header", "body", "field", "file", "whole"]


@attrs.frozen
class Argument:
    """One argument of a method. `field` and `file` are parts of a form, `whole` a whole body."""

    name: str
    wire: str
    location: Location
    required: bool
    annotation: str
    description: str
    shape: Shape
    is_json_text: bool = False
    is_nullable: bool = True
    """Whether the schema has a use for null; None is not sent where it has none."""
    deprecated: str | None = None
    """What to do instead of giving it; None unless the document deprecates it."""


@attrs.frozen
class OperationView:
    """One operation, ready for its template and for its facades."""

    id: str
    name: str
    module: str
    method: str
    path: str
    summary: str
    description: str
    arguments: list[Argument]
    success: tuple[int, ...]
    errors: tuple[str, ...]
    accept: str
    answer: str
    parse: list[str]
    is_binary: bool
    is_repeatable: bool
    deprecated: str | None
    gone: str | None
    """Since when the document's upstream no longer lists it."""
    body_required: bool
    paging: PagingView | None
    stream: StreamView | None
    structured: str | None
    """The method that takes a class for the form of the answer."""
    imports: list[str]
    typing_imports: list[str]
    facade_imports: set[tuple[str, str]]
    renamed_to: str | None = None
    """The method's name of today, where this is the old one."""

    @property
    def package(self) -> str:
        """Where a facade finds the modules of the operation."""
        return f"..{snake(self.renamed_to.rpartition('.')[0])}" if self.renamed_to else ""

    @property
    def is_idempotent(self) -> bool:
        """Whether the method itself promises that repeating does no harm."""
        return self.method in IDEMPOTENT

    def located(self, *locations: Location) -> list[Argument]:
        """Return the arguments that go to some places of the request."""
        return [argument for argument in self.arguments if argument.location in locations]

    @property
    def is_stream_only(self) -> bool:
        """Whether the operation answers with events and nothing else."""
        return self.accept == EVENTS

    @property
    def has_structured_stream(self) -> bool:
        """Whether the answer can come as events and take the form of a class."""
        return self.structured is not None and self.stream is not None

    @property
    def has_form(self) -> bool:
        """Whether the body is a multipart form."""
        return bool(self.located("field", "file"))


@attrs.frozen
class GroupView:
    """The operations under one tag, and the groups below it."""

    tag: str
    module: str
    name: str
    description: str
    operations: list[OperationView]
    children: list[GroupView]

    @property
    def attribute(self) -> str:
        """The last step of the dotted path."""
        return self.tag.rsplit(".", 1)[-1]

    @property
    def takes_optional(self) -> bool:
        """Whether an argument of any method may be left out."""
        return any(not one.required for operation in self.operations for one in operation.arguments)

    @property
    def is_structured(self) -> bool:
        """Whether a method takes a class for the form of its answer."""
        return any(operation.structured for operation in self.operations)

    @property
    def has_structured_stream(self) -> bool:
        """Whether a method streams an answer in the form of a class."""
        return any(operation.has_structured_stream for operation in self.operations)

    @property
    def alias(self) -> str:
        """A class name that no other group has."""
        return pascal(self.tag)


class OperationViews:
    """Builds the views of operations."""

    def __init__(self, schemas: Json, annotator: Annotator, shapes: Shapes) -> None:
        self._schemas = schemas
        self._annotator = annotator
        self._shapes = shapes
        self._answers = Answers(schemas, annotator, shapes)

    def view(self, method: str, path: str, data: Json) -> OperationView:
        """Return the view of one operation.

        Raises:
            DocumentError: Something has no rule.

        """
        imports = Imports()
        arguments = self._arguments(data, imports)
        binary, answer, parse = self._answers.answer(data, imports)
        name = data["operationId"].rsplit(".", 1)[-1]
        paging = self._answers.paging(data, {one.name for one in arguments}, imports)
        stream = self._answers.stream(data, imports)
        return OperationView(
            id=data["operationId"],
            name=argument_name(name),
            module=snake(name),
            method=method,
            path=path,
            summary=data.get("summary", ""),
            description=data.get("description", ""),
            arguments=sorted(arguments, key=lambda one: (one.location != "path", not one.required)),
            success=tuple(int(status) for status in data["responses"]),
            errors=tuple(data["x-mistral-errors"]),
            accept=_accepted(data, has_stream=stream is not None),
            answer=answer,
            parse=parse,
            is_binary=binary,
            is_repeatable=bool(data.get("x-mistral-repeatable")),
            deprecated=deprecation_of(data),
            gone=data.get("x-mistral-gone"),
            body_required=bool(data.get("requestBody", {}).get("required")),
            paging=paging,
            stream=stream,
            structured=data.get("x-mistral-structured", {}).get("method"),
            imports=imports.lines("runtime"),
            typing_imports=imports.lines("typing"),
            facade_imports=set(imports.typing),
        )

    def request_shapes(self, data: Json) -> list[Shape]:
        """Return the shapes of an operation's parameters and bodies."""
        content = data.get("requestBody", {}).get("content", {})
        schemas = [one["schema"] for one in data["parameters"] if "schema" in one]
        schemas += [media["schema"] for media in content.values()]
        return [self._shapes.of(schema) for schema in schemas]

    def _arguments(self, data: Json, imports: Imports) -> list[Argument]:
        """Return the arguments; what may travel as query or header travels as header."""
        stated = [self._parameter(one, imports) for one in data["parameters"]]
        headers = {one.name for one in stated if one.location == "header"}
        found = [one for one in stated if one.location != "query" or one.name not in headers]
        found += self._body(data, imports)
        names = [argument.name for argument in found]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise DocumentError(f"{data['operationId']}: two arguments named {sorted(twice)}")
        return found

    def _parameter(self, data: Json, imports: Imports) -> Argument:
        schema = data.get("schema")
        is_json_text = schema is None
        if schema is None:
            schema = next(iter(data["content"].values())).get("schema", {})
        location = data["in"]
        if location not in ("path", "query", "header"):
            raise DocumentError(f"parameter {data['name']}: no rule for its place {location!r}")
        stated = {key: data[key] for key in STATED if data.get(key)}
        return self._argument(
            data["name"],
            {**schema, **stated},
            location,
            imports,
            required=bool(data.get("required")),
            is_json_text=is_json_text,
        )

    def _argument(
        self,
        wire: str,
        schema: Json,
        location: Location,
        imports: Imports,
        *,
        required: bool,
        is_json_text: bool = False,
    ) -> Argument:
        shape = self._shapes.of(schema)
        if location == "file":
            annotation = "FileInput"
            imports.typing.add(("...files", "FileInput"))
        else:
            annotation = self._annotator.text(shape, "argument", imports, "...")
        is_nullable = ANY in members_of(shape) or NULL in members_of(shape)
        if not required:
            annotation += " | Unset" if is_nullable else " | None | Unset"
            imports.typing.add(("...types", "Unset"))
        return Argument(
            name=argument_name(schema.get("x-mistral-name", wire)),
            wire=wire,
            location=location,
            required=required,
            annotation=annotation,
            description=_described(schema, self._schemas),
            shape=shape,
            is_json_text=is_json_text,
            is_nullable=is_nullable,
            deprecated=deprecation_of(schema),
        )

    def _body(self, data: Json, imports: Imports) -> list[Argument]:
        """Return a body's arguments: its fields when it is one object, else the body whole."""
        content = data.get("requestBody", {}).get("content", {})
        if not content:
            return []
        if len(content) > 1:
            raise DocumentError(f"{data['operationId']}: no rule for several kinds of body")
        kind, media = next(iter(content.items()))
        if kind not in ("application/json", "multipart/form-data"):
            raise DocumentError(f"{data['operationId']}: no rule for a body of {kind}")
        shape = self._shapes.of(media["schema"])
        if isinstance(shape, Named) and shape.kind == "model":
            return self._fields(data, self._schemas[shape.name], kind, imports)
        if kind != "application/json":
            raise DocumentError(f"{data['operationId']}: a form has to be an object")
        required = bool(data["requestBody"].get("required"))
        schema = {"description": data["requestBody"].get("description", ""), **media["schema"]}
        return [self._argument("body", schema, "whole", imports, required=required)]

    def _fields(self, data: Json, schema: Json, kind: str, imports: Imports) -> list[Argument]:
        fixed = data.get("x-mistral-stream", {}).get("when", {})
        body_required = bool(data["requestBody"].get("required"))
        found = []
        for wire, part in schema["properties"].items():
            if wire in fixed:
                continue
            location: Location = "body"
            if kind == "multipart/form-data":
                is_file = Scalar("binary") in members_of(self._shapes.of(part))
                location = "file" if is_file else "field"
            required = body_required and wire in schema.get("required", ())
            found.append(self._argument(wire, part, location, imports, required=required))
        return found


def _accepted(data: Json, *, has_stream: bool) -> str:
    """Return the media type to ask for; that of events only when there is no other."""
    kinds = [kind for answer in data["responses"].values() for kind in answer.get("content") or ()]
    if EVENTS in kinds and not has_stream:
        raise DocumentError(
            f"{data['operationId']}: events need x-mistral-stream to say what they hold"
        )
    return next((kind for kind in kinds if kind != EVENTS), EVENTS if EVENTS in kinds else "*/*")


def _described(schema: Json, schemas: Json) -> str:
    """Return a description, with what the server does when the value is not given."""
    text = description_of(schema, schemas).strip()
    notes = []
    if schema.get("deprecated") and "deprecated" not in text.lower():
        message = schema.get("x-mistral-deprecated", {}).get("message")
        notes.append(f"Deprecated: {message}" if message else "Deprecated.")
    default = schema.get("x-mistral-default")
    if default not in (None, "", [], {}) and not isinstance(default, (dict, list)):
        notes.append(f"Not given, the server takes {python_literal(default)}.")
    return " ".join([text, *notes]).strip()


def group_tree(
    groups: dict[str, list[OperationView]], descriptions: dict[str, str]
) -> list[GroupView]:
    """Return the roots of the tree of groups; a tag without operations only holds others."""
    tags = set(groups)
    for tag in groups:
        steps = tag.split(".")
        tags |= {".".join(steps[:count]) for count in range(1, len(steps))}

    def build(tag: str) -> GroupView:
        below = sorted(t for t in tags if t.rpartition(".")[0] == tag)
        return GroupView(
            tag=tag,
            module=snake(tag),
            name=pascal(tag.rsplit(".", 1)[-1]),
            description=descriptions.get(tag, ""),
            operations=groups.get(tag, []),
            children=[build(child) for child in below],
        )

    return [build(tag) for tag in sorted(tags) if "." not in tag]
