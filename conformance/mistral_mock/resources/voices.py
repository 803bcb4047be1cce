"""Voices: those that a fixture world has for everyone, and custom ones made from recordings.

A custom voice is seen in its workspace, and changed or deleted by whoever made it (our choice).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_mock import clock, ownership, pages
from mistral_mock.answers import binary, json_answer
from mistral_mock.errors import forbidden, invalid_field, not_found
from mistral_mock.ownership import Owned
from mistral_mock.registry import operation, section
from mistral_mock.resources import references
from mistral_mock.sound import recordings, riff, spoken, tones
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding

WAV = "audio/wav"
LONGEST_SAMPLE_S = 60
CUSTOM, PRESET = "custom", "preset"
CHANGEABLE = ("name", "languages", "gender", "age", "tags", "description")
KEPT = (*CHANGEABLE, "slug", "color", "retention_notice")
TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT}
FIXTURES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "id": TEXT,
            "name": TEXT,
            "slug": TEXT,
            "languages": TEXTS,
            "gender": TEXT,
            "age": {"type": "integer", "minimum": 0},
            "tags": TEXTS,
            "color": TEXT,
            "description": {"type": "string", "maxLength": 500},
            "says": TEXT,
        },
    },
}


@frozen(kw_only=True)
class Voice(Owned):
    """What the mock knows about a voice, apart from its recording."""

    called = "voice"

    name: str
    created_at: datetime
    user_id: str | None
    slug: str | None = None
    languages: tuple[str, ...] = ()
    gender: str | None = None
    age: int | None = None
    tags: tuple[str, ...] | None = None
    color: str | None = None
    description: str | None = None
    retention_notice: int = 30
    says: str = ""
    """What the sample of a preset says; its sound is made when somebody asks for it."""

    @property
    def kind(self) -> str:
        """Whose it is: everyone's (`preset`) or somebody's (`custom`)."""
        return CUSTOM if self.workspace_id else PRESET


@section("voices", schema=FIXTURES)
def load_voices(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put voices into the world that are everyone's; each says a sentence in its sample."""
    for given in data:
        id_ = seeding.uuid("voice", given.get("id", given["name"]))
        seeding.table(Voice).put(
            Voice(
                id=id_,
                workspace_id="",
                user_id=None,
                created_at=seeding.stamp(),
                says=given.get("says", f"This is how {given['name']} sounds."),
                **as_fields({name: given[name] for name in KEPT if name in given}),
            )
        )


@operation("audio.voices.list")
def list_voices(ctx: Context) -> Answer:
    """So many voices from an offset on: presets first, then custom ones, the oldest first."""
    wanted, size, offset = (ctx.query[name] for name in ("type", "limit", "offset"))
    found = [voice for voice in ownership.visible(ctx, Voice) if wanted in {"all", voice.kind}]
    found.sort(key=lambda voice: voice.kind == CUSTOM)
    page = found[offset : offset + size]
    return json_answer(
        {
            "items": [view(voice) for voice in page],
            "total": len(found),
            "page": offset // size + 1,
            "page_size": size,
            "total_pages": pages.count_pages(len(found), size),
        }
    )


@operation("audio.voices.create")
def create(ctx: Context) -> Answer:
    """Return the new voice; 422 for a recording that is not a WAV file, and for a slug in use."""
    check_slug(ctx)
    content = read_sample(ctx.body["sample_audio"])
    voice = Voice(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        user_id=ctx.caller.user_id,
        created_at=ctx.clock.stamp(),
        **as_fields({name: ctx.body[name] for name in KEPT if name in ctx.body}),
    )
    ctx.table(Blob).put(Blob(id=voice.id, content=content))
    return json_answer(view(ctx.table(Voice).put(voice)))


@operation("audio.voices.get")
def get(ctx: Context) -> Answer:
    """Return the voice with this id or slug."""
    return json_answer(view(find(ctx)))


