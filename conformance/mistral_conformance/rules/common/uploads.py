"""Files that rules need before they can begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import Sample
from mistral_conformance.rules.common.names import GET_FILE, UPLOAD_FILE

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

JSON_LINES = "application/jsonl"


def upload_file(ctx: Context, sample: Sample, purpose: str = "") -> Exchange:
    """Return a new file, its name marked; without a purpose it has the one that is the default."""
    return ctx.need(try_upload(ctx, sample, purpose))


def try_upload(ctx: Context, sample: Sample, purpose: str = "") -> Exchange:
    """Return the answer to an upload, which a server may refuse for what the file holds."""
    part = (ctx.marker.name(sample.name), sample.content, sample.media_type)
    data = {"purpose": purpose} if purpose else None
    return ctx.api.call(UPLOAD_FILE, files={"file": part}, data=data)


def upload_json_lines(ctx: Context, name: str, text: str, purpose: str = "") -> str:
    """Return the id of a new file of JSON lines."""
    return str(upload_file(ctx, Sample(name, text.encode(), JSON_LINES), purpose)["id"])


def expect_made(ctx: Context, file_id: str) -> None:
    """Hold a file that the server has made, where it can be read, to say that nobody uploaded it.

    Else whoever looks for files of one's own finds it among them.
    """
    file = ctx.api.call(GET_FILE, file_id=file_id)
    if file.ok:
        told = file["source"]
        said = f"the source of a file that the server has made is {told!r}"
        ctx.expect(told not in {"upload", "repository"}, said, file)
