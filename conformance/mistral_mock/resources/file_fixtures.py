"""The section `files` of fixture worlds: files as if the first key had uploaded them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import dispatch
from mistral_mock.context import Upload
from mistral_mock.registry import section
from mistral_mock.resources import files
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from mistral_mock.fixtures import Seeding

TEXT = {"type": "string", "minLength": 1}
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "text"],
        "properties": {"name": TEXT, "text": {"type": "string"}, "purpose": TEXT},
        "additionalProperties": False,
    },
}
BASE_URL = "http://127.0.0.1"


@section("files", SECTION_SCHEMA)
def load_files(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put files of the first key's workspace into the world; their ids follow from their names."""
    for each in data:
        ctx = dispatch.for_caller(seeding.world, seeding.owner, BASE_URL)
        part = Upload(each["name"], None, each["text"].encode())
        purpose = each.get("purpose", files.DEFAULT_PURPOSE)
        made = files.keep(ctx, part, purpose)
        blob = ctx.table(Blob).get(made.id)
        id_ = seeding.uuid("file", each["name"])
        ctx.table(files.StoredFile).remove(made.id)
        ctx.table(files.StoredFile).put(evolve(made, id=id_))
        if blob is not None:
            ctx.table(Blob).remove(made.id)
            ctx.table(Blob).put(evolve(blob, id=id_))
