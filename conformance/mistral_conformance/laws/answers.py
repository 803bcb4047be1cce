"""Law 13: streams tell what answers tell, for each option of each streaming operation."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from mistral_conformance.laws import asking
from mistral_conformance.laws.asking import (
    ask,
    ask_twice,
    asked_model,
    counts,
    expect_steady,
    hear,
    names_of,
    other_name,
    question,
    stop_at,
)
from mistral_conformance.laws.comparing import tell_difference
from mistral_conformance.laws.law import FULL, QUICK, Subject, law
from mistral_conformance.laws.reading import read_items
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.settings import kept_with, setting_question
from mistral_conformance.laws.tools import CITY, FORCED, JSON_SCHEMA, NAMED, SEVERAL, SILENT
from mistral_conformance.model.schemas import answer_schema, properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.verdict.outcome import Failed, NotOffered
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.asking import Question
    from mistral_conformance.laws.completions import Completion
    from mistral_conformance.laws.law import Depth
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Option, StreamView
    from mistral_conformance.model.document import Json

OWN_IDS = (
    "choices.chat-completions-have-their-own-ids; choices.classifiers-answers-have-their-own-ids"
)
TOLD_FALSELY = "harm: who streams is told another answer than who waits"
USAGE = "streams.usage-is-told"
KIND = "document: ChatCompletionResponse; document: ChatCompletionChoice"
MODEL = "choices.answers-name-their-model"
WHOLE, PIECE = "chat.completion", "chat.completion.chunk"
REASONS = ("stop", "length", "model_length", "error", "tool_calls")
OWN = ""
"""Stands for the name of the option itself."""


@frozen
class Way:
    """One way to ask: the words, what an option with the effect gets, and others beside it.

    `begun` is how the answer has to start: a last message of the assistant, marked as prefix.
    """

    name: str
    effect: str = ""
    more: Json = field(factory=dict)
    words: str = ""
    begun: str = ""
    depth: Depth = QUICK


ENDS_TEXT = "ends text"
MESSAGES, PREFIX, MODEL_FIELD = "messages", "prefix", "model"
WARM = {"temperature": 1}
"""What lets choices differ, which are one and the same where nothing is left to chance."""
ALIAS = "by another name of the model"

WAYS = (
    Way(""),
    Way("letters beyond ASCII", words="Répète : « Ça — 東京 🚲 e\u0301\u2028a\u2029b »"),
    Way("after a prefix", words="Go on.", begun="La « rivière »\u2028東京\u2029"),
    Way(ALIAS),
    Way("long", words="Write forty sentences about forty rivers.", depth=FULL),
    Way("", "caps usage", {OWN: 4}),
    Way("", "counts choices", {OWN: 3}),
    Way("of several lengths", "counts choices", {OWN: 3, **WARM}, "Greet me in a sentence."),
    Way("cut short", "counts choices", {OWN: 2, "max_tokens": 3}),
    Way("", ENDS_TEXT),
    Way("", "shapes json", {OWN: {"type": "json_object"}}, CITY),
    Way("", "makes think", {OWN: "high"}, "What is 17 times 23?"),
    Way("by a schema", "shapes json", {OWN: JSON_SCHEMA}),
    Way("", "calls tools", FORCED),
    Way("several", "calls tools", SEVERAL, "What is the weather, and what time is it, in Lyon?"),
    Way("by name", "calls tools", NAMED),
    Way("in two choices", "calls tools", {**FORCED, "n": 2}),
    Way("not at all", "calls tools", SILENT),
)


@frozen(eq=False)
class Streamed:
    """What one case asks: a stream, and the plain answer that it has to equal."""

    view: StreamView
    way: Way
    option: Option | None = None

    def ask(self, world: World) -> Question:
        """Return the question, with the option where it stands."""
        name = self.option.name if self.option else ""
        more = {each or name: value for each, value in self.way.more.items()}
        if self.way.effect == ENDS_TEXT:
            more = {name: [stop_at(ask(world, self._question(world, {})))]}
        return self._question(world, more, self.way.words)

    def _question(self, world: World, more: Json, words: str = "") -> Question:
        if self.option and self.option.inside:
            return setting_question(world, self.option, more, words)
        feature = self.option.name if self.option and more else ""
        if self.way.name == ALIAS:
            more = {MODEL_FIELD: other_name(world, self.view.operation)}
        if self.way.begun:
            said = {"role": "assistant", "content": self.way.begun, PREFIX: True}
            more, feature = {MESSAGES: [{"role": "user", "content": words}, said]}, PREFIX
        return question(world, self.view.operation, more, words=words, feature=feature)


def asked_ways(model: Model) -> Iterator[Subject]:
    """Yield each way to ask each streaming completion: plain, and with what shapes the answer."""
    for subject in asking.streams(model):
        view: StreamView = subject.value
        taken = asking.asked_fields(model, view)
        options: dict[tuple[str, str], Option | None] = {("", ""): None}
        for each in (*model.options, *model.settings):
            if each.operation == view.operation and (each.by or not each.inside):
                options.setdefault((each.effect, each.by), each)
        for way, (effect, by) in product(WAYS, options):
            if effect != way.effect or (by and way.name):
                continue
            needed = WARM.keys() & way.more.keys()
            needed |= {MESSAGES} if way.begun else {MODEL_FIELD} if way.name == ALIAS else set()
            if not needed <= taken:
                continue
            option = options[effect, by]
            name = option.place if option else view.operation
            yield evolve(
                subject,
                name=f"{name}, {way.name}" if way.name else name,
                value=Streamed(view, way, option),
                needed=(*subject.needed, *(kept_with(model, option) if option else ())),
                origins=(option.origin,) if option else (),
                depth=way.depth,
            )


def questions(model: Model) -> Iterator[Subject]:
    """Return each question to a model whose answer has an id."""
    return _telling(model, {"id", "model"})


def _naming(model: Model) -> Iterator[Subject]:
    """Return each question whose answer names the model that it is from."""
    found = _telling(model, {"model"})
    return (each for each in found if model.document.operations[each.name].body)


def _telling(model: Model, names: set[str]) -> Iterator[Subject]:
    """Yield each request that names no object and makes none, and whose answer has such fields."""
    made = {each.create for each in model.resources.values()}
    for name in load_samples():
        operation = model.document.operations.get(name)
        if operation is None or operation.path_ids or name in made:  # None: of another era
            continue
        answer, _ = answer_schema(operation, model.document)
        if properties(model.document, answer or {}).keys() >= names:
            yield Subject(name, name, (name,), (name,))


@law(id="answers.stream-tells-the-same", over=asked_ways, source=TOLD_FALSELY, harm=True)
def stream_tells_the_same(world: World, asked: Streamed) -> None:
    """The pieces of a stream put together are the plain answer: texts, calls, ends, usage."""
    request = asked.ask(world)
    plain = ask_twice(world, request)
    streamed = hear(world, asked.view, request)
    for what, left, right in _compare(plain, streamed):
        if left != right:
            expect_steady(world, request, plain)
            place, one, other = tell_difference(what, left, right)
            reason = f"{place} is {one} in the plain answer and {other} in the stream"
            raise Failed(reason, plain.exchange, streamed.exchange)


@law(id="answers.have-their-own-ids", over=questions, source=OWN_IDS, level=SHOULD)
def have_their_own_ids(world: World, operation: str) -> None:
    """Two answers to one question have two ids."""
    answers = [
        world.need(world.call(operation, **plain_request(world, operation))) for _ in range(2)
    ]
    first, second = (each["id"] for each in answers)
    world.expect(
        first and second and first != second, f"two answers have the id {first!r}", *answers
    )


@law(id="answers.name-their-model", over=_naming, source=MODEL, level=SHOULD)
def name_their_model(world: World, operation: str) -> None:
    """An answer names the model that was asked, or that of the agent, by one of its names."""
    request = plain_request(world, operation)
    due = names_of(world, asked_model(world, operation, request))
    answer = world.need(world.call(operation, **request))
    said = f"an answer is from {answer['model']!r}, {' or '.join(sorted(due))} was asked"
    world.expect(answer["model"] in due, said, answer)


@law(id="answers.are-choices", over=asking.streams, source=KIND)
def are_choices(world: World, view: StreamView) -> None:
    """An answer calls itself a completion, and has one choice: a text of the assistant.

    How completions that are no chats call themselves is not told, only that pieces do so otherwise.
    """
    asked = question(world, view.operation)
    answer = ask(world, asked).exchange
    free = [each for each in (answer["object"],) if each != PIECE]
    found = read_items(answer, "choices")
    world.expect(len(found) == 1, f"{len(found)} choices came where nobody asked for more", answer)
    told = {
        "object": (answer["object"], (WHOLE,) if _is_chat(asked) else free),
        "index": (found[0]["index"], (0,)),
        "role": (found[0]["message"]["role"], ("assistant",)),
        "finish_reason": (found[0]["finish_reason"], REASONS),
    }
    for name, (value, due) in told.items():
        world.expect(
            value in due, f"`{name}` is {value!r}, not {' or '.join(map(str, due))}", answer
        )
    world.expect(found[0]["message"]["content"], "the answer has no text", answer)
    heard = hear(world, view, asked).exchange
    kinds = {each.json()["object"] for each in heard.events if each.data.strip() != view.end}
    allowed = {PIECE} if _is_chat(asked) else kinds - {WHOLE}
    world.expect(kinds <= allowed, f"pieces of a stream call themselves {kinds}", heard)


def _is_chat(asked: Question) -> bool:
    return "messages" in asked.body


def _compare(plain: Completion, streamed: Completion) -> Iterator[tuple[str, object, object]]:
    """Yield what both sides have to tell alike, each part with its name and both values."""
    if plain.models and streamed.models:
        yield "the model", sorted(plain.models), sorted(streamed.models)
    yield "the indexes of the choices", sorted(plain.choices), sorted(streamed.choices)
    for index, choice in plain.choices.items():
        other = streamed.choices.get(index)
        if other is not None:
            yield f"the text of choice {index}", choice.text, other.text
            yield f"the thoughts of choice {index}", choice.thoughts, other.thoughts
            yield f"the calls of choice {index}", choice.called, other.called
            yield f"the end of choice {index}", choice.finish, other.finish[-1:]
    if plain.usage and streamed.usage:
        told, heard = counts(plain.usage[-1]), counts(streamed.usage[-1])
        yield "", {"usage": told}, {"usage": heard}


@law(id="answers.stream-is-one-answer", over=asked_ways, source=TOLD_FALSELY, harm=True)
def stream_is_one_answer(world: World, asked: Streamed) -> None:
    """A stream has one id, ends each choice once, tells usage once and last, and says its end."""
    heard = hear(world, asked.view, asked.ask(world))
    show = heard.exchange
    world.expect(heard.choices, "the stream has no choice", show)
    world.expect(len(heard.ids) <= 1, f"the pieces have {len(heard.ids)} ids", show)
    for index, choice in heard.choices.items():
        ends = len(choice.finish)
        world.expect(ends == 1, f"choice {index} ends {ends} times", show)
        world.expect(not choice.late, f"choice {index} goes on after its end", show)
        twice = len(choice.ids) - len(set(choice.ids))
        world.expect(not twice, f"two calls of choice {index} have one id", show)
    world.expect(len(heard.usage) <= 1, f"usage is told {len(heard.usage)} times", show)
    world.expect(heard.usage_last or not heard.usage, "usage is not told last", show)
    world.expect(heard.ended, f"the last event is not {asked.view.end}", show)


@law(id="answers.stream-tells-usage", over=asking.streams, source=USAGE, level=SHOULD)
def stream_tells_usage(world: World, view: StreamView) -> None:
    """A stream tells the usage where the plain answer does."""
    request = question(world, view.operation)
    if not ask(world, request).usage:
        raise NotOffered("not offered: answers tell no usage")
    heard = hear(world, view, request)
    world.expect(heard.usage, "no piece of the stream tells `usage`", heard.exchange)
