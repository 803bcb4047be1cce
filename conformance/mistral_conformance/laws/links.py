"""Law 6: a URL opens one thing. Links to content, and what opens without a key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.record.wire import Message
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.record.exchange import Exchange

SHOWN_TO_STRANGERS = "harm: a URL for one thing opens another, or opens longer than it was made for"


def _links(model: Model) -> Iterator[Subject]:
    for each in model.resources.values():
        for link in each.links if each.whole else ():
            yield Subject(link, (each, link), (link,), (link, each.create))


@law(id="urls.open-their-own", over=_links, source=SHOWN_TO_STRANGERS, harm=True)
def open_their_own(world: World, subject: tuple[Resource, str]) -> None:
    """The URLs of two objects open two contents, without a key, and the same one twice."""
    resource, link = subject
    opened = []
    for _ in range(2):
        instance = world.make(resource)
        world.settle(instance)
        url = read_url(world, world.call(link, instance.ids))
        answers = [open_url(world, url) for _ in range(2)]
        for answer in answers:
            world.expect(answer.ok, f"a new URL answers {answer.status}", answer)
        same = answers[0].content == answers[1].content
        world.expect(same, "one URL opens two contents", *answers)
        opened.append(answers[0])
    differ = opened[0].content != opened[1].content
    world.expect(differ, "the URLs of two objects open the same content", *opened)


@law(id="urls.altered-is-refused", over=_links, source=SHOWN_TO_STRANGERS, harm=True)
def altered_is_refused(world: World, subject: tuple[Resource, str]) -> None:
    """A URL whose id, end or signature was changed opens nothing."""
    resource, link = subject
    instance, other = world.make(resource), world.make(resource)
    for each in (instance, other):
        world.settle(each)
    url = read_url(world, world.call(link, instance.ids))
    world.need(open_url(world, url))
    swapped = {instance.ids[resource.parameter]: other.ids[resource.parameter]}
    altered = dict(_altered(url, swapped))
    if not altered:
        raise Skipped("the URL has no part that could be changed")
    for what, changed in altered.items():
        answer = open_url(world, changed)
        reason = f"a URL with {what} answers {answer.status}, a refusal is due"
        world.expect(400 <= answer.status < 500, reason, answer)


def read_url(world: World, answer: Exchange) -> str:
    """The URL that a link's answer gives, bare or in `url`."""
    world.need(answer)
    value = answer.json()
    url = value.get("url") if isinstance(value, dict) else value
    world.expect(isinstance(url, str) and "://" in url, "the answer gives no URL", answer)
    return str(url)


def open_url(world: World, url: str) -> Exchange:
    """What a URL gives to somebody without a key.

    Raises:
        Skipped: it is on a host that is not reached from here.

    """
    answer = world.ctx.nobody.try_send(Message("GET", url))
    if answer.failure:
        raise Skipped(f"the URL is not reached from here: {answer.failure}", answer)
    return answer


def _altered(url: str, swapped: dict[str, str]) -> Iterator[tuple[str, str]]:
    """By what was changed, the URL: another id, a later end, another signature."""
    for one, other in swapped.items():
        if one in url:
            yield "the id of another object", url.replace(one, other)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for at, (name, value) in enumerate(query):
        for what, changed in _other_values(name, value):
            pairs = [*query[:at], (name, changed), *query[at + 1 :]]
            yield what, urlunsplit(parts._replace(query=urlencode(pairs)))
    if not query:
        head, _, last = parts.path.rpartition("/")
        yield "another last part", urlunsplit(parts._replace(path=f"{head}/{_turned(last)}"))


def _other_values(name: str, value: str) -> Iterator[tuple[str, str]]:
    if re.fullmatch(r"\d{9,13}", value):
        yield f"a later `{name}`", str(int(value) + 3600)
    elif re.fullmatch(r"(?=.*[0-9A-Za-z])[0-9A-Za-z._~+/=-]{16,}", value):
        yield f"another `{name}`", _turned(value)


def _turned(text: str) -> str:
    """The text with a letter in its middle replaced by another one."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
