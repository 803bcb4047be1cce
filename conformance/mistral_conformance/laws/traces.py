"""What is left behind: streams are kept and noted like plain answers, exports hold everything."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from mistral_conformance.laws.asking import parse
from mistral_conformance.laws.comparing import is_equal
from mistral_conformance.laws.instance import bare
from mistral_conformance.laws.kept import MAPS, maps
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.links import open_url
from mistral_conformance.laws.reading import values_at
from mistral_conformance.laws.requests import plain_request, send_plain
from mistral_conformance.laws.values import OTHER_LETTERS
from mistral_conformance.laws.walking import walk_list
from mistral_conformance.model.declarations import PAGING
from mistral_conformance.model.lists import read_pages
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import targets_of
from mistral_conformance.record.counting import counted
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import NotOffered, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

T = TypeVar("T")

UNNOTED = "harm: what was asked as a stream is missing where all that was asked is to be found"
LOST = "harm: what an export leaves out is lost"
SOON_S, LOOKS = 2, 5
"""What is noted may come later: so often it is looked for, with so many seconds between."""
EXPORTS = "/exports/"
JSON_LINES = "jsonl"
"""Part of the name of what writes each object into a line of its own."""
MARKED = {**MAPS[1], "none": "", "words": OTHER_LETTERS}
"""What a map holds whose values seem to be nothing."""
MANY = 101
"""More objects than any page has unless more are asked for."""


def _noting(model: Model) -> Iterator[Subject]:
    """Yield each stream with each list its answers add to: by sample, or as what they make."""
    listing = {e.create: e.list for e in model.resources.values() if e.create and e.list}
    for stream in model.streams.values():
        asked = [name for name, each in load_samples().items() if each.before == stream.operation]
        own = listing.get(stream.operation, "")
        for name in (*asked, *([own] if own else ())):
            operation = model.document.operations.get(name)
            if operation and PAGING in operation.item and not operation.path_ids:
                operations = (name, stream.operation)
                yield Subject(name, (stream, name), operations, operations)


@law(id="answers.streams-are-noted-too", over=_noting, source=UNNOTED, harm=True)
def streams_are_noted_too(world: World, stream: StreamView, lister: str) -> None:
    """What keeps or notes plain answers keeps and notes those that are streamed."""
    known, evidence, added = _noted(world, lister), [], []
    for when in ({}, stream.when):
        ids = targets_of(world.ctx).ids(world.document.operations[stream.operation])
        request = plain_request(world, stream.operation)
        request["json"] = {**request["json"], **when}
        answer = world.call(stream.operation, ids, **request)
        if when and 400 <= answer.status < 500:
            raise NotOffered(f"not offered: streaming is refused with {answer.status}", answer)
        evidence.append(world.need(answer))
        added.append(_added_soon(world, lister, known))
        known |= added[-1]
    plain, streamed = map(len, added)
    if not plain:
        raise Skipped(f"a plain answer adds nothing to {lister}")
    said = f"a plain answer adds {plain} to {lister}, a stream adds {streamed}"
    world.expect(streamed, said, *evidence)


def _added_soon(world: World, lister: str, known: set[str]) -> set[str]:
    """Return what is added to what is known, asked for until something is, or long enough."""
    added: set[str] = set()
    for _ in range(LOOKS):
        world.ctx.pass_time(SOON_S)
        added = _noted(world, lister) - known
        if added:
            break
    return added


def _noted(world: World, lister: str) -> set[str]:
    """Return the items of a list, or of a search of everything, as far as they are gone through."""
    spec = world.document.operations[lister]
    view = read_pages(world.document, spec, "a list of what was asked")
    request = plain_request(world, lister)

    def ask(query: Json) -> Exchange:
        return world.call(lister, {}, **{**request, "query": query or None})

    return {json.dumps(each, sort_keys=True) for each in walk_list(view, ask, {}).items}


def _exports(model: Model) -> Iterator[Subject]:
    """Yield each export of an object that can be made, with each child of it that can be made."""
    owners = {each.parameter: each for each in model.resources.values() if each.whole}
    for operation in model.document.operations.values():
        above, is_export, _ = operation.path.partition(EXPORTS)
        owner = owners.get(above.rpartition("{")[2].removesuffix("}"))
        for name in owner.children if owner and is_export and operation.method == "GET" else ():
            child = model.resources[name]
            if owner and child.whole and any(each.kept for each in child.fields.values()):
                needed = (operation.id, owner.create, child.create)
                value = (owner, child, operation.id)
                yield Subject(f"{operation.id} of {name}", value, (operation.id,), needed)


@law(id="views.export-holds-everything", over=_exports, source=LOST, harm=True)
def export_holds_everything(world: World, resource: Resource, child: Resource, view: str) -> None:
    """An export holds all that its objects were made with, and nothing that was deleted."""
    parent = world.make(resource)
    made = [world.make(child, parent=parent) for _ in range(MANY)]
    for field in (each.value[1] for each in maps(world.model) if each.value[0] is child):
        plain = {**(made[0].sent.get(field.name) or {}), **MARKED}
        alike = [{**plain, name: {"inner": world.values.word()}} for name in child.fields]
        for given in (MARKED, *alike):
            with suppress(Signal):  # a server may want something of its own in a map
                made.append(world.make(child, parent=parent, given={field.sent: given}))
    answer, export = _exported(world, view, made[0])
    lines = [parse(line) for line in _lines(export)]
    if JSON_LINES in view:
        objects = sum(isinstance(each, dict) for each in lines)
        said = (
            f"{view} writes "
            f"{counted(len(lines), 'line')}, {objects} of them objects, of {len(made)} things"
        )
        world.expect(objects == len(lines) == len(made), said, answer, export)
        whole = sum(is_equal({**each, **MARKED}, each) for each in _inside(lines, dict))
        marked = len(made) - MANY
        said = f"{view} tells {whole} times {MARKED}, which {marked} of {len(made)} in it hold"
        world.expect(whole >= marked, said, made[-1].made, answer, export)
    told = list(_inside(lines, str))
    due: Counter[str] = Counter()
    for each in made:
        kept = [bare(child, each.made.json()).get(name) for name in each.sent]
        due.update({text for text in _inside(kept, str) if len(text) > 1})
    for text, count in due.items():
        times = max(sum(text in one for one in told), export.text.count(text))
        said = f"{view} tells {times} times {text!r}, which {count} of {len(made)} in it hold"
        world.expect(times >= count, said, made[-1].made, answer, export)
    _expect_changed(world, child, view, made[0])
    if JSON_LINES in view and child.delete:
        deleted = world.need(world.delete(made[-1]))
        _, later = _exported(world, view, made[0])
        count = len(_lines(later))
        said = f"{view} writes {counted(count, 'line')}, of {len(made)} things one was deleted"
        world.expect(count == len(made) - 1, said, deleted, later)


def _expect_changed(world: World, child: Resource, view: str, instance: Instance) -> None:
    """Hold a second export to tell what was changed since the first."""
    for field in (each.value[1] for each in maps(world.model) if each.value[0] is child):
        if field.changed:
            word = world.values.word()
            value = {**(instance.sent.get(field.name) or {}), "changed": word}
            done = world.need(world.change(instance, {field.changed: value}))
            answer, export = _exported(world, view, instance)
            said = f"{view} does not tell what `{field.name}` was changed to"
            world.expect(word in export.text, said, done, answer, export)


def _lines(export: Exchange) -> list[str]:
    """Return the lines of a file in which something stands."""
    return [line for line in export.text.split("\n") if line.strip()]


def _exported(world: World, view: str, instance: Instance) -> tuple[Exchange, Exchange]:
    """Return what an export of what an object is in answers, and what its link leads to."""
    answer = world.need(send_plain(world, view, instance.parent_ids, by=instance.by))
    found = [each for each in _inside(answer.json(), str) if "://" in each]
    export = open_url(world, found[0]) if found else answer
    world.expect(export.ok, f"the URL of an export answers {export.status}", answer, export)
    return answer, export


def _inside(value: Any, kind: type[T]) -> Iterator[T]:  # noqa: ANN401 - JSON
    """Yield all that is of a kind inside a value, itself too."""
    if isinstance(value, kind):
        yield value
    if isinstance(value, dict | list):
        for each in values_at(value, "*") if isinstance(value, list) else value.values():
            yield from _inside(each, kind)
