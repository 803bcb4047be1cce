"""Signed URLs: the lives that they can have. The rest is told by laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import text_sample
from mistral_conformance.rules.common.names import FILE_URL
from mistral_conformance.rules.common.steps import expect_refused, word
from mistral_conformance.rules.common.uploads import upload_file
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(SHOULD, "document: files.get_signed_url (from 1 to 168 hours)", (FILE_URL,))
def file_url_expiry_is_bounded(ctx: Context) -> None:
    """A life of 1 or 168 hours is granted, one below or above is refused."""
    file = upload_file(ctx, text_sample(word(ctx)), "ocr")["id"]
    for hours in (1, 168):
        ctx.expect_status(ctx.api.call(FILE_URL, file_id=file, query={"expiry": hours}), 200)
    for hours in (0, 169):
        answer = ctx.api.call(FILE_URL, file_id=file, query={"expiry": hours})
        expect_refused(ctx, answer, f"a life of {hours} hours")
