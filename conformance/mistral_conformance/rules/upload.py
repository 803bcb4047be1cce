"""Uploads of documents: known content, hashes, what is told of the file; and deletions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.probing.uploads import Sample, text_sample
from mistral_conformance.record.counting import counted
from mistral_conformance.record.wire import Message
from mistral_conformance.rules.common.libraries import (
    create_library,
    is_running,
    upload_document,
)
from mistral_conformance.rules.common.names import (
    DELETE_DOCUMENT,
    DELETE_LIBRARY,
    GET_DOCUMENT,
    GET_LIBRARY,
    LIST_DOCUMENTS,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.steps import expect_equal, read_library, watch, word
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

UNREADABLE = (
    Sample("empty.txt", b"", "text/plain"),
    Sample("broken.pdf", b"%PDF-1.7 and nothing more", "application/pdf"),
)
ENDED_AS = ("name", "size", "process_status", "number_of_pages", "summary")
"""What an upload of known content tells as reading the document does."""
AT_ONCE = 4
SAME = 6_000
"""How often a text of 16 bytes begins two contents that end otherwise."""


@rule(MUST, "documents.new-content-201", (UPLOAD_DOCUMENT,))
def new_content_is_created(ctx: Context) -> None:
    """Content that the library does not hold yet is answered 201 with the new document."""
    library = create_library(ctx)["id"]
    first = ctx.expect_status(_put_in(ctx, library, text_sample(word(ctx))), 201)
    second = ctx.expect_status(_put_in(ctx, library, text_sample(word(ctx))), 201)
    ctx.expect(first["id"] != second["id"], "two contents got one id", first, second)
    expect_equal(ctx, second["library_id"], library, "library_id", second)
    for what, contents in nearly_alike(word(ctx)).items():
        alike = [Sample("near.txt", each.encode(), "text/plain") for each in contents]
        answers = [ctx.expect_status(_put_in(ctx, library, each), 200, 201) for each in alike]
        ids = {each["id"] for each in answers}
        ctx.expect(len(ids) == len(alike), f"contents that differ {what} got one id", *answers)


def nearly_alike(text: str) -> dict[str, tuple[str, ...]]:
    """Return contents that differ in a few bytes alone, by what sets them apart."""
    long = f"{text} is the same again. " * SAME
    return {
        "at their ends": (f"{long}a", f"{long}b"),
        "in how lines end": (f"{text} one\ntwo\n", f"{text} one\r\ntwo\r\n", f"{text} one\ntwo"),
        "in capitals": (f"{text} letters", f"{text} LETTERS"),
        "in how letters are composed": (f"{text} caf\u00e9", f"{text} cafe\u0301"),
        "in blanks": (f"{text} a  b", f"{text} a b", f"{text} a b "),
    }


@rule(MUST, "documents.known-content-200", (UPLOAD_DOCUMENT, GET_DOCUMENT, GET_LIBRARY))
def known_content_is_found(ctx: Context) -> None:
    """Known content answers 200 with its document, also by another name; nothing changes."""
    library = create_library(ctx)["id"]
    sample = text_sample(word(ctx), "first.txt")
    first = ctx.expect_status(_put_in(ctx, library, sample), 201)
    before = read_library(ctx, library)
    second = ctx.expect_status(_put_in(ctx, library, sample.renamed("second.md")), 200)
    for field in ("id", "name"):
        expect_equal(ctx, second[field], first[field], f"the {field}", first, second)
    ids = {"library_id": library, "document_id": first["id"]}
    read = ctx.answer(GET_DOCUMENT, ids)
    expect_equal(ctx, read["name"], first["name"], "the name read back", read)
    after = read_library(ctx, library)
    for field in ("nb_documents", "total_size"):
        expect_equal(ctx, after[field], before[field], field, before, after)


@rule(SHOULD, "documents.known-content-200", (UPLOAD_DOCUMENT, LIST_DOCUMENTS))
def content_at_once_is_stored_once(ctx: Context) -> None:
    """The same content in several uploads at once is stored once, as in uploads in turn."""
    for _ in range(2):
        library = create_library(ctx)["id"]
        spec, content = ctx.document.operations[UPLOAD_DOCUMENT], ctx.fresh("text").encode()
        url, names = spec.url({"library_id": library}), (f"{each}.txt" for each in range(AT_ONCE))
        parts = ((ctx.marker.name(each), content, "text/plain") for each in names)
        messages = [Message(spec.method, url, files={"file": each}) for each in parts]
        calls = [(UPLOAD_DOCUMENT, each) for each in messages]
        answers = ctx.session.send_at_once(calls, CALLER)
        ctx.exchanges += answers
        taken = [each for each in answers if each.ok] or [ctx.need(answers[0])]
        ids = {each["id"] for each in taken}
        said = f"{len(taken)} uploads of one content at once gave {counted(len(ids), 'document')}"
        ctx.expect(len(ids) == 1, said, *answers)
        listed = ctx.answer(LIST_DOCUMENTS, {"library_id": library})
        expect_equal(ctx, len(listed["data"]), 1, "the number of listed documents", listed)


@rule(MUST, "documents.known-content-200", (UPLOAD_DOCUMENT, GET_DOCUMENT, GET_LIBRARY))
def ended_content_is_found(ctx: Context) -> None:
    """Content is known, too, once it is processed, and where nothing could be read in it."""
    library = create_library(ctx)["id"]
    for sample in (text_sample(word(ctx)), *UNREADABLE):
        first = _put_in(ctx, library, sample)
        if sample in UNREADABLE and not first.ok:
            continue  # a server may refuse it at once
        ids = {"library_id": library, "document_id": ctx.need(first)["id"]}
        ended = watch(ctx, partial(ctx.prepare, GET_DOCUMENT, ids), is_running)[-1]
        before = read_library(ctx, library)
        again = ctx.expect_status(_put_in(ctx, library, sample.renamed("again.md")), 200)
        said = f"the id of the content of {sample.name}, which was processed,"
        expect_equal(ctx, again["id"], first["id"], said, ended, again)
        told = [each for each in ENDED_AS if each in again.json() and each in ended.json()]
        for field in told:
            expect_equal(ctx, again[field], ended[field], f"`{field}` of the end", ended, again)
        after = read_library(ctx, library)
        expect_equal(ctx, after["nb_documents"], before["nb_documents"], "nb_documents", after)


@rule(SHOULD, "documents.hash-of-content", (UPLOAD_DOCUMENT,))
def hash_depends_on_content_alone(ctx: Context) -> None:
    """Equal content has equal hashes whatever its name and library; other content has others."""
    one, other = create_library(ctx)["id"], create_library(ctx)["id"]
    sample = text_sample(word(ctx))
    first = _hash(ctx, _put_in(ctx, one, sample))
    expect_equal(ctx, _hash(ctx, _put_in(ctx, other, sample.renamed("b.md"))), first, "the hash")
    third = _hash(ctx, _put_in(ctx, one, Sample("notes.txt", sample.content + b"!", "text/plain")))
    ctx.expect(third != first, "other content has the same hash")


@rule(SHOULD, "documents.upload-form", (UPLOAD_DOCUMENT,))
def last_suffix_becomes_the_extension(ctx: Context) -> None:
    """The last suffix of the file name, without its dot, becomes the extension."""
    library = create_library(ctx)["id"]
    for name, extension in (("a.txt", "txt"), ("b.2026.md", "md")):
        answer = ctx.need(_put_in(ctx, library, text_sample(word(ctx), name)))
        expect_equal(ctx, answer["extension"], extension, f"the extension of {name}", answer)


@rule(
    MUST,
    "libraries.delete-200-or-204; document: beta.libraries.delete",
    (DELETE_LIBRARY,),
    id="deletes.library-answers-200-or-204",
)
def deleted_library_answers_200_or_204(ctx: Context) -> None:
    """Deleting a library answers 200 or 204."""
    library = create_library(ctx)["id"]
    ctx.expect_status(ctx.api.call(DELETE_LIBRARY, library_id=library), 200, 204)


@rule(MUST, "documents.delete-204", (DELETE_DOCUMENT,), id="deletes.document-answers-204")
def deleted_document_answers_204(ctx: Context) -> None:
    """Deleting a document answers 204."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
    ctx.expect_status(ctx.api.call(DELETE_DOCUMENT, ids), 204)


def _put_in(ctx: Context, library: str, sample: Sample) -> Exchange:
    """Upload a sample under a marked name, whatever the server says to it."""
    part = (ctx.marker.name(sample.name), sample.content, sample.media_type)
    return ctx.api.call(UPLOAD_DOCUMENT, library_id=library, files={"file": part})


def _hash(ctx: Context, answer: Exchange) -> str:
    """Read the hash off an upload's answer; skip where the server no longer shows it."""
    value = ctx.need(answer)["hash"]
    if value is None:
        ctx.skip("the server shows no hash; the field is deprecated")
    return str(value)
