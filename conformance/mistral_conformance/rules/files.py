"""Files: what uploads, reads and deletions answer, and who sees a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import text_sample
from mistral_conformance.rules.common.names import (
    DELETE_FILE,
    DOWNLOAD_FILE,
    FILE_URL,
    GET_FILE,
    LIST_FILES,
    UPLOAD_FILE,
)
from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    word,
)
from mistral_conformance.rules.common.uploads import upload_file
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(MUST, "document: GetFileResponse", (UPLOAD_FILE, GET_FILE))
def uploaded_file_is_readable(ctx: Context) -> None:
    """An uploaded file is read back by its id, the same in every field, and not deleted."""
    made = upload_file(ctx, text_sample(word(ctx)), "ocr")
    read = ctx.expect_status(ctx.api.call(GET_FILE, file_id=made["id"]), 200)
    expect_same_fields(ctx, made, read, ignore={"deleted"})
    ctx.expect(read["deleted"] is False, "deleted is not false", read)


@rule(
    MUST,
    "document: DeleteFileResponse; shapes.success-codes",
    (DELETE_FILE, GET_FILE, DOWNLOAD_FILE, FILE_URL, LIST_FILES),
)
def deleted_file_is_gone(ctx: Context) -> None:
    """Deleting a file answers 200 with `deleted`; the file is gone then from every path."""
    part = word(ctx)
    file = upload_file(ctx, text_sample(part, f"{part}.txt"), "ocr")["id"]
    answer = ctx.expect_status(ctx.api.call(DELETE_FILE, file_id=file), 200)
    wanted = {"id": file, "object": "file", "deleted": True}
    for field, value in wanted.items():
        expect_equal(ctx, answer[field], value, field, answer)
    for operation in (GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE):
        again = ctx.api.call(operation, file_id=file)
        expect_refused(ctx, again, f"{operation} of a deleted file")
    listed = ctx.expect_status(ctx.api.call(LIST_FILES, query={"search": part}), 200)
    expect_equal(ctx, column(listed, "data", "id"), [], "the list of ids", listed)
