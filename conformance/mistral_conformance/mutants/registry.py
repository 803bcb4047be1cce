"""Seeded defects of the mock: what one is, how it is registered, how it is put in and taken out.

A defect replaces one function or constant of the mock. Its factory gets the healthy one and gives
the replacement:

    @mutant(
        "upload.known-content-is-201", UPLOAD_DOCUMENT, place="resources.libraries.documents:upload"
    )
    def known_content_is_201(upload):
        '''Known content answers 201 like new content.'''
        return answering(upload, status=201)
"""

from __future__ import annotations

import importlib
import tomllib
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_conformance.verdict.registry import import_modules
from mistral_mock import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    Part = Any
    """A function or constant of the mock; defects care for its form themselves."""
    Factory = Callable[[Part], Part]

MOCK = "mistral_mock"
GENERATED = "An operator makes it, as it does wherever it fits."


@frozen
class Mutant:
    """One defect. `place` is `module:name` or `module:Class.name` below the mock's package.

    `operations` are those that it touches: a board judges it by the rules over these alone.
    """

    id: str
    description: str
    operations: tuple[str, ...]
    place: str
    factory: Factory

    @property
    def family(self) -> str:
        """What it is about: most often the rule family that should notice it first."""
        return self.id.partition(".")[0]

    @property
    def likely(self) -> tuple[str, ...]:
        """The families that should notice it first."""
        return (self.family,)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the server as it is: the defect is inside."""
        return app

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the defect into the mock, which inside has it and is healthy again afterwards.

        Raises:
            AttributeError: the mock has no such place any more.

        """
        owner, name = self._find()
        # The class's own dictionary keeps what `getattr` would unwrap, such as a static method.
        healthy = vars(owner)[name] if name in vars(owner) else getattr(owner, name)
        defect = self.factory(healthy)
        setattr(owner, name, defect)
        exchange_registered(healthy, defect)
        try:
            yield
        finally:
            exchange_registered(defect, healthy)
            setattr(owner, name, healthy)

    def _find(self) -> tuple[Any, str]:
        importlib.import_module(f"{MOCK}.resources").load()  # so that none imports the defect
        module, _, path = self.place.partition(":")
        *owners, name = path.split(".")
        owner: Any = importlib.import_module(f"{MOCK}.{module}")
        for each in owners:
            owner = getattr(owner, each)
        getattr(owner, name)
        return owner, name


def exchange_registered(old: Part, new: Part) -> None:
    """Put a function in the place of another one wherever the mock has that registered."""
    for table in (registry.HANDLERS, registry.SERVERS, registry.LISTENERS, registry.READERS):
        for key in [each for each, function in table.items() if function is old]:
            table[key] = new
    for key, keeper in registry.KEEPERS.items():
        if keeper.run is old:
            registry.KEEPERS[key] = evolve(keeper, run=new)
    for key, section in registry.SECTIONS.items():
        if section.load is old:
            registry.SECTIONS[key] = evolve(section, load=new)


_MUTANTS: dict[str, Mutant] = {}


def mutant(id_: str, *operations: str, place: str) -> Callable[[Factory], Factory]:
    """Register the decorated factory as a defect; its docstring says what is wrong then.

    Raises:
        ValueError: the id is taken, or the defect has no description or touches no operation.

    """
    if id_ in _MUTANTS or not operations:
        raise ValueError(f"mutant {id_!r} needs an id of its own and the operations it touches")

    def register(factory: Factory) -> Factory:
        description = (factory.__doc__ or "").strip().partition("\n")[0]
        if not description:
            raise ValueError(f"mutant {id_!r} needs a docstring that says what is wrong")
        _MUTANTS[id_] = Mutant(id_, description, operations, place, factory)
        return factory

    return register


@frozen
class Former:
    """A named defect that is gone: the one in its place `now`, empty where none is, and why."""

    id: str
    now: str
    why: str


@cache
def load_formers() -> tuple[Former, ...]:
    """Return the named defects that are gone, see `former.toml`."""
    text = files("mistral_conformance.mutants").joinpath("former.toml").read_text("utf-8")
    found = tomllib.loads(text)
    generated = (Former(id_, now, GENERATED) for id_, now in found["generated"].items())
    free = (Former(id_, "", each["why"]) for each in found["free"] for id_ in each["of"])
    return (*(Former(**each) for each in found["former"]), *generated, *free)


def load_mutants() -> dict[str, Mutant]:
    """Return all defects by id, in the order of their modules' names."""
    import_modules("mistral_conformance.mutants.defects")
    return dict(_MUTANTS)
