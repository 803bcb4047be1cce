"""Permissions: what owners, editors and viewers of a library may do, and what they may not.

Where a refusal is due the documents name no status, so any 4xx will do; that it is 403 is our
choice and a rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.libraries import (
    create_library,
    upload_document,
    wait_processed,
)
from mistral_conformance.rules.common.names import (
    DELETE_DOCUMENT,
    DELETE_LIBRARY,
    GET_DOCUMENT,
    GET_LIBRARY,
    LIST_ACCESSES,
    LIST_DOCUMENTS,
    PATCH_DOCUMENT,
    PATCH_LIBRARY,
    REPROCESS,
    SHARE,
    SIGNED_URL,
    STATUS,
    TEXT_CONTENT,
    UNSHARE,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.refusals import words_of
from mistral_conformance.rules.common.steps import (
    entity,
    entries,
    entries_of,
    expect_equal,
    expect_refused,
    read_library,
    share,
    unknown_id,
    unshare,
    update,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

DOCUMENT_WRITES = (UPLOAD_DOCUMENT, PATCH_DOCUMENT, REPROCESS, DELETE_DOCUMENT)


@rule(
    id="permissions.viewer-reads",
    level=MUST,
    source="documents.writes-are-edits",
    operations=(GET_LIBRARY, LIST_DOCUMENTS, GET_DOCUMENT, STATUS, TEXT_CONTENT, SIGNED_URL),
    needs=("neighbour",),
)
def viewer_reads(ctx: Context) -> None:
    """A Viewer reads the library, its documents, their status, text and signed URL."""
    library, viewer = _shared(ctx, "Viewer")
    document = upload_document(ctx, library)["id"]
    wait_processed(ctx, library, document)
    ids = {"library_id": library, "document_id": document}
    for operation in (GET_LIBRARY, LIST_DOCUMENTS, GET_DOCUMENT, STATUS, TEXT_CONTENT, SIGNED_URL):
        ctx.expect_status(viewer.call(operation, ids), 200)


@rule(
    id="permissions.viewer-changes-nothing",
    level=MUST,
    source="accesses.editors-edit",
    operations=(PATCH_LIBRARY,),
    needs=("neighbour",),
)
def viewer_changes_nothing(ctx: Context) -> None:
    """A Viewer cannot change the library."""
    library, viewer = _shared(ctx, "Viewer")
    before = read_library(ctx, library)
    change = {"name": ctx.marker.name("taken over")}
    answer = update(viewer, PATCH_LIBRARY, {"library_id": library}, change)
    expect_refused(ctx, answer, "a Viewer renaming the library")
    after = read_library(ctx, library)
    expect_equal(ctx, after["name"], before["name"], "the name", answer, after)


@rule(
    id="permissions.viewer-writes-no-documents",
    level=SHOULD,
    source=(
        "accesses.editing; documents.writes-are-edits; "
        "choices.permissions-viewer-writes-no-documents"
    ),
    operations=DOCUMENT_WRITES,
    needs=("neighbour",),
)
def viewer_writes_no_documents(ctx: Context) -> None:
    """A Viewer neither uploads nor changes nor reprocesses nor deletes documents."""
    library, viewer = _shared(ctx, "Viewer")
    document = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": document["id"]}
    for operation in DOCUMENT_WRITES:
        answer = _write(ctx, viewer, operation, ids)
        expect_refused(ctx, answer, f"{operation} by a Viewer")
    read = ctx.expect_status(ctx.api.call(GET_DOCUMENT, ids), 200)
    expect_equal(ctx, read["name"], document["name"], "the document's name", read)


@rule(
    id="permissions.editor-changes",
    level=MUST,
    source="accesses.editors-edit",
    operations=(PATCH_LIBRARY,),
    needs=("neighbour",),
)
def editor_changes(ctx: Context) -> None:
    """An Editor changes the library."""
    library, editor = _shared(ctx, "Editor")
    change = {"name": ctx.marker.name("edited")}
    ctx.expect_status(update(editor, PATCH_LIBRARY, {"library_id": library}, change), 200)
    read = read_library(ctx, library)
    expect_equal(ctx, read["name"], change["name"], "the name", read)


@rule(
    id="permissions.editor-writes-documents",
    level=SHOULD,
    source=(
        "accesses.editing; documents.writes-are-edits; choices.permissions-editor-writes-documents"
    ),
    operations=DOCUMENT_WRITES,
    needs=("neighbour",),
)
def editor_writes_documents(ctx: Context) -> None:
    """An Editor uploads, changes, reprocesses and deletes documents, and is told as their maker."""
    library, editor = _shared(ctx, "Editor")
    own = upload_document(ctx, library)
    ids = {"library_id": library, "document_id": own["id"]}
    wait_processed(ctx, **ids)
    for operation in DOCUMENT_WRITES:
        answer = ctx.expect_status(_write(ctx, editor, operation, ids), 200, 201, 204)
        if answer.status == 201 and own.at("uploaded_by_id"):
            makers = [each.at("uploaded_by_id") for each in (own, answer)]
            ctx.expect(makers[0] != makers[1], f"two uploaders are told as {makers}", own, answer)


@rule(
    id="permissions.only-the-owner-shares",
    level=MUST,
    source="accesses.owner-shares",
    operations=(SHARE, LIST_ACCESSES),
    needs=("neighbour",),
)
def only_the_owner_shares(ctx: Context) -> None:
    """An Editor can share the library with nobody and cannot raise anyone's level."""
    library, editor = _shared(ctx, "Editor")
    everyone = {"share_with_type": "Org", "share_with_uuid": ctx.identity().known("org")}
    answer = share(editor, library, everyone, "Viewer")
    expect_refused(ctx, answer, "an Editor sharing the library")
    listed, found = entries(ctx.api, library)
    ctx.expect(not entries_of(found, everyone), "the refused share is listed", answer, listed)


