"""Sharing: entries, and who sees a library at all.

The rules share with the neighbour (same organisation, another workspace), who has no right to
the caller's libraries by birth. What each level may do is in `permissions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.libraries import create_library, upload_document
from mistral_conformance.rules.common.names import (
    CREATE_LIBRARY,
    GET_LIBRARY,
    LIST_ACCESSES,
    LIST_DOCUMENTS,
    LIST_LIBRARIES,
    SHARE,
    UNSHARE,
)
from mistral_conformance.rules.common.refusals import HIDDEN, documented, expect_hidden
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
    word,
)
from mistral_conformance.rules.common.walks import ids_of
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

MEMBERS = (
    "explicit_user_members_count", "explicit_workspace_members_count", "org_sharing_role",
)  # fmt: skip


@rule(
    id="sharing.one-entry-per-entity",
    level=MUST,
    source="accesses.one-entry-each",
    operations=(SHARE, LIST_ACCESSES),
    needs=("neighbour",),
)
def one_entry_per_entity(ctx: Context) -> None:
    """Sharing again with the same entity changes its level and adds no entry."""
    library = create_library(ctx)["id"]
    who = entity(ctx, "neighbour")
    for level in ("Viewer", "Editor", "Viewer"):
        answer = ctx.expect_status(share(ctx.api, library, who, level), 200)
        expect_equal(ctx, answer["role"], level, "the answered role", answer)
        listed, found = entries(ctx.api, library)
        roles = [each["role"] for each in entries_of(found, who)]
        expect_equal(ctx, roles, [level], "the roles listed for the entity", listed)


@rule(
    id="sharing.list-shows-the-owner",
    level=SHOULD,
    source="accesses.list; choices.sharing-list-shows-the-owner",
    operations=(LIST_ACCESSES,),
)
def list_shows_the_owner(ctx: Context) -> None:
    """The list of a library that was never shared shows its owner, and nobody else."""
    listed, found = entries(ctx.api, create_library(ctx)["id"])
    roles = [each["role"] for each in found]
    expect_equal(ctx, roles, ["Owner"], "the listed roles", listed)


@rule(
    id="sharing.new-library-is-hidden",
    level=MUST,
    source="libraries.visible; libraries.creator-owns",
    operations=(GET_LIBRARY, LIST_LIBRARIES, LIST_DOCUMENTS, LIST_ACCESSES),
    needs=("neighbour",),
)
def new_library_is_hidden(ctx: Context) -> None:
    """Nobody of another workspace reads or lists a library that was not shared with them."""
    _expect_hidden(ctx, ctx.as_("neighbour"))


@rule(
    id="sharing.strangers-see-nothing",
    level=MUST,
    source="libraries.visible; libraries.stay-in-organisation",
    operations=(GET_LIBRARY, LIST_LIBRARIES, LIST_DOCUMENTS, LIST_ACCESSES),
    needs=("stranger",),
)
def strangers_see_nothing(ctx: Context) -> None:
    """Nobody of another organisation reads a library, even one shared with its organisation."""
    library = _expect_hidden(ctx, ctx.as_("stranger"))
    who = {"share_with_type": "Org", "share_with_uuid": ctx.identity().known("org")}
    ctx.need(share(ctx.api, library, who, "Viewer"), 200)
    seen = ctx.as_("stranger").call(GET_LIBRARY, library_id=library)
    expect_refused(ctx, seen, "a stranger reading a library shared with its organisation")


@rule(
    id="sharing.hidden-is-not-found",
    level=MAY,
    source="libraries.foreign-404; choices.sharing-hidden-is-not-found",
    operations=(GET_LIBRARY,),
    needs=("neighbour",),
)
def hidden_is_not_found(ctx: Context) -> None:
    """A library that is hidden from the caller is refused exactly as one that does not exist."""
    library = create_library(ctx)["id"]
    neighbour = ctx.as_("neighbour")
    hidden = expect_hidden(ctx, neighbour.call(GET_LIBRARY, library_id=library))
    absent = ctx.need(neighbour.call(GET_LIBRARY, library_id=unknown_id(ctx)), *HIDDEN)
    expect_equal(ctx, hidden.status, absent.status, "the status", hidden, absent)
    shapes = [sorted(documented(each)) for each in (hidden, absent)]
    expect_equal(ctx, shapes[0], shapes[1], "the fields of the answer", hidden, absent)


@rule(
    id="sharing.shared-library-is-seen",
    about=("beta.libraries.list query/search",),
    level=MUST,
    source="libraries.visible; documents.writes-are-edits",
    operations=(SHARE, GET_LIBRARY, LIST_LIBRARIES, LIST_DOCUMENTS),
    needs=("neighbour",),
)
def shared_library_is_seen(ctx: Context) -> None:
    """A library shared with a user, a workspace or an organisation is read and listed there."""
    for kind in ("User", "Workspace", "Org"):
        name = ctx.marker.name(f"shared {word(ctx)}")
        library = create_library(ctx, name=name)["id"]
        upload_document(ctx, library)
        ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), "Viewer"), 200)
        neighbour = ctx.as_("neighbour")
        ctx.expect_status(neighbour.call(GET_LIBRARY, library_id=library), 200)
        documents = neighbour.call(LIST_DOCUMENTS, library_id=library)
        ctx.expect(len(ctx.expect_status(documents, 200)["data"]) == 1, "no document is seen")
        listed = neighbour.call(LIST_LIBRARIES, query={"search": name})
        expect_equal(ctx, ids_of([listed]), [library], f"the list shared by {kind}", listed)


@rule(
    id="sharing.unshared-library-is-hidden-again",
    level=MUST,
    source="accesses.owner-deletes; libraries.visible",
    operations=(UNSHARE, GET_LIBRARY, LIST_LIBRARIES),
    needs=("neighbour",),
)
def unshared_library_is_hidden_again(ctx: Context) -> None:
    """The owner takes an access away, and the library is hidden again."""
    name = ctx.marker.name(f"unshared {word(ctx)}")
    library = create_library(ctx, name=name)["id"]
    who = entity(ctx, "neighbour")
    neighbour = ctx.as_("neighbour")
    ctx.need(share(ctx.api, library, who, "Viewer"), 200)
    ctx.need(neighbour.call(GET_LIBRARY, library_id=library), 200)
    ctx.expect_status(unshare(ctx.api, library, who), 200, 204)
    seen = neighbour.call(GET_LIBRARY, library_id=library)
    expect_refused(ctx, seen, "reading a library whose access was taken away")
    listed = neighbour.call(LIST_LIBRARIES, query={"search": name})
    expect_equal(ctx, ids_of([listed]), [], "the list", listed)


@rule(
    id="sharing.unshare-needs-no-level",
    level=MUST,
    source="accesses.delete-by-body",
    operations=(UNSHARE,),
    needs=("neighbour",),
)
def unshare_needs_no_level(ctx: Context) -> None:
    """Taking an access away needs the entity alone; an own `org_id` beside it is taken too."""
    library = create_library(ctx)["id"]
    who = entity(ctx, "neighbour")
    for body in (who, {**who, "org_id": ctx.identity().known("org")}):
        ctx.need(share(ctx.api, library, who, "Viewer"), 200)
        ctx.expect_status(unshare(ctx.api, library, body), 200, 204)


@rule(
    id="sharing.counts-follow-entries",
    level=MAY,
    source="accesses.member-counts; choices.sharing-counts-follow-entries",
    operations=(GET_LIBRARY, SHARE),
    needs=("neighbour",),
)
def counts_follow_entries(ctx: Context) -> None:
    """The member counts and the organisation's role of a library follow its entries."""
    library = create_library(ctx)["id"]
    levels = {"User": "Editor", "Workspace": "Viewer", "Org": "Viewer"}
    for kind, level in levels.items():
        ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), level), 200)
    read = read_library(ctx, library)
    expect_equal(ctx, read["explicit_user_members_count"], 1, "the users", read)
    expect_equal(ctx, read["explicit_workspace_members_count"], 1, "the workspaces", read)
    expect_equal(ctx, read["org_sharing_role"], "Viewer", "org_sharing_role", read)


