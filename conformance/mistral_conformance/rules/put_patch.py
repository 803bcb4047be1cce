"""PUT and PATCH of libraries and documents: two methods with one meaning, a partial update.

PUT is deprecated, and its removal is announced; some servers have no PATCH yet. Where one of the
two is missing, the rules that compare them are skipped, and only the rule that says that both are
there fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    GET_DOCUMENT,
    GET_LIBRARY,
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
    PUT_DOCUMENT,
    PUT_LIBRARY,
)
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, is_missing
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LIBRARY_PAIR = (PATCH_LIBRARY, PUT_LIBRARY)
DOCUMENT_PAIR = (PATCH_DOCUMENT, PUT_DOCUMENT)


@rule(
    id="put-patch.library-has-both",
    level=SHOULD,
    source="libraries.update-is-partial; libraries.put-stays",
    operations=LIBRARY_PAIR,
)
def library_has_both(ctx: Context) -> None:
    """A library takes PATCH, and the deprecated PUT still."""
    ids = {"library_id": create_library(ctx)["id"]}
    for operation in LIBRARY_PAIR:
        ctx.expect_status(ctx.api.call(operation, ids, json={}), 200)


@rule(
    id="put-patch.document-has-both",
    level=SHOULD,
    source="documents.update-is-partial; shapes.put-patch-pairs",
    operations=DOCUMENT_PAIR,
)
def document_has_both(ctx: Context) -> None:
    """A document takes PATCH, and the deprecated PUT still."""
    ids = _new_document(ctx)
    for operation in DOCUMENT_PAIR:
        ctx.expect_status(ctx.api.call(operation, ids, json={}), 200)


@rule(
    id="put-patch.library-same-effect",
    level=MUST,
    source="libraries.update-is-partial",
    operations=(*LIBRARY_PAIR, GET_LIBRARY),
)
def library_same_effect(ctx: Context) -> None:
    """PUT and PATCH with the same body leave two equal libraries equal."""
    changes: list[dict[str, str | None]] = [
        {"name": ctx.marker.name("new")},
        {"description": None},
        {"description": "new"},
        {},
    ]
    first, second = (
        {"library_id": create_library(ctx, name="old", description="old")["id"]} for _ in range(2)
    )
    for change in changes:
        _offered(ctx, ctx.api.call(PATCH_LIBRARY, first, json=change))
        _offered(ctx, ctx.api.call(PUT_LIBRARY, second, json=change))
        one, two = ctx.api.call(GET_LIBRARY, first), ctx.api.call(GET_LIBRARY, second)
        for field in ("name", "description"):
            what = f"after PUT {sorted(change)} the {field}"
            expect_equal(ctx, two[field], one[field], what, one, two)


@rule(
    id="put-patch.library-same-answer",
    level=MUST,
    source="libraries.update-is-partial; document: Library (both answer 200 with a)",
    operations=LIBRARY_PAIR,
)
def library_same_answer(ctx: Context) -> None:
    """PUT and PATCH with the same body give the same answer: status, fields and values."""
    ids = {"library_id": create_library(ctx, description="old")["id"]}
    change = {"description": "new"}
    patched = _offered(ctx, ctx.api.call(PATCH_LIBRARY, ids, json=change))
    put = _offered(ctx, ctx.api.call(PUT_LIBRARY, ids, json=change))
    _expect_same_answer(ctx, patched, put)


@rule(
    id="put-patch.library-put-is-partial",
    level=MUST,
    source=(
        "shapes.put-patch-pairs (every field of UpdateLibraryRequest is optional for both methods)"
    ),
    operations=(PUT_LIBRARY, GET_LIBRARY),
)
def library_put_is_partial(ctx: Context) -> None:
    """PUT is a partial update: it keeps the fields that its body does not name."""
    made = create_library(ctx, description="stays")
    ids = {"library_id": made["id"]}
    name = ctx.marker.name("put")
    put = _offered(ctx, ctx.api.call(PUT_LIBRARY, ids, json={"name": name}))
    expect_equal(ctx, ctx.expect_status(put, 200)["description"], "stays", "description", put)
    read = ctx.api.call(GET_LIBRARY, ids)
    expect_equal(ctx, read["name"], name, "the name", put, read)
    expect_equal(ctx, read["description"], "stays", "the description", put, read)


@rule(
    id="put-patch.library-same-refusals",
    level=MUST,
    source="document: UpdateLibraryRequest (both take   document 422)",
    operations=LIBRARY_PAIR,
)
def library_same_refusals(ctx: Context) -> None:
    """PUT and PATCH refuse the same wrong bodies."""
    ids = {"library_id": create_library(ctx)["id"]}
    for wrong in ({"name": 5}, {"description": ["list"]}, ["no", "object"]):
        patched = _offered(ctx, ctx.api.call(PATCH_LIBRARY, ids, json=wrong))
        put = _offered(ctx, ctx.api.call(PUT_LIBRARY, ids, json=wrong))
        expect_refused(ctx, patched, f"PATCH {wrong}")
        expect_refused(ctx, put, f"PUT {wrong}")
        expect_equal(ctx, put.status, patched.status, "the status of PUT", patched, put)


@rule(
    id="put-patch.document-same-effect",
    level=MUST,
    source=(
        "documents.update-is-partial; shapes.put-patch-pairs (both take UpdateDocumentRequest)"
    ),
    operations=(*DOCUMENT_PAIR, GET_DOCUMENT),
)
def document_same_effect(ctx: Context) -> None:
    """PUT and PATCH with the same body leave two documents with the same name and attributes."""
    first, second = _new_document(ctx), _new_document(ctx)
    changes = (
        {"name": ctx.marker.name("new.txt")},
        {"attributes": {"year": 2026}},
        {"name": ctx.marker.name("newer.txt")},
    )
    for change in changes:
        _offered(ctx, ctx.api.call(PATCH_DOCUMENT, first, json=change))
        _offered(ctx, ctx.api.call(PUT_DOCUMENT, second, json=change))
    one, two = ctx.api.call(GET_DOCUMENT, first), ctx.api.call(GET_DOCUMENT, second)
    expect_equal(ctx, one["name"], changes[-1]["name"], "the name after PATCH", one)
    for field in ("name", "attributes"):
        wanted = one[field]
        expect_equal(ctx, two[field], wanted, f"{field} after PUT", one, two)


@rule(
    id="put-patch.document-same-answer",
    level=MUST,
    source="document: Document (both answer 200 with a)",
    operations=DOCUMENT_PAIR,
)
def document_same_answer(ctx: Context) -> None:
    """PUT and PATCH of a document with the same body give the same answer."""
    ids = _new_document(ctx)
    change = {"name": ctx.marker.name("same.txt")}
    patched = _offered(ctx, ctx.api.call(PATCH_DOCUMENT, ids, json=change))
    put = _offered(ctx, ctx.api.call(PUT_DOCUMENT, ids, json=change))
    _expect_same_answer(ctx, patched, put)


def _offered(ctx: Context, exchange: Exchange) -> Exchange:
    """Give the exchange back, or skip the rule where the server does not offer the method."""
    if is_missing(exchange):
        ctx.skip(f"the server does not offer {exchange.method} here (status {exchange.status})")
    return exchange


def _expect_same_answer(ctx: Context, patched: Exchange, put: Exchange) -> None:
    """Hold two answers to have one status, the same fields, and the same values but times."""
    ctx.expect_status(patched, 200)
    expect_equal(ctx, put.status, patched.status, "the status of PUT", patched, put)
    one, two = patched.json(), put.json()
    for field in {"id", "name", "description"} & one.keys() & two.keys():
        expect_equal(ctx, two[field], one[field], f"{field} after PUT", patched, put)


def _new_document(ctx: Context) -> dict[str, str]:
    """Upload a document to a library of its own; give the ids that name it."""
    library = create_library(ctx)["id"]
    return {"library_id": library, "document_id": upload_document(ctx, library)["id"]}
