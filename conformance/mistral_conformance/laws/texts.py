"""Law 3 for what is read out of files: the text that is told is the text that was uploaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.comparing import shorten
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.links import open_url, read_url
from mistral_conformance.probing.settling import ask_until_shown
from mistral_conformance.probing.uploads import UNREAD, docx_sample, pdf_sample
from mistral_conformance.record.exchange import Misread
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource, Text
    from mistral_conformance.probing.uploads import Sample
    from mistral_conformance.record.exchange import Exchange

LOST = "harm: who reads the text of a file reads other words than it holds"
SHOWN = "harm: what was deleted is still shown"
MIXED = "harm: one object tells what another one holds"
EXACT = "document: x-mistral-text (it is the text of the file)"
LINES = (
    "Café Ångström, composed",
    "Cafe\u0301 A\u030angstro\u0308m, decomposed",
    "🙂 𠮷 𐐷 図書館",
    "שלום عالم",
    "MiXeD CaSe, 100% a_b * ? [x]",
    "<b>bold</b> &amp; 1 < 2",
    "\"double\" 'single' \\back\\ `tick` …",
    "columns\tof  two   blanks",
    "0042, null, #hash, -dash-",
)
PAGES = "document: parameters (page_start and page_end: the page to begin with, and to end with)"
START, END = "page_start", "page_end"
COUNT = "number_of_pages"
PARTS = (
    ({START: 2}, 3, 0),
    ({END: 1}, 0, 3),
    ({START: 2, END: 3}, 2, 0),
    ({START: 1, END: 2}, 1, 3),
)
"""A first and a last page of four, alone and together, and the places of a page that is kept and of
one that is left out, from whichever number pages count."""
ONE = {START: 2, END: 2}
"""The same page to begin and to end with."""
WORD = re.compile(r"\w+")
PARAGRAPHS = 900
"""So many lines make a text of some 60 KB, more than one buffer or one field of a database."""
EDGES = {
    "outer blanks": "  begins and ends with blanks  ",
    "no last line end": "one\ntwo",
    "empty lines": "one\n\n\ntwo\n\n",
    "a last line end": "one\ntwo\n",
    "nothing in it": "",
}


def _views(model: Model) -> Iterator[Subject]:
    """Yield each view of the text of an upload: the resource and the view."""
    for text in model.texts:
        resource = model.resources[text.resource]
        if resource.whole:
            needed = (text.operation, resource.create)
            value, origins = (resource, text), (text.origin,)
            yield Subject(text.operation, value, (text.operation,), needed, origins)


def _pairs(model: Model) -> Iterator[Subject]:
    """Yield each resource whose text is told in two ways: the resource and its views."""
    for resource in model.resources.values():
        views = [each for each in model.texts if each.resource == resource.name]
        if resource.whole and len(views) > 1:
            operations = tuple(each.operation for each in views)
            origins = tuple(each.origin for each in views)
            needed = (*operations, resource.create)
            yield Subject(resource.name, (resource, views), operations, needed, origins)


def _uploaded(model: Model) -> Iterator[Subject]:
    """Yield each resource that is made of a file, with all that can be looked at of it."""
    for resource in model.resources.values():
        if resource.whole and any(e.sent.startswith("file.") for e in resource.fields.values()):
            shown = (resource.create, resource.read, resource.list, *resource.views)
            ways = (*shown, *resource.links, resource.content)
            yield Subject(resource.name, resource, tuple(filter(None, ways)), (resource.create,))


def _paged(model: Model) -> Iterator[Subject]:
    """Yield each view of a text of which pages can be asked for."""
    for subject in _views(model):
        taken = {each["name"] for each in model.document.operations[subject.name].parameters}
        if taken >= {START, END}:
            yield subject


def _ended(model: Model) -> Iterator[Subject]:
    """Yield each resource that is made of a file, is part of something, and can be deleted."""
    for subject in _uploaded(model):
        resource = subject.value
        above = model.resources.get(resource.parent)
        if above and above.whole and resource.delete:
            needed = (*subject.needed, above.create, resource.delete)
            yield evolve(subject, operations=(resource.delete, above.read), needed=needed)


@law(id="texts.lines-are-told", over=_views, source=LOST, harm=True)
def lines_are_told(world: World, resource: Resource, text: Text) -> None:
    """Each line of an uploaded text is told letter by letter, in order, the last one too."""
    long = tuple(
        f"{number}: {world.values.word()} and so on to {number}" for number in range(PARAGRAPHS)
    )
    for lines in (LINES, long):
        instance, told = _upload(world, resource, text, "\n".join(lines) + "\n")
        at = 0
        for number, line in enumerate(lines, start=1):
            found = told.find(line, at)
            said = f"{text.operation} does not tell line {number} of {len(lines)}: {line!r}"
            world.expect(found >= 0, said, instance.made, *world.ctx.exchanges[-1:])
            at = found + len(line)


@law(id="texts.are-exact", over=_views, source=EXACT, level=SHOULD)
def are_exact(world: World, resource: Resource, text: Text) -> None:
    """The text of a plain text is what was uploaded, to its first and last blank."""
    for what, words in EDGES.items():
        content = f"{words[:1]}{world.values.word()} {words[1:]}" if words else ""
        try:
            instance, told = _upload(world, resource, text, content)
        except (Skipped, Unjudged):
            if words:
                raise
            continue  # what has nothing in it may be refused, or have no text
        left, right = shorten(told, content)
        said = f"{text.operation} tells {left} of a text with {what}, {right} was uploaded"
        world.expect(told == content, said, instance.made, *world.ctx.exchanges[-1:])


@law(id="texts.views-agree", over=_pairs, source=LOST, harm=True)
def views_agree(world: World, resource: Resource, views: list[Text]) -> None:
    """All views of the text of one object tell the same text, of pages the same words."""
    for given in _kinds(world):
        instance = _read_in(world, resource, given)
        if instance is None:
            continue
        told = [read_text(world, each, instance) for each in views]
        if "file.type" in given:  # what a text keeps of a page's form is free
            told = [" ".join(WORD.findall(each)) for each in told]
        for view, other in zip(views[1:], told[1:], strict=True):
            left, right = shorten(told[0], other)
            said = f"{views[0].operation} tells {left} and {view.operation} {right}"
            world.expect(told[0] == other, said, *world.ctx.exchanges[-3:])


@law(id="texts.stay-apart", over=_uploaded, source=MIXED, harm=True)
def stay_apart(world: World, resource: Resource) -> None:
    """Of two objects in one place each view tells the words of its own one alone."""
    parent = world.make(world.model.resources[resource.parent]) if resource.parent else None
    words = [world.values.word() for _ in range(2)]
    made = []
    for word in words:
        given = {"file.content": _telling(word)}
        made.append(world.make(resource, parent=parent, given=given))
    for instance in made:
        world.settle(instance)
    for instance, word, other in zip(made, words, reversed(words), strict=True):
        for view, answer in _looks(world, instance):
            said = f"{view} tells a word of another {resource.name}"
            world.expect(other not in answer.text, said, instance.made, answer)
            whole = view in {resource.content, *resource.links, *_texts(world, resource)}
            said = f"{view} tells no word of its {resource.name}"
            world.expect(not whole or word in answer.text, said, instance.made, answer)


@law(id="texts.go-with-their-own", over=_ended, source=SHOWN, harm=True)
def go_with_their_own(world: World, resource: Resource) -> None:
    """What an object says is told no more, once it is deleted, by what it was part of."""
    parent = world.make(world.model.resources[resource.parent])
    word = world.values.word()
    given = {"file.content": _telling(word)}
    instance = world.make(resource, parent=parent, given=given)
    world.settle(instance)

    def telling() -> list[Exchange]:
        return [answer for _, answer in _looks(world, parent) if word in answer.text]

    if not telling():
        raise Skipped(f"no view of its {parent.resource.name} tells what {resource.one} says")
    deleted = world.need(world.delete(instance))
    told = ask_until_shown(world.ctx, resource.delete, telling, lambda each: not each)
    said = f"its {parent.resource.name} goes on telling what a deleted {resource.name} said"
    world.expect(not told, said, instance.made, deleted, *told[:1])


@law(id="texts.pages-are-chosen", over=_paged, source=PAGES)
def pages_are_chosen(world: World, resource: Resource, text: Text) -> None:
    """A first and a last page leave others out, whether pages count from 0 or from 1."""
    words = [world.values.word() for _ in range(4)]
    instance = _read_in(world, resource, _as_file(world, pdf_sample(words)))
    if instance is None:
        raise NotOffered("not offered: files of pages are refused")
    if not all(word in read_text(world, text, instance) for word in words):
        raise Skipped("the text of pages is not read")
    counted = {shown.fields.get(COUNT, len(words)) for shown in world.look(instance)}
    if counted != {len(words)}:  # a rule of its own judges that
        raise Skipped(f"`{COUNT}` of a file of {len(words)} pages is {counted}")
    for query, kept, left_out in PARTS:
        told = read_text(world, text, instance, query)
        asked = " and ".join(f"`{name}` {page}" for name, page in query.items())
        said = f"{asked} of {len(words)} pages "
        answers = *world.ctx.exchanges[-1:], instance.made
        world.expect(words[left_out] not in told, f"{said}leaves no page out", *answers)
        world.expect(words[kept] in told, f"{said}leaves out page {kept + 1}", *answers)
    told = read_text(world, text, instance, ONE)
    number = sum(word in told for word in words)
    said = f"`{START}` 2 and `{END}` 2 tell {number} of {len(words)} pages, one is due"
    world.expect(number == 1, said, *world.ctx.exchanges[-1:], instance.made)


def read_text(
    world: World, text: Text, instance: Instance, query: dict[str, int] | None = None
) -> str:
    """Return the text that a view tells of an object.

    Raises:
        Skipped: the view is refused.
        Failed: it gives no text.

    """
    answer = world.taken(world.call(text.operation, instance.ids, query=query))
    if not text.at:
        opened = world.need(open_url(world, read_url(world, answer)))
        try:
            return opened.content.decode()
        except UnicodeDecodeError as error:
            raise Misread(f"the text behind the URL is no UTF-8: {error.reason}", opened) from None
    found = world.need(answer)[text.at]
    world.expect(isinstance(found, str), f"`{text.at}` is no text", answer)
    return str(found)


def _telling(word: str) -> bytes:
    """Return a text that tells of nothing but a word."""
    return f"{word} is a river. The {word} flows to the sea.\n".encode()


def _upload(world: World, resource: Resource, text: Text, content: str) -> tuple[Instance, str]:
    instance = world.settled(resource, given={"file.content": content.encode()})
    return instance, read_text(world, text, instance)


def _kinds(world: World) -> Iterator[dict[str, object]]:
    """Yield files of several kinds: what a file says is only in plain text what it holds."""
    yield {"file.content": f"{world.values.word()}\n{LINES[0]}\n{LINES[2]}\n".encode()}
    yield {"file.content": "".join(f"{n} {world.values.word()} é\n" for n in range(200)).encode()}
    pages = [world.values.word() for _ in range(3)]
    for sample in (pdf_sample(pages), docx_sample(world.values.word())):
        yield _as_file(world, sample)


def _read_in(world: World, resource: Resource, given: dict[str, object]) -> Instance | None:
    """Return an object of a file in its end state, None where files of its type are refused."""
    try:
        return world.settled(resource, given=given)
    except Unjudged as stopped:
        if "file.type" in given and any(each.status in UNREAD for each in stopped.evidence):
            return None
        raise


def _as_file(world: World, sample: Sample) -> dict[str, object]:
    name = world.ctx.marker.name(sample.name)
    return {"file.content": sample.content, "file.name": name, "file.type": sample.media_type}


def _looks(world: World, instance: Instance) -> Iterator[tuple[str, Exchange]]:
    """Yield each view of the one object, of its text and of its bytes, with the answer."""
    resource = instance.resource
    for view in (resource.read, *resource.views, resource.content):
        if view and world.capabilities.offers(view):
            answer = world.call(view, instance.ids)
            if answer.ok:
                yield view, answer
    for link in resource.links:
        if world.capabilities.offers(link):
            yield link, world.need(open_url(world, read_url(world, world.call(link, instance.ids))))


def _texts(world: World, resource: Resource) -> set[str]:
    return {each.operation for each in world.model.texts if each.resource == resource.name}
