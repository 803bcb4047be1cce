"""Models: their list, their aliases, and what becomes of tuned ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_cards
from mistral_conformance.rules.common.chats import body
from mistral_conformance.rules.common.names import CHAT, GET_MODEL, LIST_MODELS
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.rules.common.tunings import tune
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

DELETE_MODEL = "models.delete"
UPDATE_MODEL = "models.update"
ARCHIVE = "models.archive"
UNARCHIVE = "models.unarchive"

SAMPLE = 5
"""Cards that a rule looks at one by one; a server may list hundreds."""


@rule(MUST, "document: ModelList", (LIST_MODELS,))
def list_is_not_empty(ctx: Context) -> None:
    """The list of models is a list of cards, and has at least one that can chat."""
    listed = ctx.expect_status(ctx.api.call(LIST_MODELS), 200)
    expect_equal(ctx, listed["object"], "list", "object", listed)
    ctx.expect(able_cards(listed, "completion_chat"), "no model can chat", listed)


@rule(SHOULD, "choices.models-ids-are-unique", (LIST_MODELS,))
def ids_are_unique(ctx: Context) -> None:
    """No two cards of the list have the same id."""
    listed, cards = _cards(ctx)
    ids = [card["id"] for card in cards]
    ctx.expect(len(ids) == len(set(ids)), "an id is listed twice", listed)


@rule(SHOULD, "document: BaseModelCard.aliases", (LIST_MODELS, GET_MODEL))
def aliases_lead_to_their_model(ctx: Context) -> None:
    """A model is read by each of its aliases as well."""
    _, cards = _cards(ctx)
    named = [(card, alias) for card in cards for alias in card.get("aliases") or ()]
    if not named:
        ctx.skip("no model of the list has an alias")
    for card, alias in ctx.random.sample(named, min(SAMPLE, len(named))):
        read = ctx.expect_status(ctx.api.call(GET_MODEL, model_id=alias), 200)
        names = {read["id"], *(read["aliases"] or ())}
        known = {card["id"], *card["aliases"]}
        ctx.expect(names & known, f"{alias!r} leads to another model", read)


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
    read = ctx.expect_status(ctx.api.call(GET_MODEL, model_id=name), 200)
    expect_equal(ctx, read["root"], card["root"], "the root", listed, read)
    sent = {**body(ctx, "Say yes.", max_tokens=8), "model": name}
    ctx.expect_status(ctx.api.call(CHAT, json=sent), 200)


@rule(
    MUST,
    "harm: the model of somebody is shown to a stranger, or changed by one",
    (GET_MODEL, LIST_MODELS, UPDATE_MODEL, ARCHIVE, UNARCHIVE, DELETE_MODEL),
    needs=("clock", "stranger"),
)
def tuned_model_is_the_workspaces(ctx: Context) -> None:
    """A fine-tuned model is not there for another organisation, which cannot do anything to it."""
    name = tune(ctx)
    listed, card = _card(ctx, name)
    api = ctx.as_("stranger")
    for operation in (GET_MODEL, ARCHIVE, UNARCHIVE, DELETE_MODEL):
        answer = api.call(operation, model_id=name)
        expect_refused(ctx, answer, f"{operation} by a stranger")
    changed = api.call(UPDATE_MODEL, model_id=name, json={"name": ctx.marker.name("theirs")})
    expect_refused(ctx, changed, "a change by a stranger")
    theirs = ctx.expect_status(api.call(LIST_MODELS), 200)
    shown = name in {each.get("id") for each in theirs["data"]}
    ctx.expect(not shown, "it is in the list of a stranger", theirs)
    after, other = _card(ctx, name)
    expect_equal(ctx, other, card, "the card", listed, after)


@rule(
    SHOULD,
    "choices.models-archived-model-does-not-chat",
    (ARCHIVE, UNARCHIVE, CHAT),
    needs=("clock",),
)
def archived_model_does_not_chat(ctx: Context) -> None:
    """An archived model is refused in a chat, and answers again when it is brought back."""
    name = tune(ctx)
    sent = {**body(ctx, "Say yes.", max_tokens=8), "model": name}
    ctx.need(ctx.api.call(ARCHIVE, model_id=name))
    expect_refused(ctx, ctx.api.call(CHAT, json=sent), "a chat with an archived model")
    ctx.need(ctx.api.call(UNARCHIVE, model_id=name))
    ctx.expect_status(ctx.api.call(CHAT, json=sent), 200)


@rule(
    MUST,
    "document: DeleteModelResponse; shapes.success-codes",
    (DELETE_MODEL, GET_MODEL, LIST_MODELS, UPDATE_MODEL, ARCHIVE, UNARCHIVE),
    needs=("clock",),
)
def deleted_model_is_gone(ctx: Context) -> None:
    """Deleting a fine-tuned model answers 200 with `deleted`; nothing finds it then."""
    name = tune(ctx)
    answer = ctx.expect_status(ctx.api.call(DELETE_MODEL, model_id=name), 200)
    expect_equal(ctx, answer["id"], name, "the id", answer)
    ctx.expect(answer["deleted"] is True, "deleted is not true", answer)
    for operation in (GET_MODEL, DELETE_MODEL, ARCHIVE, UNARCHIVE):
        again = ctx.api.call(operation, model_id=name)
        expect_refused(ctx, again, f"{operation} of a deleted model")
    changed = ctx.api.call(UPDATE_MODEL, model_id=name, json={"name": ctx.marker.name("gone")})
    expect_refused(ctx, changed, "the update of a deleted model")
    listed, cards = _cards(ctx)
    ctx.expect(name not in {card["id"] for card in cards}, "it is still listed", listed)


def _card(ctx: Context, name: str) -> tuple[Exchange, dict[str, Any]]:
    """Give the card of a model from the list, where it must be."""
    listed, cards = _cards(ctx)
    found = [card for card in cards if card["id"] == name]
    expect_equal(ctx, len(found), 1, f"the number of cards of {name}", listed)
    return listed, found[0]


def _cards(ctx: Context) -> tuple[Exchange, list[dict[str, Any]]]:
    """Give the cards of the list, of which there must be some."""
    listed = ctx.expect_status(ctx.api.call(LIST_MODELS), 200)
    cards: list[dict[str, Any]] = listed["data"]
    ctx.expect(cards, "the list of models is empty", listed)
    return listed, cards
