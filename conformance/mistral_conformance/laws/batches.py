"""Law 15, for lists of inputs: each has its own answer, in its place, as it would have alone.

What is judged is derived: an operation whose request takes `input` as a list, and whose answer has
one item for each.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_conformance.laws.comparing import known
from mistral_conformance.laws.filters import value_at
from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.reading import find, read_items
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.schemas import taken as taken_by
from mistral_conformance.model.schemas import (
    answer_schema,
    body_schema,
    facet,
    items_of,
    properties,
    types,
)
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.record.counting import counted
from mistral_conformance.record.reading import parse
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.laws.instance import Instance, Shown
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

DONE = "document: CreateBatchJobRequest.endpoint; harm: what is paid for is not done"
FORMS = "document: requestBody (`input` may be one, or a list)"
BILLED = "harm: what is billed is told falsely"
SWAPPED = "harm: an answer is given to another input than its own"
ENDPOINT, REQUESTS = "endpoint", "requests"
INPUT = "input"
MESSAGES, READ = "messages", "response.body.usage.prompt_tokens"
MANY = 120
"""So many requests are more than any usual page, or part of a job."""
LENGTHS = (300, 70)
"""So many letters the ids of two requests have in common, where they are taken."""
AT_ONCE = 60
"""So many inputs are more than a model is asked for at a time; a template may count once."""
COUNTS = ("total_requests", "completed_requests", "succeeded_requests")
ANSWERS = ("data", "results")
TEXTS = (
    "Thank you for the lovely flowers.\n\nThey stand in the kitchen — « très belles ».",
    "I will kill you tonight, and then I will murder your brother.",
)
BEGINNING = "The train leaves at nine, and we take the dog along. " * 8
"""So long is what is alike in two inputs, some hundred letters."""
PAGES = 20
"""So many beginnings are less than 2,500 tokens: models of embeddings read 8,000."""
AFTERWARDS = ("I see.", "What time is it?")
"""What is said after a text in a talk whose beginning tells what it is about."""
CLEAR = 0.2
"""The ratings of two talks are so far apart where more than chance sets them apart."""
ORDER = (0, 1, 0, 0, 1)
"""Which text stands in each place: each twice in a row and apart, so that neither a set nor the
other order tells the same."""
EMPTY = 2
"""Stands for a text with nothing in it."""
LONG = ORDER * 8
ODD = (0, EMPTY, 1), LONG, ORDER * 60
"""Lists that a server may refuse as a whole: one with an empty text, a long one, in which what
talks say is in chunks here and there, and one that is longer than models are asked at a time."""


@frozen
class Listed:
    """An operation that answers each item of a list, the field with the answers, their schema."""

    operation: str
    field: str
    schema: Json


def _listed(model: Model) -> Iterator[Subject]:
    """Yield each operation with a list of inputs and a list of answers."""
    document = model.document
    for name, operation in document.operations.items():
        _, body = body_schema(operation)
        taken = properties(document, body or {}).get(INPUT)
        answer, _ = answer_schema(operation, document)
        if taken is None or answer is None or name not in load_samples():
            continue
        shown = properties(document, answer)
        field = next((each for each in ANSWERS if each in shown), None)
        if field and "array" in types(document, taken.schema):
            listed = Listed(name, field, items_of(document, shown[field].schema))
            yield Subject(name, listed, (name,), (name,))


@law(
    id="answers.each-input-has-its-own",
    over=_listed,
    source=f"choices.classifiers-classes-follow-the-text; {SWAPPED}",
    harm=True,
)
def each_input_has_its_own(world: World, listed: Listed) -> None:
    """A list of inputs gets as many answers, each in its place, each the one that it gets alone."""
    alone = [_ask(world, listed, [text]) for text in TEXTS]
    alike = [_first(world, listed, each) for each in alone]
    for order in (ORDER, *ODD):
        texts = [(*TEXTS, "")[place] for place in order]
        answer = _ask(world, listed, texts, chunked=order is LONG)
        if order is ORDER or not 400 <= answer.status < 500:
            _expect_each(world, listed, alike, order, world.need(answer))
    if distance(*alike) == 0:
        raise Skipped("two texts get one answer", *alone)
    _expect_talks(world, listed)


def _expect_talks(world: World, listed: Listed) -> None:
    """Hold each of several talks to get what it gets by itself, also where its beginning tells.

    A server may rate by the last message alone.
    """
    body = plain_request(world, listed.operation)["json"]
    talks = [_talk(body[INPUT], [text, *AFTERWARDS]) for text in TEXTS]
    if None in talks:
        return
    alone = []
    for talk in talks:
        answer = world.call(listed.operation, json={**body, INPUT: talk})
        if not answer.ok:  # a server may take lists alone
            answer = world.call(listed.operation, json={**body, INPUT: [talk]})
        alone.append(_first(world, listed, answer))
    if distance(*alone) >= CLEAR:
        inputs = [talks[place] for place in ORDER]
        answer = world.need(world.call(listed.operation, json={**body, INPUT: inputs}))
        _expect_each(world, listed, alone, ORDER, answer)


def _alone(model: Model) -> Iterator[Subject]:
    """Yield the same where an input may stand by itself too."""
    for subject in _listed(model):
        _, body = body_schema(model.document.operations[subject.name])
        if "string" in types(model.document, properties(model.document, body or {})[INPUT].schema):
            yield subject


@law(id="answers.one-is-as-in-a-list", over=_alone, source=FORMS)
def one_is_as_in_a_list(world: World, listed: Listed) -> None:
    """An input that stands by itself gets what it gets in a list of one, whatever the options."""
    body = plain_request(world, listed.operation)["json"]
    valued = [
        {each.name: each.value}
        for each in world.model.options
        if each.operation == listed.operation and each.value is not None and not each.inside
    ]
    for more in ({}, *valued):
        asked = {**body, **more}
        listed_answers = [
            world.call(listed.operation, json={**asked, INPUT: [text]}) for text in TEXTS
        ]
        if more and not all(each.ok for each in listed_answers):
            continue  # that an option may be refused is for other laws
        due, other = (_first(world, listed, each) for each in listed_answers)
        answer = world.call(listed.operation, json={**asked, INPUT: TEXTS[0]})
        found = _first(world, listed, answer)
        near = distance(found, due)
        said = f"with {more or 'no options'} an input by itself gets another answer than in a list"
        world.expect(near == 0 or near < distance(found, other), said, listed_answers[0], answer)


@law(id="answers.inputs-count-to-their-end", over=_listed, source=SWAPPED, harm=True)
def inputs_count_to_their_end(world: World, listed: Listed) -> None:
    """Of two long inputs that differ at their ends alone each gets an answer of its own."""
    short = [_ask(world, listed, [text]) for text in TEXTS]
    if distance(*(_first(world, listed, each) for each in short)) == 0:
        raise Skipped("two texts get one answer", *short)
    for beginning in (BEGINNING, BEGINNING * PAGES):
        long = [_ask(world, listed, [f"{beginning}{text}"]) for text in TEXTS]
        apart = distance(*(_first(world, listed, each) for each in long))
        said = f"two inputs that differ after {len(beginning)} letters get one answer"
        world.expect(apart > 0, said, *long)
    _expect_answers_read(world, listed)


def _expect_answers_read(world: World, listed: Listed) -> None:
    """Hold talks in which the assistant says last what tells them apart to get two answers."""
    body = plain_request(world, listed.operation)["json"]
    talks = [_talk(body[INPUT], [AFTERWARDS[1], text]) for text in TEXTS]
    answers = [world.call(listed.operation, json={**body, INPUT: [talk]}) for talk in talks if talk]
    if answers and all(each.ok for each in answers):
        apart = distance(*(_first(world, listed, each) for each in answers))
        said = "two talks in which the assistant says last what differs get one answer"
        world.expect(apart > 0, said, *answers)


@law(id="sums.inputs-are-counted", over=_listed, source=BILLED, harm=True)
def inputs_are_counted(world: World, listed: Listed) -> None:
    """The tokens read of a list of inputs count all of them, not the first one or the last.

    The total of the usage is its parts, as far as they are told.
    """
    answers = [_ask(world, listed, [*texts]) for texts in (TEXTS[:1], TEXTS[1:], TEXTS)]
    read = [find(each, "usage.prompt_tokens") for each in answers]
    if not all(isinstance(each, int) for each in read):
        raise NotOffered("not offered: answers do not tell the tokens read")
    said = f"two inputs count {read[-1]} tokens together, {read[0]} and {read[1]} alone"
    world.expect(read[-1] > max(read[:-1]) and min(read) > 0, said, *answers)
    many = _ask(world, listed, [TEXTS[0]] * AT_ONCE)
    told = find(many, "usage.prompt_tokens") if many.ok else None
    if isinstance(told, int):
        said = f"a text {AT_ONCE} times counts {told} tokens, {read[0]} once"
        world.expect(2 * told >= AT_ONCE * read[0], said, answers[0], many)
    for each, tokens in zip(answers, read, strict=True):
        written, total = (find(each, f"usage.{n}") for n in ("completion_tokens", "total_tokens"))
        parts = tokens + (written or 0)
        said = f"the total of the usage is {total}, its parts are {parts} tokens"
        world.expect(total == parts or None in (written, total), said, each)


def _batched(model: Model) -> Iterator[Subject]:
    """Yield each endpoint that jobs may name, with the operation: what makes jobs, path, it."""
    paths = {each.path: each.id for each in model.document.operations.values() if each.body}
    for resource in model.resources.values():
        taken = taken_by(model.document, resource.create) if resource.whole else {}
        if not taken.keys() >= {ENDPOINT, REQUESTS}:
            continue
        for path in facet(model.document, taken[ENDPOINT], "enum") or ():
            operation = paths.get(path, "")
            sample = load_samples().get(operation, Sample())
            if sample.body and not model.document.operations[operation].path_ids:
                operations = (resource.create, resource.read)
                value, needed = (resource, path, operation), (*operations, operation)
                yield Subject(f"{resource.name} of {path}", value, operations, needed)


@law(id="answers.batched-as-alone", over=_batched, source=DONE, harm=True)
def batched_as_alone(world: World, resource: Resource, path: str, operation: str) -> None:
    """A request that its endpoint answers is taken and answered in a job of that endpoint."""
    body = plain_request(world, operation)["json"]
    alone = world.need(world.call(operation, json=body))
    own, model = _apart(body)
    request = {"custom_id": world.values.word(), "body": own}
    given: Json = {ENDPOINT: path, REQUESTS: [request], **model}
    try:
        job = world.make(resource, given=given)
    except Unjudged as refused:
        said = f"{path} answers a request alone, a job of it is refused"
        raise Failed(said, alone, *refused.evidence) from None
    world.settle(job)
    shown = world.read(job)
    failed = shown.fields.get("failed_requests")
    said = f"{path} answers a request alone, in a job {failed} of 1 failed"
    world.expect(not failed, said, alone, shown.exchange)


def _sole(model: Model) -> Iterator[Subject]:
    """Yield what makes jobs, with the first endpoint that they may name."""
    seen: set[str] = set()
    for subject in _batched(model):
        resource = subject.value[0]
        if resource.name not in seen and "file" in model.resources:
            seen.add(resource.name)
            yield evolve(subject, name=resource.name)


@law(id="much.requests-are-all-done", over=_sole, source=DONE, harm=True)
def requests_are_all_done(world: World, resource: Resource, path: str, operation: str) -> None:
    """A job of many requests does and counts each, and its results tell each by its own id.

    So do those of two whose long ids differ at their ends alone.
    """
    own, model = _apart(plain_request(world, operation)["json"])
    words = [world.values.word() for _ in range(MANY)]
    requests = [{"custom_id": word, "body": own} for word in words]
    longer = words[::2] if isinstance(own.get(MESSAGES), list) else []
    for each in requests:
        if each["custom_id"] in longer:
            before = [{"role": "system", "content": BEGINNING}]
            each["body"] = {**own, MESSAGES: [*before, *own[MESSAGES]]}
    job = world.settled(resource, {ENDPOINT: path, REQUESTS: requests, **model})
    shown = _expect_counted(world, job, MANY)
    for name, told in _results(world, job):
        lost = [word for word in words if told.text.count(word) != 1]
        said = f"`{name}` tells {len(lost)} of {MANY} requests not once"
        world.expect(not lost, said, shown.exchange, told)
        _expect_own_results(world, longer, job.made, told)
    _expect_long_ids(world, resource, {ENDPOINT: path, **model}, own)


def _expect_long_ids(world: World, resource: Resource, given: Json, own: Json) -> None:
    """Hold a job to tell its results by ids that are long and differ at their ends alone.

    A server may refuse ids of a length, but not take them and tell others.
    """
    for length in LENGTHS:
        names = [f"{'so-long-an-id-' * length}"[:length] + world.values.word() for _ in range(2)]
        requests = [{"custom_id": name, "body": own} for name in names]
        try:
            job = world.settled(resource, {**given, REQUESTS: requests})
        except Unjudged as refused:
            if any(400 <= each.status < 500 for each in refused.evidence):
                continue
            raise
        for _, told in _results(world, job):
            ids = [each["custom_id"] for each in _parsed_lines(told.text) if each.get("custom_id")]
            said = f"results of requests with ids of {len(names[0])} letters have others: {ids}"
            world.expect(len({*ids} & {*names}) == len(ids), said, job.made, told)
        break


def _results(world: World, job: Instance) -> Iterator[tuple[str, Exchange]]:
    """Yield each file of results that a job names, after the field that does."""
    files, shown = world.model.resources["file"], world.read(job)
    for field in job.resource.fields.values():
        if field.refers == files.name and not field.sent and shown.fields.get(field.name):
            ids = {files.parameter: str(shown.fields[field.name])}
            yield field.name, world.need(world.call(files.content, ids))


def _parsed_lines(text: str) -> Iterator[Json]:
    """Yield the objects of a file of JSON lines."""
    for line in text.split("\n"):
        with suppress(ValueError):
            told = parse(line)
            if isinstance(told, dict):
                yield told


def _expect_own_results(world: World, longer: list[str], made: Exchange, told: Exchange) -> None:
    """Hold each result of a job to tell more tokens read where its request was a longer one."""
    read = _tokens_read(told.text)
    long, short = ([n for w, n in read.items() if (w in longer) is at] for at in (True, False))
    said = "the result of a longer request stands under the id of a shorter one"
    apart = not (long and short) or len({*long, *short}) == 1 or min(long) > max(short)
    world.expect(apart, said, made, told)


def _tokens_read(text: str) -> dict[str, int]:
    """Return how many tokens each result of a job tells to have read, by the id of its request."""
    read = {}
    for told in _parsed_lines(text):
        tokens = value_at(told, READ)
        if isinstance(tokens, int):
            read[str(told.get("custom_id"))] = tokens
    return read


@law(id="much.requests-need-no-ids", over=_sole, source=DONE, harm=True)
def requests_need_no_ids(world: World, resource: Resource, path: str, operation: str) -> None:
    """Requests to which nobody gave an id are done each, as many as there are."""
    own, model = _apart(plain_request(world, operation)["json"])
    job = world.settled(resource, {ENDPOINT: path, REQUESTS: [{"body": own}] * 3, **model})
    _expect_counted(world, job, 3)


def _apart(body: Json) -> tuple[Json, Json]:
    """Return a request as a job has it, and the model that the job names for all of them."""
    own = {name: value for name, value in body.items() if name != "model"}
    return own, {name: value for name, value in body.items() if name == "model"}


def _expect_counted(world: World, job: Instance, count: int) -> Shown:
    """Hold a job that has ended to tell that so many requests were there, and done; return it."""
    shown = world.read(job)
    for name in COUNTS:
        found = shown.fields.get(name)
        said = f"of {count} requests `{name}` is {found}"
        world.expect(found in (None, count), said, job.made, shown.exchange)
    return shown


def _expect_each(
    world: World, listed: Listed, alike: list[Json], order: Sequence[int], answer: Exchange
) -> None:
    """Hold an answer to a list to have one item for each place, that of its text."""
    found = _answers(world, listed, answer)
    said = f"{counted(len(order), 'input', 'get')} {counted(len(found), 'answer')}"
    world.expect(len(found) == len(order), said, answer)
    numbers = [each["index"] for each in found if "index" in each]
    said = f"the answers are numbered {numbers}"
    world.expect(numbers in ([], list(range(len(order)))), said, answer)
    for place, text in enumerate(order if distance(*alike) else ()):
        if text != EMPTY:
            own, other = (distance(found[place], alike[which]) for which in (text, 1 - text))
            world.expect(own < other, f"answer {place} is that of another input", answer)
            left, right = _flags(found[place]), _flags(alike[text])
            said = f"answer {place} says {left}, {right} is due for the same text alone"
            world.expect(left == right, said, answer)


def _first(world: World, listed: Listed, answer: Exchange) -> Json:
    found = _answers(world, listed, world.need(answer))
    world.expect(len(found) == 1, f"one input gets {counted(len(found), 'answer')}", answer)
    return found[0]


def _answers(world: World, listed: Listed, answer: Exchange) -> list[Json]:
    """Return the answers, without what the document does not know of them."""
    items = read_items(answer, listed.field)
    return [known(world.document, listed.schema, each) for each in items]


def _ask(world: World, listed: Listed, texts: Sequence[str], *, chunked: bool = False) -> Exchange:
    """Return the answer to a list of inputs of the form that the plainest request has."""
    body = plain_request(world, listed.operation)["json"]
    inputs = [
        _shape(body[INPUT], text, chunked=chunked and number % 2 == 0)
        for number, text in enumerate(texts)
    ]
    return world.call(listed.operation, json={**body, INPUT: inputs})


def _shape(sample: Any, text: str, *, chunked: bool) -> Any:  # noqa: ANN401 - JSON
    """Return a text as one input: itself, a conversation, or an object that holds one."""
    said = {"role": "user", "content": [{"type": "text", "text": text}] if chunked else text}
    if isinstance(sample, dict):
        return {**sample, "messages": [said]}
    if isinstance(sample, list) and sample and not isinstance(sample[0], str):
        talk = isinstance(sample[0], dict) and "role" in sample[0]
        return [said] if talk else _shape(sample[0], text, chunked=chunked)
    return text


def _talk(sample: Any, said: list[str]) -> Any:  # noqa: ANN401 - JSON
    """Return what is said in turns as one input; None where inputs are no conversations."""
    roles = ("user", "assistant")
    talk = [{"role": roles[place % 2], "content": each} for place, each in enumerate(said)]
    if isinstance(sample, dict):
        return {**sample, "messages": talk}
    if isinstance(sample, list) and sample and not isinstance(sample[0], str):
        return talk if "role" in sample[0] else _talk(sample[0], said)
    return None


def distance(left: object, right: object) -> float:
    """Return how far the numbers of two answers are apart.

    Infinite where they have other places.
    """
    one, other = _numbers(left), _numbers(right)
    if one.keys() != other.keys():
        return float("inf")
    return sum(abs(value - other[place]) for place, value in one.items())


def _numbers(value: object) -> dict[str, float]:
    return {place: each for place, each in _leaves(value) if not isinstance(each, bool)}


def _flags(value: object) -> list[str]:
    """Return the places of an answer at which it says yes."""
    return [place for place, each in _leaves(value) if each is True]


def _leaves(value: object, place: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers and flags of an answer beside its own number, each with its place."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "index":
                yield from _leaves(each, f"{place}.{name}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, f"{place}.{number}")
    elif isinstance(value, int | float):
        yield place, value
