"""Agents: made, read, changed into versions, switched, named by aliases, listed, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.steps import (
    expect_equal,
    expect_refused,
)
from mistral_conformance.rules.common.talks import make_agent
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

GET = "beta.agents.get"
UPDATE = "beta.agents.update"
LIST = "beta.agents.list"
LIST_PAGES = "beta.agents.list_pages"
SWITCH = "beta.agents.update_version"
VERSION = "beta.agents.get_version"
VERSIONS = "beta.agents.list_versions"
ALIAS = "beta.agents.create_version_alias"
ALIASES = "beta.agents.list_version_aliases"
COMPLETE = "agents.complete"
UNALIAS = "beta.agents.delete_version_alias"
FEW = 2
"""So many tokens cut any answer short."""


@rule(MUST, "document: beta.agents.update_version", (SWITCH, GET, UPDATE))
def version_can_be_made_current(ctx: Context) -> None:
    """An older version becomes the one that is used, none is lost, and a change makes a new one."""
    made = make_agent(ctx, instructions="One.")
    id_, first = made["id"], made["version"]
    second = _update(ctx, id_, instructions="Two.")
    switched = ctx.answer(SWITCH, agent_id=id_, query={"version": first})
    expect_equal(ctx, switched["version"], first, "the version", switched)
    read = ctx.answer(GET, agent_id=id_)
    expect_equal(ctx, read["version"], first, "the version read", switched, read)
    expect_equal(ctx, read["instructions"], "One.", "the instructions read", switched, read)
    expect_equal(ctx, sorted(read["versions"]), [first, second["version"]], "the versions", read)
    for operation, items in ((LIST, ""), (LIST_PAGES, "data")):
        listed = ctx.answer(operation, query={"id": id_})
        found = [each["version"] for each in (listed[items] if items else listed.json())]
        expect_equal(ctx, found, [first], "the version in the list", switched, listed)
    third = _update(ctx, id_, description="third")
    said = f"the next version is {third['version']}"
    ctx.expect(third["version"] > second["version"], said, second, third)
    expect_equal(ctx, third["instructions"], "One.", "what a change leaves", switched, third)


@rule(
    MUST,
    "document: beta.agents.get_version; harm: another agent is shown",
    (VERSION, UPDATE),
)
def versions_are_of_their_agent(ctx: Context) -> None:
    """A version that only another agent has is not found by its number, nor is that agent shown."""
    one, other = (make_agent(ctx) for _ in range(2))
    later = _update(ctx, other["id"], instructions="Two.")
    answer = ctx.api.call(VERSION, agent_id=one["id"], version=str(later["version"]))
    expect_refused(ctx, answer, "a version that another agent has")


@rule(MUST, "document: beta.agents.update_version; document: agents.complete", (SWITCH, COMPLETE))
def completions_use_the_current_version(ctx: Context) -> None:
    """A completion that names no version is of the one that was made current, not of the last."""
    made = make_agent(ctx)
    asked = {
        "agent_id": made["id"],
        "messages": [{"role": "user", "content": "Name ten rivers, each with its country."}],
    }
    if ctx.answer(COMPLETE, json=asked).at("usage.completion_tokens") <= FEW:
        ctx.skip("the model says no more than the limit lets it")
    _update(ctx, made["id"], completion_args={"max_tokens": FEW})
    cut = ctx.answer(COMPLETE, json=asked)
    if cut.at("usage.completion_tokens") > FEW:
        ctx.skip("completions do not use the arguments of the agent")
    ctx.prepare(SWITCH, agent_id=made["id"], query={"version": made["version"]})
    whole = ctx.answer(COMPLETE, json=asked)
    used = whole.at("usage.completion_tokens")
    ctx.expect(used > FEW, "the limit of the newer version still holds", cut, whole)


@rule(
    MUST,
    "document: beta.agents.update_version (none is lost); document: AgentAliasResponse.created_at",
    (SWITCH, VERSIONS, ALIAS, ALIASES),
)
def steps_back_lose_nothing(ctx: Context) -> None:
    """All versions are listed after a step back, and a moved alias tells when it was made."""
    id_, first, second = _make_two(ctx)
    made = ctx.answer(ALIAS, agent_id=id_, query={"alias": "stable", "version": second})
    ctx.pass_time(1)
    ctx.prepare(SWITCH, agent_id=id_, query={"version": first})
    listed = ctx.answer(VERSIONS, agent_id=id_)
    numbers = sorted(each["version"] for each in listed.json())
    expect_equal(ctx, numbers, sorted([first, second]), "the versions in the list", listed)
    moved = ctx.answer(ALIAS, agent_id=id_, query={"alias": "stable", "version": first})
    found = ctx.answer(ALIASES, agent_id=id_)
    for shown in (moved.json(), *found.json()):
        same = read_time(shown["created_at"]) == read_time(made["created_at"])
        ctx.expect(same, "`created_at` moves with the alias", made, moved, found)


@rule(SHOULD, "document: Agent.updated_at (when it was last changed)", (SWITCH, GET, UPDATE))
def switch_is_a_change(ctx: Context) -> None:
    """Making another version current is a change of the agent, whose time it tells."""
    made = make_agent(ctx, instructions="One.")
    id_ = made["id"]
    second = _update(ctx, id_, instructions="Two.")
    ctx.pass_time(1)
    ctx.prepare(SWITCH, agent_id=id_, query={"version": made["version"]})
    read = ctx.answer(GET, agent_id=id_)
    later = read_time(read["updated_at"]) > read_time(second["updated_at"])
    ctx.expect(later, "`updated_at` does not move with the switch", second, read)


@rule(MUST, "document: beta.agents.create_version_alias", (ALIAS, ALIASES, GET))
def alias_names_a_version(ctx: Context) -> None:
    """An alias finds its version, stays with it, and can be moved to another one."""
    id_, first, second = _make_two(ctx)
    for version, text in ((first, "One."), (second, "Two.")):
        alias = ctx.answer(ALIAS, agent_id=id_, query={"alias": "stable", "version": version})
        expect_equal(ctx, alias["version"], version, "its version", alias)
        listed = ctx.answer(ALIASES, agent_id=id_)
        pairs = [(each["alias"], each["version"]) for each in listed.json()]
        expect_equal(ctx, pairs, [("stable", version)], "the list of aliases", listed)
        by_query = ctx.answer(GET, agent_id=id_, query={"agent_version": "stable"})
        found = by_query["instructions"]
        expect_equal(ctx, found, text, "what the alias finds", alias, by_query)
        by_number = ctx.answer(GET, agent_id=id_, query={"agent_version": version})
        said = f"what the number {version} finds"
        expect_equal(ctx, by_number["instructions"], text, said, by_number)
    ctx.api.call(SWITCH, agent_id=id_, query={"version": first})  # an alias does not follow
    kept = ctx.answer(GET, agent_id=id_, query={"agent_version": "stable"})
    expect_equal(ctx, kept["version"], second, "the version after the switch", kept)


@rule(
    MUST,
    "document: beta.agents.delete_version_alias; shapes.success-codes",
    (UNALIAS, ALIASES, GET),
)
def deleted_alias_is_gone(ctx: Context) -> None:
    """Deleting an alias answers 204; the alias finds nothing then, and the version stays."""
    id_, first, _ = _make_two(ctx)
    other = make_agent(ctx, instructions="Another.")
    for agent, version in ((id_, first), (other["id"], other["version"])):
        query: dict[str, Any] = {"alias": "gone-soon", "version": version}
        ctx.prepare(ALIAS, agent_id=agent, query=query)
    removed = ctx.api.call(UNALIAS, agent_id=id_, query={"alias": "gone-soon"})
    ctx.expect_status(removed, 204)
    listed = ctx.answer(ALIASES, agent_id=id_)
    expect_equal(ctx, listed.json(), [], "the list of aliases", removed, listed)
    found = ctx.api.call(GET, agent_id=id_, query={"agent_version": "gone-soon"})
    expect_refused(ctx, found, "an alias that is deleted")
    ctx.answer(VERSION, agent_id=id_, version=str(first))
    ctx.answer(GET, agent_id=other["id"], query={"agent_version": "gone-soon"})


def _make_two(ctx: Context) -> tuple[str, Any, Any]:
    """Return the id of a new agent with two versions, and their numbers."""
    made = make_agent(ctx, instructions="One.")
    changed = _update(ctx, made["id"], instructions="Two.")
    return made["id"], made["version"], changed["version"]


def _update(ctx: Context, agent_id: str, **fields: object) -> Exchange:
    """Return the agent after a change."""
    return ctx.answer(UPDATE, agent_id=agent_id, json=fields)
