"""Law 6: a URL opens one thing. Links to content, and what opens without a key."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit, urlunsplit

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import send_plain
from mistral_conformance.model.schemas import FORM, body_schema
from mistral_conformance.probing.uploads import pdf_sample
from mistral_conformance.record.moments import read_moment
from mistral_conformance.record.wire import Message
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import MAY, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Lifetime, Model, Resource
    from mistral_conformance.record.exchange import Exchange

SHOWN_TO_STRANGERS = "harm: a URL for one thing opens another, or opens longer than it was made for"


LATER_S = 3600
LONG_AGO_DAYS = 365
MOST_TURNS = 3
SLACK_S = 30
"""So near to the end of a URL's life, in seconds, nothing is judged: clocks and rounding differ."""
WRITING = ("PUT", "POST", "PATCH", "DELETE")
TYPES = "documents.signed-url-serves; choices.signed-urls-document-url-tells-the-type"
DECLARED = "document: x-mistral-link (how long the URL opens its content)"


def links(model: Model) -> Iterator[Subject]:
    """Yield each link to the content of what the suite makes."""
    for each in model.resources.values():
        for link in each.links if each.whole else ():
            yield Subject(link, (each, link), (link,), (link, each.create))


def _uploaded(model: Model) -> Iterator[Subject]:
    """Yield each link to the bytes of an upload, not to what was read from them."""
    texts = {each.operation for each in model.texts}
    for each in links(model):
        form = body_schema(model.document.operations[each.value[0].create])[0]
        if form == FORM and each.name not in texts:
            yield each


def _several(model: Model) -> Iterator[Subject]:
    """Yield each resource with several links."""
    for each in model.resources.values():
        if each.whole and len(each.links) > 1:
            yield Subject(each.name, each, each.links, (*each.links, each.create))


def _lives(model: Model) -> Iterator[Subject]:
    """Yield each declared lifetime: the usual one, and the bounds of those to be asked for."""
    owners = {link: each for each in model.resources.values() for link in each.links if each.whole}
    for life in model.lifetimes:
        if life.operation not in owners:
            continue
        resource = owners[life.operation]
        bounds = (life.least, life.most) if life.parameter else ()
        for number in (None, *(each for each in bounds if each)):
            name = f"{life.operation} for {number}" if number else life.operation
            needed = (life.operation, resource.create)
            value, origins = (resource, life, number), (life.origin,)
            yield Subject(name, value, (life.operation,), needed, origins)


@law(id="urls.open-their-own", over=links, source=SHOWN_TO_STRANGERS, harm=True)
def open_their_own(world: World, resource: Resource, link: str) -> None:
    """The URLs of two objects open two contents, without a key, and the same one twice."""
    opened = []
    for _ in range(2):
        instance = world.settled(resource)
        url = read_url(world, world.call(link, instance.ids))
        answers = [open_url(world, url) for _ in range(2)]
        for answer in answers:
            world.expect(answer.ok, f"a new URL answers {answer.status}", answer)
        same = answers[0].content == answers[1].content
        world.expect(same, "one URL opens two contents", *answers)
        opened.append(answers[0])
    differ = opened[0].content != opened[1].content
    world.expect(differ, "the URLs of two objects open the same content", *opened)


@law(id="urls.tell-the-type", over=_uploaded, source=TYPES, level=SHOULD)
def tell_the_type(world: World, resource: Resource, link: str) -> None:
    """A URL serves what was uploaded under its media type, or under one that says nothing."""
    sample = pdf_sample([world.values.word()], world.values.name(".pdf"))
    given = {"type": sample.media_type, "name": sample.name, "content": sample.content}
    instance = world.settled(resource, given={f"file.{name}": each for name, each in given.items()})
    answer = world.need(open_url(world, read_url(world, world.call(link, instance.ids))))
    said = f"what was uploaded as {sample.media_type} is served as {answer.media_type!r}"
    told = answer.media_type in {sample.media_type, "application/octet-stream"}
    world.expect(told, said, instance.made, answer)


@law(id="urls.altered-is-refused", over=links, source=SHOWN_TO_STRANGERS, harm=True)
def altered_is_refused(world: World, resource: Resource, link: str) -> None:
    """A URL whose id, end or signature was changed opens nothing."""
    instance, other = world.make(resource), world.make(resource)
    for each in (instance, other):
        world.settle(each)
    url = read_url(world, world.call(link, instance.ids))
    world.need(open_url(world, url))
    swapped = {instance.ids[resource.parameter]: other.ids[resource.parameter]}
    altered = dict(_altered(url, swapped, _texts(instance))) | {
        what: later for what, later, past in _ends(url) if not open_url(world, past).ok
    }  # an end that does not count lets nobody in for longer
    if not altered:
        raise Skipped("the URL has no part that could be changed")
    for what, changed in altered.items():
        expect_shut(world, changed, f"a URL with {what}")


