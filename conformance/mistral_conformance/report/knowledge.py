"""What the model knows of a resource, as text of 80 columns; each fact with where it comes from."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model import Field, ListView, Model, Origin, Resource

WIDTH = 80
ROLES = (
    "create",
    "read",
    "list",
    "lists",
    "changes",
    "delete",
    "actions",
    "views",
    "links",
    "content",
)


def tell_resources(model: Model) -> str:
    """Return the resources, one to a line, with how many operations and fields are known."""
    lines = [
        f"{each.name:<28} {_column(len(each.operations), 'operation')}  "
        f"{_column(len(each.fields), 'field')}".rstrip()
        for each in model.resources.values()
    ]
    return "\n".join(lines) + "\n"


def _column(number: int, noun: str) -> str:
    words = counted(number, noun).partition(" ")[2]
    return f"{number:>3} {words:<{len(noun) + 1}}"


def tell_resource(model: Model, name: str) -> str:
    """Return everything that is known of one resource."""
    resource = model.resources[name]
    lines = [
        *_head(resource),
        *_operations(resource),
        *_fields(resource),
        *_references(model, resource),
        *_list(model.lists.get(resource.list)),
        *_states(model, resource),
        *_access(model, resource),
    ]
    return "\n".join(lines) + "\n"


def _head(resource: Resource) -> Iterator[str]:
    yield resource.name
    yield from _fact(f"identified by {', '.join(resource.key)}", resource.origin)
    if resource.parent:
        yield from _fact(f"belongs to a {resource.parent}", resource.origin)
    if resource.children:
        yield f"  holds: {', '.join(resource.children)}"
    if resource.seen_by:
        seen = "whoever sees its " + resource.parent if resource.seen_by == "parent" else ""
        yield from _fact(f"seen by {seen or resource.seen_by}", resource.seen_origin)


def _operations(resource: Resource) -> Iterator[str]:
    yield ""
    yield "operations"
    for role in ROLES:
        found = getattr(resource, role)
        for each in (found,) if isinstance(found, str) else found:
            if each:
                yield from _fact(f"{role}: {each}", resource.roles[each])


def _fields(resource: Resource) -> Iterator[str]:
    yield ""
    yield "fields"
    for each in resource.fields.values():
        yield from _fact(_field(each), each.origin)


def _field(field: Field) -> str:
    words = [
        {"client": "the client's", "server": "the server's"}.get(field.owner, "of both"),
        f"set by {field.sent}" if field.sent else "",
        f"changed by {field.changed}" if field.changed else "",
        f"null {field.null}" if field.null == "clears" else "",
        f"in {field.unit}" if field.unit else "",
        {"change": "moves with changes", "alone": "moves by itself"}.get(field.moves, ""),
        f"moved by {', '.join(field.moved_by)}" if field.moved_by else "",
        f"the count of {plural(field.count)}" if field.count else "",
        f"the sum of {field.sum}" if field.sum else "",
        "may be left out" if not field.required else "",
        "may have to be known to the server" if field.known else "",
    ]
    return f"{field.name}: {', '.join(each for each in words if each)}"


def _references(model: Model, resource: Resource) -> Iterator[str]:
    found = model.references_to(resource.name)
    if found:
        yield ""
        yield "named by"
    for each in found:
        yield from _fact(
            f"{each.place.operation}, {each.place.where} {each.place.name}", each.origin
        )
        causes = [f"{cause} {_joined(status)}" for cause, status in each.refusals.items()]
        yield from _wrapped(f"refused with: {', '.join(causes)}", "      ")


def _list(view: ListView | None) -> Iterator[str]:
    if view is None:
        return
    yield ""
    yield f"list {view.operation}"
    yield from _wrapped(f"paged by {view.paging.get('style', 'nothing')}", "  ")
    if view.order:
        yield from _fact(f"in the order {view.order}", view.origin)
    for each in view.filters:
        case = f", case {each.case}" if each.case else ""
        several = "all" if each.every else "any"
        repeats = f", repeated for {several} of several" if each.repeats else ""
        words = f"filter {each.parameter}: {each.field} {each.compare} it{case}{repeats}"
        yield from _fact(words, each.origin)
    if view.sort:
        by = ", ".join(each for each in (view.sort.by, view.sort.direction) if each)
        words = f"sorted by {by}: {', '.join(view.sort.fields)}"
        yield from _fact(words, view.sort.origin)
    for name, words in view.others.items():
        yield from _wrapped(f"{name}: {words}", "  ")


def _states(model: Model, resource: Resource) -> Iterator[str]:
    states = model.states_of(resource.name)
    if states is None:
        return
    yield ""
    yield f"states of {states.field}"
    yield from _fact(f"ends: {', '.join(states.ends)}", states.origin)
    for state, following in states.moves.items():
        yield from _wrapped(f"{state} leads to {', '.join(following)}", "  ")
    for action, following in states.actions.items():
        yield from _wrapped(f"{action} leads to {', '.join(following)}", "  ")
    for action, following in states.stops.items():
        yield from _wrapped(f"{action} ends it as {', '.join(following)}", "  ")
    for action, before in states.asked_in.items():
        yield from _wrapped(f"{action} is for {', '.join(before)}", "  ")


def _access(model: Model, resource: Resource) -> Iterator[str]:
    """Yield what levels its operations take, what gives one, how long its links open."""
    levels = [each for each in model.levels if each.resource == resource.name]
    grants = [each for each in model.grants if each.resource == resource.name]
    lives = [each for each in model.lifetimes if each.operation in resource.links]
    if levels or grants or lives:
        yield ""
        yield "access"
    for each in levels:
        yield from _fact(f"{each.operation} takes the level {each.level}", each.origin)
    for grant in grants:
        words = ", ".join(f"{word} ({level})" for word, level in grant.levels.items())
        yield from _fact(f"gives {words} of its {grant.parent}", grant.origin)
    for life in lives:
        asked = f", or as {life.parameter} asks" if life.parameter else ""
        yield from _fact(f"{life.operation} opens for {life.lifetime_s:g} s{asked}", life.origin)


def _fact(words: str, origin: Origin) -> Iterator[str]:
    yield from _wrapped(words, "  ")
    yield from _wrapped(str(origin), "      ")
    if origin.evidence:
        yield from _wrapped(f"evidence: {origin.evidence}", "      ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )


def _joined(statuses: tuple[int, ...]) -> str:
    return "/".join(str(each) for each in statuses)
