"""The mock's world that client libraries are called against, and the arguments for their calls.

The world holds one of everything that a request can make, grown up: documents are read, jobs have
ended, events have come. Arguments are the suite's samples and those of `calls.toml`. Each call gets
objects of its own, so that none meets what another one has deleted or ended.
"""

from __future__ import annotations

import random
import tomllib
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session, silence
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import Targets
from mistral_conformance.running.plan import profile_operations
from mistral_conformance.session.context import Context
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.markers import Marker
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Operation
    from mistral_conformance.session.session import Session

CALLS = Path(__file__).with_name("calls.toml")
MANUAL = Settings(clock="manual")
GROWING_S = 7200.0
"""How long the world grows before it is called, in seconds of its own clock."""


@frozen
class FilePart:
    """A file that a call uploads."""

    name: str
    content: bytes


@frozen
class CallOf:
    """A call of one operation, and what is special about it; nothing about the plainest one."""

    operation: Operation
    about: str
    sample: Sample

    @property
    def id(self) -> str:
        """A name for the call that no other has."""
        return f"{self.operation.id} {self.about}".rstrip()


@cache
def seed_operations() -> tuple[Operation, ...]:
    """Return the operations of the profile `seed`, in the order of the document."""
    document = load_document()
    return tuple(document.operations[each] for each in profile_operations(document, "seed"))


@cache
def all_calls() -> tuple[CallOf, ...]:
    """Return the calls that are made: each operation's plainest one, then those of `calls.toml`."""
    samples = load_samples()
    plain = {
        each.id: [CallOf(each, "", samples.get(each.id, Sample()))] for each in seed_operations()
    }
    for row in rows("call"):
        calls = plain[row.pop("operation")]
        about = row.pop("about")
        calls.append(evolve(calls[0], about=about, sample=evolve(calls[0].sample, **row)))
    return tuple(each for calls in plain.values() for each in calls)


def rows(kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind of `calls.toml`."""
    found: list[dict[str, Any]] = tomllib.loads(CALLS.read_text("utf-8"))[kind]
    return found


@define
class World:
    """A mock with something of everything in it. `words` are the ids of things by name."""

    session: Session
    words: dict[str, str] = field(factory=dict)
    turns: Iterator[int] = field(factory=count)

    @property
    def base_url(self) -> str:
        """Where the mock listens."""
        return self.session.wire.base_url

    @property
    def key(self) -> str:
        """The key of whoever made the world: an administrator of its organisation."""
        return self.session.identities[CALLER].key

    def arguments(self, call: CallOf) -> dict[str, Any]:
        """Return the call's arguments by name, with ids of objects that were made for it alone.

        Raises:
            Unjudged: the mock refuses to make one.

        """
        sample, ids = self._resolve(self._targets(), call.operation, call.sample)
        query = {name: read(call.operation, name, text) for name, text in sample.query.items()}
        named = {
            argument_name(call.operation, key): each for key, each in (sample.body or {}).items()
        }
        return {**ids, **query, **named, **sample.form, **file_of(sample)}

    def grow(self) -> None:
        """Make one of everything and all things of `calls.toml`, and let time pass."""
        targets = self._targets()
        for operation in seed_operations():
            if operation.method == "POST":
                targets.ids(operation)
                targets.send_sample(operation)
        for row in rows("thing"):
            self._make(row)
        self._context().pass_time(GROWING_S)

    def _make(self, row: dict[str, Any]) -> None:
        name, at = row.pop("name"), row.pop("at")
        operation = load_document().operations[row.pop("operation")]
        targets = self._targets()
        sample, ids = self._resolve(targets, operation, Sample(**row))
        message = targets.message(operation, sample, operation.url(ids))
        context = self._context()
        exchange = context.need(context.api.try_send(message, operation.id))
        self.words[name] = str(exchange[at])

    def _resolve(
        self, targets: Targets, operation: Operation, sample: Sample
    ) -> tuple[Sample, dict[str, str]]:
        """Return the sample with its words looked up, and the operation's path ids."""
        if sample.before:
            targets.send_sample(load_document().operations[sample.before])

        def lookup(word: str) -> str:
            return self.words.get(word) or targets.lookup(word)

        ids: dict[str, str] = {}
        for name in operation.path_ids:
            given = sample.ids.get(name, f"${name}")
            ids[name] = lookup(given[1:]) if given.startswith("$") else given
        return sample.filled(lookup, self.session.marker), ids

    def _targets(self) -> Targets:
        """Return objects made from now on, under names that nothing has yet."""
        self.session.marker = Marker(f"call{next(self.turns):06d}")
        return Targets(self._context())

    def _context(self) -> Context:
        return Context(self.session, random.Random(0))  # noqa: S311 - the same values every time


def read(operation: Operation, name: str, text: str) -> Any:  # noqa: ANN401 - any kind of value
    """Return the value of a query parameter that the samples write as text."""
    schema = next(each["schema"] for each in operation.parameters if each["name"] == name)
    kinds = {part.get("type") for part in [schema, *schema.get("anyOf", ())]}
    if "boolean" in kinds:
        return text == "true"
    return int(text) if "integer" in kinds else text


def argument_name(operation: Operation, name: str) -> str:
    """Return what the document says that clients call a field of the body."""
    document = load_document()
    schema = document.resolve(operation.body_schema("application/json") or {})
    known: dict[str, str] = schema.get("properties", {}).get(name, {})
    return known.get("x-mistral-name", name)


def file_of(sample: Sample) -> dict[str, FilePart]:
    """Return the sample's file as an argument, nothing when it has none."""
    parts = evolve(sample, form={}).parts
    if not parts:
        return {}
    name, content, *_ = parts["file"]
    return {"file": FilePart(str(name), content)}


@contextmanager
def prepared_world() -> Iterator[World]:
    """Give a world of its own on a mock in this process, with a clock that stands still."""
    with silence(), mock_session(settings=MANUAL) as session:
        world = World(session)
        world.grow()
        yield world
