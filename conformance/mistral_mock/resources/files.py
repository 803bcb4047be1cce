"""Files: upload, list, read, delete, download, and links that need no key."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_mock import json_lines, pages
from mistral_mock.answers import binary, json_answer
from mistral_mock.errors import invalid_file_format, not_found
from mistral_mock.registry import operation, signed
from mistral_mock.resources import filetypes
from mistral_mock.store import Blob, Record

if TYPE_CHECKING:
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context, Upload
    from mistral_mock.identities import Identity

DEFAULT_PURPOSE = "fine-tune"
SAMPLE_TYPES = {"batch": "batch_request", "ocr": "ocr_input"}
DEFAULT_SAMPLE_TYPE = "instruct"
"""Also for other purposes without samples (our choice)."""
UPLOADED, MADE = "upload", "mistral"
"""Sources: what a caller uploaded, and what the mock wrote itself, such as results and exports."""
SHARED = "workspace"
PRIVATE = "user"
LINE_TYPES = frozenset({"application/jsonl", "application/x-ndjson", "application/x-jsonlines"})
LONGEST_LIFE_H = 24 * 366 * 100
"""Expiries beyond this many hours from now count as this many (our choice)."""
HOUR_S = 3600


@frozen(kw_only=True)
class StoredFile(Record):
    """What the mock knows about a file, apart from its bytes."""

    called = "file"

    filename: str
    mime_type: str
    purpose: str
    size: int
    """In bytes."""
    created_at: datetime
    num_lines: int | None
    signature: str
    visibility: str
    owner_id: str
    workspace_id: str
    expires_at: datetime | None = None
    source: str = UPLOADED

    @property
    def parent_id(self) -> str:
        """Files belong to a workspace."""
        return self.workspace_id

    def is_over(self, moment: datetime) -> bool:
        """Say whether its time is over at a moment."""
        return self.expires_at is not None and self.expires_at <= moment


@operation("files.upload", file_limit="max_file")
def upload(ctx: Context) -> Answer:
    """200 with the new file; 422 with a text as detail when its type is refused."""
    part = ctx.files["file"]
    mime_type = find_mime_type(part)
    if mime_type in ctx.settings.refused_types:
        raise invalid_file_format(mime_type)
    file = keep(
        ctx,
        part,
        ctx.body["purpose"] or DEFAULT_PURPOSE,
        visibility=ctx.body["visibility"],
        expiry=ctx.body["expiry"],
    )
    return json_answer(view(file))


@operation("files.list")
def list_files(ctx: Context) -> Answer:
    """Return a page of the files that the caller sees, the newest first."""
    drop_expired(ctx)
    siblings = ctx.table(StoredFile).children(ctx.caller.workspace_id)
    found = [
        file for file in reversed(siblings) if is_visible(file, ctx.caller) and is_wanted(ctx, file)
    ]
    page = pages.slice_page(pages.go_on(ctx, found), ctx.query["page"], ctx.query["page_size"])
    total = len(found) if ctx.query["include_total"] else None
    return json_answer({"data": [view(file) for file in page], "object": "list", "total": total})


@operation("files.retrieve")
def retrieve(ctx: Context) -> Answer:
    """Return the file, with the word that it is not deleted."""
    return json_answer({**view(find_file(ctx)), "deleted": False})


@operation("files.delete")
def delete(ctx: Context) -> Answer:
    """200 with the id of the file that was there; it is gone at once."""
    file = find_file(ctx)
    forget(ctx, file)
    return json_answer({"id": file.id, "object": "file", "deleted": True})


@operation("files.download")
def download(ctx: Context) -> Answer:
    """Return the file's bytes."""
    file = find_file(ctx)
    return binary(read_content(ctx, file), filename=file.filename)


@operation("files.get_signed_url")
def get_signed_url(ctx: Context) -> Answer:
    """Return a link that serves the bytes without a key for so many hours."""
    file = find_file(ctx)
    return json_answer({"url": ctx.signed_url("file", file.id, ctx.query["expiry"] * HOUR_S)})


@signed("file")
def serve_file(ctx: Context, key: str) -> Answer:
    """Return the file's bytes with its own type, while the file is there."""
    file = ctx.table(StoredFile).get(key)
    if file is None or has_expired(ctx, file):
        raise not_found("File not found")
    return binary(read_content(ctx, file), file.mime_type, file.filename)


