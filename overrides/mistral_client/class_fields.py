"""The fields of classes that only hold values, and their types without annotations.

These are attrs classes, dataclasses, typed dicts and named tuples.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import (
    Annotated,
    Any,
    Final,
    NewType,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import attr

Kind: TypeAlias = Any
Hints: TypeAlias = dict[str, Kind]
Texts: TypeAlias = dict[str, str]

# What says of a key of a typed dict whether it has to be there.
_REQUIRED: Final = "Required"
_NOT_REQUIRED: Final = "NotRequired"
_QUALIFIERS: Final = frozenset({_REQUIRED, _NOT_REQUIRED, "ReadOnly"})


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


def unsubscripted(kind: Kind) -> Kind:
    """Return a type without the types that it comes with, as `list` for `list[int]`."""
    outer: Kind = get_origin(kind)
    return kind if outer is None else outer


def fields_of(kind: Kind) -> list[Field] | None:
    """Return the fields of a class that only holds values, or None for anything else.

    A generic class may come with types for its variables; those without one may be anything.

    Raises:
        TypeError: Types cannot be found.

    """
    owner = unsubscripted(kind)
    if not isinstance(owner, type):
        return None
    read = next((read for has, read in _KINDS if has(owner)), None)
    return read(owner, _hints(kind, owner), _docstrings(owner)) if read else None


def _hints(kind: Kind, owner: type) -> Hints:
    """Return the types of a class's attributes, with its type variables filled in."""
    try:
        hints = get_type_hints(owner, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{owner.__name__}: {error}, where a field names its type; what fields name has to be "
            "at the top level of their module"
        ) from error
    bound = _bindings(owner, get_args(kind))
    places = [each for each in owner.__mro__ if each in bound]
    for name, hint in hints.items():
        place = next(
            (each for each in places if name in vars(each).get("__annotations__", ())), owner
        )
        hints[name] = _filled(hint, bound[place])
    return hints


def _bindings(owner: type, arguments: tuple[Kind, ...]) -> dict[type, dict[Kind, Kind]]:
    """Return what the type variables of a class and of each of its generic bases stand for."""
    own = dict(zip(getattr(owner, "__parameters__", ()), arguments, strict=False))
    found = {owner: own}
    for base in getattr(owner, "__orig_bases__", ()):
        outer = unsubscripted(base)
        if isinstance(outer, type) and outer is not owner:
            found.update(_bindings(outer, tuple(_filled(each, own) for each in get_args(base))))
    return found


def _filled(kind: Kind, bound: dict[Kind, Kind]) -> Kind:
    """Return a type with its variables filled in; one that nobody bound has its own bound."""
    if isinstance(kind, TypeVar):
        return bound.get(kind, kind.__bound__ or Any)
    variables: tuple[Kind, ...] = getattr(kind, "__parameters__", ())
    if not variables or isinstance(kind, type):
        return kind
    return kind[tuple(_filled(each, bound) for each in variables)]


def _of_attrs(kind: Kind, hints: Hints, texts: Texts) -> list[Field]:
    return [
        Field(
            _alias(each),
            hints.get(each.name, Any),
            each.default is attr.NOTHING,
            words_of(hints.get(each.name)) or texts.get(each.name, ""),
        )
        for each in attr.fields(kind)
        if each.init
    ]


def _of_dataclass(kind: Kind, hints: Hints, texts: Texts) -> list[Field]:
    import dataclasses  # noqa: PLC0415 - only dataclasses need it

    return [
        Field(
            each.name,
            hints.get(each.name, Any),
            each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING,
            words_of(hints.get(each.name)) or texts.get(each.name, ""),
        )
        for each in dataclasses.fields(kind)
        if each.init
    ]


def _of_typed_dict(kind: Kind, hints: Hints, texts: Texts) -> list[Field]:
    found: list[Field] = []
    for name, hint in hints.items():
        inner, qualifiers = _unqualified(hint)
        is_required = name in kind.__required_keys__
        if qualifiers & {_REQUIRED, _NOT_REQUIRED}:  # which the class misses in annotations as text
            is_required = _REQUIRED in qualifiers
        words = words_of(hint) or texts.get(name, "")
        found.append(Field(name, inner, is_required, words))
    return found


def _of_named_tuple(kind: Kind, hints: Hints, texts: Texts) -> list[Field]:
    return [
        Field(
            name,
            hints.get(name, Any),
            name not in kind._field_defaults,
            words_of(hints.get(name)) or texts.get(name, ""),
        )
        for name in kind._fields
    ]


def _is_typed_dict(kind: type) -> bool:
    """Say whether a class is a typed dict, that of `typing` or of typing_extensions."""
    return issubclass(kind, dict) and hasattr(kind, "__required_keys__")


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_field_defaults")


def _unqualified(kind: Kind) -> tuple[Kind, set[str]]:
    """Return the type of a key without what qualifies it, and by which names that goes."""
    names: set[str] = set()
    while True:
        outer: Kind = get_origin(kind)
        inner: Kind = get_args(kind)[0] if outer is Annotated else kind
        name: str | None = getattr(get_origin(inner), "_name", None)
        if name is None or name not in _QUALIFIERS:
            return kind, names
        names.add(name)
        kind = get_args(inner)[0]


_Reader: TypeAlias = Callable[[Kind, Hints, Texts], list[Field]]
_KINDS: Final[tuple[tuple[Callable[[type], bool], _Reader], ...]] = (
    (attr.has, _of_attrs),
    (lambda kind: hasattr(kind, "__dataclass_fields__"), _of_dataclass),
    (_is_typed_dict, _of_typed_dict),
    (_is_named_tuple, _of_named_tuple),
)


def words_of(kind: Kind) -> str:
    """Return what the `Annotated` of a type says in words, also under what qualifies it.

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
    outer: Kind = get_origin(kind)
    if outer is Annotated or getattr(outer, "_name", None) in _QUALIFIERS:
        return words_of(get_args(kind)[0])
    return ""


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
