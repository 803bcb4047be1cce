"""Type annotations for shapes, with the imports that they need."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from generation.naming import field_name
from generation.shapes import Choice, ListOf, MapOf, Named, OneOf, Scalar, Shape

# What is annotated: a model's field, an argument, or what a method gives back.
Role: TypeAlias = Literal["model", "argument", "answer"]
_SCALARS: Final = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "datetime": "dt.datetime",
    "date": "dt.date",
    "binary": "str",
    "any": "Any",
    "null": "None",
}


@attrs.define
class Imports:
    """What one generated file imports, by module; only for types, or at run time too."""

    typing: set[tuple[str, str]] = attrs.field(factory=set)
    runtime: set[tuple[str, str]] = attrs.field(factory=set)

    def lines(self, which: Literal["typing", "runtime"]) -> list[str]:
        """Return sorted import statements, one for each module."""
        chosen = self.runtime if which == "runtime" else self.typing - self.runtime
        whole = sorted(f"import {name}" for module, name in chosen if not module)
        found: dict[str, list[str]] = {}
        for module, name in sorted(chosen):
            found.setdefault(module, []).append(name)
        named = [
            f"from {module} import {', '.join(names)}" for module, names in found.items() if module
        ]
        return [*whole, *named]


@attrs.frozen
class Annotator:
    """Writes annotations; `places` maps a component to its class and module.

    `loose` are the components whose lists, as arguments, may hold any dict: people keep such lists
    in variables, whose types then say nothing of what the dicts hold.
    """

    places: dict[str, tuple[str, str]]
    loose: frozenset[str] = frozenset()

    def text(self, shape: Shape, role: Role, imports: Imports, base: str) -> str:
        """Return the annotation of a shape; `base` leads from the file to the package (`..`)."""
        members = shape.members if isinstance(shape, OneOf) else (shape,)
        found: dict[str, None] = {}
        for member in members:
            for part in self._member(member, role, imports, base):
                found[part] = None
        if "None" in found:
            found["None"] = found.pop("None")
        return " | ".join(found)

    def _member(self, shape: Shape, role: Role, imports: Imports, base: str) -> list[str]:
        if isinstance(shape, Scalar):
            return self._scalar(shape, role, imports)
        if isinstance(shape, Choice):
            imports.typing.add(("typing", "Literal"))
            values = ", ".join(python_literal(value) for value in shape.values)
            return [f"Literal[{values}]", *(["str"] if shape.is_open else [])]
        if isinstance(shape, Named):
            return self._named(shape, role, imports, base)
        if isinstance(shape, ListOf):
            item = self.text(shape.item, role, imports, base)
            if role == "argument":
                imports.typing.add(("collections.abc", "Sequence"))
                if isinstance(shape.item, Named) and shape.item.name in self.loose:
                    imports.typing.add(("collections.abc", "Mapping"))
                    item += " | Mapping[str, object]"
            elif role == "answer":
                imports.typing.add(("", "builtins"))
            return [f"{_LIST[role]}[{item}]"]
        if isinstance(shape, MapOf):
            value = self.text(shape.value, role, imports, base)
            if role == "argument":
                imports.typing.add(("collections.abc", "Mapping"))
            return [f"{'Mapping' if role == 'argument' else 'dict'}[str, {value}]"]
        raise TypeError(shape)

    @staticmethod
    def _scalar(shape: Scalar, role: Role, imports: Imports) -> list[str]:
        text = _SCALARS[shape.kind]
        if text == "Any":
            imports.typing.add(("typing", "Any"))
        if text.startswith("dt."):
            imports.typing.add(("", "datetime as dt"))
            return [text, "str"] if role == "argument" else [text]
        return [text]

    def _named(self, shape: Named, role: Role, imports: Imports, base: str) -> list[str]:
        name, module = self.places[shape.name]
        imports.typing.add((f"{base}models.{module}", name))
        if role == "argument" and shape.kind != "enum":
            imports.typing.add((f"{base}params.{module}", f"{name}Param"))
            return [name, f"{name}Param"]
        return [name]


_LIST: Final = {"model": "list", "argument": "Sequence", "answer": "builtins.list"}


def python_literal(value: str | float | bool) -> str:
    """Return a value as Python source."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def wire_argument(wire: str) -> str:
    """Return the attribute path in Python for a dotted path of wire names."""
    return ".".join(field_name(step) for step in wire.split("."))
