"""Files that rules need before they can begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.names import UPLOAD_FILE

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


def upload_json_lines(ctx: Context, name: str, text: str, purpose: str = "") -> str:
    """The id of a new file of JSON lines; without a purpose it has the one that is the default."""
    part = (ctx.marker.name(name), text.encode(), "application/jsonl")
    data = {"purpose": purpose} if purpose else None
    answer = ctx.api.call(UPLOAD_FILE, files={"file": part}, data=data)
    return str(ctx.need(answer, 200)["id"])
