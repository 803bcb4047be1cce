"""Law 16: what is sent is used. Each option of a request shows in the answer as declared."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.asking import (
    LONGER,
    REFUSED,
    ask,
    ask_twice,
    count,
    expect_steady,
    idle_tools,
    parse,
    question,
    stop_at,
)
from mistral_conformance.laws.comparing import shorten
from mistral_conformance.laws.completions import read_plain
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.reading import values_at
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.settings import (
    ROOM,
    SETTING_USES,
    is_asked,
    kept_with,
    room,
    setting_question,
)
from mistral_conformance.laws.tools import (
    CITY,
    FORCED,
    JSON_SCHEMA,
    KEYS,
    NAMED,
    NAMESAKE,
    PRICE,
    REQUIRED,
    SEVERAL,
    SILENT,
    fits,
    fits_tool,
    names_of,
)
from mistral_conformance.model.schemas import body_properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.verdict.outcome import NotOffered, Skipped
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mistral_conformance.laws.asking import Question
    from mistral_conformance.laws.completions import Choice, Completion
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Option
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

    Use = Callable[[World, Option], None]

DECLARED = "document: x-mistral-option (what the option does)"
SEEDED = "document: ChatCompletionRequest.random_seed (equal answers as far as possible)"
NOUGHT = "harm: who sends 0 is answered as if nothing had been sent"
REPEATS = "repeats"
CAP, COUNT, MANY, LEAST, SPARE = 4, 3, 7, 40, 4
NEVER = "§never§"
BLANKS = ("\n", " ")
MOST_LETTERS = 20
COMPANY: dict[str, Any] = {"caps usage": ROOM, "ends text": [NEVER], "counts choices": 2}
"""By effect, a value of an option that leaves each answer as it is: options stand beside others."""
THOUGHTFUL, SUM = "high", "What is 17 times 23?"
SEEDS, OFTEN, WARM = (0, 42), 3, {"temperature": 1}
SHOWING = ("shows value", "shows")
PACKED = {"encoding_format": "base64"}
FLOAT_BYTES = 4
WEATHER_IN_LYON = "What is the weather in Lyon for the next 2 days?"


def _promised(model: Model) -> Iterator[Subject]:
    return (each for each in _uses(model) if each.value[0].effect != REPEATS)


def _tried(model: Model) -> Iterator[Subject]:
    return (each for each in _uses(model) if each.value[0].effect == REPEATS)


def _uses(model: Model) -> Iterator[Subject]:
    """Yield each use of each effect; of options that work together the first one counts."""
    seen: set[tuple[str, ...]] = set()
    for each in (*model.options, *model.settings):
        key = (each.operation, each.by, each.inside, each.effect)
        if each.effect not in USES or each.operation not in load_samples() or key in seen:
            continue
        seen.add(key)
        for use, judge in USES[each.effect].items() if is_asked(model, each) else ():
            if not each.inside or use in SETTING_USES:
                name = each.place + (f", {use}" if use else "")
                operation, made = (each.operation,), kept_with(model, each)
                needed = (*operation, *made)
                yield Subject(name, (each, judge), operation, needed, (each.origin,))


@law(id="answers.option-is-used", over=_promised, source=DECLARED)
def option_is_used(world: World, option: Option, use: Use) -> None:
    """An option of a request does what is declared of it."""
    use(world, option)


@law(id="answers.seed-repeats", over=_tried, source=SEEDED, level=SHOULD)
def seed_repeats(world: World, option: Option, use: Use) -> None:
    """Equal requests with one seed get equal answers: that is promised as far as possible."""
    use(world, option)


@law(id="answers.nought-is-a-seed", over=_tried, source=NOUGHT, harm=True)
def nought_is_a_seed(world: World, option: Option, _use: Use) -> None:
    """Where a seed repeats an answer, a seed of 0 does not get another one each time."""
    nought, other = (
        [_ask_seeded(world, option, seed).first.text for _ in range(OFTEN)] for seed in SEEDS
    )
    if len(set(other)) > 1:
        raise Skipped("no seed repeats an answer")
    said = f"with {option.name} 0 there are {OFTEN} answers, with {SEEDS[-1]} there is one"
    world.expect(len(set(nought)) < OFTEN, said, *world.ctx.exchanges[-2 * OFTEN :])


def _ask_seeded(world: World, option: Option, seed: int) -> Completion:
    """Return the answer with a seed, left to chance as far as the request can say so."""
    beside = world.model.settings if option.inside else world.model.options
    names = {each.name for each in beside if each.operation == option.operation}
    warm = {name: each for name, each in WARM.items() if name in names}
    return _ask(world, option, {**warm, option.name: seed})


def _ask(world: World, option: Option, more: Json, words: str = "") -> Completion:
    return _within_room(world, option, ask(world, _question(world, option, more, words)))


def _within_room(world: World, option: Option, answer: Completion, *given: object) -> Completion:
    """Return an answer that the room it was given has not cut: models may think at any length.

    Raises:
        Skipped: it fills that room, so that nothing or half of it may be said.

    """
    has_room = ROOM in given or (option.inside and room(world, option))
    spent = answer.usage[0].get("completion_tokens") if answer.usage else None
    if has_room and isinstance(spent, int) and spent >= ROOM:
        raise Skipped(f"the answer fills the {ROOM} tokens that it may have", answer.exchange)
    return answer


def _ask_beside(
    world: World, option: Option, more: Json, words: str, *effects: str, also: Json | None = None
) -> Completion:
    """Return the same with other request options; without them where they are refused together.

    The same question without the option goes before it: its answer must not be given again.
    """
    beside = {
        each.name: COMPANY[each.effect] for each in _beside(world, option) if each.effect in effects
    }
    beside |= also or {}
    for each in ({}, more):
        asked = _question(world, option, {**beside, **each}, words)
        answer = world.call(asked.operation, asked.ids, json=asked.body)
    if answer.status in REFUSED:
        return _ask(world, option, more, words)
    return _within_room(world, option, read_plain(answer), *beside.values())


def _beside(world: World, option: Option) -> list[Option]:
    """Return the options that stand at the place of an option, itself among them."""
    options = world.model.settings if option.inside else world.model.options
    place = (option.operation, option.inside, option.by)
    return [each for each in options if (each.operation, each.inside, each.by) == place]


def _question(world: World, option: Option, more: Json | None = None, words: str = "") -> Question:
    if option.inside:
        return setting_question(world, option, more or {}, words)
    return question(world, option.operation, more, words=words, feature=option.name if more else "")


def _caps_usage(world: World, option: Option) -> None:
    free = ask(world, _question(world, option, words=LONGER))
    for most, beside in ((CAP, ()), (1, ("ends text",))):
        capped = _ask_beside(world, option, {option.name: most}, LONGER, *beside)
        written = count(capped, "completion_tokens")
        reason = f"{option.name} {most} gives {written} tokens"
        world.expect(written <= most, reason, capped.exchange)
        if count(free, "completion_tokens") > CAP:
            _expect_cut(world, option, free, capped)
    thoughtful = {e.name: THOUGHTFUL for e in _beside(world, option) if e.effect == "makes think"}
    if thoughtful:
        with suppress(NotOffered):  # no model of the list reasons
            _caps_by_one(world, option, thoughtful, SUM)
    none = _question(world, option, {option.name: 0}, LONGER)
    answer = world.ask(none.operation, none.ids, json=none.body)
    if answer.ok:  # a server may refuse it, or write the least that it can
        written = count(read_plain(answer), "completion_tokens")
        world.expect(written <= CAP, f"{option.name} 0 gives {written} tokens", answer)


def _caps_by_one(world: World, option: Option, more: Json, words: str) -> None:
    """Expect a cap of one token less than an answer has, all counted, to hold."""
    asked = _question(world, option, more, words)
    free = world.call(asked.operation, asked.ids, json=asked.body)
    if free.status in REFUSED:
        return
    cap = count(read_plain(free), "completion_tokens") - 1
    capped = world.call(asked.operation, asked.ids, json={**asked.body, option.name: cap})
    if cap > 0 and capped.status not in REFUSED:
        written = count(read_plain(capped), "completion_tokens")
        said = f"{option.name} {cap} gives {written} tokens, thoughts counted"
        world.expect(written <= cap, said, free, capped)


def _expect_cut(world: World, option: Option, free: Completion, capped: Completion) -> None:
    ends = [each.finish for each in capped.choices.values()]
    cut = all(each == ["length"] for each in ends if each or not option.inside)
    world.expect(cut, f"a cut answer ends with {ends}", capped.exchange)
    capped_length, length = (len(e.first.thoughts + e.first.text) for e in (capped, free))
    shorter = capped_length < length
    world.expect(shorter, "a capped answer is as long as a free one", capped.exchange)


def _fills_usage(world: World, option: Option) -> None:
    answer = _ask(world, option, {option.name: LEAST}, LONGER)
    written = count(answer, "completion_tokens")
    reason = f"{option.name} {LEAST} gives {written} tokens"
    world.expect(written >= LEAST, reason, answer.exchange)


def _counts_choices(world: World, option: Option) -> None:
    _expect_choices(world, option, 1)
    _expect_choices(world, option, COUNT, "ends text")
    with suppress(NotOffered):  # a server may take fewer, and say so
        _expect_choices(world, option, MANY)


def _expect_choices(world: World, option: Option, number: int, *beside: str) -> None:
    answer = _ask_beside(world, option, {option.name: number}, "", *beside)
    found = sorted(answer.choices)
    reason = f"{option.name} {number} gives the choices {found}"
    world.expect(found == list(range(number)), reason, answer.exchange)


def _ends_text(world: World, option: Option) -> None:
    asked = _question(world, option)
    plain = ask_twice(world, asked)
    stop = stop_at(plain)
    early = _earlier(plain.first.text.partition(stop)[0]) or stop
    roomy = ("caps usage",)
    for value, first, beside in (
        (stop, stop, ()),
        ([NEVER, stop], stop, roomy),
        ([early, stop], early, ()),
        ([stop, early], early, roomy),
    ):
        due = plain.first.text.partition(first)[0].rstrip()
        answer = _ask_beside(world, option, {option.name: value}, "", *beside)
        text, finish = answer.first.text.rstrip(), answer.first.finish
        left, right = shorten(text, due)
        reason = f"with {option.name} {value!r} the text is {left}, due is {right}"
        ended = finish == ["stop"] or (not finish and option.inside)
        if text != due or not ended:
            expect_steady(world, asked, plain)
        if not due.startswith(text) and first not in text:
            _ends_at_a_letter(world, option, plain)
            raise Skipped(f"with {option.name} the model gives another answer", answer.exchange)
        world.expect(text == due, reason, plain.exchange, answer.exchange)
        world.expect(ended, f"a stopped answer ends with {finish}", answer.exchange)
    _expect_goes_on(world, option, plain, stop)
    _ends_at_a_blank(world, option, plain)
    _ends_before_a_cap(world, option, plain, early, count(answer, "completion_tokens"))


def _expect_goes_on(world: World, option: Option, plain: Completion, stop: str) -> None:
    """Expect that texts which an answer has not, though it has their letters, end nothing."""
    text = plain.first.text
    others = (f"{NEVER}{text[::-1].strip()[:MOST_LETTERS]}", stop.swapcase())
    for each in (other for other in others if other not in text):
        answer = _ask(world, option, {option.name: each})
        if answer.first.text != text:
            expect_steady(world, _question(world, option), plain)
        left, right = shorten(answer.first.text, text)
        reason = (
            f"with a text that does not come as {option.name} the text is {left}, due is {right}"
        )
        world.expect(answer.first.text == text, reason, plain.exchange, answer.exchange)


def _ends_at_a_blank(world: World, option: Option, plain: Completion) -> None:
    """Expect that a text of white space ends an answer like any other, where it is taken."""
    for blank in (each for each in BLANKS if each in plain.first.text.strip()):
        with suppress(NotOffered):
            answer = _ask(world, option, {option.name: blank})
            left, _ = shorten(answer.first.text, "")
            said = f"with {option.name} {blank!r} the text is {left}"
            ended = blank not in answer.first.text.rstrip()
            world.expect(ended, said, plain.exchange, answer.exchange)


def _earlier(text: str) -> str:
    """Return a word of a text that is not where it begins, empty where it has none."""
    words = [each for each in text.split() if each.isalpha() and len(each) > 1]
    return next((each for each in words if text.partition(each)[0].strip()), "")


def _ends_before_a_cap(
    world: World, option: Option, plain: Completion, stop: str, tokens: int
) -> None:
    """Expect that a text which ends it before a cap is why it ends, however short the cap is."""
    cap = tokens + SPARE
    beside = dict.fromkeys(_caps(world, option), cap)
    if not beside or count(plain, "completion_tokens") <= cap:
        return
    answer = _ask(world, option, {**beside, option.name: stop})
    text, finish = answer.first.text.rstrip(), answer.first.finish
    due = plain.first.text.partition(stop)[0].rstrip()
    if text == due and finish:
        reason = f"an answer that {option.name} ends before {cap} tokens ends with {finish}"
        world.expect(finish == ["stop"], reason, plain.exchange, answer.exchange)


def _caps(world: World, option: Option) -> list[str]:
    """Return the options that cap an answer, of those beside an option; the first is enough."""
    return [each.name for each in _beside(world, option) if each.effect == "caps usage"][:1]


def _ends_at_a_letter(world: World, option: Option, plain: Completion) -> None:
    """Expect that letters which hardly a text is without end it, whatever is answered."""
    letters = [each for each in plain.first.text if each.isalpha()]
    stops = sorted(sorted({*letters}), key=letters.count)[-2:]
    answer = _ask(world, option, {option.name: stops})
    left, _ = shorten(answer.first.text, "")
    reason = f"with {option.name} {stops} the text is {left}"
    world.expect(not {*stops} & {*answer.first.text}, reason, answer.exchange)


def _repeats(world: World, option: Option) -> None:
    for seed in SEEDS:
        one, other = (_ask_seeded(world, option, seed) for _ in range(2))
        left, right = shorten(one.first.text, other.first.text)
        reason = f"with {option.name} {seed} the text is {left} and {right} the next time"
        same = one.first.text == other.first.text
        world.expect(same, reason, one.exchange, other.exchange)


def _shapes_object(world: World, option: Option) -> None:
    wish = {option.name: {"type": "json_object"}}
    for words in (CITY, KEYS):
        answer = _ask_beside(world, option, wish, words, "counts choices")
        for choice in (answer.first, *answer.choices.values()):
            is_object = isinstance(parse(choice.text), dict)
            world.expect(is_object, "the text is no JSON object", answer.exchange)


def _shapes_by_schema(world: World, option: Option) -> None:
    tools = {} if option.inside else idle_tools(world)
    for words, wish in ((CITY, JSON_SCHEMA), (PRICE, NAMESAKE)):
        try:
            answer = _ask_beside(world, option, {option.name: wish}, words, also=tools)
        except NotOffered as refused:
            flat = wish is JSON_SCHEMA
            world.expect(flat, "a schema is refused that has definitions", *refused.evidence)
            raise
        fitting = fits(parse(answer.first.text), wish["json_schema"]["schema"])
        world.expect(fitting, "the text does not fit the schema", answer.exchange)


def _calls(tools: Json) -> Use:
    """Return the judge of a request that has to be answered with calls of its tools."""
    chosen = tools["tool_choice"]
    due = names_of(tools) if isinstance(chosen, str) else {chosen["function"]["name"]}

    def judge(world: World, option: Option) -> None:
        unasked = _ask(world, option, tools, "Thank you for the lovely flowers.")
        answer = _ask_beside(world, option, tools, WEATHER_IN_LYON, "counts choices")
        for each in (unasked, answer):
            for choice in (each.first, *each.choices.values()):
                said = "no tool is called where one has to be"
                world.expect(choice.called, said, each.exchange)
        for choice in answer.choices.values():
            _expect_calls(world, option, choice, due, answer.exchange)

    return judge


def _expect_calls(
    world: World, option: Option, choice: Choice, due: set[str], answer: Exchange
) -> None:
    """Hold the calls of a choice to be of the tools that are due, fitting, and apart."""
    for name, arguments in choice.called:
        said = f"the tool {name!r} is called, {' or '.join(sorted(due))} is due"
        world.expect(name in due, said, answer)
        fitting = fits_tool(name, arguments)
        world.expect(fitting, f"the arguments of {name} do not fit its parameters", answer)
    world.expect(len(choice.ids) == len(set(choice.ids)), "two calls have one id", answer)
    world.expect(not choice.nameless, "a call has null for its id", answer)
    ended = choice.finish == ["tool_calls"] or (not choice.finish and option.inside)
    world.expect(ended, f"calls end with {choice.finish}", answer)


def _calls_cut_short(world: World, option: Option) -> None:
    caps = _caps(world, option)
    if not caps:
        raise NotOffered("not offered: nothing caps an answer")
    cut = _ask(world, option, {**FORCED, caps[0]: 1}, WEATHER_IN_LYON)
    for choice in cut.choices.values():
        whole = choice.called and all(fits_tool(*each) for each in choice.called)
        said = f"calls that {caps[0]} 1 cuts end with {choice.finish}, as if they were whole"
        world.expect(choice.finish != ["tool_calls"] or whole, said, cut.exchange)


def _calls_nothing(world: World, option: Option) -> None:
    answer = _ask(world, option, SILENT, WEATHER_IN_LYON)
    world.expect(not answer.first.calls, "a tool is called in spite of none", answer.exchange)


def _ask_plain(world: World, option: Option, value: object) -> list[Any]:
    """Return what the answer to the plainest request with a value of the option has at its place.

    Raises:
        NotOffered: the option is refused.

    """
    without = plain_request(world, option.operation)
    request = dict(without)
    if request.get("files"):
        spelled = json.dumps(value) if not isinstance(value, str) else value
        given = {} if value is None else {option.name: (None, spelled.encode())}
        request["files"] = {**request["files"], **given}
    else:
        request["json"] = {**request["json"], option.name: value}
    world.call(option.operation, **without)  # what is kept of it must not be given again
    answer = world.call(option.operation, **request)
    if answer.status in REFUSED:
        world.capabilities.note(option.name, offered=False)
        raise NotOffered(f"not offered: {option.name} is refused with {answer.status}", answer)
    return _shown(option, world.need(answer))


def _counts_items(world: World, option: Option) -> None:
    found = [len(each) for each in _ask_plain(world, option, option.value)]
    reason = f"{option.name} {option.value} gives {found} items at `{option.at}`"
    world.expect(found and set(found) == {option.value}, reason)
    taken = body_properties(world.document, world.document.operations[option.operation])
    if taken.keys() >= PACKED.keys():
        _expect_packed(world, option)


def _expect_packed(world: World, option: Option) -> None:
    """Hold vectors that come as base64 to be as long as the option says."""
    request = plain_request(world, option.operation)
    request["json"] = {**request["json"], option.name: option.value, **PACKED}
    answer = world.call(option.operation, **request)
    texts = values_at(answer.json(), option.at) if answer.ok else []
    sizes = {len(each) for each in texts if isinstance(each, str)}
    due = {len(b64encode(bytes(option.value * FLOAT_BYTES)))}
    reason = f"{option.name} {option.value} gives base64 of {sizes} letters, {due} are due"
    world.expect(sizes in (set(), due), reason, answer)


def _shows_value(world: World, option: Option) -> None:
    found = _ask_plain(world, option, option.value)
    due = option.value if isinstance(option.value, list) else [option.value]
    reason = f"{option.name} {option.value} gives {found} at `{option.at}`"
    world.expect(found == due, reason)
    beside, names = _shown_beside(world, option)
    reason = f"beside {names} {option.name} {option.value} gives {beside} at `{option.at}`"
    world.expect(beside in (None, due), reason)


def _shows(world: World, option: Option) -> None:
    reason = f"{option.name} {option.value} shows nothing at `{option.at}`"
    world.expect(_ask_plain(world, option, option.value), reason)
    found = _ask_plain(world, option, option.other)
    world.expect(not found, f"{option.name} {option.other} shows {found} at `{option.at}`")
    beside, names = _shown_beside(world, option)
    reason = f"beside {names} {option.name} {option.value} shows nothing at `{option.at}`"
    world.expect(beside is None or beside, reason)


def _shown_beside(world: World, option: Option) -> tuple[list[Any] | None, str]:
    """Return what an option shows beside all others that show something, and their names.

    None where there are no others, or where they are refused together.
    """
    effects = (each for each in _beside(world, option) if each.effect in SHOWING)
    given = {each.name: each.value for each in effects}
    body = plain_request(world, option.operation).get("json")
    if body is None or not given.keys() - {option.name}:
        return None, ""
    answer = world.call(option.operation, json={**body, **given})
    names = " and ".join(name for name in given if name != option.name)
    return (_shown(option, answer) if answer.ok else None), names


def _shown(option: Option, answer: Exchange) -> list[Any]:
    """Return what stands at the option's place of an answer."""
    return [each for each in values_at(answer.json(), option.at) if each not in (None, [], {})]


def _calls_one(world: World, option: Option) -> None:
    words = "What is the weather, and what time is it, in Lyon and in Oslo?"
    answer = _ask(world, option, {**SEVERAL, option.name: False}, words)
    count = len(answer.first.called)
    said = f"with {option.name} false {count} tools are called at once"
    world.expect(count <= 1, said, answer.exchange)


USES: dict[str, dict[str, Use]] = {
    "caps usage": {"": _caps_usage},
    "fills usage": {"": _fills_usage},
    "counts choices": {"": _counts_choices},
    "ends text": {"": _ends_text},
    REPEATS: {"": _repeats},
    "shapes json": {"": _shapes_object, "by a schema": _shapes_by_schema},
    "counts items": {"": _counts_items},
    "shows value": {"": _shows_value},
    "shows": {"": _shows},
    "calls tools": {
        "": _calls(FORCED),
        "several": _calls(SEVERAL),
        "required": _calls(REQUIRED),
        "by name": _calls(NAMED),
        "cut short": _calls_cut_short,
        "not at all": _calls_nothing,
    },
    "calls several": {"": _calls_one},
}
"""By effect, the uses of an option; the plainest one has no name."""
