"""Documents of a library: upload, list, read, change, delete, reprocess."""

from __future__ import annotations

import json
from hashlib import md5
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import clock, moments, pages
from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import Problem, invalid, not_found
from mistral_mock.registry import operation
from mistral_mock.resources import filetypes
from mistral_mock.resources.libraries import permissions, processing, statuses, upkeep
from mistral_mock.resources.libraries.records import Document
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context, Upload
    from mistral_mock.resources.libraries.records import Library
    from mistral_mock.store import Store

CHANGEABLE = ("name", "attributes", "expires_at")
ORDERS = ("asc", "desc")
SORTABLE = frozenset(
    {
        "id",
        "library_id",
        "hash",
        "mime_type",
        "extension",
        "size",
        "name",
        "created_at",
        "process_status",
        "processing_status",
        "uploaded_by_id",
        "uploaded_by_type",
        "summary",
        "last_processed_at",
        "number_of_pages",
        "tokens_processing_total",
        "tokens_processing_main_content",
        "tokens_processing_summary",
        "url",
        "expires_at",
    }
)
"""The scalar fields of a document (documents.sortable-fields, our choice)."""


@operation("beta.libraries.documents.upload")
def upload(ctx: Context) -> Answer:
    """Return 201 with the new document, or 200 with the one that has the same content."""
    library = permissions.find_editable(ctx)
    file = ctx.files["file"]
    known = find_twin(ctx.store, library, fingerprint(file.content))
    if known is not None:
        return json_answer(view(known), 200)
    document = add(ctx, library, file)
    upkeep.refresh(ctx.store, library.id, document.created_at)
    return json_answer(view(document), 201)


@operation("beta.libraries.documents.list")
def list_documents(ctx: Context) -> Answer:
    """Return one page of the library's documents."""
    library, _ = permissions.find_library(ctx)
    check_order(ctx.query["sort_by"], ctx.query["sort_order"])
    known = ctx.table(Document).children(library.id)
    wanted = read_attributes(ctx.query["filters_attributes"])
    found = [document for document in known if is_listed(ctx, document, wanted)]
    ordered = sort(found, ctx.query["sort_by"], ctx.query["sort_order"])
    page, size = ctx.query["page"], ctx.query["page_size"]
    shown = pages.slice_page(ordered, page, size)
    block = pages.block(len(ordered), page, size)
    return json_answer({"pagination": block, "data": [view(document) for document in shown]})


@operation("beta.libraries.documents.get")
def get(ctx: Context) -> Answer:
    """Return the document."""
    return json_answer(view(find_document(ctx)))


@operation("beta.libraries.documents.update", "beta.libraries.documents.update_with_put")
def update(ctx: Context) -> Answer:
    """Return the document with what was sent changed; PUT and PATCH do the same."""
    permissions.find_editable(ctx)
    changed = change(ctx, find_document(ctx), pick_changes(ctx.body))
    return json_answer(view(changed))


@operation("beta.libraries.documents.delete")
def delete(ctx: Context) -> Answer:
    """Return 204; the document is gone at once (documents.delete-204)."""
    library = permissions.find_editable(ctx)
    upkeep.forget(ctx.store, find_document(ctx))
    upkeep.refresh(ctx.store, library.id, ctx.clock.stamp())
    return no_content()


@operation("beta.libraries.documents.reprocess")
def reprocess(ctx: Context) -> Answer:
    """Return 204; the document runs again, and a run that is under way goes on alone."""
    library = permissions.find_editable(ctx)
    document = find_document(ctx)
    if document.process_status not in statuses.RUNNING:
        moment = ctx.clock.stamp()
        ctx.table(Document).put(processing.restart(document, moment))
        upkeep.refresh(ctx.store, library.id, moment)
    return no_content()


def find_document(ctx: Context) -> Document:
    """Return the document that the path names, in a library that the caller may see.

    Raises:
        APIError: 404, the library or the document is unknown, or the document is another
            library's.

    """
    library, _ = permissions.find_library(ctx)
    document = ctx.table(Document).get(ctx.path["document_id"])
    if document is None or not belongs(document, library):
        raise not_found("Document not found")
    return document


def belongs(document: Document, library: Library) -> bool:
    """Say whether the document is the library's own."""
    return document.library_id == library.id


def find_twin(store: Store, library: Library, digest: str) -> Document | None:
    """Return the library's document with this content, or None (documents.known-content-200)."""
    documents = store.table(Document).children(library.id)
    return next((document for document in documents if document.hash == digest), None)


def fingerprint(content: bytes) -> str:
    """32 hex digits that follow from the content alone (documents.hash-of-content)."""
    return md5(content, usedforsecurity=False).hexdigest()


