"""Code for a gap (FIM): one operation in two forms, chosen by `stream` in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion import bodies, filling
from mistral_mock.registry import operation
from mistral_mock.replies import building
from mistral_mock.replies.reply import COMPLETION
from mistral_mock.resources import chat, tuned_models

if TYPE_CHECKING:
    from mistral_mock.answers import Answer, EventStream
    from mistral_mock.context import Context

CAPABILITY = "completion_fim"


@operation("fim.complete", answers=COMPLETION)
def complete(ctx: Context) -> Answer | EventStream:
    """Return the code between prompt and suffix, whole or piece by piece.

    400 for a model that does not exist or cannot fill gaps.
    """
    model = tuned_models.find_able_model(ctx, ctx.body["model"], CAPABILITY)
    completion = filling.fill(ctx.body, model)
    if ctx.given is not None and ctx.given.is_spoken:
        spent, seed = completion.prompt_tokens, filling.make_seed(ctx.body)
        completion = building.make_completion(ctx.given.answer, completion.model, spent, 1, seed)
    id_, created = ctx.ids.hex32(), int(ctx.now().timestamp())
    return chat.tell(ctx, completion, bodies.make_body(completion, id_, created))
