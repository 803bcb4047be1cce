"""Sharing: who has access to a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import forbidden, not_found
from mistral_mock.registry import operation
from mistral_mock.resources.libraries import permissions
from mistral_mock.resources.libraries.records import Library, Share

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.identities import Identity


@frozen
class Entity:
    """Whom a share is for; `type` is User, Workspace or Org."""

    type: str
    uuid: str


@operation("beta.libraries.accesses.list")
def list_accesses(ctx: Context) -> Answer:
    """Return every entity with access and its level, the owner first (accesses.list)."""
    library, _ = permissions.find_library(ctx)
    shares = [owner_entry(library), *ctx.table(Share).children(library.id)]
    return json_answer({"data": [view(library, share) for share in shares]})


@operation("beta.libraries.accesses.update_or_create")
def update_or_create(ctx: Context) -> Answer:
    """Return the entity's entry, new or changed: there is one for each entity."""
    library = permissions.find_managed(ctx, "share")
    entity = read_entity(ctx)
    check_organisation(ctx, entity)
    if is_own(ctx.caller, library, entity):
        raise forbidden("Owners cannot change their own role")
    opened = ctx.caller.admin or is_opened(ctx, library, entity)
    share = evolve(new_share(library, entity, ctx.body["level"]), by_admin=opened)
    ctx.table(Share).put(share)
    changed = recount(ctx, library)
    return json_answer(view(changed, share))


@operation("beta.libraries.accesses.delete")
def delete(ctx: Context) -> Answer:
    """Return the entry that was removed, or 204 where the mock is told so."""
    library, role = permissions.find_library(ctx)
    entity = read_entity(ctx)
    check_removal(ctx.caller, library, role, entity)
    share = ctx.table(Share).get(share_id(library, entity))
    if share is None:
        raise not_found("The entity has no access to this library")
    ctx.table(Share).remove(share.id)
    recount(ctx, library)
    if ctx.settings.delete_answers == 204:
        return no_content()
    return json_answer(view(library, share))


def is_opened(ctx: Context, library: Library, entity: Entity) -> bool:
    """Say whether an administrator has given the entity access before.

    Changes of others keep that.
    """
    known = ctx.table(Share).get(share_id(library, entity))
    return known is not None and known.by_admin


def read_entity(ctx: Context) -> Entity:
    """Return the entity that the body names."""
    return Entity(ctx.body["share_with_type"], ctx.body["share_with_uuid"].lower())


def owner_entity(library: Library) -> Entity:
    """Return the entity that owns the library."""
    return Entity(library.owner_type, library.owner_id)


def owner_entry(library: Library) -> Share:
    """Return the owner's entry in the list; its role text is our choice (accesses.list)."""
    owner = owner_entity(library)
    return new_share(library, owner, permissions.OWNER)


def check_organisation(ctx: Context, entity: Entity) -> None:
    """Keep a library inside its organisation.

    Raises:
        APIError: 403, the body names another organisation, or an entity that the mock knows to
            belong to another. Entities that it does not know pass (our choice).

    """
    named = ctx.body.get("org_id")
    if named is not None and named.lower() != ctx.caller.organisation_id:
        raise forbidden("org_id is not your organisation")
    if is_foreign(ctx.settings.identities, ctx.caller, entity):
        raise forbidden("A library cannot be shared outside its organisation")


def is_foreign(known: tuple[Identity, ...], caller: Identity, entity: Entity) -> bool:
    """Say whether the entity belongs to another organisation than the caller."""
    if entity.type == "Org":
        return entity.uuid != caller.organisation_id
    homes = {
        identity.organisation_id
        for identity in known
        if entity.uuid == (identity.user_id if entity.type == "User" else identity.workspace_id)
    }
    return bool(homes) and caller.organisation_id not in homes


def is_own(caller: Identity, library: Library, entity: Entity) -> bool:
    """Say whether the entry is the owner's, or that of the calling user as part of the owner."""
    return entity in {owner_entity(library), Entity("User", caller.user_id)}


def check_removal(caller: Identity, library: Library, role: str, entity: Entity) -> None:
    """Lets the owner remove others, and others leave (accesses.owner-deletes, accesses.leave).

    Raises:
        APIError: 403, the entry is not the caller's to remove.

    """
    if entity == owner_entity(library):
        raise forbidden("Owners cannot delete their own access")
    if not permissions.may_manage(role) and not is_leaving(caller, entity):
        raise forbidden("Only the owner may delete the access of others")


def is_leaving(caller: Identity, entity: Entity) -> bool:
    """Say whether the entry is the caller's, by user or workspace (accesses.leave, our choice)."""
    mine = {Entity("User", caller.user_id), Entity("Workspace", caller.workspace_id)}
    return entity in mine


def share_id(library: Library, entity: Entity) -> str:
    """Return one id for one (library, type, entity), so that there is one entry."""
    return f"{library.id}/{entity.type}/{entity.uuid}"


def new_share(library: Library, entity: Entity, role: str) -> Share:
    """Return an entry that is not stored yet (accesses.one-entry-each, accesses.level-and-role)."""
    return Share(
        id=share_id(library, entity),
        library_id=library.id,
        share_with_type=entity.type,
        share_with_uuid=entity.uuid,
        role=role,
    )


def recount(ctx: Context, library: Library) -> Library:
    """Return the library with its member counts in step (accesses.member-counts)."""
    shares = ctx.table(Share).children(library.id)
    roles = [share.role for share in shares if share.share_with_type == "Org"]
    changed = evolve(
        library,
        users=count(shares, "User", library.users),
        workspaces=count(shares, "Workspace", library.workspaces),
        org_role=roles[0] if roles else None,
        updated_at=ctx.clock.stamp(),
    )
    return ctx.table(Library).put(changed)


def count(shares: list[Share], type_: str, before: int | None) -> int | None:
    """Return how many entries of a type there are; None as long as there never was one."""
    found = sum(share.share_with_type == type_ for share in shares)
    return None if before is None and not found else found


def view(library: Library, share: Share) -> dict[str, object]:
    """Return the entry as the API writes it; the request's word is level, the answer's is role."""
    is_user = share.share_with_type == "User"
    return {
        "library_id": share.library_id,
        "user_id": share.share_with_uuid if is_user else None,
        "org_id": library.organisation_id,
        "role": share.role,
        "share_with_type": share.share_with_type,
        "share_with_uuid": share.share_with_uuid,
    }
