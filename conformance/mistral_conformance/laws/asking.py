"""Questions to a model that any model can answer, plain and as a stream.

Laws about answers compare two of them. That takes a model that answers the same question alike
again; one that does not keeps the law from being judged.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_conformance.laws.completions import read_pieces, read_plain
from mistral_conformance.laws.law import Subject
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.tools import SILENT
from mistral_conformance.model.schemas import body_schema, properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import TOOL_USE, load_targets
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mistral_conformance.laws.completions import Completion
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, StreamView
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

THOUGHT = "reasoning"
PIECES = "CompletionChunk"
REFUSED = (400, 404, 422, 501)
"""How a server says that it does not take an option."""
STREAMS = "streams"
SEED = 7
TRIES = 2
LONGER = "Tell the story of a river from its source to the sea, in five sentences."
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")


@frozen
class Question:
    """A request to a model. `feature` is the option that it tries, empty for the plainest one."""

    operation: str
    body: Json
    feature: str = ""
    ids: Mapping[str, str] | None = None
    files: Any = field(default=None, repr=False)


def streams(model: Model) -> Iterator[Subject]:
    """Yield each streaming completion that the suite can ask for."""
    for view in model.streams.values():
        if view.data.endswith(PIECES) and view.operation in load_samples():
            operation = (view.operation,)
            yield Subject(view.operation, view, operation, operation)


def asked_fields(model: Model, view: StreamView) -> set[str]:
    """Return the fields that the operation's request takes."""
    _, schema = body_schema(model.document.operations[view.operation])
    return set(properties(model.document, schema or {}))


def question(
    world: World, operation: str, more: Json | None = None, *, words: str = "", feature: str = ""
) -> Question:
    """Return the plainest request with options; as repeatable as the operation allows.

    Raises:
        Skipped: the plainest request names an identity that the run does not have.
        NotOffered: it has tools, and the list says that no model calls any.

    """
    request = plain_request(world, operation)
    body = dict(request["json"])
    names = {each.name for each in world.model.options if each.operation == operation}
    steady = {"random_seed": SEED, "temperature": 0}
    if words or "tools" in (more or {}):
        body.pop("max_tokens", None)
    if "tools" in (more or {}):
        body |= able(world, body)
    makers = {e.name for e in world.model.options if e.effect == "makes think"}
    if not makers.isdisjoint(more or {}):
        body |= able(world, body, THOUGHT)
    body |= saying(body, words)
    kept = {name: value for name, value in steady.items() if name in names}
    return Question(operation, {**body, **kept, **(more or {})}, feature)


def able(world: World, body: Json, ability: str = TOOL_USE) -> Json:
    """Return the model of a request that takes an ability: one that has it, like tool calling."""
    if "model" not in body:
        return {}
    return {"model": world.capabilities.able(ability, str(body["model"]), _lister())}


def idle_tools(world: World) -> Json:
    """Return tools that must not be called; nothing where no model of the list calls any."""
    with suppress(NotOffered):
        able(world, {"model": world.lookup("model")})
        return SILENT
    return {}


def asked_model(world: World, operation: str, request: Json) -> str:
    """Return the model that a request is for: the one that it names, or that of a new agent in it.

    Raises:
        Skipped: it names neither.

    """
    sent = request.get("json") or {n: each[1] for n, each in (request["files"] or {}).items()}
    if "model" in sent:
        named = sent["model"]
        return named.decode() if isinstance(named, bytes) else str(named)
    for each in world.model.references:
        of = world.model.resources.get(each.resource or "")
        if each.place.operation == operation and each.place.name in sent and of:
            made = world.make(of, given={"model": _another(world, world.lookup("model"))})
            sent[each.place.name] = made.key[0]
            return str(made.made["model"])
    raise Skipped("the plainest request names no model")


def _another(world: World, model: str) -> str:
    """Return another model than the usual one, where the list has one that reasons if it cannot."""
    with suppress(NotOffered):
        return str(able(world, {"model": model}, THOUGHT)["model"])
    return model


def names_of(world: World, model: str) -> set[str]:
    """Return all names of a model, as the list of models tells them."""
    return world.capabilities.names_of(model, _lister())


