"""Fine-tuned models: what is kept of them, and renaming, archiving and deleting them.

They belong to the workspace whose job made them. An archived one stays listed and cannot be used
(our choice). The models of the vendor can neither be changed nor deleted: 403 (our choice).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_mock import ownership
from mistral_mock.answers import json_answer
from mistral_mock.completion import catalogue
from mistral_mock.completion.catalogue import Model
from mistral_mock.completion.refusal import unknown_model
from mistral_mock.errors import forbidden, not_found
from mistral_mock.ownership import Owned
from mistral_mock.registry import operation, section

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding

CLASSIFIER = "classifier"
COMPLETION = "completion"
USUAL_CONTEXT = 32 * catalogue.K
UNVERSIONED = "v1"
CHANGEABLE = ("name", "description")
TEXT = {"type": "string", "minLength": 1}
TARGET_SCHEMA = {
    "type": "object",
    "required": ["name", "labels"],
    "properties": {"name": TEXT, "labels": {"type": "array", "items": TEXT, "minItems": 1}},
    "additionalProperties": False,
}
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "root"],
        "properties": {
            "id": TEXT,
            "root": {"enum": sorted(catalogue.BY_NAME)},
            "name": TEXT,
            "description": TEXT,
            "archived": {"type": "boolean"},
            "classifier_targets": {"type": "array", "items": TARGET_SCHEMA, "minItems": 1},
        },
        "additionalProperties": False,
    },
}
"""A model with `classifier_targets` is a classifier, any other one completes."""


@frozen(kw_only=True)
class TunedModel(Owned):
    """A model that a fine-tuning job has made."""

    called = "model"

    root: str
    """The name of the model that was tuned, as the job named it."""
    model_type: str
    owned_by: str
    created_at: datetime
    job_id: str
    targets: tuple[dict[str, Any], ...] = ()
    """What a classifier decides about: name, labels, weight and loss function of each."""
    name: str | None = None
    description: str | None = None
    archived: bool = False


@section("fine_tuned_models", SECTION_SCHEMA)
def load_fine_tuned_models(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put fine-tuned models of the first key's workspace into the world."""
    for each in data:
        targets = tuple(
            {"weight": 1.0, "loss_function": "single_class", **target}
            for target in each.get("classifier_targets", ())
        )
        made = TunedModel(
            id=each["id"],
            workspace_id=seeding.owner.workspace_id,
            root=each["root"],
            model_type=CLASSIFIER if targets else COMPLETION,
            owned_by=shorten(seeding.owner.organisation_id),
            created_at=seeding.stamp(),
            job_id=seeding.uuid("fine-tuning job", each["id"]),
            targets=targets,
            name=each.get("name"),
            description=each.get("description"),
            archived=each.get("archived", False),
        )
        seeding.table(TunedModel).put(made)


@operation("models.delete")
def delete(ctx: Context) -> Answer:
    """200 with the id of the model that was there; it is gone at once."""
    model = find_tuned(ctx)
    ctx.table(TunedModel).remove(model.id)
    return json_answer({"id": model.id, "object": "model", "deleted": True})


@operation("models.update")
def update(ctx: Context) -> Answer:
    """Return the model with its new name or description; null takes one away."""
    model = find_tuned(ctx)
    changes = {field: ctx.body[field] for field in CHANGEABLE if field in ctx.body}
    return json_answer(view(ctx.table(TunedModel).put(evolve(model, **changes))))


@operation("models.archive")
def archive(ctx: Context) -> Answer:
    """Archive the model, whether or not it was before."""
    return put_aside(ctx, archived=True)


@operation("models.unarchive")
def unarchive(ctx: Context) -> Answer:
    """Take the model into use again, whether or not it was before."""
    return put_aside(ctx, archived=False)


def put_aside(ctx: Context, *, archived: bool) -> Answer:
    """Return the id of the model with its new state."""
    model = ctx.table(TunedModel).put(evolve(find_tuned(ctx), archived=archived))
    return json_answer({"id": model.id, "object": "model", "archived": model.archived})


def find_tuned(ctx: Context) -> TunedModel:
    """Return the fine-tuned model that the path names.

    Raises:
        APIError: 403, it is the vendor's; 404, there is none that the caller sees.

    """
    name = ctx.path["model_id"]
    if catalogue.find_model(name) is not None:
        raise forbidden(f"Model {name} is not fine-tuned and cannot be changed")
    return ownership.find(ctx, TunedModel, name, f"Model {name} not found", not_found)


