"""What all models share: reading rules, writing, comparison, and lazy access to each other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, reduce
from importlib import import_module
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import attr

from .types import UNSET, Hinted
from .wire import to_wire

if TYPE_CHECKING:
    from typing import Self

_MODELS: Final = f"{__package__}.models"
_MORE: Final = "additional_properties"
_NONE: Final[dict[str, Any]] = {}
_EVOLVE: Final = attr.evolve.__code__

# What the models of pydantic, and so those of the official SDK, call things.
_OURS: Final = {
    "copy": "attrs.evolve(...)",
    "dict": "to_dict()",
    "json": "json.dumps(....to_dict())",
    "model_copy": "attrs.evolve(...)",
    "model_dump": "to_dict()",
    "model_dump_json": "json.dumps(....to_dict())",
    "parsed": "what parse(...) itself returns",
    "size_bytes": "bytes",
}

# How other clients ask a page for more.
_NEXT: Final = frozenset(
    {"auto_paging_iter", "get_next_page", "has_next_page", "iter_pages", "next", "next_page"}
)
_ALL: Final = "the method of all pages, such as list_all(...)"
Reader: TypeAlias = Callable[[dict[str, Any]], Any]

ABSENT: Final[Any] = UNSET
"""The default of fields that may be left out; a model that is made holds no trace of it."""


class Unknown(dict[str, Any]):
    """What an answer brought that its model has no place for: kept, and not sent back."""


class Model(Hinted):
    """The base of every model.

    Values are frozen: make a changed copy with `attrs.evolve`. Two models are equal when their
    classes and all their values are, and the same fields are there. What the server sent beyond the
    document is kept: unknown fields in `additional_properties`, unknown enum values and union
    members as they came, the text of a time that cannot be read in `additional_properties` too.

    A field that is not there reads as None. Its name is then no key of the object's `__dict__`,
    which is all that tells it from one that is there and null.

    Each time of an answer is parsed when it is first read: until then `__dict__` holds its text.
    Whatever looks at a whole model takes `values_of` it.
    """

    _times: ClassVar[dict[str, Callable[[str], object]]] = {}
    _known: ClassVar[frozenset[str]] = frozenset()
    _required: ClassVar[tuple[str, ...]] = ()
    _renamed: ClassVar[dict[str, str]] = {}
    _not_null: ClassVar[frozenset[str]] = frozenset()

    additional_properties: dict[str, Any]

    @classmethod
    def from_dict(cls, source: dict[str, Any]) -> Self:
        """Return the model of a JSON object; what the document does not expect is kept as it is."""
        return cls._read(_fresh(source))

    @classmethod
    def _read(cls, fields: dict[str, Any]) -> Self:
        """Make the dict of a JSON object, which nobody else holds, the values of a model."""
        raise NotImplementedError

    def __attrs_post_init__(self) -> None:
        """Keep only what was given, as it was given."""
        values = self.__dict__
        for name in [name for name, value in values.items() if value is UNSET]:
            del values[name]
        if not values[_MORE] and not self._times:
            del values[_MORE]

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """Names of the required fields that the server left out; each of them reads as None."""
        values = self.__dict__
        kept = values.get(_MORE, _NONE)
        return tuple(
            name
            for name in self._required
            if name not in values and self._renamed.get(name, name) not in kept
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of this model: what is there, and nothing that is not."""
        return self._written(is_request=False)

    def _written(self, *, is_request: bool) -> dict[str, Any]:
        """Return the same; for a request without unknown fields of answers and forbidden nulls."""
        renamed, not_null = self._renamed, self._not_null if is_request else frozenset()
        result: dict[str, Any] = {}
        for name, value in values_of(self).items():
            if name != _MORE and (value is not None or name not in not_null):
                result[renamed.get(name, name)] = to_wire(value, is_request=is_request)
        for name, value in self._more(is_request=is_request).items():
            result.setdefault(name, to_wire(value, is_request=is_request))
        return result

    def _more(self, *, is_request: bool) -> dict[str, Any]:
        """Return what is written beside the fields."""
        kept: dict[str, Any] = self.__dict__.get(_MORE, _NONE)
        if not is_request or not isinstance(kept, Unknown):
            return kept
        return {name: value for name, value in kept.items() if name in wire_names(self)}

    if not TYPE_CHECKING:  # type checkers know every attribute

        def __getattr__(self, name: str) -> Any:
            """Read what is not there as None; make the dict of unknown fields when asked for it.

            `attrs.evolve` gets the default of the constructor instead, so that what is absent stays
            absent in the copy.
            """
            if name in self._known:
                return UNSET if sys._getframe(1).f_code is _EVOLVE else None
            if name != _MORE:
                ours = _OURS.get(name) or (_ALL if name in _NEXT else "")
                hint = f"; here it is {ours}" if ours else ""
                said = f"{type(self).__name__!r} object has no attribute {name!r}{hint}"
                raise AttributeError(said, name=name, obj=self)
            return self.__dict__.setdefault(name, {})

        @classmethod
        def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
            """Let fields of pydantic's models hold this one; only pydantic calls this."""
            from .pydantic_fields import schema_of

            return schema_of(cls)

        @classmethod
        def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, Any]:
            """Describe this one in schemas of pydantic's models, and so in those of FastAPI."""
            from .pydantic_fields import json_schema_of

            return json_schema_of(cls)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = values_of(self), values_of(other)
        if len(mine) != len(theirs):  # one of them has been asked for its unknown fields
            mine, theirs = _stated(mine), _stated(theirs)
        return mine == theirs

    __hash__ = None  # type: ignore[assignment]  # lists inside, as with every mutable value

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in _stated(values_of(self)).items()]
        return f"{type(self).__name__}({', '.join(parts)})"


