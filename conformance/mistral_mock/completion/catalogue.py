"""The models that the mock has, as data: names, abilities, sizes.

The names are those of the public model overview; sizes and dates are near the truth and nothing
more. Every alias is an entry of its own, as in the API's list.
"""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import frozen

CHAT = frozenset({"completion_chat", "function_calling"})
VISION = CHAT | {"vision"}
REASONING = VISION | {"reasoning"}
CODE = CHAT | {"completion_fim"}
TUNABLE = frozenset({"fine_tuning"})
K = 1024


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
    deprecation: datetime | None = None
    """When the model goes away."""
    replacement: str | None = None
    thinks: bool = False
    """It thinks before it answers unless it is told not to (recorded live, 2025)."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names by which a request may call the model."""
        return (self.id, *self.aliases)


def day(year: int, month: int, day_: int = 1) -> datetime:
    """The beginning of a day, in UTC."""
    return datetime(year, month, day_, tzinfo=UTC)


MODELS = (
    Model(
        id="mistral-large-2512",
        aliases=("mistral-large-latest",),
        released=day(2025, 12),
        capabilities=VISION,
        context=256 * K,
        description="The large general model.",
        temperature=0.3,
    ),
    Model(
        id="mistral-medium-2508",
        aliases=("mistral-medium-latest", "mistral-medium"),
        released=day(2025, 8),
        capabilities=VISION,
        context=128 * K,
        description="The middle general model.",
        temperature=0.3,
    ),
    Model(
        id="mistral-medium-2505",
        released=day(2025, 5),
        capabilities=VISION,
        context=128 * K,
        description="The middle general model before the present one.",
        temperature=0.3,
        deprecation=day(2026, 12, 31),
        replacement="mistral-medium-latest",
    ),
    Model(
        id="mistral-small-2603",
        aliases=("mistral-small-latest",),
        released=day(2026, 3),
        capabilities=REASONING,
        context=128 * K,
        description="The small general model.",
        temperature=0.3,
    ),
    Model(
        id="mistral-small-2506",
        released=day(2025, 6),
        capabilities=VISION | TUNABLE,
        context=128 * K,
        description="The small general model before the present one.",
        temperature=0.3,
        deprecation=day(2026, 12, 31),
        replacement="mistral-small-latest",
    ),
    Model(
        id="ministral-3b-2512",
        aliases=("ministral-3b-latest",),
        released=day(2025, 12),
        capabilities=VISION | TUNABLE,
        context=128 * K,
        description="A model for small devices.",
        temperature=0.3,
    ),
    Model(
        id="ministral-8b-2512",
        aliases=("ministral-8b-latest",),
        released=day(2025, 12),
        capabilities=VISION | TUNABLE,
        context=128 * K,
        description="A model for devices.",
        temperature=0.3,
    ),
    Model(
        id="magistral-medium-2509",
        aliases=("magistral-medium-latest",),
        released=day(2025, 9),
        capabilities=REASONING,
        context=128 * K,
        description="A model that reasons before it answers.",
        temperature=0.7,
        thinks=True,
    ),
    Model(
        id="magistral-small-2509",
        aliases=("magistral-small-latest",),
        released=day(2025, 9),
        capabilities=REASONING,
        context=128 * K,
        description="A small model that reasons before it answers.",
        temperature=0.7,
    ),
    Model(
        id="codestral-2508",
        aliases=("codestral-latest",),
        released=day(2025, 8),
        capabilities=CODE | TUNABLE,
        context=128 * K,
        description="A model for code.",
        temperature=0.3,
    ),
    Model(
        id="codestral-2405",
        aliases=("codestral-2404",),
        released=day(2024, 5),
        capabilities=CODE,
        context=32 * K,
        description="The first model for code.",
        temperature=0.3,
        deprecation=day(2026, 12, 31),
        replacement="codestral-latest",
    ),
    Model(
        id="devstral-2512",
        aliases=("devstral-latest", "devstral-medium-latest"),
        released=day(2025, 12),
        capabilities=CHAT,
        context=256 * K,
        description="A model for agents that write code.",
        temperature=0.2,
    ),
    Model(
        id="pixtral-large-2411",
        aliases=("pixtral-large-latest",),
        released=day(2024, 11),
        capabilities=VISION,
        context=128 * K,
        description="A large model that sees.",
        temperature=0.7,
        deprecation=day(2026, 12, 31),
        replacement="mistral-large-latest",
    ),
    Model(
        id="pixtral-12b-2409",
        aliases=(
            "pixtral-12b-latest",
            "pixtral-12b",
        ),
        released=day(2024, 9),
        capabilities=VISION,
        context=128 * K,
        description="A small model that sees.",
        temperature=0.3,
        deprecation=day(2026, 12, 31),
        replacement="mistral-small-latest",
    ),
    Model(
        id="open-mistral-nemo-2407",
        aliases=("open-mistral-nemo",),
        released=day(2024, 7),
        capabilities=CHAT | TUNABLE,
        context=128 * K,
        description="An open model that can be fine-tuned.",
        temperature=0.3,
    ),
    Model(
        id="open-mistral-7b",
        aliases=("mistral-tiny",),
        released=day(2023, 9),
        capabilities=CHAT | TUNABLE,
        context=32 * K,
        description="The first open model.",
        temperature=0.7,
        deprecation=day(2026, 12, 31),
        replacement="ministral-8b-latest",
    ),
    Model(
        id="voxtral-small-2507",
        aliases=("voxtral-small-latest",),
        released=day(2025, 7),
        capabilities=CHAT | {"audio"},
        context=32 * K,
        description="A model that hears.",
        temperature=0.2,
    ),
    Model(
        id="voxtral-mini-2602",
        aliases=("voxtral-mini-latest",),
        released=day(2026, 2),
        capabilities=frozenset({"audio_transcription"}),
        context=16 * K,
        description="Speech to text.",
    ),
    Model(
        id="voxtral-mini-tts-2603",
        aliases=("voxtral-mini-tts-latest",),
        released=day(2026, 3),
        capabilities=frozenset({"audio_speech"}),
        context=8 * K,
        description="Text to speech.",
    ),
    Model(
        id="mistral-ocr-2512",
        aliases=("mistral-ocr-latest",),
        released=day(2025, 12),
        capabilities=frozenset({"ocr"}),
        context=16 * K,
        description="Pages to text.",
    ),
    Model(
        id="mistral-moderation-2603",
        aliases=("mistral-moderation-latest",),
        released=day(2026, 3),
        capabilities=frozenset({"moderation", "classification"}),
        context=32 * K,
        description="Judges whether text does harm.",
    ),
    Model(
        id="mistral-embed-2312",
        aliases=("mistral-embed",),
        released=day(2023, 12),
        capabilities=frozenset(),
        context=8 * K,
        description="Text to vectors.",
    ),
    Model(
        id="codestral-embed-2505",
        aliases=("codestral-embed",),
        released=day(2025, 5),
        capabilities=frozenset(),
        context=8 * K,
        description="Code to vectors.",
    ),
)
BY_NAME = {name: model for model in MODELS for name in model.names}


def find_model(name: str) -> Model | None:
    """The model of a name or alias, or None."""
    return BY_NAME.get(name)


def find_chat_model(name: str) -> Model | None:
    """The model of a name or alias when it chats, or None."""
    model = find_model(name)
    return model if model and "completion_chat" in model.capabilities else None
