"""The fields of attrs classes and dataclasses, and their types without annotations."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Annotated, Any, NewType, TypeAlias, get_args, get_origin, get_type_hints

import attr

Kind: TypeAlias = Any


@attr.frozen
class Field:
    """A field of a class: its name in `__init__`, its type, and whether it has no default."""

    name: str
    kind: Kind
    is_required: bool
    description: str = ""


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
    texts = _docstrings(kind)
    if attr.has(kind):
        hints = get_type_hints(kind, include_extras=True)
        listed = [each for each in attr.fields(kind) if each.init]
        return [
            Field(
                _alias(each),
                hints.get(each.name, Any),
                each.default is attr.NOTHING,
                _described(hints.get(each.name), texts.get(each.name)),
            )
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
            _described(hints.get(each.name), texts.get(each.name)),
        )
        for each in dataclasses.fields(kind)
        if each.init
    ]


def _described(kind: Kind, docstring: str | None) -> str:
    """Return what a field is, in words: those of its `Annotated`, else the text under it.

    The words are a text, or an object with `documentation` or `description`, as `Doc` of
    typing_extensions and `Field` of pydantic.
    """
    notes: tuple[Any, ...] = getattr(kind, "__metadata__", ())  # of Annotated
    for note in notes:
        for text in (
            note,
            getattr(note, "documentation", None),
            getattr(note, "description", None),
        ):
            if isinstance(text, str):
                return text
    return docstring or ""


def _docstrings(kind: type) -> dict[str, str]:
    """Return the texts under the fields of a class and its bases, where there is source."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(each)))
        except (OSError, TypeError, SyntaxError):
            continue
        found.update(_texts_under_fields(tree.body[0]))
    return found


def _texts_under_fields(tree: ast.stmt) -> dict[str, str]:
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(under.value.value)
        for field, under in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(under, ast.Expr)
        and isinstance(under.value, ast.Constant)
        and isinstance(under.value.value, str)
    }


def _alias(field: attr.Attribute[Any]) -> str:
    """Return a field's name in `__init__`; attrs before 22.2 does not say it."""
    return getattr(field, "alias", None) or field.name.lstrip("_")
