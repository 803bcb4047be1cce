"""Permissions: what owners keep, and with whom a library is not shared.

What each level may do is told by the laws of the family `roles`.

Where a refusal is due the documents name no status, so any 4xx will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.libraries import create_library
from mistral_conformance.rules.common.names import (
    GET_LIBRARY,
    LIST_ACCESSES,
    SHARE,
    UNSHARE,
)
from mistral_conformance.rules.common.steps import (
    entity,
    entries,
    entries_of,
    expect_equal,
    expect_refused,
    share,
    unshare,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(
    MUST,
    "accesses.owner-keeps-role; accesses.owner-deletes",
    (SHARE, UNSHARE, LIST_ACCESSES, GET_LIBRARY),
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
    "accesses.own-organisation; libraries.stay-in-organisation",
    (SHARE, LIST_ACCESSES),
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


def _owner_entry(ctx: Context, library: str) -> dict[str, Any]:
    """Give what names the owner in the accesses; skip where the list does not show the owner."""
    _, found = entries(ctx.api, library)
    for each in found:
        if each["role"] == "Owner":
            return {key: each[key] for key in ("share_with_type", "share_with_uuid")}
    return ctx.skip("the list of accesses does not show the owner")
