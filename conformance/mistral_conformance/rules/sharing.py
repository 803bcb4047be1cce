"""Sharing: who owns a library, what it tells of its members, and with whom it is not shared.

Most rules share with the neighbour (same organisation, another workspace), who has no right to
the caller's libraries by birth. What each level may do, and what a share shows and hides, is told
by the laws of `roles`. Where a refusal is due the documents name no status, so any 4xx will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    GET_LIBRARY,
    LIST_ACCESSES,
    LIST_LIBRARIES,
    SHARE,
    UNSHARE,
    UPLOAD_DOCUMENT,
)
from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import (
    entity,
    entries,
    entries_of,
    expect_equal,
    expect_refused,
    read_library,
    share,
    unshare,
    word,
)
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.outcome import Skipped
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

MEMBERS = (
    "explicit_user_members_count", "explicit_workspace_members_count", "org_sharing_role",
)  # fmt: skip


@rule(SHOULD, "accesses.list; choices.sharing-list-shows-the-owner", (LIST_ACCESSES,))
def list_shows_the_owner(ctx: Context) -> None:
    """The list of a library that was never shared shows its owner, and nobody else."""
    listed, found = entries(ctx.api, create_library(ctx)["id"])
    roles = [each["role"] for each in found]
    expect_equal(ctx, roles, ["Owner"], "the listed roles", listed)


@rule(
    MUST,
    "harm: told falsely; accesses.member-counts; choices.sharing-counts-end-with-entries",
    (GET_LIBRARY, SHARE, UNSHARE, LIST_LIBRARIES),
    needs=("neighbour",),
)
def counts_end_with_entries(ctx: Context) -> None:
    """After the end of all shares the member counts and the role for all are those of before.

    Whoever several shares reach has the library once.
    """
    name = word(ctx)
    library = create_library(ctx, name=name)["id"]
    before = read_library(ctx, library)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), "Viewer"))
    ctx.need(share(ctx.api, library, entity(ctx, "neighbour", "Org"), "Editor"))
    shared = read_library(ctx, library)
    role = shared.get("org_sharing_role")
    ctx.expect(role in (None, "Editor"), f"org_sharing_role is {role!r} after Editor", shared)
    listed = ctx.as_("neighbour").call(LIST_LIBRARIES, query={"search": name})
    expect_equal(ctx, column(listed, "data", "id"), [library], "the list of a member", listed)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(unshare(ctx.api, library, entity(ctx, "neighbour", kind)))
    after = read_library(ctx, library)
    for field in MEMBERS:
        left, right = (each.get(field) or None for each in (before, after))
        ctx.expect(left == right, f"`{field}` is {right!r} after all shares ended", after)


@rule(
    MUST,
    "libraries.owned-filter",
    (LIST_LIBRARIES,),
    needs=("neighbour",),
    about=("beta.libraries.list query/filter_owned_by_me",),
)
def own_libraries_can_be_filtered(ctx: Context) -> None:
    """`filter_owned_by_me` leaves out the libraries that others share with the caller."""
    part = word(ctx)
    shared = create_library(ctx, name=f"{part} shared")["id"]
    ctx.need(share(ctx.api, shared, entity(ctx, "neighbour"), "Editor"))
    own = create_library(ctx, by="neighbour", name=f"{part} own")["id"]
    neighbour = ctx.as_("neighbour")
    everything = neighbour.call(LIST_LIBRARIES, query={"search": part})
    expect_equal(
        ctx, set(column(everything, "data", "id")), {own, shared}, "the whole list", everything
    )
    query = {"search": part, "filter_owned_by_me": "true"}
    filtered = ctx.expect_status(neighbour.call(LIST_LIBRARIES, query=query), 200)
    expect_equal(ctx, column(filtered, "data", "id"), [own], "the filtered list", filtered)
    query["filter_owned_by_me"] = "false"
    others = ctx.expect_status(neighbour.call(LIST_LIBRARIES, query=query), 200)
    ctx.expect(
        shared in column(others, "data", "id"),
        "false leaves out what others own, as true does",
        others,
    )


@rule(
    MUST,
    "accesses.owner-keeps-role; accesses.owner-deletes",
    (SHARE, UNSHARE, LIST_ACCESSES, GET_LIBRARY),
    id="permissions.owner-keeps-role-and-access",
)
def owner_keeps_role_and_access(ctx: Context) -> None:
    """An owner can neither change their own role nor delete their own access."""
    library = create_library(ctx)["id"]
    owner = _owner_entry(ctx, library)
    expect_refused(ctx, share(ctx.api, library, owner, "Viewer"), "the owner's own demotion")
    expect_refused(ctx, unshare(ctx.api, library, owner), "the owner's own removal")
    listed, found = entries(ctx.api, library)
    roles = [each["role"] for each in entries_of(found, owner)]
    expect_equal(ctx, roles, ["Owner"], "the owner's listed roles", listed)
    ctx.answer(GET_LIBRARY, library_id=library)


@rule(
    MUST,
    "document: Document.uploaded_by_id; harm: told falsely, who has brought what",
    (UPLOAD_DOCUMENT, SHARE),
    needs=("neighbour",),
    id="permissions.uploads-name-who-sent-them",
)
def uploads_name_who_sent_them(ctx: Context) -> None:
    """A document names who sent it, an Editor too, as libraries of their own name their owner."""
    library = create_library(ctx)["id"]
    ctx.need(share(ctx.api, library, entity(ctx, "neighbour"), "Editor"))
    judged = 0
    for each in (CALLER, "neighbour"):
        own = create_library(ctx, by=each)
        sent = upload_document(ctx, library, by=each)
        if own["owner_type"] == sent["uploaded_by_type"] and sent["uploaded_by_id"] is not None:
            judged += 1
            expect_equal(ctx, sent["uploaded_by_id"], own["owner_id"], "who sent it", own, sent)
    if not judged:
        raise Skipped("who sent a document is no user or workspace that owns libraries")


@rule(
    MUST,
    "accesses.own-organisation; libraries.stay-in-organisation",
    (SHARE, LIST_ACCESSES),
    needs=("stranger",),
    id="permissions.libraries-stay-in-the-organisation",
)
def libraries_stay_in_the_organisation(ctx: Context) -> None:
    """A library cannot be shared with a user or workspace of another organisation, nor with it."""
    library = create_library(ctx)["id"]
    for kind in ("User", "Workspace", "Org"):
        who = entity(ctx, "stranger", kind)
        _expect_share_refused(ctx, library, who, f"sharing with another organisation's {kind}")


@rule(
    SHOULD,
    "accesses.own-organisation",
    (SHARE, LIST_ACCESSES),
    needs=("neighbour", "stranger"),
    id="permissions.other-organisation-is-refused",
)
def other_organisation_is_refused(ctx: Context) -> None:
    """A share that names another organisation in `org_id` is refused, whoever it is for."""
    library, who = create_library(ctx)["id"], entity(ctx, "neighbour")
    org = ctx.identity("stranger").known("org")
    _expect_share_refused(ctx, library, who, "a share in another organisation's name", org_id=org)


def _expect_share_refused(
    ctx: Context, library: str, who: dict[str, str], what: str, **more: str
) -> None:
    """Hold a share with somebody to be refused, and to be in no list then."""
    answer = share(ctx.api, library, {**who, **more}, "Viewer")
    expect_refused(ctx, answer, what)
    listed, found = entries(ctx.api, library)
    ctx.expect(not entries_of(found, who), "the refused share is listed", answer, listed)


def _owner_entry(ctx: Context, library: str) -> dict[str, Any]:
    """Give what names the owner in the accesses; skip where the list does not show the owner."""
    _, found = entries(ctx.api, library)
    for each in found:
        if each["role"] == "Owner":
            return {key: each[key] for key in ("share_with_type", "share_with_uuid")}
    return ctx.skip("the list of accesses does not show the owner")
