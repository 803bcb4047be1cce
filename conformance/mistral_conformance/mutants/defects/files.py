"""Defects of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import answering, edited, overlooking
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

VIEW = "resources.files:view"


@mutant("files.size-counts-lines", op.UPLOAD_FILE, op.GET_FILE, place=VIEW)
def size_counts_lines(view: Part) -> Part:
    """The size of a file is one byte too small."""
    return lambda file: {**view(file), "bytes": max(0, file.size - 1)}


@mutant("files.purpose-is-forgotten", op.UPLOAD_FILE, op.GET_FILE, op.LIST_FILES, place=VIEW)
def purpose_is_forgotten(view: Part) -> Part:
    """Every file is shown with the purpose of fine-tuning."""
    return lambda file: {**view(file), "purpose": "fine-tune"}


@mutant("files.read-says-deleted", op.GET_FILE, place="resources.files:retrieve")
def read_says_deleted(retrieve: Part) -> Part:
    """A file that is there says that it is deleted."""
    return edited(retrieve, lambda file: {**file, "deleted": True})


@mutant("files.content-loses-line-ends", op.DOWNLOAD_FILE, place="resources.files:read_content")
def content_loses_line_ends(read_content: Part) -> Part:
    """Line ends of a file's content are changed."""
    return lambda *given: read_content(*given).replace(b"\r\n", b"\n")


@mutant("files.content-is-typed", op.DOWNLOAD_FILE, place="resources.files:download")
def content_is_typed(download: Part) -> Part:
    """The content of a file comes as application/pdf."""
    return answering(download, media_type="application/pdf")


@mutant("files.content-is-known", op.UPLOAD_FILE, place="resources.files:upload")
def content_is_known(upload: Part) -> Part:
    """The same content gives the same file, as in a library."""
    known: dict[bytes, Part] = {}

    def defect(ctx: Part) -> Part:
        content = ctx.files["file"].content
        if content not in known:
            known[content] = upload(ctx)
        return known[content]

    return defect


@mutant("files.url-is-bare", op.FILE_URL, place="resources.files:get_signed_url")
def url_is_bare(get_signed_url: Part) -> Part:
    """A file's signed URL comes as a bare string, as a document's does."""
    return edited(get_signed_url, lambda found: found["url"])


@mutant("signed-urls.file-is-served-empty", op.FILE_URL, place="resources.files:serve_file")
def file_is_served_empty(serve_file: Part) -> Part:
    """A file's signed URL serves no bytes."""
    return lambda ctx, key: evolve(serve_file(ctx, key), body=b"")


@mutant("signed-urls.hours-are-minutes", op.FILE_URL, place="resources.files:HOUR_S")
def hours_are_minutes(_hour: Part) -> Part:
    """The life of a file's URL is counted in minutes."""
    return 60


@mutant("signed-urls.any-life-goes", op.FILE_URL, place="inputs:refuse")
def any_life_goes(_refuse: Part) -> Part:
    """A file's URL may live for any number of hours."""
    return overlooking("expiry")


@mutant("files.file-is-not-wanted", op.UPLOAD_FILE, place="resources.files:upload")
def file_is_not_wanted(upload: Part) -> Part:
    """An uploaded file keeps no bytes."""

    def defect(ctx: Part) -> Part:
        answer = upload(ctx)
        for blob in list(ctx.table(Blob)):
            ctx.table(Blob).put(evolve(blob, content=b""))
        return answer

    return defect


@mutant("files.form-without-file-is-taken", op.UPLOAD_FILE, place="inputs:check_body")
def form_without_file_is_taken(check_body: Part) -> Part:
    """A form without a file seems to succeed."""

    async def defect(operation: Part, source: Part, problems: Part) -> Part:
        body = await check_body(operation, source, problems)
        if operation.takes_form and "file" not in body.files:
            raise APIError(200, json_answer({}).body.decode())
        return body

    return defect