@rule(
    id="sharing.counts-end-with-entries",
    level=MUST,
    source="harm: told falsely; accesses.member-counts; choices.sharing-counts-end-with-entries",
    operations=(GET_LIBRARY, SHARE, UNSHARE),
    needs=("neighbour",),
)
def counts_end_with_entries(ctx: Context) -> None:
    """After the end of all shares the member counts and the role for all are those of before."""
    library = create_library(ctx)["id"]
    before = read_library(ctx, library)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(share(ctx.api, library, entity(ctx, "neighbour", kind), "Viewer"), 200)
    ctx.need(share(ctx.api, library, entity(ctx, "neighbour", "Org"), "Editor"), 200)
    shared = read_library(ctx, library)
    role = shared.json().get("org_sharing_role")
    ctx.expect(role in (None, "Editor"), f"org_sharing_role is {role!r} after Editor", shared)
    for kind in ("User", "Workspace", "Org"):
        ctx.need(unshare(ctx.api, library, entity(ctx, "neighbour", kind)), 200, 204)
    after = read_library(ctx, library)
    for field in MEMBERS:
        left, right = (each.json().get(field) or None for each in (before, after))
        ctx.expect(left == right, f"`{field}` is {right!r} after all shares ended", after)


@rule(
    id="sharing.own-libraries-can-be-filtered",
    about=("beta.libraries.list query/filter_owned_by_me",),
    level=MUST,
    source="libraries.owned-filter",
    operations=(LIST_LIBRARIES,),
    needs=("neighbour",),
)
def own_libraries_can_be_filtered(ctx: Context) -> None:
    """`filter_owned_by_me` leaves out the libraries that others share with the caller."""
    part = word(ctx)
    shared = create_library(ctx, name=f"{part} shared")["id"]
    ctx.need(share(ctx.api, shared, entity(ctx, "neighbour"), "Editor"), 200)
    own = create_library(ctx, by="neighbour", name=f"{part} own")["id"]
    neighbour = ctx.as_("neighbour")
    everything = neighbour.call(LIST_LIBRARIES, query={"search": part})
    expect_equal(ctx, set(ids_of([everything])), {own, shared}, "the whole list", everything)
    query = {"search": part, "filter_owned_by_me": "true"}
    filtered = ctx.expect_status(neighbour.call(LIST_LIBRARIES, query=query), 200)
    expect_equal(ctx, ids_of([filtered]), [own], "the filtered list", filtered)
    query["filter_owned_by_me"] = "false"
    others = ctx.expect_status(neighbour.call(LIST_LIBRARIES, query=query), 200)
    ctx.expect(shared in ids_of([others]), "false leaves out what others own, as true does", others)


