"""Agents that search libraries: what they find, what they may not find, how they tell it.

Agents reach a library once an administrator of the organisation has shared it with the
organisation (agents.shared-library-needed). A caller who may not do that cannot be judged by most
rules here. They name operations of agents and conversations alone: a server of libraries need not
have these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.rules.common.chats import chat_model
from mistral_conformance.rules.common.libraries import (
    create_library,
    is_running,
    upload_document,
    wait_processed,
)
from mistral_conformance.rules.common.names import DELETE_DOCUMENT, DELETE_LIBRARY, STATUS
from mistral_conformance.rules.common.steps import (
    entity,
    expect_equal,
    expect_refused,
    share,
    unshare,
    word,
)
from mistral_conformance.rules.common.talks import (
    APPEND,
    CREATE_AGENT,
    START,
    chunks_of,
    go_on,
    last_message,
    make_agent,
    of_kind,
    read_history,
    start,
    text_of,
    try_start,
)
from mistral_conformance.rules.conversations import THREAT, expect_run
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context

TOOL = "document_library"


@frozen
class Shelf:
    """A library with one document, whose text no other document has."""

    library: str
    document: str
    title: str
    subject: str
    """A word of the text."""
    secret: str
    """Another word of the text, beside the subject."""

    @property
    def question(self) -> str:
        """What the document answers."""
        return f"Which code word belongs to {self.subject}? Look it up in the library."

    @property
    def tool(self) -> dict[str, Any]:
        """The tool that searches the library."""
        return {"type": TOOL, "library_ids": [self.library]}


@rule(
    MUST,
    (
        "agents.library-tool; agents.shared-library-needed; "
        "conversations.tool-before-message; documents.searchable-when-processed"
    ),
    (CREATE_AGENT, START),
)
def finished_document_is_found(ctx: Context) -> None:
    """An agent finds a finished document, and its message refers to the document."""
    shelf = _open_shelf(ctx)
    agent = make_agent(ctx, tools=[shelf.tool], instructions="Use the library tool.")
    answer = start(ctx, agent_id=agent["id"], inputs=shelf.question)
    _expect_found(ctx, answer, shelf)
    message = last_message(ctx, answer)
    references = of_kind(chunks_of(message), "tool_reference")
    titles = {each["title"] for each in references}
    expect_equal(ctx, titles, {shelf.title}, "the titles of the references", answer)
    tools = {each["tool"] for each in references}
    expect_equal(ctx, tools, {TOOL}, "the tool of the references", answer)
    expect_equal(ctx, message["agent_id"], agent["id"], "who answers", answer)


@rule(
    SHOULD,
    (
        "conversations.tool-before-message; conversations.times-in-order; "
        "conversations.connector-usage"
    ),
    (START,),
)
def search_is_told_and_counted(ctx: Context) -> None:
    """First comes the search, then the message, in its time; the usage counts runs and tokens."""
    shelf = _open_shelf(ctx)
    answer = start(ctx, inputs=shelf.question, tools=[shelf.tool])
    expect_run(ctx, answer, TOOL)
    message = last_message(ctx, answer)
    ctx.expect(isinstance(message["content"], list), "the content has no chunks", answer)
    spent = answer.at("usage.connector_tokens") or 0
    ctx.expect(spent > 0, "the search brought nothing", answer)


@rule(
    SHOULD,
    "agents.shared-library-needed; agents.unshared-finds-nothing (a refusal does as well)",
    (START,),
)
def unshared_library_is_not_searched(ctx: Context) -> None:
    """Before a library is shared with the organisation, and after, nothing of it is found."""
    shelf = _make_shelf(ctx)
    _expect_lost_or_refused(ctx, shelf)
    _open(ctx, shelf)
    _expect_closed_again(ctx, shelf, ctx.api)


@rule(
    MUST,
    "document: beta.libraries.accesses.delete; harm: what is no longer shared is shown to others",
    (START,),
    needs=("neighbour",),
)
def revoked_library_is_closed_to_others(ctx: Context) -> None:
    """Who searched a library through a share finds nothing in it once the share is taken away."""
    _expect_closed_again(ctx, _open_shelf(ctx), ctx.as_("neighbour"))


@rule(MUST, "documents.searchable-when-processed", (START,), needs=("clock",))
def unfinished_document_is_not_found(ctx: Context) -> None:
    """A document is found once its processing is complete, and not before."""
    shelf = _make_shelf(ctx, wait=False)
    _open(ctx, shelf)
    ids = {"library_id": shelf.library, "document_id": shelf.document}
    if not is_running(ctx.prepare(STATUS, ids)):
        ctx.skip("the document was finished at once")
    answer = start(ctx, inputs=shelf.question, tools=[shelf.tool])
    _expect_lost(ctx, answer, shelf)
    wait_processed(ctx, shelf.library, shelf.document)
    _expect_found(ctx, go_on(ctx, answer["conversation_id"], inputs=shelf.question), shelf)


@rule(
    MUST,
    (
        "documents.searchable-when-processed; libraries.delete-takes-documents; "
        "libraries.gone-everywhere"
    ),
    (APPEND,),
)
def what_is_deleted_is_not_found(ctx: Context) -> None:
    """A conversation finds no more what it found before its document, or library, was deleted."""
    for operation in (DELETE_DOCUMENT, DELETE_LIBRARY):
        shelf = _open_shelf(ctx)
        answer = start(ctx, inputs=shelf.question, tools=[shelf.tool])
        _expect_found(ctx, answer, shelf)
        ids = {"library_id": shelf.library, "document_id": shelf.document}
        ctx.prepare(operation, ids)
        again = {"inputs": f"Look up {shelf.subject} again."}
        _expect_lost(ctx, go_on(ctx, answer["conversation_id"], **again), shelf)


@rule(
    MUST,
    "documents.searchable-when-processed; harm: what was deleted is still quoted",
    (START,),
)
def what_comes_instead_is_found(ctx: Context) -> None:
    """Where a document came in the place of another, a search finds it, and the other no more."""
    old = _open_shelf(ctx)
    _expect_found(ctx, start(ctx, inputs=old.question, tools=[old.tool]), old)
    ctx.prepare(DELETE_DOCUMENT, library_id=old.library, document_id=old.document)
    new = _fill(ctx, old.library)
    _expect_found(ctx, start(ctx, inputs=new.question, tools=[new.tool]), new)
    _expect_lost(ctx, start(ctx, inputs=old.question, tools=[old.tool]), old)


@rule(MUST, "agents.library-tool", (START,))
def only_named_libraries_are_searched(ctx: Context) -> None:
    """The search keeps to the libraries that the tool names, and looks into each of them."""
    subject = word(ctx)
    one, other = (_open_shelf(ctx, subject) for _ in range(2))
    answer = start(ctx, inputs=one.question, tools=[one.tool])
    _expect_found(ctx, answer, one)
    ctx.expect(other not in _found(ctx, answer, one, other), "another library was searched", answer)
    tool = {"type": TOOL, "library_ids": [one.library, other.library]}
    for shelf in (one, other):
        asked = f"{shelf.question} It stands in {shelf.title}."
        both = start(ctx, inputs=asked, tools=[tool])
        found = _found(ctx, both, one, other)
        ctx.expect(found, "neither of two libraries was searched", both)


@rule(
    MUST,
    "libraries.stay-in-organisation; agents.shared-library-needed",
    (START,),
    needs=("stranger",),
)
def strangers_find_nothing(ctx: Context) -> None:
    """A caller of another organisation who knows a library's id finds nothing in it."""
    shelf = _open_shelf(ctx)
    body = {"inputs": shelf.question, "tools": [shelf.tool]}
    _expect_lost(ctx, start(ctx, ctx.as_("stranger"), **body), shelf)


