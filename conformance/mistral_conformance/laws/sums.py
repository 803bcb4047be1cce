"""Law 14: sums add up. Usage over prompt and completion, over choices, and over turns.

Counts and sizes of parents are in `views`, totals of lists in `pages`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws.answers import asked_ways
from mistral_conformance.laws.asking import (
    LONGER,
    able,
    ask,
    asked_fields,
    count,
    question,
    streams,
)
from mistral_conformance.laws.completions import read_plain
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.model.schemas import answer_schema, body_properties, properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.uploads import picture_url
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.answers import Streamed
    from mistral_conformance.laws.asking import Question
    from mistral_conformance.laws.completions import Completion
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Option, Resource, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

BILLED = "harm: what is billed is told falsely"
UNUSED = "harm: a change that was answered as done has no effect"
CHOICES, FEW = 3, 4
EARLIER = (
    {"role": "user", "content": "Name three rivers of France and say where each begins."},
    {"role": "assistant", "content": "The Seine, the Loire and the Rhône; each in the mountains."},
)
COSTS, PROMPT = "costs prompt", "prompt"
INSTRUCTIONS, MESSAGES, SHORT = "instructions", "messages", "Answer."
TOLD = (SHORT, LONGER)
POLITE = {"role": "system", "content": "Be polite."}
PARTS = "messages of parts"
VISION, PICTURES = "vision", "pictures"
PARTS_BESIDE = ("Leave out no town on its banks.", "Say which bridges lead over it.")
CALL = {"name": "get_sights", "arguments": "{}"}
CALLED = (
    {"role": "assistant", "content": "", "tool_calls": [{"id": "callSeine", "function": CALL}]},
    {"role": "tool", "name": CALL["name"], "tool_call_id": "callSeine", "content": "None."},
)
RESULT = {**CALLED[-1], "content": LONGER}
RULES = ({"role": "system", "content": "Answer like a captain who knows every river of France."},)


def _turns(model: Model) -> Iterator[Subject]:
    return (each for each in streams(model) if "messages" in asked_fields(model, each.value))


def _counted(model: Model) -> Iterator[Subject]:
    """Yield each operation with an option that counts choices and one that caps them."""
    for subject, options in _with_options(model):
        if {"caps usage", "counts choices"} <= options.keys():
            origins = (options["caps usage"].origin, options["counts choices"].origin)
            yield evolve(subject, value=(subject.value, options), origins=origins)


def _capped(model: Model) -> Iterator[Subject]:
    for subject, options in _with_options(model):
        if "caps usage" in options:
            origins = (options["caps usage"].origin,)
            yield evolve(subject, value=(subject.value, options), origins=origins)


def _with_options(model: Model) -> Iterator[tuple[Subject, dict[str, Option]]]:
    for subject in streams(model):
        mine = [each for each in model.options if each.operation == subject.name]
        yield subject, {each.effect: each for each in mine}


def _costing(model: Model) -> Iterator[Subject]:
    """Yield each option with a text that is read beside the prompt."""
    for each in model.options:
        if each.effect == COSTS and each.operation in load_samples():
            operation = (each.operation,)
            yield Subject(each.place, each, operation, operation, (each.origin,))


def _instructed(model: Model) -> Iterator[Subject]:
    """Yield each question that takes instructions, or that names something made with them."""
    samples, makers = load_samples(), {each.name: each for each in model.resources.values()}
    for operation in (each for each in model.document.operations.values() if each.id in samples):
        answer, _ = answer_schema(operation, model.document)
        if "usage" not in properties(model.document, answer or {}) or operation.path_ids:
            continue
        if INSTRUCTIONS in body_properties(model.document, operation):
            yield Subject(operation.id, (operation.id, None, ""), (operation.id,), (operation.id,))
        for each in model.references:
            of = makers.get(each.resource or "")
            here = each.place.operation == operation.id
            known = here and each.place.name in samples[operation.id].named
            if known and of and INSTRUCTIONS in of.fields:
                value, needed = (operation.id, of, each.place.name), (operation.id, of.create)
                yield Subject(f"{operation.id} by {of.name}", value, needed, needed)


def _changed(model: Model) -> Iterator[Subject]:
    """Yield each question that names something whose instructions can be changed."""
    for subject in _instructed(model):
        of = subject.value[1]
        if of and of.fields[INSTRUCTIONS].changed:
            yield subject


@law(id="sums.texts-beside-are-counted", over=_costing, source=BILLED, harm=True)
def texts_beside_are_counted(world: World, option: Option) -> None:
    """The tokens read count a text beside the prompt as far as it goes, and the prompt with it."""
    plain = question(world, option.operation)
    given: list[Json] = [{option.name: each} for each in (None, SHORT, LONGER)]
    if isinstance(before := plain.body.get(PROMPT), str):
        given.append({**given[-1], PROMPT: f"{LONGER}\n{before}"})
    asked = [question(world, option.operation, each, feature=option.name) for each in given]
    answers = [ask(world, each) for each in asked]
    read = [count(each, "prompt_tokens") for each in answers]
    for less, more in pairwise(range(len(read))):
        reason = f"with {option.name} a prompt counts {read[more]} tokens, {read[less]} with less"
        both = (answers[less].exchange, answers[more].exchange)
        world.expect(read[more] > read[less], reason, *both)


@law(id="sums.instructions-are-counted", over=_instructed, source=BILLED, level=SHOULD)
def instructions_are_counted(world: World, operation: str, of: Resource | None, place: str) -> None:
    """The tokens read count instructions: those of the request, or of the agent that it names.

    They do so too where the request has a system message of its own.
    """
    said = plain_request(world, operation)["json"].get(MESSAGES)
    beside: list[Json] = [{}, *([{MESSAGES: [POLITE, *said]}] if said else [])]
    known = [world.make(of, given={INSTRUCTIONS: told}).key[0] if of else told for told in TOLD]
    for more in beside:
        answers = [
            _answer(world, operation, place, {place or INSTRUCTIONS: each, **more})
            for each in known
        ]
        one, other = (count(each, "prompt_tokens") for each in answers)
        reason = f"with short instructions a prompt counts {one} tokens, with longer ones {other}"
        world.expect(other > one, reason, *(each.exchange for each in answers))


@law(id="sums.changed-instructions-are-read", over=_changed, source=UNUSED, harm=True)
def changed_instructions_are_read(world: World, operation: str, of: Resource, place: str) -> None:
    """What names an agent is answered by the instructions it has now, not those of its creation."""
    short, long = (world.make(of, given={INSTRUCTIONS: told}) for told in (SHORT, LONGER))
    before, due = (
        count(_answer(world, operation, place, {place: each.key[0]}), "prompt_tokens")
        for each in (short, long)
    )
    if due <= before:
        raise Skipped("the tokens read do not tell long instructions from short ones")
    changed = world.need(world.change(short, {of.fields[INSTRUCTIONS].changed: LONGER}))
    after = _answer(world, operation, place, {place: short.key[0]})
    read = count(after, "prompt_tokens")
    reason = f"with its new instructions a prompt counts {read} tokens, {before} with the old ones"
    world.expect(read > before, reason, after.exchange, changed)


def _answer(world: World, operation: str, place: str, given: Json) -> Completion:
    """Return the answer to a plain request with what is given, as at a place that takes an id."""
    body = plain_request(world, operation)["json"]
    without = load_samples()[operation].named[place].without if place else ()
    body = {name: each for name, each in body.items() if name not in without}
    return read_plain(world.need(world.call(operation, json={**body, **given})))


@law(id="sums.usage-adds-up", over=asked_ways, source=BILLED, harm=True)
def usage_adds_up(world: World, asked: Streamed) -> None:
    """The total of the usage is its parts, and something was read and written."""
    answer = ask(world, asked.ask(world))
    read, written, total = (
        count(answer, each) for each in ("prompt_tokens", "completion_tokens", "total_tokens")
    )
    said = f"of {read} tokens read and {written} written the total is {total}"
    world.expect(total == read + written, said, answer.exchange)
    spoke = any(each.text or each.calls for each in answer.choices.values())
    world.expect(read > 0, "nothing was read: prompt_tokens is 0", answer.exchange)
    world.expect(not spoke or written > 0, "completion_tokens is 0", answer.exchange)


@law(id="sums.choices-are-counted", over=_counted, source=BILLED, harm=True)
def choices_are_counted(world: World, view: StreamView, options: dict[str, Option]) -> None:
    """The usage of several choices counts them all, and what was asked once."""
    cap, number = options["caps usage"].name, options["counts choices"].name
    one = _ask(world, view, {cap: FEW}, cap)
    several = _ask(world, view, {cap: FEW, number: CHOICES}, number)
    read = [count(each, "prompt_tokens") for each in (one, several)]
    reason = f"one prompt counts {read[0]} tokens, with {CHOICES} choices {read[1]}"
    world.expect(read[0] == read[1], reason, one.exchange, several.exchange)
    said = [*one.choices.values(), *several.choices.values()]
    if len(several.choices) != CHOICES or any(each.finish != ["length"] for each in said):
        raise Skipped("the choices are not all cut after the same number of tokens")
    due, used = CHOICES * count(one, "completion_tokens"), count(several, "completion_tokens")
    reason = f"{CHOICES} choices count {used} tokens, {CHOICES} times one of that length are {due}"
    world.expect(used == due, reason, several.exchange, one.exchange)


@law(id="sums.turns-are-counted", over=_turns, source=BILLED, harm=True)
def turns_are_counted(world: World, view: StreamView) -> None:
    """The tokens read count all messages of a conversation, and results of tools, to their end."""
    asked = question(world, view.operation, words=LONGER)
    said = asked.body["messages"]
    for more, less in (
        ([*EARLIER, *said], [*({**each, "content": SHORT} for each in EARLIER), *said]),
        ([*RULES, *said], [POLITE, *said]),
        ([*said, CALLED[0], RESULT], [*said, *CALLED]),
    ):
        answers = [
            ask(world, evolve(asked, body={**asked.body, "messages": each}))
            for each in (more, less)
        ]
        many, few = (count(each, "prompt_tokens") for each in answers)
        roles = " and ".join(each["role"] for each in more)
        reason = f"messages of {roles} count {many} tokens, with less in them {few}"
        world.expect(many > few, reason, *(each.exchange for each in answers))


@law(id="sums.parts-are-counted", over=_turns, source=BILLED, harm=True)
def parts_are_counted(world: World, view: StreamView) -> None:
    """The tokens read count all parts of a message, not the first one alone."""
    asked = question(world, view.operation, words=LONGER, feature=PARTS)
    more = [{"type": "text", "text": text} for text in PARTS_BESIDE]
    one, other, answers = _count_beside(world, asked, more)
    reason = f"a message of {1 + len(more)} parts counts {other} tokens, its first part {one}"
    world.expect(other > one, reason, *answers)


@law(id="sums.pictures-are-counted", over=_turns, source=BILLED, harm=True)
def pictures_are_counted(world: World, view: StreamView) -> None:
    """The tokens read count a picture beside the words."""
    asked = question(world, view.operation, words=LONGER, feature=PICTURES)
    asked = evolve(asked, body={**asked.body, **able(world, asked.body, VISION)})
    picture = {"type": "image_url", "image_url": picture_url()}
    one, other, answers = _count_beside(world, asked, [picture])
    reason = f"words with a picture count {other} tokens, the words alone {one}"
    world.expect(other > one, reason, *answers)


def _count_beside(
    world: World, asked: Question, more: list[Json]
) -> tuple[int, int, list[Exchange]]:
    """Return the tokens of a message of one text, of the same with more parts, and both answers."""
    answers = []
    for parts in ([], more):
        said = [{"role": "user", "content": [{"type": "text", "text": LONGER}, *parts]}]
        answers.append(ask(world, evolve(asked, body={**asked.body, "messages": said})))
    one, other = (count(each, "prompt_tokens") for each in answers)
    return one, other, [each.exchange for each in answers]


@law(id="sums.same-prompt-counts-the-same", over=_capped, source=BILLED, level=SHOULD)
def same_prompt_counts_the_same(world: World, view: StreamView, options: dict[str, Option]) -> None:
    """The same prompt counts the same tokens, however long the answer is."""
    cap = options["caps usage"].name
    answers = [_ask(world, view, {cap: most}, cap) for most in (1, 60)]
    one, other = (count(each, "prompt_tokens") for each in answers)
    reason = f"the same prompt counts {one} and {other} tokens"
    world.expect(one == other, reason, *(each.exchange for each in answers))


def _ask(world: World, view: StreamView, more: dict[str, int], feature: str) -> Completion:
    asked = question(world, view.operation, words=LONGER, feature=feature)
    return ask(world, evolve(asked, body={**asked.body, **more}))