@operation("audio.voices.update")
def update(ctx: Context) -> Answer:
    """Return the voice with the fields that were sent.

    A null leaves name and languages as they are.
    """
    voice = find_own(ctx)
    sent = {name: ctx.body[name] for name in CHANGEABLE if name in ctx.body}
    fields = {n: v for n, v in sent.items() if v is not None or n not in {"name", "languages"}}
    return json_answer(view(ctx.table(Voice).put(evolve(voice, **as_fields(fields)))))


@operation("audio.voices.delete")
def delete(ctx: Context) -> Answer:
    """Return the voice as it was; it is gone with its recording."""
    voice = find_own(ctx)
    ctx.table(Voice).remove(voice.id)
    ctx.table(Blob).remove(voice.id)
    return json_answer(view(voice))


@operation("audio.voices.get_sample_audio")
def get_sample_audio(ctx: Context) -> Answer:
    """Return the recording as it was sent, or the preset's own."""
    voice = find(ctx)
    blob = ctx.table(Blob).get(voice.id)
    return binary(introduce(voice) if blob is None else blob.content, WAV)


def search(ctx: Context, name: str) -> Voice | None:
    """Return the voice with an id or slug (our choice) that the caller sees.

    None when there is none.
    """
    known = ctx.table(Voice).get(name.lower())
    if known is not None and ownership.may_see(ctx, known):
        return known
    return next((one for one in ownership.visible(ctx, Voice) if one.slug == name), None)


def check_slug(ctx: Context) -> None:
    """Lets a slug pass that names no voice yet: each name that the caller may use means one voice.

    Raises:
        APIError: 422, it does (our choice).

    """
    slug = ctx.body.get("slug")
    if slug is not None and search(ctx, slug) is not None:
        raise invalid_field("slug", "Value error, a voice has this slug or id already", slug)


def find(ctx: Context) -> Voice:
    """Return the voice that the path names.

    Raises:
        APIError: 404, there is none that the caller sees.

    """
    voice = search(ctx, ctx.path["voice_id"])
    if voice is None:
        raise not_found("Voice not found")
    return voice


def find_own(ctx: Context) -> Voice:
    """Return the caller's own voice that the path names.

    Raises:
        APIError: 404 as in `find`, 403 for a preset or somebody else's.

    """
    voice = find(ctx)
    if voice.user_id != ctx.caller.user_id:
        raise forbidden("Only who made a voice may change or delete it")
    return voice


def introduce(voice: Voice) -> bytes:
    """Return what a preset says about itself, as a WAV file."""
    sound = tones.speak(voice.says, tones.find_pitch(voice.id))
    return spoken.write(voice.says, sound, next(iter(voice.languages), ""))


def read_sample(text: str) -> bytes:
    """Return the recording of a new voice.

    Raises:
        APIError: 422, it is not base64, or not a recording in a format that the mock knows.

    """
    try:
        content = references.unpack(text)
        found = recordings.read(content)
    except (ValueError, recordings.UnreadableError) as error:
        message = f"Value error, the recording cannot be read: {error}"
        raise invalid_field("sample_audio", message) from error
    if content[:4] == b"RIFF":
        return content
    samples = round(min(found.seconds, LONGEST_SAMPLE_S) * riff.RATE)
    return riff.write((bytes(samples * riff.WIDTH),), {})  # samples are served as WAV (our choice)


def as_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a record from those of a body."""
    return {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}


def view(voice: Voice) -> dict[str, Any]:
    """Return the voice as the API writes it; `type` is what the official SDK asks for."""
    return {
        "id": voice.id,
        "type": voice.kind,
        "name": voice.name,
        "slug": voice.slug,
        "languages": list(voice.languages),
        "gender": voice.gender,
        "age": voice.age,
        "tags": None if voice.tags is None else list(voice.tags),
        "color": voice.color,
        "description": voice.description,
        "retention_notice": voice.retention_notice,
        "created_at": clock.spell(voice.created_at),
        "user_id": voice.user_id,
        "trimmed_seconds": None,
    }
