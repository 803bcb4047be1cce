"""Sharing: who owns a library, and what it tells of its members.

The rules share with the neighbour (same organisation, another workspace), who has no right to
the caller's libraries by birth. What a share shows and hides is told by the laws of `roles`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_LIBRARY,
    LIST_ACCESSES,
    LIST_LIBRARIES,
    SHARE,
    UNSHARE,
)
from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import (
    entity,
    entries,
    expect_equal,
    expect_refused,
    read_library,
    share,
    unshare,
    word,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

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
    (GET_LIBRARY, SHARE, UNSHARE),
    needs=("neighbour",),
)
def counts_end_with_entries(ctx: Context) -> None:
    """After the end of all shares the member counts and the role for all are those of before."""
    library = create_library(ctx)["id"]
    before = read_library(ctx, library)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), "Viewer"))
    ctx.need(share(ctx.api, library, entity(ctx, "neighbour", "Org"), "Editor"))
    shared = read_library(ctx, library)
    role = shared.json().get("org_sharing_role")
    ctx.expect(role in (None, "Editor"), f"org_sharing_role is {role!r} after Editor", shared)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(unshare(ctx.api, library, entity(ctx, "neighbour", kind)))
    after = read_library(ctx, library)
    for field in MEMBERS:
        left, right = (each.json().get(field) or None for each in (before, after))
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
    SHOULD,
    (
        "libraries.owner-types; libraries.workspace-sees; "
        "choices.sharing-workspace-library-is-the-workspaces"
    ),
    (CREATE_LIBRARY, GET_LIBRARY, LIST_LIBRARIES),
    needs=("colleague",),
    about=("beta.libraries.list query/search",),
)
def workspace_library_is_the_workspaces(ctx: Context) -> None:
    """A library owned by the workspace, the default for a key, is seen by the whole workspace."""
    name = ctx.marker.name(f"ours {word(ctx)}")
    made = create_library(ctx, name=name)
    expect_equal(ctx, made["owner_type"], "Workspace", "owner_type", made)
    if made["owner_id"] is not None:
        workspace = ctx.identity().known("workspace")
        expect_equal(ctx, made["owner_id"], workspace, "owner_id", made)
    colleague = ctx.as_("colleague")
    ctx.expect_status(colleague.call(GET_LIBRARY, library_id=made["id"]), 200)
    listed = colleague.call(LIST_LIBRARIES, query={"search": name})
    expect_equal(ctx, column(listed, "data", "id"), [made["id"]], "the colleague's list", listed)


@rule(
    MUST,
    "libraries.owner-types",
    (CREATE_LIBRARY, GET_LIBRARY, LIST_LIBRARIES),
    needs=("private", "colleague"),
    about=("beta.libraries.create body/owner_type",),
)
def private_library_is_its_owners(ctx: Context) -> None:
    """A library owned by a user is hidden from that user's own workspace."""
    name = ctx.marker.name(f"mine {word(ctx)}")
    made = create_library(ctx, by="private", name=name, owner_type="User")
    expect_equal(ctx, made["owner_type"], "User", "owner_type", made)
    own = ctx.as_("private").call(GET_LIBRARY, library_id=made["id"])
    ctx.expect_status(own, 200)
    colleague = ctx.as_("colleague")
    seen = colleague.call(GET_LIBRARY, library_id=made["id"])
    expect_refused(ctx, seen, "a colleague reading a private library")
    listed = colleague.call(LIST_LIBRARIES, query={"search": name})
    expect_equal(ctx, column(listed, "data", "id"), [], "the colleague's list", listed)


@rule(
    MAY,
    "libraries.owner-types; libraries.private-scope-403",
    (CREATE_LIBRARY,),
    needs=("private",),
    about=("beta.libraries.create body/owner_type",),
)
def private_library_needs_the_scope(ctx: Context) -> None:
    """A key without the scope for private connectors cannot create a library owned by a user.

    A run that names the identity `private` thereby says that its default key lacks that scope.
    """
    body = {"name": ctx.marker.name(f"mine {word(ctx)}"), "owner_type": "User"}
    expect_refused(ctx, ctx.api.call(CREATE_LIBRARY, json=body), "a library owned by a user")
