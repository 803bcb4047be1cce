"""Live objects that probes aim at: path ids of things that this run created, or ids of nothing.

An object that a probe has deleted is made anew when next needed, so that every valid request can
succeed and nothing that the run did not create is ever touched.
"""

from __future__ import annotations

import uuid
from fnmatch import fnmatchcase
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.groups import load_groups
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.creations import load_kinds
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


ALIASES = {"model": "model_id"}
ABILITIES = {"model": "chat", "model_id": "chat", "embedding_model": "embeddings"}
"""What `--model ABILITY=NAME` calls the models of words whose name does not tell it."""
ANY = "*"
CHATS = {"capabilities.completion_chat": True}


@frozen
class Target:
    """Where an id comes from: the place in the answer to an operation's sample, see `groups`."""

    operation: str
    at: str
    where: dict[str, Any] = field(factory=dict)
    sample: dict[str, Any] = field(factory=dict)
    after_s: float = 0


@cache
def load_targets() -> dict[str, Target]:
    """The targets of all groups, by path parameter or word."""
    return {
        name: Target(**each)
        for group in load_groups()
        for name, each in group.get("targets", {}).items()
    }


class Targets:
    """The path ids and looked-up words of one run, made on demand and kept until its end."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ids: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        self._uses: dict[str, set[str]] = {}
        self._being_made: list[str] = []
        self._makers: dict[str, Callable[[], str]] = {
            "library_id": self._library,
            "document_id": self._document,
            "file_id": self._file,
            "model_id": self._model,
        }

    def serve(self, context: Context) -> Targets:
        """These targets, recording for the rule that now runs."""
        self._context = context
        return self

    def ids(self, operation: Operation) -> dict[str, str]:
        """Ids of living objects for an operation's path.

        Raises:
            Unjudged: the server did not make one.
            Skipped: there is no such object, or no way to make one.

        """
        words = _words(operation)
        return {name: self._resolve(word) for name, word in words.items()}

    def sample(self, operation: Operation) -> Sample | None:
        """The operation's plainest request, None when path ids are all it needs.

        Raises:
            Skipped: it needs an identity that the run does not have.

        """
        sample = load_samples().get(operation.id)
        return sample and sample.filled(self.lookup, self._context.marker)

    def lookup(self, word: str) -> str:
        """What a `$word` of the samples stands for.

        Raises:
            Skipped: the run does not know it.

        """
        named = self._context.session.models.get(ABILITIES.get(word, word.removesuffix("_model")))
        if named:
            return named
        word = ALIASES.get(word, word)
        if word in self._makers or word in load_targets():
            return self._living(word)
        name, _, fact = word.partition(".")
        return self._context.identity(name).known(fact)

    def send_sample(self, operation: Operation) -> Exchange:
        """Send the plainest request, after the one that it builds on.

        Raises:
            Skipped: see `ids` and `sample`.
            Unjudged: see `ids`.

        """
        sample = self.sample(operation)
        if sample and sample.before:
            self.send_sample(self._context.document.operations[sample.before])
        return self.send(operation, lambda: self.plain(operation))

    def plain(self, operation: Operation) -> Message:
        """The plainest request as a message, at objects that are there now.

        Raises:
            Skipped: see `ids` and `sample`.
            Unjudged: see `ids`.

        """
        self.ids(operation)  # first: what the sample names may belong to them
        return self.message(operation, self.sample(operation))

    def send(self, operation: Operation, make: Callable[[], Message]) -> Exchange:
        """Send a message; when its object is gone (404), once more at a new one.

        An earlier probe may rightly have ended an object, such as by an expiry in the past.
        """
        exchange = self._context.api.try_send(make(), operation.id)
        if exchange.status != 404 or not operation.path_ids:
            return exchange
        self.forget(operation)
        return self._context.api.try_send(make(), operation.id)

    def message(self, operation: Operation, sample: Sample | None, url: str = "") -> Message:
        """The plainest request as a message; at the targets' ids unless a URL is given."""
        url = url or operation.url(self.ids(operation))
        if sample is None:
            return Message(operation.method, url)
        query = list(sample.query.items()) or None
        body = UNSET if sample.body is None else sample.body
        return Message(operation.method, url, query=query, json=body, files=sample.parts)

    def forget(self, operation: Operation) -> None:
        """Aim at new objects from now on: the operation's present ones turned out to be gone."""
        for word in _words(operation).values():
            self._drop(word.removeprefix("$"))

    def _drop(self, name: str) -> None:
        """Forget an id, and the ids of what was made with it: an entry of a gone conversation."""
        self._ids.pop(name, None)
        for other in [each for each, used in self._uses.items() if name in used]:
            if other in self._ids:
                self._drop(other)

    def _living(self, name: str) -> str:
        if self._being_made:
            self._uses.setdefault(self._being_made[-1], set()).add(name)
        if name in self._paths and not self._context.session.creations.holds(self._paths[name]):
            self._drop(name)
        if name not in self._ids:
            make = self._makers.get(name) or self._find_maker(name)
            self._being_made.append(name)
            try:
                with self._context.session.creations.keep():
                    self._ids[name] = make()
            finally:
                self._being_made.pop()
        return self._ids[name]

    def _resolve(self, word: str) -> str:
        return self.lookup(word.removeprefix("$")) if word.startswith("$") else word

    def _find_maker(self, name: str) -> Callable[[], str]:
        target = load_targets().get(name)
        if target is None:
            raise Skipped(f"the suite knows no object for the path parameter {name!r}")
        return partial(self._make, name, target)

    def _make(self, name: str, target: Target) -> str:
        """Send the sample of the target's operation and take the id from the answer.

        Raises:
            Unjudged: the server refuses.
            Skipped: the answer lists nothing.

        """
        operation = self._context.document.operations[target.operation]
        exchange = self._context.need(self._send_target(operation, target), 200, 201, 202)
        found = take(exchange.json(), target)
        for kind in load_kinds().get(target.operation, ())[:1]:
            delete = self._context.document.operations[kind.delete]
            known = {each: self._ids.get(each, "") for each in delete.path_ids}
            known |= {each: str(exchange[source]) for each, source in kind.ids.items()}
            self._paths[name] = delete.url(known)
        return str(found)

    def _send_target(self, operation: Operation, target: Target) -> Exchange:
        own = Sample(**target.sample).filled(self.lookup, self._context.marker)
        sample = own if target.sample else self.sample(operation)
        if sample and sample.before:
            self.send_sample(self._context.document.operations[sample.before])
        ids = {**_words(operation), **own.ids}
        url = operation.url({name: self._resolve(ids[name]) for name in operation.path_ids})
        if target.after_s:
            self._context.clock.advance(target.after_s)
        return self._context.api.try_send(self.message(operation, sample, url), operation.id)

    def _library(self) -> str:
        made = self._context.create_library(name="probed library")
        return self._remember("library_id", str(made["id"]), "beta.libraries.delete")

    def _document(self) -> str:
        library_id = self._living("library_id")
        made = self._context.upload(library_id, name="probed.txt")
        self._context.wait_processed(library_id, str(made["id"]))
        return self._remember("document_id", str(made["id"]), "beta.libraries.documents.delete")

    def _file(self) -> str:
        upload = self._context.document.operations["files.upload"]
        made = self._context.need(self.send_sample(upload), 200, 201)
        return self._remember("file_id", str(made["id"]), "files.delete")

    def _model(self) -> str:
        listed = self._context.need(self._context.api.call("models.list"), 200)
        models = [each for each in listed["data"] if isinstance(each, dict) and "id" in each]
        if not models:
            raise Skipped("the server lists no model: name one, --model chat=NAME")
        return str(next((each for each in models if _fits(each, CHATS)), models[0])["id"])

    def _remember(self, name: str, value: str, delete: str) -> str:
        operation = self._context.document.operations[delete]
        known = {each: self._ids.get(each, "") for each in operation.path_ids}
        self._paths[name] = operation.url({**known, name: value})
        return value