@law(id="urls.end-as-they-tell", over=links, source=SHOWN_TO_STRANGERS, level=MAY)
def end_as_they_tell(world: World, resource: Resource, link: str) -> None:
    """The end that a URL tells counts: with one that is over it opens nothing."""
    _, url, _ = make_opened(world, resource, link)
    ends = list(_ends(url))
    if not ends:
        raise Skipped("the URL tells no end")
    for what, _, past in ends:
        name = what.partition("`")[2].rstrip("`")
        expect_shut(world, past, f"a URL with a past `{name}`")


@law(id="urls.do-not-mix", over=_several, source=SHOWN_TO_STRANGERS, level=SHOULD)
def do_not_mix(world: World, resource: Resource) -> None:
    """A part of one URL in another URL of the same object, for something else, opens nothing."""
    instance = world.settled(resource)
    urls = [read_url(world, world.call(link, instance.ids)) for link in resource.links]
    for url in urls:
        world.need(open_url(world, url))
    mixed = {each for one in urls for other in urls for each in _mixed(one, other)} - {*urls}
    if not mixed:
        raise Skipped("the URLs have no parts that could be exchanged")
    for each in sorted(mixed):
        expect_shut(world, each, "a URL that was put together of two")


@law(id="urls.are-for-reading", over=links, source=SHOWN_TO_STRANGERS, harm=True)
def are_for_reading(world: World, resource: Resource, link: str) -> None:
    """Who has only a URL changes nothing by it: whatever other methods answer, all stays."""
    instance, url, before = make_opened(world, resource, link)
    for method in WRITING:
        answer = world.ctx.nobody.try_send(Message(method, url, content=b"other words"))
        after = open_url(world, url)
        same = after.ok and after.content == before.content
        world.expect(same, f"after {method} the URL opens something else", answer, after)
    for shown in world.look(instance):
        said = f"{shown.view} lost the {resource.name} whose URL was used to write"
        world.expect(shown.value is not None, said, shown.exchange)


@law(id="urls.live-as-long-as-said", over=_lives, source=DECLARED, needs=("clock",))
def live_as_long_as_said(
    world: World, resource: Resource, lifetime: Lifetime, asked: int | None
) -> None:
    """A URL works until just before its time is over, and is refused just after it.

    Its time runs from when it is asked for, however old the object is and another URL of it. One
    that leads to the stored bytes works on after what is done to the object.
    """
    instance = world.settled(resource)
    query = {lifetime.parameter: asked} if asked else None
    life_s = asked * lifetime.unit_s if asked else lifetime.lifetime_s
    if not asked and opens_stored(lifetime.operation):
        _expect_open_still(world, instance, lifetime.operation)
    for waited_s in (life_s / 2, life_s - SLACK_S):
        url = read_url(world, world.call(lifetime.operation, instance.ids, query=query))
        world.ctx.pass_time(waited_s)
    early = open_url(world, url)
    said = f"a URL for {life_s:.0f} s answers {early.status} {SLACK_S} s before its end"
    world.expect(early.ok, said, early)
    world.ctx.pass_time(2 * SLACK_S)
    late = open_url(world, url)
    said = f"a URL for {life_s:.0f} s answers {late.status} {SLACK_S} s after its end"
    world.expect(400 <= late.status < 500, said, early, late)


def _expect_open_still(world: World, instance: Instance, link: str) -> None:
    """Hold a URL to open its object after all that can be done to that."""
    url = read_url(world, world.call(link, instance.ids))
    do_all(world, instance)
    answer = open_url(world, url)
    said = f"a URL answers {answer.status} after {' and '.join(instance.resource.actions)}"
    world.expect(answer.ok, said, answer)


def do_all(world: World, instance: Instance) -> None:
    """Do all that can be done to an object by itself, as far as the server lets one, and wait."""
    for each in instance.resource.actions:
        if world.capabilities.offers(each):
            send_plain(world, each, instance.ids, by=instance.by)
    world.settle(instance)


def opens_stored(link: str) -> bool:
    """Say whether a link leads to the stored bytes, not to what was read from them."""
    return "extracted" not in link


def make_opened(world: World, resource: Resource, link: str) -> tuple[Instance, str, Exchange]:
    """Return a new object, its URL that a link's operation gives, and what that URL opens."""
    instance = world.settled(resource)
    url = read_url(world, world.call(link, instance.ids))
    return instance, url, world.need(open_url(world, url))


def read_url(world: World, answer: Exchange) -> str:
    """Return the URL that a link's answer gives, bare or in `url`."""
    world.need(answer)
    value = answer.json()
    url = value.get("url") if isinstance(value, dict) else value
    world.expect(isinstance(url, str) and "://" in url, "the answer gives no URL", answer)
    return str(url)


