"""Law 12: much as little. What holds for two of a thing holds for more than one page of them.

One large thing is in `kept`, lists longer than their largest page are in `pages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.asking import (
    ask,
    asked_fields,
    count,
    hear,
    question,
    streams,
)
from mistral_conformance.laws.comparing import shorten
from mistral_conformance.laws.law import FULL, Subject, law
from mistral_conformance.laws.tools import fits, make_tool
from mistral_conformance.laws.views import expect_total, totals
from mistral_conformance.model.schemas import facet
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Option, Resource, StreamView
    from mistral_conformance.model.document import Json

LOST = "harm: of many things some are lost, or counted wrong"
TOLD_FALSELY = "harm: what is asked at length is answered as if it were something else"
BEYOND = 3
"""So many more children than a page holds."""
MOST = 200
TURNS, TOOLS = 120, 48
CALLS_TOOLS = "calls tools"


def _crowds(model: Model) -> Iterator[Subject]:
    """Yield each count or sum of children whose list has pages that can be filled."""
    for subject in totals(model):
        view = model.lists.get(subject.value[2].list)
        if view and 0 < _page(model, subject.value[2]) <= MOST:
            yield subject


def _turns(model: Model) -> Iterator[Subject]:
    return (each for each in streams(model) if "messages" in asked_fields(model, each.value))


def _with_tools(model: Model) -> Iterator[Subject]:
    for subject in streams(model):
        for each in model.options:
            if each.operation == subject.name and each.effect == CALLS_TOOLS:
                yield evolve(subject, value=each, origins=(each.origin,))
                break


@law(id="much.children-are-counted", over=_crowds, source=LOST, harm=True, depth=FULL)
def children_are_counted(world: World, resource: Resource, field: Field, child: Resource) -> None:
    """Counts and sums of a parent hold with more children than a page has, and all are read."""
    parent = world.make(resource)
    made = [world.make(child, parent=parent) for _ in range(_page(world.model, child) + BEYOND)]
    expect_total(world, parent, field, child)
    listed = len(world.walk(child, parent.ids).items)
    world.expect(listed == len(made), f"of {len(made)} {child.several} {listed} are listed")
    for each in (made[0], made[-1]):
        for shown in world.look(each):
            said = f"{shown.view} does not show one {child.name} of {len(made)}"
            world.expect(shown.value is not None, said, each.made, shown.exchange)
    if child.delete and world.capabilities.offers(child.delete):
        for each in (made[0], made[-1]):
            world.need(world.delete(each))
        expect_total(world, parent, field, child)


@law(id="much.long-conversation", over=_turns, source=TOLD_FALSELY, harm=True)
def long_conversation(world: World, view: StreamView) -> None:
    """A conversation of many turns is read whole, and its stream tells what its answer tells."""
    asked = question(world, view.operation)
    last = asked.body["messages"]
    turns = [turn for number in range(TURNS) for turn in _turn(number)]
    long = evolve(asked, body={**asked.body, "messages": [*turns, *last]}, feature="long chats")
    half = evolve(asked, body={**asked.body, "messages": [*turns[TURNS:], *last]})
    answer, again, shorter = ask(world, long), ask(world, long), ask(world, half)
    read, part = (count(each, "prompt_tokens") for each in (answer, shorter))
    said = f"{2 * TURNS} messages before it make {read} prompt tokens, {TURNS} make {part}"
    world.expect(read > part, said, answer.exchange, shorter.exchange)
    if answer.told != again.told:
        raise Skipped("the same request gets another answer each time")
    heard = hear(world, view, long)
    left, right = shorten(answer.first.text, heard.first.text)
    said = f"the text is {left} in the plain answer and {right} in the stream"
    world.expect(answer.first.text == heard.first.text, said, answer.exchange, heard.exchange)


@law(id="much.many-tools", over=_with_tools, source=TOLD_FALSELY)
def many_tools(world: World, option: Option) -> None:
    """Of many tools the one that is named is called, the last as well as the first."""
    tools = [make_tool(f"tool_{number}", "Does it.", value="string") for number in range(TOOLS)]
    for tool in (tools[0], tools[-1]):
        name = tool["function"]["name"]
        chosen = {"type": "function", "function": {"name": name}}
        more = {"tools": tools, "tool_choice": chosen}
        asked = question(world, option.operation, more, feature="many tools")
        answer = ask(world, asked)
        called = [each for each, _ in answer.first.called]
        said = f"of {TOOLS} tools {called} are called where {name} is named"
        world.expect(called and set(called) == {name}, said, answer.exchange)
        fitting = all(fits(each, tool["function"]["parameters"]) for _, each in answer.first.called)
        world.expect(fitting, f"the arguments of {name} do not fit", answer.exchange)


def _turn(number: int) -> list[dict[str, str]]:
    """Return a question and its answer."""
    return [
        {"role": "user", "content": f"What comes after {number}?"},
        {"role": "assistant", "content": f"After {number} comes {number + 1}."},
    ]


def _page(model: Model, child: Resource) -> int:
    """Return the items of a page of the children's list unless another number is asked for."""
    view = model.lists[child.list]
    name = view.paging.get("size", "")
    parameters = model.document.operations[child.list].parameters
    schema: Json = next((e.get("schema", {}) for e in parameters if e["name"] == name), {})
    found = facet(model.document, schema, "default")
    return max(found if isinstance(found, int) else 0, view.largest or 0)
