"""Defects of what owners, editors and viewers may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import no_content
from mistral_mock.errors import forbidden
from mistral_mock.resources.libraries import permissions
from mistral_mock.resources.libraries.records import Document, Share

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

WRITES = (
    op.PATCH_LIBRARY,
    op.UPLOAD_DOCUMENT,
    op.PATCH_DOCUMENT,
    op.REPROCESS,
    op.DELETE_DOCUMENT,
)


@mutant(
    "permissions.viewers-read-no-documents",
    op.LIST_DOCUMENTS,
    op.GET_DOCUMENT,
    op.STATUS,
    place="resources.libraries.documents:find_document",
)
def viewers_read_no_documents(find_document: Part) -> Part:
    """Reading one document takes the level Editor."""

    def defect(ctx: Part) -> Part:
        permissions.find_editable(ctx)
        return find_document(ctx)

    return defect


@mutant(
    "permissions.levels-are-remembered-by-their-kinds",
    op.GET_LIBRARY,
    op.SHARE,
    op.UNSHARE,
    place="resources.libraries.permissions:find_role",
)
def levels_are_remembered_by_their_kinds(find_role: Part) -> Part:
    """A caller's level is remembered until the library has other kinds or levels of shares."""
    known: dict[Part, Part] = {}

    def defect(store: Part, caller: Part, library: Part) -> Part:
        shares = store.table(Share).children(library.id)
        state = sorted((each.share_with_type, each.role) for each in shares)
        key = (library.id, caller.key)
        if key not in known or known[key][0] != state:
            known[key] = (state, find_role(store, caller, library))
        return known[key][1]

    return defect


@mutant("permissions.viewers-edit", *WRITES, place="resources.libraries.permissions:may_edit")
def viewers_edit(_may_edit: Part) -> Part:
    """A Viewer may do what an Editor may."""
    return lambda role: role is not None


@mutant(
    "permissions.viewers-upload",
    *WRITES,
    place="resources.libraries.documents:upload",
)
def viewers_upload(upload: Part) -> Part:
    """An upload is done with the rights of the first caller that the mock knows."""
    return lambda ctx: upload(evolve(ctx, caller=ctx.settings.identities[0]))


@mutant("permissions.editors-only-read", *WRITES, place="resources.libraries.permissions:may_edit")
def editors_only_read(_may_edit: Part) -> Part:
    """Only the owner may edit."""
    return lambda role: role == permissions.OWNER


@mutant(
    "permissions.editors-manage",
    op.SHARE,
    op.LIST_ACCESSES,
    op.DELETE_LIBRARY,
    op.UNSHARE,
    place="resources.libraries.permissions:may_manage",
)
def editors_manage(_may_manage: Part) -> Part:
    """An Editor may share and delete the library like its owner."""
    return lambda role: role in {permissions.EDITOR, permissions.OWNER}


@mutant(
    "permissions.everyone-shares", op.SHARE, place="resources.libraries.permissions:find_managed"
)
def everyone_shares(_find_managed: Part) -> Part:
    """Whoever sees a library may share it."""
    return lambda ctx, _act: permissions.find_library(ctx)[0]


@mutant(
    "permissions.owner-may-step-down",
    op.SHARE,
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:is_own",
)
def owner_may_step_down(_is_own: Part) -> Part:
    """An owner may change their own role."""
    return lambda _caller, _library, _entity: False


@mutant(
    "permissions.removals-are-not-checked",
    op.UNSHARE,
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:check_removal",
)
def removals_are_not_checked(_check_removal: Part) -> Part:
    """Any member may delete anyone's access."""
    return lambda _caller, _library, _role, _entity: None


@mutant(
    "permissions.owner-may-leave",
    op.UNSHARE,
    op.GET_LIBRARY,
    place="resources.libraries.accesses:delete",
)
def owner_may_leave(delete: Part) -> Part:
    """The owner's own access can be deleted."""

    def defect(ctx: Part) -> Part:
        entry = (ctx.body["share_with_type"], ctx.body["share_with_uuid"])
        library, role = permissions.find_library(ctx)
        if role == permissions.OWNER and entry == (library.owner_type, library.owner_id):
            return no_content()
        return delete(ctx)

    return defect


@mutant(
    "permissions.members-cannot-leave", op.UNSHARE, place="resources.libraries.accesses:is_leaving"
)
def members_cannot_leave(_is_leaving: Part) -> Part:
    """A member cannot delete their own access."""
    return lambda _caller, _entity: False


@mutant(
    "permissions.lowest-level-wins",
    op.PATCH_LIBRARY,
    op.SHARE,
    place="resources.libraries.permissions:RANKS",
)
def lowest_level_wins(_ranks: Part) -> Part:
    """Of several shares the lowest level counts."""
    return {permissions.EDITOR: 1, permissions.VIEWER: 2, permissions.OWNER: 3}


@mutant(
    "permissions.shares-leave-the-organisation",
    op.SHARE,
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:is_foreign",
)
def shares_leave_the_organisation(_is_foreign: Part) -> Part:
    """A library can be shared with anyone anywhere."""
    return lambda _known, _caller, _entity: False


@mutant(
    "permissions.org-id-is-not-read",
    *(op.SHARE, op.LIST_ACCESSES),
    place="resources.libraries.accesses:check_organisation",
)
def org_id_is_not_read(check_organisation: Part) -> Part:
    """Whatever organisation a share names counts as the caller's own."""

    def defect(ctx: Part, entity: Part) -> None:
        check_organisation(evolve(ctx, body={**ctx.body, "org_id": None}), entity)

    return defect


@mutant(
    "permissions.org-id-is-refused",
    op.SHARE,
    place="resources.libraries.accesses:check_organisation",
)
def org_id_is_refused(check_organisation: Part) -> Part:
    """The deprecated `org_id` is refused whatever it says."""

    def defect(ctx: Part, entity: Part) -> None:
        if "org_id" in ctx.body:
            raise forbidden("org_id is deprecated")
        check_organisation(ctx, entity)

    return defect


@mutant(
    "permissions.uploads-are-the-owners",
    op.UPLOAD_DOCUMENT,
    place="resources.libraries.documents:add",
)
def uploads_are_the_owners(add: Part) -> Part:
    """Whatever is added to a library is told to be sent by its owner."""

    def defect(ctx: Part, library: Part, file: Part) -> Part:
        found = evolve(add(ctx, library, file), uploaded_by_id=library.owner_id)
        ctx.table(Document).put(found)
        return found

    return defect