def values_of(model: Model) -> dict[str, Any]:
    """Return what a model holds, by the names of its fields, its times parsed."""
    values = model.__dict__
    for name, parse in model._times.items():
        _read_time(model, name, parse)
    return values


def _read_time(model: Model, name: str, parse: Callable[[str], object]) -> object:
    """Return a time, parsed now if its text is still there; None when it is none or is not there.

    A model that its constructor made is told by its `additional_properties`, which are a plain dict
    from the start: what its maker gave stays as it was given.
    """
    values = model.__dict__
    value = values.get(name)
    if value is None or isinstance(value, date) or type(values.get(_MORE)) is dict:
        return value
    try:
        time = values[name] = parse(value)
    except (ValueError, TypeError):
        set_aside(values, name, model._renamed.get(name, name))
        return None
    return time


def known_fields(model: Model) -> frozenset[str]:
    """Return the names of the fields that the document gives a model."""
    return model._known


def wire_names(model: Model) -> set[str]:
    """Return the same as the wire spells them."""
    return {model._renamed.get(name, name) for name in model._known}


def _fresh(value: Any) -> Any:
    """Return a JSON value whose objects and arrays are nobody else's."""
    if type(value) is dict:
        return {key: _fresh(item) for key, item in value.items()}
    return [_fresh(item) for item in value] if type(value) is list else value


def _stated(values: dict[str, Any]) -> dict[str, Any]:
    """Return a model's values without an empty dict of unknown fields."""
    return {name: value for name, value in values.items() if value or name != _MORE}


# Reading makes an object and hands it the dict of the JSON object at once, past __init__ and past
# the guard that keeps models frozen. Measured against slots that are filled one by one it is as
# fast for a document of 21 fields, and models stay frozen.
new: Final = object.__new__
fill: Final = Model.__dict__["__dict__"].__set__


def unknown(fields: dict[str, Any], known: frozenset[str]) -> Unknown:
    """Take the fields that the document does not know out of `fields` and return them."""
    return Unknown({name: fields.pop(name) for name in list(fields) if name not in known})


def set_aside(fields: dict[str, Any], name: str, wire: str) -> None:
    """Move what holds a time that cannot be read to the unknown fields, by its name on the wire."""
    kept = fields.setdefault(_MORE, Unknown())
    if name in fields:
        kept[wire] = fields.pop(name)


class Readers(dict[str, Reader]):
    """Readers of other models, each imported when an answer first needs it.

    `places` maps a name to `module:Class` within the package of models, or to `module:function`.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        super().__init__()
        self._places = places

    def __missing__(self, name: str) -> Reader:
        place = self._places.get(name)
        if place is None:
            return _keep
        found = load(_MODELS, place)
        reader: Reader = getattr(found, "_read", found)
        self[name] = reader
        return reader


class Members:
    """The members of a union: the tag decides which one reads an object.

    An object whose tag no member has stays a dict. One without the tag (or a union without any)
    goes to the member with the most required fields among those whose required fields it has;
    members that do not require the tag come first.
    """

    def __init__(
        self,
        tag: str | None,
        table: Mapping[str, str],
        required: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._tag = tag
        self._tagged = Readers(table)
        self._places = Readers({place: place for place in required})
        ordered = sorted(required.items(), key=lambda item: (tag in item[1], -len(item[1])))
        self._candidates = [(place, set(names) - {tag}) for place, names in ordered]

        self.read: Reader = self._guess if tag is None else self._reader(tag)
        """Returns the model of an object, or the object itself when no member fits."""

    def _reader(self, name: str) -> Reader:
        """Return what reads by the tag: a closure, since answers hold hundreds of members."""
        known: dict[str, Reader] = {}

        def read(value: dict[str, Any]) -> Any:
            try:
                reader = known[value[name]]
            except (KeyError, TypeError):
                return self._learn(value, name, known)
            return reader(value)

        return read

    def _learn(self, value: dict[str, Any], name: str, known: dict[str, Reader]) -> Any:
        """Return the model of an object whose tag came for the first time, or is none at all."""
        tag = value.get(name)
        if type(tag) is not str:
            return self._guess(value) if tag is None else value
        reader = self._tagged[tag]
        if tag in self._tagged:
            known[tag] = reader
        return reader(value)

    def _guess(self, value: dict[str, Any]) -> Any:
        """Return the model of an object without a tag."""
        for place, names in self._candidates:
            if names <= value.keys():
                return self._places[place](value)
        return value

    def union(self) -> Any:
        """Return the union of the members' classes, which imports them all."""
        return reduce(or_, (load(_MODELS, place) for place, _ in self._candidates))