@rule(MUST, "agents.library-tool (at least one id)", (CREATE_AGENT,))
def search_names_a_library(ctx: Context) -> None:
    """An agent whose search names no library is refused."""
    body = {"name": ctx.marker.name("blind"), "model": chat_model(ctx)}
    for tool in ({"type": TOOL, "library_ids": []}, {"type": TOOL}):
        answer = ctx.api.call(CREATE_AGENT, json={**body, "tools": [tool]})
        expect_refused(ctx, answer, f"the tool {tool}")


@rule(
    MUST,
    "document: ModerationLLMAction (`block` refuses the request); document: GuardrailConfig",
    (START, APPEND),
)
def blocked_answer_is_not_kept(ctx: Context) -> None:
    """An answer that a guardrail blocks adds nothing to the conversation, streamed or not."""
    subject = word(ctx)
    shelf = _open_shelf(ctx, subject, more=f"About {subject}: {THREAT} " * 3)
    limits = {"custom_category_thresholds": {"violence_and_threats": 0.5}, "action": "block"}
    tools, checks = [shelf.tool], [{"block_on_error": False, "moderation_llm_v1": limits}]
    begun = start(ctx, inputs="Good morning.", tools=tools, guardrails=checks)
    before = read_history(ctx, begun["conversation_id"])
    asked = {"inputs": f"What does the library say about {subject}?"}
    for sent in (asked, asked | {"stream": True}):
        answer = ctx.api.call(APPEND, conversation_id=begun["conversation_id"], json=sent)
        if answer.ok and "stream" not in sent:
            ctx.skip("the guardrail lets the answer pass")
        found = read_history(ctx, begun["conversation_id"])
        expect_equal(ctx, found, before, "the history after a blocked answer", answer)


