"""Models: their list, their aliases, and what becomes of tuned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_cards
from mistral_conformance.rules.common.chats import body
from mistral_conformance.rules.common.names import CHAT, GET_MODEL, LIST_MODELS
from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import expect_equal
from mistral_conformance.rules.common.tunings import tune
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

DELETE_MODEL = "models.delete"


ARCHIVE = "models.archive"
UNARCHIVE = "models.unarchive"


@rule(MUST, "document: ModelList; choices.models-ids-are-unique", (LIST_MODELS,))
def list_is_not_empty(ctx: Context) -> None:
    """The list of models is a list of cards, no two of one id, and one at least can chat."""
    listed = ctx.answer(LIST_MODELS)
    expect_equal(ctx, listed["object"], "list", "object", listed)
    ctx.expect(able_cards(listed, "completion_chat"), "no model can chat", listed)
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
    listed, card = _card(ctx, name)
    expect_equal(ctx, card["type"], "fine-tuned", "the type", listed)
    ctx.expect(not card.get("archived"), "a new model is archived", listed)
    read = ctx.answer(GET_MODEL, model_id=name)
    expect_equal(ctx, read["root"], card["root"], "the root", listed, read)
    sent = {**body(ctx, "Say yes.", max_tokens=8), "model": name}
    ctx.answer(CHAT, json=sent)


def _card(ctx: Context, name: str) -> tuple[Exchange, dict[str, Any]]:
    """Give the card of a model from the list, where it must be."""
    listed, cards = _cards(ctx)
    found = [card for card in cards if card["id"] == name]
    expect_equal(ctx, len(found), 1, f"the number of cards of {name}", listed)
    return listed, found[0]


def _cards(ctx: Context) -> tuple[Exchange, list[dict[str, Any]]]:
    """Give the cards of the list, of which there must be some."""
    listed = ctx.answer(LIST_MODELS)
    cards: list[dict[str, Any]] = listed["data"]
    ctx.expect(cards, "the list of models is empty", listed)
    return listed, cards
