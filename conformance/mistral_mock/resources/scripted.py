"""What a model answers: as a reply says, else as the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock.completion import engine, usage
from mistral_mock.completion.request import read_request
from mistral_mock.replies import building

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.completion.catalogue import Model
    from mistral_mock.completion.engine import Completion
    from mistral_mock.context import Context


def complete(ctx: Context, body: Mapping[str, Any], model: Model) -> Completion:
    """Return the completion of a chat; a scripted one too is refused what the API refuses.

    What its messages bring has been read, see `attachments`.

    Raises:
        APIError: 400 or 422 for what the document cannot forbid; see `refusal`.

    """
    given = ctx.given
    if given is None or not given.is_spoken:
        return engine.complete(body, model)
    request = read_request(body, model)
    spent = usage.count_prompt(request)
    made = building.make_completion(
        given.answer, request.model_name, spent, request.n, request.seed
    )
    return evolve(made, audio_seconds=usage.count_seconds(request))


def read(ctx: Context, kind: str) -> Any:  # noqa: ANN401 - JSON
    """Return what a reply says of a kind, such as `vectors`; None when it says nothing of it."""
    return None if ctx.given is None else ctx.given.answer.get(kind)
