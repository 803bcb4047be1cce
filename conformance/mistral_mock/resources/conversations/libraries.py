"""The tool `document_library`: a real search in finished documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.completion.tokens import count_tokens
from mistral_mock.errors import forbidden
from mistral_mock.resources.conversations import passages
from mistral_mock.resources.conversations.findings import Finding, reference, text
from mistral_mock.resources.libraries.records import Document, Library, Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.findings import Chunk
    from mistral_mock.resources.conversations.passages import Hit

NAME = "document_library"
NOTHING = "Nothing about this stands in the documents that I may search."

CLOSED = (
    "I may search none of these libraries: no organisation admin has shared them with the"
    " organisation."
)


def search(ctx: Context, tool: Mapping[str, Any], question: str) -> Finding:
    """Return what the tool's libraries say about a question; nothing where it may not look."""
    opened = find_open(ctx, tool["library_ids"])
    found = passages.search(ctx.world, question, opened)
    if not found:
        return Finding([text(NOTHING if opened else CLOSED)], 0, {"results": 0})
    chunks = [chunk for hit in found for chunk in quote(ctx, hit)]
    brought = sum(count_tokens(hit.text) for hit in found)
    return Finding(chunks, brought, {"results": len(found)})


def find_open(ctx: Context, library_ids: Iterable[str]) -> list[str]:
    """Return the libraries that agents of the caller's organisation may search."""
    named = [ctx.table(Library).get(id_.lower()) for id_ in library_ids]
    return list(dict.fromkeys(each.id for each in named if each and is_open(ctx, each)))


def check_open(ctx: Context, tools: Iterable[Mapping[str, Any]]) -> None:
    """Pass when all libraries of the tools are open, or closed ones are merely empty.

    Raises:
        APIError: 403, the mock is told to refuse closed libraries, and there is one.

    """
    if ctx.settings.closed_libraries != "refused":
        return
    named = [id_.lower() for tool in tools if tool["type"] == NAME for id_ in tool["library_ids"]]
    closed = sorted(set(named) - set(find_open(ctx, named)))
    if closed:
        told = "No organisation admin has shared these libraries with the organisation"
        raise forbidden(f"{told}: {', '.join(closed)}")


def is_open(ctx: Context, library: Library) -> bool:
    """Say whether an organisation administrator has shared the library with the caller's own."""
    shares = ctx.table(Share).children(library.id)
    return any(opens(share, ctx.caller.organisation_id) for share in shares)


def opens(share: Share, organisation_id: str) -> bool:
    """Say whether the share opens a library to all org agents (agents.shared-library-needed)."""
    named = share.share_with_type == "Org" and share.share_with_uuid == organisation_id
    return named and share.by_admin


def quote(ctx: Context, hit: Hit) -> Iterator[Chunk]:
    """Yield the passage that was found, and the document that it stands in."""
    document = ctx.table(Document).get(hit.document_id)
    if document is None:
        raise LookupError(f"the index has outlived the document {hit.document_id}")
    yield text(f"“{hit.text}”")
    yield reference(NAME, document.name, address(ctx, document), document.summary)


def address(ctx: Context, document: Document) -> str:
    """Return where the document is read by the API."""
    return f"{ctx.base_url}/v1/libraries/{document.library_id}/documents/{document.id}"
