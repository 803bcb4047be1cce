"""Defects of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules import agents as op
from mistral_conformance.rules.common.talks import CREATE_AGENT, GET_CONVERSATION
from mistral_mock.errors import APIError
from mistral_mock.resources.agents.records import Agent, AgentAlias, AgentVersion, child_id
from mistral_mock.resources.conversations.records import Conversation

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

DELETE = "beta.agents.delete"
LIST_VERSIONS = "beta.agents.list_versions"

CRUD = "resources.agents.crud"
LISTS = "resources.agents.lists"
VERSIONS = "resources.agents.versions"


@mutant("agents.ids-are-bare", CREATE_AGENT, place=f"{CRUD}:create")
def ids_are_bare(create: Part) -> Part:
    """The id of a new agent is shown without its prefix."""
    return edited(create, lambda agent: {**agent, "id": agent["id"].removeprefix("ag_")})


@mutant("agents.arguments-are-filled-otherwise", CREATE_AGENT, place="resources.agents.views:view")
def arguments_are_filled_otherwise(view: Part) -> Part:
    """A tool choice that nobody set is none."""

    def defect(ctx: Part, found: Part) -> Part:
        shown = view(ctx, found)
        return {**shown, "completion_args": {**shown["completion_args"], "tool_choice": "none"}}

    return defect


@mutant("agents.update-changes-the-past", op.UPDATE, op.VERSION, place=f"{CRUD}:add_version")
def update_changes_the_past(add_version: Part) -> Part:
    """A change is made to the version before, too."""

    def defect(ctx: Part, base: Part, changes: Part) -> Part:
        ctx.table(AgentVersion).put(evolve(base, **changes))
        return add_version(ctx, base, changes)

    return defect


@mutant("agents.changes-start-from-the-newest", op.SWITCH, op.UPDATE, place=f"{CRUD}:add_version")
def changes_start_from_the_newest(add_version: Part) -> Part:
    """A change of an agent goes on from its newest version, whichever is current."""

    def defect(ctx: Part, base: Part, changes: Part) -> Part:
        versions = ctx.table(AgentVersion).children(base.agent_id)
        return add_version(ctx, max(versions, key=lambda each: each.version), changes)

    return defect


@mutant("agents.switch-is-forgotten", op.SWITCH, op.GET, place=f"{VERSIONS}:make_current")
def switch_is_forgotten(_make_current: Part) -> Part:
    """Making a version current changes nothing."""
    return lambda _ctx, _found: None


@mutant("agents.switch-drops-later-versions", op.SWITCH, op.GET, place=f"{VERSIONS}:make_current")
def switch_drops_later_versions(make_current: Part) -> Part:
    """Making a version current deletes the later ones."""

    def defect(ctx: Part, found: Part) -> None:
        for each in ctx.table(AgentVersion).children(found.agent_id):
            if each.version > found.version:
                ctx.table(AgentVersion).remove(each.id)
        make_current(ctx, found)

    return defect


@mutant(
    "agents.alias-stays-where-it-is", op.ALIAS, op.GET, place=f"{VERSIONS}:create_version_alias"
)
def alias_stays_where_it_is(create_version_alias: Part) -> Part:
    """Any alias is made for version 0."""

    def defect(ctx: Part) -> Part:
        return create_version_alias(evolve(ctx, query={**ctx.query, "version": 0}))

    return defect


@mutant(
    "agents.alias-is-not-a-version",
    *(op.ALIAS, op.GET, op.VERSION),
    place="resources.agents.records:find_number",
)
def alias_is_not_a_version(_find_number: Part) -> Part:
    """Aliases are listed but find nothing."""
    return lambda _ctx, _agent_id, version: version


@mutant("agents.version-zero-is-no-version", op.GET, place=f"{CRUD}:named_version")
def version_zero_is_no_version(named_version: Part) -> Part:
    """Version 0 is asked for, and the current one comes, as if none had been."""

    def defect(ctx: Part) -> Part:
        id_, version = named_version(ctx)
        return id_, version or None

    return defect


@mutant("agents.alias-outlives-its-end", op.UNALIAS, op.ALIASES, place="store:Table.remove")
def alias_outlives_its_end(remove: Part) -> Part:
    """Deleting an alias is answered but the alias stays."""

    def defect(table: Part, id_: str) -> None:
        if not table._kind.endswith("AgentAlias"):  # noqa: SLF001 - a defect inside
            remove(table, id_)

    return defect


@mutant(
    "agents.unknown-version-is-400",
    *(op.VERSION, op.SWITCH, op.ALIAS),
    place="resources.agents.records:not_found",
)
def unknown_version_is_400(_not_found: Part) -> Part:
    """A version that does not exist answers 400."""
    return lambda detail: APIError(400, {"detail": detail})


@mutant("agents.versions-are-one-page", LIST_VERSIONS, place=f"{VERSIONS}:list_versions")
def versions_are_one_page(list_versions: Part) -> Part:
    """Every page of versions begins one version too late."""
    return edited(list_versions, lambda found: found[1:])


@mutant("agents.token-goes-nowhere", op.LIST_PAGES, place=f"{LISTS}:slice_after")
def token_goes_nowhere(slice_after: Part) -> Part:
    """The first page is the last."""
    return lambda ctx, found: (slice_after(ctx, found)[0], None)


@mutant("agents.metadata-filter-is-any", op.LIST_PAGES, place="pages:has_entries")
def metadata_filter_is_any(_has_entries: Part) -> Part:
    """One entry of the metadata is enough for the filter."""

    def defect(metadata: Part, wanted: Part) -> bool:
        notes = metadata or {}
        return not wanted or any(notes.get(name) == value for name, value in wanted.items())

    return defect


@mutant("agents.search-minds-the-case", op.LIST_PAGES, place=f"{LISTS}:fits")
def search_minds_the_case(_fits: Part) -> Part:
    """The search compares capitals."""
    return lambda _agent, current, search: search is None or search in current.name


@mutant("agents.deployment-is-forgotten", op.UPDATE, op.LIST_PAGES, place=f"{CRUD}:add_version")
def deployment_is_forgotten(add_version: Part) -> Part:
    """An agent is never deployed to the chat app."""

    def defect(ctx: Part, base: Part, changes: Part) -> Part:
        body = {name: value for name, value in ctx.body.items() if name != "deployment_chat"}
        return add_version(evolve(ctx, body=body), base, changes)

    return defect


@mutant(
    "agents.past-has-the-new-metadata", op.UPDATE, op.VERSION, place="resources.agents.views:view"
)
def past_has_the_new_metadata(view: Part) -> Part:
    """Every version shows the metadata of the newest one."""

    def defect(ctx: Part, found: Part) -> Part:
        newest = ctx.table(AgentVersion).children(found.agent_id)[-1]
        return {**view(ctx, found), "metadata": newest.metadata}

    return defect


@mutant("agents.deletion-takes-conversations", DELETE, GET_CONVERSATION, place=f"{CRUD}:remove")
def deletion_takes_conversations(remove: Part) -> Part:
    """With an agent go the conversations that were held with it."""

    def defect(ctx: Part, head: Part) -> None:
        for each in list(ctx.table(Conversation)):
            if each.agent_id == head.id:
                ctx.table(Conversation).remove(each.id)
        remove(ctx, head)

    return defect


@mutant(
    "agents.alias-takes-its-version",
    op.UNALIAS,
    op.VERSION,
    place=f"{VERSIONS}:delete_version_alias",
)
def alias_takes_its_version(delete: Part) -> Part:
    """With an alias goes the version that it names, where another one is used."""

    def defect(ctx: Part) -> Part:
        id_ = ctx.path["agent_id"]
        named = ctx.table(AgentAlias).get(child_id(id_, ctx.query["alias"]))
        answer = delete(ctx)
        if named.version != ctx.table(Agent).get(id_).current:
            ctx.table(AgentVersion).remove(child_id(id_, named.version))
        return answer

    return defect


@mutant("agents.refused-update-is-made", op.UPDATE, op.GET, place=f"{CRUD}:update")
def refused_update_is_made(update: Part) -> Part:
    """Of an update that is refused for its model the rest is kept."""

    def defect(ctx: Part) -> Part:
        try:
            return update(ctx)
        except APIError as refusal:
            rest = {name: ctx.body[name] for name in ctx.body.keys() & {"instructions"}}
            update(evolve(ctx, body=rest))
            return refusal.answer()

    return defect


@mutant("agents.versions-are-anybodys", op.VERSION, place=f"{VERSIONS}:find_agent")
def versions_are_anybodys(find_agent: Part) -> Part:
    """A number that no version of the agent has finds one of another agent."""

    def defect(ctx: Part, agent_id: str, version: Part) -> Part:
        try:
            return find_agent(ctx, agent_id, version)
        except APIError:
            same = [each for each in ctx.table(AgentVersion) if str(each.version) == str(version)]
            if not same:
                raise
            return same[-1]

    return defect