def _lister() -> str:
    """Return the operation that lists the models."""
    return next(each.operation for each in load_targets().values() if each.ability)


def saying(body: Json, words: str) -> Json:
    """Return the words in the form that a request like this takes them in."""
    said = {"messages": [{"role": "user", "content": words}], "inputs": words}
    return {name: each for name, each in said.items() if words and name in body}


def ask(world: World, asked: Question) -> Completion:
    """Return the plain answer.

    Raises:
        NotOffered: the server refuses the option.
        Unjudged: it refuses the plainest request.

    """
    answer = world.call(asked.operation, asked.ids, json=asked.body)
    return read_plain(_taken(world, answer, asked.feature))


def ask_twice(world: World, asked: Question) -> Completion:
    """Return the plain answer of a model that answers alike again.

    Raises:
        Skipped: it does not.
        NotOffered, Unjudged: as in `ask`.

    """
    first = ask(world, asked)
    expect_steady(world, asked, first)
    return first


def expect_steady(world: World, asked: Question, before: Completion) -> None:
    """Let a difference count for which an answer was compared: the model gives it again.

    Models that choose their words give one answer twice by chance, so whoever finds a difference
    asks once more.

    Raises:
        Skipped: the model answers otherwise by now.
        NotOffered, Unjudged: as in `ask`.

    """
    for _ in range(TRIES):
        if ask(world, asked).told != before.told:
            raise Skipped("the same request gets another answer each time")


def hear(world: World, view: StreamView, asked: Question) -> Completion:
    """Return the answer that a stream tells.

    Raises:
        NotOffered: the server refuses to stream, or refuses the option.
        Failed: what comes is no stream of the documented form.

    """
    answer = world.call(view.operation, json={**asked.body, **view.when})
    _taken(world, answer, asked.feature or STREAMS)
    return read_stream(world, answer, view)


def read_stream(world: World, answer: Exchange, view: StreamView) -> Completion:
    """Return the answer that an exchange streams.

    Raises:
        NotOffered: the server refuses to stream.
        Failed: it is no stream of the documented form.

    """
    _taken(world, answer, STREAMS)
    world.expect(answer.streams, f"a stream was asked for, {answer.media_type} came", answer)
    return read_pieces(answer, view.end)


def stop_at(completion: Completion) -> str:
    """Return a long word of an answer, from its middle on, which the same answer would end before.

    Raises:
        Skipped: the answer has too few words.

    """
    words = [each for each in completion.first.text.split()[1:] if each.isalpha()]
    if not words:
        raise Skipped("the answer has too few words to stop at one")
    return max(words[len(words) // 2 :], key=len)


def count(completion: Completion, name: str) -> int:
    """Return a count of the usage.

    Raises:
        Failed: the answer tells no usage, or something else there.
        Skipped: the usage leaves it out; where it may not, the form of the answer is wrong.

    """
    usage = completion.usage[0] if completion.usage else {}
    found = usage.get(name)
    if completion.usage and found is None:
        raise Skipped(f"the usage leaves out `{name}`", completion.exchange)
    if isinstance(found, bool) or not isinstance(found, int):
        raise Failed(f"`usage.{name}` is {found!r} where a count is due", completion.exchange)
    return found


def counts(usage: Json) -> dict[str, Any]:
    """Return the counts of a usage that all answers share."""
    return {each: usage.get(each) for each in COUNTS}


def parse(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return the value that a text spells, None where it is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _taken(world: World, answer: Exchange, feature: str) -> Exchange:
    """Return an answer that was given; a refusal only with an option shows that it is not offered.

    Raises:
        NotOffered: an option is refused.
        Unjudged: the plainest request is.

    """
    if feature:
        offered = answer.status not in REFUSED
        world.capabilities.note(feature, offered=offered)
        if not offered:
            raise NotOffered(f"not offered: {feature} is refused with {answer.status}", answer)
    return world.need(answer)


def other_name(world: World, operation: str) -> str:
    """Return another name of the model that the operation is asked for.

    Raises:
        NotOffered: the list of models tells none.

    """
    model = asked_model(world, operation, plain_request(world, operation))
    others = sorted(names_of(world, model) - {model})
    if not others:
        raise NotOffered(f"not offered: {model} has no other name")
    return others[0]
