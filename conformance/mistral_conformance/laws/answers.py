"""Laws 13, 14 and 16: streams tell what answers tell, sums add up, what is sent is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.comparing import shorten
from mistral_conformance.laws.completions import read_pieces, read_plain
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.completions import Completion
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Option, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

TOLD_FALSELY = "harm: who streams is told another answer than who waits"
DECLARED = "document: x-mistral-option (what the option does)"
COUNTED = "harm: what is billed is told falsely"
PIECES = "CompletionChunk"
CAP, COUNT = 4, 3
SEED = 7
TOOL: Json = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}
SCHEMA: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
    "required": ["city", "people"],
    "additionalProperties": False,
}
JSON_SCHEMA: Json = {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA}}
VARIANTS: dict[str, dict[str, Any]] = {
    "": {},
    "caps usage": {"": CAP},
    "counts choices": {"": COUNT},
    "shapes json": {"": {"type": "json_object"}},
    "calls tools": {"tools": [TOOL], "tool_choice": "any"},
}
"""By the effect of an option, what to send: under its own name where that is left empty."""


def _streams(model: Model) -> Iterator[Subject]:
    """Each streaming completion, plain and with each option that shapes the answer."""
    for view in model.streams.values():
        if not view.data.endswith(PIECES) or view.operation not in load_samples():
            continue
        options = [e for e in model.options if e.operation == view.operation]
        shaping = [e for e in options if e.effect in VARIANTS]
        for option in (None, *shaping):
            name = f"{view.operation}:{option.name}" if option else view.operation
            origins = (option.origin,) if option else ()
            operation = (view.operation,)
            yield Subject(name, (view, option), operation, operation, origins)


def _options(model: Model) -> Iterator[Subject]:
    for each in model.options:
        if each.effect in EFFECTS and each.operation in load_samples():
            operation = (each.operation,)
            name = f"{each.operation}:{each.name}"
            yield Subject(name, each, operation, operation, (each.origin,))


@law(id="answers.stream-tells-the-same", over=_streams, source=TOLD_FALSELY, harm=True)
def stream_tells_the_same(world: World, subject: tuple[StreamView, Option | None]) -> None:
    """The pieces of a stream put together are the plain answer: texts, calls, ends, usage."""
    view, option = subject
    request = _request(world, view.operation, _variant(option))
    plain, again = (_ask(world, view.operation, request) for _ in range(2))
    streamed = _hear(world, view, request)
    sides = (plain, streamed)
    indexes = sorted(plain.choices), sorted(streamed.choices)
    _expect_same(world, "the indexes of the choices", indexes, sides)
    told = [(_told(each), _told(other)) for each, other in ((plain, again), (plain, streamed))]
    if told[0][0] != told[0][1]:
        raise Skipped("the same request gets another answer each time")
    for index, choice in plain.choices.items():
        other = streamed.choices[index]
        what = f"of choice {index}"
        _expect_same(world, f"the text {what}", (choice.text, other.text), sides)
        _expect_same(world, f"the calls {what}", (choice.called, other.called), sides)
        _expect_same(world, f"the end {what}", (choice.finish, other.finish[-1:]), sides)
    if plain.usage and streamed.usage:
        counts = _counts(plain.usage[-1]), _counts(streamed.usage[-1])
        _expect_same(world, "the usage", counts, sides)


@law(id="answers.stream-is-one-answer", over=_streams, source=TOLD_FALSELY, harm=True)
def stream_is_one_answer(world: World, subject: tuple[StreamView, Option | None]) -> None:
    """A stream has one id, ends each choice once, tells usage once and last, and says its end."""
    view, option = subject
    heard = _hear(world, view, _request(world, view.operation, _variant(option)))
    show = heard.exchange
    world.expect(heard.choices, "the stream has no choice", show)
    world.expect(len(heard.ids) <= 1, f"the pieces have {len(heard.ids)} ids", show)
    for index, choice in heard.choices.items():
        ends = len(choice.finish)
        world.expect(ends == 1, f"choice {index} ends {ends} times", show)
    world.expect(len(heard.usage) <= 1, f"usage is told {len(heard.usage)} times", show)
    world.expect(heard.usage_last or not heard.usage, "usage is not told last", show)
    world.expect(heard.ended, f"the last event is not {view.end}", show)


@law(id="answers.usage-adds-up", over=_streams, source=COUNTED, harm=True)
def usage_adds_up(world: World, subject: tuple[StreamView, Option | None]) -> None:
    """The total of the usage is its parts, and something was read and written."""
    view, option = subject
    answer = _ask(world, view.operation, _request(world, view.operation, _variant(option)))
    world.expect(answer.usage, "the answer has no usage", answer.exchange)
    counts = _counts(answer.usage[0])
    read, written, total = (counts.get(each) for each in COUNTS)
    said = f"of {read} tokens read and {written} written the total is {total}"
    whole = all(isinstance(each, int) for each in (read, written, total))
    world.expect(whole and total == (read or 0) + (written or 0), said, answer.exchange)
    spoke = any(each.text or each.calls for each in answer.choices.values())
    world.expect((read or 0) > 0, "nothing was read: prompt_tokens is 0", answer.exchange)
    world.expect(not spoke or (written or 0) > 0, "completion_tokens is 0", answer.exchange)


@law(id="answers.option-is-used", over=_options, source=DECLARED)
def option_is_used(world: World, option: Option) -> None:
    """An option of a request does what is declared of it."""
    EFFECTS[option.effect](world, option)


def _caps_usage(world: World, option: Option) -> None:
    """At most so many tokens are written, and a longer answer says that it was cut."""
    free = _ask(world, option.operation, _request(world, option.operation, {}, longer=True))
    request = _request(world, option.operation, {option.name: CAP}, longer=True)
    capped = _ask(world, option.operation, request)
    written = _counts(capped.usage[0]).get("completion_tokens") if capped.usage else None
    reason = f"{option.name} {CAP} gives {written} tokens"
    world.expect(written is None or written <= CAP, reason, capped.exchange)
    longer = _counts(free.usage[0]).get("completion_tokens") if free.usage else None
    if longer is not None and longer > CAP:
        ends = [each.finish for each in capped.choices.values()]
        cut = all(each == ["length"] for each in ends)
        world.expect(cut, f"a cut answer ends with {ends}", capped.exchange)
        shorter = len(capped.first.text) < len(free.first.text)
        world.expect(shorter, "a capped answer is as long as a free one", capped.exchange)


def _counts_choices(world: World, option: Option) -> None:
    """So many choices are answered, numbered from 0."""
    answer = _ask(world, option.operation, _request(world, option.operation, {option.name: COUNT}))
    found = sorted(answer.choices)
    reason = f"{option.name} {COUNT} gives the choices {found}"
    world.expect(found == list(range(COUNT)), reason, answer.exchange)


def _ends_text(world: World, option: Option) -> None:
    """The text ends before the first of the given texts."""
    request = _request(world, option.operation, {})
    plain = _ask(world, option.operation, request)
    words = [each for each in plain.first.text.split() if each.isalpha()]
    if len(words) <= 1:
        raise Skipped("the answer has too few words to stop at one")
    stop = words[len(words) // 2]
    for value in (stop, [stop, "§never§"]):
        body = {**request["json"], option.name: value}
        answer = _ask(world, option.operation, {**request, "json": body})
        text = answer.first.text
        world.expect(stop not in text, f"the text holds {stop!r}, where it ends", answer.exchange)
        finish = answer.first.finish
        world.expect(finish == ["stop"], f"a stopped answer ends with {finish}", answer.exchange)


def _repeats(world: World, option: Option) -> None:
    """The same request with the same value gets the same answer."""
    request = _request(world, option.operation, {option.name: SEED})
    answers = [_ask(world, option.operation, request) for _ in range(3)]
    for each in answers[1:]:
        left, right = shorten(answers[0].first.text, each.first.text)
        reason = f"with {option.name} {SEED} the text is {left} and {right} the next time"
        same = answers[0].first.text == each.first.text
        world.expect(same, reason, answers[0].exchange, each.exchange)


def _shapes_json(world: World, option: Option) -> None:
    """With json_object the text is a JSON object, with json_schema one that fits the schema."""
    question = "Name one city with how many people live there, as a JSON object."
    for shape in ({"type": "json_object"}, JSON_SCHEMA):
        request = _request(world, option.operation, {option.name: shape}, question=question)
        answer = _ask(world, option.operation, request)
        found = _parse(answer.first.text)
        world.expect(isinstance(found, dict), "the text is no JSON object", answer.exchange)
        if shape is JSON_SCHEMA:
            fits = set(found) == set(SCHEMA["required"]) and isinstance(found["people"], int)
            world.expect(fits, "the text does not fit the schema", answer.exchange)


def _calls_tools(world: World, option: Option) -> None:
    """With `any` the tool is called with what it requires, with `none` it is not."""
    name = TOOL["function"]["name"]
    forced = {"tools": [TOOL], "tool_choice": "any"}
    answer = _ask(world, option.operation, _request(world, option.operation, forced))
    calls = answer.first.called
    world.expect(calls, "no tool is called where one has to be", answer.exchange)
    for called, arguments in calls:
        world.expect(called == name, f"the tool {called!r} is called", answer.exchange)
        given = set(arguments) if isinstance(arguments, dict) else set()
        world.expect(given >= {"city", "days"}, "a call lacks what is required", answer.exchange)
    finish = answer.first.finish
    world.expect(finish == ["tool_calls"], f"calls end with {finish}", answer.exchange)
    silent = _request(world, option.operation, {"tools": [TOOL], "tool_choice": "none"})
    answer = _ask(world, option.operation, silent)
    world.expect(not answer.first.calls, "a tool is called in spite of none", answer.exchange)


EFFECTS = {
    "caps usage": _caps_usage,
    "counts choices": _counts_choices,
    "ends text": _ends_text,
    "repeats": _repeats,
    "shapes json": _shapes_json,
    "calls tools": _calls_tools,
}
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
LONGER = "Tell the story of a river from its source to the sea, in five sentences."


def _variant(option: Option | None) -> Json:
    """What an option adds to a request: the value under its own name."""
    if option is None:
        return {}
    return {name or option.name: value for name, value in VARIANTS[option.effect].items()}


def _request(
    world: World, operation: str, more: Json, *, longer: bool = False, question: str = ""
) -> dict[str, Any]:
    """The plainest request with options; as repeatable as the operation allows."""
    request = plain_request(world, operation)
    body = dict(request["json"])
    names = {e.name for e in world.model.options if e.operation == operation}
    steady = {
        name: value for name, value in (("random_seed", SEED), ("temperature", 0)) if name in names
    }
    asked = question or (LONGER if longer else "")
    if longer or "tools" in more or question:
        body.pop("max_tokens", None)
    if asked and "messages" in body:
        body["messages"] = [{"role": "user", "content": asked}]
    return {**request, "json": {**body, **steady, **more}}


def _ask(world: World, operation: str, request: dict[str, Any]) -> Completion:
    """The plain answer.

    Raises:
        Skipped: the server refuses the options.

    """
    return read_plain(_taken(world, world.call(operation, **request)))


def _hear(world: World, view: StreamView, request: dict[str, Any]) -> Completion:
    body = {**request["json"], **view.when}
    answer = _taken(world, world.call(view.operation, **{**request, "json": body}))
    is_stream = answer.media_type == "text/event-stream"
    world.expect(is_stream, f"a stream was asked for, {answer.media_type} came", answer)
    return read_pieces(answer, view.end)


def _taken(world: World, answer: Exchange) -> Exchange:
    if answer.status in {400, 404, 422, 501}:
        raise Skipped(f"not offered: the options are refused with {answer.status}", answer)
    return world.need(answer)


def _told(completion: Completion) -> list[tuple[str, Any]]:
    return [(each.text, each.called) for _, each in sorted(completion.choices.items())]


def _counts(usage: Json) -> dict[str, Any]:
    return {each: usage.get(each) for each in COUNTS}


def _parse(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return None


def _expect_same(
    world: World,
    what: str,
    values: tuple[object, object],
    sides: tuple[Completion, Completion],
) -> None:
    """Hold two values to be equal, that of the plain answer and that of the stream."""
    left, right = shorten(*values)
    reason = f"{what} is {left} in the plain answer and {right} in the stream"
    world.expect(values[0] == values[1], reason, *(each.exchange for each in sides))
