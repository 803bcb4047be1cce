"""Models: a list of all names, aliases and fine-tuned models, and each by its name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import mistral_openapi
from mistral_mock import clock, ownership
from mistral_mock.answers import json_answer
from mistral_mock.completion import catalogue
from mistral_mock.errors import not_found
from mistral_mock.registry import operation
from mistral_mock.resources import tuned_models
from mistral_mock.resources.tuned_models import TunedModel

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.completion.catalogue import Model
    from mistral_mock.context import Context

OWNER = "mistralai"


@operation("models.list")
def list_models(ctx: Context) -> Answer:
    """Return a card for every name and alias, narrowed by provider and by name.

    Fine-tuned ones last.
    """
    provider, wanted = ctx.query["provider"], ctx.query["model"]
    cards = [
        card(model, name)
        for model in catalogue.MODELS
        if not tuned_models.is_refused(ctx, model)
        for name in model.names
        if is_wanted(model, provider, wanted)
    ]
    cards += [
        tuned_card(tuned)
        for tuned in ownership.visible(ctx, TunedModel)
        if provider in {None, "", tuned.owned_by} and wanted in {None, "", tuned.id}
    ]
    return json_answer({"object": "list", "data": cards})


@operation("models.retrieve")
def retrieve(ctx: Context) -> Answer:
    """Return the card of a name or alias; 404 when there is none."""
    name = ctx.path["model_id"]
    tuned = tuned_models.look_up(ctx, name)
    if tuned is not None:
        return json_answer(tuned_card(tuned))
    model = tuned_models.find_common(ctx, name)
    if model is None:
        raise not_found(f"Model {name} not found")
    return json_answer(card(model, name))


def is_wanted(model: Model, provider: str | None, name: str | None) -> bool:
    """Say whether the model is of the provider and has the name, where these are given."""
    return provider in {None, "", OWNER} and (not name or name in model.names)


def card(model: Model, name: str) -> dict[str, Any]:
    """Return what the API says about a model under one of its names.

    The other names are its aliases.
    """
    gone = model.deprecation
    return {
        "id": name,
        "object": "model",
        "created": int(model.released.timestamp()),
        "owned_by": OWNER,
        "capabilities": {word: word in model.capabilities for word in capability_names()},
        "name": model.id,
        "description": model.description,
        "max_context_length": model.context,
        "aliases": [other for other in model.names if other != name],
        "deprecation": None if gone is None else clock.spell(gone),
        "deprecation_replacement_model": model.replacement,
        "default_model_temperature": model.temperature,
        "internal": False,
        "type": "base",
    }


def tuned_card(tuned: TunedModel) -> dict[str, Any]:
    """Return what the list of models says about a fine-tuned one."""
    return {
        **card(tuned_models.as_model(tuned), tuned.id),
        "owned_by": tuned.owned_by,
        "name": tuned.name,
        "description": tuned.description,
        "type": "fine-tuned",
        "job": tuned.job_id,
        "root": tuned.root,
        "archived": tuned.archived,
    }


@lru_cache(maxsize=1)
def capability_names() -> tuple[str, ...]:
    """Return the capabilities that the document knows."""
    schemas = mistral_openapi.load()["components"]["schemas"]
    return tuple(schemas["ModelCapabilities"]["properties"])
