"""The section `urls` of fixture worlds: what stands at addresses that requests name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.context import Upload
from mistral_mock.fixtures import FixtureError
from mistral_mock.registry import section
from mistral_mock.store import Record

if TYPE_CHECKING:
    from pathlib import Path

    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding

TEXT = {"type": "string", "minLength": 1}
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["url"],
        "properties": {
            "url": {"type": "string", "pattern": "^https?://"},
            "file": TEXT,
            "text": {"type": "string"},
            "media_type": TEXT,
        },
        "oneOf": [{"required": ["file"]}, {"required": ["text"]}],
        "additionalProperties": False,
    },
}
"""A `file` is a path from the folder of the world."""


@frozen(kw_only=True)
class Address(Record):
    """What stands at an address, which is the id."""

    called = "address"

    content: bytes
    media_type: str | None


@section("urls", SECTION_SCHEMA)
def load_urls(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Read the files and keep them under their addresses."""
    for each in data:
        content = each["text"].encode() if "text" in each else read_file(seeding, each["file"])
        made = Address(id=each["url"], content=content, media_type=each.get("media_type"))
        seeding.table(Address).put(made)


def read_file(seeding: Seeding, name: str) -> bytes:
    """Return the bytes of a file beside the world's own.

    Raises:
        FixtureError: It cannot be read.

    """
    world: Path | None = seeding.world.settings.world_file
    path = world.parent / name if world is not None else None
    try:
        return path.read_bytes() if path is not None else b""
    except OSError as error:
        raise FixtureError(f"urls: {path}: {error.strerror or error}") from error


def look_up(ctx: Context, url: str, name: str) -> Upload | None:
    """Return what the world has put at an address, or None."""
    found = ctx.table(Address).get(url)
    return None if found is None else Upload(name, found.media_type, found.content)
