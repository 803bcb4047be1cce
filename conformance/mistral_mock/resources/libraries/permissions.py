"""Who may see, edit and own a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.errors import forbidden, not_found
from mistral_mock.resources.libraries.records import Library, Share

if TYPE_CHECKING:
    from mistral_mock.context import Context
    from mistral_mock.identities import Identity
    from mistral_mock.store import Store

VIEWER, EDITOR, OWNER = "Viewer", "Editor", "Owner"
RANKS = {VIEWER: 1, EDITOR: 2, OWNER: 3}


def is_owner(caller: Identity, library: Library) -> bool:
    """Say whether the caller is, or belongs to, the owning entity.

    A workspace's library is owned by every caller of that workspace (our choice between two
    statements that disagree).
    """
    if library.owner_type == "User":
        return library.owner_id == caller.user_id
    return library.owner_id == caller.workspace_id


def reaches(share: Share, caller: Identity) -> bool:
    """Say whether the share names the caller's user, workspace or organisation."""
    entities = {
        "User": caller.user_id,
        "Workspace": caller.workspace_id,
        "Org": caller.organisation_id,
    }
    return entities[share.share_with_type] == share.share_with_uuid


def find_role(store: Store, caller: Identity, library: Library) -> str | None:
    """Return the highest level that reaches the caller (our choice), or None."""
    if is_owner(caller, library):
        return OWNER
    shares = store.table(Share).children(library.id)
    roles = [share.role for share in shares if reaches(share, caller)]
    return max(roles, key=RANKS.__getitem__, default=None)


def may_see(role: str | None) -> bool:
    """Say whether any level lets one read (libraries.visible, documents.writes-are-edits)."""
    return role is not None


def may_edit(role: str | None) -> bool:
    """Editors and owners may change the library and its documents."""
    return role in {EDITOR, OWNER}


def may_manage(role: str | None) -> bool:
    """Say whether only owners may share and delete it (accesses.owner-shares, accesses.editing)."""
    return role == OWNER


def find_library(ctx: Context) -> tuple[Library, str]:
    """Return the library that the path names, and the caller's level.

    Raises:
        APIError: 404, it does not exist or the caller may not see it (our choice).

    """
    library = ctx.table(Library).get(ctx.path["library_id"])
    role = None if library is None else find_role(ctx.store, ctx.caller, library)
    if library is None or role is None or not may_see(role):
        raise not_found("Library not found")
    return library, role


def find_editable(ctx: Context) -> Library:
    """Return the library that the path names, for a change.

    Raises:
        APIError: 404 as in `find_library`, 403 when the caller may only read (our choice).

    """
    library, role = find_library(ctx)
    if not may_edit(role):
        raise forbidden("Editing this library takes the level Editor")
    return library


def find_managed(ctx: Context, act: str) -> Library:
    """Return the library that the path names, for what only its owner may do.

    Raises:
        APIError: 404 as in `find_library`, 403 when the caller is not the owner.

    """
    library, role = find_library(ctx)
    if not may_manage(role):
        raise forbidden(f"Only the owner may {act} this library")
    return library
