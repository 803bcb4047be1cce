"""What the templates are told about models, unions and enums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from generation.annotations import Annotator, Imports, python_literal
from generation.naming import field_name
from generation.reading import field_statements, is_time, reading_of
from generation.shapes import ANY, NULL, Choice, ListOf, Named, Shape, Shapes, members_of, parts
from generation.source import SCHEMA_PREFIX, DocumentError, Json

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen
class Field:
    """One attribute of a model.

    `reading` is the code between the raw value and the attribute; `late` what parses a time when it
    is first read.
    """

    name: str
    wire: str
    shape: Shape
    required: bool
    constant: str | None
    description: str
    annotation: str
    parameter: str
    reading: list[str]
    late: str | None
    is_nullable: bool
    deprecated: str | None


@attrs.frozen
class ModelView:
    """A model's class, ready for its template."""

    schema_name: str
    name: str
    module: str
    description: str
    fields: list[Field]
    imports: list[str]
    typing_imports: list[str]
    param_imports: list[str]
    readers: list[str]
    lazy: dict[str, str]
    addition: str | None = None
    """The class of the runtime that it has beside `Model`."""
    items: tuple[str, ...] = ()
    """The way to the items of a page."""
    item: str = ""
    """The type of an item."""

    @property
    def base(self) -> str:
        """What the class stands on, in the order of its bases."""
        if self.items:
            return "_Page, Model"
        return f"{self.addition}, Model" if self.addition else "Model"

    @property
    def added(self) -> str | None:
        """What it needs of the module of additions."""
        return "Page" if self.items else self.addition

    @property
    def renamed(self) -> dict[str, str]:
        """Attribute names that differ from the wire's, with the wire's."""
        return {field.name: field.wire for field in self.fields if field.name != field.wire}

    @property
    def names(self) -> list[str]:
        """All attributes."""
        return [field.name for field in self.fields]

    @property
    def not_null(self) -> list[str]:
        """Attributes that may not be null."""
        return [field.name for field in self.fields if not field.is_nullable]

    @property
    def sets_aside(self) -> bool:
        """Whether an attribute holds times among other things."""
        return any("set_aside(" in line for field in self.fields for line in field.reading)

    @property
    def late(self) -> dict[str, str]:
        """Attributes that are times, with what parses each."""
        return {field.name: field.late for field in self.fields if field.late}

    @property
    def deprecated(self) -> dict[str, str]:
        """Attributes that warn when they are read, with what to do instead."""
        return {field.name: field.deprecated for field in self.fields if field.deprecated}

    @property
    def is_plain(self) -> bool:
        """Whether every wire name may stand in a class-style TypedDict."""
        return all(field.wire.isidentifier() and field.wire == field.name for field in self.fields)


@attrs.frozen
class UnionView:
    """A union of models: its tag, and which model each value of the tag means."""

    schema_name: str
    name: str
    module: str
    description: str
    members: list[tuple[str, str]]
    tag: str | None
    table: dict[str, str]
    required: dict[str, tuple[str, ...]]


@attrs.frozen
class EnumView:
    """An enum as literal values."""

    schema_name: str
    name: str
    module: str
    description: str
    values: list[str]
    is_open: bool
    base: str
    """The type of values that the document does not list."""


