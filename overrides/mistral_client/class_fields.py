"""The fields of attrs classes and dataclasses, and their types without annotations."""

from __future__ import annotations

from typing import Annotated, Any, NewType, TypeAlias, get_args, get_origin, get_type_hints

import attr

Kind: TypeAlias = Any


@attr.frozen
class Field:
    """A field of a class: its name in `__init__`, its type, and whether it has no default."""

    name: str
    kind: Kind
    is_required: bool


def bare(kind: Kind) -> Kind:
    """Return a type without what only annotates or renames it."""
    outer: Kind = get_origin(kind)
    if isinstance(kind, NewType):
        return bare(kind.__supertype__)
    return bare(get_args(kind)[0]) if outer is Annotated else kind


def fields_of(kind: Kind) -> list[Field] | None:
    """Return the fields of an attrs class or a dataclass, or None for anything else."""
    if not isinstance(kind, type):
        return None
    if attr.has(kind):
        hints = get_type_hints(kind, include_extras=True)
        listed = [each for each in attr.fields(kind) if each.init]
        return [
            Field(_alias(each), hints.get(each.name, Any), each.default is attr.NOTHING)
            for each in listed
        ]
    if not hasattr(kind, "__dataclass_fields__"):
        return None
    import dataclasses  # noqa: PLC0415 - only dataclasses need it

    hints = get_type_hints(kind, include_extras=True)
    return [
        Field(
            each.name,
            hints.get(each.name, Any),
            each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING,
        )
        for each in dataclasses.fields(kind)
        if each.init
    ]


def _alias(field: attr.Attribute[Any]) -> str:
    """Return a field's name in `__init__`; attrs before 22.2 does not say it."""
    return getattr(field, "alias", None) or field.name.lstrip("_")
