"""Models: their list, their aliases, and what becomes of tuned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_cards
from mistral_conformance.rules.common.chats import body
from mistral_conformance.rules.common.names import CHAT, GET_MODEL, LIST_MODELS
from mistral_conformance.rules.common.readings import column, exactly
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.tunings import tune
from mistral_conformance.session.capabilities import capabilities_of
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

DELETE_MODEL = "models.delete"


ARCHIVE = "models.archive"
UNARCHIVE = "models.unarchive"


@rule(MUST, "document: ModelList; choices.models-ids-are-unique", (LIST_MODELS,))
def list_is_not_empty(ctx: Context) -> None:
    """The list of models is a list of cards, no two of one id; where there are chats, one can."""
    listed = ctx.answer(LIST_MODELS)
    expect_equal(ctx, listed["object"], "list", "object", listed)
    can_chat = able_cards(listed, "completion_chat") or not capabilities_of(ctx.session).offers(
        CHAT
    )
    ctx.expect(can_chat, "no model can chat", listed)
    ids = column(listed, "data", "id")
    ctx.expect(len(ids) == len(set(ids)), "an id is listed twice", listed)


@rule(
    MUST,
    "document: FTModelCard",
    (LIST_MODELS, GET_MODEL, CHAT),
    needs=("clock",),
    about=("fine_tuning.jobs.create body/model values",),
)
def tuned_model_is_listed_and_chats(ctx: Context) -> None:
    """The model of a finished job is listed as fine-tuned, is read the same way, and answers."""
    name = tune(ctx)
    listed = ctx.answer(LIST_MODELS)
    (card,) = exactly(1, (e for e in listed["data"] if e["id"] == name), "cards of it", listed)
    expect_equal(ctx, card["type"], "fine-tuned", "the type", listed)
    ctx.expect(not card.get("archived"), "a new model is archived", listed)
    read = ctx.answer(GET_MODEL, model_id=name)
    expect_equal(ctx, read["root"], card["root"], "the root", listed, read)
    ctx.answer(CHAT, json=_ask(ctx, name))


@rule(
    MUST,
    "document: models.delete; harm: what was deleted is used, or what was not is lost",
    (DELETE_MODEL, GET_MODEL, CHAT),
    needs=("clock",),
)
def deleted_model_answers_no_more(ctx: Context) -> None:
    """A tuned model that has answered is refused once it is deleted, and another one stays."""
    older, name = tune(ctx), tune(ctx)
    ctx.answer(CHAT, json=_ask(ctx, name))
    ctx.prepare(DELETE_MODEL, model_id=name)
    refused = ctx.api.call(CHAT, json=_ask(ctx, name))
    expect_refused(ctx, refused, "a chat with a model that was deleted")
    ctx.answer(GET_MODEL, model_id=older)


def _ask(ctx: Context, model: str) -> dict[str, Any]:
    return {**body(ctx, "Say yes.", max_tokens=8), "model": model}