class _Field:
    """A field that is read through its class, though its value stays where all values are."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, model: Model | None, owner: type[Model]) -> Any:
        if model is None:
            return self
        values = values_of(model)
        if self._name in values:
            return values[self._name]
        raise AttributeError(self._name)  # Model.__getattr__ knows what is read instead

    def __set__(self, model: Model, value: object) -> None:
        model.__dict__[self._name] = value


class _Time(_Field):
    """A time that is parsed when it is first read."""

    def __init__(self, name: str, parse: Callable[[str], object]) -> None:
        super().__init__(name)
        self._parse = parse

    def __get__(self, model: Model | None, owner: type[Model]) -> Any:
        value = None if model is None else _read_time(model, self._name, self._parse)
        return super().__get__(model, owner) if value is None else value


class _Deprecated(_Field):
    """A field that warns when it is first read."""

    def __init__(self, owner: str, name: str, message: str) -> None:
        super().__init__(name)
        self._owner = owner
        self._message = message

    def __get__(self, model: Model | None, owner: type[Model]) -> Any:
        if model is not None:
            caller = sys._getframe(1).f_globals.get("__name__", "")
            if not caller.startswith("attr."):  # `evolve` reads all
                warn_once(f"{self._owner}.{self._name}", self._message)
        return super().__get__(model, owner)


def read_late(owner: type[Model], /, **times: Callable[[str], object]) -> None:
    """Let each time of a model be parsed when it is first read: most are never looked at.

    One that cannot be read moves to the unknown fields, so those are read through the class too.
    """
    owner._times = times
    for name, parse in times.items():
        setattr(owner, name, _Time(name, parse))
    setattr(owner, _MORE, _Field(_MORE))


def deprecate(owner: type[Model], fields: Mapping[str, str]) -> None:
    """Let fields of a model warn when they are read; each comes with what to do instead."""
    for name, message in fields.items():
        setattr(owner, name, _Deprecated(owner.__name__, name, message))


def find_missing(value: object, path: str = "") -> Iterator[str]:
    """Yield the dotted path of every required field that is missing in a value or inside it."""
    if isinstance(value, Model):
        for name in value.missing_fields:
            yield f"{path}{name}"
        for name, inner in value.__dict__.items():
            yield from find_missing(inner, f"{path}{name}.")
    elif type(value) is list:
        for index, item in enumerate(value):
            yield from find_missing(item, f"{path}{index}.")
    elif type(value) is dict:
        for key, item in value.items():
            yield from find_missing(item, f"{path}{key}.")


def load(package: str, place: str) -> Any:
    """Return the object at `module:name` within a package."""
    module, name = place.split(":")
    return getattr(import_module(f"{package}.{module}"), name)


def lazy_names(package: str, places: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a module's `__getattr__` and `__dir__`: a name is imported when it is first asked for.

    `places` holds `name:module` for each, with blanks between them: one text is loaded faster than
    a dict, and most programs ask for none of them.
    """

    @cache
    def known() -> dict[str, str]:
        pairs = (place.partition(":") for place in places.split())
        return {name: module for name, _, module in pairs}

    def find(name: str) -> Any:
        if name == "__all__":
            return list(known())
        module = known().get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return load(package, f"{module}:{name}")

    return find, lambda: list(known())


def _keep(value: dict[str, Any]) -> Any:
    """Return an object that nothing reads as it came."""
    return value


_warned: Final[set[tuple[str, str]]] = set()


def warn_once(subject: str, message: str) -> None:
    """Warn that something is deprecated and what to do instead, once in a process.

    The warning points at the nearest line that belongs neither to the client nor to the generated
    code. A filter that makes it an error makes it one every time.
    """
    if (subject, message) in _warned:
        return
    import sys
    import warnings

    ours = (__name__.rpartition(".")[0], "mistral_client")
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(ours):
        frame = frame.f_back
    warnings.warn_explicit(
        f"{subject} is deprecated. {message}",
        DeprecationWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
    )
    _warned.add((subject, message))
