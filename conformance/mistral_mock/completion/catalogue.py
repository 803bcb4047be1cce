"""The models that the mock has: names, abilities, sizes and dates, from `models.toml`.

Every alias is an entry of its own, as in the API's list.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

K = 1024
TUNABLE = frozenset({"fine_tuning"})
CHAT = frozenset({"completion_chat", "function_calling"})
EVERYTHING = CHAT | {
    *("vision", "completion_fim", "ocr", "moderation", "classification"),
    *("audio", "audio_transcription", "audio_speech"),
}
"""What a model is taken to do of which nothing is known."""
STAND_IN_CONTEXT = 256 * K


@frozen(kw_only=True)
class Model:
    """One model; `capabilities` names those that it has."""

    id: str
    aliases: tuple[str, ...] = ()
    released: datetime
    capabilities: frozenset[str]
    context: int
    """The most tokens of a prompt and its answer together."""
    description: str
    temperature: float | None = None
    """The default sampling temperature."""
    deprecated: datetime | None = None
    """When it was announced that the model goes away."""
    deprecation: datetime | None = None
    """When the model goes away."""
    replacement: str | None = None
    thinks: bool = False
    """It thinks before it answers unless it is told not to (recorded live, 2025)."""
    silent: tuple[str, ...] = ()
    """Aliases under which it does not think unless it is told to."""
    shared: tuple[str, ...] = ()
    """Aliases of another model under which it does what that one cannot: `voxtral-mini-latest`
    chats as one model and transcribes as another (documentation page on transcription, 2026)."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a request may call the model."""
        return (self.id, *self.aliases)

    def is_gone(self, now: datetime) -> bool:
        """Say whether its day has come."""
        return self.deprecation is not None and self.deprecation <= now


def read_models() -> tuple[Model, ...]:
    """Return the models of the data file, in its order."""
    text = files("mistral_mock.completion").joinpath("models.toml").read_text("utf-8")
    return tuple(read_model(raw) for raw in tomllib.loads(text)["models"])


def read_model(raw: Mapping[str, Any]) -> Model:
    """Return one model of the data file."""
    return Model(
        id=raw["id"],
        aliases=tuple(raw.get("aliases", ())),
        released=begin(raw["released"]),
        capabilities=frozenset(raw["capabilities"]),
        context=raw["context_k"] * K,
        description=raw["description"],
        temperature=raw.get("temperature"),
        deprecated=begin(raw["deprecated"]) if "deprecated" in raw else None,
        deprecation=begin(raw["retired"]) if "retired" in raw else None,
        replacement=raw.get("replacement"),
        thinks=raw.get("thinks", False),
        silent=tuple(raw.get("silent", ())),
        shared=tuple(raw.get("shared", ())),
    )


def begin(day: date) -> datetime:
    """Return the beginning of a day, in UTC."""
    return datetime.combine(day, time(), UTC)


MODELS = read_models()
BY_NAME = {name: model for model in MODELS for name in model.names}
SHARED = {name: model for model in MODELS for name in model.shared}
"""The second models of names that have two."""


def find_model(name: str) -> Model | None:
    """Return the model of a name or alias, or None."""
    return BY_NAME.get(name)


def find_able_model(name: str, *capabilities: str) -> Model | None:
    """Return the model of a name or alias that can do one of these, or None."""
    for known in (BY_NAME, SHARED):
        model = known.get(name)
        if model and not model.capabilities.isdisjoint(capabilities):
            return model
    return None


def find_chat_model(name: str) -> Model | None:
    """Return the model of a name or alias when it chats, or None."""
    return find_able_model(name, "completion_chat")


def stand_in(name: str) -> Model:
    """Return a model for a name that nobody knows: it does what it is asked for."""
    return Model(
        id=name,
        released=MODELS[0].released,
        capabilities=EVERYTHING,
        context=STAND_IN_CONTEXT,
        description="A model that the mock does not know.",
        temperature=0.3,
    )
