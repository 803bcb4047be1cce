"""Options inside an object of a request, such as `completion_args`, or of what a request names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.asking import SEED, Question, able, saying
from mistral_conformance.laws.instance import key_of
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.model.schemas import body_properties
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import targets_of

if TYPE_CHECKING:
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model, Option
    from mistral_conformance.model.document import Json

SETTING_USES = ("", "by a schema", "not at all")
"""The uses of an option that are tried where it stands inside an object."""
ROOM = 500
"""Tokens that each answer here has room in."""
CALLS, ENDS = "calls tools", "ends text"


def is_asked(model: Model, option: Option) -> bool:
    """Say whether the option can be tried: its operation takes tools, and asks the same twice."""
    operation = model.document.operations[option.operation]
    alone = not option.inside or bool(option.by)
    takes_tools = alone or "tools" in body_properties(model.document, operation)
    repeats = not option.inside or not operation.path_ids
    return (option.effect != CALLS or takes_tools) and (option.effect != ENDS or repeats)


def kept_with(model: Model, option: Option) -> tuple[str, ...]:
    """Return the operation that makes what the option is kept with."""
    return (model.resources[option.kept_by].create,) if option.kept_by else ()


def setting_question(world: World, option: Option, more: Json, words: str) -> Question:
    """Return the plainest request with options where they stand, as repeatable as can be.

    Raises:
        Skipped: the plainest request names an identity that the run does not have.
        Unjudged: the server does not make what the options are kept with.

    """
    settings = {e.name for e in world.model.settings if e.operation == option.operation}
    inner = {"random_seed": SEED, "temperature": 0, **room(world, option)}
    inner |= {name: each for name, each in more.items() if name in settings}
    outer = {name: each for name, each in more.items() if name not in settings}
    asked = {option.inside: inner, **outer}
    body = plain_request(world, option.operation)["json"]
    if option.kept_by:
        without = load_samples()[option.operation].named[option.by].without
        own = {e.name for e in world.model.options if e.operation == option.operation}
        dropped = {*own, *without, option.inside}
        kept = {name: each for name, each in body.items() if name not in dropped}
        body = {**kept, option.by: _keep(world, option, asked)}
    else:
        body = {**body, **(able(world, body) if outer else {}), **asked}
    ids = targets_of(world.ctx).ids(world.document.operations[option.operation])
    feature = option.name if more else ""
    return Question(option.operation, {**body, **saying(body, words)}, feature, ids)


def room(world: World, option: Option) -> Json:
    """Room for an answer where what goes on may have been begun with little of it."""
    caps = [e for e in world.model.settings if e.effect == "caps usage"]
    goes_on = world.document.operations[option.operation].path_ids
    return {e.name: ROOM for e in caps if goes_on and e.operation == option.operation}


def _keep(world: World, option: Option, asked: Json) -> str:
    """Return the id of a new object with which the options are kept."""
    resource = world.model.resources[option.kept_by]
    body = plain_request(world, resource.create)["json"]
    whole = {**body, **(able(world, body) if "tools" in asked else {}), **asked}
    answer = world.need(world.call(resource.create, json=whole))
    return str(key_of(resource, answer.json())[0])