def open_url(world: World, url: str, turns: int = MOST_TURNS) -> Exchange:
    """Return what a URL gives to somebody without a key, who goes where it leads.

    Raises:
        Skipped: it is on a host that is not reached from here.

    """
    answer = world.ctx.nobody.try_send(Message("GET", url))
    if answer.failure:
        raise Skipped(f"the URL is not reached from here: {answer.failure}", answer)
    if turns and 300 <= answer.status < 400 and "location" in answer.headers:
        return open_url(world, urljoin(url, answer.headers["location"]), turns - 1)
    return answer


def expect_shut(world: World, url: str, what: str, *before: Exchange) -> None:
    """Hold a URL to open nothing to somebody without a key."""
    answer = open_url(world, url)
    said = f"{what} answers {answer.status}, a refusal is due"
    world.expect(400 <= answer.status < 500, said, *before, answer)


def _mixed(one: str, other: str) -> Iterator[str]:
    """Yield the first URL with the path of the other one, or with one value of its query.

    Times are no secrets: a query that tells nothing else lets in whoever has the path.
    """
    parts, others = urlsplit(one), urlsplit(other)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [name for name, value in query if _later(name, value) is None]
    if kept and parts.path != others.path:
        yield urlunsplit(parts._replace(path=others.path))
    values = dict(parse_qsl(others.query, keep_blank_values=True))
    for at, (name, value) in enumerate(query):
        other_value = values.get(name, value)
        if name in kept and other_value != value and len({v for _, v in query}) > 1:
            pairs = [*query[:at], (name, values[name]), *query[at + 1 :]]
            yield urlunsplit(parts._replace(query=urlencode(pairs)))


def _texts(instance: Instance) -> set[str]:
    """Return the texts of an object, such as its name."""
    told = instance.made.json()
    return {each for each in told.values() if isinstance(each, str)} - set(instance.ids.values())


def _altered(url: str, swapped: dict[str, str], texts: set[str]) -> Iterator[tuple[str, str]]:
    """By what was changed, the URL: another id, another signature.

    A name of the object at the end tells browsers how to call what they save, and lets nobody in.
    """
    for one, other in swapped.items():
        if one in url:
            yield "the id of another object", url.replace(one, other)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for name, value in query:
        if _later(name, value) is None and _is_secret(name, value):
            yield f"another `{name}`", _with(url, name, _turned(value))
    if not query:
        path, _, name = parts.path.rpartition("/")
        named = f"/{name}" if unquote(name) in texts else ""
        head, _, last = (path if named else parts.path).rpartition("/")
        path = f"{head}/{_turned(last)}{named}"
        yield "another last part", urlunsplit(parts._replace(path=path))


def _ends(url: str) -> Iterator[tuple[str, str, str]]:
    """By what was changed, the URL with a later end and with one that is over."""
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        changed = _later(name, value)
        if changed is not None:
            what, later, past = changed
            yield f"a {what} `{name}`", _with(url, name, later), _with(url, name, past)


def _later(name: str, value: str) -> tuple[str, str, str] | None:
    """Return how a query's field tells a time, a later one and one that is over; else None.

    Somebody would change it so who wants more than was given.
    """
    if re.fullmatch(r"\d{9,13}(\.\d+)?", value):
        whole, dot, rest = value.partition(".")
        return "later", f"{int(whole) + LATER_S}{dot}{rest}", "1".ljust(len(whole), "0")
    if (moment := _moment(value)) is not None:
        told = [moment + timedelta(seconds=LATER_S), moment - timedelta(days=LONG_AGO_DAYS)]
        later, past = (each.isoformat().replace("+00:00", "Z") for each in told)
        return "later", later, past
    if re.fullmatch(r"\d{2,8}", value) and re.search("exp|ttl|life", name, re.IGNORECASE):
        return "longer", str(int(value) + LATER_S), "0"
    return None


def _is_secret(name: str, value: str) -> bool:
    """Say whether a query's field looks like what lets somebody in."""
    return bool(
        re.fullmatch(r"(?=.*[0-9A-Za-z])[0-9A-Za-z._~+/=-]{16,}", value)
        or (len(value) > 1 and re.search("sig|token|hmac|mac$", name, re.IGNORECASE))
    )


def _with(url: str, name: str, value: str) -> str:
    """Return the URL with another value for a field of its query."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    pairs = [(each, value if each == name else old) for each, old in query]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def _moment(text: str) -> datetime | None:
    """Return the time that a text tells with its date, None for any other text."""
    if not re.match(r"\d{4}-\d\d-\d\d[Tt]", text):
        return None
    try:
        return read_moment(text)
    except ValueError:
        return None


def _turned(text: str) -> str:
    """Return the text with a letter in its middle replaced by another one."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
