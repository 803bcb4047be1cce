"""Chat completions: one operation in two forms, chosen by `stream` in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import rates, traffic
from mistral_mock.answers import EventStream, json_answer
from mistral_mock.completion import bodies, catalogue, stream
from mistral_mock.registry import operation
from mistral_mock.replies.reply import CHAT
from mistral_mock.resources import attachments, scripted, tuned_models

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.completion.engine import Completion
    from mistral_mock.context import Context

DEPRECATION = "x-model-deprecation-timestamp"


@operation("chat.complete", answers=CHAT)
def complete(ctx: Context) -> Answer | EventStream:
    """Return the completion as one body, or a stream of the same text, calls, reasons and usage."""
    model = tuned_models.demand_chat_model(ctx, ctx.body["model"])
    return answer(ctx, scripted.complete(ctx, attachments.read(ctx, ctx.body), model))


def answer(ctx: Context, completion: Completion) -> Answer | EventStream:
    """Return the completion in the form that the body asks for; whoever listens hears of it."""
    id_, created = ctx.ids.hex32(), int(ctx.now().timestamp())
    body = bodies.make_body(completion, id_, created)
    traffic.tell(ctx, body)
    return tell(ctx, completion, body)


def tell(ctx: Context, completion: Completion, body: dict[str, Any]) -> Answer | EventStream:
    """Return the body as an answer, or the same as events; both cost the same.

    The headers of an answer tell what it cost, those of streams do not.
    """
    spent = ctx.spend(rates.TOKENS, completion.total_tokens)
    if wants_stream(ctx):
        return EventStream(stream.make_events(completion, body["id"], body["created"]))
    return json_answer(body, headers=(*spent, *deprecation_headers(completion.model)))


def wants_stream(ctx: Context) -> bool:
    """Say whether the body asks for events."""
    return bool(ctx.body.get("stream"))


def deprecation_headers(name: str) -> tuple[tuple[str, str], ...]:
    """Return when the model goes away, as the API's header says it; not on streams.

    The official SDK reads the whole body when it sees this header, which ends a stream for it.
    """
    model = catalogue.find_chat_model(name)
    if model is None or model.deprecation is None:
        return ()
    return ((DEPRECATION, model.deprecation.isoformat().replace("+00:00", "Z")),)