def _open_shelf(ctx: Context, subject: str | None = None, more: str = "") -> Shelf:
    """Return a library that agents may search; skips where the caller cannot make one."""
    shelf = _make_shelf(ctx, subject, more)
    _open(ctx, shelf)
    return shelf


def _make_shelf(
    ctx: Context, subject: str | None = None, more: str = "", *, wait: bool = True
) -> Shelf:
    """Return a library of the caller's workspace alone, with a finished document unless told.

    The document says `more` after its own words.
    """
    return _fill(ctx, create_library(ctx)["id"], subject, more, wait=wait)


def _fill(
    ctx: Context, library: str, subject: str | None = None, more: str = "", *, wait: bool = True
) -> Shelf:
    """Return a library with one more document, finished unless told."""
    subject, secret = subject or word(ctx), word(ctx)
    text = f"The code word that belongs to {subject} is {secret}. Nobody else knows it. {more}"
    made = upload_document(ctx, library, text.encode(), name=f"{secret}.txt")
    if wait:
        wait_processed(ctx, library, made["id"])
    return Shelf(library, made["id"], made["name"], subject, secret)


def _open(ctx: Context, shelf: Shelf, api: Api | None = None) -> None:
    """Shares the library with the organisation; skips where the caller may not."""
    organisation = entity(ctx, "caller", "Org")
    shared = share(api or ctx.api, shelf.library, organisation, "Viewer")
    if shared.status == 403:
        ctx.skip("the caller may not share with the organisation")
    ctx.need(shared)


def _titles(ctx: Context, answer: Exchange) -> list[str]:
    """Return the titles of the documents that an answer refers to."""
    chunks = chunks_of(last_message(ctx, answer))
    return [each["title"] for each in of_kind(chunks, "tool_reference")]


def _expect_found(ctx: Context, answer: Exchange, shelf: Shelf) -> None:
    """Hold an answer to refer to the document; how much of it the message tells is the model's."""
    titles = _titles(ctx, answer)
    ctx.expect(shelf.title in titles, f"the references are {titles}", answer)


def _found(ctx: Context, answer: Exchange, *shelves: Shelf) -> list[Shelf]:
    """Return the shelves of which an answer tells the word or names the document."""
    told, titles = text_of(last_message(ctx, answer)), _titles(ctx, answer)
    return [e for e in shelves if e.secret in told or e.title in titles]


def _expect_closed_again(ctx: Context, shelf: Shelf, api: Api) -> None:
    """Hold who finds what is shared to lose it, or to be refused, once it is shared no more."""
    if not _found(ctx, start(ctx, api, inputs=shelf.question, tools=[shelf.tool]), shelf):
        ctx.skip("what the caller shares with the organisation is not found")
    ctx.need(unshare(ctx.api, shelf.library, entity(ctx, "caller", "Org")))
    _expect_lost_or_refused(ctx, shelf, api)


def _expect_lost_or_refused(ctx: Context, shelf: Shelf, api: Api | None = None) -> None:
    """Hold a conversation over a library that is not shared to find nothing, or to be refused."""
    answer = try_start(ctx, api, inputs=shelf.question, tools=[shelf.tool])
    if answer.status not in (403, 404, 422):
        _expect_lost(ctx, ctx.expect_status(answer, 200), shelf)


def _expect_lost(ctx: Context, answer: Exchange, shelf: Shelf) -> None:
    """Hold an answer to know nothing of the document."""
    found = _found(ctx, answer, shelf)
    ctx.expect(not found, "the message tells the word, or refers to the document", answer)
