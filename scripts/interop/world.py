"""The mock's world that client libraries are called against, and the arguments for their calls.

The world holds one of everything that a request can make, grown up: documents are read, jobs have
ended, events have come. Arguments are the suite's samples and those of `calls.toml`. Each call gets
objects of its own, so that no call meets what another one has deleted or ended.
"""

from __future__ import annotations

import random
import tomllib
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_conformance.context import Context
from mistral_conformance.document import load_document
from mistral_conformance.identities import CALLER
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.plan import profile_operations
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.targets import Targets
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.document import Operation
    from mistral_conformance.session import Session

CALLS = Path(__file__).with_name("calls.toml")
MANUAL = Settings(clock="manual")
GROWING_S = 7200.0
"""How long the world grows before it is called, in seconds of its own clock."""
JSON, FORM = "application/json", "multipart/form-data"
READERS = {"integer": int, "number": float, "boolean": lambda text: text == "true"}


@frozen
class FilePart:
    """A file that a call uploads."""

    name: str
    content: bytes


@frozen
class CallOf:
    """A call of one operation: with the suite's sample, or with another one under a name."""

    operation: Operation
    about: str = ""
    sample: Sample | None = None

    @property
    def id(self) -> str:
        """A name for the call that no other has."""
        return f"{self.operation.id} {self.about}".rstrip()


@cache
def seed_operations() -> tuple[Operation, ...]:
    """The operations of the profile `seed`, in the order of the document."""
    document = load_document()
    return tuple(document.operations[each] for each in profile_operations(document, "seed"))


@cache
def all_calls() -> tuple[CallOf, ...]:
    """The calls that are made: each operation's plainest one, then those of `calls.toml`."""
    plain = {each.id: [CallOf(each, "", load_samples().get(each.id))] for each in seed_operations()}
    for row in rows("call"):
        known = plain[row.pop("operation")]
        about = row.pop("about")
        sample = evolve(known[0].sample or Sample(), **row)
        known.append(evolve(known[0], about=about, sample=sample))
    return tuple(each for calls in plain.values() for each in calls)


def rows(kind: str) -> list[dict[str, Any]]:
    """The rows of one kind of `calls.toml`."""
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
        """The call's arguments by name, with ids of objects that were made for it alone.

        Raises:
            Unjudged: the mock refuses to make one.

        """
        targets = self.fresh_targets()
        sample, ids = self.resolve(targets, call.operation, call.sample or Sample())
        query = {name: read(call.operation, name, text) for name, text in sample.query.items()}
        form: dict[str, Any] = dict(sample.form)
        if sample.parts and sample.file:
            name, content, *_ = sample.parts["file"]
            form["file"] = FilePart(str(name), content)
        return {**ids, **query, **(sample.body or {}), **form}

    def make(self, row: dict[str, Any]) -> None:
        """Make a thing and remember it by its name."""
        name, at = row.pop("name"), row.pop("at")
        targets = self.fresh_targets()
        context = targets.context
        operation = context.document.operations[row.pop("operation")]
        sample, ids = self.resolve(targets, operation, Sample(**row))
        message = targets.message(operation, sample, operation.url(ids))
        exchange = context.need(context.api.try_send(message, operation.id), 200, 201)
        self.words[name] = str(exchange[at])

    def resolve(
        self, targets: Targets, operation: Operation, sample: Sample
    ) -> tuple[Sample, dict[str, str]]:
        """The sample with its words looked up, and the operation's path ids."""
        document = load_document()
        if sample.before:
            targets.send_sample(document.operations[sample.before])
def read(operation: Operation, name: str, text: str) -> Any:  # noqa: ANN401 - any kind of value
    """The value of a query parameter that is written as text."""
    schemas = [each["schema"] for each in operation.parameters if each["name"] == name]
    kinds = {part.get("type") for each in schemas for part in [each, *each.get("anyOf", [])]}
    reader = next((READERS[kind] for kind in READERS if kind in kinds), str)
    return text if "string" in kinds else reader(text)


@contextmanager
def prepared_world() -> Iterator[World]:
    """A world of its own on a mock in this process, with a clock that stands still."""
    with mock_session(settings=MANUAL) as session:
        context = Context(session, random.Random(0))  # noqa: S311 - for the same values again
        targets = Targets(context)
        for operation in seed_operations():
            if operation.method == "POST":
                targets.ids(operation)
                targets.send_sample(operation)
        context.pass_time(GROWING_S)
        yield World(session)
