"""Voices: made from recordings, and listed page by page."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.sounds import make_tone
from mistral_conformance.rules.common.steps import word

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIST = "audio.voices.list"
CREATE = "audio.voices.create"
WALK = 40
"""Pages after which a walk is taken for endless."""


def create_voice(ctx: Context, content: bytes | None = None, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """A new custom voice, from a tone unless there is another recording."""
    sample = b64encode(content or make_tone(1)).decode()
    body = {"name": ctx.marker.name(word(ctx)), "sample_audio": sample, **fields}
    return ctx.expect_status(ctx.api.call(CREATE, json=body), 200)


def walk_voices(ctx: Context, limit: int = 100, **query: object) -> list[Exchange]:
    """The pages of the list up to the first that is not full."""
    pages: list[Exchange] = []
    while len(pages) < WALK:
        asked = {**query, "limit": limit, "offset": limit * len(pages)}
        pages.append(ctx.expect_status(ctx.api.call(LIST, query=asked), 200))
        if len(pages[-1]["items"]) < limit:
            break
    return pages
