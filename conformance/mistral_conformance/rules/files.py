"""Files: uploaded, read, listed, downloaded, deleted, gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.names import (
    DELETE_FILE,
    DOWNLOAD_FILE,
    FILE_URL,
    GET_FILE,
    LIST_FILES,
    UPLOAD_FILE,
)
from mistral_conformance.rules.common.samples import Sample, pdf_sample, text_sample
from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
    expect_same_fields,
    unknown_id,
    word,
)
from mistral_conformance.rules.common.walks import ids_of, walk_numbers
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

BYTES = bytes(range(256)) * 40 + b"\r\n\x00\xff"
BATCH_LINE = '{"custom_id": "%s", "body": {"messages": [{"role": "user", "content": "Hi"}]}}'


@rule(
    id="files.uploaded-file-is-described",
    level=MUST,
    source="document: CreateFileResponse",
    operations=(UPLOAD_FILE,),
)
def uploaded_file_is_described(ctx: Context) -> None:
    """An upload answers 200 with the file: its name, size in bytes, purpose and source."""
    sample = text_sample(f"größer {word(ctx)}", ctx.marker.name("été.txt"))
    answer = ctx.expect_status(_put_in(ctx, sample, "ocr"), 200)
    wanted = {
        "object": "file",
        "bytes": len(sample.content),
        "filename": sample.name,
        "purpose": "ocr",
        "source": "upload",
    }
    for field, value in wanted.items():
        expect_equal(ctx, answer[field], value, field, answer)


@rule(
    id="files.uploaded-file-is-readable",
    level=MUST,
    source="document: GetFileResponse",
    operations=(UPLOAD_FILE, GET_FILE),
)
def uploaded_file_is_readable(ctx: Context) -> None:
    """An uploaded file is read back by its id, the same in every field, and not deleted."""
    made = _upload(ctx, text_sample(word(ctx)))
    read = ctx.expect_status(ctx.api.call(GET_FILE, file_id=made["id"]), 200)
    expect_same_fields(ctx, made, read, ignore={"deleted"})
    ctx.expect(read["deleted"] is False, "deleted is not false", read)


@rule(
    id="files.uploaded-file-is-listed",
    level=MUST,
    source="document: ListFilesResponse",
    operations=(UPLOAD_FILE, LIST_FILES),
)
def uploaded_file_is_listed(ctx: Context) -> None:
    """The list shows an uploaded file with the fields of its upload."""
    part = word(ctx)
    made = _upload(ctx, text_sample(part, f"listed {part}.txt"))
    listed = ctx.expect_status(ctx.api.call(LIST_FILES, query={"search": part}), 200)
    expect_equal(ctx, listed["object"], "list", "object", listed)
    expect_equal(ctx, ids_of([listed]), [made["id"]], "the list of ids", listed)
    for field in ("filename", "bytes", "purpose", "created_at"):
        shown = listed["data"][0][field]
        expect_equal(ctx, shown, made[field], f"the listed {field}", made, listed)


@rule(
    id="files.content-is-the-file",
    level=MUST,
    source="document: files.download; shapes.bytes",
    operations=(UPLOAD_FILE, DOWNLOAD_FILE),
)
def content_is_the_file(ctx: Context) -> None:
    """The content of a file is byte for byte what was uploaded, as application/octet-stream."""
    for sample in (Sample("bytes.bin", BYTES, "application/octet-stream"), pdf_sample(["x"])):
        file = _upload(ctx, sample)["id"]
        served = ctx.expect_status(ctx.api.call(DOWNLOAD_FILE, file_id=file), 200)
        ctx.expect(served.content == sample.content, "the content differs", served)
        expect_equal(ctx, served.media_type, "application/octet-stream", "the type", served)


@rule(
    id="files.same-content-is-another-file",
    level=SHOULD,
    source="choices.files-same-content-is-another-file",
    operations=(UPLOAD_FILE,),
)
def same_content_is_another_file(ctx: Context) -> None:
    """Uploading the same content twice gives two files."""
    sample = text_sample(word(ctx))
    first, second = _upload(ctx, sample), _upload(ctx, sample)
    ctx.expect(first["id"] != second["id"], "two uploads, one file", first, second)


@rule(
    id="files.deleted-file-is-gone",
    level=MUST,
    source="document: DeleteFileResponse; shapes.success-codes",
    operations=(DELETE_FILE, GET_FILE, DOWNLOAD_FILE, FILE_URL, LIST_FILES),
)
def deleted_file_is_gone(ctx: Context) -> None:
    """Deleting a file answers 200 with `deleted`; the file is gone then from every path."""
    part = word(ctx)
    file = _upload(ctx, text_sample(part, f"{part}.txt"))["id"]
    answer = ctx.expect_status(ctx.api.call(DELETE_FILE, file_id=file), 200)
    wanted = {"id": file, "object": "file", "deleted": True}
    for field, value in wanted.items():
        expect_equal(ctx, answer[field], value, field, answer)
    for operation in (GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE):
        again = ctx.api.call(operation, file_id=file)
        expect_refused(ctx, again, f"{operation} of a deleted file")
    listed = ctx.expect_status(ctx.api.call(LIST_FILES, query={"search": part}), 200)
    expect_equal(ctx, ids_of([listed]), [], "the list of ids", listed)


@rule(
    id="files.unknown-file-is-not-found",
    level=SHOULD,
    source="choices.files-unknown-file-is-not-found",
    operations=(GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE),
)
def unknown_file_is_not_found(ctx: Context) -> None:
    """An id that no file has answers 404 on every path that takes one."""
    for operation in (GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE):
        ctx.expect_status(ctx.api.call(operation, file_id=unknown_id(ctx)), 404)


@rule(
    id="files.missing-file-is-refused",
    level=MUST,
    source="document: files.upload (`file` is required)",
    operations=(UPLOAD_FILE,),
)
def missing_file_is_refused(ctx: Context) -> None:
    """A form without the part `file`, and an unknown purpose, are refused."""
    name = ctx.marker.name("none.txt")
    form = {"document": (name, word(ctx).encode(), "text/plain")}
    answer = ctx.api.call(UPLOAD_FILE, files=form, data={"purpose": "ocr"})
    expect_refused(ctx, answer, "a form without a file")
    answer = _put_in(ctx, text_sample(word(ctx)), "no such purpose")
    expect_refused(ctx, answer, "an unknown purpose")


@rule(
    id="files.pages-make-the-list",
    level=MUST,
    source="document: files.list (page, page_size, total)",
    operations=(LIST_FILES,),
)
def pages_make_the_list(ctx: Context) -> None:
    """The numbered pages of the files, from 0, hold each file once; `total` counts them all."""
    part = word(ctx)
    made = [_upload(ctx, text_sample(part, f"{part} {n}.txt"))["id"] for n in range(5)]
    pages = walk_numbers(ctx, LIST_FILES, {"search": part, "page_size": 2})
    sizes = [len(page["data"]) for page in pages]
    expect_equal(ctx, sizes, [2, 2, 1, 0], "the sizes of the pages", *pages)
    expect_equal(ctx, sorted(ids_of(pages)), sorted(made), "the pages together", *pages)
    for page in pages:
        expect_equal(ctx, page["total"], 5, "total", page)


@rule(
    id="files.total-can-be-left-out",
    level=SHOULD,
    source="document: files.list (include_total)",
    operations=(LIST_FILES,),
)
def total_can_be_left_out(ctx: Context) -> None:
    """`include_total=false` leaves the total null or absent."""
    _upload(ctx, text_sample(word(ctx)))
    query = {"include_total": "false", "page_size": 1}
    listed = ctx.expect_status(ctx.api.call(LIST_FILES, query=query), 200)
    expect_equal(ctx, listed.json().get("total"), None, "total", listed)


@rule(
    id="files.filters-select",
    level=MUST,
    source="document: files.list (search, purpose, source)",
    operations=(LIST_FILES,),
)
def filters_select(ctx: Context) -> None:
    """The filters by purpose and source select the files that match, alone and with a search."""
    part = word(ctx)
    scan = _upload(ctx, text_sample(part, f"{part}.txt"))["id"]
    line = text_sample(BATCH_LINE % part, f"{part}.jsonl")
    batch = _upload(ctx, line, "batch")["id"]
    cases: list[tuple[dict[str, str], set[str]]] = [
        ({}, {scan, batch}),
        ({"purpose": "ocr"}, {scan}),
        ({"purpose": "batch"}, {batch}),
        ({"source": "upload"}, {scan, batch}),
        ({"source": "mistral"}, set()),
    ]
    for query, wanted in cases:
        listed = ctx.api.call(LIST_FILES, query={**query, "search": part})
        found = set(ids_of([ctx.expect_status(listed, 200)]))
        expect_equal(ctx, found, wanted, f"what {query} selects", listed)


@rule(
    id="files.strangers-see-nothing",
    level=MUST,
    source=(
        "harm: what belongs to an organisation is shown to a stranger; "
        "choices.files-strangers-see-nothing"
    ),
    operations=(GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE, LIST_FILES),
    needs=("stranger",),
)
def strangers_see_nothing(ctx: Context) -> None:
    """Nobody of another organisation reads, lists or deletes a file."""
    part = word(ctx)
    file = _upload(ctx, text_sample(part, f"{part}.txt"))["id"]
    stranger = ctx.as_("stranger")
    for operation in (GET_FILE, DOWNLOAD_FILE, FILE_URL, DELETE_FILE):
        answer = stranger.call(operation, file_id=file)
        expect_refused(ctx, answer, f"{operation} by a stranger")
    listed = ctx.expect_status(stranger.call(LIST_FILES, query={"search": part}), 200)
    expect_equal(ctx, ids_of([listed]), [], "the stranger's list", listed)
    ctx.expect_status(ctx.api.call(GET_FILE, file_id=file), 200)


def _put_in(ctx: Context, sample: Sample, purpose: str) -> Exchange:
    """Upload a sample under a marked name, whatever the server says to it."""
    part = (ctx.marker.name(sample.name), sample.content, sample.media_type)
    return ctx.api.call(UPLOAD_FILE, files={"file": part}, data={"purpose": purpose})


def _upload(ctx: Context, sample: Sample, purpose: str = "ocr") -> Exchange:
    """Upload a sample that the rule needs."""
    return ctx.need(_put_in(ctx, sample, purpose), 200)
