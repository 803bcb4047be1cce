"""Everything that a run created and has not deleted yet, and how to delete it.

Any 2xx answer to a creating operation is noted, whoever sent the request; a 2xx answer to a DELETE
crosses off its object with all that lies below it. An answer that only tells what an object has
made is noted where the run created that object: what others have made is theirs. The data are in
`groups`.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from attrs import evolve, field, frozen

from mistral_conformance.groups import load_groups
from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.model.schemas import answer_schema
from mistral_conformance.record.events import EVENT_STREAM
from mistral_conformance.record.exchange import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.model import Resource
    from mistral_conformance.model.document import Document
    from mistral_conformance.record.exchange import Exchange

    Delete = Callable[["Made"], Exchange]
    AtRest = Callable[["Made"], bool]
    Remember = Callable[["Made"], object]
    Forget = Callable[[str], object]

ID_LIMIT = 512
UNSENT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""What servers and proxies refuse in a path however it is spelled."""
GONE = frozenset({404, 410})
ENDED = GONE | {400, 409, 422}
"""What servers refuse to do with: what is not there, and what is at its end."""


@frozen
class Kind:
    """How one operation creates and another deletes, see `groups`."""

    operation: str
    delete: str
    ids: dict[str, str]
    list: str = ""
    items: str = ""
    name: str = ""
    look: str = ""
    mark: str = ""
    """The field of names and values that carries the marker where a request sends none."""


@frozen
class Made:
    """One object that the run created: by whom, and the operation and ids that delete it."""

    identity: str
    delete: str
    path: str
    ids: dict[str, str] = field(hash=False)
    kept: bool = False
    look: str = ""
    """The operation that tells what the object has made meanwhile, such as a job's results."""


@frozen
class Leftover:
    """An object that the run could not delete, and why."""

    made: Made
    reason: str


@cache
def load_kinds() -> dict[str, tuple[Kind, ...]]:
    """Return the kinds by creating operation; one operation may create several objects.

    What no group tells of follows from the document: whatever can be made is deleted again.
    """
    kinds = [Kind(**each) for group in load_groups() for each in group.get("creation", ())]
    told = {each.operation for each in kinds}
    rest = [each for each in load_model().resources.values() if each.create not in told]
    kinds += filter(None, (_kind_of(load_document(), each) for each in rest))
    operations = dict.fromkeys(each.operation for each in kinds)
    return {one: tuple(each for each in kinds if each.operation == one) for one in operations}


def _kind_of(document: Document, resource: Resource) -> Kind | None:
    """Return how a resource is created and deleted, None where it goes along or tells no id."""
    if not (resource.create and resource.delete and resource.parameter) or resource.parent:
        return None
    schema, _ = answer_schema(document.operations[resource.create], document)
    shown = document.resolve(schema or {}).get("properties", {})
    keys = (resource.key[0], resource.parameter, resource.parameter.rpartition("_")[2])
    key = next((each for each in keys if each in shown), None)
    return Kind(resource.create, resource.delete, {resource.parameter: key}) if key else None


def _forget(_what: object) -> None:
    """For a run that keeps no ledger."""