def keep(
    ctx: Context,
    part: Upload,
    purpose: str,
    *,
    visibility: str | None = None,
    expiry: int | None = None,
    source: str = UPLOADED,
) -> StoredFile:
    """Return the caller's new file.

    `expiry` is in hours, `source` tells what the mock wrote itself.
    """
    created_at = ctx.clock.stamp()
    mime_type = find_mime_type(part)
    file = StoredFile(
        id=ctx.ids.uuid4(),
        filename=part.name,
        mime_type=mime_type,
        purpose=purpose,
        size=len(part.content),
        created_at=created_at,
        num_lines=count_lines(part.name, mime_type, part.content),
        signature=sign(part.content),
        visibility=visibility or SHARED,
        owner_id=ctx.caller.user_id,
        workspace_id=ctx.caller.workspace_id,
        expires_at=find_expiry(created_at, expiry),
        source=source,
    )
    ctx.table(Blob).put(Blob(id=file.id, content=part.content))
    return ctx.table(StoredFile).put(file)


def find_file(ctx: Context) -> StoredFile:
    """Return the file that the path names.

    Raises:
        APIError: 404, there is none, its time is over, or the caller may not see it.

    """
    file = look_up(ctx, ctx.path["file_id"])
    if file is None:
        raise not_found("File not found")
    return file


def look_up(ctx: Context, id_: str) -> StoredFile | None:
    """Return the file with the id, in whatever case; None as in `find_file`."""
    file = ctx.table(StoredFile).get(id_.lower())
    if file is None or has_expired(ctx, file) or not is_visible(file, ctx.caller):
        return None
    return file


def read_content(ctx: Context, file: StoredFile) -> bytes:
    """Return the file's bytes."""
    blob = ctx.table(Blob).get(file.id)
    return b"" if blob is None else blob.content


def is_visible(file: StoredFile, caller: Identity) -> bool:
    """Say whether a file is seen in its workspace, and a private one by its owner alone."""
    same_workspace = file.workspace_id == caller.workspace_id
    return same_workspace and (file.visibility != PRIVATE or file.owner_id == caller.user_id)


def has_expired(ctx: Context, file: StoredFile) -> bool:
    """Say whether the file's time is over."""
    return file.is_over(ctx.now())


def drop_expired(ctx: Context) -> None:
    """Delete the files of the caller's workspace whose time is over."""
    for file in ctx.table(StoredFile).children(ctx.caller.workspace_id):
        if has_expired(ctx, file):
            forget(ctx, file)


def forget(ctx: Context, file: StoredFile) -> None:
    """Remove the file and its bytes."""
    ctx.table(StoredFile).remove(file.id)
    ctx.table(Blob).remove(file.id)


def is_wanted(ctx: Context, file: StoredFile) -> bool:
    """Say whether the file passes all filters of the query.

    A filter that is not given passes every file.
    """
    query = ctx.query
    return (
        query["purpose"] in {None, file.purpose}
        and is_listed(find_sample_type(file.purpose), query["sample_type"])
        and is_listed(file.source, query["source"])
        and is_listed(file.mime_type, query["mimetypes"])
        and pages.matches(file.filename, query["search"])
    )


def is_listed(value: str, wanted: list[str] | None) -> bool:
    """Say whether the value is among those wanted, or none are named."""
    return not wanted or value in wanted


def find_mime_type(part: Upload) -> str:
    """Return the part's own type, unless it says nothing and the file's suffix says more."""
    unsaid = part.mime_type in {None, "", filetypes.UNKNOWN}
    return filetypes.find_mime_type(evolve(part, mime_type=None) if unsaid else part)


def find_sample_type(purpose: str) -> str:
    """Return what the lines of a file for this purpose are."""
    return SAMPLE_TYPES.get(purpose, DEFAULT_SAMPLE_TYPE)


def find_expiry(created_at: datetime, hours: int | None) -> datetime | None:
    """Return when a file goes away; None is never, and 0 or less is at once."""
    if hours is None:
        return None
    return created_at + timedelta(hours=min(max(hours, 0), LONGEST_LIFE_H))


def count_lines(name: str, mime_type: str, content: bytes) -> int | None:
    """Return how many lines with content a JSONL file has; None for other files."""
    if mime_type not in LINE_TYPES and not name.lower().endswith(".jsonl"):
        return None
    return sum(1 for _ in json_lines.split(content))


def sign(content: bytes) -> str:
    """16 hex digits that follow from the content."""
    return blake2b(content, digest_size=8).hexdigest()


def view(file: StoredFile) -> dict[str, Any]:
    """Return the file as the API writes it; times are in seconds since 1970."""
    expires_at = file.expires_at
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.size,
        "created_at": int(file.created_at.timestamp()),
        "filename": file.filename,
        "purpose": file.purpose,
        "sample_type": find_sample_type(file.purpose),
        "num_lines": file.num_lines,
        "mimetype": file.mime_type,
        "source": file.source,
        "signature": file.signature,
        "expires_at": None if expires_at is None else int(expires_at.timestamp()),
        "visibility": file.visibility,
    }
