"""Law 5, keys: only the very key opens, in the very scheme; all else is 401 whatever is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import Subject, law
from mistral_conformance.laws.requests import plain_request
from mistral_conformance.laws.seen import is_plain
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.capabilities import NOTHING
from mistral_conformance.session.identities import CALLER
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Model

SCHEMES = "RFC 9110, section 11.1: the name of a scheme is compared in any case"
NO_SUCH_PATH = 404
OPENED = "harm: what belongs to somebody is opened to whoever has no key"


def _each_operation(model: Model) -> Iterator[Subject]:
    for each in model.document.operations:
        yield Subject(each, each, (each,), (each,))


@law(id="keys.only-the-key-opens", over=_each_operation, source=OPENED, harm=True)
def only_the_key_opens(world: World, operation: str) -> None:
    """A key that is shortened, lengthened, in another case or scheme, empty or doubled gets 401."""
    key = world.ctx.identity(CALLER).key
    spec = world.document.operations[operation]
    url = spec.url(dict.fromkeys(spec.path_ids, NOTHING))
    request = plain_request(world, operation)
    for what, authorization in _wrong(key).items():
        message = Message(
            spec.method,
            url,
            request["query"],
            request.get("json", UNSET),
            files=request["files"],
            headers={"Authorization": authorization},
        )
        answer = world.ctx.as_(CALLER).send(message, operation)
        if answer.status == NO_SUCH_PATH:
            world.capabilities.see(answer)  # a server may lack what no plain probe told
        reason = f"{operation} answers {answer.status} to {what}, 401 is due"
        world.expect(answer.status == 401, reason, answer)


def _readings(model: Model) -> Iterator[Subject]:
    return (e for e in _each_operation(model) if is_plain(model.document.operations[e.name]))


@law(id="keys.scheme-is-in-any-case", over=_readings, source=SCHEMES, level=SHOULD)
def scheme_is_in_any_case(world: World, operation: str) -> None:
    """The key opens whether its scheme is written with capitals or without."""
    key = world.ctx.identity(CALLER).key
    world.need(world.call(operation, {}))
    for scheme in ("bearer", "BEARER"):
        url = world.document.operations[operation].url({})
        message = Message("GET", url, headers={"Authorization": f"{scheme} {key}"})
        answer = world.ctx.as_(CALLER).send(message, operation)
        said = f"{operation} answers {answer.status} to the key with the scheme {scheme!r}"
        world.expect(answer.ok, said, answer)


def _wrong(key: str) -> dict[str, str]:
    """By what is wrong, the header."""
    wrong = {
        "a key that lacks its last character": f"Bearer {key[:-1]}",
        "a key with a character more": f"Bearer {key}x",
        "a doubled key": f"Bearer {key}{key}",
        "a key in another scheme": f"Basic {key}",
        "a key without a scheme": key,
        "an empty key": "Bearer",
    }
    if key.swapcase() != key:
        wrong["a key in another case"] = f"Bearer {key.swapcase()}"
    return wrong