class Creations:
    """The objects of one run, by the path that deletes them, oldest first.

    `remember` is told of each object that is noted, `forget` of each path that is crossed off.
    """

    def __init__(
        self,
        document: Document,
        base_path: str,
        remember: Remember = _forget,
        forget: Forget = _forget,
    ) -> None:
        self.noted = 0
        self._undeletable: dict[str, Leftover] = {}
        """What is at its end and stays, since no operation deletes it, by its own path."""
        self._remember = remember
        self._forget = forget
        self._document = document
        self._base_path = base_path
        self._made: dict[str, Made] = {}
        self._makers: set[tuple[str, str]] = set()
        """The operations and paths that tell what objects of the run have made, also afterwards."""
        self._keeping = False

    def __len__(self) -> int:
        return len(self._made)

    def holds(self, path: str) -> bool:
        """Say whether the object that a DELETE of this path would delete is still there."""
        return path in self._made

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Let what is created inside outlive its rule; it is deleted at the end of the run."""
        before, self._keeping = self._keeping, True
        try:
            yield
        finally:
            self._keeping = before

    def see(self, exchange: Exchange) -> None:
        """Note what an exchange created or deleted."""
        if not exchange.ok:
            return
        if exchange.method == "DELETE":
            self._cross_off(self._path(exchange))
        if exchange.method == "GET" and not self._tells_of_own(exchange):
            return
        exchange = evolve(exchange, form=None)  # what is wrong elsewhere must not leave it behind
        for kind in load_kinds().get(exchange.operation, ()):
            self._note(kind, evolve(exchange, form=None))  # made is made, however it is told

    def _tells_of_own(self, exchange: Exchange) -> bool:
        """Say whether a reading is one of an object that the run created."""
        return (exchange.operation, _folded(self._path(exchange))) in self._makers

    def sweep(self, delete: Delete, at_rest: AtRest, *, everything: bool) -> list[Leftover]:
        """Delete what was created, newest first; the kept ones only when asked for everything.

        What makes other objects by itself is looked at before, so that these are known too; while
        it is still at work it stays, unless asked for everything. Objects below another one that
        is deleted too go with it. What could not be deleted stays noted and is returned.
        """
        makers = [
            each for each in self._made.values() if each.look and (everything or not each.kept)
        ]
        at_work = {made.path for made in makers if not at_rest(made)}
        doomed = [
            each
            for each in self._made.values()
            if everything or not (each.kept or each.path in at_work)
        ]
        tops = [each for each in doomed if not _below_another(each, doomed)]
        leftovers = []
        for made in reversed(tops):
            exchange = delete(made)
            if exchange.ok or exchange.status in self._gone(made):
                self._note_undeletable(made, exchange)
                self._cross_off(made.path)
            else:
                leftovers.append(Leftover(made, exchange.failure or f"status {exchange.status}"))
        return leftovers

    @property
    def undeletable(self) -> list[Leftover]:
        """What is at its end and stays, since no operation deletes it."""
        return list(self._undeletable.values())

    def _note_undeletable(self, made: Made, exchange: Exchange) -> None:
        """Note what was only brought to its end, unless it is not there any more."""
        operation = self._document.operations[made.delete]
        if operation.method != "DELETE" and exchange.status not in GONE:
            path = made.path.removesuffix(operation.path.rpartition("}")[2])
            self._undeletable[path] = Leftover(evolve(made, path=path), "no operation deletes it")

    def _gone(self, made: Made) -> frozenset[int]:
        """Return the statuses that tell that there is nothing to delete, or to stop, any more."""
        is_deletion = self._document.operations[made.delete].method == "DELETE"
        return GONE if is_deletion else ENDED

    def left(self, reason: str) -> list[Leftover]:
        """Return what is still there, with a reason for all."""
        return [Leftover(each, reason) for each in self._made.values()]

    def adopt(self, kind: Kind, identity: str, item: dict[str, Any]) -> None:
        """Note a listed object that the run created without seeing the answer."""
        ids = {name: _id(item.get(source)) for name, source in kind.ids.items()}
        if not all(ids.values()):
            return
        path = self._document.operations[kind.delete].url(ids)
        self.restore(Made(identity, kind.delete, path, ids, look=kind.look))

    def restore(self, made: Made) -> None:
        """Note an object that is known from elsewhere, such as the ledger of a run that broke."""
        if made.look:
            url = self._document.operations[made.look].url(made.ids)
            self._makers.add((made.look, _folded(url)))
        if made.path not in self._made:
            self.noted += 1
            self._made[made.path] = made
            self._remember(made)

    def _note(self, kind: Kind, exchange: Exchange) -> None:
        ids = self._path_ids(exchange)
        try:
            told = _first_told(exchange, kind) or exchange
            ids |= {name: _id(told[source]) for name, source in kind.ids.items()}
        except Signal:
            return  # an answer without an id is a rule's business; the marked name still finds it
        if not all(ids.values()):
            return
        path = self._document.operations[kind.delete].url(ids)
        made = Made(exchange.identity, kind.delete, path, ids, self._keeping, kind.look)
        self.restore(made)

    def _path_ids(self, exchange: Exchange) -> dict[str, str]:
        template = self._document.operations[exchange.operation].path
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template))
        match = re.fullmatch(pattern, self._path(exchange))
        return {name: unquote(value) for name, value in match.groupdict().items()} if match else {}

    def _path(self, exchange: Exchange) -> str:
        return urlsplit(exchange.url).path.removeprefix(self._base_path)

    def _cross_off(self, path: str) -> None:
        self._forget(path)
        self._made = {
            each: made
            for each, made in self._made.items()
            if each != path and not each.startswith(path + "/")
        }


def _folded(path: str) -> str:
    """Return a path in one spelling; ids may be sent in capitals and with escapes."""
    return unquote(path).casefold()


def _first_told(exchange: Exchange, kind: Kind) -> dict[str, Any] | None:
    """Return what the first event of a stream that names the object says, or None."""
    if exchange.media_type != EVENT_STREAM:
        return None
    for event in exchange.events:
        with suppress(Signal):
            found = event.json()
            if isinstance(found, dict) and found.keys() >= set(kind.ids.values()):
                return found
    return None


def _id(value: object) -> str:
    """Return the value as part of a path; empty when no path can carry it."""
    if not isinstance(value, str | int):
        return ""
    text = str(value)
    sound = len(text) <= ID_LIMIT and not UNSENT.search(text) and text not in {".", ".."}
    return text if sound else ""


def _below_another(made: Made, others: list[Made]) -> bool:
    return any(made.path.startswith(each.path + "/") for each in others)