@rule(
    id="sharing.workspace-library-is-the-workspaces",
    about=("beta.libraries.list query/search",),
    level=SHOULD,
    source=(
        "libraries.owner-types; libraries.workspace-sees; "
        "choices.sharing-workspace-library-is-the-workspaces"
    ),
    operations=(CREATE_LIBRARY, GET_LIBRARY, LIST_LIBRARIES),
    needs=("colleague",),
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
    expect_equal(ctx, ids_of([listed]), [made["id"]], "the colleague's list", listed)


@rule(
    id="sharing.private-library-is-its-owners",
    about=("beta.libraries.create body/owner_type",),
    level=MUST,
    source="libraries.owner-types",
    operations=(CREATE_LIBRARY, GET_LIBRARY, LIST_LIBRARIES),
    needs=("private", "colleague"),
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
    expect_equal(ctx, ids_of([listed]), [], "the colleague's list", listed)


@rule(
    id="sharing.private-library-needs-the-scope",
    about=("beta.libraries.create body/owner_type",),
    level=MAY,
    source="libraries.owner-types; libraries.private-scope-403",
    operations=(CREATE_LIBRARY,),
    needs=("private",),
)
def private_library_needs_the_scope(ctx: Context) -> None:
    """A key without the scope for private connectors cannot create a library owned by a user.

    A run that names the identity `private` thereby says that its default key lacks that scope.
    """
    body = {"name": ctx.marker.name(f"mine {word(ctx)}"), "owner_type": "User"}
    expect_refused(ctx, ctx.api.call(CREATE_LIBRARY, json=body), "a library owned by a user")


def _expect_hidden(ctx: Context, other: Api) -> str:
    """Hold a new library to be hidden from another caller; give its id."""
    name = ctx.marker.name(f"hidden {word(ctx)}")
    library = str(create_library(ctx, name=name)["id"])
    for operation in (GET_LIBRARY, LIST_DOCUMENTS, LIST_ACCESSES):
        answer = other.call(operation, library_id=library)
        expect_refused(ctx, answer, f"{operation} of a library that was not shared")
    listed = ctx.expect_status(other.call(LIST_LIBRARIES, query={"search": name}), 200)
    expect_equal(ctx, ids_of([listed]), [], "the list", listed)
    return library