def add(ctx: Context, library: Library, file: Upload) -> Document:
    """Store an upload as a new document, queued for processing."""
    moment = ctx.clock.stamp()
    alone = library.owner_type == "User"
    document = Document(
        id=ctx.ids.uuid4(),
        library_id=library.id,
        name=file.name,
        hash=fingerprint(file.content),
        mime_type=filetypes.find_mime_type(file),
        extension=filetypes.find_extension(file.name),
        size=len(file.content),
        created_at=moment,
        started_at=moment,
        process_status=statuses.TODO,
        uploaded_by_id=ctx.caller.user_id if alone else ctx.caller.workspace_id,
        uploaded_by_type="User" if alone else "Workspace",
    )
    ctx.table(Blob).put(Blob(id=document.id, content=file.content))
    processing.read(ctx.store, document)
    return ctx.table(Document).put(document)


def is_listed(ctx: Context, document: Document, attributes: dict[str, Any]) -> bool:
    """Say whether the document has the attributes and fits the search, which is by its name."""
    has_them = pages.has_entries(document.attributes, attributes)
    return has_them and pages.matches(document.name, ctx.query["search"])


def read_attributes(text: str | None) -> dict[str, Any]:
    """Return the attributes that a JSON object asks for.

    No source tells what other texts ask for.
    """
    try:
        wanted = json.loads(text or "null")
    except ValueError:
        return {}
    return wanted if isinstance(wanted, dict) else {}


def check_order(sort_by: str, sort_order: str) -> None:
    """Lets known orders pass.

    Raises:
        APIError: 422, not a scalar field of documents (our choice), or no direction.

    """
    problems = []
    if sort_by not in SORTABLE:
        expected = ", ".join(sorted(SORTABLE))
        problems.append(_unknown("sort_by", sort_by, expected))
    if sort_order not in ORDERS:
        problems.append(_unknown("sort_order", sort_order, "asc or desc"))
    if problems:
        raise invalid(*problems)


def _unknown(name: str, value: str, expected: str) -> Problem:
    message = f"Input should be {expected}"
    return Problem(("query", name), message, "literal_error", value, {"expected": expected})


def sort(documents: list[Document], sort_by: str, sort_order: str) -> list[Document]:
    """Return the documents in the order asked for; absent values come last, equals by age."""
    backwards = sort_order == "desc"
    aged = sorted(documents, key=lambda document: document.created_at, reverse=backwards)
    shown = [(view(document)[sort_by], document) for document in aged]
    present: list[tuple[Any, Document]] = [pair for pair in shown if pair[0] is not None]
    present.sort(key=lambda pair: pair[0], reverse=backwards)
    absent = [document for value, document in shown if value is None]
    return [document for _, document in present] + absent


def pick_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return what an update changes: the fields that were sent; attributes as a whole.

    Raises:
        APIError: 422, `expires_at` names no moment of the calendar.

    """
    changes = {name: body[name] for name in CHANGEABLE if name in body}
    if changes.get("expires_at") is not None:
        changes["expires_at"] = moments.read(changes["expires_at"], "body", "expires_at")
    return changes


def change(ctx: Context, document: Document, changes: dict[str, Any]) -> Document:
    """Return the changed document.

    Its library's `updated_at` moves along (libraries.counts-follow).
    """
    if not changes:
        return document
    changed = ctx.table(Document).put(evolve(document, **changes))
    upkeep.refresh(ctx.store, document.library_id, ctx.clock.stamp())
    return changed


def total_tokens(document: Document) -> int:
    """Return all tokens that the document was billed: main content and summary."""
    return (document.main_tokens or 0) + (document.summary_tokens or 0)


def view(document: Document) -> dict[str, object]:
    """Return the document as the API writes it."""
    return {
        "id": document.id,
        "library_id": document.library_id,
        "hash": document.hash,
        "mime_type": document.mime_type,
        "extension": document.extension,
        "size": document.size,
        "name": document.name,
        "created_at": clock.spell(document.created_at),
        "process_status": document.process_status,
        "processing_status": statuses.old_status(document.process_status),
        "uploaded_by_id": document.uploaded_by_id,
        "uploaded_by_type": document.uploaded_by_type,
        "tokens_processing_total": total_tokens(document),
        "summary": document.summary,
        "last_processed_at": clock.spell_optional(document.last_processed_at),
        "number_of_pages": document.number_of_pages,
        "tokens_processing_main_content": document.main_tokens,
        "tokens_processing_summary": document.summary_tokens,
        "url": None,
        "attributes": document.attributes,
        "expires_at": clock.spell_optional(document.expires_at),
    }
