"""Libraries: create, list, read, change, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock import clock, pages
from mistral_mock.answers import json_answer, no_content
from mistral_mock.errors import forbidden
from mistral_mock.registry import operation
from mistral_mock.resources.libraries import permissions, upkeep
from mistral_mock.resources.libraries.records import Document, Library, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.identities import Identity


@operation("beta.libraries.list")
def list_libraries(ctx: Context) -> Answer:
    """Return one page of the caller's libraries, newest first (the order is our choice)."""
    found = find_listed(ctx)
    if ctx.query["page_token"] is not None:
        return json_answer(page_by_token(ctx, found))
    return json_answer(page_by_number(ctx, found))


@operation("beta.libraries.create")
def create(ctx: Context) -> Answer:
    """Return 201 with the new library, owned by the caller's workspace or by the caller."""
    owner_type = choose_owner_type(ctx.caller, ctx.body.get("owner_type"))
    moment = ctx.clock.stamp()
    library = Library(
        id=ctx.ids.uuid7(moment),
        name=ctx.body["name"],
        description=ctx.body.get("description"),
        chunk_size=whole(ctx.body.get("chunk_size")),
        owner_type=owner_type,
        owner_id=find_owner_id(ctx.caller, owner_type),
        organisation_id=ctx.caller.organisation_id,
        created_at=moment,
        updated_at=moment,
    )
    return json_answer(view(ctx.table(Library).put(library)), 201)


@operation("beta.libraries.get")
def get(ctx: Context) -> Answer:
    """Return the library (libraries.read, libraries.foreign-404)."""
    library, _ = permissions.find_library(ctx)
    return json_answer(view(library))


@operation("beta.libraries.update", "beta.libraries.update_with_put")
def update(ctx: Context) -> Answer:
    """Return the library with what was sent changed; PUT and PATCH do the same."""
    library = permissions.find_editable(ctx)
    return json_answer(view(change(ctx, library, pick_changes(ctx.body))))


@operation("beta.libraries.delete")
def delete(ctx: Context) -> Answer:
    """Return the library as it was, or 204 where the mock is told so."""
    library = permissions.find_managed(ctx, "delete")
    remove(ctx, library)
    if ctx.settings.delete_answers == 204:
        return no_content()
    return json_answer(view(evolve(library, updated_at=ctx.clock.stamp())))


def find_listed(ctx: Context) -> list[Library]:
    """Return the libraries that the query asks for, newest first."""
    found = [library for library in ctx.table(Library) if is_listed(ctx, library)]
    return sorted(found, key=lambda library: library.created_at, reverse=True)


def is_listed(ctx: Context, library: Library) -> bool:
    """Say whether the caller may see the library, and it passes the query's filters."""
    role = permissions.find_role(ctx.store, ctx.caller, library)
    if not permissions.may_see(role):
        return False
    if ctx.query["filter_owned_by_me"] and role != permissions.OWNER:
        return False
    return pages.matches(library.name, ctx.query["search"])


def page_by_number(ctx: Context, found: Sequence[Library]) -> dict[str, object]:
    """Return the page with a number; `pagination` is only for callers that sent `page`."""
    page, size = ctx.query["page"], ctx.query["page_size"]
    shown = pages.slice_page(found, page, size)
    more = pages.has_more(len(found), page, size)
    answer = page_of(ctx, shown, more=more)
    if "page" in ctx.sent:
        answer["pagination"] = pages.block(len(found), page, size)
    return answer


def page_by_token(ctx: Context, found: Sequence[Library]) -> dict[str, object]:
    """Return the page after the one that gave the token, whatever came or went meanwhile.

    Raises:
        APIError: 422, the token is none that this list gave.

    """
    last = pages.read_token(ctx, "page_token") or ""
    rest = [library for library in found if clock.spell(library.created_at) < last]
    size = ctx.query["page_size"]
    return page_of(ctx, rest[:size], more=len(rest) > size)


def page_of(ctx: Context, shown: Sequence[Library], *, more: bool) -> dict[str, object]:
    """Return an answer's data, and the token for what follows."""
    return {
        "data": [view(library) for library in shown],
        "next_page_token": next_token(ctx, shown, more=more),
    }


def next_token(ctx: Context, shown: Sequence[Library], *, more: bool) -> str | None:
    """Return the token for the page after the one shown; None on the last page."""
    if not (more and shown):
        return None
    return pages.make_token(ctx, clock.spell(shown[-1].created_at))


def choose_owner_type(caller: Identity, wanted: str | None) -> str:
    """Workspace unless the body says otherwise (libraries.owner-types).

    Raises:
        APIError: 403, the key may not create a library of its user alone (our choice).

    """
    if wanted == "User" and not caller.private:
        raise forbidden("This API key may not create private libraries")
    return wanted or "Workspace"


def find_owner_id(caller: Identity, owner_type: str) -> str:
    """Return the id of the owning entity (libraries.fresh-values)."""
    return caller.user_id if owner_type == "User" else caller.workspace_id


def pick_changes(body: dict[str, Any]) -> dict[str, Any]:
    """Return what an update changes: the fields that were sent, null included."""
    return {name: body[name] for name in ("name", "description") if name in body}


def change(ctx: Context, library: Library, changes: dict[str, Any]) -> Library:
    """Return the changed library; `updated_at` moves only when something was sent."""
    if not changes:
        return library
    changed = evolve(library, **changes, updated_at=ctx.clock.stamp())
    return ctx.table(Library).put(changed)


def remove(ctx: Context, library: Library) -> None:
    """Remove the library, its documents and its shares."""
    for document in ctx.table(Document).children(library.id):
        upkeep.forget(ctx.store, document)
    for share in ctx.table(Share).children(library.id):
        ctx.table(Share).remove(share.id)
    ctx.table(Library).remove(library.id)


def whole(number: float | None) -> int | None:
    """Return the number as an integer: JSON may spell it 512.0."""
    return None if number is None else int(number)


def view(library: Library) -> dict[str, object]:
    """Return the library as the API writes it."""
    return {
        "id": library.id,
        "name": library.name,
        "created_at": clock.spell(library.created_at),
        "updated_at": clock.spell(library.updated_at),
        "owner_id": library.owner_id,
        "owner_type": library.owner_type,
        "total_size": library.total_size,
        "nb_documents": library.nb_documents,
        "chunk_size": library.chunk_size,
        "emoji": None,
        "description": library.description,
        "generated_name": library.generated_name,
        "generated_description": library.generated_description,
        "explicit_user_members_count": library.users,
        "explicit_workspace_members_count": library.workspaces,
        "org_sharing_role": library.org_role,
    }