@rule(
    id="permissions.viewer-cannot-raise-itself",
    level=MUST,
    source="accesses.owner-shares",
    operations=(SHARE,),
    needs=("neighbour",),
)
def viewer_cannot_raise_itself(ctx: Context) -> None:
    """A Viewer cannot make itself an Editor."""
    library, viewer = _shared(ctx, "Viewer")
    who = entity(ctx, "neighbour")
    expect_refused(ctx, share(viewer, library, who, "Editor"), "a Viewer raising itself")
    listed, found = entries(ctx.api, library)
    roles = [each["role"] for each in entries_of(found, who)]
    expect_equal(ctx, roles, ["Viewer"], "the listed roles", listed)


@rule(
    id="permissions.only-the-owner-deletes",
    level=SHOULD,
    source="accesses.editing; choices.permissions-only-the-owner-deletes",
    operations=(DELETE_LIBRARY,),
    needs=("neighbour",),
)
def only_the_owner_deletes(ctx: Context) -> None:
    """An Editor cannot delete the library."""
    library, editor = _shared(ctx, "Editor")
    answer = editor.call(DELETE_LIBRARY, library_id=library)
    expect_refused(ctx, answer, "an Editor deleting the library")
    ctx.expect_status(ctx.api.call(GET_LIBRARY, library_id=library), 200)


@rule(
    id="permissions.owner-keeps-the-role",
    level=MUST,
    source="accesses.owner-keeps-role",
    operations=(SHARE, LIST_ACCESSES),
)
def owner_keeps_the_role(ctx: Context) -> None:
    """The owner cannot change the own role."""
    library = create_library(ctx)["id"]
    owner = _owner_entry(ctx, library)
    expect_refused(ctx, share(ctx.api, library, owner, "Viewer"), "the owner's own demotion")
    listed, found = entries(ctx.api, library)
    roles = [each["role"] for each in entries_of(found, owner)]
    expect_equal(ctx, roles, ["Owner"], "the owner's listed roles", listed)


@rule(
    id="permissions.owner-keeps-the-access",
    level=MUST,
    source="accesses.owner-deletes",
    operations=(UNSHARE, GET_LIBRARY),
)
def owner_keeps_the_access(ctx: Context) -> None:
    """The owner cannot delete the own access."""
    library = create_library(ctx)["id"]
    owner = _owner_entry(ctx, library)
    expect_refused(ctx, unshare(ctx.api, library, owner), "the owner's own removal")
    ctx.expect_status(ctx.api.call(GET_LIBRARY, library_id=library), 200)


@rule(
    id="permissions.members-may-leave",
    level=MUST,
    source="accesses.leave",
    operations=(UNSHARE, GET_LIBRARY),
    needs=("neighbour",),
)
def members_may_leave(ctx: Context) -> None:
    """Whoever was given access may delete the own access, and is out then."""
    library, viewer = _shared(ctx, "Viewer")
    answer = unshare(viewer, library, entity(ctx, "neighbour"))
    ctx.expect_status(answer, 200, 204)
    seen = viewer.call(GET_LIBRARY, library_id=library)
    expect_refused(ctx, seen, "reading a library after leaving it")


@rule(
    id="permissions.members-remove-nobody-else",
    level=MUST,
    source="accesses.leave",
    operations=(UNSHARE, LIST_ACCESSES),
    needs=("neighbour",),
)
def members_remove_nobody_else(ctx: Context) -> None:
    """An Editor cannot delete the access of another entity."""
    library, editor = _shared(ctx, "Editor")
    everyone = {"share_with_type": "Org", "share_with_uuid": ctx.identity().known("org")}
    ctx.need(share(ctx.api, library, everyone, "Viewer"), 200)
    answer = unshare(editor, library, everyone)
    expect_refused(ctx, answer, "an Editor deleting another's access")
    listed, found = entries(ctx.api, library)
    ctx.expect(entries_of(found, everyone), "the other's access is gone", answer, listed)


