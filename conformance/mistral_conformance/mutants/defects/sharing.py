"""Defects of sharing: entries, and who sees a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited, forgiving, without
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import json_answer
from mistral_mock.errors import Problem, forbidden, invalid
from mistral_mock.resources.libraries import accesses, permissions
from mistral_mock.resources.libraries.records import Share

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

SEEING = (op.GET_LIBRARY, op.LIST_LIBRARIES)


@mutant("sharing.role-is-called-level", op.SHARE, place="resources.libraries.accesses:view")
def role_is_called_level(view: Part) -> Part:
    """An entry shows its role as `level`, the word of the request."""

    def defect(library: Part, share: Part) -> Part:
        return {**without("role")(view(library, share)), "level": share.role}

    return defect


@mutant(
    "sharing.first-level-stays",
    op.SHARE,
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:update_or_create",
)
def first_level_stays(share: Part) -> Part:
    """Sharing again with an entity is answered but its level stays."""

    def defect(ctx: Part) -> Part:
        library = permissions.find_managed(ctx, "share")
        known = ctx.table(Share).get(accesses.share_id(library, accesses.read_entity(ctx)))
        answer = share(ctx)
        if known:
            ctx.table(Share).put(known)
        return answer

    return defect


@mutant(
    "sharing.entries-add-up",
    op.SHARE,
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:new_share",
)
def entries_add_up(new_share: Part) -> Part:
    """Each level of an entity gets an entry of its own."""

    def defect(library: Part, entity: Part, role: Part) -> Part:
        share = new_share(library, entity, role)
        return evolve(share, id=f"{share.id}/{role}")

    return defect


@mutant(
    "sharing.list-shows-users-only",
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:list_accesses",
)
def list_shows_users_only(list_accesses: Part) -> Part:
    """Entries of workspaces and organisations are not listed."""

    def keep(found: Part) -> Part:
        roles = {"Owner"}
        kept = [
            each
            for each in found["data"]
            if each["share_with_type"] == "User" or each["role"] in roles
        ]
        return {"data": kept}

    return edited(list_accesses, keep)


@mutant(
    "sharing.owner-is-not-listed",
    op.LIST_ACCESSES,
    place="resources.libraries.accesses:list_accesses",
)
def owner_is_not_listed(list_accesses: Part) -> Part:
    """The list of accesses leaves the owner out."""
    return edited(list_accesses, lambda found: {"data": found["data"][1:]})


@mutant(
    "sharing.organisation-sees-everything",
    *SEEING,
    op.LIST_DOCUMENTS,
    op.LIST_ACCESSES,
    place="resources.libraries.permissions:find_role",
)
def organisation_sees_everything(find_role: Part) -> Part:
    """Every library is seen by the whole organisation."""

    def defect(store: Part, caller: Part, library: Part) -> Part:
        role = find_role(store, caller, library)
        same = caller.organisation_id == library.organisation_id
        return role or ("Viewer" if same else None)

    return defect


@mutant(
    "sharing.everyone-sees-everything",
    *SEEING,
    op.LIST_ACCESSES,
    place="resources.libraries.permissions:find_role",
)
def everyone_sees_everything(find_role: Part) -> Part:
    """Every library is seen by everyone, strangers too."""
    return lambda *given: find_role(*given) or "Viewer"


@mutant(
    "sharing.list-shows-everything", op.LIST_LIBRARIES, place="resources.libraries.crud:is_listed"
)
def list_shows_everything(_is_listed: Part) -> Part:
    """The list shows libraries that its caller may not read."""

    def defect(ctx: Part, library: Part) -> Part:
        return (ctx.query["search"] or "").casefold() in library.name.casefold()

    return defect


@mutant(
    "sharing.hidden-is-forbidden", op.GET_LIBRARY, place="resources.libraries.permissions:not_found"
)
def hidden_is_forbidden(_not_found: Part) -> Part:
    """A library that is hidden from the caller answers 403."""
    return forbidden


@mutant(
    "sharing.workspaces-are-not-reached",
    op.SHARE,
    *SEEING,
    place="resources.libraries.permissions:reaches",
)
def workspaces_are_not_reached(reaches: Part) -> Part:
    """A share with a workspace reaches nobody."""

    def defect(share: Part, caller: Part) -> Part:
        return share.share_with_type != "Workspace" and reaches(share, caller)

    return defect


@mutant(
    "sharing.organisations-are-not-reached",
    op.SHARE,
    *SEEING,
    place="resources.libraries.permissions:reaches",
)
def organisations_are_not_reached(reaches: Part) -> Part:
    """A share with an organisation reaches nobody."""

    def defect(share: Part, caller: Part) -> Part:
        return share.share_with_type != "Org" and reaches(share, caller)

    return defect


@mutant(
    "sharing.list-shows-own-only",
    op.LIST_LIBRARIES,
    op.SHARE,
    place="resources.libraries.crud:is_listed",
)
def list_shows_own_only(is_listed: Part) -> Part:
    """The list leaves out libraries that others share with its caller."""

    def defect(ctx: Part, library: Part) -> Part:
        own = {ctx.caller.user_id, ctx.caller.workspace_id}
        return is_listed(ctx, library) and library.owner_id in own

    return defect


@mutant("sharing.unshare-wants-a-level", op.UNSHARE, place="resources.libraries.accesses:delete")
def unshare_wants_a_level(delete: Part) -> Part:
    """Taking an access away is refused without the level that the old document demands."""

    def defect(ctx: Part) -> Part:
        if "level" not in ctx.body:
            raise invalid(Problem(("body", "level"), "Field required", "missing"))
        return delete(ctx)

    return defect


@mutant("sharing.absent-entry-is-deleted", op.UNSHARE, place="resources.libraries.accesses:delete")
def absent_entry_is_deleted(delete: Part) -> Part:
    """Taking away an access that was never given succeeds."""
    return forgiving(delete, json_answer({}))


@mutant(
    "sharing.counts-never-fall",
    op.UNSHARE,
    op.GET_LIBRARY,
    place="resources.libraries.accesses:count",
)
def counts_never_fall(count: Part) -> Part:
    """The member counts of a library stay after a share has ended."""

    def defect(shares: Part, type_: Part, before: Part) -> Part:
        now = count(shares, type_, before)
        return now if before is None else max(before, now or 0)

    return defect


@mutant(
    "sharing.workspace-library-is-hidden",
    op.CREATE_LIBRARY,
    *SEEING,
    place="resources.libraries.crud:create",
)
def workspace_library_is_hidden(create: Part) -> Part:
    """A library is owned by its user when the request names no owner."""

    def defect(ctx: Part) -> Part:
        caller = evolve(ctx.caller, private=True)
        body = {"owner_type": "User", **ctx.body}
        return create(evolve(ctx, caller=caller, body=body))

    return defect


@mutant(
    "sharing.private-library-is-the-workspaces",
    op.CREATE_LIBRARY,
    *SEEING,
    place="resources.libraries.crud:choose_owner_type",
)
def private_library_is_the_workspaces(choose_owner_type: Part) -> Part:
    """A library that its user shall own is owned by the workspace."""

    def defect(caller: Part, wanted: Part) -> Part:
        choose_owner_type(caller, wanted)
        return "Workspace"

    return defect


@mutant(
    "sharing.shares-are-listed", op.LIST_LIBRARIES, place="resources.libraries.crud:find_listed"
)
def shares_are_listed(find_listed: Part) -> Part:
    """A library is listed once for each share by which it reaches the caller."""

    def defect(ctx: Part) -> Part:
        shares = ctx.table(Share)
        return [
            library
            for library in find_listed(ctx)
            for _ in range(
                sum(permissions.reaches(each, ctx.caller) for each in shares.children(library.id))
                or 1
            )
        ]

    return defect