class Tags:
    """Which property tells the members of each union apart."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self.unions = {
            name: self._of_union(name) for name in shapes.schemas if shapes.is_union(name)
        }
        self.constants: dict[tuple[str, str], str] = {}
        for tag, table in self.unions.values():
            for value, member in table.items():
                if tag is not None and list(table.values()).count(member) == 1:
                    self.constants[member, tag] = value

    def members(self, name: str) -> list[str]:
        """Return the models of a union, those of unions inside it included."""
        found: dict[str, None] = {}
        for schema in self._shapes.schemas[name]["anyOf"]:
            shape = self._shapes.of(schema)
            if not isinstance(shape, Named):
                raise DocumentError(f"{name}: a union of objects has only named members")
            inner = self.members(shape.name) if shape.kind == "union" else [shape.name]
            found.update(dict.fromkeys(inner))
        return list(found)

    def _of_union(self, name: str) -> tuple[str | None, dict[str, str]]:
        """Return the tag and its table, from the discriminator or else from const properties."""
        members = self.members(name)
        stated = self._shapes.schemas[name].get("x-mistral-tag", {})
        mapping = {
            value: reference.removeprefix(SCHEMA_PREFIX)
            for value, reference in stated.get("mapping", {}).items()
        }
        if set(mapping.values()) == set(members):
            return stated["propertyName"], mapping
        candidates = [stated["propertyName"]] if stated else self._common(members)
        for candidate in candidates:
            table: dict[str, str] = {}
            pairs = [(v, m) for m in members for v in self._values(m, candidate)]
            table.update(pairs)
            if len(table) == len(pairs) and set(table.values()) == set(members):
                return candidate, table
        return None, {}

    def _common(self, members: list[str]) -> list[str]:
        first, *others = (self._shapes.schemas[member]["properties"] for member in members)
        return [key for key in first if all(key in other for other in others)]

    def _values(self, member: str, key: str) -> tuple[str, ...]:
        """Return the fixed texts of a property, or nothing when it is not fixed."""
        shape = self._shapes.of(self._shapes.schemas[member]["properties"].get(key, {}))
        if isinstance(shape, Named) and shape.kind == "enum":
            shape = self._shapes.of({**self._shapes.schemas[shape.name]})
        if isinstance(shape, Choice) and all(isinstance(value, str) for value in shape.values):
            return tuple(str(value) for value in shape.values)
        return ()


class ModelViews:
    """Builds the views of all components."""

    def __init__(
        self,
        schemas: Json,
        annotator: Annotator,
        additions: dict[str, str] | None = None,
        pages: dict[str, str] | None = None,
    ) -> None:
        """Build from schemas.

        `additions` are classes of the runtime by component, `pages` the dotted ways to the items of
        components that are pages.
        """
        self._schemas = schemas
        self._additions = additions or {}
        self._pages = pages or {}
        self.shapes = Shapes(schemas)
        self.tags = Tags(self.shapes)
        self._annotator = annotator
        self._cyclic = self._find_cycles()

    def names(self, kind: Literal["model", "enum", "union"]) -> list[str]:
        """Return the names of all components of a kind."""
        shapes = ((name, self.shapes.of_component(name)) for name in self._schemas)
        return [n for n, s in shapes if isinstance(s, Named) and s.kind == kind and s.name == n]

    def model(self, name: str) -> ModelView:
        """Return the view of a model."""
        schema = self._schemas[name]
        class_name, module = self._annotator.places[name]
        types, params = Imports(), Imports()
        resolver = _Resolver(self._annotator, name, types)
        fields = [
            self._field(wire, part, params, resolver) for wire, part in schema["properties"].items()
        ]
        items = tuple(self._pages[name].split(".")) if name in self._pages else ()
        item = self._annotator.text(self._item(name, items), "model", types, "..") if items else ""
        self._expect_no_clash(name, fields)
        types.typing.discard((f"..models.{module}", class_name))
        params.typing.discard((f"..params.{module}", f"{class_name}Param"))
        return ModelView(
            schema_name=name,
            name=class_name,
            module=module,
            description=schema.get("description", ""),
            fields=fields,
            imports=_beside(types.lines("runtime"), "models"),
            typing_imports=_beside(types.lines("typing"), "models"),
            param_imports=_beside(params.lines("typing"), "params"),
            readers=sorted(resolver.text_readers(fields)),
            lazy=dict(sorted(resolver.lazy.items())),
            addition=self._additions.get(name),
            items=items,
            item=item,
        )

    def _item(self, name: str, steps: tuple[str, ...]) -> Shape:
        """Return the shape of a page's items.

        Raises:
            DocumentError: There is no list.

        """
        shape: Shape = Named("model", name)
        for step in steps:
            owner = next((one for one in members_of(shape) if isinstance(one, Named)), None)
            properties = self._schemas[owner.name].get("properties", {}) if owner else {}
            shape = self.shapes.of(properties.get(step, {}))
        found = next((one for one in members_of(shape) if isinstance(one, ListOf)), None)
        if found is None:
            raise DocumentError(f"{name} has no list of items at {'.'.join(steps)}")
        return found.item

    def _expect_no_clash(self, name: str, fields: list[Field]) -> None:
        """Raise DocumentError for a field that hides what a model has beyond the document."""
        if name in self._additions and {"text", "thinking"} & {field.name for field in fields}:
            raise DocumentError(f"{name} has a field that its addition in generator.toml hides")

    def union(self, name: str) -> UnionView:
        """Return the view of a union."""
        class_name, module = self._annotator.places[name]
        tag, table = self.tags.unions[name]
        members = self.tags.members(name)
        places = {member: ":".join(reversed(self._annotator.places[member])) for member in members}
        return UnionView(
            schema_name=name,
            name=class_name,
            module=module,
            description=self._schemas[name].get("description", ""),
            members=[self._annotator.places[member] for member in members],
            tag=tag,
            table={value: places[member] for value, member in table.items()},
            required={
                places[member]: tuple(self._schemas[member].get("required", ()))
                for member in members
            },
        )

    def enum(self, name: str) -> EnumView:
        """Return the view of an enum."""
        class_name, module = self._annotator.places[name]
        schema = self._schemas[name]
        return EnumView(
            schema_name=name,
            name=class_name,
            module=module,
            description=schema.get("description", ""),
            values=[python_literal(value) for value in schema["enum"] if value is not None],
            is_open=bool(schema.get("x-mistral-open")),
            base="int" if all(isinstance(each, int) for each in schema["enum"]) else "str",
        )

    def reached_from(self, shapes: Iterable[Shape]) -> set[str]:
        """Return every model and union that shapes lead to."""
        found: set[str] = set()
        waiting = [part.name for shape in shapes for part in parts(shape)]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting += [part.name for part in self._inside(name)]
        return found

    def _inside(self, name: str) -> list[Named]:
        schema = self._schemas[name]
        inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
        return [part for value in inner for part in parts(self.shapes.of(value))]

    def _find_cycles(self) -> set[str]:
        """Return the models that required fields lead back to."""
        found: set[str] = set()
        for name in self._schemas:
            inside = (part for part in self._inside(name) if part.kind != "enum")
            if any(name in self.reached_from([part]) for part in inside):
                found.add(name)
        return found

    def _field(self, wire: str, schema: Json, params: Imports, resolver: _Resolver) -> Field:
        owner, types = resolver.owner, resolver.imports
        shape = self.shapes.of(schema)
        name = field_name(schema.get("x-mistral-name", wire))
        required = wire in self._schemas[owner].get("required", ())
        constant = self._constant(owner, wire, shape)
        resolver.eager = required and owner not in self._cyclic
        reading = reading_of(shape, resolver, f"{owner}.{wire}")
        annotation = self._annotator.text(shape, "model", types, "..")
        parameter = self._annotator.text(shape, "argument", params, "..")
        is_nullable = ANY in members_of(shape) or NULL in members_of(shape)
        if not (required or is_nullable) and constant is None:
            annotation += " | None"
        return Field(
            name=name,
            wire=wire,
            shape=shape,
            required=required,
            constant=None if constant is None else python_literal(constant),
            description=description_of(schema, self._schemas),
            annotation=annotation,
            parameter=parameter,
            reading=field_statements(name, wire, shape, reading),
            late=reading.text if is_time(shape, reading) else None,
            is_nullable=is_nullable,
            deprecated=deprecation_of(schema),
        )

    def _constant(self, owner: str, wire: str, shape: Shape) -> Any:  # noqa: ANN401 - any JSON const
        """Return the value that a field can only have, or None."""
        tagged = self.tags.constants.get((owner, wire))
        if tagged is not None:
            return tagged
        if isinstance(shape, Choice) and len(shape.values) == 1 and not shape.is_open:
            return shape.values[0]
        return None


@attrs.define
class _Resolver:
    """Collects what one model's reading code calls, and how it gets there.

    A model that a required field holds is imported with its owner, since every answer needs it;
    any other is imported when an answer first holds it.
    """

    annotator: Annotator
    owner: str
    imports: Imports
    eager: bool = False
    lazy: dict[str, str] = attrs.field(factory=dict)

    def __call__(self, part: Named) -> str:
        name, module = self.annotator.places[part.name]
        reader = f"read_{module}"
        if part.name == self.owner:
            return reader
        if self.eager:
            self.imports.runtime.add((f"..models.{module}", reader))
            return reader
        self.lazy[name] = f"{module}:{reader}"
        return f'_READERS["{name}"]'

    @staticmethod
    def text_readers(fields: list[Field]) -> set[str]:
        """Return the readers of texts that the fields' code calls."""
        code = "\n".join(line for field in fields for line in field.reading)
        names = ("parse_time", "parse_date", "read_int", "read_float", "read_bool")
        called = {name for name in names if f"{name}(" in code}
        return called | {field.late for field in fields if field.late}


def deprecation_of(data: Json) -> str | None:
    """Return what to do instead of something deprecated, or None."""
    if not data.get("deprecated"):
        return None
    message: str = data.get("x-mistral-deprecated", {}).get("message", "It will be removed.")
    return message


def description_of(schema: Json, schemas: Json) -> str:
    """Return the description of a schema, or that of the component it refers to."""
    if schema.get("description"):
        return str(schema["description"])
    reference = schema.get("$ref") or (schema.get("allOf") or [{}])[0].get("$ref")
    if reference:
        return str(schemas[reference.removeprefix(SCHEMA_PREFIX)].get("description", ""))
    return ""


def _beside(lines: list[str], folder: str) -> list[str]:
    """Return imports as they read in a module of the folder."""
    return [line.replace(f"from ..{folder}.", "from .") for line in lines]