def take(answer: object, target: Target) -> object:
    """What stands at the target's place in an answer.

    Raises:
        Skipped: nothing stands there.

    """
    found: Any = answer
    try:
        for step in target.at.split(".") if target.at else ():
            if step == ANY:
                found = next(each for each in found if _fits(each, target.where))
            else:
                found = found[int(step)] if isinstance(found, list) else found[step]
    except (IndexError, KeyError, TypeError, StopIteration):
        found = None
    if found is None:
        raise Skipped(f"{target.operation} answers with nothing that fits at {target.at!r}")
    return found


def _fits(item: object, where: dict[str, Any]) -> bool:
    for path, wanted in where.items():
        found: Any = item
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        same = isinstance(found, str) and isinstance(wanted, str) and fnmatchcase(found, wanted)
        if found != wanted and not same:
            return False
    return True


def _words(operation: Operation) -> dict[str, str]:
    """What stands for each path id: a word with a dollar sign, or the id itself."""
    sample = load_samples().get(operation.id)
    named = sample.ids if sample else {}
    return {name: named.get(name, f"${name}") for name in operation.path_ids}


def nothing(name: str) -> str:
    """An id that belongs to no object, the same one for the same name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"conformance:{name}"))


def unowned_ids(operation: Operation) -> dict[str, str]:
    """Path ids of objects that do not exist."""
    return {name: nothing(name) for name in operation.path_ids}


def targets_of(context: Context) -> Targets:
    """The run's targets, recording for the rule that now runs."""
    memory = context.session.memory
    found: Targets = memory.setdefault(Targets, Targets(context))
    return found.serve(context)
