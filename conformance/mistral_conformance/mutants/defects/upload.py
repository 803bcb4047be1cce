"""Defects of uploads."""

from __future__ import annotations

import json
from hashlib import md5, sha256
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import answering, forgiving, overlooking
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import encode, json_answer
from mistral_mock.resources.libraries import statuses
from mistral_mock.resources.libraries.records import Document

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

OK = 200
UPLOADS = (op.UPLOAD_DOCUMENT, op.GET_DOCUMENT)


@mutant(
    "upload.known-content-is-201", op.UPLOAD_DOCUMENT, place="resources.libraries.documents:upload"
)
def known_content_is_201(upload: Part) -> Part:
    """Known content answers 201 like new content."""
    return answering(upload, status=201)


@mutant(
    "upload.new-content-is-200", op.UPLOAD_DOCUMENT, place="resources.libraries.documents:upload"
)
def new_content_is_200(upload: Part) -> Part:
    """New content answers 200 like known content."""
    return answering(upload, status=200)


@mutant(
    "upload.content-is-never-known",
    op.UPLOAD_DOCUMENT,
    op.LIST_DOCUMENTS,
    place="resources.libraries.documents:find_twin",
)
def content_is_never_known(_find_twin: Part) -> Part:
    """The same content is stored again and again."""
    return lambda _store, _library, _digest: None


@mutant(
    "upload.content-is-known-elsewhere", *UPLOADS, place="resources.libraries.documents:find_twin"
)
def content_is_known_elsewhere(_find_twin: Part) -> Part:
    """Content that any library holds is known."""

    def defect(store: Part, _library: Part, digest: Part) -> Part:
        return next((each for each in store.table(Document) if each.hash == digest), None)

    return defect


@mutant("upload.known-content-is-renamed", *UPLOADS, place="resources.libraries.documents:upload")
def known_content_is_renamed(upload: Part) -> Part:
    """Known content under a new file name renames the document."""

    def defect(ctx: Part) -> Part:
        content = ctx.files["file"].content
        digest = md5(content, usedforsecurity=False).hexdigest()
        for known in ctx.table(Document).children(ctx.path["library_id"]):
            if known.hash == digest:
                ctx.table(Document).put(evolve(known, name=ctx.files["file"].name))
        return upload(ctx)

    return defect


@mutant(
    "upload.all-content-is-one",
    op.UPLOAD_DOCUMENT,
    place="resources.libraries.documents:fingerprint",
)
def all_content_is_one(_fingerprint: Part) -> Part:
    """All content has one hash, so only the first upload counts."""
    return lambda _content: "0" * 32


@mutant("upload.hash-depends-on-the-library", *UPLOADS, place="resources.libraries.documents:view")
def hash_depends_on_the_library(view: Part) -> Part:
    """The hash of a document depends on its library."""

    def defect(document: Part) -> Part:
        text = f"{document.library_id}/{document.hash}"
        return {**view(document), "hash": sha256(text.encode()).hexdigest()[:32]}

    return defect


@mutant(
    "upload.first-dot-starts-the-extension",
    *UPLOADS,
    place="resources.filetypes:find_extension",
)
def first_dot_starts_the_extension(_find_extension: Part) -> Part:
    """The extension starts at the first dot of the file name."""
    return lambda name: name.partition(".")[2] or None


@mutant("upload.type-is-unknown", *UPLOADS, place="resources.filetypes:find_mime_type")
def type_is_unknown(_find_mime_type: Part) -> Part:
    """The media type of an upload is forgotten."""
    return lambda _file: "application/octet-stream"


@mutant("upload.size-counts-characters", *UPLOADS, place="resources.libraries.documents:view")
def size_counts_characters(view: Part) -> Part:
    """The size of a document is told in kilobytes."""
    return lambda document: {**view(document), "size": document.size // 1024}


@mutant("upload.missing-file-breaks-it", op.UPLOAD_DOCUMENT, place="inputs:refuse")
def missing_file_breaks_it(_refuse: Part) -> Part:
    """A form without a file is let through, and the server breaks."""
    return overlooking("file")


@mutant(
    "upload.unknown-library-is-silent",
    op.UPLOAD_DOCUMENT,
    place="resources.libraries.documents:upload",
)
def unknown_library_is_silent(upload: Part) -> Part:
    """An upload to a library that does not exist seems to succeed."""
    return forgiving(upload, json_answer({}, 201))


@mutant("upload.done-is-forgotten", *UPLOADS, place="resources.libraries.documents:find_twin")
def done_is_forgotten(find_twin: Part) -> Part:
    """Content that was processed is new again."""

    def defect(*given: Part) -> Part:
        twin = find_twin(*given)
        return twin if twin and twin.process_status in statuses.RUNNING else None

    return defect


@mutant("upload.nothing-is-always-new", *UPLOADS, place="resources.libraries.documents:find_twin")
def nothing_is_always_new(find_twin: Part) -> Part:
    """Each empty file is a document of its own, however many the library has."""

    def defect(*given: Part) -> Part:
        twin = find_twin(*given)
        return twin if twin and twin.size else None

    return defect


@mutant(
    "upload.lines-end-alike", op.UPLOAD_DOCUMENT, place="resources.libraries.documents:fingerprint"
)
def lines_end_alike(fingerprint: Part) -> Part:
    """Contents that differ in how their lines end are the same content."""
    return lambda content: fingerprint(content.replace(b"\r\n", b"\n"))


@mutant(
    "upload.known-content-is-as-it-was",
    *UPLOADS,
    place="resources.libraries.documents:upload",
)
def known_content_is_as_it_was(upload: Part) -> Part:
    """Known content is answered with its document as it was before it was processed."""

    def defect(ctx: Part) -> Part:
        answer = upload(ctx)
        if answer.status != OK:
            return answer
        found = json.loads(answer.body) | {"process_status": "todo", "number_of_pages": None}
        return evolve(answer, body=encode(found))

    return defect
