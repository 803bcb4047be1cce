"""Defects of the search in libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import overlooking
from mistral_conformance.rules.common import names
from mistral_conformance.rules.common import talks as op
from mistral_mock.resources.conversations import records
from mistral_mock.resources.libraries.records import Document, DocumentText, Library, Share
from mistral_mock.resources.libraries.statuses import DONE

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

LIBRARIES = "resources.conversations.libraries"
INDEX = "resources.conversations.passages:Index"
TURNS = "resources.conversations.turns"


@mutant(
    "document-search.nothing-is-found", op.START, place="resources.conversations.passages:search"
)
def nothing_is_found(_search: Part) -> Part:
    """The search finds nothing."""
    return lambda _world, _question, _library_ids: []


@mutant("document-search.references-have-other-titles", op.START, place=f"{LIBRARIES}:reference")
def references_have_other_titles(reference: Part) -> Part:
    """References do not name the document."""
    return lambda tool, _title, *more: reference(tool, "a document", *more)


@mutant("document-search.message-comes-first", op.START, place=f"{TURNS}:say")
def message_comes_first(say: Part) -> Part:
    """The message stands before the search."""

    def defect(turn: Part, *given: Part) -> None:
        say(turn, *given)
        turn.outputs.reverse()

    return defect


@mutant(
    "document-search.search-costs-nothing",
    op.START,
    place="resources.conversations.usage:Usage.as_json",
)
def search_costs_nothing(as_json: Part) -> Part:
    """The usage has no tokens of tools, though they are in its total."""
    return lambda usage: {**as_json(usage), "connector_tokens": None}


@mutant(
    "document-search.closed-libraries-are-searched",
    *(op.START, names.SHARE),
    place=f"{LIBRARIES}:is_open",
)
def closed_libraries_are_searched(_is_open: Part) -> Part:
    """Libraries of the caller's organisation are searched without being shared."""
    return lambda ctx, library: library.organisation_id == ctx.caller.organisation_id


@mutant(
    "document-search.unfinished-documents-are-found",
    *(op.START, names.UPLOAD_DOCUMENT),
    place=f"{INDEX}.refresh",
)
def unfinished_documents_are_found(_refresh: Part) -> Part:
    """Documents are found from their upload on."""

    def defect(index: Part, world: Part) -> None:
        index._database.execute("DELETE FROM passages")  # noqa: SLF001 - a defect inside
        index._known.clear()  # noqa: SLF001 - a defect inside
        for document in world.store.table(Document):
            text = world.store.table(DocumentText).get(document.id)
            if text is not None:
                index._take(document, text)  # noqa: SLF001 - a defect inside

    return defect


@mutant(
    "document-search.index-is-never-cleaned",
    *(op.START, op.APPEND, names.DELETE_DOCUMENT, names.DELETE_LIBRARY),
    place=f"{LIBRARIES}:search",
)
def index_is_never_cleaned(search: Part) -> Part:
    """What was found once is found for ever."""
    found: dict[str, Part] = {}

    def defect(ctx: Part, tool: Part, question: str) -> Part:
        fresh = search(ctx, tool, question)
        key = tool["library_ids"][0]
        if len(fresh.chunks) > 1:
            found[key] = fresh
        return found.get(key, fresh)

    return defect


@mutant(
    "document-search.deleted-libraries-are-searched",
    *(op.START, names.DELETE_LIBRARY),
    place="resources.libraries.crud:remove",
)
def deleted_libraries_are_searched(_remove: Part) -> Part:
    """Deleting a library is answered but it stays."""
    return lambda _ctx, _library: None


@mutant("document-search.all-libraries-are-searched", op.START, place=f"{LIBRARIES}:find_open")
def all_libraries_are_searched(_find_open: Part) -> Part:
    """Every library that is open is searched, not only those that the tool names."""

    def defect(ctx: Part, _library_ids: Part) -> Part:
        shared = {
            share.library_id
            for share in ctx.table(Share)
            if share.share_with_uuid == ctx.caller.organisation_id
        }
        return [each.id for each in ctx.table(Library) if each.id in shared]

    return defect


@mutant("document-search.organisations-are-one", op.START, place=f"{LIBRARIES}:opens")
def organisations_are_one(_opens: Part) -> Part:
    """A library that is shared with one organisation is open to all."""
    return lambda share, _organisation: share.share_with_type == "Org" and share.by_admin


@mutant("document-search.searches-name-nothing", op.CREATE_AGENT, place="inputs:refuse")
def searches_name_nothing(_refuse: Part) -> Part:
    """An agent's search may name no library."""
    return overlooking("tools")


@mutant(
    "document-search.blocked-streams-are-kept",
    op.APPEND,
    place="resources.conversations.talks:refuse",
)
def blocked_streams_are_kept(refuse: Part) -> Part:
    """A streamed answer that a guardrail blocks leaves its question in the history."""

    def defect(ctx: Part, conversation: Part, moment: Part, error: Part) -> Part:
        answer = refuse(ctx, conversation, moment, error)
        known = records.find_entries(ctx, conversation.id)
        records.keep_entries(ctx, conversation.id, [*known, dict(known[0])])
        return answer

    return defect


@mutant(
    "document-search.replacements-are-overlooked",
    *(op.START, names.UPLOAD_DOCUMENT, names.DELETE_DOCUMENT),
    place=f"{INDEX}.refresh",
)
def replacements_are_overlooked(refresh: Part) -> Part:
    """The index is as it was while there are as many finished documents as before."""

    def defect(index: Part, world: Part) -> None:
        statuses = [each.process_status for each in world.store.table(Document)]
        if statuses.count(DONE) != len(index._known):  # noqa: SLF001 - a defect inside
            refresh(index, world)

    return defect
