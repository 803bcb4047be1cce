"""Defects of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common import names as op
from mistral_conformance.rules.models import ARCHIVE, DELETE_MODEL, UNARCHIVE
from mistral_mock.answers import json_answer
from mistral_mock.completion import catalogue
from mistral_mock.errors import not_found
from mistral_mock.resources import tuned_models

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

LIST = "resources.models:list_models"
ONE = "resources.models:retrieve"
PUT_ASIDE = "resources.tuned_models:put_aside"


@mutant("models.list-is-a-bare-array", op.LIST_MODELS, place=LIST)
def list_is_a_bare_array(list_models: Part) -> Part:
    """The list of models is an array without an object around it."""
    return edited(list_models, lambda found: found["data"])


@mutant("models.list-is-empty", op.LIST_MODELS, op.GET_MODEL, place=LIST)
def list_is_empty(_list_models: Part) -> Part:
    """The list of models is empty."""
    return lambda _ctx: json_answer({"object": "list", "data": []})


@mutant("models.aliases-are-unknown", op.LIST_MODELS, op.GET_MODEL, place=ONE)
def aliases_are_unknown(retrieve: Part) -> Part:
    """A model is not read by its aliases."""

    def defect(ctx: Part) -> Part:
        name = ctx.path["model_id"]
        if name not in {model.id for model in catalogue.MODELS}:
            raise not_found("Model not found")
        return retrieve(ctx)

    return defect


@mutant("models.read-shows-other-abilities", op.LIST_MODELS, op.GET_MODEL, place=ONE)
def read_shows_other_abilities(retrieve: Part) -> Part:
    """A model that is read can do less than the list says."""
    return edited(
        retrieve,
        lambda card: {**card, "capabilities": dict.fromkeys(card["capabilities"], False)},
    )


@mutant("models.read-shows-another-description", op.LIST_MODELS, op.GET_MODEL, place=ONE)
def read_shows_another_description(retrieve: Part) -> Part:
    """A model is described otherwise in the list and by its id."""
    return edited(retrieve, lambda card: {**card, "description": None})


@mutant("models.unknown-model-is-the-first", op.GET_MODEL, place="completion.catalogue:find_model")
def unknown_model_is_the_first(find_model: Part) -> Part:
    """A model that does not exist is read as the first one."""
    return lambda name: find_model(name) or catalogue.MODELS[0]


@mutant(
    "models.chatting-model-is-refused",
    op.LIST_MODELS,
    op.CHAT,
    place="completion.catalogue:find_chat_model",
)
def chatting_model_is_refused(_find: Part) -> Part:
    """No model that the list shows can be chatted with."""
    return lambda _name: None


@mutant("models.tuned-model-is-a-base-model", op.LIST_MODELS, place="resources.models:tuned_card")
def tuned_model_is_a_base_model(tuned_card: Part) -> Part:
    """A fine-tuned model is listed as one of the vendor's."""
    return lambda tuned: {**tuned_card(tuned), "type": "base"}


@mutant(
    "models.tuned-model-is-unknown-to-chats",
    op.CHAT,
    op.LIST_MODELS,
    place="resources.tuned_models:find_usable",
)
def tuned_model_is_unknown_to_chats(_find_usable: Part) -> Part:
    """Requests do not find fine-tuned models."""
    return lambda _ctx, _name: None


@mutant(
    "models.archive-is-forgotten",
    ARCHIVE,
    UNARCHIVE,
    op.LIST_MODELS,
    place="resources.models:tuned_card",
)
def archive_is_forgotten(tuned_card: Part) -> Part:
    """A card never says that its model is archived."""
    return lambda tuned: {**tuned_card(tuned), "archived": False}


@mutant("models.archived-model-chats", ARCHIVE, op.CHAT, place="resources.tuned_models:find_usable")
def archived_model_chats(find_usable: Part) -> Part:
    """An archived model answers as before."""

    def defect(ctx: Part, name: str) -> Part:
        tuned = tuned_models.look_up(ctx, name)
        return tuned_models.as_model(tuned) if tuned else find_usable(ctx, name)

    return defect


@mutant("models.delete-archives", DELETE_MODEL, place="resources.tuned_models:delete")
def delete_archives(_delete: Part) -> Part:
    """A model that is deleted is only archived."""

    def defect(ctx: Part) -> Part:
        tuned_models.put_aside(ctx, archived=True)
        return json_answer({"id": ctx.path["model_id"], "object": "model", "deleted": True})

    return defect


@mutant(
    "models.strangers-archive", ARCHIVE, op.GET_MODEL, place="resources.tuned_models:find_tuned"
)
def strangers_archive(find_tuned: Part) -> Part:
    """Whoever knows the id of a fine-tuned model may change it."""

    def defect(ctx: Part) -> Part:
        known = ctx.table(tuned_models.TunedModel).get(ctx.path["model_id"])
        return find_tuned(ctx) if known is None else known

    return defect


@mutant("models.archive-forgets-the-name", ARCHIVE, op.GET_MODEL, place=PUT_ASIDE)
def archive_forgets_the_name(put_aside: Part) -> Part:
    """A model that is archived loses its name."""

    def defect(ctx: Part, *, archived: Part) -> Part:
        answer = put_aside(ctx, archived=archived)
        table = ctx.table(tuned_models.TunedModel)
        table.put(evolve(table.get(ctx.path["model_id"]), name=None))
        return answer

    return defect


@mutant(
    "models.deleted-models-are-kept-warm",
    *(op.CHAT, DELETE_MODEL),
    place="resources.tuned_models:find_usable",
)
def deleted_models_are_kept_warm(find_usable: Part) -> Part:
    """A tuned model that has answered before its deletion goes on to answer."""
    warm: dict[str, Part] = {}

    def defect(ctx: Part, name: str) -> Part:
        found = find_usable(ctx, name)
        if found is not None:
            warm[name] = found
        return warm.get(name)

    return defect