def look_up(ctx: Context, name: str) -> TunedModel | None:
    """Return the caller's fine-tuned model with the id, archived or not, or None."""
    model = ctx.table(TunedModel).get(name)
    return model if model is not None and ownership.may_see(ctx, model) else None


def find_able_model(ctx: Context, name: str, *capabilities: str) -> Model:
    """Return the caller's or the vendor's model of this name that can do one of these.

    Raises:
        APIError: 400, it does not exist or does something else.

    """
    model = find_usable(ctx, name) or find_common(ctx, name, *capabilities)
    if model is None or model.capabilities.isdisjoint(capabilities):
        raise unknown_model(name)
    return model


def find_chat_model(ctx: Context, name: str) -> Model | None:
    """Return the caller's or the vendor's model of this name when it chats, or None."""
    tuned = find_usable(ctx, name)
    if tuned is not None:
        return tuned if "completion_chat" in tuned.capabilities else None
    known = catalogue.find_chat_model(name)
    if known is not None:
        return None if is_refused(ctx, known) else known
    return stand_in(ctx, name)


def demand_chat_model(ctx: Context, name: str) -> Model:
    """Return the caller's or the vendor's model of this name that chats.

    Raises:
        APIError: 400, it does not exist or does something else.

    """
    model = find_chat_model(ctx, name)
    if model is None:
        raise unknown_model(name)
    return model


def find_common(ctx: Context, name: str, *capabilities: str) -> Model | None:
    """Return the vendor's model of this name; None if there is none, or if it is gone and refused.

    Where a name has two models, the one that can do one of these.
    """
    model = catalogue.find_able_model(name, *capabilities) or catalogue.find_model(name)
    if model is not None:
        return None if is_refused(ctx, model) else model
    return stand_in(ctx, name)


def stand_in(ctx: Context, name: str) -> Model | None:
    """Return what answers to a name that nobody knows.

    None unless the mock was told to accept them.
    """
    unknown = catalogue.find_model(name) is None and look_up(ctx, name) is None
    wanted = unknown and ctx.settings.unknown_models == "accept"
    return catalogue.stand_in(name) if wanted else None


def is_refused(ctx: Context, model: Model) -> bool:
    """Say whether the model is gone, and the mock was told to refuse such models."""
    return ctx.settings.retired == "refuse" and model.is_gone(ctx.now())


def find_usable(ctx: Context, name: str) -> Model | None:
    """Return the caller's fine-tuned model as requests use it.

    None when it is archived or not there.
    """
    model = look_up(ctx, name)
    return None if model is None or model.archived else as_model(model)


def as_model(tuned: TunedModel) -> Model:
    """Return the fine-tuned model in the catalogue's form: it does what its root does.

    A classifier classifies and does nothing else; no fine-tuned model is tuned again.
    """
    root = catalogue.find_model(tuned.root)
    inherited = root.capabilities - catalogue.TUNABLE if root else catalogue.CHAT
    classifies = tuned.model_type == CLASSIFIER
    return Model(
        id=tuned.id,
        released=tuned.created_at,
        capabilities=frozenset({"classification"}) if classifies else inherited,
        context=root.context if root else USUAL_CONTEXT,
        description=tuned.description or "",
        temperature=None if classifies or root is None else root.temperature,
    )


def view(tuned: TunedModel) -> dict[str, Any]:
    """Return the model as the fine-tuning group writes it; times are in seconds since 1970."""
    model = as_model(tuned)
    able = ("completion_chat", "completion_fim", "function_calling", "fine_tuning")
    named = (*able, "classification")
    targets = {"classifier_targets": list(tuned.targets)} if tuned.targets else {}
    return {
        "id": tuned.id,
        "object": "model",
        "created": int(tuned.created_at.timestamp()),
        "owned_by": tuned.owned_by,
        "workspace_id": tuned.workspace_id,
        "root": tuned.root,
        "root_version": find_version(tuned.root),
        "archived": tuned.archived,
        "name": tuned.name,
        "description": tuned.description,
        "capabilities": {word: word in model.capabilities for word in named},
        "max_context_length": model.context,
        "aliases": [],
        "job": tuned.job_id,
        "model_type": tuned.model_type,
        **targets,
    }


def find_version(root: str) -> str:
    """Return the version of a model of the vendor: the number at the end of its id."""
    model = catalogue.find_model(root)
    last = model.id.rpartition("-")[2] if model else ""
    return last if last.isdigit() else UNVERSIONED


def shorten(organisation_id: str) -> str:
    """Return the part of an organisation's id that models' ids hold, as in published samples."""
    return organisation_id[:8]
