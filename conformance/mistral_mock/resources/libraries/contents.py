"""What is inside a document, and how far its processing is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.answers import PLAIN, binary, json_answer
from mistral_mock.errors import not_found
from mistral_mock.extraction import Extraction
from mistral_mock.registry import operation, signed
from mistral_mock.resources.libraries import documents, statuses
from mistral_mock.resources.libraries.records import Document, DocumentText
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

URL_LIFETIME_S = 30 * 60
"""Stated for the document's own URL; the same for its text (our choice)."""


@operation("beta.libraries.documents.status")
def status(ctx: Context) -> Answer:
    """Return the id and both status fields, nothing more (documents.status-fields)."""
    document = documents.find_document(ctx)
    return json_answer(
        {
            "document_id": document.id,
            "process_status": document.process_status,
            "processing_status": statuses.old_status(document.process_status),
        }
    )


@operation("beta.libraries.documents.text_content")
def text_content(ctx: Context) -> Answer:
    """Return the text, or that of the pages asked for."""
    text = find_text(ctx, documents.find_document(ctx))
    wanted = Extraction(text.pages).between(ctx.query["page_start"], ctx.query["page_end"])
    return json_answer({"text": wanted})


@operation("beta.libraries.documents.get_signed_url")
def get_signed_url(ctx: Context) -> Answer:
    """Return a bare JSON string: a URL serving the bytes without a key (documents.signed-url)."""
    document = documents.find_document(ctx)
    return json_answer(ctx.signed_url("document", document.id, URL_LIFETIME_S))


@operation("beta.libraries.documents.extracted_text_signed_url")
def extracted_text_signed_url(ctx: Context) -> Answer:
    """Return a bare JSON string: a URL that serves the extracted text without a key."""
    text = find_text(ctx, documents.find_document(ctx))
    return json_answer(ctx.signed_url("text", text.id, URL_LIFETIME_S))


@signed("document")
def serve_document(ctx: Context, key: str) -> Answer:
    """Return the document's bytes, with its type and name (documents.signed-url-serves)."""
    document, blob = ctx.table(Document).get(key), ctx.table(Blob).get(key)
    if document is None or blob is None:
        raise not_found("Document not found")
    return binary(blob.content, document.mime_type, document.name)


@signed("text")
def serve_text(ctx: Context, key: str) -> Answer:
    """Return the document's text (documents.text-signed-url)."""
    document = ctx.table(Document).get(key)
    if document is None:
        raise not_found("Document not found")
    return binary(find_text(ctx, document).text.encode(), PLAIN)


def find_text(ctx: Context, document: Document) -> DocumentText:
    """Return the text that processing found.

    Raises:
        APIError: 404, there is none, or none yet (documents.unfinished-text-404, our choice).

    """
    text = ctx.table(DocumentText).get(document.id)
    if text is None or document.process_status != statuses.DONE:
        raise not_found("The document has no text, or is not processed yet")
    return text
