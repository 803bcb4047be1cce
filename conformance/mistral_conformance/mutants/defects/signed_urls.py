"""Defects of signed URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_mock import app
from mistral_mock.errors import not_found
from mistral_mock.resources.libraries.records import Document

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

SIGNED_URL = "beta.libraries.documents.get_signed_url"
TEXT_SIGNED_URL = "beta.libraries.documents.extracted_text_signed_url"

URLS = (SIGNED_URL, TEXT_SIGNED_URL)


@mutant(
    "signed-urls.url-in-an-object",
    SIGNED_URL,
    place="resources.libraries.contents:get_signed_url",
)
def url_in_an_object(get_signed_url: Part) -> Part:
    """A document's signed URL comes in an object, as a file's does."""
    return edited(get_signed_url, lambda url: {"url": url})


@mutant(
    "signed-urls.url-is-relative",
    SIGNED_URL,
    place="resources.libraries.contents:get_signed_url",
)
def url_is_relative(get_signed_url: Part) -> Part:
    """A document's signed URL lacks scheme and host."""
    return edited(get_signed_url, lambda url: urlsplit(url)._replace(scheme="", netloc="").geturl())


@mutant("signed-urls.key-is-wanted", *URLS, place="app:App._serve_signed")
def key_is_wanted(serve_signed: Part) -> Part:
    """A signed URL works only with a key."""

    def defect(self: Part, request: Part) -> Part:
        app.authenticate(self.world, request.headers)
        return serve_signed(self, request)

    return defect


@mutant(
    "signed-urls.type-is-forgotten",
    SIGNED_URL,
    place="resources.libraries.contents:serve_document",
)
def type_is_forgotten(serve_document: Part) -> Part:
    """A signed URL serves every document as text/html."""

    def defect(ctx: Part, key: Part) -> Part:
        return evolve(serve_document(ctx, key), media_type="text/html")

    return defect


@mutant(
    "signed-urls.bytes-are-trimmed",
    SIGNED_URL,
    place="resources.libraries.contents:serve_document",
)
def bytes_are_trimmed(serve_document: Part) -> Part:
    """A signed URL serves the document without white space at its end."""

    def defect(ctx: Part, key: Part) -> Part:
        answer = serve_document(ctx, key)
        return evolve(answer, body=answer.body.rstrip())

    return defect


@mutant(
    "signed-urls.text-url-serves-nothing",
    TEXT_SIGNED_URL,
    place="resources.libraries.contents:serve_text",
)
def text_url_serves_nothing(serve_text: Part) -> Part:
    """The signed URL of a text serves an empty text."""

    def defect(ctx: Part, key: Part) -> Part:
        return evolve(serve_text(ctx, key), body=b"")

    return defect


@mutant("signed-urls.urls-live-an-hour", *URLS, place="resources.libraries.contents:URL_LIFETIME_S")
def urls_live_an_hour(_lifetime: Part) -> Part:
    """Signed URLs of documents work for an hour."""
    return 3600


@mutant(
    "signed-urls.urls-live-a-minute", *URLS, place="resources.libraries.contents:URL_LIFETIME_S"
)
def urls_live_a_minute(_lifetime: Part) -> Part:
    """Signed URLs of documents work for a minute."""
    return 60


@mutant(
    "signed-urls.urls-end-with-a-run",
    SIGNED_URL,
    place="resources.libraries.contents:serve_document",
)
def urls_end_with_a_run(serve_document: Part) -> Part:
    """The URL of a document opens nothing any more once that was processed again."""

    def defect(ctx: Part, key: Part) -> Part:
        document = ctx.table(Document).get(key)
        if document is not None and document.started_at != document.created_at:
            raise not_found("Document not found")
        return serve_document(ctx, key)

    return defect