@rule(
    id="permissions.highest-level-wins",
    level=SHOULD,
    source="accesses.highest-level-wins; choices.permissions-highest-level-wins",
    operations=(PATCH_LIBRARY, SHARE),
    needs=("neighbour",),
)
def highest_level_wins(ctx: Context) -> None:
    """Whoever is reached by several shares may do what the highest of them allows."""
    for kinds in (("User", "Org"), ("Org", "User"), ("Workspace", "User")):
        library = create_library(ctx)["id"]
        for kind, level in zip(kinds, ("Editor", "Viewer"), strict=True):
            ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), level), 200)
        change = {"description": "edited"}
        ids = {"library_id": library}
        answer = update(ctx.as_("neighbour"), PATCH_LIBRARY, ids, change)
        ctx.expect_status(answer, 200)


@rule(
    id="permissions.libraries-stay-in-the-organisation",
    level=MUST,
    source="accesses.own-organisation; libraries.stay-in-organisation",
    operations=(SHARE, LIST_ACCESSES),
    needs=("stranger",),
)
def libraries_stay_in_the_organisation(ctx: Context) -> None:
    """A library cannot be shared with a user or workspace of another organisation, nor with it."""
    library = create_library(ctx)["id"]
    for kind in ("User", "Workspace", "Org"):
        who = entity(ctx, "stranger", kind)
        answer = share(ctx.api, library, who, "Viewer")
        expect_refused(ctx, answer, f"sharing with another organisation's {kind}")
        listed, found = entries(ctx.api, library)
        ctx.expect(not entries_of(found, who), "the refused share is listed", answer, listed)


@rule(
    id="permissions.org-id-is-the-callers-own",
    level=SHOULD,
    source="accesses.own-organisation; choices.permissions-org-id-is-the-callers-own",
    operations=(SHARE,),
    needs=("neighbour",),
)
def org_id_is_the_callers_own(ctx: Context) -> None:
    """An `org_id` in a share is taken when it is the caller's own and refused when it is not."""
    library = create_library(ctx)["id"]
    who = entity(ctx, "neighbour")
    own = {**who, "org_id": ctx.identity().known("org")}
    ctx.expect_status(share(ctx.api, library, own, "Viewer"), 200)
    other = {**who, "org_id": unknown_id(ctx)}
    expect_refused(ctx, share(ctx.api, library, other, "Viewer"), "a foreign org_id")


@rule(
    id="permissions.refusals-are-403",
    level=MAY,
    source="accesses.refused-403; choices.permissions-refusals-are-403",
    operations=(PATCH_LIBRARY, SHARE, UNSHARE, DELETE_LIBRARY),
    needs=("neighbour",),
)
def refusals_are_403(ctx: Context) -> None:
    """A member who lacks the right for something gets 403 and is told why in words."""
    library, viewer = _shared(ctx, "Viewer")
    ids = {"library_id": library}
    everyone = {"share_with_type": "Org", "share_with_uuid": ctx.identity().known("org")}
    answers = [
        update(viewer, PATCH_LIBRARY, ids, {"description": "no"}),
        share(viewer, library, everyone, "Viewer"),
        unshare(viewer, library, _owner_entry(ctx, library)),
        viewer.call(DELETE_LIBRARY, ids),
    ]
    for answer in answers:
        ctx.expect_status(answer, 403)
        ctx.expect(words_of(answer), "the answer says nothing in words", answer)


def _shared(ctx: Context, level: str) -> tuple[str, Api]:
    """Create a library and share it with the neighbour's user; give its id and the neighbour."""
    library = str(create_library(ctx)["id"])
    ctx.need(share(ctx.api, library, entity(ctx, "neighbour"), level), 200)
    return library, ctx.as_("neighbour")


def _owner_entry(ctx: Context, library: str) -> dict[str, Any]:
    """Give what names the owner in the accesses; skip where the list does not show the owner."""
    _, found = entries(ctx.api, library)
    for each in found:
        if each["role"] == "Owner":
            return {key: each[key] for key in ("share_with_type", "share_with_uuid")}
    return ctx.skip("the list of accesses does not show the owner")


def _write(ctx: Context, who: Api, operation: str, ids: dict[str, str]) -> Exchange:
    """Do one of the writes to a document, as somebody."""
    if operation == UPLOAD_DOCUMENT:
        content = f"{ctx.random.getrandbits(64):x}".encode()
        part = (ctx.marker.name("written.txt"), content, "text/plain")
        return who.call(operation, ids, files={"file": part})
    if operation == PATCH_DOCUMENT:
        return update(who, operation, ids, {"name": ctx.marker.name("written.txt")})
    return who.call(operation, ids)
