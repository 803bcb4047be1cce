"""Defects of code for gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

FIM = "fim.complete"

COMPLETE = "resources.fim:complete"
FILL = "completion.filling:fill"


def _whole(handler: Part, change: Part) -> Part:
    """Return the handler with the JSON of whole answers changed; streams stay as they are."""
    healthy = edited(handler, change)
    return lambda ctx: (handler if ctx.body.get("stream") else healthy)(ctx)


@mutant("fim.whole-is-a-piece", FIM, place=COMPLETE)
def whole_is_a_piece(complete: Part) -> Part:
    """An answer in one calls itself a piece of a stream."""
    return _whole(complete, lambda found: {**found, "object": "chat.completion.chunk"})


@mutant("fim.another-model-is-named", FIM, place=COMPLETE)
def another_model_is_named(complete: Part) -> Part:
    """A completion of code names a model that was not asked."""
    return _whole(complete, lambda found: {**found, "model": "codestral"})


@mutant("fim.stream-says-something-else", FIM, place=FILL)
def stream_says_something_else(fill: Part) -> Part:
    """A stream fills another gap than the one that was asked for."""

    def defect(body: Part, model: Part) -> Part:
        prompt = f"{body['prompt']}streamed_name + " if body.get("stream") else body["prompt"]
        return fill({**body, "prompt": prompt}, model)

    return defect


@mutant("fim.stream-does-not-end", FIM, place="completion.stream:terminator")
def stream_does_not_end(_terminator: Part) -> Part:
    """The last event is an empty object."""
    return lambda: b"data: {}\n\n"


@mutant("fim.code-is-another-each-time", FIM, place="completion.filling:make_seed")
def code_is_another_each_time(make_seed: Part) -> Part:
    """The same request gives other code each time."""
    asked: list[Part] = []

    def defect(body: Part) -> Part:
        asked.append(body)
        return make_seed({**body, "random_seed": len(asked)})

    return defect


@mutant("fim.any-model-fills", FIM, place=COMPLETE)
def any_model_fills(complete: Part) -> Part:
    """Every name of a model fills gaps."""
    return lambda ctx: complete(evolve(ctx, body={**ctx.body, "model": "codestral-latest"}))
